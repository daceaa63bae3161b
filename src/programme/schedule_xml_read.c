/* From mark-up to a ScheduleDraft. One table says which element may stand where and what becomes of it. */
#include "programme/schedule_xml.h"

#include "programme/schedule_draft.h"

#include <string.h>

#define DEPTH_MAX 32
#define TALKS_MAX 10000
#define DAYS_MAX 400
#define ROOMS_MAX 20000 /* a room may be named again each day */
#define TRACKS_MAX 2000
#define PERSONS_OF_A_TALK_MAX 200
#define LINKS_OF_A_TALK_MAX 200
#define ATTRIBUTES_MAX 4
#define ATTRIBUTE_MAX_BYTES 2000
#define TEXT_MAX_BYTES (256 * 1024)

typedef enum {
        AT_TOP,
        IN_SCHEDULE,
        IN_CONFERENCE,
        IN_DAY,
        IN_ROOM,
        IN_TALK,
        IN_PERSONS,
        IN_LINKS,
        IN_ATTACHMENTS,
        IN_RECORDING,
        LAST_CONTAINER = IN_RECORDING,
        ON_NOTHING, /* known, and made anew when we write: its content is skipped */
        ON_CONFERENCE_FIELD,
        ON_TALK_FIELD,
        ON_TALK_LINK, /* an element of its own whose text is an address */
        ON_TRACK,
        ON_PERSON,
        ON_LINK,
        ON_ATTACHMENT,
        ON_UNKNOWN,
} Place;

typedef struct {
        Place parent;
        const char *name;
        Place place;
        int field; /* ConferenceField, TalkField or LinkKind */
        const char *attributes[ATTRIBUTES_MAX];
} Rule;

