#include "programme/formats/schedule_ical.h"

#include "base/markdown.h"
#include "mail/mail.h"

#include <string.h>

#define TEXT_CHARACTERS_MAX 20000

typedef struct {
        GArray *entries; /* CalendarEntry */
        GPtrArray *texts;
} Writer;

static const char *keep_text(Writer *writer, char *text)
{
        g_ptr_array_add(writer->texts, text);
        return text;
}

/* A calendar shows words: mark-up of imported programmes is taken away, Markdown reads well as it is. */
static const char *words_of(Writer *writer, const ProgrammeTalk *talk)
{
        const char *text = *talk->abstract ? talk->abstract : talk->description;
        if (!strchr(text, '<'))
                return text;
        return keep_text(writer, prose_text(text, TEXT_CHARACTERS_MAX));
}

static const char *names_of(Writer *writer, const Programme *programme, const ProgrammeTalk *talk, const char *between)
{
        GString *names = g_string_new(NULL);
        for (guint i = 0; i < talk->person_count; i++)
                g_string_append_printf(names, "%s%s", i ? between : "",
                                       programme_talk_person(programme, talk, i)->name);
        return keep_text(writer, g_string_free(names, FALSE));
}

/* Who speaks stands first: calendars show this text and no list of speakers, and an ATTENDEE would need an address. */
static const char *description_of(Writer *writer, const Programme *programme, const ProgrammeTalk *talk)
{
        const char *words = words_of(writer, talk), *names = names_of(writer, programme, talk, ", ");
        if (!*names)
                return words;
        return *words ? keep_text(writer, g_strconcat(names, ICAL_AFTER_NAMES, words, NULL)) : names;
}

static void add_talk(Writer *writer, const Programme *programme, const char *base_url, const ProgrammeTalk *talk)
{
        CalendarEntry entry = { .uid = talk->guid, /* RFC 7986, 5.3 */
                                .sequence = talk->sequence,
                                .stamp_us = talk->changed_us,
                                .changed_us = talk->changed_us,
                                .start_us = talk->start_us,
                                .end_us = talk->end_us,
                                .summary = talk->title,
                                .description = description_of(writer, programme, talk),
                                .speakers = names_of(writer, programme, talk, "; "),
                                .location = programme_room(programme, talk->room)->name,
                                .category = talk->track < 0 ? NULL : programme_track(programme, talk->track)->name,
                                .url = keep_text(writer, g_strdup_printf("%stalk/%s/", base_url, talk->code)),
                                .cancelled = talk->cancelled };
        g_array_append_val(writer->entries, entry);
}

/* By start, then by what stays: the order of rooms is not in a calendar. */
static int compare(gconstpointer a, gconstpointer b)
{
        const CalendarEntry *x = a, *y = b;
        return x->start_us != y->start_us ? x->start_us < y->start_us ? -1 : 1 : strcmp(x->uid, y->uid);
}

GString *schedule_ical_write(const Programme *programme, const char *base_url)
{
        g_autoptr(GArray) entries = g_array_new(FALSE, TRUE, sizeof(CalendarEntry));
        g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
        Writer writer = { entries, texts };
        for (guint i = 0; i < programme->talks->len; i++)
                add_talk(&writer, programme, base_url, programme_talk(programme, i));
        g_array_sort(entries, compare);
        Calendar calendar = { .method = CALENDAR_PUBLISH, .zone = programme->zone, .name = programme->title };
        char *text = calendar_write(&calendar, (const CalendarEntry *)entries->data, entries->len);
        GString *out = g_string_new(text);
        g_free(text);
        return out;
}
