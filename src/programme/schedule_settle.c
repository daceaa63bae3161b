/* From what a file says to a Programme. */
#include "programme/schedule_draft.h"

#include "base/time.h"
#include "base/zone.h"
#include "programme/identity.h"
#include "programme/schedule_time.h"

#include <stdlib.h>
#include <string.h>

#define TITLE_MAX_BYTES 600
#define NAME_MAX_BYTES 200
#define WORD_MAX_BYTES 100
#define DURATION_MAX_S (14 * 86400)
#define DAYS_AROUND_MAX 31 /* without a session, before the first and after the last */

ScheduleDraft *schedule_draft_new(void)
{
        ScheduleDraft *draft = g_new0(ScheduleDraft, 1);
        draft->days = g_array_new(FALSE, TRUE, sizeof(DayDraft));
        draft->rooms = g_array_new(FALSE, TRUE, sizeof(RoomDraft));
        draft->tracks = g_array_new(FALSE, TRUE, sizeof(TrackDraft));
        draft->talks = g_array_new(FALSE, TRUE, sizeof(TalkDraft));
        draft->persons = g_array_new(FALSE, TRUE, sizeof(PersonDraft));
        draft->links = g_array_new(FALSE, TRUE, sizeof(LinkDraft));
        return draft;
}

void schedule_draft_free(ScheduleDraft *draft)
{
        if (!draft)
                return;
        GArray *arrays[] = { draft->days, draft->rooms, draft->tracks, draft->talks, draft->persons, draft->links };
        for (size_t i = 0; i < G_N_ELEMENTS(arrays); i++)
                g_array_unref(arrays[i]);
        g_free(draft);
}

typedef struct {
        Programme *programme;
        const ScheduleDraft *draft;
        const char *seed;
        GTimeZone *zone;
        GHashTable *rooms, *tracks, *persons; /* key → place + 1 */
        GHashTable *room_slugs, *track_slugs;
        GHashTable *guids, *codes, *person_codes, *days; /* what is taken */
        GArray *day_dates;                               /* of the draft's days: char[11], "" when unknown */
} Settler;

/* One line of at most max bytes, cut between characters with a notice. */
static const char *short_text(Settler *settler, const char *text, int line, size_t max, const char *what)
{
        if (!text)
                return "";
        if (strlen(text) <= max)
                return text;
        g_autofree char *cut = g_strndup(text, (gsize)(g_utf8_find_prev_char(text, text + max) - text));
        programme_notice(settler->programme, line, false, N_("the text of <%s> is too long and was cut"), what);
        return programme_text(settler->programme, cut);
}

static const char *field_text(Settler *settler, const DraftField *field, size_t max, const char *what)
{
        return short_text(settler, field->text, field->line, max, what);
}

static bool given(const DraftField *field)
{
        return field->text && *field->text;
}

static void bad_value(Settler *settler, const DraftField *field, const char *message)
{
        programme_notice(settler->programme, field->line, false, message, field->text);
}

static void settle_zone(Settler *settler, const char *fallback_zone)
{
        const DraftField *named = &settler->draft->conference[CONFERENCE_ZONE];
        Programme *programme = settler->programme;
        GTimeZone *zone = given(named) ? zone_find(named->text) : NULL;
        programme->zone = zone ? named->text : programme_text(programme, fallback_zone);
        if (given(named) && !zone)
                bad_value(settler, named, N_("the time zone “%s” is not known; the event’s own is used"));
        else if (!zone)
                programme_notice(programme, 0, false, N_("The file names no time zone: hours are read as those of %s"),
                                 fallback_zone);
        if (!zone)
                zone = zone_find(programme->zone);
        settler->zone = zone ? zone : g_time_zone_new_utc();
}

static void settle_day_change(Settler *settler)
{
        const DraftField *field = &settler->draft->conference[CONFERENCE_DAY_CHANGE];
        int seconds = 0;
        if (given(field) && !clock_read(field->text, &seconds))
                bad_value(settler, field, N_("the hour “%s” is not one that can be read"));
        if (!given(field) && settler->draft->days->len) { /* the XSD has it only as the start of a day */
                const char *start = g_array_index(settler->draft->days, DayDraft, 0).start;
                if (start && strlen(start) >= 16 && start[10] == 'T') {
                        g_autofree char *clock = g_strndup(start + 11, 5);
                        clock_read(clock, &seconds);
                }
        }
        if (seconds < 12 * 3600) /* a later "change" is the opening hour of the day */
                settler->programme->day_change_minutes = seconds / 60;
}