static const Rule rules[] = {
        { AT_TOP, "schedule", IN_SCHEDULE },
        { IN_SCHEDULE, "generator", ON_NOTHING, 0, { "name", "system", "version", "url" } },
        { IN_SCHEDULE, "url", ON_NOTHING },
        { IN_SCHEDULE, "version", ON_CONFERENCE_FIELD, CONFERENCE_VERSION },
        { IN_SCHEDULE, "conference", IN_CONFERENCE },
        { IN_SCHEDULE, "day", IN_DAY, 0, { "index", "date", "start", "end" } },
        { IN_CONFERENCE, "title", ON_CONFERENCE_FIELD, CONFERENCE_TITLE },
        { IN_CONFERENCE, "acronym", ON_CONFERENCE_FIELD, CONFERENCE_ACRONYM },
        { IN_CONFERENCE, "subtitle", ON_CONFERENCE_FIELD, CONFERENCE_SUBTITLE },
        { IN_CONFERENCE, "venue", ON_CONFERENCE_FIELD, CONFERENCE_VENUE },
        { IN_CONFERENCE, "city", ON_CONFERENCE_FIELD, CONFERENCE_CITY },
        { IN_CONFERENCE, "start", ON_CONFERENCE_FIELD, CONFERENCE_START },
        { IN_CONFERENCE, "end", ON_CONFERENCE_FIELD, CONFERENCE_END },
        { IN_CONFERENCE, "days", ON_NOTHING },
        { IN_CONFERENCE, "day_change", ON_CONFERENCE_FIELD, CONFERENCE_DAY_CHANGE },
        { IN_CONFERENCE, "timeslot_duration", ON_CONFERENCE_FIELD, CONFERENCE_TIMESLOT },
        { IN_CONFERENCE, "url", ON_CONFERENCE_FIELD, CONFERENCE_URL },
        { IN_CONFERENCE, "time_zone_name", ON_CONFERENCE_FIELD, CONFERENCE_ZONE },
        { IN_CONFERENCE, "base_url", ON_NOTHING },
        { IN_CONFERENCE, "track", ON_TRACK, 0, { "name", "color", "slug" } },
        { IN_DAY, "room", IN_ROOM, 0, { "name", "guid" } },
        { IN_ROOM, "event", IN_TALK, 0, { "id", "guid", "code" } },
        { IN_TALK, "room", ON_TALK_FIELD, TALK_ROOM },
        { IN_TALK, "title", ON_TALK_FIELD, TALK_TITLE },
        { IN_TALK, "subtitle", ON_TALK_FIELD, TALK_SUBTITLE },
        { IN_TALK, "type", ON_TALK_FIELD, TALK_KIND },
        { IN_TALK, "date", ON_TALK_FIELD, TALK_DATE },
        { IN_TALK, "start", ON_TALK_FIELD, TALK_START },
        { IN_TALK, "duration", ON_TALK_FIELD, TALK_DURATION },
        { IN_TALK, "abstract", ON_TALK_FIELD, TALK_ABSTRACT },
        { IN_TALK, "description", ON_TALK_FIELD, TALK_DESCRIPTION },
        { IN_TALK, "slug", ON_TALK_FIELD, TALK_SLUG },
        { IN_TALK, "track", ON_TALK_FIELD, TALK_TRACK },
        { IN_TALK, "language", ON_TALK_FIELD, TALK_LANGUAGE },
        { IN_TALK, "url", ON_NOTHING },
        { IN_TALK, "logo", ON_TALK_LINK, LINK_LOGO },
        { IN_TALK, "video_download_url", ON_TALK_LINK, LINK_VIDEO },
        { IN_TALK, "feedback_url", ON_TALK_LINK, LINK_FEEDBACK },
        { IN_TALK, "origin_url", ON_TALK_LINK, LINK_ORIGIN },
        { IN_TALK, "persons", IN_PERSONS },
        { IN_TALK, "links", IN_LINKS },
        { IN_TALK, "attachments", IN_ATTACHMENTS },
        { IN_TALK, "recording", IN_RECORDING },
        { IN_PERSONS, "person", ON_PERSON, 0, { "id", "guid", "code", "name" } },
        { IN_LINKS, "link", ON_LINK, LINK_PLAIN, { "href", "type", "service" } },
        { IN_ATTACHMENTS, "attachment", ON_ATTACHMENT, LINK_ATTACHMENT, { "href", "type" } },
        { IN_RECORDING, "license", ON_TALK_FIELD, TALK_LICENCE },
        { IN_RECORDING, "optout", ON_TALK_FIELD, TALK_OPTOUT },
        { IN_RECORDING, "url", ON_TALK_LINK, LINK_RECORDING },
        { IN_RECORDING, "link", ON_TALK_LINK, LINK_RECORDING },
};

typedef struct {
        Place place;
        const Rule *rule; /* NULL for an unknown element */
        int line;
} Level;

typedef struct {
        Programme *programme;
        ScheduleDraft *draft;
        ProgrammeNotice *fault;
        Level stack[DEPTH_MAX];
        int depth;
        GString *text; /* of the leaf being read */
        const char *values[ATTRIBUTES_MAX];
} Reader;

static GQuark refused_quark(void)
{
        return g_quark_from_static_string("schedule-refused");
}

static void refuse(Reader *reader, int line, const char *message, const char *detail, GError **error)
{
        notice_set(reader->fault, line, message, detail);
        g_set_error_literal(error, refused_quark(), 0, message);
}

/* GMarkup stands one character further: on the first column when a line ends behind the tag. */
static int line_of(GMarkupParseContext *context)
{
        int line = 1, column = 2;
        g_markup_parse_context_get_position(context, &line, &column);
        return column <= 1 && line > 1 ? line - 1 : line;
}

static const Rule *find_rule(Place parent, const char *name)
{
        for (size_t i = 0; i < G_N_ELEMENTS(rules); i++)
                if (rules[i].parent == parent && !strcmp(rules[i].name, name))
                        return &rules[i];
        return NULL;
}

static TalkDraft *last_talk(Reader *reader)
{
        GArray *talks = reader->draft->talks;
        return &g_array_index(talks, TalkDraft, talks->len - 1);
}

