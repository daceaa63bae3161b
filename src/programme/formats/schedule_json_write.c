/* From a Programme to schedule.json, as its schema wants it. */
#include "programme/formats/schedule_json.h"

#include "base/time.h"
#include "base/zone.h"
#include "programme/formats/json_words.h"
#include "programme/identity.h"
#include "programme/schedule_time.h"

#include <jansson.h>
#include <string.h>

#define DEFAULT_LICENCE "CC BY-SA 4.0"

typedef struct {
        const Programme *programme;
        const char *base_url;
        GTimeZone *zone;
        GHashTable *ids; /* numbers given */
        int64_t next_id;
} Writer;

static void put(json_t *object, const char *name, const char *text)
{
        json_object_set_new(object, name, json_string(text));
}

static void put_said(json_t *object, const char *name, const char *text)
{
        if (text && *text)
                put(object, name, text);
}

static void put_or_null(json_t *object, const char *name, const char *text)
{
        json_object_set_new(object, name, *text ? json_string(text) : json_null());
}

static char *local_text(const Writer *writer, int64_t instant_us, const char *format)
{
        g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(instant_us / SECOND_US);
        g_autoptr(GDateTime) local = g_date_time_to_timezone(utc, writer->zone);
        return g_date_time_format(local, format);
}

static char *duration_text(int64_t minutes)
{
        return g_strdup_printf("%02d:%02d", (int)(minutes / 60), (int)(minutes % 60));
}

static bool is_web(const char *url)
{
        return g_str_has_prefix(url, "https://") || g_str_has_prefix(url, "http://");
}

/* RFC 3986 wants what stands outside of ASCII, spaces, a second "#" and a lone "%" in percent signs. NULL when it is no
 * web address. */
static char *uri_of(const char *url)
{
        if (!is_web(url))
                return NULL;
        GString *uri = g_string_new(NULL);
        bool fragment = false;
        for (const char *c = url; *c; c++) {
                bool escape = *c == '%' && !(g_ascii_isxdigit(c[1]) && g_ascii_isxdigit(c[2]));
                escape |= *c == '#' && fragment;
                escape |= !g_ascii_isalnum(*c) && !strchr("-._~:/?#@!$&'()*+,;=%", *c);
                fragment |= *c == '#';
                if (escape)
                        g_string_append_printf(uri, "%%%02X", (guchar)*c);
                else
                        g_string_append_c(uri, *c);
        }
        return g_string_free(uri, FALSE);
}

static void put_uri(json_t *object, const char *name, const char *url)
{
        g_autofree char *uri = uri_of(url);
        put_said(object, name, uri);
}

/* The schema's pattern has no hyphen but at the first place. */
static char *acronym_of(const Programme *programme)
{
        g_autoptr(GHashTable) none = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        const char *name = *programme->acronym ? programme->acronym : programme->title;
        g_autofree char *slug = slug_derive(name, "event", none);
        g_strdelimit(slug, "-", '_');
        return strlen(slug) >= 4 ? g_steal_pointer(&slug) : g_strdup_printf("%s_%.4s", slug, programme->first_day);
}

static json_t *track_json(const ProgrammeTrack *track)
{
        json_t *object = json_pack("{s:s}", "name", track->name);
        if (track->slug[0] && track->slug[1])
                put(object, "slug", track->slug);
        put_said(object, "color", track->color);
        return object;
}

static json_t *room_json(const ProgrammeRoom *room)
{
        g_autofree char *name = g_strconcat("room:", room->name, NULL);
        g_autofree char *guid = *room->guid ? g_strdup(room->guid) : guid_derive(NULL, name);
        json_t *object = json_pack("{s:s, s:s}", "name", room->name, "guid", guid);
        put_said(object, "type", room_word(room->kind));
        if (room->capacity)
                json_object_set_new(object, "capacity", json_integer(room->capacity));
        return object;
}