static bool is_web_address(const char *url)
{
        return g_str_has_prefix(url, "https://") || g_str_has_prefix(url, "http://");
}

static void settle_conference(Settler *settler, const char *fallback_zone)
{
        Programme *programme = settler->programme;
        const DraftField *fields = settler->draft->conference;
        settle_zone(settler, fallback_zone);
        settle_day_change(settler);
        programme->title = field_text(settler, &fields[CONFERENCE_TITLE], TITLE_MAX_BYTES, "title");
        programme->acronym = field_text(settler, &fields[CONFERENCE_ACRONYM], WORD_MAX_BYTES, "acronym");
        programme->subtitle = field_text(settler, &fields[CONFERENCE_SUBTITLE], TITLE_MAX_BYTES, "subtitle");
        programme->version = field_text(settler, &fields[CONFERENCE_VERSION], WORD_MAX_BYTES, "version");
        bool both = given(&fields[CONFERENCE_VENUE]) && given(&fields[CONFERENCE_CITY]);
        g_autofree char *place =
                g_strconcat(field_text(settler, &fields[CONFERENCE_VENUE], NAME_MAX_BYTES, "venue"), both ? ", " : "",
                            field_text(settler, &fields[CONFERENCE_CITY], NAME_MAX_BYTES, "city"), NULL);
        programme->place = programme_text(programme, place);
        const DraftField *url = &fields[CONFERENCE_URL];
        if (given(url) && is_web_address(url->text))
                programme->url = url->text;
        else if (given(url))
                bad_value(settler, url, N_("the address “%s” is not a web address and was left out"));
        const DraftField *slot = &fields[CONFERENCE_TIMESLOT];
        int seconds = 0;
        if (given(slot) && !duration_read(slot->text, &seconds))
                bad_value(settler, slot, N_("the duration “%s” is not one that can be read"));
        programme->timeslot_minutes = seconds / 60;
}

/* A day's date: as said, else that of its start, else counted from the conference's start. "" when unknown. */
static void day_date(Settler *settler, guint place, char ret_date[11])
{
        const DayDraft *day = &g_array_index(settler->draft->days, DayDraft, place);
        const DraftField *start = &settler->draft->conference[CONFERENCE_START];
        ret_date[0] = 0;
        if (day->date && *day->date && !date_read(day->date, ret_date))
                programme_notice(settler->programme, day->line, false, N_("the date “%s” is not one that can be read"),
                                 day->date);
        if (!ret_date[0] && day->start)
                date_read(day->start, ret_date);
        char first[11];
        if (!ret_date[0] && given(start) && date_read(start->text, first))
                date_add(first, (int)place, ret_date);
}

static int add_day(Settler *settler, const char *date)
{
        gpointer known = g_hash_table_lookup(settler->days, date);
        if (known)
                return GPOINTER_TO_INT(known) - 1;
        ProgrammeDay day = { programme_text(settler->programme, date) };
        g_array_append_val(settler->programme->days, day);
        g_hash_table_insert(settler->days, (gpointer)day.date, GINT_TO_POINTER((int)settler->programme->days->len));
        return (int)settler->programme->days->len - 1;
}

static int add_room(Settler *settler, const char *name, const RoomDraft *draft)
{
        Programme *programme = settler->programme;
        const char *guid = draft->guid;
        int line = draft->line;
        name = short_text(settler, name, line, NAME_MAX_BYTES, "room");
        gpointer known = g_hash_table_lookup(settler->rooms, name);
        if (known)
                return GPOINTER_TO_INT(known) - 1;
        bool valid = guid && guid_is_valid(guid);
        if (guid && *guid && !valid)
                programme_notice(programme, line, false, N_("the guid “%s” is not one and was left out"), guid);
        g_autofree char *slug = slug_derive(name, "room", settler->room_slugs);
        ProgrammeRoom room = { .name = name, .slug = programme_text(programme, slug), .guid = valid ? guid : "" };
        room.kind = draft->kind ? draft->kind : "";
        room.capacity = draft->capacity;
        g_array_append_val(programme->rooms, room);
        g_hash_table_insert(settler->rooms, (gpointer)name, GINT_TO_POINTER((int)programme->rooms->len));
        return (int)programme->rooms->len - 1;
}