/* Control characters have no place in XML 1.0 (section 2.2) but come in as character references. Returns whether some
 * were dropped; white space becomes single spaces when the text is to be one line. */
static bool clean_text(GString *text, bool one_line)
{
        gsize kept = 0;
        bool dropped = false;
        for (gsize i = 0; i < text->len; i++) {
                guchar c = (guchar)text->str[i];
                bool space = g_ascii_isspace((char)c);
                if ((c < 0x20 || c == 0x7f) && !space)
                        dropped = true;
                else if (one_line && space && (!kept || text->str[kept - 1] == ' '))
                        continue;
                else if (c != '\r' || one_line)
                        text->str[kept++] = one_line && space ? ' ' : (char)c;
        }
        g_string_truncate(text, kept);
        return dropped;
}

/* Copies the values of known attributes; NULL where there is none. */
static void read_attributes(Reader *reader, const Rule *rule, int line, const char **names, const char **values)
{
        memset(reader->values, 0, sizeof reader->values);
        for (int i = 0; names[i]; i++) {
                int place = 0;
                while (place < ATTRIBUTES_MAX && g_strcmp0(rule->attributes[place], names[i]))
                        place++;
                g_autofree char *label = g_strdup_printf("%s %s", rule->name, names[i]);
                if (place == ATTRIBUTES_MAX) {
                        if (!g_str_has_prefix(names[i], "xml") && !g_str_has_prefix(names[i], "xsi:"))
                                programme_notice(reader->programme, line, true,
                                                 N_("the attribute “%s” has no place here and was left out"), label);
                } else if (strlen(values[i]) > ATTRIBUTE_MAX_BYTES) {
                        programme_notice(reader->programme, line, false,
                                         N_("the attribute “%s” is too long and was left out"), label);
                } else {
                        g_string_assign(reader->text, values[i]);
                        clean_text(reader->text, true);
                        reader->values[place] = programme_text(reader->programme, g_strstrip(reader->text->str));
                }
        }
}

static bool begin_talk(Reader *reader, int line, GError **error)
{
        ScheduleDraft *draft = reader->draft;
        if (draft->talks->len >= TALKS_MAX) {
                refuse(reader, line, N_("the file holds more than %s sessions"), G_STRINGIFY(TALKS_MAX), error);
                return false;
        }
        TalkDraft talk = { .line = line,
                           .id = reader->values[0],
                           .guid = reader->values[1],
                           .code = reader->values[2],
                           .day = (int)draft->days->len - 1,
                           .room = (int)draft->rooms->len - 1,
                           .first_person = draft->persons->len,
                           .first_link = draft->links->len };
        g_array_append_val(draft->talks, talk);
        return true;
}

static bool begin_day(Reader *reader, int line, GError **error)
{
        if (reader->draft->days->len >= DAYS_MAX) {
                refuse(reader, line, N_("the file holds more than %s days"), G_STRINGIFY(DAYS_MAX), error);
                return false;
        }
        DayDraft day = {
                .date = reader->values[1], .start = reader->values[2], .end = reader->values[3], .line = line
        };
        g_array_append_val(reader->draft->days, day);
        return true;
}

static bool begin_room(Reader *reader, int line, GError **error)
{
        if (reader->draft->rooms->len >= ROOMS_MAX) {
                refuse(reader, line, N_("the file names rooms more than %s times"), G_STRINGIFY(ROOMS_MAX), error);
                return false;
        }
        RoomDraft room = { .name = reader->values[0], .guid = reader->values[1], .line = line };
        g_array_append_val(reader->draft->rooms, room);
        return true;
}

