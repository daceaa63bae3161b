#include "programme/programme_store.h"
#include "base/time.h"
#include "picture/picture.h"
#include "base/when.h"

#include <string.h>

#define TALK_STATE_COLUMNS                                                                                             \
        "t.cancelled, t.places, t.sequence, t.version, "                                                               \
        "coalesce((SELECT words FROM event_kind WHERE event_id = t.event_id AND word = t.kind), '')"
#define LIST_COLUMNS                                                                                                   \
        "t.id, t.event_id, t.room_id, t.code, t.guid, t.title, t.subtitle, t.kind, t.language, t.day, t.licence, "     \
        "t.persons, "                                                                                                  \
        "r.slug, r.name, coalesce(k.slug, ''), coalesce(k.name, ''), t.no_recording, t.replay, t.start_us, "           \
        "t.end_us, " TALK_STATE_COLUMNS
#define LIST_TABLES "talk t JOIN room r ON r.id = t.room_id LEFT JOIN track k ON k.id = t.track_id"
#define ONE_TALK "SELECT " LIST_COLUMNS ", t.abstract, t.description FROM " LIST_TABLES " "
/* What narrows a list, for $2 day, $3 room, $4 track, $5 kind: each a plain equality when it is given, so that its
 * index is used. (transfer full) */
static char *narrowing(const TalkFilter *filter)
{
        return g_strconcat(*filter->day ? "AND t.day = $2 " : "AND $2 = '' ",
                           *filter->room ? "AND t.room_id = (SELECT id FROM room WHERE event_id = $1 AND slug = $3) "
                                         : "AND $3 = '' ",
                           *filter->track ? "AND t.track_id = (SELECT id FROM track WHERE event_id = $1 AND slug = $4) "
                                          : "AND $4 = '' ",
                           *filter->kind ? "AND t.kind = $5 " : "AND $5 = '' ", NULL);
}

void talk_free(Talk *talk)
{
        if (!talk)
                return;
        char *texts[] = { talk->code,     talk->guid,      talk->title,     talk->subtitle,    talk->kind,
                          talk->language, talk->day,       talk->abstract,  talk->description, talk->licence,
                          talk->persons,  talk->room_slug, talk->room_name, talk->track_slug,  talk->track_name };
        for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
                g_free(texts[i]);
        g_strfreev(talk->kind_words);
        g_free(talk);
}

/* has_replay: one that may be shown now. */
static Talk *talk_from(Db *db, Stmt *row, bool whole)
{
        Talk *talk = g_new0(Talk, 1);
        int column = 0;
        int64_t *ids[] = { &talk->id, &talk->event, &talk->room };
        char **texts[] = { &talk->code,      &talk->guid,       &talk->title,     &talk->subtitle, &talk->kind,
                           &talk->language,  &talk->day,        &talk->licence,   &talk->persons,  &talk->room_slug,
                           &talk->room_name, &talk->track_slug, &talk->track_name };
        for (size_t i = 0; i < G_N_ELEMENTS(ids); i++)
                *ids[i] = stmt_int(row, column++);
        for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
                *texts[i] = g_strdup(stmt_text(row, column++));
        talk->no_recording = stmt_int(row, column++);
        talk->has_replay = stmt_int(row, column++) && !talk->no_recording && !programme_replay_withheld(db, talk->id);
        talk->start_us = stmt_int(row, column++);
        talk->end_us = stmt_int(row, column++);
        talk->cancelled = stmt_int(row, column++);
        talk->places = stmt_int(row, column++);
        talk->sequence = stmt_int(row, column++);
        talk->version = stmt_int(row, column++);
        talk->kind_words = kind_words_read(stmt_text(row, column++));
        if (whole) {
                talk->abstract = g_strdup(stmt_text(row, column++));
                talk->description = g_strdup(stmt_text(row, column++));
        }
        return talk;
}

static Talk *one_talk(Db *db, Stmt *row)
{
        return stmt_next(row) ? talk_from(db, row, true) : NULL;
}

static GPtrArray *all_talks(Db *db, Stmt *rows)
{
        GPtrArray *talks = g_ptr_array_new_with_free_func((GDestroyNotify)talk_free);
        while (stmt_next(rows))
                g_ptr_array_add(talks, talk_from(db, rows, false));
        return talks;
}

Talk *talk_find(Db *db, int64_t event, const char *code)
{
        g_autoptr(Stmt) row = db_query(db, ONE_TALK "WHERE t.event_id = $1 AND t.code = $2", "it", event, code);
        return one_talk(db, row);
}

