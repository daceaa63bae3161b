/* For notes/ alone. */
#pragma once
#include "notes/notes.h"
#include "notes/notes_store.h"

#include "conference/conference.h"
#include "web/form.h"

extern const char *const notes_room_words[];

/* --- notes_hub.c: who has a note open, and what they are told --------------------------------------------------------
 */
typedef struct {
        Notes *notes;
        int64_t event, account;
        char *name;
} NotesOpening;
void notes_opening_free(gpointer opening);
extern const SocketHandler notes_socket_handler;
/* The accounts that listen to notes of the event, on any thread. (transfer full) of int64_t */
GArray *notes_listeners(Notes *notes, int64_t event);
/* Tells them, but for those of `left`, who are sent away: they are in the team no more. Takes left (may be NULL) and
 * message. Any thread. */
void notes_tell(Notes *notes, int64_t event, GArray *left, json_t *message);

/* --- notes_write.c: one way to write for pages with script, without, and going back ----------------------------------
 */
#define NOTE_VERDICTS(X)                                                                                               \
        X(KEPT, 200, N_("Kept."))                                                                                      \
        X(KNOWN, 200, N_("This was kept already."))                                                                    \
        X(GONE, 404, N_("This note is no more."))                                                                      \
        X(AWAY, 410, N_("This note is put away: take it back before you write in it."))                                \
        X(OLD, 409, N_("Others have written much since. The page takes up what they wrote, and what you wrote."))      \
        X(BAD, 422, N_("The server cannot read this change. Reload the page; what you wrote is still in it."))         \
        X(LONG, 413, N_("A note has 256 kB at most. Begin another one."))                                              \
        X(FAST, 429, N_("That was many changes at once. The page tries again."))                                       \
        X(FAILED, 503, N_("This could not be saved: the server's disk may be full. Try again in a moment."))
typedef enum {
#define NOTE_VERDICT_ENUM(name, status, text) NOTE_##name,
        NOTE_VERDICTS(NOTE_VERDICT_ENUM)
#undef NOTE_VERDICT_ENUM
} NoteVerdict;
int note_verdict_status(NoteVerdict verdict);
const char *note_verdict_text(NoteVerdict verdict); /* source words */

typedef struct {
        int64_t note;
        const char *nonce; /* the same again is the same; NULL: none */
        /* one of three: */
        const char *edit;       /* as JSON, on the text of rev `base` */
        const char *old, *text; /* the text that a form began with, and as it left it */
        int64_t back_to;        /* a version */
        int64_t base;
} NoteAsk;
/* Takes the writer, writes, and tells who has the note open. ret_clashes: where others changed the same place as a
 * form; NULL: none, or not asked. */
NoteVerdict note_write(Request *req, const NoteAsk *ask, int64_t *ret_rev, GArray **ret_clashes);

/* --- what pages are made from ----------------------------------------------------------------------------------------
 */
#define NOTES_PER_PAGE 30

typedef struct {
        const Note *note;
        char *when;
} NoteRow;

typedef struct {
        const Event *event;
        const GArray *rows; /* of NoteRow */
        const Form *form;   /* NULL for those who only read */
        const char *notice;
        int64_t page;
        bool archived, more;
} NotesPage;
void notes_view(Html *h, const NotesPage *v);

typedef struct {
        const Event *event;
        const Note *note;
        const Form *form; /* of its title; NULL for those who only read */
        const char *when, *notice;
        bool deletes;
} NotePage;
void note_view(Html *h, const NotePage *v);

typedef struct {
        const Event *event;
        const Note *note;
        const char *text; /* as it is to be edited: what was sent, when that was not kept */
        const char *nonce, *fault, *words;
} NoteWritePage;
void note_write_view(Html *h, const NoteWritePage *v);

typedef struct {
        const Event *event;
        const Note *note;
        const GArray *clashes;
} NoteClashPage;
void note_clash_view(Html *h, const NoteClashPage *v);

typedef struct {
        const NoteVersion *version;
        char *when, *url;
} VersionRow;
typedef struct {
        const Event *event;
        const Note *note;
        const GArray *rows; /* of VersionRow */
        int64_t page;
        bool more;
} NoteHistoryPage;
void note_history_view(Html *h, const NoteHistoryPage *v);

typedef struct {
        const Event *event;
        const Note *note;
        const NoteVersion *version, *with; /* with NULL: nothing before it */
        const char *when, *with_when;
        const GArray *diff; /* of DiffRow */
        guint shown;        /* rows of it */
        bool may_write;
} NoteVersionPage;
void note_version_view(Html *h, const NoteVersionPage *v);

/* --- notes_routes.c, for the history too
 * -------------------------------------------------------------------------------- */
/* Of the request's event and its :note; else answers 404 and returns false. */
bool notes_find(Request *req, Db *db, Event **ret_event, Note **ret_note);
int64_t notes_number(const char *text); /* 0: none */
