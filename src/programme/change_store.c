#include "programme/change.h"

#include "base/time.h"

#include <string.h>

static const char *const kinds[TALK_CHANGE_KINDS] = { "added",   "moved",     "room",    "title",
                                                      "persons", "cancelled", "restored" };

static TalkChangeKind kind_of(const char *name)
{
        for (int kind = 0; kind < TALK_CHANGE_KINDS; kind++)
                if (!strcmp(name, kinds[kind]))
                        return (TalkChangeKind)kind;
        g_assert_not_reached();
}

TalkFacts *talk_facts(Db *db, int64_t talk)
{
        g_autoptr(Stmt) row =
                db_query(db,
                         "SELECT t.event_id, t.room_id, t.start_us, t.end_us, t.cancelled, t.title, r.name, t.persons, "
                         "(SELECT coalesce(group_concat(person_id), '') FROM (SELECT person_id FROM talk_person WHERE "
                         "talk_id = t.id ORDER BY person_id)) FROM talk t JOIN room r ON r.id = t.room_id "
                         "WHERE t.id = $1",
                         "i", talk);
        if (!stmt_next(row))
                return NULL;
        TalkFacts *facts = g_new0(TalkFacts, 1);
        facts->event = stmt_int(row, 0);
        facts->room = stmt_int(row, 1);
        facts->start_us = stmt_int(row, 2);
        facts->end_us = stmt_int(row, 3);
        facts->cancelled = stmt_int(row, 4);
        facts->title = g_strdup(stmt_text(row, 5));
        facts->room_name = g_strdup(stmt_text(row, 6));
        facts->persons = g_strdup(stmt_text(row, 7));
        facts->person_ids = g_strdup(stmt_text(row, 8));
        return facts;
}

/* An interval of ISO 8601 in UTC, "2021-01-28T13:30:00Z/2021-01-28T14:15:00Z": sorts and compares as text. */
static char *interval(int64_t start_us, int64_t end_us)
{
        g_autoptr(GDateTime) start = g_date_time_new_from_unix_utc(start_us / SECOND_US);
        g_autoptr(GDateTime) end = g_date_time_new_from_unix_utc(end_us / SECOND_US);
        g_autofree char *from = start ? g_date_time_format(start, "%Y-%m-%dT%H:%M:%SZ") : g_strdup("");
        g_autofree char *until = end ? g_date_time_format(end, "%Y-%m-%dT%H:%M:%SZ") : g_strdup("");
        return g_strdup_printf("%s/%s", from, until);
}

static int64_t moment(const char *text)
{
        g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
        g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(text, utc);
        return time ? g_date_time_to_unix(time) * SECOND_US : 0;
}

static void read_interval(const char *text, int64_t *ret_start_us, int64_t *ret_end_us)
{
        g_auto(GStrv) parts = g_strsplit(text, "/", 2);
        if (g_strv_length(parts) != 2)
                return;
        *ret_start_us = moment(parts[0]);
        *ret_end_us = moment(parts[1]);
}

static char *text_of(const TalkFacts *facts, TalkChangeKind kind)
{
        switch (kind) {
        case TALK_MOVED:
                return interval(facts->start_us, facts->end_us);
        case TALK_ROOM:
                return g_strdup(facts->room_name);
        case TALK_TITLE:
                return g_strdup(facts->title);
        case TALK_PERSONS:
                return g_strdup(facts->persons);
        default:
                return g_strdup("");
        }
}

/* The change of this kind that waits to be told, 0 when none does. */
static int64_t waiting(Db *db, int64_t talk, TalkChangeKind kind)
{
        return db_int(db, 0, "SELECT id FROM talk_change WHERE talk_id = $1 AND kind = $2 AND told_us IS NULL", "it",
                      talk, kinds[kind]);
}

static void forget(Db *db, int64_t change)
{
        db_run(db, "DELETE FROM talk_change WHERE id = $1", "i", change);
}

/* Joins the change to one of the same kind that waits; what is back as it was is forgotten. */
static void merge(Db *db, int64_t change, const TalkFacts *now, const char *now_text, int64_t at_us)
{
        g_autofree char *was = db_text(db, "SELECT was FROM talk_change WHERE id = $1", "i", change);
        if (!g_strcmp0(was, now_text))
                forget(db, change);
        else
                db_run(db, "UPDATE talk_change SET now = $2, title = $3, at_us = $4 WHERE id = $1", "itti", change,
                       now_text, now->title, at_us);
}

/* Cancelled and restored, or added and cancelled, before anyone heard of it: nothing is told. */
static bool cancels_out(Db *db, int64_t talk, TalkChangeKind kind)
{
        if (kind != TALK_CANCELLED && kind != TALK_RESTORED)
                return false;
        int64_t opposite = waiting(db, talk, kind == TALK_CANCELLED ? TALK_RESTORED : TALK_CANCELLED);
        if (opposite)
                forget(db, opposite);
        return opposite != 0;
}

static void record(Db *db, int64_t talk, const TalkFacts *before, const TalkFacts *now, TalkChangeKind kind, bool past)
{
        int64_t at_us = now_us();
        g_autofree char *was = before ? text_of(before, kind) : g_strdup("");
        g_autofree char *is = text_of(now, kind);
        int64_t same = past ? 0 : waiting(db, talk, kind);
        if (cancels_out(db, talk, kind))
                return;
        if (same) {
                merge(db, same, now, is, at_us);
                return;
        }
        g_autofree char *told = past ? g_strdup_printf("%" G_GINT64_FORMAT, at_us) : NULL;
        db_run(db,
               "INSERT INTO talk_change(event_id, talk_id, kind, title, was, now, at_us, told_us) "
               "VALUES($1, $2, $3, $4, $5, $6, $7, CAST($8 AS INTEGER))",
               "iittttit", now->event, talk, kinds[kind], now->title, was, is, at_us, told);
}

