#include "web/html.h"
#include "web/frame.h"
#include "base/markup.h"
#include "base/url.h"
#include <string.h>

struct Html {
        GString *markup;
        Request *request;
        const Lang *lang;
        bool icons[ICON_COUNT];
        char *after_main, *after_sprite; /* of a page's frame: see html_split() */
};

Html *html_new(Request *req, const Lang *lang)
{
        Html *h = g_new0(Html, 1);
        h->markup = g_string_sized_new(16 * 1024);
        h->request = req;
        h->lang = lang ? lang : lang_default();
        return h;
}

void html_free(Html *h)
{
        if (!h)
                return;
        g_string_free(h->markup, TRUE);
        g_free(h->after_main);
        g_free(h->after_sprite);
        g_free(h);
}

const char *html_markup(const Html *h, size_t *ret_length)
{
        if (ret_length)
                *ret_length = h->markup->len;
        return h->markup->str;
}

const Lang *html_lang(const Html *h)
{
        return h->lang;
}

Request *html_request(const Html *h)
{
        return h->request;
}

void html_split(Html *h, size_t main_at, size_t end_at)
{
        h->after_main = g_strndup(h->markup->str + main_at, end_at - main_at);
        h->after_sprite = g_strdup(h->markup->str + end_at);
        g_string_truncate(h->markup, main_at);
}

void html_join(Html *h)
{
        html_trusted(h, h->after_main);
        if (memchr(h->icons, true, sizeof h->icons))
                icon_sprite_view(h, h->icons);
        html_trusted(h, h->after_sprite);
}

void html_raw(Html *h, const char *markup, size_t length)
{
        g_string_append_len(h->markup, markup, (gssize)length);
}

void html_trusted(Html *h, const char *markup)
{
        if (markup)
                g_string_append(h->markup, markup);
}

void html_take_trusted(Html *h, char *markup)
{
        html_trusted(h, markup);
        g_free(markup);
}

void html_text(Html *h, const char *text)
{
        markup_append(h->markup, text, MARKUP_TEXT);
}

void html_attribute(Html *h, const char *text)
{
        markup_append(h->markup, text, MARKUP_ATTRIBUTE);
}

void html_int(Html *h, int64_t number)
{
        g_string_append_printf(h->markup, "%" G_GINT64_FORMAT, number);
}

void html_url(Html *h, const char *url)
{
        if (!url)
                return;
        html_attribute(h, url_is_safe(url) ? url : "#");
}

static void append_percent_encoded(GString *out, const char *text)
{
        static const char hex[] = "0123456789ABCDEF";
        for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
                if (g_ascii_isalnum(*p) || strchr("-._~", *p)) {
                        g_string_append_c(out, (char)*p);
                } else {
                        g_string_append_c(out, '%');
                        g_string_append_c(out, hex[*p >> 4]);
                        g_string_append_c(out, hex[*p & 15]);
                }
        }
}

void html_url_query(Html *h, const char *text)
{
        append_percent_encoded(h->markup, text ? text : "");
}

/* "/" and an empty part and "/…" would make "//…", another host. */
void html_url_segment(Html *h, const char *text)
{
        append_percent_encoded(h->markup, text && *text ? text : ".");
}

void html_translated(Html *h, const char *source)
{
        html_text(h, tr(h->lang, source));
}

void html_translated_attribute(Html *h, const char *source)
{
        html_attribute(h, tr(h->lang, source));
}

typedef void (*Writer)(Html *h, const char *text);

static void write_format(Html *h, Writer writer, const char *format, va_list arguments)
{
        g_autofree char *text = g_strdup_vprintf(format, arguments);
        writer(h, text);
}

void html_words(Html *h, const char *format, ...)
{
        va_list arguments;
        va_start(arguments, format);
        write_format(h, html_text, tr(h->lang, format), arguments);
        va_end(arguments);
}

void html_words_attribute(Html *h, const char *format, ...)
{
        va_list arguments;
        va_start(arguments, format);
        write_format(h, html_attribute, tr(h->lang, format), arguments);
        va_end(arguments);
}

void html_plural(Html *h, const char *one, const char *many, unsigned long n, ...)
{
        va_list arguments;
        va_start(arguments, n);
        write_format(h, html_text, tr_n(h->lang, one, many, n), arguments);
        va_end(arguments);
}

void html_plural_attribute(Html *h, const char *one, const char *many, unsigned long n, ...)
{
        va_list arguments;
        va_start(arguments, n);
        write_format(h, html_attribute, tr_n(h->lang, one, many, n), arguments);
        va_end(arguments);
}

static const char *const icon_names[ICON_COUNT] = {
#define X(name, text) [ICON_##name] = text,
        ICONS(X)
#undef X
};

void html_need_icon(Html *h, Icon icon)
{
        h->icons[icon] = true;
}

void html_icon(Html *h, Icon icon)
{
        h->icons[icon] = true;
        icon_view(h, icon_names[icon]);
}
