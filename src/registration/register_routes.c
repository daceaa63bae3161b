#include "registration/registration_routes.h"

#include <string.h>

#include "base/time.h"
#include "base/when.h"
#include "people/people.h"
#include "registration/needs_form.h"
#include "registration/notice.h"
#include "registration/register_form.h"
#include "registration/registration_mail.h"
#include "registration/registration_views.h"

static void show_form(Request *req, const Event *event, const RegisterForm *form, int status)
{
        g_autofree char *days = event_days_text(event, request_lang(req));
        Html *h = conference_page(req, event, EVENT_REGISTER, &(Page){ .title = tr(request_lang(req), "Register") });
        register_view(h, &(RegisterPage){ .event = event, .form = form, .days = days });
        page_end(req, h, status);
}

/* Why nobody can register now, and since or from when; NULL when one can. (transfer full) */
static ClosedPage *closed_read(Db *db, const Event *event, const Lang *lang)
{
        g_autoptr(Setting) setting = setting_read(db, event->id);
        int64_t end_us = event_end_us(event), at_us = now_us();
        PathState remote = path_state(setting->path[0].opens_us, setting->path[0].closes_us, end_us, at_us);
        PathState onsite = path_state(setting->path[1].opens_us, setting->path[1].closes_us, end_us, at_us);
        bool has_onsite = setting->onsite_places > 0;
        bool open = remote == PATH_OPEN || (has_onsite && onsite == PATH_OPEN);
        if (open && !setting->cancelled_us)
                return NULL;
        ClosedPage *page = g_new0(ClosedPage, 1);
        page->event = event;
        page->is_over = !registration_is_open(end_us, at_us);
        page->is_cancelled = setting->cancelled_us > 0;
        bool to_come = remote == PATH_NOT_YET || (has_onsite && onsite == PATH_NOT_YET);
        int64_t opens_us = remote == PATH_NOT_YET ? setting->path[0].opens_us : setting->path[1].opens_us;
        page->opens = to_come && !page->is_cancelled ? when_day_time(lang, event->zone, opens_us) : NULL;
        return page;
}

/* Answers by itself when there is no such event, or nobody can register now. */
static Event *open_event(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        if (!event) {
                respond_not_found(req);
                return NULL;
        }
        g_autofree ClosedPage *closed = closed_read(db, event, request_lang(req));
        if (!closed)
                return g_steal_pointer(&event);
        const char *title = closed->is_over ? N_("This event is over") : N_("Register");
        Html *h = conference_page(req, event, EVENT_REGISTER, &(Page){ .title = tr(request_lang(req), title) });
        closed_view(h, closed);
        page_end(req, h, request_method(req) == GET ? 200 : 409);
        g_free(closed->opens);
        return NULL;
}

void show_register(Request *req, Db *db)
{
        g_autoptr(Event) event = open_event(req, db);
        if (!event)
                return;
        g_auto(RegisterForm) form = { 0 };
        register_form_read(&form, req, db, event);
        show_form(req, event, &form, 200);
}

/* What is registered, ready for a short turn: the mail is composed already. */
typedef struct {
        const Event *event;
        const char *name;
        bool onsite, waits_onsite;
        Needs needs;
        GPtrArray *answers; /* char *, of form's questions */
        GArray *talks;      /* int64_t */
        const RegisterForm *of;
        int64_t visitor; /* who is signed in, 0: nobody */
        char *email, *token, *message;
        const char *lang, *origin;
} Draft;