/* Every room that is named, sessions or not, in the order of the file. */
static void settle_rooms(Settler *settler)
{
        for (guint i = 0; i < settler->draft->rooms->len; i++) {
                const RoomDraft *room = &g_array_index(settler->draft->rooms, RoomDraft, i);
                if (room->name && *room->name)
                        add_room(settler, room->name, room);
        }
}

static int settle_room(Settler *settler, const TalkDraft *talk)
{
        const RoomDraft *around = &g_array_index(settler->draft->rooms, RoomDraft, talk->room);
        const DraftField *inner = &talk->fields[TALK_ROOM];
        bool named = around->name && *around->name;
        if (named && given(inner) && strcmp(around->name, inner->text))
                programme_notice(settler->programme, inner->line, false,
                                 N_("the session says it is in “%s” but stands in another room, which was kept"),
                                 inner->text);
        return add_room(settler, named ? around->name : given(inner) ? inner->text : "?", around);
}

static bool is_color(const char *text)
{
        return strlen(text) == 7 && text[0] == '#' && strspn(text + 1, "0123456789abcdefABCDEF") == 6;
}

static int settle_track(Settler *settler, const char *name, const char *color, int line)
{
        Programme *programme = settler->programme;
        name = short_text(settler, name, line, NAME_MAX_BYTES, "track");
        if (!*name)
                return -1;
        gpointer known = g_hash_table_lookup(settler->tracks, name);
        if (known)
                return GPOINTER_TO_INT(known) - 1;
        if (*color && !is_color(color)) {
                programme_notice(programme, line, false, N_("the colour “%s” is not one and was left out"), color);
                color = "";
        }
        g_autofree char *slug = slug_derive(name, "track", settler->track_slugs);
        ProgrammeTrack track = { .name = name, .slug = programme_text(programme, slug), .color = color };
        g_array_append_val(programme->tracks, track);
        g_hash_table_insert(settler->tracks, (gpointer)name, GINT_TO_POINTER((int)programme->tracks->len));
        return (int)programme->tracks->len - 1;
}

/* The file's code when it is one and free, else one derived from the guid. */
static const char *settle_code(Settler *settler, GHashTable *taken, const char *said, const char *guid)
{
        char code[CODE_LENGTH + 1];
        if (said && code_is_valid(said) && !g_hash_table_contains(taken, said)) {
                g_hash_table_add(taken, (gpointer)said);
                return said;
        }
        unsigned attempt = 0;
        do
                code_derive(guid, attempt++, code);
        while (g_hash_table_contains(taken, code));
        const char *kept = programme_text(settler->programme, code);
        g_hash_table_add(taken, (gpointer)kept);
        return kept;
}

/* Who it is: by guid, else by the file's number, else by name. */
static guint settle_person(Settler *settler, const PersonDraft *draft)
{
        Programme *programme = settler->programme;
        const char *name = short_text(settler, draft->name, draft->line, NAME_MAX_BYTES, "person");
        bool guid = draft->guid && guid_is_valid(draft->guid);
        bool id = draft->id && *draft->id;
        if (draft->guid && *draft->guid && !guid)
                programme_notice(programme, draft->line, false, N_("the guid “%s” is not one and was left out"),
                                 draft->guid);
        g_autofree char *key =
                guid ? g_ascii_strdown(draft->guid, -1)
                     : g_strconcat("person:", settler->seed, id ? ":id:" : ":name:", id ? draft->id : name, NULL);
        gpointer known = g_hash_table_lookup(settler->persons, key);
        if (known) {
                guint place = (guint)GPOINTER_TO_INT(known) - 1;
                if (strcmp(programme_person(programme, place)->name, name))
                        programme_notice(programme, draft->line, false,
                                         N_("“%s” has the number of another name; the first name was kept"), name);
                if (!programme_person(programme, place)->biography)
                        programme_person(programme, place)->biography = draft->biography;
                return place;
        }
        g_autofree char *derived = guid ? g_strdup(key) : guid_derive(NULL, key);
        ProgrammePerson person = { .name = name,
                                   .guid = programme_text(programme, derived),
                                   .source_id = id ? draft->id : "",
                                   .biography = draft->biography,
                                   .email = draft->email,
                                   .line = draft->line,
                                   .derived = !guid };
        person.code = settle_code(settler, settler->person_codes, draft->code, person.guid);
        person.coded = person.code == draft->code;
        g_array_append_val(programme->persons, person);
        g_hash_table_insert(settler->persons, (gpointer)programme_text(programme, key),
                            GINT_TO_POINTER((int)programme->persons->len));
        return programme->persons->len - 1;
}