/* Of what is over there is nothing to tell; it stays in the history. */
static void record_all(Db *db, int64_t talk, const TalkFacts *before, const TalkFacts *now, unsigned differences)
{
        bool past = MAX(before ? before->end_us : 0, now->end_us) < now_us();
        bool is_new = waiting(db, talk, TALK_ADDED) != 0;
        if (is_new && (differences & 1 << TALK_CANCELLED)) { /* nobody heard that it was to be */
                db_run(db, "DELETE FROM talk_change WHERE talk_id = $1 AND told_us IS NULL", "i", talk);
                return;
        }
        for (int kind = 0; kind < TALK_CHANGE_KINDS; kind++)
                if ((differences & 1U << kind) && !is_new)
                        record(db, talk, before, now, (TalkChangeKind)kind, past);
        if (is_new)
                db_run(db,
                       "UPDATE talk_change SET title = $2, at_us = $3 WHERE talk_id = $1 AND kind = 'added' AND "
                       "told_us IS NULL",
                       "iti", talk, now->title, now_us());
}

bool talk_changed(Db *db, int64_t talk, const TalkFacts *before)
{
        g_autoptr(TalkFacts) now = talk_facts(db, talk);
        if (!now)
                return false;
        unsigned differences = talk_differences(before, now);
        db_run(db, "UPDATE talk SET version = version + 1, sequence = sequence + $2, changed_us = $3 WHERE id = $1",
               "iii", talk, (int64_t)(before && differences), now_us());
        if (differences && db_int(db, 0, "SELECT published FROM event WHERE id = $1", "i", now->event))
                record_all(db, talk, before, now, differences);
        return !db_failed(db);
}

#define CHANGE_COLUMNS                                                                                                 \
        "c.id, c.event_id, coalesce(c.talk_id, 0), c.kind, c.title, c.was, c.now, c.at_us, coalesce(c.told_us, 0)"

static GPtrArray *all_changes(Stmt *rows)
{
        GPtrArray *changes = g_ptr_array_new_with_free_func((GDestroyNotify)talk_change_free);
        while (stmt_next(rows)) {
                TalkChange *change = g_new0(TalkChange, 1);
                change->id = stmt_int(rows, 0);
                change->event = stmt_int(rows, 1);
                change->talk = stmt_int(rows, 2);
                change->kind = kind_of(stmt_text(rows, 3));
                change->title = g_strdup(stmt_text(rows, 4));
                bool moved = change->kind == TALK_MOVED;
                change->was = g_strdup(moved ? "" : stmt_text(rows, 5));
                change->now = g_strdup(moved ? "" : stmt_text(rows, 6));
                if (moved) {
                        read_interval(stmt_text(rows, 5), &change->was_start_us, &change->was_end_us);
                        read_interval(stmt_text(rows, 6), &change->now_start_us, &change->now_end_us);
                }
                change->at_us = stmt_int(rows, 7);
                change->told_us = stmt_int(rows, 8);
                g_ptr_array_add(changes, change);
        }
        return changes;
}

GPtrArray *programme_changes_untold(Db *db, int64_t event, int64_t settled_us, int64_t limit)
{
        g_autoptr(Stmt) rows = db_query(
                db,
                "SELECT " CHANGE_COLUMNS " FROM talk_change c JOIN event e ON e.id = c.event_id "
                "LEFT JOIN talk t ON t.id = c.talk_id WHERE c.told_us IS NULL AND ($1 = 0 OR c.event_id = $1) AND "
                "e.published = 1 AND NOT EXISTS (SELECT 1 FROM talk_change l WHERE l.talk_id = c.talk_id AND "
                "l.told_us IS NULL AND l.at_us > $2) AND c.at_us <= $2 AND (coalesce(t.cancelled, 0) = 0 OR "
                "c.kind = 'cancelled') ORDER BY c.event_id, c.talk_id, c.id LIMIT $3",
                "iii", event, settled_us, limit);
        return all_changes(rows);
}

bool programme_changes_mark_told(Db *db, const GPtrArray *changes, int64_t told_us)
{
        for (guint i = 0; i < changes->len; i++)
                db_run(db, "UPDATE talk_change SET told_us = $2 WHERE id = $1", "ii",
                       ((const TalkChange *)changes->pdata[i])->id, told_us);
        return !db_failed(db);
}

GPtrArray *change_list(Db *db, int64_t event, bool told, int64_t limit, int64_t offset, int64_t *ret_total)
{
        *ret_total = db_int(db, 0,
                            "SELECT count(*) FROM talk_change WHERE event_id = $1 AND ($2 = 0 OR told_us IS NOT NULL)",
                            "ii", event, (int64_t)told);
        g_autoptr(Stmt) rows = db_query(db,
                                        "SELECT " CHANGE_COLUMNS " FROM talk_change c WHERE c.event_id = $1 "
                                        "AND ($4 = 0 OR c.told_us IS NOT NULL) "
                                        "ORDER BY c.at_us DESC, c.id DESC LIMIT $2 OFFSET $3",
                                        "iiii", event, limit, offset, (int64_t)told);
        return all_changes(rows);
}

bool change_waits(Db *db, int64_t talk, int64_t since_us)
{
        return db_int(db, 0, "SELECT 1 FROM talk_change WHERE talk_id = $1 AND told_us IS NULL AND at_us > $2 LIMIT 1",
                      "ii", talk, since_us);
}
