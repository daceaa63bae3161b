#include "programme/formats/schedule_csv.h"

#include "base/time.h"
#include "base/zone.h"
#include "programme/formats/csv_columns.h"
#include "programme/formats/csv_links.h"
#include "programme/schedule_time.h"

#include <string.h>

#define SEPARATOR ';'       /* what a French spreadsheet opens in columns; the others find it too */
#define MARK "\xef\xbb\xbf" /* and without this one it would not see UTF-8 */

typedef struct {
        GString *out;
        const Programme *programme;
        const char *lang;
        GTimeZone *zone;
        bool first;
} Writer;

static void put(Writer *writer, const char *text)
{
        csv_put(writer->out, text, writer->first, SEPARATOR);
        writer->first = false;
}

static void end_row(Writer *writer)
{
        csv_end_row(writer->out);
        writer->first = true;
}

static void put_truth(Writer *writer, bool truth)
{
        bool french = !strcmp(writer->lang, "fr");
        put(writer, truth ? french ? "oui" : "yes" : french ? "non" : "no");
}

static void put_number(Writer *writer, int number)
{
        g_autofree char *text = g_strdup_printf("%d", number);
        put(writer, text);
}

/* The hour alone on the programme's own day; the date before it after midnight; an offset in the hour that comes
 * twice. */
static void put_start(Writer *writer, const ProgrammeTalk *talk)
{
        const char *day = programme_day(writer->programme, talk->day)->date;
        g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(talk->start_us / SECOND_US);
        g_autoptr(GDateTime) local = g_date_time_to_timezone(utc, writer->zone);
        g_autofree char *date = g_date_time_format(local, "%Y-%m-%d");
        int seconds =
                g_date_time_get_hour(local) * 3600 + g_date_time_get_minute(local) * 60 + g_date_time_get_second(local);
        bool twice = instant_of(date, seconds, writer->zone) != talk->start_us;
        const char *format = twice               ? "%Y-%m-%dT%H:%M:%S%:z"
                             : strcmp(date, day) ? "%Y-%m-%d %H:%M:%S"
                             : seconds % 60      ? "%H:%M:%S"
                                                 : "%H:%M";
        g_autofree char *text = g_date_time_format(local, format);
        put(writer, day);
        put(writer, text);
}

static void put_duration(Writer *writer, const ProgrammeTalk *talk)
{
        int seconds = (int)((talk->end_us - talk->start_us) / SECOND_US);
        g_autofree char *text =
                seconds % 60 ? g_strdup_printf("%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60)
                             : g_strdup_printf("%d:%02d", seconds / 3600, seconds / 60 % 60);
        put(writer, text);
}

static void put_persons(Writer *writer, const ProgrammeTalk *talk, bool moderators_alone)
{
        g_autoptr(GString) names = g_string_new(NULL);
        for (guint i = 0; i < talk->person_count; i++)
                if (!moderators_alone || programme_speaking(writer->programme, talk, i)->moderator)
                        g_string_append_printf(names, "%s%s", names->len ? "; " : "",
                                               programme_talk_person(writer->programme, talk, i)->name);
        put(writer, names->str);
}

static void put_links(Writer *writer, const ProgrammeTalk *talk)
{
        g_autoptr(GString) lines = g_string_new(NULL);
        for (guint i = 0; i < talk->link_count; i++)
                csv_link_put(lines, programme_link(writer->programme, talk->first_link + i));
        put(writer, lines->str);
}

static void put_talk(Writer *writer, const ProgrammeTalk *talk)
{
        const Programme *programme = writer->programme;
        put(writer, talk->code);
        put(writer, talk->title);
        put(writer, talk->subtitle);
        put_start(writer, talk);
        put_duration(writer, talk);
        put(writer, programme_room(programme, talk->room)->name);
        put(writer, talk->track < 0 ? "" : programme_track(programme, talk->track)->name);
        put(writer, talk->kind);
        put(writer, talk->language);
        put_persons(writer, talk, false);
        put_persons(writer, talk, true);
        put(writer, talk->abstract);
        put(writer, talk->description);
        put_links(writer, talk);
        put(writer, talk->licence);
        put_truth(writer, !talk->no_recording);
        put_number(writer, talk->places);
        put_truth(writer, talk->cancelled);
        put(writer, talk->slug);
        put(writer, talk->source_id);
        put(writer, talk->guid);
        end_row(writer);
}

static Writer writer_on(const Programme *programme, const char *lang)
{
        GTimeZone *zone = zone_find(programme->zone);
        return (Writer){ .out = g_string_new(MARK),
                         .programme = programme,
                         .lang = lang,
                         .zone = zone ? zone : g_time_zone_new_utc(),
                         .first = true };
}

/* By name of the room, not by its place: a table says nothing of the order of rooms. */
static int compare(gconstpointer a, gconstpointer b, gpointer programme)
{
        const ProgrammeTalk *x = *(const ProgrammeTalk *const *)a, *y = *(const ProgrammeTalk *const *)b;
        int days = strcmp(programme_day((Programme *)programme, x->day)->date,
                          programme_day((Programme *)programme, y->day)->date);
        if (days || x->start_us != y->start_us)
                return days ? days : x->start_us < y->start_us ? -1 : 1;
        int rooms = strcmp(programme_room((Programme *)programme, x->room)->name,
                           programme_room((Programme *)programme, y->room)->name);
        return rooms ? rooms : strcmp(x->guid, y->guid);
}

GString *schedule_csv_write(const Programme *programme, const char *lang)
{
        Writer writer = writer_on(programme, lang);
        for (Column column = 0; column < TALK_COLUMNS; column++)
                put(&writer, column_heading(column, lang));
        end_row(&writer);
        g_autoptr(GPtrArray) talks = g_ptr_array_new();
        for (guint i = 0; i < programme->talks->len; i++)
                g_ptr_array_add(talks, programme_talk(programme, i));
        g_ptr_array_sort_with_data(talks, compare, (gpointer)programme);
        for (guint i = 0; i < talks->len; i++)
                put_talk(&writer, talks->pdata[i]);
        g_time_zone_unref(writer.zone);
        return writer.out;
}

GString *people_csv_write(const Programme *programme, const char *lang)
{
        static const Column columns[] = { COLUMN_CODE,      COLUMN_NAME,   COLUMN_EMAIL,
                                          COLUMN_BIOGRAPHY, COLUMN_NUMBER, COLUMN_GUID };
        Writer writer = writer_on(programme, lang);
        for (size_t i = 0; i < G_N_ELEMENTS(columns); i++)
                put(&writer, column_heading(columns[i], lang));
        end_row(&writer);
        for (guint i = 0; i < programme->persons->len; i++) {
                const ProgrammePerson *person = programme_person(programme, i);
                const char *const texts[] = { person->code,      person->name,      person->email,
                                              person->biography, person->source_id, person->guid };
                for (size_t n = 0; n < G_N_ELEMENTS(texts); n++)
                        put(&writer, texts[n] ? texts[n] : "");
                end_row(&writer);
        }
        g_time_zone_unref(writer.zone);
        return writer.out;
}
