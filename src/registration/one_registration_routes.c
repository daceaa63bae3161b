/* One registration, as the organisers see it; one by hand; all of them as a table. */
#include "registration/registration_routes.h"

#include <string.h>

#include "base/csv.h"
#include "base/time.h"
#include "base/when.h"
#include "people/people.h"
#include "registration/notice.h"
#include "registration/registration_mail.h"
#include "registration/registration_views.h"

#define ROWS_A_STEP 200

static Registration *asked_registration(Request *req, Db *db)
{
        guint64 id = 0;
        Registration *registration = NULL;
        if (g_ascii_string_to_unsigned(request_param(req, "registration"), 10, 1, INT64_MAX, &id, NULL))
                registration = registration_by_id(db, request_event(req), (int64_t)id);
        if (!registration)
                respond_not_found(req);
        return registration;
}

static GPtrArray *answer_texts(Db *db, int64_t registration, const GPtrArray *questions, const Lang *lang)
{
        g_autoptr(GPtrArray) answers = answers_of(db, registration, questions);
        GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);
        for (guint i = 0; i < questions->len; i++)
                g_ptr_array_add(texts, answer_text(questions->pdata[i], answers->pdata[i], lang));
        return texts;
}

void show_registration(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        g_autoptr(Registration) registration = asked_registration(req, db);
        if (!registration)
                return;
        g_autoptr(GPtrArray) questions = question_list(db, event->id);
        g_autoptr(GPtrArray) answers = answer_texts(db, registration->id, questions, request_lang(req));
        g_autoptr(GPtrArray) seats = seats_of(db, event->id, registration->id);
        g_autoptr(Seat) onsite = seat_onsite(db, event->id, registration->id);
        g_autofree char *registered = when_day_time(request_lang(req), event->zone, registration->created_us);
        bool given = strcmp(request_query(req, "done"), "given") == 0;
        Html *h = conference_page(req, event, EVENT_ORGANISE,
                                  &(Page){ .title = tr(request_lang(req), "Registration"), .no_index = true });
        one_registration_view(
                h, &(OneRegistrationPage){ .event = event,
                                           .registration = registration,
                                           .seats = seats,
                                           .onsite = onsite,
                                           .questions = questions,
                                           .answers = answers,
                                           .registered = registered,
                                           .notice = given ? N_("The place is given. A mail tells it.") : "" });
        page_end(req, h, 200);
}

static bool give_by_hand(Db *db, const Event *event, const Registration *registration, const char *talk_text,
                         const char *origin)
{
        guint64 talk = 0;
        if (!g_ascii_string_to_unsigned(talk_text, 10, 0, INT64_MAX, &talk, NULL) ||
            !place_give(db, event->id, registration->id, (int64_t)talk))
                return false;
        Notice notice = notice_to(db, event, registration, origin);
        return talk == 0 ? place_given_post(&notice) : places_post(&notice);
}

void change_registration(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        g_autoptr(Registration) registration = asked_registration(req, db);
        if (!registration)
                return;
        const char *act = request_field(req, "act");
        if (strcmp(act, "cancel") == 0) {
                cancellation_post(db, event, registration, registration->lang, request_origin(req));
                notice_end(db, event, registration, request_origin(req));
                respond_redirect(req, "/%s/organise/registrations/?done=cancelled", event->slug);
        } else if (g_str_has_prefix(act, "give-") &&
                   give_by_hand(db, event, registration, act + 5, request_origin(req))) {
                respond_redirect(req, "/%s/organise/registrations/%" G_GINT64_FORMAT "/?done=given", event->slug,
                                 registration->id);
        } else {
                respond_error(req, 422, tr(request_lang(req), "Nothing was done: reload the page and choose again."));
        }
}

/* --- by hand ----------------------------------------------------------------------------------------------------- */

static const FormOption PATHS[] = { { .value = "remote", .label = N_("At a distance") },
                                    { .value = "onsite", .label = N_("On site") },
                                    { 0 } };
static const FormField ADD[] = {
        { .name = "name", .label = N_("Name shown in the room"), .required = true, .characters_max = 80 },
        { .name = "email", .label = N_("E-mail address"), .kind = FIELD_EMAIL, .required = true },
        { .name = "path", .label = N_("Path"), .kind = FIELD_SELECT, .options = PATHS, .required = true },
        { 0 },
};

static void show_add_form(Request *req, const Event *event, const Form *form, int status)
{
        Html *h = conference_page(req, event, EVENT_ORGANISE,
                                  &(Page){ .title = tr(request_lang(req), "Register someone"), .no_index = true });
        add_registration_view(h, &(AddPage){ .event = event, .form = form });
        page_end(req, h, status);
}

void show_add(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        g_autoptr(Form) form = form_new(req, ADD);
        form_set(form, "path", "remote");
        show_add_form(req, event, form, 200);
}

