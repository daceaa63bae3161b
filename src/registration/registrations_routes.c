#include "registration/registration_routes.h"

#include <string.h>

#include "people/people.h"
#include "registration/registration_views.h"

#define ROWS 30
#define PLACES_MAX 100000
#define SESSIONS_LISTED 40
#define FORM_BYTES (4 * 1024)

static const FormField FIELDS[] = {
        { .name = "places",
          .label = N_("Places on site"),
          .hint = N_("0: the event is held at a distance only. Who has a place keeps it when there are fewer."),
          .kind = FIELD_NUMBER,
          .required = true,
          .max = PLACES_MAX },
        { 0 },
};

static const FormOption PATHS[] = { { .value = "remote", .label = N_("At a distance") },
                                    { .value = "onsite", .label = N_("On site") },
                                    { 0 } };
static const FormOption STATES[] = { { .value = "confirmed", .label = N_("confirmed") },
                                     { .value = "unconfirmed", .label = N_("not confirmed yet") },
                                     { .value = "waiting", .label = N_("waiting for a place") },
                                     { 0 } };
static const FormField SEARCH[] = {
        { .name = "q", .label = N_("Name or address") },
        { .name = "path", .label = N_("Path"), .kind = FIELD_SELECT, .options = PATHS },
        { .name = "state", .label = N_("State"), .kind = FIELD_SELECT, .options = STATES },
        { .name = "talk", .label = N_("Session"), .kind = FIELD_SELECT },
        { 0 },
};

static RegistrationFilter filter_of(const Request *req)
{
        RegistrationFilter filter = { .words = request_query(req, "q"),
                                      .path = request_query(req, "path"),
                                      .state = request_query(req, "state") };
        filter.talk = g_ascii_strtoll(request_query(req, "talk"), NULL, 10);
        return filter;
}

/* "&q=…&path=…" of what was searched, "" for nothing. (transfer full) */
static char *query_of(const Request *req)
{
        g_autoptr(GString) query = g_string_new(NULL);
        for (const FormField *field = SEARCH; field->name; field++) {
                g_autofree char *value = g_uri_escape_string(request_query(req, field->name), NULL, false);
                if (*value)
                        g_string_append_printf(query, "&%s=%s", field->name, value);
        }
        return g_strdup(query->str);
}

/* The sessions with limited places, to choose one. */
static Form *search_form(Request *req, Db *db, const Event *event, GArray *options, GPtrArray *kept)
{
        g_autoptr(GPtrArray) sessions = registration_by_session(db, event->id);
        for (guint i = 0; i < sessions->len && i < SESSIONS_LISTED; i++) {
                const RegistrationFigure *figure = sessions->pdata[i];
                FormOption option = { .value = g_strdup_printf("%" G_GINT64_FORMAT, figure->talk),
                                      .label = g_strdup(figure->label) };
                g_ptr_array_add(kept, (gpointer)option.value);
                g_ptr_array_add(kept, (gpointer)option.label);
                g_array_append_val(options, option);
        }
        const FormOption end = { 0 };
        g_array_append_val(options, end);
        Form *form = form_new_plain(request_lang(req), SEARCH, false);
        form_options(form, "talk", (const FormOption *)options->data);
        for (const FormField *field = SEARCH; field->name; field++)
                form_set(form, field->name, request_query(req, field->name));
        return form;
}

static const char *notice_of(const Request *req)
{
        const char *done = request_query(req, "done");
        if (strcmp(done, "changed") == 0)
                return N_("Kept.");
        if (strcmp(done, "cancelled") == 0)
                return N_("Cancelled and erased. A mail tells it.");
        return strcmp(done, "added") == 0 ? N_("Registered. The mail with the link is on its way.") : "";
}

