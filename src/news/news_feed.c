#include "news/news_private.h"

#include "base/markdown.h"
#include "base/markup.h"
#include "base/time.h"

static void put(GString *out, const char *name, const char *attributes, const char *text)
{
        g_string_append_printf(out, "<%s%s>", name, attributes);
        markup_append(out, text, MARKUP_TEXT);
        g_string_append_printf(out, "</%s>\n", name);
}

static void put_time(GString *out, const char *name, int64_t at_us)
{
        g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(at_us / SECOND_US);
        g_autofree char *text = g_date_time_format(time, "%Y-%m-%dT%H:%M:%SZ");
        put(out, name, "", text);
}

static void put_link(GString *out, const char *rel, const char *base_url, const char *rest)
{
        g_string_append_printf(out, "<link rel=\"%s\" href=\"", rel);
        markup_append(out, base_url, MARKUP_ATTRIBUTE);
        markup_append(out, rest, MARKUP_ATTRIBUTE);
        g_string_append(out, "\"/>\n");
}

/* What was changed last; without news, when the event was. */
static int64_t updated_us(const Event *event, const GPtrArray *news)
{
        int64_t latest = news->len ? 0 : event->changed_us;
        for (guint i = 0; i < news->len; i++)
                latest = MAX(latest, ((const News *)news->pdata[i])->changed_us);
        return latest;
}

GString *news_feed(const Event *event, const char *base_url, const GPtrArray *news)
{
        GString *out = g_string_new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                                    "<feed xmlns=\"http://www.w3.org/2005/Atom\">\n");
        g_autofree char *id = g_strconcat(base_url, "news/", NULL);
        put(out, "id", "", id);
        put(out, "title", "", event->title);
        put_time(out, "updated", updated_us(event, news));
        g_string_append(out, "<author>");
        put(out, "name", "", *event->organiser ? event->organiser : event->title);
        g_string_append(out, "</author>\n");
        put_link(out, "self", base_url, "news/feed.atom");
        put_link(out, "alternate", base_url, "news/");
        for (guint i = 0; i < news->len; i++) {
                const News *one = news->pdata[i];
                g_autofree char *urn = g_strconcat("urn:uuid:", one->guid, NULL), *html = markdown_html(one->text);
                g_autofree char *anchor = g_strdup_printf("news/#n%" G_GINT64_FORMAT, one->id);
                g_string_append(out, "<entry>\n");
                put(out, "id", "", urn);
                put(out, "title", "", one->title);
                put_time(out, "published", one->at_us);
                put_time(out, "updated", one->changed_us);
                put_link(out, "alternate", base_url, anchor);
                put(out, "content", " type=\"html\"", html);
                g_string_append(out, "</entry>\n");
        }
        g_string_append(out, "</feed>\n");
        return out;
}
