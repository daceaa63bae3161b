/* An event becomes public, is taken back, or goes for good. */
#include "conference/conference_views.h"

#include "base/log.h"

#include <string.h>

GArray *conference_gaps(Db *db, const Event *event)
{
        EventFacts facts = event_facts(db, event);
        return event_gaps(&facts, event->slug);
}

void show_publish(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_of_request(req, db);
        if (!event)
                return;
        g_autoptr(GArray) gaps = conference_gaps(db, event);
        Html *h = conference_page(req, event, EVENT_ORGANISE,
                                  &(Page){ .title = tr(request_lang(req), "Publish or take back"), .no_index = true });
        publish_view(h, &(PublishPage){ .event = event, .gaps = gaps });
        page_end(req, h, 200);
}

void publish_event(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_of_request(req, db);
        bool publish = !strcmp(request_field(req, "publish"), "1");
        if (event && conference_set_published(db, event->id, publish))
                respond_redirect(req, "/%s/organise/?done=%s", event->slug, publish ? "published" : "taken-back");
}

static const FormField delete_fields[] = {
        { .name = "slug", .label = N_("Type its address to delete it"), .required = true, .characters_max = 60 },
        { 0 },
};

static void show_delete_with(Request *req, const Event *event, const Form *form, int status)
{
        Html *h = conference_page(req, event, EVENT_ORGANISE,
                                  &(Page){ .title = tr(request_lang(req), "Remove the event"), .no_index = true });
        delete_view(h, &(DeletePage){ .event = event, .form = form });
        page_end(req, h, status);
}

void show_delete(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_of_request(req, db);
        if (!event)
                return;
        g_autoptr(Form) form = form_new(req, delete_fields);
        show_delete_with(req, event, form, 200);
}

/* Hidden in one turn, then gone part by part: others write between the parts. False when answered. */
static bool delete_parts(Request *req, int64_t event)
{
        Store *store = request_store(req);
        bool more = true;
        for (bool first = true; more; first = false) {
                Db *db = store_write_begin(store, WRITE_JOB);
                bool kept =
                        first ? conference_set_published(db, event, false) : conference_delete_part(db, event, &more);
                if (!conference_end_turn(req, db, kept) || !kept)
                        return false;
        }
        return true;
}

void delete_event(Request *req, Db *unused)
{
        Store *store = request_store(req);
        const Lang *lang = request_lang(req);
        g_autoptr(Form) form = form_new(req, delete_fields);
        Db *reader = store_read_begin(store);
        g_autoptr(Event) event = conference_of_request(req, reader);
        bool live = event && conference_is_live(reader, event->id, 0);
        store_read_end(store, reader);
        if (!event)
                return;
        if (form_check(form) && strcmp(form_value(form, "slug"), event->slug) != 0)
                form_fail(form, "slug", tr(lang, "This is not its address; nothing was deleted."));
        if (live)
                form_fail(form, "", tr(lang, "One of its rooms is live: end its session first."));
        if (!form_is_ok(form)) {
                show_delete_with(req, event, form, 422);
                return;
        }
        if (!delete_parts(req, event->id))
                return;
        log_info("event=%" G_GINT64_FORMAT " deleted by account=%" G_GINT64_FORMAT, event->id, request_account(req));
        for (void (*const *tidy)(Store *) = conference_tidiers; *tidy; tidy++)
                (*tidy)(store);
        respond_redirect(req, "/?done=deleted");
}
