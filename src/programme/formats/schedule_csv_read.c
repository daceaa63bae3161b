/* From a table to a ScheduleDraft. */
#include "programme/formats/schedule_csv.h"

#include "mail/mail.h"
#include "programme/formats/csv_columns.h"
#include "programme/formats/csv_hours.h"
#include "programme/formats/csv_links.h"
#include "programme/formats/draft_text.h"
#include "programme/identity.h"
#include "programme/schedule_draft.h"

#include <string.h>

#define PERSONS_OF_A_TALK_MAX 200
#define LINKS_OF_A_TALK_MAX 200
#define PLACES_MAX 100000

typedef struct {
        const CsvTable *table;
        Programme *programme;
        ScheduleDraft *draft;
        int places[COLUMNS];      /* of each column in the table, -1 where it has none */
        GHashTable *rooms, *days; /* text → place + 1 in the draft */
        guint row;
        bool refused; /* the row */
} Reader;

static const char *cell(const Reader *reader, Column column)
{
        return reader->places[column] < 0 ? "" : csv_cell(reader->table, reader->row, (guint)reader->places[column]);
}

static bool has(const Reader *reader, Column column)
{
        return reader->places[column] >= 0;
}

static int line_of(const Reader *reader)
{
        return csv_line(reader->table, reader->row);
}

/* The row is left out: why, and in which column. */
static bool refuse(Reader *reader, Column column, const char *message, const char *detail)
{
        programme_notice(reader->programme, line_of(reader), false, message, detail);
        GArray *notices = reader->programme->notices;
        ProgrammeNotice *notice = &g_array_index(notices, ProgrammeNotice, notices->len - 1);
        notice->refused = true;
        g_strlcpy(notice->column, has(reader, column) ? csv_cell(reader->table, 0, (guint)reader->places[column]) : "",
                  sizeof notice->column);
        if (!g_utf8_validate(notice->column, -1, NULL))
                *(char *)g_utf8_find_prev_char(notice->column, notice->column + strlen(notice->column)) = 0;
        reader->refused = true;
        return false;
}

static const char *cell_text(Reader *reader, Column column, bool one_line)
{
        return has(reader, column) ? draft_text(reader->programme, cell(reader, column), column_facts[column].english,
                                                line_of(reader), one_line)
                                   : NULL;
}

static bool read_truth(Reader *reader, Column column, bool otherwise, bool *ret_truth)
{
        static const char *const yes[] = { "yes", "oui", "y", "o", "1", "true", "vrai", "x" };
        static const char *const no[] = { "no", "non", "n", "0", "false", "faux" };
        g_autofree char *word = heading_fold(cell(reader, column));
        *ret_truth = otherwise;
        if (!*word)
                return true;
        for (size_t i = 0; i < G_N_ELEMENTS(yes); i++)
                if (!strcmp(word, yes[i]))
                        return *ret_truth = true;
        for (size_t i = 0; i < G_N_ELEMENTS(no); i++)
                if (!strcmp(word, no[i])) {
                        *ret_truth = false;
                        return true;
                }
        return refuse(reader, column, N_("“%s” is neither yes nor no"), cell(reader, column));
}

static int day_place(Reader *reader, const char *date)
{
        int place = GPOINTER_TO_INT(g_hash_table_lookup(reader->days, date)) - 1;
        if (place >= 0)
                return place;
        DayDraft day = { .date = programme_text(reader->programme, date), .line = line_of(reader) };
        g_array_append_val(reader->draft->days, day);
        g_hash_table_insert(reader->days, (gpointer)day.date, GINT_TO_POINTER((int)reader->draft->days->len));
        return (int)reader->draft->days->len - 1;
}

static void set_field(Reader *reader, TalkDraft *talk, TalkField field, const char *text)
{
        talk->fields[field] = (DraftField){ text, line_of(reader) };
}

