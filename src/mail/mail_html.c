#include "mail/letter.h"
#include "mail/mail.h"

#include <string.h>

static void add_escaped(GString *html, const char *text)
{
        for (const char *c = text; *c; c++) {
                if (*c == '\n')
                        g_string_append(html, c[1] == '\n' ? "</p>\n<p>" : "<br>\n");
                else if (*c == '&')
                        g_string_append(html, "&amp;");
                else if (*c == '<')
                        g_string_append(html, "&lt;");
                else if (*c == '>')
                        g_string_append(html, "&gt;");
                else if (*c == '"')
                        g_string_append(html, "&quot;");
                else
                        g_string_append_c(html, *c);
                while (*c == '\n' && c[1] == '\n')
                        c++;
        }
}

/* Mail programs that drop the sheet still have the band, whose two colours stand on it. */
static void add_head(GString *html, const char *lang, const MailLook *look)
{
        char accent[COLOUR_TEXT_BYTES], on[COLOUR_TEXT_BYTES], day[COLOUR_TEXT_BYTES], night[COLOUR_TEXT_BYTES];
        Palette palette = palette_of(colour_nearest(look->accent), false);
        colour_text(palette.accent, accent);
        colour_text(palette.on, on);
        colour_text(palette.text, day);
        colour_text(palette_of(palette.accent, true).text, night);
        g_string_append_printf(html,
                               "<!DOCTYPE html>\n<html lang=\"%s\">\n<head><meta charset=\"utf-8\">"
                               "<meta name=\"viewport\" content=\"width=device-width\">"
                               "<meta name=\"color-scheme\" content=\"light dark\"><title>",
                               lang);
        add_escaped(html, look->name);
        g_string_append_printf(html,
                               "</title>\n<style>body{margin:0;background:#fff;color:#1c1b18;font:16px/1.5 "
                               "sans-serif}.words{max-width:40em;padding:8px 24px 24px}a{color:%s;"
                               "overflow-wrap:anywhere}@media(prefers-color-scheme:dark){body{background:#15171a;"
                               "color:#ecebe6}a{color:%s}}</style></head>\n<body>\n"
                               "<div style=\"background:%s;color:%s;padding:16px 24px;font-size:20px;"
                               "font-weight:bold\">",
                               day, night, accent, on);
        add_escaped(html, look->name);
        g_string_append(html, "</div>\n<div class=\"words\">\n<p>");
}

char *mail_html(const char *text, const char *lang, const MailLook *look)
{
        GString *html = g_string_sized_new(2 * strlen(text) + 1024);
        add_head(html, lang, look);
        g_autofree char *body = g_strchomp(g_strdup(text));
        g_autoptr(GArray) runs = letter_runs(body);
        for (guint i = 0; i < runs->len; i++) {
                const LetterRun *run = &g_array_index(runs, LetterRun, i);
                if (run->is_link)
                        g_string_append(html, "<a href=\"");
                add_escaped(html, run->text);
                if (run->is_link) {
                        g_string_append(html, "\">");
                        add_escaped(html, run->text);
                        g_string_append(html, "</a>");
                }
        }
        g_string_append(html, "</p>\n</div>\n</body>\n</html>\n");
        return g_string_free(html, FALSE);
}
