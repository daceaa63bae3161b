/* From a Programme to schedule.xml, as its XSD wants it. */
#include "programme/schedule_xml.h"

#include "base/markup.h"
#include "base/time.h"
#include "base/zone.h"
#include "programme/identity.h"
#include "programme/schedule_time.h"

#include <string.h>

#define DEFAULT_LICENCE "CC BY-SA 4.0"

typedef struct {
        GString *out;
        const Programme *programme;
        const char *base_url;
        GTimeZone *zone;
        GHashTable *ids;   /* numbers given */
        GHashTable *slugs; /* slugs given */
        int64_t next_id;
        char *acronym;
} Writer;

static void put_attribute(Writer *writer, const char *name, const char *value)
{
        if (!value || !*value)
                return;
        g_string_append_printf(writer->out, " %s=\"", name);
        markup_append(writer->out, value, MARKUP_ATTRIBUTE);
        g_string_append_c(writer->out, '"');
}

static void put_element(Writer *writer, int depth, const char *name, const char *text)
{
        g_string_append_printf(writer->out, "%*s<%s>", depth * 2, "", name);
        markup_append(writer->out, text, MARKUP_TEXT);
        g_string_append_printf(writer->out, "</%s>\n", name);
}

static void put_duration(Writer *writer, int depth, const char *name, int64_t minutes)
{
        char text[32]; /* the XSD has two digits of hours */
        minutes = CLAMP(minutes, 0, 99 * 60 + 59);
        g_snprintf(text, sizeof text, "%02d:%02d", (int)(minutes / 60), (int)(minutes % 60));
        put_element(writer, depth, name, text);
}

static char *local_text(Writer *writer, int64_t instant_us, const char *format)
{
        g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(instant_us / SECOND_US);
        g_autoptr(GDateTime) local = g_date_time_to_timezone(utc, writer->zone);
        return g_date_time_format(local, format);
}

static bool is_web(const char *url)
{
        return g_str_has_prefix(url, "https://") || g_str_has_prefix(url, "http://");
}

/* At least four of [a-z0-9_-]: what is not such is made from the title, a short one gets the year. */
static char *acronym_of(const Programme *programme)
{
        const char *said = programme->acronym;
        bool fits = *said && strspn(said, "abcdefghijklmnopqrstuvwxyz0123456789_-") == strlen(said);
        g_autoptr(GHashTable) none = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        g_autofree char *acronym = fits ? g_strdup(said) : slug_derive(programme->title, "event", none);
        if (strlen(acronym) >= 4)
                return g_steal_pointer(&acronym);
        return g_strdup_printf("%s-%.4s", acronym, programme->first_day);
}

static void put_conference(Writer *writer)
{
        const Programme *programme = writer->programme;
        g_autofree char *days = g_strdup_printf("%u", programme->days->len);
        g_string_append(writer->out, "  <conference>\n");
        put_element(writer, 2, "title", programme->title);
        put_element(writer, 2, "acronym", writer->acronym);
        put_element(writer, 2, "start", programme->first_day);
        put_element(writer, 2, "end", programme->last_day);
        put_element(writer, 2, "days", days);
        if (programme->timeslot_minutes)
                put_duration(writer, 2, "timeslot_duration", programme->timeslot_minutes);
        put_element(writer, 2, "base_url", writer->base_url);
        if (is_web(programme->url))
                put_element(writer, 2, "url", programme->url);
        put_element(writer, 2, "time_zone_name", programme->zone);
        for (guint i = 0; i < programme->tracks->len; i++) {
                const ProgrammeTrack *track = programme_track(programme, i);
                g_string_append(writer->out, "    <track");
                put_attribute(writer, "name", track->name);
                put_attribute(writer, "color", track->color);
                if (g_ascii_islower(track->slug[0]) && track->slug[1])
                        put_attribute(writer, "slug", track->slug);
                g_string_append(writer->out, "/>\n");
        }
        g_string_append(writer->out, "  </conference>\n");
}

/* The number it had where it came from, when that is one and not yet given; else one above them all. */
static void talk_number(Writer *writer, const ProgrammeTalk *talk, char ret_number[24])
{
        gint64 number = 0;
        bool own = g_ascii_string_to_signed(talk->source_id, 10, 1, G_MAXINT32, &number, NULL);
        g_snprintf(ret_number, 24, "%" G_GINT64_FORMAT, number);
        if (!own || g_hash_table_contains(writer->ids, ret_number))
                g_snprintf(ret_number, 24, "%" G_GINT64_FORMAT, writer->next_id++);
        g_hash_table_add(writer->ids, g_strdup(ret_number));
}

/* The XSD's pattern is [a-z0-9_]{4,}-[a-z0-9\-_]{4,}, and it must be unique: the acronym goes before, hyphens fill up a
 * short one. None is written when it has other characters. */