Talk *talk_by_id(Db *db, int64_t id)
{
        g_autoptr(Stmt) row = db_query(db, ONE_TALK "WHERE t.id = $1", "i", id);
        return one_talk(db, row);
}

Talk *programme_talk_titled(Db *db, int64_t event, const char *beginning)
{
        g_autoptr(Stmt) row = db_query(
                db,
                ONE_TALK "WHERE t.event_id = $1 AND substr(t.title, 1, length($2)) = $2 ORDER BY t.start_us LIMIT 1",
                "it", event, beginning);
        return one_talk(db, row);
}

/* Each session's day again: the moved hours may have crossed midnight. */
static void set_days(Db *db, Event *event)
{
        g_autoptr(Stmt) row =
                db_query(db, "SELECT id, start_us FROM talk WHERE event_id = $1 ORDER BY start_us", "i", event->id);
        while (stmt_next(row)) {
                int64_t of_day_us = stmt_int(row, 1) - event->day_change_minutes * MINUTE_US;
                g_autofree char *day = when_iso_day(event->zone, of_day_us);
                db_run(db, "UPDATE talk SET day = $2 WHERE id = $1", "it", stmt_int(row, 0), day);
        }
        g_free(event->first_day);
        g_free(event->last_day);
        event->first_day = db_text(db, "SELECT min(day) FROM talk WHERE event_id = $1", "i", event->id);
        event->last_day = db_text(db, "SELECT max(day) FROM talk WHERE event_id = $1", "i", event->id);
}

bool programme_move(Db *db, Event *event, int64_t by_us)
{
        db_run(db,
               "UPDATE talk SET start_us = start_us + $2, end_us = end_us + $2, changed_us = $3 WHERE event_id = $1",
               "iii", event->id, by_us, now_us());
        set_days(db, event);
        return event->first_day && conference_save(db, event);
}

Talk *talk_in_room(Db *db, int64_t room, int64_t at_us)
{
        g_autoptr(Stmt) row =
                db_query(db,
                         ONE_TALK "WHERE t.room_id = $1 AND t.start_us <= $2 AND t.end_us > $2 AND t.cancelled = 0 "
                                  "ORDER BY t.start_us DESC LIMIT 1",
                         "ii", room, at_us);
        return one_talk(db, row);
}

Talk *talk_next_in_room(Db *db, int64_t room, int64_t after_us)
{
        g_autoptr(Stmt) row = db_query(
                db, ONE_TALK "WHERE t.room_id = $1 AND t.start_us > $2 AND t.cancelled = 0 ORDER BY t.start_us LIMIT 1",
                "ii", room, after_us);
        return one_talk(db, row);
}

bool talk_set_replay(Db *db, int64_t talk, bool watchable)
{
        return db_run(db, "UPDATE talk SET replay = $2 WHERE id = $1", "ii", talk, (int64_t)watchable);
}

/* A whole day without narrowing: places counted along the index, rows read only for those shown. */
static GPtrArray *list_day(Db *db, int64_t event, const char *day, int64_t limit, int64_t offset)
{
        g_autoptr(Stmt) rows =
                db_query(db,
                         "SELECT " LIST_COLUMNS " FROM (SELECT id AS place FROM talk WHERE event_id = $1 AND "
                         "day = $2 ORDER BY start_us, room_id, id LIMIT $3 OFFSET $4) p, " LIST_TABLES
                         " WHERE t.id = p.place ORDER BY t.start_us, t.room_id, t.id",
                         "itii", event, day, limit, offset);
        return all_talks(db, rows);
}

static GPtrArray *list_named(Db *db, int64_t event, const TalkFilter *filter, int64_t limit, int64_t offset,
                             int64_t *ret_total)
{
        g_autofree char *narrow = narrowing(filter);
        g_autofree char *count = g_strconcat("SELECT count(*) FROM talk t WHERE t.event_id = $1 ", narrow, NULL);
        g_autofree char *list =
                g_strconcat("SELECT " LIST_COLUMNS " FROM " LIST_TABLES " WHERE t.event_id = $1 ", narrow,
                            "ORDER BY t.day, t.start_us, t.room_id, t.id LIMIT $6 OFFSET $7", NULL);
        *ret_total = db_int(db, 0, count, "itttt", event, filter->day, filter->room, filter->track, filter->kind);
        g_autoptr(Stmt) rows = db_query(db, list, "ittttii", event, filter->day, filter->room, filter->track,
                                        filter->kind, limit, offset);
        return all_talks(db, rows);
}

