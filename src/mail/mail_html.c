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

char *mail_html(const char *text, const char *lang)
{
        GString *html = g_string_sized_new(2 * strlen(text) + 256);
        g_string_printf(html,
                        "<!DOCTYPE html>\n<html lang=\"%s\">\n<head><meta charset=\"utf-8\"><title></title></head>\n"
                        "<body>\n<p>",
                        lang);
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
        g_string_append(html, "</p>\n</body>\n</html>\n");
        return g_string_free(html, FALSE);
}