static void settle_persons(Settler *settler, const TalkDraft *draft, ProgrammeTalk *talk)
{
        Programme *programme = settler->programme;
        talk->first_person = programme->talk_persons->len;
        for (guint i = 0; i < draft->person_count; i++) {
                const PersonDraft *person =
                        &g_array_index(settler->draft->persons, PersonDraft, draft->first_person + i);
                ProgrammeSpeaking speaking = { settle_person(settler, person), person->moderator };
                bool twice = false;
                for (guint n = talk->first_person; n < programme->talk_persons->len; n++)
                        twice |= g_array_index(programme->talk_persons, ProgrammeSpeaking, n).person == speaking.person;
                if (twice)
                        programme_notice(programme, person->line, false,
                                         N_("“%s” is named twice in the same session; once was kept"), person->name);
                else
                        g_array_append_val(programme->talk_persons, speaking);
        }
        talk->person_count = programme->talk_persons->len - talk->first_person;
}

static void settle_link(Settler *settler, const LinkDraft *link)
{
        const char *url = link->link.url;
        g_array_append_val(settler->programme->links, link->link);
        if (*url && !is_web_address(url) && !g_str_has_prefix(url, "mailto:"))
                programme_notice(settler->programme, link->line, false,
                                 N_("“%s” is not a web address; it is shown as words, not as a link"), url);
}

/* Kind by kind, as every writer puts them, so that their order tells nothing. */
static void settle_links(Settler *settler, const TalkDraft *draft, ProgrammeTalk *talk)
{
        talk->first_link = settler->programme->links->len;
        talk->link_count = draft->link_count;
        for (int kind = 0; kind < LINK_KINDS; kind++)
                for (guint i = 0; i < draft->link_count; i++) {
                        const LinkDraft *link = &g_array_index(settler->draft->links, LinkDraft, draft->first_link + i);
                        if ((int)link->link.kind == kind)
                                settle_link(settler, link);
                }
}

/* When it starts and on which day: by its own date, else by the day it stands in and its hour. */
static bool settle_start(Settler *settler, const TalkDraft *draft, ProgrammeTalk *talk)
{
        Programme *programme = settler->programme;
        const DraftField *date = &draft->fields[TALK_DATE], *start = &draft->fields[TALK_START];
        int seconds = 0;
        bool hour = given(start) && clock_read(start->text, &seconds);
        char day[11];
        g_strlcpy(day, &g_array_index(settler->day_dates, char, draft->day * 11), sizeof day);
        if (given(date) && instant_read(date->text, settler->zone, &talk->start_us)) {
                if (!day[0])
                        date_of(talk->start_us, settler->zone, programme->day_change_minutes, day);
                char own[11];
                date_of(talk->start_us, settler->zone, 0, own);
                if (hour && instant_of(own, seconds, settler->zone) != talk->start_us)
                        bad_value(settler, start, N_("the start “%s” differs from the date given; the date was kept"));
                talk->day = add_day(settler, day);
                return true;
        }
        if (given(date))
                bad_value(settler, date, N_("the date “%s” is not one that can be read"));
        if (!hour && given(start))
                bad_value(settler, start, N_("the hour “%s” is not one that can be read"));
        if (!hour || !day[0])
                return false;
        talk->day = add_day(settler, day);
        char next[11];
        date_add(day, seconds / 60 < programme->day_change_minutes, next);
        talk->start_us = instant_of(next, seconds, settler->zone);
        return true;
}

static void settle_duration(Settler *settler, const TalkDraft *draft, ProgrammeTalk *talk)
{
        const DraftField *duration = &draft->fields[TALK_DURATION];
        int seconds = 0;
        if (!given(duration))
                programme_notice(settler->programme, draft->line, false,
                                 N_("the session “%s” has no duration; only its start is shown"), talk->title);
        else if (!duration_read(duration->text, &seconds) || seconds > DURATION_MAX_S) {
                seconds = 0;
                bad_value(settler, duration, N_("the duration “%s” is not one that can be read"));
        }
        talk->end_us = talk->start_us + seconds * SECOND_US;
}

