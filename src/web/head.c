#include "web/head.h"

#include <glib.h>
#include <stdlib.h>

#include "base/markup.h"
#include "base/when.h"

void head_put(json_t *object, const char *name, const char *text)
{
        if (text && *text)
                json_object_set_new(object, name, json_string(text));
}

void head_put_time(json_t *object, const char *name, GTimeZone *zone, int64_t at_us)
{
        g_autofree char *iso = when_iso(zone, at_us);
        head_put(object, name, iso);
}

static void put_meta(GString *out, const char *property, const char *content)
{
        if (!content || !*content)
                return;
        g_string_append_printf(out, "<meta property=\"%s\" content=\"", property);
        markup_append(out, content, MARKUP_ATTRIBUTE);
        g_string_append(out, "\">\n");
}

static void put_link(GString *out, const char *attributes, const char *url)
{
        g_string_append_printf(out, "<link %s href=\"", attributes);
        markup_append(out, url, MARKUP_ATTRIBUTE);
        g_string_append(out, "\">\n");
}

static void put_data(GString *out, json_t *data)
{
        char *text = json_dumps(data, JSON_COMPACT | JSON_ENSURE_ASCII);
        g_string_append(out, "<script type=\"application/ld+json\">");
        for (const char *c = text ? text : "{}"; *c; c++)
                if (*c == '<' || *c == '>' || *c == '&')
                        g_string_append_printf(out, "\\u%04x", (unsigned)*c);
                else
                        g_string_append_c(out, *c);
        g_string_append(out, "</script>\n");
        free(text);
}

char *head_markup(const Head *head)
{
        GString *out = g_string_new(NULL);
        put_link(out, "rel=\"canonical\"", head->url);
        if (head->feed) {
                g_autoptr(GString) attributes =
                        g_string_new("rel=\"alternate\" type=\"application/atom+xml\" title=\"");
                markup_append(attributes, head->feed_title, MARKUP_ATTRIBUTE);
                g_string_append_c(attributes, '"');
                put_link(out, attributes->str, head->feed);
        }
        put_meta(out, "og:type", head->type);
        put_meta(out, "og:title", head->title);
        put_meta(out, "og:description", head->description);
        put_meta(out, "og:site_name", head->site);
        put_meta(out, "og:url", head->url);
        put_meta(out, "og:image", head->image);
        if (head->data)
                put_data(out, head->data);
        json_decref(head->data);
        return g_string_free(out, FALSE);
}