/* The day, and the start on it or with a date of its own. ret_seconds: since midnight. */
static bool read_start(Reader *reader, TalkDraft *talk, int *ret_seconds)
{
        char day[11] = "", date[11];
        const char *start = cell(reader, COLUMN_START), *rest = start;
        g_autofree char *day_cell = g_strstrip(g_strdup(cell(reader, COLUMN_DAY)));
        const char *after;
        if (*day_cell && (!day_read(day_cell, day, &after)))
                return refuse(reader, COLUMN_DAY, N_("the date “%s” is not one that can be read"), day_cell);
        if (!day_read(start, date, &rest))
                g_strlcpy(date, day, sizeof date);
        if (!*date)
                return refuse(reader, COLUMN_START, N_("“%s” does not say on which day"), start);
        g_autofree char *text = NULL;
        g_autofree char *hour = g_strndup(rest, strcspn(rest, "+-Z"));
        if (!hour_read(hour, ret_seconds))
                return refuse(reader, COLUMN_START, N_("the hour “%s” is not one that can be read"), start);
        const char *offset = rest + strlen(hour);
        text = g_strdup_printf("%sT%02d:%02d:%02d%s", date, *ret_seconds / 3600, *ret_seconds / 60 % 60,
                               *ret_seconds % 60, offset);
        set_field(reader, talk, TALK_DATE, programme_text(reader->programme, text));
        talk->day = *day ? day_place(reader, day) : 0;
        return true;
}