/* The file's guid; one derived from what the file has when it has none, or when another session has it already. */
static const char *settle_guid(Settler *settler, const TalkDraft *draft, ProgrammeTalk *talk)
{
        Programme *programme = settler->programme;
        bool said = draft->guid && guid_is_valid(draft->guid);
        if (draft->guid && *draft->guid && !said)
                programme_notice(programme, draft->line, false, N_("the guid “%s” is not one and was left out"),
                                 draft->guid);
        g_autofree char *start = g_strdup_printf("%" G_GINT64_FORMAT ":", talk->start_us);
        const char *id = *talk->source_id ? talk->source_id : *talk->slug ? talk->slug : NULL;
        g_autofree char *name = id ? g_strconcat("talk:", settler->seed, ":", id, NULL)
                                   : g_strconcat("talk:", settler->seed, ":", start,
                                                 programme_room(programme, talk->room)->slug, ":", talk->title, NULL);
        g_autofree char *guid = said ? g_ascii_strdown(draft->guid, -1) : guid_derive(NULL, name);
        if (g_hash_table_contains(settler->guids, guid)) {
                programme_notice(programme, draft->line, false,
                                 said ? N_("the guid %s was already used; this session got one of its own")
                                      : N_("the session %s is there twice; both were kept"),
                                 said ? guid
                                 : id ? id
                                      : talk->title);
                g_autofree char *first = g_strdup(guid);
                for (unsigned n = 2; g_hash_table_contains(settler->guids, guid); n++) {
                        g_autofree char *again = g_strdup_printf("%s:%u", said ? name : "again", n);
                        g_free(guid);
                        guid = guid_derive(first, again);
                }
        }
        const char *kept = programme_text(programme, guid);
        talk->derived = !said;
        g_hash_table_add(settler->guids, (gpointer)kept);
        return kept;
}

/* The XSD wants slugs to begin with the acronym, and the rest to have four characters: what our writer adds. */
static const char *own_slug(Settler *settler, const char *slug)
{
        g_autofree char *prefix = g_strconcat(settler->programme->acronym, "-", NULL);
        g_autofree char *plain = g_strdelimit(g_strconcat(settler->programme->acronym, NULL), "-", '_');
        size_t length = strlen(plain);
        if (!length)
                return slug;
        if (g_str_has_prefix(slug, prefix) || (g_str_has_prefix(slug, plain) && slug[length] == '-'))
                slug += length + 1;
        return slug + strspn(slug, "-");
}

static void settle_talk(Settler *settler, const TalkDraft *draft)
{
        Programme *programme = settler->programme;
        const DraftField *fields = draft->fields;
        ProgrammeTalk talk = { .line = draft->line,
                               .source_id = draft->id ? draft->id : "",
                               .title = field_text(settler, &fields[TALK_TITLE], TITLE_MAX_BYTES, "title"),
                               .subtitle = field_text(settler, &fields[TALK_SUBTITLE], TITLE_MAX_BYTES, "subtitle"),
                               .kind = field_text(settler, &fields[TALK_KIND], WORD_MAX_BYTES, "type"),
                               .language = field_text(settler, &fields[TALK_LANGUAGE], WORD_MAX_BYTES, "language"),
                               .licence = field_text(settler, &fields[TALK_LICENCE], NAME_MAX_BYTES, "license"),
                               .abstract = fields[TALK_ABSTRACT].text ? fields[TALK_ABSTRACT].text : "",
                               .description = fields[TALK_DESCRIPTION].text ? fields[TALK_DESCRIPTION].text : "" };
        talk.slug = own_slug(settler, field_text(settler, &fields[TALK_SLUG], NAME_MAX_BYTES, "slug"));
        if (!*talk.title) {
                programme_notice(programme, draft->line, false, N_("a session without a title was left out"), "");
                return;
        }
        if (!settle_start(settler, draft, &talk)) {
                programme_notice(programme, draft->line, false,
                                 N_("the session “%s” has no start that can be read and was left out"), talk.title);
                return;
        }
        settle_duration(settler, draft, &talk);
        const DraftField *optout = &fields[TALK_OPTOUT];
        talk.no_recording = given(optout) && (!strcmp(optout->text, "true") || !strcmp(optout->text, "1"));
        if (given(optout) && !talk.no_recording && strcmp(optout->text, "false") && strcmp(optout->text, "0")) {
                bad_value(settler, optout, N_("<optout> says “%s”, neither true nor false; it is read as true"));
                talk.no_recording = true;
        }
        const char *cancelled = fields[TALK_CANCELLED].text, *places = fields[TALK_PLACES].text;
        talk.cancelled = cancelled && !strcmp(cancelled, "true");
        talk.places = places ? atoi(places) : 0;
        talk.room = settle_room(settler, draft);
        talk.track = settle_track(settler, fields[TALK_TRACK].text, "", fields[TALK_TRACK].line);
        talk.guid = settle_guid(settler, draft, &talk);
        talk.code = settle_code(settler, settler->codes, draft->code, talk.guid);
        talk.coded = talk.code == draft->code;
        settle_persons(settler, draft, &talk);
        settle_links(settler, draft, &talk);
        g_array_append_val(programme->talks, talk);
}

