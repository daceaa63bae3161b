#include "conference/conference_private.h"

#include "base/when.h"
#include "base/time.h"

#include <string.h>

#define SLUG_MAX_BYTES 40

const char *slug_fault(const char *slug)
{
        static const char *const reserved[] = { "admin",      "api",         "media",   "resources", "directory",
                                                "events",     "demo",        "debug",   "healthz",   "metrics",
                                                "static",     "socket",      "sign-in", "sign-out",  "favicon.ico",
                                                "robots.txt", ".well-known", "legal",   "privacy",   "accessibility",
                                                "contact",    "source",      "me" };
        for (size_t i = 0; i < G_N_ELEMENTS(reserved); i++)
                if (!g_ascii_strcasecmp(slug, reserved[i]))
                        return N_("This address is one of the server’s own; choose another.");
        size_t length = strlen(slug);
        if (length < 2 || length > SLUG_MAX_BYTES)
                return N_("An address has 2 to 40 characters.");
        if (strspn(slug, "abcdefghijklmnopqrstuvwxyz0123456789-") != length)
                return N_("An address is made of small letters without accents, digits and hyphens.");
        if (slug[0] == '-' || slug[length - 1] == '-' || strstr(slug, "--"))
                return N_("An address begins and ends with a letter or a digit, and has no two hyphens together.");
        return NULL;
}

int64_t event_start_us(const Event *event)
{
        int64_t start = 0;
        when_parse(event->zone, event->first_day, &start);
        return start;
}

int64_t event_end_us(const Event *event)
{
        int64_t last = 0;
        when_parse(event->zone, event->last_day, &last);
        return when_day_start(event->zone, last + DAY_US + 4 * HOUR_US); /* a day may have 25 hours */
}

char *event_days_text(const Event *event, const Lang *lang)
{
        int64_t last = 0;
        when_parse(event->zone, event->last_day, &last);
        return when_days(lang, event->zone, event_start_us(event), last);
}

char *slug_of_name(const char *name)
{
        g_autofree char *ascii = g_str_to_ascii(name, "C");
        GString *slug = g_string_new(NULL);
        for (const char *c = ascii; *c && slug->len < SLUG_MAX_BYTES; c++) {
                if (g_ascii_isalnum(*c))
                        g_string_append_c(slug, g_ascii_tolower(*c));
                else if (*c != '?' && *c != '\'' && slug->len && slug->str[slug->len - 1] != '-')
                        g_string_append_c(slug, '-');
        }
        while (slug->len && slug->str[slug->len - 1] == '-')
                g_string_truncate(slug, slug->len - 1);
        return g_string_free(slug, FALSE);
}

static void gap_clear(gpointer gap)
{
        g_free(((EventGap *)gap)->url);
}

static void add_gap(GArray *gaps, const char *slug, const char *text, const char *path)
{
        EventGap gap = { text, g_strdup_printf("/%s/%s", slug, path) };
        g_array_append_val(gaps, gap);
}

GArray *event_gaps(const EventFacts *facts, const char *slug)
{
        GArray *gaps = g_array_new(FALSE, FALSE, sizeof(EventGap));
        g_array_set_clear_func(gaps, gap_clear);
        if (!facts->has_lead && !facts->has_description)
                add_gap(gaps, slug, N_("Say in a sentence what it is about"), "organise/texts/");
        if (!facts->has_organiser)
                add_gap(gaps, slug, N_("Say who organises it: its legal notice needs that"), "organise/event/");
        if (!facts->has_contact)
                add_gap(gaps, slug, N_("Give an address for questions"), "organise/event/");
        if (!facts->has_legal_notice)
                add_gap(gaps, slug, N_("Look through the legal notice: so far it is a template"), "organise/legal/");
        if (!facts->rooms)
                add_gap(gaps, slug, N_("Make a first room"), "organise/rooms/");
        if (!facts->talks)
                add_gap(gaps, slug, N_("Put a first session into the programme"), "organise/sessions/");
        else if (!facts->persons)
                add_gap(gaps, slug, N_("Name who speaks: no session has a person yet"), "organise/sessions/");
        if (facts->outside_days)
                add_gap(gaps, slug, N_("Some sessions stand outside the days of the event"), "organise/sessions/");
        if (!facts->has_logo)
                add_gap(gaps, slug, N_("Choose a colour and a logo, if there is one"), "organise/look/");
        return gaps;
}

void kind_words_put(GString *stored, const char *lang_code, const char *word)
{
        g_string_append_printf(stored, "%s\t%s\n", lang_code, word);
}

char **kind_words_read(const char *stored)
{
        return *stored ? g_strsplit_set(stored, "\t\n", -1) : NULL;
}

const char *kind_word_in(char *const *words, const Lang *lang)
{
        for (; words && words[0] && words[1]; words += 2)
                if (!strcmp(words[0], lang_code(lang)))
                        return words[1];
        return NULL;
}
