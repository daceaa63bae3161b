/* The only SQL of notes/. Private to it. */
#pragma once
#include "notes/notes_diff.h"
#include "store/db.h"

#include <jansson.h>

#define NOTES_MAX 500
#define NOTE_BYTES_MAX (256 * 1024)
#define NOTE_EDITS_KEPT 2000  /* for pages that were cut off */
#define NOTE_VERSIONS_MAX 400 /* the oldest go first */

typedef struct {
        int64_t id, event, rev, changed_us;
        char *title, *text; /* text NULL in lists */
        char *by;           /* who wrote last; "" when nobody is known */
        bool archived;
} Note;
void note_free(Note *note);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Note, note_free)

Note *note_find(Db *db, int64_t event, int64_t id);
/* The last changed first. (transfer full) of Note */
GPtrArray *notes_list(Db *db, int64_t event, bool archived, int64_t limit, int64_t offset);
int64_t notes_count(Db *db, int64_t event);
/* 0 on failure. */
int64_t note_make(Db *db, int64_t event, int64_t account, const char *title);
bool note_rename(Db *db, int64_t id, const char *title);
bool note_archive(Db *db, int64_t id, bool archived);
bool note_delete(Db *db, int64_t id);

/* --- edits ---------------------------------------------------------------------------------------------------------
 */

typedef struct {
        int64_t rev;
        char *edit, *nonce, *by; /* nonce NULL: of no page */
} NoteChange;
/* Those after rev, in order; NULL when one of them is not kept any more. (transfer full) of NoteChange */
GPtrArray *note_changes(Db *db, const Note *note, int64_t rev);
/* The rev that this nonce was kept as, 0: none. */
int64_t note_nonce_rev(Db *db, int64_t id, const char *nonce);
/* How many edits of the account the note has since then, of its last few hundred. */
int64_t note_edits_lately(Db *db, const Note *note, int64_t account, int64_t since_us);
/* Writes the note's next edit, whose outcome is `text`; note becomes as it is then. back_to: of a version, 0: none. */
bool note_keep_edit(Db *db, Note *note, int64_t account, const char *nonce, const Edit *edit, const char *text,
                    int64_t back_to);

/* --- history -------------------------------------------------------------------------------------------------------
 */

typedef struct {
        int64_t n, begun_us, ended_us, back_to;
        char *by;   /* all who wrote then, "" when nobody is known */
        char *text; /* NULL in lists */
        bool is_now;
} NoteVersion;
void note_version_free(NoteVersion *version);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NoteVersion, note_version_free)
/* The newest first. (transfer full) of NoteVersion */
GPtrArray *note_versions(Db *db, const Note *note, int64_t limit, int64_t offset);
/* With its text; NULL when there is none. */
NoteVersion *note_version(Db *db, const Note *note, int64_t n);
/* The number of the one before, 0: it is the first that is kept. */
int64_t note_version_before(Db *db, const Note *note, int64_t n);
