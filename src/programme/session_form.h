/* The form of a session: its fields with what may be chosen, filled from a session and read into one. Private. */
#pragma once
#include "programme/session.h"
#include "web/form.h"

#define SESSION_FIELDS 16

typedef struct {
        Form *form;
        FormField fields[SESSION_FIELDS + 1];
        GArray *rooms, *tracks, *kinds, *days; /* of FormOption */
        GStringChunk *words;
} SessionForm;

SessionForm *session_form_new(Request *req, Db *db, const Event *event);
void session_form_free(SessionForm *form);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SessionForm, session_form_free)
/* What a field holds of this session. (transfer full) */
char *session_field(Db *db, const Event *event, const SessionForm *form, const TalkDraft *session, const char *name);
void session_form_fill(SessionForm *form, Db *db, const Event *event, const TalkDraft *session);
/* codes: of the persons, in order. False with the form's faults. */
bool session_form_read(SessionForm *form, Db *db, const Event *event, const char *codes, TalkDraft *session);
/* "ADA123! BOB456" (transfer full) */
char *session_codes(Db *db, const TalkDraft *session);