static int compare_days(gconstpointer a, gconstpointer b)
{
        return strcmp(((const ProgrammeDay *)a)->date, ((const ProgrammeDay *)b)->date);
}

/* Puts the days in order; the talks' places follow. */
static void order_days(Settler *settler)
{
        Programme *programme = settler->programme;
        g_autofree const char **dates = g_new0(const char *, programme->days->len + 1);
        for (guint i = 0; i < programme->days->len; i++)
                dates[i] = programme_day(programme, i)->date;
        g_array_sort(programme->days, compare_days);
        g_hash_table_remove_all(settler->days);
        for (guint i = 0; i < programme->days->len; i++)
                g_hash_table_insert(settler->days, (gpointer)programme_day(programme, i)->date,
                                    GINT_TO_POINTER((int)i));
        for (guint i = 0; i < programme->talks->len; i++) {
                ProgrammeTalk *talk = programme_talk(programme, i);
                talk->day = GPOINTER_TO_INT(g_hash_table_lookup(settler->days, dates[talk->day]));
        }
}

/* First and last: those of the sessions, widened to what the conference says when that is near. */
static void settle_range(Settler *settler)
{
        Programme *programme = settler->programme;
        const DraftField *start = &settler->draft->conference[CONFERENCE_START];
        const DraftField *end = &settler->draft->conference[CONFERENCE_END];
        char date[11], bound[11];
        if (!programme->days->len)
                return;
        programme->first_day = programme_day(programme, 0)->date;
        programme->last_day = programme_day(programme, programme->days->len - 1)->date;
        date_add(programme->first_day, -DAYS_AROUND_MAX, bound);
        if (given(start) && !date_read(start->text, date))
                bad_value(settler, start, N_("the date “%s” is not one that can be read"));
        else if (given(start) && strcmp(date, programme->first_day) < 0 && strcmp(date, bound) > 0)
                programme->first_day = programme_text(programme, date);
        date_add(programme->last_day, DAYS_AROUND_MAX, bound);
        if (given(end) && !date_read(end->text, date))
                bad_value(settler, end, N_("the date “%s” is not one that can be read"));
        else if (given(end) && strcmp(date, programme->last_day) > 0 && strcmp(date, bound) < 0)
                programme->last_day = programme_text(programme, date);
}

void schedule_settle(Programme *programme, const ScheduleDraft *draft, const char *fallback_zone, const char *seed)
{
        Settler settler = { .programme = programme, .draft = draft, .seed = seed };
        GHashTable **tables[] = { &settler.rooms, &settler.tracks, &settler.persons,     &settler.guids,
                                  &settler.codes, &settler.days,   &settler.person_codes };
        for (size_t i = 0; i < G_N_ELEMENTS(tables); i++)
                *tables[i] = g_hash_table_new(g_str_hash, g_str_equal);
        settler.day_dates = g_array_new(FALSE, TRUE, 1);
        settler.room_slugs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        settler.track_slugs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

        settle_conference(&settler, fallback_zone);
        for (guint i = 0; i < draft->days->len; i++) {
                char date[11] = "";
                day_date(&settler, i, date);
                g_array_append_vals(settler.day_dates, date, sizeof date);
        }
        settle_rooms(&settler);
        for (guint i = 0; i < draft->tracks->len; i++) {
                const TrackDraft *track = &g_array_index(draft->tracks, TrackDraft, i);
                settle_track(&settler, track->name, track->color, track->line);
        }
        for (guint i = 0; i < draft->loose_persons; i++)
                settle_person(&settler, &g_array_index(draft->persons, PersonDraft, i));
        for (guint i = 0; i < draft->talks->len; i++)
                settle_talk(&settler, &g_array_index(draft->talks, TalkDraft, i));
        order_days(&settler);
        settle_range(&settler);
        programme_sort(programme);

        for (size_t i = 0; i < G_N_ELEMENTS(tables); i++)
                g_hash_table_unref(*tables[i]);
        g_hash_table_unref(settler.room_slugs);
        g_hash_table_unref(settler.track_slugs);
        g_array_unref(settler.day_dates);
        g_time_zone_unref(settler.zone);
}