static void show_with(Request *req, Db *db, const Event *event, const Form *form, int status)
{
        bool names_only = !request_may(req, RIGHT_ORGANISER);
        RegistrationFilter filter =
                names_only ? (RegistrationFilter){ .words = "", .path = "", .state = "" } : filter_of(req);
        int page_count = MAX(1, (int)((registration_count_found(db, event->id, &filter) + ROWS - 1) / ROWS));
        guint64 page = 1;
        g_ascii_string_to_unsigned(request_query(req, "page"), 10, 1, (guint64)page_count, &page, NULL);
        g_autoptr(GPtrArray) registrations =
                registration_find_all(db, event->id, &filter, ((int64_t)page - 1) * ROWS, ROWS);
        g_autoptr(NeedsSummary) needs = needs_summary(db, event->id);
        g_autoptr(GArray) options = g_array_new(FALSE, TRUE, sizeof(FormOption));
        g_autoptr(GPtrArray) kept = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(Form) search = search_form(req, db, event, options, kept);
        g_autofree char *query = query_of(req);
        g_autofree char *before = g_strdup_printf("?page=%d%s", (int)page - 1, query);
        g_autofree char *after = g_strdup_printf("?page=%d%s", (int)page + 1, query);
        RegistrationsPage view = { .event = event,
                                   .count = registration_count(db, event->id),
                                   .needs = needs,
                                   .registrations = registrations,
                                   .form = form,
                                   .search = search,
                                   .names_only = names_only,
                                   .page = (int)page,
                                   .page_count = page_count,
                                   .query = query,
                                   .before = before,
                                   .after = after,
                                   .notice = notice_of(req) };
        Html *h = conference_page(req, event, EVENT_ORGANISE,
                                  &(Page){ .title = tr(request_lang(req), "Registrations"), .no_index = true });
        registrations_view(h, &view);
        page_end(req, h, status);
}

static Form *places_form(Request *req, Db *db, const Event *event)
{
        Form *form = form_new(req, FIELDS);
        g_autofree char *places = g_strdup_printf("%" G_GINT64_FORMAT, registration_places(db, event->id).all);
        form_set(form, "places", places);
        return form;
}

void show_registrations(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        g_autoptr(Form) form = places_form(req, db, event);
        show_with(req, db, event, form, 200);
}

void change_places(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        g_autoptr(Form) form = places_form(req, db, event);
        if (form_check(form) && registration_set_places(db, event->id, form_number(form, "places", 0)))
                respond_redirect(req, "/%s/organise/registrations/?done=changed", event->slug);
        else
                show_with(req, db, event, form, 422);
}