/* event_id + 0: the search leads, not the index of events. */
static GPtrArray *list_found(Db *db, int64_t event, const TalkFilter *filter, int64_t limit, int64_t offset,
                             int64_t *ret_total)
{
        g_autofree char *query = search_query(filter->words), *narrow = narrowing(filter);
        *ret_total = 0;
        if (!*query)
                return g_ptr_array_new_with_free_func((GDestroyNotify)talk_free);
        g_autofree char *count = g_strconcat("SELECT count(*) FROM talk_search s JOIN talk t ON t.id = s.rowid WHERE "
                                             "talk_search MATCH $6 AND t.event_id + 0 = $1 ",
                                             narrow, NULL);
        g_autofree char *list =
                g_strconcat("SELECT " LIST_COLUMNS " FROM talk_search s JOIN talk t ON t.id = s.rowid JOIN room r ON "
                            "r.id = t.room_id LEFT JOIN track k ON k.id = t.track_id WHERE talk_search MATCH $6 AND "
                            "t.event_id + 0 = $1 ",
                            narrow, "ORDER BY bm25(talk_search, 20.0, 10.0, 1.0), t.start_us LIMIT $7 OFFSET $8", NULL);
        *ret_total =
                db_int(db, 0, count, "ittttt", event, filter->day, filter->room, filter->track, filter->kind, query);
        g_autoptr(Stmt) rows = db_query(db, list, "itttttii", event, filter->day, filter->room, filter->track,
                                        filter->kind, query, limit, offset);
        return all_talks(db, rows);
}

GPtrArray *talk_list(Db *db, int64_t event, const TalkFilter *filter, int64_t limit, int64_t offset, int64_t *ret_total)
{
        if (*filter->words)
                return list_found(db, event, filter, limit, offset, ret_total);
        if (*filter->day && !*filter->room && !*filter->track && !*filter->kind) {
                *ret_total = db_int(db, 0, "SELECT count(*) FROM talk WHERE event_id = $1 AND day = $2", "it", event,
                                    filter->day);
                return list_day(db, event, filter->day, limit, offset);
        }
        return list_named(db, event, filter, limit, offset, ret_total);
}

GArray *talk_starts(Db *db, int64_t event, const char *day)
{
        GArray *starts = g_array_new(FALSE, FALSE, sizeof(int64_t));
        g_autoptr(Stmt) rows = db_query(
                db, "SELECT start_us FROM talk WHERE event_id = $1 AND day = $2 ORDER BY start_us", "it", event, day);
        while (stmt_next(rows)) {
                int64_t start_us = stmt_int(rows, 0);
                g_array_append_val(starts, start_us);
        }
        return starts;
}

int64_t talk_first_start(Db *db, int64_t event, const char *day)
{
        return db_int(db, 0, "SELECT min(start_us) FROM talk WHERE event_id = $1 AND day = $2", "it", event, day);
}

GPtrArray *talk_list_of_person(Db *db, int64_t person)
{
        g_autoptr(Stmt) rows = db_query(db,
                                        "SELECT " LIST_COLUMNS " FROM " LIST_TABLES " JOIN talk_person p ON "
                                        "p.talk_id = t.id WHERE p.person_id = $1 ORDER BY t.start_us LIMIT 40",
                                        "i", person);
        return all_talks(db, rows);
}

GPtrArray *talk_list_beside(Db *db, const Talk *talk, int64_t limit)
{
        g_autoptr(Stmt) rows =
                db_query(db,
                         "SELECT " LIST_COLUMNS " FROM " LIST_TABLES " WHERE t.event_id = $1 AND "
                         "t.day = $2 AND t.start_us < $3 AND t.end_us > $4 AND t.id <> $5 "
                         "ORDER BY abs(t.start_us - $4), t.room_id LIMIT $6",
                         "itiiii", talk->event, talk->day, talk->end_us, talk->start_us, talk->id, limit);
        return all_talks(db, rows);
}

GPtrArray *talk_list_teaser(Db *db, int64_t event, int64_t limit)
{
        g_autoptr(Stmt) rows = db_query(
                db,
                "SELECT " LIST_COLUMNS " FROM " LIST_TABLES " WHERE t.event_id = $1 AND "
                "t.cancelled = 0 AND lower(t.kind) NOT IN ('break', 'pause', 'repas', 'lunch') ORDER BY t.day, "
                "t.start_us, t.room_id LIMIT $2",
                "ii", event, limit);
        return all_talks(db, rows);
}

