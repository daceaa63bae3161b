/* From JSON to a ScheduleDraft. */
#include "programme/formats/schedule_json.h"

#include "programme/formats/draft_text.h"
#include "programme/formats/json_lines.h"
#include "programme/formats/json_words.h"
#include "programme/schedule_draft.h"

#include <string.h>

#define DEPTH_MAX 32
#define DAYS_MAX 400
#define ROOMS_MAX 2000
#define TRACKS_MAX 2000
#define PARTS_OF_A_TALK_MAX 200 /* persons, and links */

typedef struct {
        Programme *programme;
        ScheduleDraft *draft;
        ProgrammeNotice *fault;
        GHashTable *lines;
        GHashTable *rooms; /* name → place + 1 in the draft */
} Reader;

typedef struct {
        const char *member;
        int field; /* ConferenceField or TalkField; -1: known, and made anew or read elsewhere */
} Member;

static const Member conference_members[] = {
        { "title", CONFERENCE_TITLE },
        { "acronym", CONFERENCE_ACRONYM },
        { "start", CONFERENCE_START },
        { "end", CONFERENCE_END },
        { "timeslot_duration", CONFERENCE_TIMESLOT },
        { "time_zone_name", CONFERENCE_ZONE },
        { "url", CONFERENCE_URL },
        { "daysCount", -1 },
        { "days", -1 },
        { "rooms", -1 },
        { "tracks", -1 },
        { NULL },
};

static const Member talk_members[] = {
        { "title", TALK_TITLE },
        { "subtitle", TALK_SUBTITLE },
        { "type", TALK_KIND },
        { "date", TALK_DATE },
        { "start", TALK_START },
        { "duration", TALK_DURATION },
        { "abstract", TALK_ABSTRACT },
        { "description", TALK_DESCRIPTION },
        { "slug", TALK_SLUG },
        { "track", TALK_TRACK },
        { "language", TALK_LANGUAGE },
        { "recording_license", TALK_LICENCE },
        { "do_not_record", TALK_OPTOUT },
        { "room", TALK_ROOM },
        { "id", -1 },
        { "guid", -1 },
        { "code", -1 },
        { "url", -1 },
        { "end", -1 },
        { "logo", -1 },
        { "persons", -1 },
        { "links", -1 },
        { "attachments", -1 },
        { "feedback_url", -1 },
        { "origin_url", -1 },
        { NULL },
};

static const Member person_members[] = {
        { "id", -1 },        { "guid", -1 },        { "code", -1 },      { "name", -1 }, { "url", -1 },
        { "biography", -1 }, { "public_name", -1 }, { "moderator", -1 }, { NULL },
};

static int line_of(const Reader *reader, const json_t *object)
{
        return json_line(reader->lines, object);
}

static bool refuse(Reader *reader, const json_t *object, const char *message, const char *detail)
{
        notice_set(reader->fault, line_of(reader, object), message, detail);
        return false;
}

/* What stands in a member, as a text: numbers and truth values as they are written. NULL when there is none. */
static const char *member_text(Reader *reader, const json_t *object, const char *name, bool one_line)
{
        const json_t *value = json_object_get(object, name);
        int line = line_of(reader, object);
        if (json_is_string(value))
                return draft_text(reader->programme, json_string_value(value), name, line, one_line);
        if (json_is_boolean(value))
                return json_is_true(value) ? "true" : "false";
        if (json_is_integer(value)) {
                g_autofree char *number = g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
                return programme_text(reader->programme, number);
        }
        if (value && !json_is_null(value))
                programme_notice(reader->programme, line, true, N_("what stands in “%s” is no text and was left out"),
                                 name);
        return NULL;
}