const Route registration_routes[] = {
        { GET, "/:event/register/", show_register, RIGHT_PUBLIC, 0, "Register" },
        { POST_ALONE, "/:event/register/", register_visitor, RIGHT_PUBLIC, 64 * 1024, "Take a registration" },
        { GET, "/:event/register/sent/", show_registered, RIGHT_PUBLIC, 0, "A confirmation is on its way" },
        { GET, "/:event/register/cancelled/", show_cancelled, RIGHT_PUBLIC, 0, "A registration is cancelled" },
        { GET, "/:event/me/", show_me, RIGHT_PUBLIC, 0, "Personal page" },
        { GET, "/:event/me/now/", go_in, RIGHT_SIGNED_IN, 0, "To the room that is live, else to one's page" },
        { POST, "/:event/me/", change_me, RIGHT_SIGNED_IN, FORM_BYTES, "Change one's registration" },
        { POST, "/:event/me/consent/", change_consent, RIGHT_SIGNED_IN, FORM_BYTES, "Give or withdraw consent" },
        { POST, "/:event/me/revoke/", revoke_links, RIGHT_SIGNED_IN, FORM_BYTES, "Make one's link useless" },
        { GET, "/:event/me/registration.json", send_my_data, RIGHT_SIGNED_IN, 0, "One's data" },
        { GET, "/:event/me/cancel/", show_cancel, RIGHT_SIGNED_IN, 0, "Cancel a registration?" },
        { POST, "/:event/me/cancel/", cancel_registration, RIGHT_SIGNED_IN, FORM_BYTES, "Cancel a registration" },
        { GET, "/:event/me/sessions/", show_my_sessions, RIGHT_SIGNED_IN, 0, "Sessions with limited places" },
        { POST, "/:event/me/place/", change_place, RIGHT_SIGNED_IN, FORM_BYTES, "Take, accept or give back a place" },
        { GET, "/:event/me/answers/", show_answers, RIGHT_SIGNED_IN, 0, "One's answers and needs" },
        { POST, "/:event/me/answers/", change_answers, RIGHT_SIGNED_IN, 64 * 1024, "Change one's answers and needs" },
        { GET, "/:event/me/address/", show_address, RIGHT_SIGNED_IN, 0, "Correct one's address" },
        { POST, "/:event/me/address/", ask_address, RIGHT_SIGNED_IN, FORM_BYTES, "Ask to change one's address" },
        { GET, "/:event/address/:token/", show_address_link, RIGHT_PUBLIC, 0, "Confirm an address" },
        { POST, "/:event/address/:token/", change_address, RIGHT_PUBLIC, FORM_BYTES, "Change an address" },
        { GET, "/:event/unsubscribe/:key/", show_quiet, RIGHT_PUBLIC, 0, "No more reminders?" },
        { POST, "/:event/unsubscribe/:key/", set_quiet, RIGHT_PUBLIC, FORM_BYTES, "No more reminders",
          .from_anywhere = true },
        { GET, "/:event/organise/registrations/", show_registrations, RIGHT_CHECKIN, 0, "Registrations",
          .menu = N_("Registrations"), .menu_text = N_("Who comes, how many places.") },
        { GET, "/:event/organise/registrations/add/", show_add, RIGHT_ORGANISER, 0, "Register someone" },
        { POST, "/:event/organise/registrations/add/", add_registration, RIGHT_ORGANISER, FORM_BYTES,
          "Register someone by hand" },
        { GET, "/:event/organise/registrations/export.csv", export_registrations, RIGHT_ORGANISER, 0,
          "Registrations as a table" },
        { GET, "/:event/organise/registrations/settings/", show_settings, RIGHT_ORGANISER, 0, "How people register" },
        { POST, "/:event/organise/registrations/settings/", change_settings, RIGHT_ORGANISER, 4 * FORM_BYTES,
          "Change how people register" },
        { POST, "/:event/organise/cancel-event/", cancel_event, RIGHT_EVENT_OWNER, FORM_BYTES,
          "The event will not take place" },
        { GET, "/:event/organise/registrations/:registration/", show_registration, RIGHT_ORGANISER, 0,
          "One registration" },
        { POST, "/:event/organise/registrations/:registration/", change_registration, RIGHT_ORGANISER, FORM_BYTES,
          "Cancel a registration, give a place" },
        { GET, "/:event/organise/questions/", show_questions, RIGHT_ORGANISER, 0, "Questions", .menu = N_("Questions"),
          .menu_text = N_("What you ask those who register.") },
        { POST, "/:event/organise/questions/", add_question, RIGHT_ORGANISER, 4 * FORM_BYTES, "Add a question" },
        { GET, "/:event/organise/questions/:question/", show_question, RIGHT_ORGANISER, 0, "One question" },
        { POST, "/:event/organise/questions/:question/", change_question, RIGHT_ORGANISER, 4 * FORM_BYTES,
          "Change a question" },
        { GET, "/:event/organise/mails/", show_mails, RIGHT_ORGANISER, 0, "Mails", .menu = N_("Mails"),
          .menu_text = N_("What waits, what was sent, what was refused.") },
        { POST, "/:event/organise/mails/", retry_mails, RIGHT_ORGANISER, FORM_BYTES, "Try to send again" },
        { POST, "/:event/organise/registrations/", change_places, RIGHT_ORGANISER, FORM_BYTES, "Set the places" },
        { 0 },
};