static void on_start(GMarkupParseContext *context, const char *name, const char **attribute_names,
                     const char **attribute_values, gpointer data, GError **error)
{
        Reader *reader = data;
        int line = line_of(context);
        if (reader->depth + 1 >= DEPTH_MAX) {
                refuse(reader, line, N_("elements are nested more than %s deep"), G_STRINGIFY(DEPTH_MAX), error);
                return;
        }
        const Level *parent = &reader->stack[reader->depth];
        const Rule *rule = find_rule(parent->place, name);
        if (!rule && parent->place == AT_TOP) {
                refuse(reader, line, N_("this is not a schedule.xml: its first element is <%s>"), name, error);
                return;
        }
        Level level = { rule ? rule->place : ON_UNKNOWN, rule, line };
        reader->stack[++reader->depth] = level;
        if (!rule) {
                if (parent->place <= LAST_CONTAINER)
                        programme_notice(reader->programme, line, true,
                                         N_("the element <%s> has no place here and was left out"), name);
                else if (parent->place != ON_UNKNOWN && parent->place != ON_NOTHING)
                        programme_notice(reader->programme, line, true,
                                         N_("mark-up inside <%s> was left out, its words were kept"),
                                         parent->rule->name);
                return;
        }
        read_attributes(reader, rule, line, attribute_names, attribute_values);
        g_string_truncate(reader->text, 0);
        if (rule->place == IN_TALK)
                begin_talk(reader, line, error);
        else if (rule->place == IN_DAY)
                begin_day(reader, line, error);
        else if (rule->place == IN_ROOM)
                begin_room(reader, line, error);
}

/* The level whose text is being read: the innermost known element. */
static const Level *text_level(const Reader *reader)
{
        int depth = reader->depth;
        while (depth > 0 && reader->stack[depth].place == ON_UNKNOWN)
                depth--;
        return &reader->stack[depth];
}

static void on_text(GMarkupParseContext *context, const char *text, gsize length, gpointer data, GError **error)
{
        Reader *reader = data;
        const Level *level = text_level(reader);
        if (level->place > LAST_CONTAINER) {
                if (level->place != ON_NOTHING)
                        g_string_append_len(reader->text, text, (gssize)length);
                return;
        }
        if (reader->stack[reader->depth].place == ON_UNKNOWN)
                return; /* told with its element */
        for (gsize i = 0; i < length; i++)
                if (!g_ascii_isspace(text[i])) {
                        programme_notice(reader->programme, line_of(context), true,
                                         N_("loose words inside <%s> were left out"),
                                         level->rule ? level->rule->name : "schedule");
                        return;
                }
}

/* The leaf's words, trimmed; one line unless it is a text. */
static const char *leaf_text(Reader *reader, const Level *level, bool one_line)
{
        GString *text = reader->text;
        if (clean_text(text, one_line))
                programme_notice(reader->programme, level->line, true, N_("control characters in <%s> were left out"),
                                 level->rule->name);
        if (text->len > TEXT_MAX_BYTES) {
                char *end = g_utf8_find_prev_char(text->str, text->str + TEXT_MAX_BYTES);
                g_string_truncate(text, (gsize)(end - text->str));
                programme_notice(reader->programme, level->line, false, N_("the text of <%s> is too long and was cut"),
                                 level->rule->name);
        }
        return programme_text(reader->programme, g_strstrip(text->str));
}

static bool end_person(Reader *reader, const Level *level, GError **error)
{
        TalkDraft *talk = last_talk(reader);
        if (talk->person_count >= PERSONS_OF_A_TALK_MAX) {
                refuse(reader, level->line, N_("a session has more than %s persons"),
                       G_STRINGIFY(PERSONS_OF_A_TALK_MAX), error);
                return false;
        }
        const char *name = leaf_text(reader, level, true);
        PersonDraft person = { .id = reader->values[0],
                               .guid = reader->values[1],
                               .code = reader->values[2],
                               .name = *name || !reader->values[3] ? name : reader->values[3],
                               .line = level->line };
        if (!*person.name) {
                programme_notice(reader->programme, level->line, false, N_("a person without a name was left out"), "");
                return true;
        }
        g_array_append_val(reader->draft->persons, person);
        talk->person_count++;
        return true;
}

