/* From iCalendar to a ScheduleDraft. */
#include "programme/formats/schedule_ical.h"

#include "base/time.h"
#include "base/zone.h"
#include "mail/mail.h"
#include "programme/formats/draft_text.h"
#include "programme/formats/ical_line.h"
#include "programme/identity.h"
#include "programme/schedule_draft.h"
#include "programme/schedule_time.h"

#include <string.h>

#define PERSONS_OF_A_TALK_MAX 200
#define DEPTH_MAX 8
#define ROOMS_MAX 2000

typedef struct {
        Programme *programme;
        ScheduleDraft *draft;
        ProgrammeNotice *fault;
        const ScheduleOptions *options;
        GHashTable *rooms;      /* name → place + 1 in the draft */
        char *stack[DEPTH_MAX]; /* names of components */
        int depth;
        bool in_talk;             /* the innermost component is a session */
        TalkDraft talk;           /* the one being read */
        int64_t start_us, end_us; /* of it; INT64_MIN when not said */
        int duration_s;           /* -1 when not said */
        bool whole_day;
        int talks;
} Reader;

static void tell(Reader *reader, const IcalLine *line, bool repeats, const char *message, const char *detail)
{
        programme_notice(reader->programme, line->line, repeats, message, detail);
}

static bool refuse(Reader *reader, const IcalLine *line, const char *message, const char *detail)
{
        notice_set(reader->fault, line->line, message, detail);
        return false;
}

static const char *text_of(Reader *reader, const IcalLine *line, bool one_line)
{
        g_autofree char *text = ical_text(line->value);
        return draft_text(reader->programme, text, line->name, line->line, one_line);
}

/* A plain IANA name out of what programs write: with a path before it, or by Windows's name. NULL when unknown. */
static const char *zone_name(const char *said)
{
        static const char *const windows[][2] = { { "Romance Standard Time", "Europe/Paris" },
                                                  { "W. Europe Standard Time", "Europe/Berlin" },
                                                  { "Central Europe Standard Time", "Europe/Budapest" },
                                                  { "Central European Standard Time", "Europe/Warsaw" },
                                                  { "GMT Standard Time", "Europe/London" },
                                                  { "Eastern Standard Time", "America/New_York" } };
        for (const char *name = said; name; name = strchr(name, '/') ? strchr(name, '/') + 1 : NULL)
                if (zone_is_known(name))
                        return name;
        for (size_t i = 0; i < G_N_ELEMENTS(windows); i++)
                if (!strcmp(said, windows[i][0]))
                        return windows[i][1];
        return NULL;
}

static void keep_zone(Reader *reader, const char *name, int line)
{
        DraftField *field = &reader->draft->conference[CONFERENCE_ZONE];
        if (!field->text)
                *field = (DraftField){ programme_text(reader->programme, name), line };
}

/* DTSTART and DTEND: in the zone they name, in UTC, or in the event's. */
static void read_time(Reader *reader, const IcalLine *line, int64_t *ret_us)
{
        char date[11];
        int seconds;
        bool utc;
        if (!ical_time(line->value, date, &seconds, &utc)) {
                tell(reader, line, false, N_("the date “%s” is not one that can be read"), line->value);
                return;
        }
        g_autofree char *said = ical_parameter(line, "TZID");
        const char *name = utc ? "UTC" : said ? zone_name(said) : reader->options->zone;
        if (!name)
                tell(reader, line, true, N_("the time zone “%s” is not known; the event’s own is used"), said);
        else if (said && !utc)
                keep_zone(reader, name, line->line);
        g_autoptr(GTimeZone) zone = zone_find(name ? name : reader->options->zone);
        if (!zone)
                zone = g_time_zone_new_utc();
        reader->whole_day |= seconds < 0;
        *ret_us = instant_of(date, MAX(seconds, 0), zone);
}

static void read_location(Reader *reader, const IcalLine *line)
{
        const char *name = text_of(reader, line, true);
        int place = GPOINTER_TO_INT(g_hash_table_lookup(reader->rooms, name)) - 1;
        if (place < 0 && *name && reader->draft->rooms->len < ROOMS_MAX) {
                RoomDraft room = { .name = name, .line = line->line };
                g_array_append_val(reader->draft->rooms, room);
                place = (int)reader->draft->rooms->len - 1;
                g_hash_table_insert(reader->rooms, (gpointer)name, GINT_TO_POINTER(place + 1));
        }
        reader->talk.room = MAX(place, 0);
}

