/* Whatever comes in, what goes out has only the elements and attributes of base/clean.h, balanced, and says the same
 * when it is cleaned again. */
#include "base/clean.h"
#include "base/markdown.h"
#include "base/url.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = { "p",  "br", "hr", "h2",         "h3",  "h4",   "h5", "h6",     "ul",
                                     "ol", "li", "a",  "blockquote", "pre", "code", "em", "strong", NULL };

static void check_link(const char *attributes, const char *end)
{
        if (strncmp(attributes, " href=\"", 7) != 0)
                abort();
        const char *quote = memchr(attributes + 7, '"', (size_t)(end - attributes - 7));
        if (!quote || (quote + 1 != end && strncmp(quote, "\" rel=\"nofollow noopener\">", 26) != 0))
                abort();
        g_autofree char *url = g_strndup(attributes + 7, (gsize)(quote - attributes - 7));
        if (!url_is_safe(url) || strpbrk(url, "<>'"))
                abort();
}

static void check_markup(const char *html)
{
        g_autoptr(GPtrArray) open = g_ptr_array_new_with_free_func(g_free);
        for (const char *p = strchr(html, '<'); p; p = strchr(p + 1, '<')) {
                bool closing = p[1] == '/';
                const char *start = p + (closing ? 2 : 1), *end = strchr(p, '>');
                g_autofree char *name = g_strndup(start, strspn(start, "abcdefghijklmnopqrstuvwxyz23456"));
                if (!end || !g_strv_contains(names, name))
                        abort();
                const char *after = start + strlen(name);
                if (closing) {
                        if (after != end || !open->len || strcmp(g_ptr_array_index(open, open->len - 1), name) != 0)
                                abort();
                        g_ptr_array_remove_index(open, open->len - 1);
                        continue;
                }
                if (!strcmp(name, "a"))
                        check_link(after, end);
                else if (after != end)
                        abort();
                if (strcmp(name, "br") != 0 && strcmp(name, "hr") != 0)
                        g_ptr_array_add(open, g_steal_pointer(&name));
        }
        if (open->len)
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        g_autofree char *text = g_strndup((const char *)data, size);
        g_autofree char *cleaned = clean_html(text);
        check_markup(cleaned);
        g_autofree char *again = clean_html(cleaned);
        if (strcmp(cleaned, again) != 0)
                abort();
        g_autofree char *markdown = markdown_html(text);
        check_markup(markdown);
        g_autofree char *line = prose_text(text, 160);
        if (!g_utf8_validate(line, -1, NULL) || strchr(line, '\n') || g_utf8_strlen(line, -1) > 161)
                abort();
        return 0;
}
