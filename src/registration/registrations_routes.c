#include "registration/registration_routes.h"

#include <string.h>

#include "people/people.h"
#include "registration/registration_views.h"

#define ROWS 40 /* of a page: it has at most 298 nodes */
#define PLACES_MAX 100000
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

static void show_with(Request *req, Db *db, const Event *event, const Form *form, int status)
{
        RegistrationCount count = registration_count(db, event->id);
        int page_count = MAX(1, (int)((count.remote + count.onsite + ROWS - 1) / ROWS));
        guint64 page = 1;
        g_ascii_string_to_unsigned(request_query(req, "page"), 10, 1, (guint64)page_count, &page, NULL);
        g_autoptr(GPtrArray) registrations = registration_list(db, event->id, ((int64_t)page - 1) * ROWS, ROWS);
        g_autoptr(NeedsSummary) needs = needs_summary(db, event->id);
        RegistrationsPage view = { .event = event,
                                   .count = count,
                                   .needs = needs,
                                   .registrations = registrations,
                                   .form = form,
                                   .page = (int)page,
                                   .page_count = page_count,
                                   .notice = strcmp(request_query(req, "done"), "changed") == 0 ? N_("Kept.") : "" };
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
        { GET, "/:event/me/address/", show_address, RIGHT_SIGNED_IN, 0, "Correct one's address" },
        { POST, "/:event/me/address/", ask_address, RIGHT_SIGNED_IN, FORM_BYTES, "Ask to change one's address" },
        { GET, "/:event/address/:token/", show_address_link, RIGHT_PUBLIC, 0, "Confirm an address" },
        { POST, "/:event/address/:token/", change_address, RIGHT_PUBLIC, FORM_BYTES, "Change an address" },
        { GET, "/:event/unsubscribe/:key/", show_quiet, RIGHT_PUBLIC, 0, "No more reminders?" },
        { POST, "/:event/unsubscribe/:key/", set_quiet, RIGHT_PUBLIC, FORM_BYTES, "No more reminders",
          .from_anywhere = true },
        { GET, "/:event/organise/registrations/", show_registrations, RIGHT_ORGANISER, 0, "Registrations",
          .menu = N_("Registrations"), .menu_text = N_("Who comes, how many places.") },
        { POST, "/:event/organise/registrations/", change_places, RIGHT_ORGANISER, FORM_BYTES, "Set the places" },
        { 0 },
};