GPtrArray *talk_list_replays(Db *db, int64_t limit)
{
        g_autoptr(Stmt) rows = db_query(
                db,
                "SELECT t.id, t.event_id, t.room_id, t.code, t.guid, t.title, t.subtitle, t.kind, t.language, t.day, "
                "CASE t.licence WHEN '' THEN e.licence ELSE t.licence END, t.persons, r.slug, r.name, e.slug, e.title, "
                "t.no_recording, t.replay, t.start_us, t.end_us, " TALK_STATE_COLUMNS
                " FROM talk t JOIN room r ON r.id = t.room_id "
                "JOIN event e ON e.id = t.event_id WHERE t.replay = 1 AND e.published = 1 "
                "ORDER BY t.start_us DESC LIMIT $1",
                "i", limit);
        GPtrArray *talks = all_talks(db, rows);
        for (guint i = talks->len; i-- > 0;)
                if (!((const Talk *)talks->pdata[i])->has_replay)
                        g_ptr_array_remove_index(talks, i);
        return talks;
}

GPtrArray *talk_links(Db *db, int64_t talk)
{
        GPtrArray *links = g_ptr_array_new_with_free_func(talk_link_free);
        g_autoptr(Stmt) rows = db_query(
                db, "SELECT kind, url, title, type FROM talk_link WHERE talk_id = $1 ORDER BY position", "i", talk);
        while (stmt_next(rows)) {
                TalkLink *link = g_new0(TalkLink, 1);
                link->kind = g_strdup(stmt_text(rows, 0));
                link->url = g_strdup(stmt_text(rows, 1));
                link->title = g_strdup(stmt_text(rows, 2));
                link->type = g_strdup(stmt_text(rows, 3));
                g_ptr_array_add(links, link);
        }
        return links;
}

static void choice_free(gpointer data)
{
        Choice *choice = data;
        g_free(choice->value);
        g_free(choice->name);
        g_free(choice);
}

static GPtrArray *all_choices(Stmt *rows)
{
        GPtrArray *choices = g_ptr_array_new_with_free_func(choice_free);
        while (stmt_next(rows)) {
                if (!stmt_int(rows, 2))
                        continue;
                Choice *choice = g_new0(Choice, 1);
                choice->value = g_strdup(stmt_text(rows, 0));
                choice->name = g_strdup(stmt_text(rows, 1));
                choice->count = stmt_int(rows, 2);
                g_ptr_array_add(choices, choice);
        }
        return choices;
}

GPtrArray *choice_list(Db *db, int64_t event, ChoiceKind kind)
{
        static const char *const statements[] = {
                [CHOICE_ROOM] = "SELECT slug, name, (SELECT count(*) FROM talk WHERE room_id = room.id) FROM room "
                                "WHERE event_id = $1 ORDER BY position, id",
                [CHOICE_TRACK] = "SELECT slug, name, (SELECT count(*) FROM talk WHERE track_id = track.id) FROM track "
                                 "WHERE event_id = $1 ORDER BY name",
        };
        g_autoptr(Stmt) rows = db_query(db, statements[kind], "i", event);
        return all_choices(rows);
}

/* Days and kinds: from one value of the index to the next, however many sessions there are. */
#define STEPS(column)                                                                                                  \
        "WITH RECURSIVE step(value) AS (SELECT min(" column ") FROM talk WHERE event_id = $1 UNION ALL "               \
        "SELECT (SELECT min(" column ") FROM talk WHERE event_id = $1 AND " column " > step.value) FROM step "         \
        "WHERE step.value IS NOT NULL) SELECT value, value, 1 FROM step WHERE value IS NOT NULL AND value <> '' "      \
        "LIMIT $2"

GPtrArray *choice_head(Db *db, int64_t event, ChoiceKind kind, int64_t limit)
{
        static const char *const statements[] = {
                [CHOICE_DAY] = STEPS("day"),
                [CHOICE_ROOM] = "SELECT slug, name, 1 FROM room WHERE event_id = $1 ORDER BY position, id LIMIT $2",
                [CHOICE_TRACK] = "SELECT slug, name, 1 FROM track WHERE event_id = $1 ORDER BY name LIMIT $2",
                [CHOICE_KIND] = STEPS("kind"),
        };
        g_autoptr(Stmt) rows = db_query(db, statements[kind], "ii", event, limit);
        return all_choices(rows);
}