static void put_slug(Writer *writer, const ProgrammeTalk *talk)
{
        size_t length = strlen(talk->slug);
        if (!length || strspn(talk->slug, "abcdefghijklmnopqrstuvwxyz0123456789_-") != length ||
            !g_hash_table_add(writer->slugs, (gpointer)talk->slug))
                return;
        g_autofree char *prefix = g_strdelimit(g_strdup(writer->acronym), "-", '_');
        g_autofree char *slug = g_strconcat(prefix, "-", "---" + MIN(length, 4) - 1, talk->slug, NULL);
        put_element(writer, 4, "slug", slug);
}

static const ProgrammeLink *find_link(const Programme *programme, const ProgrammeTalk *talk, LinkKind kind)
{
        for (guint i = 0; i < talk->link_count; i++) {
                const ProgrammeLink *link = programme_link(programme, talk->first_link + i);
                if (link->kind == kind)
                        return link;
        }
        return NULL;
}

static void put_links(Writer *writer, const ProgrammeTalk *talk, LinkKind kind, const char *list, const char *one)
{
        g_string_append_printf(writer->out, "        <%s>\n", list);
        for (guint i = 0; i < talk->link_count; i++) {
                const ProgrammeLink *link = programme_link(writer->programme, talk->first_link + i);
                if (link->kind != kind)
                        continue;
                g_string_append_printf(writer->out, "          <%s", one);
                put_attribute(writer, "href", link->url);
                put_attribute(writer, "type", link->type);
                if (kind == LINK_PLAIN)
                        put_attribute(writer, "service", link->service);
                g_string_append_c(writer->out, '>');
                markup_append(writer->out, link->title, MARKUP_TEXT);
                g_string_append_printf(writer->out, "</%s>\n", one);
        }
        g_string_append_printf(writer->out, "        </%s>\n", list);
}

static void put_address(Writer *writer, const ProgrammeTalk *talk, int depth, LinkKind kind, const char *name)
{
        const ProgrammeLink *link = find_link(writer->programme, talk, kind);
        if (link && is_web(link->url))
                put_element(writer, depth, name, link->url);
}

static void put_persons(Writer *writer, const ProgrammeTalk *talk)
{
        g_string_append(writer->out, "        <persons>\n");
        for (guint i = 0; i < talk->person_count; i++) {
                const ProgrammePerson *person = programme_talk_person(writer->programme, talk, i);
                gint64 number;
                g_string_append(writer->out, "          <person");
                if (g_ascii_string_to_signed(person->source_id, 10, G_MININT64, G_MAXINT64, &number, NULL))
                        put_attribute(writer, "id", person->source_id);
                put_attribute(writer, "guid", person->guid);
                g_string_append_c(writer->out, '>');
                markup_append(writer->out, person->name, MARKUP_TEXT);
                g_string_append(writer->out, "</person>");
                if (programme_speaking(writer->programme, talk, i)->moderator)
                        g_string_append(writer->out, SCHEDULE_XML_MODERATOR);
                g_string_append_c(writer->out, '\n');
        }
        g_string_append(writer->out, "        </persons>\n");
}

static void put_recording(Writer *writer, const ProgrammeTalk *talk)
{
        const char *of_event = writer->programme->licence;
        g_string_append(writer->out, "        <recording>\n");
        put_element(writer, 5, "license", *talk->licence ? talk->licence : *of_event ? of_event : DEFAULT_LICENCE);
        put_element(writer, 5, "optout", talk->no_recording ? "true" : "false");
        put_address(writer, talk, 5, LINK_RECORDING, "url");
        g_string_append(writer->out, "        </recording>\n");
}

static void put_talk(Writer *writer, const ProgrammeTalk *talk)
{
        const Programme *programme = writer->programme;
        char number[24];
        talk_number(writer, talk, number);
        g_autofree char *date = local_text(writer, talk->start_us, "%Y-%m-%dT%H:%M:%S%:z");
        g_autofree char *start = local_text(writer, talk->start_us, "%H:%M");
        g_autofree char *url = g_strdup_printf("%stalk/%s/", writer->base_url, talk->code);
        g_string_append_printf(writer->out, "      <event guid=\"%s\" id=\"%s\" code=\"%s\">\n", talk->guid, number,
                               talk->code);
        put_element(writer, 4, "room", programme_room(programme, talk->room)->name);
        put_element(writer, 4, "title", talk->title);
        put_element(writer, 4, "subtitle", talk->subtitle);
        put_element(writer, 4, "type", talk->kind);
        put_element(writer, 4, "date", date);
        put_element(writer, 4, "start", start);
        put_duration(writer, 4, "duration", (talk->end_us - talk->start_us) / MINUTE_US);
        put_element(writer, 4, "abstract", talk->abstract);
        put_slug(writer, talk);
        put_element(writer, 4, "track", talk->track < 0 ? "" : programme_track(programme, talk->track)->name);
        put_address(writer, talk, 4, LINK_LOGO, "logo");
        put_persons(writer, talk);
        put_element(writer, 4, "language", talk->language);
        put_element(writer, 4, "description", talk->description);
        put_recording(writer, talk);
        put_links(writer, talk, LINK_PLAIN, "links", "link");
        put_links(writer, talk, LINK_ATTACHMENT, "attachments", "attachment");
        put_address(writer, talk, 4, LINK_VIDEO, "video_download_url");
        put_element(writer, 4, "url", url);
        put_address(writer, talk, 4, LINK_FEEDBACK, "feedback_url");
        put_address(writer, talk, 4, LINK_ORIGIN, "origin_url");
        g_string_append(writer->out, "      </event>\n");
}