static bool add_link(Reader *reader, const Level *level, ProgrammeLink link, GError **error)
{
        TalkDraft *talk = last_talk(reader);
        if (talk->link_count >= LINKS_OF_A_TALK_MAX) {
                refuse(reader, level->line, N_("a session has more than %s links"), G_STRINGIFY(LINKS_OF_A_TALK_MAX),
                       error);
                return false;
        }
        if (!*link.url && !*link.title)
                return true;
        if (!*link.url)
                programme_notice(reader->programme, level->line, false,
                                 N_("the link “%s” has no address; its words were kept"), link.title);
        LinkDraft draft = { link, level->line };
        g_array_append_val(reader->draft->links, draft);
        talk->link_count++;
        return true;
}

static const char *value_or_empty(const char *value)
{
        return value ? value : "";
}

static bool end_link(Reader *reader, const Level *level, GError **error)
{
        const char *text = leaf_text(reader, level, true);
        bool leaf = level->place == ON_TALK_LINK;
        return add_link(reader, level,
                        (ProgrammeLink){ .kind = (LinkKind)level->rule->field,
                                         .url = leaf ? text : value_or_empty(reader->values[0]),
                                         .title = leaf ? "" : text,
                                         .type = leaf ? "" : value_or_empty(reader->values[1]),
                                         .service = leaf ? "" : value_or_empty(reader->values[2]) },
                        error);
}

static bool end_track(Reader *reader, const Level *level, GError **error)
{
        if (reader->draft->tracks->len >= TRACKS_MAX) {
                refuse(reader, level->line, N_("the file holds more than %s tracks"), G_STRINGIFY(TRACKS_MAX), error);
                return false;
        }
        const char *text = leaf_text(reader, level, true);
        TrackDraft track = { .name = reader->values[0] ? reader->values[0] : text,
                             .color = value_or_empty(reader->values[1]),
                             .line = level->line };
        if (*track.name)
                g_array_append_val(reader->draft->tracks, track);
        return true;
}

static void end_field(Reader *reader, const Level *level)
{
        int number = level->rule->field;
        bool of_talk = level->place == ON_TALK_FIELD;
        bool long_text = of_talk && (number == TALK_ABSTRACT || number == TALK_DESCRIPTION);
        DraftField *field = of_talk ? &last_talk(reader)->fields[number] : &reader->draft->conference[number];
        const char *text = leaf_text(reader, level, !long_text);
        if (field->text && *field->text && *text)
                programme_notice(reader->programme, level->line, true, N_("a second <%s> replaced the first"),
                                 level->rule->name);
        *field = (DraftField){ text, level->line };
}

static void on_end(GMarkupParseContext *context, const char *name, gpointer data, GError **error)
{
        Reader *reader = data;
        const Level level = reader->stack[reader->depth--];
        switch (level.place) {
        case ON_CONFERENCE_FIELD:
        case ON_TALK_FIELD:
                end_field(reader, &level);
                break;
        case ON_PERSON:
                end_person(reader, &level, error);
                break;
        case ON_TRACK:
                end_track(reader, &level, error);
                break;
        case ON_LINK:
        case ON_ATTACHMENT:
        case ON_TALK_LINK:
                end_link(reader, &level, error);
                break;
        default:
                break;
        }
}

static void mark_moderator(Reader *reader)
{
        bool in_persons = reader->stack[reader->depth].place == IN_PERSONS && last_talk(reader)->person_count;
        if (!in_persons)
                return;
        GArray *persons = reader->draft->persons;
        g_array_index(persons, PersonDraft, persons->len - 1).moderator = true;
        reader->programme->says |= SAYS(MODERATORS);
}