/* ".../talk/ABC123/" is an address of ours: the session keeps its code. */
static void read_url(Reader *reader, const IcalLine *line)
{
        g_auto(GStrv) parts = g_strsplit(line->value, "/", -1);
        guint count = g_strv_length(parts);
        if (count > 3 && !*parts[count - 1] && !strcmp(parts[count - 3], "talk") && code_is_valid(parts[count - 2])) {
                reader->talk.code = programme_text(reader->programme, parts[count - 2]);
                return;
        }
        const char *url = draft_text(reader->programme, line->value, "URL", line->line, true);
        LinkDraft link = { { .kind = LINK_PLAIN, .url = url, .title = "", .type = "", .service = "" }, line->line };
        if (!*url || reader->talk.link_count)
                return;
        reader->programme->says |= SAYS(LINKS);
        g_array_append_val(reader->draft->links, link);
        reader->talk.link_count = 1;
}

static void read_uid(Reader *reader, const IcalLine *line)
{
        const char *uid = text_of(reader, line, true);
        if (guid_is_valid(uid)) {
                reader->talk.guid = uid;
        } else if (strlen(uid) <= 255) { /* RFC 7986, 5.3 */
                reader->talk.id = uid;
                reader->programme->says |= SAYS(NUMBER);
        }
}

static void set_field(Reader *reader, const IcalLine *line, TalkField field, const char *text)
{
        reader->talk.fields[field] = (DraftField){ text, line->line };
}

static void read_category(Reader *reader, const IcalLine *line)
{
        size_t length = 0; /* of the first of a list */
        while (line->value[length] && line->value[length] != ',')
                length += line->value[length] == '\\' && line->value[length + 1] ? 2 : 1;
        g_autofree char *first = g_strndup(line->value, length);
        g_autofree char *text = ical_text(first);
        set_field(reader, line, TALK_TRACK, draft_text(reader->programme, text, "CATEGORIES", line->line, true));
        reader->programme->says |= SAYS(TRACK);
}

/* What every calendar says and a programme makes anew. */
static bool is_of_no_use(const char *name)
{
        static const char *const names[] = { "DTSTAMP", "LAST-MODIFIED", "CREATED",   "SEQUENCE",  "CLASS",
                                             "TRANSP",  "PRIORITY",      "ORGANIZER", "RELATED-TO" };
        for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
                if (!g_ascii_strcasecmp(names[i], name))
                        return true;
        return g_ascii_strncasecmp(name, "X-", 2) == 0;
}

/* "Ada; Bob": what our own writer says of who speaks. */
static void read_speakers(Reader *reader, const IcalLine *line)
{
        g_auto(GStrv) names = g_strsplit(text_of(reader, line, true), ";", PERSONS_OF_A_TALK_MAX + 1);
        TalkDraft *talk = &reader->talk;
        reader->programme->says |= SAYS(PERSONS);
        for (int i = 0; names[i] && talk->person_count < PERSONS_OF_A_TALK_MAX; i++) {
                const char *name = programme_text(reader->programme, g_strstrip(names[i]));
                PersonDraft person = { .name = name, .line = line->line };
                if (!*name)
                        continue;
                g_array_append_val(reader->draft->persons, person);
                talk->person_count++;
        }
}

/* The names at the head of the text that our own writer put there. */
static void take_names_away(Reader *reader)
{
        const GArray *persons = reader->draft->persons;
        DraftField *abstract = &reader->talk.fields[TALK_ABSTRACT];
        g_autoptr(GString) names = g_string_new(NULL);
        for (guint i = reader->talk.first_person; i < persons->len; i++)
                g_string_append_printf(names, "%s%s", names->len ? ", " : "",
                                       g_array_index(persons, PersonDraft, i).name);
        const char *text = abstract->text;
        if (!names->len || !text || !g_str_has_prefix(text, names->str))
                return;
        text += names->len;
        if (!*text)
                abstract->text = "";
        else if (g_str_has_prefix(text, ICAL_AFTER_NAMES))
                abstract->text = text + strlen(ICAL_AFTER_NAMES);
}

