/* For search engines: what there is to read, and what not to ask for. */
#include "base/markup.h"
#include "base/when.h"
#include "programme/import.h"
#include "programme/programme_routes.h"

#define EVENTS_MAX 1000
#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define SPACE " xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\""

static void put_place(GString *out, const char *element, const char *origin, const char *path)
{
        g_string_append_printf(out, "<%s><loc>", element);
        markup_append(out, origin, MARKUP_TEXT);
        markup_append(out, path, MARKUP_TEXT);
        g_string_append_printf(out, "</loc></%s>\n", element);
}

static void send_xml_text(Request *req, GString *text)
{
        g_autoptr(GBytes) body = g_string_free_to_bytes(text);
        respond_bytes(req, 200, "application/xml; charset=utf-8", body);
}

/* A map for each event, so that none grows beyond what is read. */
static void send_sitemaps(Request *req, Db *db)
{
        GString *out = g_string_new(HEAD "<sitemapindex" SPACE ">\n");
        g_autoptr(GPtrArray) to_come = conference_to_come(db, "0000", EVENTS_MAX); /* since ever: all that are public */
        for (guint i = 0; i < to_come->len; i++) {
                g_autofree char *path = g_strdup_printf("/%s/sitemap.xml", ((const Event *)to_come->pdata[i])->slug);
                put_place(out, "sitemap", request_origin(req), path);
        }
        g_string_append(out, "</sitemapindex>\n");
        send_xml_text(req, out);
}

static void send_sitemap(Request *req, Db *db)
{
        g_autoptr(Event) event = event_of_request(req, db);
        if (!event)
                return;
        static const char *const pages[] = { "", "schedule/", "speakers/", "replays/", "news/" };
        g_autoptr(Programme) programme = programme_load(db, event);
        GString *out = g_string_new(HEAD "<urlset" SPACE ">\n");
        for (size_t i = 0; i < G_N_ELEMENTS(pages); i++) {
                g_autofree char *path = g_strdup_printf("/%s/%s", event->slug, pages[i]);
                put_place(out, "url", request_origin(req), path);
        }
        for (guint i = 0; i < programme->talks->len; i++) {
                g_autofree char *path =
                        g_strdup_printf("/%s/talk/%s/", event->slug, programme_talk(programme, i)->code);
                put_place(out, "url", request_origin(req), path);
        }
        for (guint i = 0; i < programme->persons->len; i++) {
                g_autofree char *path =
                        g_strdup_printf("/%s/speaker/%s/", event->slug, programme_person(programme, i)->code);
                put_place(out, "url", request_origin(req), path);
        }
        g_string_append(out, "</urlset>\n");
        send_xml_text(req, out);
}

const Route sitemap_routes[] = {
        { GET, "/sitemap.xml", send_sitemaps, RIGHT_PUBLIC, 0, "A map of each event" },
        { GET, "/:event/sitemap.xml", send_sitemap, RIGHT_PUBLIC, 0, "What there is to read of an event" },
        { 0 },
};
