#include "programme/programme_store.h"

#include "base/time.h"

#include <string.h>

#define WORDS_MAX 16
#define SOON_US HOUR_US

TalkState talk_state(const Talk *talk, int64_t at_us)
{
        if (at_us < talk->start_us)
                return TALK_TO_COME;
        return at_us < talk->end_us ? TALK_LIVE : TALK_ENDED;
}

bool talk_is_soon(const Talk *talk, int64_t at_us)
{
        return at_us < talk->start_us && talk->start_us - at_us <= SOON_US;
}

/* What kinds of sessions are called in the files of others, how they look in the grid, and our word for them. */
static const struct {
        const char *word, *look, *label; /* label NULL: the source's own word */
} kinds[] = {
        { "plenary", "plenary", N_("Plenary") },
        { "plénière", "plenary", N_("Plenary") },
        { "keynote", "plenary", N_("Keynote") },
        { "opening", "plenary", NULL },
        { "ouverture", "plenary", NULL },
        { "closing", "plenary", NULL },
        { "clôture", "plenary", NULL },
        { "round-table", "table", N_("Round table") },
        { "round table", "table", N_("Round table") },
        { "panel", "table", NULL },
        { "table ronde", "table", N_("Round table") },
        { "workshop", "workshop", N_("Workshop") },
        { "atelier", "workshop", N_("Workshop") },
        { "break", "pause", N_("Break") },
        { "pause", "pause", N_("Break") },
        { "repas", "pause", NULL },
        { "lunch", "pause", NULL },
        { "visit", "", N_("Visit on site") },
        { "meeting", "", N_("Meetings") },
};

/* The words of the table are folded already. */
static int find_kind(const char *kind)
{
        g_autofree char *folded = g_utf8_casefold(kind, -1);
        for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
                if (!strcmp(folded, kinds[i].word))
                        return (int)i;
        return -1;
}

const char *kind_text(const char *kind, const Lang *lang)
{
        int found = find_kind(kind);
        return found >= 0 && kinds[found].label ? tr(lang, kinds[found].label) : kind;
}

const char *talk_kind_text(const Talk *talk, const Lang *lang)
{
        const char *own = kind_word_in(talk->kind_words, lang);
        return own ? own : kind_text(talk->kind, lang);
}

const char *talk_look(const Talk *talk)
{
        int found = find_kind(talk->kind);
        return found >= 0 ? kinds[found].look : "";
}

/* Words are quoted, so that nothing in them is an operator; what holds neither letter nor digit is left out. */
char *search_query(const char *words)
{
        GString *query = g_string_new(NULL);
        int count = 0;
        const char *next = words;
        while (*next && count < WORDS_MAX) {
                const char *start = next;
                bool sign = false;
                for (; *next && !g_unichar_isspace(g_utf8_get_char(next)); next = g_utf8_next_char(next))
                        sign |= g_unichar_isalnum(g_utf8_get_char(next));
                if (sign) {
                        g_autofree char *word = g_strndup(start, (gsize)(next - start));
                        g_strdelimit(word, "\"", ' ');
                        g_string_append_printf(query, "%s\"%s\"", count++ ? " " : "", word);
                }
                if (*next)
                        next = g_utf8_next_char(next);
        }
        if (count)
                g_string_append_c(query, '*');
        return g_string_free(query, FALSE);
}
