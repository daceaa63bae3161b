/* Pictures that people send: a logo, a photograph. Each is written anew by a small confined child (encoder/) and kept
 * under the hash of what came out, in a big and a small size; nothing of the file that was sent is left.
 *
 * Making takes a second or two, so it stands before the turn at the writer, in a POST_ALONE handler:
 *
 *   const char *fault = NULL;
 *   g_autoptr(PictureDraft) draft = picture_take(req, "photo", &fault);   // NULL and no fault: nothing was sent
 *   if (fault)
 *           form_fail(form, "photo", tr(lang, fault));
 *   …
 *   Db *db = store_write_begin(request_store(req), WRITE_PAGE);
 *   int64_t id = draft ? picture_keep(db, event, draft) : 0;              // one row for each place that shows it
 *   if (id) { … SET photo_id = id …; picture_drop(db, event, old_id); }
 *
 * A column that refers to it: photo_id INTEGER REFERENCES picture(id) ON DELETE SET NULL. When what refers to it goes,
 * picture_drop() its row; the files go once no row has them (also when an event goes with all its rows). */
#pragma once
#include "web/request.h"

#define PICTURE_UPLOAD_BYTES (17 * 1024 * 1024) /* Route.body_max: a little over what is taken, so that it is told */
#define PICTURE_ACCEPT "image/jpeg,image/png,image/webp" /* FormField.accept */

typedef struct PictureDraft PictureDraft;
void picture_draft_free(PictureDraft *draft);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PictureDraft, picture_draft_free)

/* Without the writer; waits for the child, 20 seconds at most. ret_fault: source words for tr(), NULL when all is well
 * or nothing was sent. */
PictureDraft *picture_take(Request *req, const char *field, const char **ret_fault);
/* The same from bytes of our own (samples, imports). */
PictureDraft *picture_take_bytes(Store *store, GBytes *bytes, const char **ret_fault);
/* In a turn: its row and its files. 0 on failure. */
int64_t picture_keep(Db *db, int64_t event, const PictureDraft *draft);
/* In a turn: forgets a row; 0 and foreign ids are nothing. */
bool picture_drop(Db *db, int64_t event, int64_t id);

typedef struct {
        int64_t id;
        char *url, *small_url;
        int64_t width, height, small_width, small_height;
} Picture;
void picture_free(Picture *picture);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Picture, picture_free)
/* NULL when there is none. */
Picture *picture_find(Db *db, int64_t event, int64_t id);
/* For lists that join the table: addresses from the column picture.file; "" for NULL or "". (transfer full) */
char *picture_url(const char *file);
char *picture_small_url(const char *file);

/* Removes files that nothing has any more, some at a time; it takes the writer itself. True: there may be more. */
bool pictures_tidy_some(Store *store);
void pictures_tidy(Store *store);
/* All of them, in many turns. progress: between the turns, in files; false ends it, and false is returned.
 * ret_count: how many pictures were removed. */
typedef bool (*PicturesProgress)(gpointer owner, int64_t done, int64_t total);
bool pictures_tidy_all(Store *store, PicturesProgress progress, gpointer owner, unsigned *ret_count, GError **error);

extern const Route picture_routes[];