static bool read_length(Reader *reader, TalkDraft *talk, int start_s)
{
        const char *length = cell(reader, COLUMN_DURATION), *end = cell(reader, COLUMN_END), *rest = end;
        int seconds = 0, end_s;
        char date[11];
        if (*length && !length_read(length, &seconds))
                return refuse(reader, COLUMN_DURATION, N_("the duration “%s” is not one that can be read"), length);
        if (!*length && *end) {
                day_read(end, date, &rest);
                if (!hour_read(rest, &end_s))
                        return refuse(reader, COLUMN_END, N_("the hour “%s” is not one that can be read"), end);
                seconds = end_s >= start_s ? end_s - start_s : end_s + 86400 - start_s; /* after midnight */
        }
        g_autofree char *text = g_strdup_printf("%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
        set_field(reader, talk, TALK_DURATION, programme_text(reader->programme, text));
        return true;
}

static bool read_room(Reader *reader, TalkDraft *talk)
{
        const char *name = cell_text(reader, COLUMN_ROOM, true);
        if (!name || !*name)
                return refuse(reader, COLUMN_ROOM, N_("it names no room"), "");
        int place = GPOINTER_TO_INT(g_hash_table_lookup(reader->rooms, name)) - 1;
        if (place < 0) {
                RoomDraft room = { .name = name, .line = line_of(reader) };
                g_array_append_val(reader->draft->rooms, room);
                place = (int)reader->draft->rooms->len - 1;
                g_hash_table_insert(reader->rooms, (gpointer)name, GINT_TO_POINTER(place + 1));
        }
        talk->room = place;
        return true;
}

static bool read_identity(Reader *reader, const char **ret_code, const char **ret_guid)
{
        *ret_code = cell_text(reader, COLUMN_CODE, true);
        *ret_guid = cell_text(reader, COLUMN_GUID, true);
        if (*ret_code && **ret_code && !code_is_valid(*ret_code))
                return refuse(reader, COLUMN_CODE, N_("“%s” is no code: six capital letters or digits"), *ret_code);
        if (*ret_guid && **ret_guid && !guid_is_valid(*ret_guid))
                return refuse(reader, COLUMN_GUID, N_("“%s” is no identifier"), *ret_guid);
        return true;
}

/* "Ada; Bob", or one a line. */
static bool read_persons(Reader *reader, TalkDraft *talk)
{
        g_auto(GStrv) names = g_strsplit_set(cell(reader, COLUMN_PERSONS), ";\n", -1);
        for (int i = 0; names[i]; i++) {
                const char *name = draft_text(reader->programme, names[i], "Speakers", line_of(reader), true);
                PersonDraft person = { .name = name, .line = line_of(reader) };
                if (!*name)
                        continue;
                if (talk->person_count >= PERSONS_OF_A_TALK_MAX)
                        return refuse(reader, COLUMN_PERSONS, N_("a session has more than %s persons"),
                                      G_STRINGIFY(PERSONS_OF_A_TALK_MAX));
                g_array_append_val(reader->draft->persons, person);
                talk->person_count++;
        }
        return true;
}

/* Who leads: names as they stand among the speakers; who stands here alone speaks as well. */
static bool read_moderators(Reader *reader, TalkDraft *talk)
{
        GArray *persons = reader->draft->persons;
        g_auto(GStrv) names = g_strsplit_set(cell(reader, COLUMN_MODERATORS), ";\n", -1);
        for (int i = 0; names[i]; i++) {
                const char *name = draft_text(reader->programme, names[i], "Led by", line_of(reader), true);
                bool found = !*name;
                for (guint n = talk->first_person; n < persons->len && !found; n++) {
                        PersonDraft *person = &g_array_index(persons, PersonDraft, n);
                        found = !strcmp(person->name, name);
                        person->moderator |= found;
                }
                if (found)
                        continue;
                if (!has(reader, COLUMN_PERSONS))
                        return refuse(reader, COLUMN_MODERATORS,
                                      N_("“%s” leads, but the table has no column of speakers"), name);
                if (talk->person_count >= PERSONS_OF_A_TALK_MAX)
                        return refuse(reader, COLUMN_MODERATORS, N_("a session has more than %s persons"),
                                      G_STRINGIFY(PERSONS_OF_A_TALK_MAX));
                PersonDraft person = { .name = name, .line = line_of(reader), .moderator = true };
                g_array_append_val(persons, person);
                talk->person_count++;
        }
        return true;
}

static bool read_links(Reader *reader, TalkDraft *talk)
{
        const char *cell = cell_text(reader, COLUMN_LINKS, false);
        g_auto(GStrv) lines = g_strsplit(cell ? cell : "", "\n", -1);
        for (int i = 0; lines[i]; i++) {
                if (!*g_strstrip(lines[i]))
                        continue;
                if (talk->link_count >= LINKS_OF_A_TALK_MAX)
                        return refuse(reader, COLUMN_LINKS, N_("a session has more than %s links"),
                                      G_STRINGIFY(LINKS_OF_A_TALK_MAX));
                LinkDraft link = { csv_link_read(reader->programme, lines[i]), line_of(reader) };
                if (!*link.link.url)
                        return refuse(reader, COLUMN_LINKS, N_("“%s” holds no address"), lines[i]);
                g_array_append_val(reader->draft->links, link);
                talk->link_count++;
        }
        return true;
}

static bool read_places(Reader *reader, TalkDraft *talk)
{
        const char *text = cell_text(reader, COLUMN_PLACES, true);
        guint64 places = 0;
        if (text && *text && !g_ascii_string_to_unsigned(text, 10, 0, PLACES_MAX, &places, NULL))
                return refuse(reader, COLUMN_PLACES, N_("“%s” is no number of places"), text);
        set_field(reader, talk, TALK_PLACES, text && *text ? text : "0");
        return true;
}

static void read_words(Reader *reader, TalkDraft *talk)
{
        static const struct {
                Column column;
                TalkField field;
        } words[] = { { COLUMN_TITLE, TALK_TITLE },
                      { COLUMN_SUBTITLE, TALK_SUBTITLE },
                      { COLUMN_TRACK, TALK_TRACK },
                      { COLUMN_KIND, TALK_KIND },
                      { COLUMN_LANGUAGE, TALK_LANGUAGE },
                      { COLUMN_ABSTRACT, TALK_ABSTRACT },
                      { COLUMN_DESCRIPTION, TALK_DESCRIPTION },
                      { COLUMN_LICENCE, TALK_LICENCE },
                      { COLUMN_SLUG, TALK_SLUG } };
        for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
                bool long_text = words[i].field == TALK_ABSTRACT || words[i].field == TALK_DESCRIPTION;
                const char *text = cell_text(reader, words[i].column, !long_text);
                if (text)
                        set_field(reader, talk, words[i].field, text);
        }
}