static bool mail_link(Request *req, Db *db, const Event *event, int64_t account, const char *email)
{
        g_autofree char *token = people_new_token();
        g_autofree char *next = g_strdup_printf("/%s/me/now/", event->slug);
        const Lang *lang = lang_find(event->lang);
        g_autofree char *message =
                confirmation_prepare(db, event, email, token, lang ? lang : lang_default(), request_origin(req));
        return message && registration_mark_mailed(db, event->id, account, now_us(), now_us()) &&
               people_keep_personal_link(db, token, account, event->id, next,
                                         registration_end_us(event_end_us(event))) &&
               confirmation_post(db, event, email, message, 0);
}

void add_registration(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        g_autoptr(Form) form = form_new(req, ADD);
        g_autofree char *email = NULL;
        AddressFault fault = address_read(form_value(form, "email"), &email);
        if (fault)
                form_fail(form, "email", tr(request_lang(req), address_fault_text(fault)));
        bool onsite = strcmp(form_value(form, "path"), "onsite") == 0;
        int64_t account = 0;
        if (form_check(form)) {
                account = people_ensure(db, email, form_value(form, "name"), event->lang);
                g_autoptr(Registration) there = registration_of(db, event->id, account);
                if (there)
                        form_fail(form, "email", tr(request_lang(req), "This address is registered already."));
                else if (registration_insert(db, event->id, account, onsite) == 0)
                        form_fail(form, "path",
                                  tr(request_lang(req), "Every place on site is taken, or promised to those in line."));
        }
        if (form_is_ok(form) && people_grant(db, account, event->id, ROLE_ATTENDEE) &&
            mail_link(req, db, event, account, email))
                respond_redirect(req, "/%s/organise/registrations/?done=added", event->slug);
        else
                show_add_form(req, event, form, 422);
}

/* --- as a table -------------------------------------------------------------------------------------------------- */

static void put_time(GString *csv, const Event *event, int64_t at_us)
{
        g_autofree char *text = at_us > 0 ? when_iso(event->zone, at_us) : g_strdup("");
        csv_put(csv, text, false, ',');
}

static void put_row(GString *csv, Db *db, const Event *event, const Registration *registration,
                    const GPtrArray *questions, const Lang *lang)
{
        csv_put(csv, registration->name, true, ',');
        csv_put(csv, registration->email, false, ',');
        csv_put(csv, registration->onsite ? "onsite" : "remote", false, ',');
        put_time(csv, event, registration->created_us);
        put_time(csv, event, registration->confirmed_us);
        g_autoptr(GPtrArray) seats = seats_of(db, event->id, registration->id);
        g_autoptr(GString) held = g_string_new(NULL), waits = g_string_new(NULL);
        for (guint i = 0; i < seats->len; i++) {
                const Seat *seat = seats->pdata[i];
                GString *list = seat->state == PLACE_HELD ? held : waits;
                g_string_append_printf(list, "%s%s", list->len ? "; " : "", seat->title);
        }
        csv_put(csv, held->str, false, ',');
        csv_put(csv, waits->str, false, ',');
        g_autoptr(GPtrArray) answers = answer_texts(db, registration->id, questions, lang);
        for (guint i = 0; i < answers->len; i++)
                csv_put(csv, answers->pdata[i], false, ',');
        csv_end_row(csv);
}

void export_registrations(Request *req, Db *db)
{
        static const char *const columns[] = {
                "name", "email", "path", "registered", "confirmed", "sessions", "waiting"
        };
        g_autoptr(Event) event = conference_event(db, request_event(req));
        g_autoptr(GPtrArray) questions = question_list(db, event->id);
        g_autoptr(GString) csv = g_string_new("\xEF\xBB\xBF"); /* spreadsheets take it for UTF-8 by this mark */
        for (guint i = 0; i < G_N_ELEMENTS(columns); i++)
                csv_put(csv, columns[i], i == 0, ',');
        for (guint i = 0; i < questions->len; i++)
                csv_put(csv, ((const Question *)questions->pdata[i])->label, false, ',');
        csv_end_row(csv);
        guint found = ROWS_A_STEP;
        for (int64_t offset = 0; found == ROWS_A_STEP; offset += found) {
                g_autoptr(GPtrArray) some = registration_list(db, event->id, offset, ROWS_A_STEP);
                for (guint i = 0; i < some->len; i++)
                        put_row(csv, db, event, some->pdata[i], questions, request_lang(req));
                found = some->len;
        }
        respond_header(req, "Content-Disposition", "attachment; filename=\"registrations.csv\"");
        respond_header(req, "Cache-Control", "no-store");
        respond_text(req, 200, "text/csv; charset=utf-8", csv->str);
}