char *choice_name(Db *db, int64_t event, ChoiceKind kind, const char *value)
{
        const char *sql = kind == CHOICE_ROOM ? "SELECT name FROM room WHERE event_id = $1 AND slug = $2"
                                              : "SELECT name FROM track WHERE event_id = $1 AND slug = $2";
        char *name = db_text(db, sql, "it", event, value);
        return name ? name : g_strdup(value);
}

#define PERSON_COLUMNS                                                                                                 \
        "p.id, p.account_id, p.code, p.name, p.biography, p.version, coalesce(p.photo_id, 0), coalesce(f.file, '')"
#define PERSON_PHOTO "LEFT JOIN picture f ON f.id = p.photo_id "

void person_free(Person *person)
{
        if (!person)
                return;
        g_free(person->code);
        g_free(person->name);
        g_free(person->biography);
        g_free(person->photo_url);
        g_free(person->small_photo_url);
        g_free(person);
}

static Person *person_from(Stmt *row)
{
        Person *person = g_new0(Person, 1);
        person->id = stmt_int(row, 0);
        person->account = stmt_int(row, 1);
        person->code = g_strdup(stmt_text(row, 2));
        person->name = g_strdup(stmt_text(row, 3));
        person->biography = g_strdup(stmt_text(row, 4));
        person->version = stmt_int(row, 5);
        person->photo = stmt_int(row, 6);
        person->photo_url = picture_url(stmt_text(row, 7));
        person->small_photo_url = picture_small_url(stmt_text(row, 7));
        return person;
}

static GPtrArray *all_persons(Stmt *rows)
{
        GPtrArray *persons = g_ptr_array_new_with_free_func((GDestroyNotify)person_free);
        while (stmt_next(rows))
                g_ptr_array_add(persons, person_from(rows));
        return persons;
}

GPtrArray *talk_persons(Db *db, int64_t talk)
{
        g_autoptr(Stmt) rows = db_query(db,
                                        "SELECT " PERSON_COLUMNS " FROM talk_person tp "
                                        "JOIN person p ON p.id = tp.person_id " PERSON_PHOTO
                                        "WHERE tp.talk_id = $1 ORDER BY tp.position",
                                        "i", talk);
        return all_persons(rows);
}

Person *person_find(Db *db, int64_t event, const char *code)
{
        g_autoptr(Stmt) row = db_query(
                db, "SELECT " PERSON_COLUMNS " FROM person p " PERSON_PHOTO "WHERE p.event_id = $1 AND p.code = $2",
                "it", event, code);
        return stmt_next(row) ? person_from(row) : NULL;
}

bool person_set_account(Db *db, int64_t person, int64_t account)
{
        return db_run(db, "UPDATE person SET account_id = $2 WHERE id = $1", "ii", person, account);
}

GPtrArray *person_list(Db *db, int64_t event, const char *words, int64_t limit, int64_t offset, int64_t *ret_total)
{
        g_autofree char *part = g_strdup_printf("%%%s%%", words);
        *ret_total = db_int(db, 0, "SELECT count(*) FROM person WHERE event_id = $1 AND ($2 = '%%' OR name LIKE $2)",
                            "it", event, part);
        g_autoptr(Stmt) rows =
                db_query(db,
                         "SELECT p.id, p.account_id, p.code, p.name, '', p.version, 0, '' FROM person p WHERE "
                         "p.event_id = $1 AND ($2 = '%%' OR p.name LIKE $2) ORDER BY p.name, p.id LIMIT $3 OFFSET $4",
                         "itii", event, part, limit, offset);
        return all_persons(rows);
}

int64_t person_count(Db *db, int64_t event)
{
        return db_int(db, 0, "SELECT count(*) FROM person WHERE event_id = $1", "i", event);
}

int64_t talk_count(Db *db, int64_t event)
{
        return db_int(db, 0, "SELECT count(*) FROM talk WHERE event_id = $1", "i", event);
}

char *event_kind_text(Db *db, int64_t event, const char *kind, const Lang *lang)
{
        g_auto(GStrv) words = conference_kind_words(db, event, kind);
        const char *own = kind_word_in(words, lang);
        return g_strdup(own ? own : kind_text(kind, lang));
}
