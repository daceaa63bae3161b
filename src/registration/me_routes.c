#include "registration/registration_routes.h"

#include <jansson.h>
#include <string.h>

#include "base/time.h"
#include "base/when.h"
#include "people/people.h"
#include "registration/mine.h"
#include "registration/notice.h"
#include "registration/question.h"
#include "registration/registration_mail.h"
#include "registration/registration_views.h"

void mine_clear(Mine *mine)
{
        event_free(mine->event);
        account_free(mine->account);
        registration_free(mine->registration);
        setting_free(mine->setting);
        seat_free(mine->onsite);
        g_clear_pointer(&mine->kept, g_ptr_array_unref);
}

/* Whoever is here came by a link from the mailbox: the address is theirs. A page that is read takes a turn for it once.
 */
static void confirm_visit(Mine *mine, const Request *req)
{
        if (!mine->registration || mine->registration->confirmed_us || request_method(req) != GET)
                return;
        Db *writer = store_write_begin(request_store(req), WRITE_PAGE);
        bool confirmed = notice_confirm(writer, mine->event, mine->account->id, request_origin(req));
        if (store_write_end(request_store(req), writer, confirmed, NULL))
                mine->registration->confirmed_us = now_us();
}

void mine_read(Mine *mine, const Request *req, Db *db)
{
        mine->event = conference_event(db, request_event(req));
        mine->account = people_account(db, request_account(req));
        mine->registration = registration_of(db, request_event(req), request_account(req));
        mine->places = registration_places(db, request_event(req));
        mine->setting = setting_read(db, request_event(req));
        mine->kept = g_ptr_array_new_with_free_func(g_free);
        if (mine->registration)
                mine->onsite = seat_onsite(db, request_event(req), mine->registration->id);
        confirm_visit(mine, req);
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

const char *me_notice(const char *done)
{
        static const char *const texts[][2] = {
                { "changed", N_("Kept.") },
                { "forgotten", N_("Your needs are erased.") },
                { "yes", N_("Thank you. Your consent is kept with its date.") },
                { "no", N_("Done. From now on you are not recorded, and what was published is taken down.") },
                { "place", N_("You have a place. A mail with it follows.") },
                { "line", N_("You are in line. When it is your turn, a mail offers you the place.") },
                { "left", N_("Given back. Thank you: someone else may have it.") },
                { "late", N_("Too late: the time to accept this place is over. You may get in line again.") },
                { "none", N_("Nothing has changed: this session cannot be signed up for, or you are in it already.") },
                { "address", N_("Look into the mail of the new address: its link makes the change.") },
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

static const char *path_of(const Mine *mine)
{
        if (mine->registration && mine->registration->onsite)
                return "onsite";
        return mine->onsite && mine->onsite->state == PLACE_WAITING ? "waiting" : "remote";
}

static Form *me_form(Request *req, const Mine *mine, FormOption options[4])
{
        bool asks_path = mine->places.all > 0;
        Form *form = form_new(req, asks_path ? FIELDS : NAME_ALONE);
        form_set(form, "name", mine->account->name);
        if (!asks_path)
                return form;
        path_options(options, mine->event, &mine->places, mine->setting, request_lang(req), true, mine->kept);
        options[strcmp(path_of(mine), "onsite") == 0 ? 1 : 0].disabled = false; /* one may stay where one is */
        form_options(form, "path", options);
        form_set(form, "path", path_of(mine));
        return form;
}

static void show_mine(Request *req, Db *db, const Mine *mine, const Form *form, int status)
{
        Consent consent = people_consent(db, mine->account->id, mine->event->id);
        int64_t chosen_us = consent.standing ? consent.given_us : consent.withdrawn_us;
        g_autofree char *day = when_date(request_lang(req), mine->event->zone, chosen_us);
        g_auto(MeNow) now = { 0 };
        me_now_read(&now, db, mine->event, request_lang(req));
        g_autoptr(GPtrArray) seats =
                mine->registration ? seats_of(db, mine->event->id, mine->registration->id) : g_ptr_array_new();
        g_autoptr(GPtrArray) limited = seat_list(db, mine->event->id, 0, 0, 1);
        g_autoptr(Person) speaker =
                request_may(req, RIGHT_SPEAKER) ? person_of_account(db, mine->event->id, mine->account->id) : NULL;
        MePage page = { .event = mine->event,
                        .now = &now,
                        .account = mine->account,
                        .registration = mine->registration,
                        .consent = consent,
                        .consent_day = day,
                        .speaker = speaker,
                        .form = form,
                        .seats = seats,
                        .onsite = mine->onsite,
                        .has_limited = limited->len > 0,
                        .asks_path = mine->places.all > 0,
                        .has_questions = questions_count(db, mine->event->id) > 0,
                        .has_needs = mine->registration && needs_agreed_us(db, mine->registration->id) > 0,
                        .notice = me_notice(request_query(req, "done")) };
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
        FormOption options[4];
        g_autoptr(Form) form = me_form(req, &mine, options);
        show_mine(req, db, &mine, form, 200);
}

/* Another path, or another turn in the line for one; false when no place is left on site. */
static bool change_path(Db *db, const Mine *mine, const char *path, const char *origin)
{
        const Registration *registration = mine->registration;
        bool onsite = strcmp(path, "onsite") == 0, waits = strcmp(path, "waiting") == 0;
        if (strcmp(path, path_of(mine)) == 0)
                return true;
        if (onsite && mine->onsite && mine->onsite->state == PLACE_OFFERED)
                return place_accept(db, mine->event->id, registration->id, 0);
        if (waits)
                return registration->onsite || place_wait_onsite(db, mine->event->id, registration->id);
        if (onsite != registration->onsite && !registration_change_path(db, registration->id, mine->event->id, onsite))
                return false;
        place_leave(db, mine->event->id, registration->id, 0);
        return notice_line_moved(db, mine->event, 0, origin);
}

void change_me(Request *req, Db *db)
{
        g_auto(Mine) mine = { 0 };
        mine_read(&mine, req, db);
        if (!mine.registration) {
                respond_not_found(req);
                return;
        }
        FormOption options[4];
        g_autoptr(Form) form = me_form(req, &mine, options);
        if (form_check(form) && mine.places.all > 0 &&
            !change_path(db, &mine, form_value(form, "path"), request_origin(req)))
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
        notice_end(db, mine.event, mine.registration, request_origin(req));
        if (people_roles(db, mine.account->id, mine.event->id) == 0)
                session_end(req, db);
        respond_redirect(req, "/%s/register/cancelled/", mine.event->slug);
}