/* The number it had where it came from, when that is one and not yet given; else one above them all. */
static json_int_t talk_number(Writer *writer, const ProgrammeTalk *talk)
{
        gint64 number = 0;
        bool own = g_ascii_string_to_signed(talk->source_id, 10, 1, G_MAXINT32, &number, NULL);
        if (!own || g_hash_table_contains(writer->ids, GSIZE_TO_POINTER((gsize)number)))
                number = writer->next_id++;
        g_hash_table_add(writer->ids, GSIZE_TO_POINTER((gsize)number));
        return number;
}

/* The schema wants a slug of every session: without one, its code stands for it, and the reader knows. */
static char *slug_of(const ProgrammeTalk *talk)
{
        size_t length = strlen(talk->slug);
        bool fits = length > 1 && strspn(talk->slug, "abcdefghijklmnopqrstuvwxyz0123456789_-") == length &&
                    g_ascii_isalnum(talk->slug[length - 1]);
        return fits ? g_strdup(talk->slug) : g_ascii_strdown(talk->code, -1);
}

static json_t *persons_json(const Writer *writer, const ProgrammeTalk *talk)
{
        json_t *persons = json_array();
        for (guint i = 0; i < talk->person_count; i++) {
                const ProgrammePerson *person = programme_talk_person(writer->programme, talk, i);
                json_t *object =
                        json_pack("{s:s, s:s, s:s}", "code", person->code, "guid", person->guid, "name", person->name);
                gint64 number = 0;
                if (g_ascii_string_to_signed(person->source_id, 10, G_MININT32, G_MAXINT64, &number, NULL))
                        json_object_set_new(object, "id", json_integer(number));
                put_or_null(object, "biography", person->biography ? person->biography : "");
                g_autofree char *url = g_strdup_printf("%sspeaker/%s/", writer->base_url, person->code);
                put_uri(object, "url", url);
                json_object_set_new(object, "moderator",
                                    json_boolean(programme_speaking(writer->programme, talk, i)->moderator));
                json_array_append_new(persons, object);
        }
        return persons;
}

static json_t *link_json(const ProgrammeLink *link)
{
        g_autofree char *uri = uri_of(link->url);
        if (!uri)
                return NULL;
        json_t *object = json_pack("{s:s}", "url", uri);
        const char *type = link->kind == LINK_VIDEO || link->kind == LINK_RECORDING ? "media" : link->type;
        if (link_word_is_known(type))
                put(object, "type", type);
        put_said(object, "title", link->kind == LINK_RECORDING ? RECORDING_TITLE : link->title);
        return object;
}

static void put_links(const Writer *writer, const ProgrammeTalk *talk, json_t *object)
{
        static const char *const members[LINK_KINDS] = {
                [LINK_FEEDBACK] = "feedback_url", [LINK_ORIGIN] = "origin_url", [LINK_LOGO] = "logo"
        };
        json_t *links = json_array(), *attachments = json_array();
        for (guint i = 0; i < talk->link_count; i++) {
                const ProgrammeLink *link = programme_link(writer->programme, talk->first_link + i);
                if (members[link->kind])
                        put_uri(object, members[link->kind], link->url);
                else
                        json_array_append_new(link->kind == LINK_ATTACHMENT ? attachments : links, link_json(link));
        }
        json_object_set_new(object, "links", links);
        json_object_set_new(object, "attachments", attachments);
}

static json_t *talk_json(Writer *writer, const ProgrammeTalk *talk)
{
        const Programme *programme = writer->programme;
        g_autofree char *date = local_text(writer, talk->start_us, "%Y-%m-%dT%H:%M:%S%:z");
        g_autofree char *start = local_text(writer, talk->start_us, "%H:%M");
        g_autofree char *duration = duration_text((talk->end_us - talk->start_us) / MINUTE_US);
        g_autofree char *slug = slug_of(talk);
        g_autofree char *url = g_strdup_printf("%stalk/%s/", writer->base_url, talk->code);
        const char *of_event = *programme->licence ? programme->licence : DEFAULT_LICENCE;
        json_t *object =
                json_pack("{s:s, s:s, s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "guid", talk->guid, "code", talk->code,
                          "id", talk_number(writer, talk), "date", date, "start", start, "duration", duration, "room",
                          programme_room(programme, talk->room)->name, "slug", slug, "url", url, "title", talk->title);
        put_or_null(object, "subtitle", talk->subtitle);
        put_or_null(object, "track", talk->track < 0 ? "" : programme_track(programme, talk->track)->name);
        put(object, "type", talk->kind);
        put_or_null(object, "language", talk->language);
        put_or_null(object, "abstract", talk->abstract);
        put_or_null(object, "description", talk->description);
        put(object, "recording_license", *talk->licence ? talk->licence : of_event);
        json_object_set_new(object, "do_not_record", json_boolean(talk->no_recording));
        json_object_set_new(object, "persons", persons_json(writer, talk));
        put_links(writer, talk, object);
        return object;
}