static void read_property(Reader *reader, const IcalLine *line)
{
        const char *name = line->name;
        if (!g_ascii_strcasecmp(name, "UID"))
                read_uid(reader, line);
        else if (!g_ascii_strcasecmp(name, "DTSTART"))
                read_time(reader, line, &reader->start_us);
        else if (!g_ascii_strcasecmp(name, "DTEND"))
                read_time(reader, line, &reader->end_us);
        else if (!g_ascii_strcasecmp(name, "DURATION")) {
                if (!ical_duration(line->value, &reader->duration_s))
                        tell(reader, line, false, N_("the duration “%s” is not one that can be read"), line->value);
        } else if (!g_ascii_strcasecmp(name, "SUMMARY"))
                set_field(reader, line, TALK_TITLE, text_of(reader, line, true));
        else if (!g_ascii_strcasecmp(name, "DESCRIPTION"))
                set_field(reader, line, TALK_ABSTRACT, text_of(reader, line, false));
        else if (!g_ascii_strcasecmp(name, CALENDAR_SPEAKERS))
                read_speakers(reader, line);
        else if (!g_ascii_strcasecmp(name, "LOCATION"))
                read_location(reader, line);
        else if (!g_ascii_strcasecmp(name, "URL"))
                read_url(reader, line);
        else if (!g_ascii_strcasecmp(name, "CATEGORIES"))
                read_category(reader, line);
        else if (!g_ascii_strcasecmp(name, "STATUS"))
                set_field(reader, line, TALK_CANCELLED,
                          g_ascii_strcasecmp(line->value, "CANCELLED") ? "false" : "true");
        else if (!g_ascii_strcasecmp(name, "RRULE") || !g_ascii_strcasecmp(name, "RDATE"))
                tell(reader, line, false, N_("a session that repeats: only its first time was kept"), "");
        else if (!is_of_no_use(name))
                tell(reader, line, true, N_("the property “%s” has no place here and was left out"), name);
}

static bool begin_talk(Reader *reader, const IcalLine *line)
{
        if (++reader->talks > DRAFT_TALKS_MAX)
                return refuse(reader, line, N_("the file holds more than %s sessions"), G_STRINGIFY(DRAFT_TALKS_MAX));
        reader->talk = (TalkDraft){ .line = line->line,
                                    .first_person = reader->draft->persons->len,
                                    .first_link = reader->draft->links->len };
        reader->start_us = reader->end_us = INT64_MIN;
        reader->duration_s = -1;
        reader->whole_day = false;
        reader->in_talk = true;
        return true;
}

