#include "base/markdown.h"
#include "base/clean.h"
#include <cmark.h>
#include <glib.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { INPUT_BYTES_MAX = 256 * 1024 };

/* Raw HTML passes cmark and is judged by clean_html, with all the rest: one filter for both kinds of text. */
char *markdown_html(const char *text)
{
        size_t length = text ? strnlen(text, INPUT_BYTES_MAX) : 0;
        char *rendered = cmark_markdown_to_html(text ? text : "", length, CMARK_OPT_UNSAFE | CMARK_OPT_VALIDATE_UTF8);
        char *clean = clean_html(rendered);
        free(rendered);
        return clean;
}

static bool holds_html_blocks(const char *text)
{
        static const char *const starts[] = { "<p>", "<p ", "</p>", "<br", "<ul", "<ol", "<h1", "<h2", "<h3", "<div" };
        for (const char *p = strchr(text, '<'); p; p = strchr(p + 1, '<'))
                for (size_t i = 0; i < G_N_ELEMENTS(starts); i++)
                        if (!g_ascii_strncasecmp(p, starts[i], strlen(starts[i])))
                                return true;
        return false;
}

char *prose_html(const char *text)
{
        return text && holds_html_blocks(text) ? clean_html(text) : markdown_html(text);
}

char *prose_text(const char *text, size_t characters_max)
{
        g_autofree char *html = prose_html(text);
        return clean_text(html, characters_max);
}
