/* The address of an event, and its change: what was written down, printed or kept in calendars goes on working. */
#include "conference/conference_views.h"

#include <string.h>

static const FormField fields[] = {
        { .name = "slug",
          .label = N_("Its address on this server"),
          .hint = N_("Small letters, digits and hyphens, such as rencontres-2027."),
          .kind = FIELD_SLUG,
          .required = true,
          .characters_max = 40 },
        { 0 },
};

static void show_address(Request *req, const Event *event, const Form *form, int status)
{
        Html *h = conference_page(req, event, EVENT_ORGANISE,
                                  &(Page){ .title = tr(request_lang(req), "Address of the event"), .no_index = true });
        g_autofree char *prefix = g_strconcat(request_origin(req), "/", NULL);
        event_address_view(h, &(EventAddressPage){ .event = event,
                                                   .form = form,
                                                   .prefix = prefix,
                                                   .saved = !strcmp(request_query(req, "done"), "moved") });
        page_end(req, h, status);
}

void edit_address(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_of_request(req, db);
        if (!event)
                return;
        g_autoptr(Form) form = form_new(req, fields);
        form_set(form, "slug", event->slug);
        show_address(req, event, form, 200);
}

void save_address(Request *req, Db *db)
{
        const Lang *lang = request_lang(req);
        g_autoptr(Event) event = conference_of_request(req, db);
        if (!event)
                return;
        g_autoptr(Form) form = form_new(req, fields);
        form_check(form);
        const char *slug = form_value(form, "slug"), *fault = slug_fault(slug);
        g_autoptr(Event) known = conference_find(db, slug);
        if (*slug && fault)
                form_fail(form, "slug", tr(lang, fault));
        else if (known && known->id != event->id)
                form_fail(form, "slug", tr(lang, "Another event has this address, or had it."));
        else if (!known && event_address_count(db, event->id) >= EVENT_ADDRESSES_MAX)
                form_fail(form, "slug", tr(lang, "It had 20 addresses already: go back to one of them."));
        if (!form_is_ok(form)) {
                show_address(req, event, form, 422);
                return;
        }
        if (!strcmp(slug, event->slug) || event_move(db, event, slug))
                respond_redirect(req, "/%s/organise/address/?done=moved", slug);
}
