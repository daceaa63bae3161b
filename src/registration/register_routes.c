#include "registration/registration_routes.h"

#include <string.h>

#include "base/time.h"
#include "people/people.h"
#include "registration/registration_mail.h"
#include "registration/registration_views.h"

#define NAME_CHARACTERS_MAX 80

/* The first is asked only where one may come on site. */
static const FormField FIELDS[] = {
        { .name = "path", .label = N_("How will you come?"), .kind = FIELD_CHOICE, .required = true },
        { .name = "name",
          .label = N_("Name shown in the room"),
          .hint = N_("First name, full name or pseudonym: as you wish to be called. Those in the room see it; it is "
                     "erased "
                     "30 days after the event."),
          .required = true,
          .characters_max = NAME_CHARACTERS_MAX,
          .autocomplete = "name" },
        { .name = "email",
          .label = N_("E-mail address"),
          .hint = N_("Your link goes there. The organisers of this event alone see it; it is erased 30 days after the "
                     "event."),
          .kind = FIELD_EMAIL,
          .required = true,
          .autocomplete = "email" },
        { .name = "captions", .label = N_("Captions shown from the start"), .kind = FIELD_TICK },
        { .name = "sign", .label = N_("Sign language enlarged"), .kind = FIELD_TICK },
        { .name = "audio", .label = N_("Weak connection: sound and pictures only"), .kind = FIELD_TICK },
        { .name = "wheelchair", .label = N_("A wheelchair place (on site)"), .kind = FIELD_TICK },
        { .name = "other",
          .label = N_("Something else to prepare"),
          .hint = N_("Read by the organisers of this event alone, without your name, and erased the day after it."),
          .kind = FIELD_TEXT,
          .characters_max = NEED_CHARACTERS_MAX,
          .rows = 2 },
        { .name = "agreed",
          .label = N_("I agree that these needs are kept for the event."),
          .hint = N_("Only if you have told some. They may say something of your health: nobody keeps them without "
                     "your word."),
          .kind = FIELD_TICK },
        { 0 },
};

void path_options(FormOption ret_options[3], const Event *event, const Places *places, const Lang *lang,
                  bool may_choose_full, char **ret_hint)
{
        int64_t left = MAX(0, places->all - places->taken);
        g_autofree char *words =
                g_strdup_printf(tr_n(lang, "%d place left.", "%d places left.", (unsigned long)left), (int)left);
        *ret_hint = *event->place ? g_strdup_printf("%s. %s", event->place, words) : g_steal_pointer(&words);
        ret_options[0] = (FormOption){ .value = "remote",
                                       .label = N_("At a distance"),
                                       .hint = N_("A browser is enough. The link comes by mail.") };
        ret_options[1] = (FormOption){ .value = "onsite",
                                       .label = N_("On site"),
                                       .hint = left > 0 ? *ret_hint : N_("Every place is taken."),
                                       .disabled = left == 0 && !may_choose_full };
        ret_options[2] = (FormOption){ 0 };
}

/* A form with what its options point to. */
typedef struct {
        Form *form;
        FormOption options[3];
        char *hint;
        bool asks_path;
} RegisterForm;

static void register_form_clear(RegisterForm *form)
{
        form_free(form->form);
        g_free(form->hint);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RegisterForm, register_form_clear)

static void register_form_read(RegisterForm *form, Request *req, Db *db, const Event *event)
{
        Places places = registration_places(db, event->id);
        form->asks_path = places.all > 0;
        form->form = form_new(req, form->asks_path ? FIELDS : FIELDS + 1);
        if (!form->asks_path)
                return;
        path_options(form->options, event, &places, request_lang(req), request_method(req) != GET, &form->hint);
        form_options(form->form, "path", form->options);
        form_set(form->form, "path", "remote");
}

static void show_form(Request *req, const Event *event, const RegisterForm *form, int status)
{
        g_autofree char *days = event_days_text(event, request_lang(req));
        Html *h = conference_page(req, event, EVENT_REGISTER, &(Page){ .title = tr(request_lang(req), "Register") });
        register_view(
                h, &(RegisterPage){ .event = event, .form = form->form, .days = days, .asks_path = form->asks_path });
        page_end(req, h, status);
}

/* Answers by itself when there is no such event, or it is over. */
static Event *open_event(Request *req, Db *db)
{
        Event *event = conference_event(db, request_event(req));
        if (event && registration_is_open(event_end_us(event), now_us()))
                return event;
        if (event) {
                Html *h = conference_page(req, event, EVENT_REGISTER,
                                          &(Page){ .title = tr(request_lang(req), "This event is over") });
                closed_view(h, event);
                page_end(req, h, request_method(req) == GET ? 200 : 409);
        } else {
                respond_not_found(req);
        }
        event_free(event);
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
        bool onsite;
        Needs needs;
        char *email, *token, *message;
        const char *lang;
} Draft;

static void draft_clear(Draft *draft)
{
        g_free(draft->email);
        g_free(draft->token);
        g_free(draft->message);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Draft, draft_clear)

static void check_form(Form *form, Draft *ret_draft)
{
        const Lang *lang = form_lang(form);
        AddressFault fault = address_read(form_value(form, "email"), &ret_draft->email);
        if (fault)
                form_fail(form, "email", tr(lang, address_fault_text(fault)));
        form_check(form);
        ret_draft->name = form_value(form, "name");
        ret_draft->onsite = strcmp(form_value(form, "path"), "onsite") == 0;
        ret_draft->needs = (Needs){ .captions = form_ticked(form, "captions"),
                                    .sign = form_ticked(form, "sign"),
                                    .audio = form_ticked(form, "audio"),
                                    .wheelchair = form_ticked(form, "wheelchair"),
                                    .other = form_value(form, "other") };
        if (!needs_are_empty(&ret_draft->needs) && !form_ticked(form, "agreed"))
                form_fail(form, "agreed",
                          tr(lang, "Tick this box, or take your needs out: they are not kept without it."));
}

static bool draft_ready(Draft *draft, Request *req, Db *db, Form *form)
{
        check_form(form, draft);
        if (!form_is_ok(form))
                return false;
        draft->lang = lang_code(request_lang(req));
        draft->token = people_new_token();
        draft->message = confirmation_prepare(db, draft->event, draft->email, draft->token, request_lang(req),
                                              request_origin(req));
        return draft->message != NULL;
}

typedef enum { TAKEN, FULL, FAILED } Outcome;

static bool keep_new(Db *db, const Draft *draft, int64_t account, int64_t registration)
{
        return people_grant(db, account, draft->event->id, ROLE_ATTENDEE) &&
               (needs_are_empty(&draft->needs) || needs_keep(db, registration, &draft->needs));
}

static bool keep_link(Db *db, const Draft *draft, int64_t account)
{
        g_autofree char *next = g_strdup_printf("/%s/me/now/", draft->event->slug);
        return people_keep_personal_link(db, draft->token, account, draft->event->id, next,
                                         registration_end_us(event_end_us(draft->event))) &&
               confirmation_post(db, draft->event, draft->email, draft->message);
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
        if (registration_mark_mailed(db, draft->event->id, account, now_us() - HOUR_US) &&
            !keep_link(db, draft, account))
                return FAILED;
        return db_failed(db) ? FAILED : TAKEN;
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
        g_auto(Draft) draft = { .event = event };
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
                                  &(Page){ .title = tr(request_lang(req), "Look into your mail") });
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
