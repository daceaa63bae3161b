#include "programme/schedule.h"

#include <string.h>

#define NOTICES_MAX 1000

Programme *programme_new(void)
{
        Programme *programme = g_new0(Programme, 1);
        programme->text = g_string_chunk_new(16 * 1024);
        programme->says = SAYS_SCHEDULE;
        programme->days = g_array_new(FALSE, TRUE, sizeof(ProgrammeDay));
        programme->rooms = g_array_new(FALSE, TRUE, sizeof(ProgrammeRoom));
        programme->tracks = g_array_new(FALSE, TRUE, sizeof(ProgrammeTrack));
        programme->talks = g_array_new(FALSE, TRUE, sizeof(ProgrammeTalk));
        programme->persons = g_array_new(FALSE, TRUE, sizeof(ProgrammePerson));
        programme->links = g_array_new(FALSE, TRUE, sizeof(ProgrammeLink));
        programme->talk_persons = g_array_new(FALSE, TRUE, sizeof(ProgrammeSpeaking));
        programme->notices = g_array_new(FALSE, TRUE, sizeof(ProgrammeNotice));
        const char **fields[] = { &programme->title,     &programme->acronym, &programme->subtitle, &programme->place,
                                  &programme->url,       &programme->version, &programme->licence,  &programme->zone,
                                  &programme->first_day, &programme->last_day };
        for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
                *fields[i] = "";
        return programme;
}

void programme_free(Programme *programme)
{
        if (!programme)
                return;
        GArray *arrays[] = { programme->days,    programme->rooms, programme->tracks,       programme->talks,
                             programme->persons, programme->links, programme->talk_persons, programme->notices };
        for (size_t i = 0; i < G_N_ELEMENTS(arrays); i++)
                g_array_unref(arrays[i]);
        g_string_chunk_free(programme->text);
        g_free(programme);
}

const char *programme_text(Programme *programme, const char *text)
{
        return text && *text ? g_string_chunk_insert(programme->text, text) : "";
}

void notice_set(ProgrammeNotice *notice, int line, const char *message, const char *detail)
{
        *notice = (ProgrammeNotice){ .message = message, .line = line, .times = 1 };
        size_t length = strlen(detail);
        if (length >= sizeof notice->detail) /* cut between two characters, and say so */
                length = (size_t)(g_utf8_find_prev_char(detail, detail + sizeof notice->detail - 3) - detail);
        memcpy(notice->detail, detail, length);
        if (detail[length])
                memcpy(notice->detail + length, "…", 4);
}

void programme_notice(Programme *programme, int line, bool repeats, const char *message, const char *detail)
{
        ProgrammeNotice notice;
        notice_set(&notice, line, message, detail);
        for (guint i = 0; repeats && i < programme->notices->len; i++) {
                ProgrammeNotice *known = &g_array_index(programme->notices, ProgrammeNotice, i);
                if (known->message == message && !strcmp(known->detail, notice.detail)) {
                        known->times++;
                        return;
                }
        }
        if (programme->notices->len < NOTICES_MAX)
                g_array_append_val(programme->notices, notice);
        else
                g_array_index(programme->notices, ProgrammeNotice, NOTICES_MAX - 1) = (ProgrammeNotice){
                        .message = N_("More than a thousand things could not be kept; the rest is not listed"),
                        .times = 1
                };
}

char *notice_text(const Lang *lang, const ProgrammeNotice *notice)
{
        g_autofree char *sentence = g_strdup_printf(tr(lang, notice->message), notice->detail);
        if (!notice->line)
                return g_steal_pointer(&sentence);
        if (*notice->column)
                return g_strdup_printf(tr(lang, "Line %d, column “%s”: %s"), notice->line, notice->column, sentence);
        if (notice->times < 2)
                return g_strdup_printf(tr(lang, "Line %d: %s"), notice->line, sentence);
        return g_strdup_printf(tr_n(lang, "Line %d and %u more: %s", "Line %d and %u more: %s", notice->times - 1),
                               notice->line, notice->times - 1, sentence);
}

static int compare_talks(gconstpointer a, gconstpointer b, gpointer programme)
{
        const ProgrammeTalk *x = a, *y = b;
        if (x->day != y->day)
                return strcmp(programme_day((Programme *)programme, x->day)->date,
                              programme_day((Programme *)programme, y->day)->date);
        if (x->start_us != y->start_us)
                return x->start_us < y->start_us ? -1 : 1;
        if (x->room != y->room)
                return x->room < y->room ? -1 : 1;
        int titles = strcmp(x->title, y->title);
        return titles ? titles : strcmp(x->guid, y->guid);
}

void programme_sort(Programme *programme)
{
        g_array_sort_with_data(programme->talks, compare_talks, programme);
}

int64_t programme_free_number(const Programme *programme)
{
        gint64 highest = 0;
        for (guint i = 0; i < programme->talks->len; i++) {
                gint64 number = 0;
                if (g_ascii_string_to_signed(programme_talk(programme, i)->source_id, 10, 1, G_MAXINT32, &number, NULL))
                        highest = MAX(highest, number);
        }
        return highest + 1;
}