/* Members that are filled in and have no place here are told. */
static void tell_unknown(Reader *reader, json_t *object, const Member *members)
{
        const char *name;
        json_t *value;
        json_object_foreach(object, name, value)
        {
                const Member *member = members;
                while (member->member && strcmp(member->member, name))
                        member++;
                bool empty = json_is_null(value) || json_is_false(value) ||
                             (json_is_string(value) && !*json_string_value(value)) ||
                             json_array_size(value) + json_object_size(value) == 0;
                if (!member->member && (!empty || json_is_number(value)))
                        programme_notice(reader->programme, line_of(reader, object), true,
                                         N_("the member “%s” has no place here and was left out"), name);
        }
}

static void read_fields(Reader *reader, json_t *object, const Member *members, DraftField *fields)
{
        for (const Member *member = members; member->member; member++) {
                if (member->field < 0)
                        continue;
                bool long_text = members == talk_members &&
                                 (member->field == TALK_ABSTRACT || member->field == TALK_DESCRIPTION);
                const char *text = member_text(reader, object, member->member, !long_text);
                if (text)
                        fields[member->field] = (DraftField){ text, line_of(reader, object) };
        }
        tell_unknown(reader, object, members);
}

static bool add_room(Reader *reader, const json_t *object, RoomDraft room)
{
        if (reader->draft->rooms->len >= ROOMS_MAX)
                return refuse(reader, object, N_("the file names rooms more than %s times"), G_STRINGIFY(ROOMS_MAX));
        g_array_append_val(reader->draft->rooms, room);
        g_hash_table_insert(reader->rooms, (gpointer)room.name, GINT_TO_POINTER((int)reader->draft->rooms->len));
        return true;
}

static bool read_rooms(Reader *reader, const json_t *rooms)
{
        size_t index;
        json_t *object;
        json_array_foreach(rooms, index, object)
        {
                const char *name = member_text(reader, object, "name", true);
                const char *kind = member_text(reader, object, "type", true);
                json_int_t capacity = json_integer_value(json_object_get(object, "capacity"));
                if (!name || !*name || g_hash_table_contains(reader->rooms, name))
                        continue;
                RoomDraft room = { .name = name,
                                   .guid = member_text(reader, object, "guid", true),
                                   .kind = kind ? room_kind(kind) : NULL,
                                   .capacity = (int)CLAMP(capacity, 0, 1000000),
                                   .line = line_of(reader, object) };
                if (!add_room(reader, object, room))
                        return false;
        }
        return true;
}

static bool read_tracks(Reader *reader, const json_t *tracks)
{
        size_t index;
        json_t *object;
        json_array_foreach(tracks, index, object)
        {
                if (index >= TRACKS_MAX)
                        return refuse(reader, object, N_("the file holds more than %s tracks"),
                                      G_STRINGIFY(TRACKS_MAX));
                const char *name = member_text(reader, object, "name", true);
                const char *color = member_text(reader, object, "color", true);
                TrackDraft track = { name, color ? color : "", line_of(reader, object) };
                if (name && *name)
                        g_array_append_val(reader->draft->tracks, track);
        }
        return true;
}

static bool read_persons(Reader *reader, const json_t *persons, TalkDraft *talk)
{
        size_t index;
        json_t *object;
        json_array_foreach(persons, index, object)
        {
                if (index >= PARTS_OF_A_TALK_MAX)
                        return refuse(reader, object, N_("a session has more than %s persons"),
                                      G_STRINGIFY(PARTS_OF_A_TALK_MAX));
                tell_unknown(reader, object, person_members);
                const char *name = member_text(reader, object, "name", true);
                if (!name)
                        name = member_text(reader, object, "public_name", true);
                PersonDraft person = { .id = member_text(reader, object, "id", true),
                                       .guid = member_text(reader, object, "guid", true),
                                       .code = member_text(reader, object, "code", true),
                                       .biography = member_text(reader, object, "biography", false),
                                       .name = name,
                                       .moderator = json_is_true(json_object_get(object, "moderator")),
                                       .line = line_of(reader, object) };
                if (json_is_boolean(json_object_get(object, "moderator")))
                        reader->programme->says |= SAYS(MODERATORS);
                if (!name || !*name) {
                        programme_notice(reader->programme, person.line, false,
                                         N_("a person without a name was left out"), "");
                        continue;
                }
                g_array_append_val(reader->draft->persons, person);
                talk->person_count++;
        }
        return true;
}