typedef struct {
        int day, room;
        guint talk;
} Place;

static int compare_places(gconstpointer a, gconstpointer b)
{
        const Place *x = a, *y = b;
        if (x->day != y->day)
                return x->day - y->day;
        if (x->room != y->room)
                return x->room - y->room;
        return x->talk < y->talk ? -1 : x->talk > y->talk;
}

/* Every talk that is not cancelled, days in order, in each the rooms in theirs. (transfer full) */
static GArray *places_of(const Programme *programme)
{
        GArray *places = g_array_sized_new(FALSE, FALSE, sizeof(Place), programme->talks->len);
        for (guint i = 0; i < programme->talks->len; i++) {
                const ProgrammeTalk *talk = programme_talk(programme, i);
                Place place = { talk->day, talk->room, i };
                if (!talk->cancelled)
                        g_array_append_val(places, place);
        }
        g_array_sort(places, compare_places);
        return places;
}

/* The talks of a day from places[*next] on, room by room; empty rooms too, so that their order stays. */
static void put_rooms(Writer *writer, int day, const GArray *places, guint *next)
{
        const Programme *programme = writer->programme;
        for (guint i = 0; i < programme->rooms->len; i++) {
                g_string_append(writer->out, "    <room");
                put_attribute(writer, "name", programme_room(programme, i)->name);
                put_attribute(writer, "guid", programme_room(programme, i)->guid);
                g_string_append(writer->out, ">\n");
                for (; *next < places->len; (*next)++) {
                        const Place *place = &g_array_index(places, Place, *next);
                        if (place->day != day || place->room != (int)i)
                                break;
                        put_talk(writer, programme_talk(programme, place->talk));
                }
                g_string_append(writer->out, "    </room>\n");
        }
}

static void put_day(Writer *writer, int place, const GArray *places, guint *next_talk)
{
        const Programme *programme = writer->programme;
        const char *date = programme_day(programme, place)->date;
        int change_s = programme->day_change_minutes * 60;
        char next[11];
        date_add(date, 1, next);
        g_autofree char *start = local_text(writer, instant_of(date, change_s, writer->zone), "%Y-%m-%dT%H:%M:%S%:z");
        g_autofree char *end =
                local_text(writer, instant_of(next, change_s, writer->zone) - MINUTE_US, "%Y-%m-%dT%H:%M:%S%:z");
        g_string_append_printf(writer->out, "  <day index=\"%d\" date=\"%s\" start=\"%s\" end=\"%s\">\n", place + 1,
                               date, start, end);
        put_rooms(writer, place, places, next_talk);
        g_string_append(writer->out, "  </day>\n");
}

GString *schedule_xml_write(const Programme *programme, const char *base_url)
{
        GTimeZone *zone = zone_find(programme->zone);
        Writer writer = { .out = g_string_sized_new(64 * 1024),
                          .programme = programme,
                          .base_url = base_url,
                          .zone = zone ? zone : g_time_zone_new_utc(),
                          .ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
                          .slugs = g_hash_table_new(g_str_hash, g_str_equal),
                          .next_id = programme_free_number(programme),
                          .acronym = acronym_of(programme) };
        g_string_append(writer.out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<schedule>\n  <generator");
        put_attribute(&writer, "name", "treteau");
        put_attribute(&writer, "version", TRETEAU_VERSION);
        g_string_append(writer.out, "/>\n");
        g_autofree char *url = g_strconcat(base_url, "schedule/export/schedule.xml", NULL);
        put_element(&writer, 1, "url", url);
        put_element(&writer, 1, "version", programme->version);
        put_conference(&writer);
        g_autoptr(GArray) places = places_of(programme);
        guint next = 0;
        for (guint i = 0; i < programme->days->len; i++)
                put_day(&writer, (int)i, places, &next);
        g_string_append(writer.out, "</schedule>\n");
        g_time_zone_unref(writer.zone);
        g_hash_table_unref(writer.ids);
        g_hash_table_unref(writer.slugs);
        g_free(writer.acronym);
        return writer.out;
}