static void draft_clear(Draft *draft)
{
        g_free(draft->email);
        g_free(draft->token);
        g_free(draft->message);
        g_clear_pointer(&draft->answers, g_ptr_array_unref);
        g_clear_pointer(&draft->talks, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Draft, draft_clear)

static void check_path(Form *form, Draft *ret_draft)
{
        const char *path = form_value(form, "path");
        ret_draft->onsite = strcmp(path, "onsite") == 0;
        ret_draft->waits_onsite = strcmp(path, "waiting") == 0;
}

static void read_talks(Form *form, Draft *ret_draft)
{
        ret_draft->talks = g_array_new(FALSE, FALSE, sizeof(int64_t));
        for (guint i = 0; i < ret_draft->of->seats->len; i++) {
                const Seat *seat = ret_draft->of->seats->pdata[i];
                g_autofree char *name = seat_field(seat);
                if (form_ticked(form, name))
                        g_array_append_val(ret_draft->talks, seat->talk);
        }
}

static void check_form(Form *form, Draft *ret_draft)
{
        const Lang *lang = form_lang(form);
        AddressFault fault = address_read(form_value(form, "email"), &ret_draft->email);
        if (fault)
                form_fail(form, "email", tr(lang, address_fault_text(fault)));
        form_check(form);
        ret_draft->name = form_value(form, "name");
        check_path(form, ret_draft);
        read_talks(form, ret_draft);
        ret_draft->answers = question_answers_read(form, ret_draft->of->questions);
        ret_draft->needs = needs_form_read(form);
}

static bool draft_ready(Draft *draft, Request *req, Db *db, Form *form)
{
        check_form(form, draft);
        if (!form_is_ok(form))
                return false;
        draft->lang = lang_code(request_lang(req));
        draft->origin = request_origin(req);
        draft->visitor = request_account(req);
        draft->token = people_new_token();
        draft->message = confirmation_prepare(db, draft->event, draft->email, draft->token, request_lang(req),
                                              request_origin(req));
        return draft->message != NULL;
}

typedef enum { TAKEN, FULL, FAILED } Outcome;

/* Places in sessions are taken in the order of the turns, like those on site. */
static bool keep_places(Db *db, const Draft *draft, int64_t registration)
{
        if (draft->waits_onsite)
                place_wait_onsite(db, draft->event->id, registration);
        for (guint i = 0; i < draft->talks->len; i++)
                place_take(db, draft->event->id, registration, g_array_index(draft->talks, int64_t, i));
        return !db_failed(db);
}

static bool keep_new(Db *db, const Draft *draft, int64_t account, int64_t registration)
{
        return people_grant(db, account, draft->event->id, ROLE_ATTENDEE) && keep_places(db, draft, registration) &&
               answers_keep(db, registration, draft->of->questions, (char *const *)draft->answers->pdata) &&
               (needs_are_empty(&draft->needs) || needs_keep(db, registration, &draft->needs));
}

static bool keep_link(Db *db, const Draft *draft, int64_t account, int64_t at_us)
{
        g_autofree char *next = g_strdup_printf("/%s/me/now/", draft->event->slug);
        return people_keep_personal_link(db, draft->token, account, draft->event->id, next,
                                         registration_end_us(event_end_us(draft->event))) &&
               confirmation_post(db, draft->event, draft->email, draft->message, at_us);
}

/* Once an hour for an event, and to who is not signed in once an hour over all events: anybody may type this address.
 */
static bool mail_link(Db *db, const Draft *draft, int64_t account)
{
        int64_t at_us = account == draft->visitor ? now_us() : confirmation_slot_us(db, draft->email);
        if (at_us < 0 || !registration_mark_mailed(db, draft->event->id, account, now_us() - HOUR_US, at_us))
                return !db_failed(db);
        return keep_link(db, draft, account, at_us);
}

/* Who has registered already is told the same, and gets the link again, once an hour: an address cannot be probed. What
 * is registered already does not change, for nobody has shown yet that the address is theirs. */
static Outcome take_turn(Db *db, const Draft *draft)
{
        if (draft->onsite && !registration_has_place(db, draft->event->id))
                return FULL;
        int64_t account = people_ensure(db, draft->email, draft->name, draft->lang);
        int64_t registration = registration_insert(db, draft->event->id, account, draft->onsite);
        if (registration > 0 && !keep_new(db, draft, account, registration))
                return FAILED;
        if (!mail_link(db, draft, account))
                return FAILED;
        if (registration > 0 && account == draft->visitor)
                notice_confirm(db, draft->event, account, draft->origin);
        return db_failed(db) ? FAILED : TAKEN;
}

/* The form was read when a place was left: shown again, it has the line to choose. */
static void offer_line(Request *req, const Event *event, RegisterForm *form)
{
        Db *db = store_read_begin(request_store(req));
        form->places = registration_places(db, event->id);
        store_read_end(request_store(req), db);
        path_options(form->options, event, &form->places, form->setting, request_lang(req), true, form->kept);
}

static void take_registration(Request *req, const Draft *draft, RegisterForm *form)
{
        Store *store = request_store(req);
        Db *db = store_write_begin(store, WRITE_PAGE);
        Outcome outcome = take_turn(db, draft);
        g_autoptr(GError) error = NULL;
        bool kept = store_write_end(store, db, outcome == TAKEN, &error);
        if (!kept || outcome == FAILED) {
                respond_store_error(req, error);
        } else if (outcome == FULL) {
                form_fail(form->form, "path",
                          tr(request_lang(req),
                             "The last place on site has just been taken. You may come at a distance."));
                offer_line(req, draft->event, form);
                show_form(req, draft->event, form, 409);
        } else {
                respond_redirect(req, "/%s/register/sent/", draft->event->slug);
        }
}

void register_visitor(Request *req, Db *none)
{
        Store *store = request_store(req);
        Db *reader = store_read_begin(store);
        g_autoptr(Event) event = open_event(req, reader);
        g_auto(RegisterForm) form = { 0 };
        g_auto(Draft) draft = { .event = event, .of = &form };
        bool ready = false;
        if (event) {
                register_form_read(&form, req, reader, event);
                ready = draft_ready(&draft, req, reader, form.form);
        }
        store_read_end(store, reader);
        if (ready)
                take_registration(req, &draft, &form);
        else if (event)
                show_form(req, event, &form, 422);
}

void show_registered(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        Html *h = conference_page(req, event, EVENT_REGISTER,
                                  &(Page){ .title = tr(request_lang(req), "Check your mail") });
        registered_view(h, event);
        page_end(req, h, 200);
}

void show_cancelled(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        Html *h = conference_page(req, event, EVENT_REGISTER,
                                  &(Page){ .title = tr(request_lang(req), "Cancelled and erased") });
        cancelled_view(h, event);
        page_end(req, h, 200);
}
