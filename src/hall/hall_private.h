/* Private to hall/. */
#pragma once
#include "hall/hall.h"
#include "web/form.h"

enum {
        HALL_HASH_BYTES = 32,
        HALL_NAME_CHARS = 60,
        HALLS_MAX = 50, /* of an event */
};

/* The two pages of a hall. */
typedef enum { HALL_SCREEN, HALL_SEAT } HallPage;

/* --- hall_store.c ------------------------------------------------------------------------------------------------- */
typedef struct {
        int64_t id, room_id;
        char *name, *room_name, *room_slug;
} Hall;
void hall_free(gpointer hall);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Hall, hall_free)
/* An event's, by room and name. (transfer full) of Hall */
GPtrArray *hall_list(Db *db, int64_t event);
/* The keys of both pages, to be shown once: g_free() each. False on failure. */
bool hall_make(Db *db, int64_t room_id, const char *name, char *ret_keys[2]);
/* False when the event has no such hall; *ret_room_id is where it was. */
bool hall_remove(Db *db, int64_t event, int64_t id, int64_t *ret_room_id);
/* Whose page of this room the key opens. NULL: nobody's. (transfer full) */
Hall *hall_find(Db *db, int64_t room_id, HallPage page, const char *key);

/* An SVG path of a QR code, one unit a module, without the quiet zone; NULL: the text is too long. (transfer full) */
char *hall_code(const char *text, int *ret_modules);

extern const char *const hall_room_words[];

/* --- what the views are made from ----------------------------------------------------------------------------------
 */
typedef struct {
        const Event *event;
        GPtrArray *halls;
        const Form *form;
        const char *done;
        const char *made; /* the name of one that was just made, NULL: none; and its links: */
        char *screen_url, *seat_url;
} HallsPage;
void halls_view(Html *h, const HallsPage *v);

typedef struct {
        const char *title, *socket_url, *zone, *words;
        const char *address; /* of the phones' page */
        const char *code;    /* the same for a camera: hall_code() */
        int modules;
} ScreenPage;
void screen_view(Html *h, const ScreenPage *v);