static bool fill_talk(Reader *reader, TalkDraft *talk)
{
        int start_s;
        bool recorded, cancelled;
        read_words(reader, talk);
        if (!talk->fields[TALK_TITLE].text || !*talk->fields[TALK_TITLE].text)
                return refuse(reader, COLUMN_TITLE, N_("it has no title"), "");
        if (!read_identity(reader, &talk->code, &talk->guid) || !read_start(reader, talk, &start_s) ||
            !read_length(reader, talk, start_s) || !read_room(reader, talk) || !read_persons(reader, talk) ||
            !read_moderators(reader, talk) || !read_links(reader, talk) || !read_places(reader, talk) ||
            !read_truth(reader, COLUMN_RECORDED, true, &recorded) ||
            !read_truth(reader, COLUMN_CANCELLED, false, &cancelled))
                return false;
        talk->id = cell_text(reader, COLUMN_NUMBER, true);
        set_field(reader, talk, TALK_OPTOUT, recorded ? "false" : "true");
        set_field(reader, talk, TALK_CANCELLED, cancelled ? "true" : "false");
        return true;
}

static void read_talk(Reader *reader)
{
        ScheduleDraft *draft = reader->draft;
        TalkDraft talk = { .line = line_of(reader),
                           .first_person = draft->persons->len,
                           .first_link = draft->links->len };
        if (fill_talk(reader, &talk)) {
                g_array_append_val(draft->talks, talk);
                return;
        }
        g_array_set_size(draft->persons, talk.first_person);
        g_array_set_size(draft->links, talk.first_link);
}

static void read_person(Reader *reader, GHashTable *seen)
{
        PersonDraft person = { .line = line_of(reader) };
        person.name = cell_text(reader, COLUMN_NAME, true);
        if (!person.name || !*person.name) {
                refuse(reader, COLUMN_NAME, N_("it has no name"), "");
                return;
        }
        if (!read_identity(reader, &person.code, &person.guid))
                return;
        person.biography = cell_text(reader, COLUMN_BIOGRAPHY, false);
        person.id = cell_text(reader, COLUMN_NUMBER, true);
        g_autofree char *said = g_strstrip(g_strdup(cell(reader, COLUMN_EMAIL)));
        g_autofree char *email = NULL;
        if (*said && address_read(said, &email) != ADDRESS_OK) {
                refuse(reader, COLUMN_EMAIL, N_("“%s” is no e-mail address"), said);
                return;
        }
        if (has(reader, COLUMN_EMAIL))
                person.email = programme_text(reader->programme, email ? email : "");
        g_autofree char *key = g_strdup(person.guid && *person.guid ? person.guid : person.name);
        if (!g_hash_table_add(seen, g_steal_pointer(&key))) {
                refuse(reader, COLUMN_NAME, N_("“%s” is there twice; the first row was kept"), person.name);
                return;
        }
        g_array_append_val(reader->draft->persons, person);
}

/* Which columns there are. */
static void read_headings(Reader *reader)
{
        for (int i = 0; i < COLUMNS; i++)
                reader->places[i] = -1;
        const GPtrArray *headings = reader->table->rows->pdata[0];
        for (guint i = 0; i < headings->len; i++) {
                const char *heading = headings->pdata[i];
                Column column = column_named(heading);
                if (column < COLUMNS && reader->places[column] < 0)
                        reader->places[column] = (int)i;
                else if (*heading)
                        programme_notice(reader->programme, csv_line(reader->table, 0), false,
                                         N_("the column “%s” has no place here and was left out"), heading);
        }
}

static unsigned said_parts(const Reader *reader)
{
        static const struct {
                Column column;
                TalkPart part;
        } parts[] = { { COLUMN_SUBTITLE, PART_SUBTITLE },
                      { COLUMN_TRACK, PART_TRACK },
                      { COLUMN_KIND, PART_KIND },
                      { COLUMN_LANGUAGE, PART_LANGUAGE },
                      { COLUMN_PERSONS, PART_PERSONS },
                      { COLUMN_MODERATORS, PART_MODERATORS },
                      { COLUMN_LINKS, PART_LINKS },
                      { COLUMN_ABSTRACT, PART_ABSTRACT },
                      { COLUMN_DESCRIPTION, PART_DESCRIPTION },
                      { COLUMN_LICENCE, PART_LICENCE },
                      { COLUMN_RECORDED, PART_RECORDING },
                      { COLUMN_PLACES, PART_PLACES },
                      { COLUMN_CANCELLED, PART_CANCELLED },
                      { COLUMN_SLUG, PART_SLUG },
                      { COLUMN_NUMBER, PART_NUMBER },
                      { COLUMN_DURATION, PART_DURATION },
                      { COLUMN_END, PART_DURATION } };
        unsigned says = SAYS(TITLE) | SAYS(START) | SAYS(ROOM) | SAYS(GUID);
        for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
                says |= has(reader, parts[i].column) ? 1u << parts[i].part : 0;
        return has(reader, COLUMN_PERSONS) ? says : says & ~SAYS(MODERATORS);
}

