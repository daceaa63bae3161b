#include "registration/registration_routes.h"

#include <jansson.h>
#include <string.h>

#include "base/time.h"
#include "base/when.h"
#include "people/people.h"
#include "registration/registration_mail.h"
#include "registration/registration_views.h"

/* Everything the personal page is about; all of it borrowed by the views. */
typedef struct {
        Event *event;
        Account *account;
        Registration *registration;
        Places places;
} Mine;

static void mine_clear(Mine *mine)
{
        event_free(mine->event);
        account_free(mine->account);
        registration_free(mine->registration);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Mine, mine_clear)

static void mine_read(Mine *mine, const Request *req, Db *db)
{
        mine->event = conference_event(db, request_event(req));
        mine->account = people_account(db, request_account(req));
        mine->registration = registration_of(db, request_event(req), request_account(req));
        mine->places = registration_places(db, request_event(req));
}

static const FormField FIELDS[] = {
        { .name = "name",
          .label = N_("Name shown in the room"),
          .hint = N_("Those in the room see it; it is erased 30 days after the event."),
          .required = true,
          .characters_max = 80,
          .autocomplete = "name" },
        { .name = "path", .label = N_("How will you come?"), .kind = FIELD_CHOICE, .required = true },
        { 0 },
};
static const FormField NAME_ALONE[] = {
        { .name = "name",
          .label = N_("Name shown in the room"),
          .hint = N_("Those in the room see it; it is erased 30 days after the event."),
          .required = true,
          .characters_max = 80,
          .autocomplete = "name" },
        { 0 },
};

static const char *notice_text(const char *done)
{
        static const char *const texts[][2] = {
                { "changed", N_("Kept.") },
                { "yes", N_("Thank you. Your consent is kept with its date.") },
                { "no", N_("Done. From now on you are not recorded, and what was published is taken down.") },
                { "revoked",
                  N_("Done. The old link opens nothing any more; register again with your address for a new one.") },
        };
        for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
                if (strcmp(texts[i][0], done) == 0)
                        return texts[i][1];
        return "";
}

/* Where someone is not signed in, the way in leads back here. */
static bool is_signed_in(Request *req, const Event *event)
{
        if (request_account(req))
                return true;
        respond_redirect(req, "/sign-in/?next=/%s/me/", event->slug);
        return false;
}

static Form *me_form(Request *req, const Mine *mine, FormOption options[3], char **ret_hint)
{
        bool asks_path = mine->places.all > 0;
        Form *form = form_new(req, asks_path ? FIELDS : NAME_ALONE);
        form_set(form, "name", mine->account->name);
        if (!asks_path)
                return form;
        path_options(options, mine->event, &mine->places, request_lang(req), true, ret_hint);
        form_options(form, "path", options);
        form_set(form, "path", mine->registration && mine->registration->onsite ? "onsite" : "remote");
        return form;
}

static void show_mine(Request *req, Db *db, const Mine *mine, const Form *form, int status)
{
        Consent consent = people_consent(db, mine->account->id, mine->event->id);
        int64_t chosen_us = consent.standing ? consent.given_us : consent.withdrawn_us;
        g_autofree char *day = when_date(request_lang(req), mine->event->zone, chosen_us);
        g_auto(MeNow) now = { 0 };
        me_now_read(&now, db, mine->event, request_lang(req));
        MePage page = { .event = mine->event,
                        .now = &now,
                        .account = mine->account,
                        .registration = mine->registration,
                        .consent = consent,
                        .consent_day = day,
                        .form = form,
                        .asks_path = mine->places.all > 0,
                        .has_needs = mine->registration && needs_agreed_us(db, mine->registration->id) > 0,
                        .notice = notice_text(request_query(req, "done")) };
        Html *h = conference_page(req, mine->event, EVENT_NOWHERE,
                                  &(Page){ .title = tr(request_lang(req), "Your own page"), .no_index = true });
        me_view(h, &page);
        page_end(req, h, status);
}