static bool add_link(Reader *reader, const json_t *object, TalkDraft *talk, ProgrammeLink link)
{
        if (talk->link_count >= PARTS_OF_A_TALK_MAX)
                return refuse(reader, object, N_("a session has more than %s links"), G_STRINGIFY(PARTS_OF_A_TALK_MAX));
        if (!link.url || !*link.url)
                return true;
        link.title = link.title ? link.title : "";
        link.type = link.type ? link.type : "";
        link.service = "";
        LinkDraft draft = { link, line_of(reader, object) };
        g_array_append_val(reader->draft->links, draft);
        talk->link_count++;
        return true;
}

static bool read_references(Reader *reader, const json_t *references, LinkKind kind, TalkDraft *talk)
{
        size_t index;
        json_t *object;
        json_array_foreach(references, index, object)
        {
                ProgrammeLink link = { .kind = kind,
                                       .url = member_text(reader, object, "url", true),
                                       .title = member_text(reader, object, "title", true),
                                       .type = member_text(reader, object, "type", true) };
                bool media = kind == LINK_PLAIN && link.type && !strcmp(link.type, "media");
                if (media) {
                        bool recording = link.title && !strcmp(link.title, RECORDING_TITLE);
                        link.kind = recording ? LINK_RECORDING : LINK_VIDEO;
                        link.type = "";
                        link.title = recording ? "" : link.title;
                }
                if (!add_link(reader, object, talk, link))
                        return false;
        }
        return true;
}

static bool read_links(Reader *reader, const json_t *object, TalkDraft *talk)
{
        static const struct {
                const char *member;
                LinkKind kind;
        } single[] = { { "feedback_url", LINK_FEEDBACK }, { "origin_url", LINK_ORIGIN }, { "logo", LINK_LOGO } };
        if (!read_references(reader, json_object_get(object, "links"), LINK_PLAIN, talk) ||
            !read_references(reader, json_object_get(object, "attachments"), LINK_ATTACHMENT, talk))
                return false;
        for (size_t i = 0; i < G_N_ELEMENTS(single); i++) {
                ProgrammeLink link = { .kind = single[i].kind,
                                       .url = member_text(reader, object, single[i].member, true) };
                if (!add_link(reader, object, talk, link))
                        return false;
        }
        return true;
}

/* The writer puts the code where the schema wants a slug and there is none. */
static void forget_code_slug(TalkDraft *talk)
{
        const char *slug = talk->fields[TALK_SLUG].text;
        if (slug && talk->code && !g_ascii_strcasecmp(slug, talk->code))
                talk->fields[TALK_SLUG].text = "";
}

static bool read_talk(Reader *reader, json_t *object, int room)
{
        ScheduleDraft *draft = reader->draft;
        if (draft->talks->len >= DRAFT_TALKS_MAX)
                return refuse(reader, object, N_("the file holds more than %s sessions"), G_STRINGIFY(DRAFT_TALKS_MAX));
        if (!json_is_object(object)) {
                programme_notice(reader->programme, 0, true, N_("a session that is no object was left out"), "");
                return true;
        }
        TalkDraft talk = { .line = line_of(reader, object),
                           .id = member_text(reader, object, "id", true),
                           .guid = member_text(reader, object, "guid", true),
                           .code = member_text(reader, object, "code", true),
                           .day = (int)draft->days->len - 1,
                           .room = room,
                           .first_person = draft->persons->len,
                           .first_link = draft->links->len };
        read_fields(reader, object, talk_members, talk.fields);
        forget_code_slug(&talk);
        if (!read_persons(reader, json_object_get(object, "persons"), &talk) || !read_links(reader, object, &talk))
                return false;
        g_array_append_val(draft->talks, talk);
        return true;
}

