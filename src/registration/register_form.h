/* The form of a registration: its two paths, the sessions with limited places, the questions, the needs. Private to
 * registration/. */
#pragma once
#include "conference/conference.h"
#include "registration/place.h"
#include "registration/question.h"
#include "registration/setting.h"

typedef struct {
        Form *form;
        Setting *setting;
        Places places;
        GPtrArray *questions; /* Question */
        GPtrArray *seats;     /* Seat: those of the form; the rest stands on the personal page */
        bool more_seats;
        bool asks_path;
        FormOption options[4];
        GArray *fields;  /* FormField */
        GPtrArray *kept; /* what they point to */
} RegisterForm;
void register_form_clear(RegisterForm *form);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RegisterForm, register_form_clear)
void register_form_read(RegisterForm *form, Request *req, Db *db, const Event *event);
/* "talk-12" (transfer full) */
char *seat_field(const Seat *seat);

/* Remote, on site, and the line for a place on site where there is none. may_choose_full: for a form that was sent,
 * where a choice that came too late gets its own sentence. kept takes what they point to. */
void path_options(FormOption ret_options[4], const Event *event, const Places *places, const Setting *setting,
                  const Lang *lang, bool may_choose_full, GPtrArray *kept);