static void end_talk(Reader *reader)
{
        TalkDraft *talk = &reader->talk;
        reader->in_talk = false;
        take_names_away(reader);
        if (reader->start_us != INT64_MIN) {
                g_autoptr(GDateTime) start = g_date_time_new_from_unix_utc(reader->start_us / SECOND_US);
                g_autofree char *text = start ? g_date_time_format(start, "%Y-%m-%dT%H:%M:%SZ") : NULL;
                talk->fields[TALK_DATE] = (DraftField){ programme_text(reader->programme, text), talk->line };
        }
        int64_t length_us = reader->duration_s * SECOND_US;
        if (reader->end_us != INT64_MIN && reader->start_us != INT64_MIN)
                length_us = reader->end_us - reader->start_us;
        else if (reader->whole_day && reader->duration_s < 0)
                length_us = DAY_US; /* 3.6.1 */
        if (reader->whole_day)
                programme_notice(reader->programme, talk->line, false,
                                 N_("a whole day: the session begins at midnight"), "");
        if (length_us >= 0 && length_us < 1000 * DAY_US) {
                int seconds = (int)(length_us / SECOND_US);
                g_autofree char *text =
                        g_strdup_printf("%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
                talk->fields[TALK_DURATION] = (DraftField){ programme_text(reader->programme, text), talk->line };
        }
        g_array_append_val(reader->draft->talks, *talk);
}

static bool begin_component(Reader *reader, const IcalLine *line)
{
        if (reader->depth == DEPTH_MAX)
                return refuse(reader, line, N_("elements are nested more than %s deep"), G_STRINGIFY(DEPTH_MAX));
        if (!reader->depth && g_ascii_strcasecmp(line->value, "VCALENDAR"))
                return refuse(reader, line, N_("this is not a calendar: it begins with “%s”"), line->value);
        reader->stack[reader->depth++] = g_ascii_strup(line->value, 64);
        const char *name = reader->stack[reader->depth - 1];
        if (reader->depth == 2 && !strcmp(name, "VEVENT"))
                return begin_talk(reader, line);
        if (reader->depth == 2 && strcmp(name, "VTIMEZONE"))
                tell(reader, line, true, N_("“%s” has no place here and was left out"), name);
        return true;
}

static bool end_component(Reader *reader, const IcalLine *line)
{
        if (!reader->depth || g_ascii_strcasecmp(reader->stack[reader->depth - 1], line->value))
                return refuse(reader, line, N_("the end of %s ends what was not begun"), line->value);
        if (reader->depth == 2 && reader->in_talk)
                end_talk(reader);
        g_free(reader->stack[--reader->depth]);
        return true;
}

static void read_calendar_property(Reader *reader, const IcalLine *line)
{
        if (!g_ascii_strcasecmp(line->name, "X-WR-CALNAME") || !g_ascii_strcasecmp(line->name, "NAME"))
                reader->draft->conference[CONFERENCE_TITLE] = (DraftField){ text_of(reader, line, true), line->line };
        else if (!g_ascii_strcasecmp(line->name, "X-WR-TIMEZONE") && zone_name(line->value))
                keep_zone(reader, zone_name(line->value), line->line);
}

static bool read_line(Reader *reader, const IcalLine *line)
{
        if (line->not_text)
                return refuse(reader, line, N_("this is not UTF-8 text; save the file as UTF-8"), "");
        if (line->bad && !reader->depth)
                return refuse(reader, line, N_("this is not a calendar: it begins with “%s”"), line->name);
        if (line->bad)
                tell(reader, line, false, N_("“%s” is no line of a calendar and was left out"), line->name);
        else if (!g_ascii_strcasecmp(line->name, "BEGIN"))
                return begin_component(reader, line);
        else if (!g_ascii_strcasecmp(line->name, "END"))
                return end_component(reader, line);
        else if (reader->depth == 1)
                read_calendar_property(reader, line);
        else if (reader->depth == 2 && reader->in_talk)
                read_property(reader, line);
        return true;
}

static bool parse(Reader *reader, const char *bytes, size_t size)
{
        g_autoptr(GString) text = g_string_new(NULL);
        IcalReader lines = { bytes, bytes + size, 1, text };
        IcalLine line = { 0 };
        bool going = true;
        while (going && ical_line_next(&lines, &line))
                going = read_line(reader, &line);
        if (going && reader->depth) {
                notice_set(reader->fault, line.line, N_("the file stops in the middle; it may have been cut off"), "");
                going = false;
        }
        while (reader->depth)
                g_free(reader->stack[--reader->depth]);
        return going;
}

static Programme *read_text(const char *bytes, size_t size, const ScheduleOptions *options, ProgrammeNotice *ret_fault)
{
        g_autoptr(Programme) programme = programme_new();
        g_autoptr(ScheduleDraft) draft = schedule_draft_new();
        g_autoptr(GHashTable) rooms = g_hash_table_new(g_str_hash, g_str_equal);
        programme->partial = true;
        programme->says =
                SAYS(TITLE) | SAYS(START) | SAYS(DURATION) | SAYS(ROOM) | SAYS(GUID) | SAYS(ABSTRACT) | SAYS(CANCELLED);
        DayDraft day = { 0 };
        g_array_append_val(draft->days, day);
        RoomDraft nowhere = { 0 };
        g_array_append_val(draft->rooms, nowhere);
        Reader reader = {
                .programme = programme, .draft = draft, .fault = ret_fault, .options = options, .rooms = rooms
        };
        if (!parse(&reader, bytes, size))
                return NULL;
        keep_zone(&reader, options->zone, 0);
        schedule_settle(programme, draft, options->zone, options->seed);
        if (!programme->talks->len) {
                notice_set(ret_fault, 0, N_("no session was found in the file"), "");
                return NULL;
        }
        return g_steal_pointer(&programme);
}

Programme *schedule_ical_read(const char *bytes, size_t size, const ScheduleOptions *options,
                              ProgrammeNotice *ret_fault)
{
        if (size >= 3 && !memcmp(bytes, "\xef\xbb\xbf", 3)) { /* byte order mark */
                bytes += 3;
                size -= 3;
        }
        if (size > SCHEDULE_MAX_BYTES) {
                notice_set(ret_fault, 0, N_("the file is over %s"), "16 MiB");
                return NULL;
        }
        return read_text(bytes, size, options, ret_fault);
}