void show_me(Request *req, Db *db)
{
        g_auto(Mine) mine = { 0 };
        mine_read(&mine, req, db);
        if (!is_signed_in(req, mine.event))
                return;
        FormOption options[3];
        g_autofree char *hint = NULL;
        g_autoptr(Form) form = me_form(req, &mine, options, &hint);
        show_mine(req, db, &mine, form, 200);
}

void change_me(Request *req, Db *db)
{
        g_auto(Mine) mine = { 0 };
        mine_read(&mine, req, db);
        if (!mine.registration) {
                respond_not_found(req);
                return;
        }
        FormOption options[3];
        g_autofree char *hint = NULL;
        g_autoptr(Form) form = me_form(req, &mine, options, &hint);
        bool onsite = strcmp(form_value(form, "path"), "onsite") == 0;
        if (form_check(form) && mine.places.all > 0 && onsite != mine.registration->onsite &&
            !registration_change_path(db, mine.registration->id, mine.event->id, onsite))
                form_fail(form, "path",
                          tr(request_lang(req), "Every place on site is taken. You keep the one at a distance."));
        if (form_is_ok(form) && people_set_name(db, mine.account->id, form_value(form, "name")))
                respond_redirect(req, "/%s/me/?done=changed", mine.event->slug);
        else
                show_mine(req, db, &mine, form, 422);
}

void change_consent(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        bool yes = strcmp(request_field(req, "choice"), "yes") == 0;
        if (yes)
                people_consent_give(db, request_account(req), event->id);
        else
                people_consent_withdraw(db, request_account(req), event->id);
        respond_redirect(req, "/%s/me/?done=%s", event->slug, yes ? "yes" : "no");
}

void revoke_links(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        people_revoke_personal_links(db, request_account(req), event->id);
        respond_redirect(req, "/%s/me/?done=revoked", event->slug);
}

static json_t *time_json(int64_t at_us)
{
        g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(at_us / SECOND_US);
        g_autofree char *text = g_date_time_format_iso8601(time);
        return at_us ? json_string(text) : json_null();
}

static char *my_data_json(Db *db, const Mine *mine)
{
        Consent consent = people_consent(db, mine->account->id, mine->event->id);
        json_t *data = mine->registration ? registration_json(db, mine->registration) : json_object();
        json_object_set_new(data, "event", json_string(mine->event->title));
        json_object_set_new(data, "name", json_string(mine->account->name));
        json_object_set_new(data, "email", json_string(mine->account->email));
        json_object_set_new(data, "language", json_string(mine->account->lang));
        json_object_set_new(data, "consent_given", time_json(consent.given_us));
        json_object_set_new(data, "consent_withdrawn", time_json(consent.withdrawn_us));
        char *dumped = json_dumps(data, JSON_INDENT(2));
        char *text = g_strdup(dumped);
        free(dumped);
        json_decref(data);
        return text;
}

void send_my_data(Request *req, Db *db)
{
        g_auto(Mine) mine = { 0 };
        mine_read(&mine, req, db);
        g_autofree char *json = my_data_json(db, &mine);
        respond_header(req, "Content-Disposition", "attachment; filename=\"registration.json\"");
        respond_header(req, "Cache-Control", "no-store");
        respond_text(req, 200, "application/json", json);
}

void show_cancel(Request *req, Db *db)
{
        g_auto(Mine) mine = { 0 };
        mine_read(&mine, req, db);
        if (!mine.registration) {
                respond_not_found(req);
                return;
        }
        Html *h = conference_page(
                req, mine.event, EVENT_NOWHERE,
                &(Page){ .title = tr(request_lang(req), "Cancel your registration?"), .no_index = true });
        cancel_view(h, &(MePage){ .event = mine.event });
        page_end(req, h, 200);
}

void cancel_registration(Request *req, Db *db)
{
        g_auto(Mine) mine = { 0 };
        mine_read(&mine, req, db);
        if (!mine.registration) {
                respond_not_found(req);
                return;
        }
        cancellation_post(db, mine.event, mine.registration, request_lang(req), request_origin(req));
        registration_end(db, mine.event->id, mine.account->id);
        if (people_roles(db, mine.account->id, mine.event->id) == 0)
                session_end(req, db);
        respond_redirect(req, "/%s/register/cancelled/", mine.event->slug);
}
