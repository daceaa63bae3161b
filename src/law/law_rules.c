#include "law/law_rules.h"

#include <string.h>

static const struct {
        const char *word, *title;
} PAGES[] = {
#define X(name, word, title) { word, title },
        LAW_PAGES(X)
#undef X
};

const char *law_word(LawPage page)
{
        return PAGES[page].word;
}

LawPage law_page_by_word(const char *word)
{
        LawPage page = 0;
        while (page < LAW_PAGE_COUNT && strcmp(PAGES[page].word, word) != 0)
                page++;
        return page;
}

const char *law_title(LawPage page)
{
        return PAGES[page].title;
}

/* "{name}" at this place: its length with the braces, 0 when it is none. */
static size_t place_length(const char *text)
{
        if (text[0] != '{')
                return 0;
        size_t length = strspn(text + 1, "abcdefghijklmnopqrstuvwxyz_");
        return length > 0 && text[length + 1] == '}' ? length + 2 : 0;
}

static const LawPlace *place_find(const LawPlace *places, const char *name, size_t length)
{
        for (; places->name; places++)
                if (strlen(places->name) == length && strncmp(places->name, name, length) == 0)
                        return places;
        return NULL;
}

/* CommonMark 2.4: any ASCII punctuation may be escaped; 6.7: a backslash before a line's end breaks the line. */
static void append_plain(GString *out, const char *value)
{
        for (const char *c = value; *c; c++) {
                if (g_ascii_ispunct(*c) || *c == '\n')
                        g_string_append_c(out, '\\');
                g_string_append_c(out, *c);
        }
}

static void append_value(GString *out, const LawPlace *place, const Lang *lang)
{
        if (!place->value || !*place->value) {
                g_string_append(out, tr(lang, "(not said yet)"));
        } else if (place->is_address) {
                g_string_append_c(out, '[');
                append_plain(out, place->value);
                g_string_append(out, "](mailto:");
                g_string_append_uri_escaped(out, place->value, "@", FALSE);
                g_string_append_c(out, ')');
        } else {
                append_plain(out, place->value);
        }
}

char *law_fill(const char *text, const LawPlace *places, const Lang *lang)
{
        GString *out = g_string_new(NULL);
        while (*text) {
                size_t length = place_length(text);
                const LawPlace *place = length ? place_find(places, text + 1, length - 2) : NULL;
                if (place)
                        append_value(out, place, lang);
                else
                        g_string_append_c(out, *text);
                text += place ? length : 1;
        }
        return g_string_free(out, FALSE);
}

char *law_unknown_place(const char *text, const LawPlace *places)
{
        for (; *text; text++) {
                size_t length = place_length(text);
                if (length && !place_find(places, text + 1, length - 2))
                        return g_strndup(text + 1, length - 2);
        }
        return NULL;
}
