#include "programme/programme_store.h"

#include <string.h>

#define WORDS_MAX 16

TalkState talk_state(const Talk *talk, int64_t at_us)
{
        if (at_us < talk->start_us)
                return TALK_TO_COME;
        return at_us < talk->end_us ? TALK_LIVE : TALK_ENDED;
}

const char *talk_kind_text(const Talk *talk, const Lang *lang)
{
        static const char *const kinds[][2] = {
                { "plenary", N_("Plenary") },   { "keynote", N_("Keynote") }, { "round-table", N_("Round table") },
                { "workshop", N_("Workshop") }, { "break", N_("Break") },     { "visit", N_("Visit on site") },
                { "meeting", N_("Meetings") },
        };
        for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
                if (!strcmp(talk->kind, kinds[i][0]))
                        return tr(lang, kinds[i][1]);
        return talk->kind;
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