static bool read_day(Reader *reader, json_t *object)
{
        if (reader->draft->days->len >= DAYS_MAX)
                return refuse(reader, object, N_("the file holds more than %s days"), G_STRINGIFY(DAYS_MAX));
        DayDraft day = { .date = member_text(reader, object, "date", true),
                         .start = member_text(reader, object, "day_start", true),
                         .end = member_text(reader, object, "day_end", true),
                         .line = line_of(reader, object) };
        g_array_append_val(reader->draft->days, day);
        const char *key;
        json_t *talks, *talk;
        size_t index;
        json_object_foreach(json_object_get(object, "rooms"), key, talks)
        {
                const char *name = draft_text(reader->programme, key, "room", day.line, true);
                int room = GPOINTER_TO_INT(g_hash_table_lookup(reader->rooms, name)) - 1;
                if (room < 0 && !add_room(reader, object, (RoomDraft){ .name = name, .line = day.line }))
                        return false;
                if (room < 0)
                        room = (int)reader->draft->rooms->len - 1;
                json_array_foreach(talks, index, talk) if (!read_talk(reader, talk, room)) return false;
        }
        return true;
}

static bool read_root(Reader *reader, json_t *root)
{
        json_t *schedule = json_object_get(root, "schedule");
        json_t *conference = json_object_get(schedule, "conference");
        if (!json_is_object(conference)) {
                notice_set(reader->fault, line_of(reader, root),
                           N_("this is not a schedule.json: it has no “schedule” with a “conference”"), "");
                return false;
        }
        DraftField *fields = reader->draft->conference;
        fields[CONFERENCE_VERSION] =
                (DraftField){ member_text(reader, schedule, "version", true), line_of(reader, schedule) };
        read_fields(reader, conference, conference_members, fields);
        if (!read_tracks(reader, json_object_get(conference, "tracks")) ||
            !read_rooms(reader, json_object_get(conference, "rooms")))
                return false;
        size_t index;
        json_t *day;
        json_array_foreach(json_object_get(conference, "days"), index, day) if (!read_day(reader, day)) return false;
        return true;
}

static json_t *parse(const char *bytes, size_t size, GHashTable **ret_lines, ProgrammeNotice *ret_fault)
{
        int deep = 0;
        g_autoptr(GArray) lines = json_lines_scan(bytes, size, DEPTH_MAX, &deep);
        if (deep) {
                notice_set(ret_fault, deep, N_("elements are nested more than %s deep"), G_STRINGIFY(DEPTH_MAX));
                return NULL;
        }
        json_error_t error;
        json_t *root = json_loadb(bytes, size, JSON_REJECT_DUPLICATES, &error);
        if (!root)
                notice_set(ret_fault, MAX(error.line, 0), N_("this is not JSON: %s"), error.text);
        else
                *ret_lines = json_lines_of(root, lines);
        return root;
}

Programme *schedule_json_read(const char *bytes, size_t size, const ScheduleOptions *options,
                              ProgrammeNotice *ret_fault)
{
        if (size >= 3 && !memcmp(bytes, "\xef\xbb\xbf", 3)) { /* byte order mark */
                bytes += 3;
                size -= 3;
        }
        if (!draft_bytes_are_text(bytes, size, SCHEDULE_MAX_BYTES, ret_fault))
                return NULL;
        g_autoptr(GHashTable) lines = NULL;
        json_t *root = parse(bytes, size, &lines, ret_fault);
        if (!root)
                return NULL;
        g_autoptr(Programme) programme = programme_new();
        g_autoptr(ScheduleDraft) draft = schedule_draft_new();
        g_autoptr(GHashTable) rooms = g_hash_table_new(g_str_hash, g_str_equal);
        Reader reader = { .programme = programme, .draft = draft, .fault = ret_fault, .lines = lines, .rooms = rooms };
        bool whole = read_root(&reader, root);
        json_decref(root);
        if (!whole)
                return NULL;
        schedule_settle(programme, draft, options->zone, options->seed);
        if (!programme->talks->len) {
                notice_set(ret_fault, 0, N_("no session was found in the file"), "");
                return NULL;
        }
        return g_steal_pointer(&programme);
}