/* Comments, processing instructions, declarations. GMarkup hands a document type over without reading it. */
static void on_passthrough(GMarkupParseContext *context, const char *text, gsize length, gpointer data, GError **error)
{
        Reader *reader = data;
        g_autofree char *copy = g_strndup(text, MIN(length, 200));
        if (g_str_has_prefix(copy, "<!DOCTYPE") || g_str_has_prefix(copy, "<!doctype")) {
                refuse(reader, line_of(context),
                       N_("the file declares a document type (<!DOCTYPE …>); this is refused, take that line away"), "",
                       error);
                return;
        }
        if (!strcmp(copy, SCHEDULE_XML_MODERATOR))
                mark_moderator(reader);
        const char *encoding = g_str_has_prefix(copy, "<?xml ") ? strstr(copy, "encoding=") : NULL;
        if (!encoding)
                return;
        encoding += strlen("encoding=");
        encoding += *encoding == '"' || *encoding == '\'';
        g_autofree char *word = g_strndup(encoding, strcspn(encoding, "\"'?"));
        if (*word && g_ascii_strcasecmp(word, "utf-8") && g_ascii_strcasecmp(word, "us-ascii"))
                refuse(reader, line_of(context), N_("the file says it is written in %s; save it as UTF-8"), word,
                       error);
}

static bool check_bytes(const char *bytes, size_t size, ProgrammeNotice *ret_fault)
{
        if (size > SCHEDULE_MAX_BYTES) {
                notice_set(ret_fault, 0, N_("the file is over %s"), "16 MiB");
                return false;
        }
        const char *end = bytes;
        if (g_utf8_validate(bytes, (gssize)size, &end))
                return true;
        int line = 1;
        for (const char *c = bytes; c < end; c++)
                line += *c == '\n';
        notice_set(ret_fault, line, N_("this is not UTF-8 text; save the file as UTF-8"), "");
        return false;
}

static void name_fault(GMarkupParseContext *context, const GError *error, bool at_end, ProgrammeNotice *ret_fault)
{
        if (error->domain == refused_quark())
                return; /* already told */
        if (g_error_matches(error, G_MARKUP_ERROR, G_MARKUP_ERROR_EMPTY))
                notice_set(ret_fault, 0, N_("the file is empty"), "");
        else if (at_end)
                notice_set(ret_fault, line_of(context), N_("the file stops in the middle; it may have been cut off"),
                           "");
        else
                notice_set(ret_fault, line_of(context),
                           N_("this is not well-formed XML: a tag is missing, crossed or misspelt, or an “&” is not "
                              "written “&amp;”"),
                           "");
}

static bool parse(Reader *reader, const char *bytes, size_t size)
{
        static const GMarkupParser parser = { on_start, on_end, on_text, on_passthrough, NULL };
        g_autoptr(GError) error = NULL;
        g_autoptr(GMarkupParseContext) context =
                g_markup_parse_context_new(&parser, G_MARKUP_TREAT_CDATA_AS_TEXT, reader, NULL);
        bool whole = g_markup_parse_context_parse(context, bytes, (gssize)size, &error);
        if (whole && g_markup_parse_context_end_parse(context, &error))
                return true;
        name_fault(context, error, whole, reader->fault);
        return false;
}

Programme *schedule_xml_read(const char *bytes, size_t size, const ScheduleOptions *options, ProgrammeNotice *ret_fault)
{
        if (size >= 3 && !memcmp(bytes, "\xef\xbb\xbf", 3)) { /* byte order mark */
                bytes += 3;
                size -= 3;
        }
        if (!check_bytes(bytes, size, ret_fault))
                return NULL;
        g_autoptr(Programme) programme = programme_new();
        g_autoptr(ScheduleDraft) draft = schedule_draft_new();
        g_autoptr(GString) text = g_string_new(NULL);
        Reader reader = { .programme = programme, .draft = draft, .fault = ret_fault, .text = text };
        if (!parse(&reader, bytes, size))
                return NULL;
        schedule_settle(programme, draft, options->zone, options->seed);
        if (!programme->talks->len) {
                notice_set(ret_fault, 0, N_("no session was found in the file"), "");
                return NULL;
        }
        return g_steal_pointer(&programme);
}