static bool find_fault(const Reader *reader, bool *ret_people, ProgrammeNotice *ret_fault)
{
        static const Column needed[] = { COLUMN_START, COLUMN_ROOM };
        *ret_people = has(reader, COLUMN_NAME) && !has(reader, COLUMN_TITLE);
        if (!has(reader, COLUMN_NAME) && !has(reader, COLUMN_TITLE)) {
                notice_set(ret_fault, 1,
                           N_("no format that is known: a table needs the column “Title” (sessions) or “Name” "
                              "(people), and a "
                              "schedule begins with “<”, “{” or “BEGIN:VCALENDAR”"),
                           "");
                return true;
        }
        for (size_t i = 0; i < G_N_ELEMENTS(needed) && !*ret_people; i++)
                if (!has(reader, needed[i])) {
                        notice_set(ret_fault, 1, N_("the table lacks the column “%s”"),
                                   column_facts[needed[i]].english);
                        return true;
                }
        return false;
}

static void read_rows(Reader *reader, bool people)
{
        g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        for (reader->row = 1; reader->row < reader->table->rows->len; reader->row++) {
                reader->refused = false;
                if (people)
                        read_person(reader, seen);
                else if (reader->draft->talks->len < DRAFT_TALKS_MAX)
                        read_talk(reader);
                else
                        refuse(reader, COLUMN_TITLE, N_("the file holds more than %s sessions"),
                               G_STRINGIFY(DRAFT_TALKS_MAX));
        }
        if (people)
                reader->draft->loose_persons = reader->draft->persons->len;
}

static Programme *read_table(const CsvTable *table, const ScheduleOptions *options, ProgrammeNotice *ret_fault)
{
        g_autoptr(Programme) programme = programme_new();
        g_autoptr(ScheduleDraft) draft = schedule_draft_new();
        g_autoptr(GHashTable) rooms = g_hash_table_new(g_str_hash, g_str_equal);
        g_autoptr(GHashTable) days = g_hash_table_new(g_str_hash, g_str_equal);
        Reader reader = { .table = table, .programme = programme, .draft = draft, .rooms = rooms, .days = days };
        bool people;
        if (table->windows)
                programme_notice(programme, 0, false,
                                 N_("The file is not UTF-8: it was read as Windows-1252. Look at the accents."), "");
        read_headings(&reader);
        if (find_fault(&reader, &people, ret_fault))
                return NULL;
        DayDraft any_day = { 0 };
        g_array_append_val(draft->days, any_day);
        draft->conference[CONFERENCE_ZONE] = (DraftField){ programme_text(programme, options->zone), 0 };
        programme->partial = true;
        programme->plain_links = true;
        programme->people = people;
        programme->says = said_parts(&reader);
        read_rows(&reader, people);
        schedule_settle(programme, draft, options->zone, options->seed);
        return g_steal_pointer(&programme);
}

Programme *schedule_csv_read(const char *bytes, size_t size, const ScheduleOptions *options, ProgrammeNotice *ret_fault)
{
        CsvFault fault;
        g_autoptr(CsvTable) table = csv_read(bytes, size, &fault);
        if (!table) {
                notice_set(ret_fault, fault.line, fault.message, "");
                return NULL;
        }
        if (!table->rows->len) {
                notice_set(ret_fault, 0, N_("the file is empty"), "");
                return NULL;
        }
        return read_table(table, options, ret_fault);
}