static json_t *day_json(Writer *writer, int place)
{
        const Programme *programme = writer->programme;
        const char *date = programme_day(programme, place)->date;
        int change_s = programme->day_change_minutes * 60;
        char next[11];
        date_add(date, 1, next);
        g_autofree char *start = local_text(writer, instant_of(date, change_s, writer->zone), "%Y-%m-%dT%H:%M:%S%:z");
        g_autofree char *end =
                local_text(writer, instant_of(next, change_s, writer->zone) - MINUTE_US, "%Y-%m-%dT%H:%M:%S%:z");
        json_t *rooms = json_object();
        for (guint i = 0; i < programme->rooms->len; i++)
                json_object_set_new(rooms, programme_room(programme, i)->name, json_array());
        for (guint i = 0; i < programme->talks->len; i++) {
                const ProgrammeTalk *talk = programme_talk(programme, i);
                if (talk->day == place && !talk->cancelled)
                        json_array_append_new(json_object_get(rooms, programme_room(programme, talk->room)->name),
                                              talk_json(writer, talk));
        }
        return json_pack("{s:i, s:s, s:s, s:s, s:o}", "index", place + 1, "date", date, "day_start", start, "day_end",
                         end, "rooms", rooms);
}

static json_t *conference_json(Writer *writer)
{
        const Programme *programme = writer->programme;
        g_autofree char *acronym = acronym_of(programme);
        g_autofree char *slot = duration_text(programme->timeslot_minutes);
        json_t *object =
                json_pack("{s:s, s:s, s:s, s:s, s:i, s:s, s:s}", "acronym", acronym, "title", programme->title, "start",
                          programme->first_day, "end", programme->last_day, "daysCount", (int)programme->days->len,
                          "timeslot_duration", slot, "time_zone_name", programme->zone);
        put_uri(object, "url", programme->url);
        json_t *tracks = json_array(), *rooms = json_array(), *days = json_array();
        for (guint i = 0; i < programme->tracks->len; i++)
                json_array_append_new(tracks, track_json(programme_track(programme, i)));
        for (guint i = 0; i < programme->rooms->len; i++)
                json_array_append_new(rooms, room_json(programme_room(programme, i)));
        for (guint i = 0; i < programme->days->len; i++)
                json_array_append_new(days, day_json(writer, (int)i));
        json_object_set_new(object, "tracks", tracks);
        json_object_set_new(object, "rooms", rooms);
        json_object_set_new(object, "days", days);
        return object;
}

GString *schedule_json_write(const Programme *programme, const char *base_url)
{
        GTimeZone *zone = zone_find(programme->zone);
        Writer writer = { .programme = programme,
                          .base_url = base_url,
                          .zone = zone ? zone : g_time_zone_new_utc(),
                          .ids = g_hash_table_new(g_direct_hash, g_direct_equal),
                          .next_id = programme_free_number(programme) };
        json_t *root =
                json_pack("{s:s, s:{s:s, s:s}, s:{s:s, s:s, s:o}}", "$schema", "https://c3voc.de/schedule/schema.json",
                          "generator", "name", "treteau", "version", TRETEAU_VERSION, "schedule", "version",
                          programme->version, "base_url", base_url, "conference", conference_json(&writer));
        char *text = json_dumps(root, JSON_INDENT(1));
        GString *out = g_string_new(text ? text : "{}");
        g_string_append_c(out, '\n');
        free(text);
        json_decref(root);
        g_time_zone_unref(writer.zone);
        g_hash_table_unref(writer.ids);
        return out;
}
