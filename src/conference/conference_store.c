#include "conference/conference_private.h"

#include "base/time.h"
#include "base/zone.h"
#include "web/event_look.h"

#define EVENT_COLUMNS                                                                                                  \
        "id, slug, title, subtitle, lead, description, place, organiser, contact, lang, zone, first_day, last_day, "   \
        "theme, version, url, licence, day_change_minutes, timeslot_minutes, changed_us, published, "                  \
        "sample, langs, accent, coalesce(logo_id, 0), CASE first_slug WHEN '' THEN slug ELSE first_slug END"

/* The texts of an Event, in the order of EVENT_COLUMNS. */
static const size_t event_texts[] = {
        offsetof(Event, slug),        offsetof(Event, title),     offsetof(Event, subtitle),  offsetof(Event, lead),
        offsetof(Event, description), offsetof(Event, place),     offsetof(Event, organiser), offsetof(Event, contact),
        offsetof(Event, lang),        offsetof(Event, zone_name), offsetof(Event, first_day), offsetof(Event, last_day),
        offsetof(Event, theme),       offsetof(Event, version),   offsetof(Event, url),       offsetof(Event, licence),
};

void event_free(Event *event)
{
        if (!event)
                return;
        for (size_t i = 0; i < G_N_ELEMENTS(event_texts); i++)
                g_free(G_STRUCT_MEMBER(char *, event, event_texts[i]));
        if (event->zone)
                g_time_zone_unref(event->zone);
        g_free(event->first_slug);
        g_free(event->langs);
        g_free(event->accent);
        g_free(event->theme_class);
        g_free(event->theme_link);
        g_free(event);
}

static void event_dress(Event *event)
{
        event->theme_class = event_theme_class(event->id, event->theme, event->accent);
        event->theme_link = event_theme_sheet(event->slug, event->accent);
}

static Event *event_from(Stmt *row)
{
        Event *event = g_new0(Event, 1);
        int column = 0;
        event->id = stmt_int(row, column++);
        for (size_t i = 0; i < G_N_ELEMENTS(event_texts); i++)
                G_STRUCT_MEMBER(char *, event, event_texts[i]) = g_strdup(stmt_text(row, column++));
        event->day_change_minutes = stmt_int(row, column++);
        event->timeslot_minutes = stmt_int(row, column++);
        event->changed_us = stmt_int(row, column++);
        event->published = stmt_int(row, column++);
        event->sample = stmt_int(row, column++);
        event->langs = g_strdup(stmt_text(row, column++));
        event->accent = g_strdup(stmt_text(row, column++));
        event->logo = stmt_int(row, column++);
        event->first_slug = g_strdup(stmt_text(row, column++));
        event_dress(event);
        event->zone = zone_find(event->zone_name);
        if (!event->zone)
                event->zone = g_time_zone_new_utc();
        return event;
}

Event *conference_find(Db *db, const char *slug)
{
        g_autoptr(Stmt) row = db_query(db,
                                       "SELECT " EVENT_COLUMNS
                                       " FROM event WHERE slug = $1 OR id = (SELECT event_id FROM event_address "
                                       "WHERE slug = $1)",
                                       "t", slug);
        return stmt_next(row) ? event_from(row) : NULL;
}

int64_t event_address_count(Db *db, int64_t event)
{
        return db_int(db, 0, "SELECT count(*) FROM event_address WHERE event_id = $1", "i", event);
}

bool event_move(Db *db, const Event *event, const char *slug)
{
        return db_run(db, "DELETE FROM event_address WHERE slug = $1 AND event_id = $2", "ti", slug, event->id) &&
               db_run(db, "INSERT INTO event_address(slug, event_id, since_us) VALUES($1, $2, $3)", "tii", event->slug,
                      event->id, now_us()) &&
               db_run(db, "UPDATE event SET slug = $2, first_slug = $3, changed_us = $4 WHERE id = $1", "itti",
                      event->id, slug, event->first_slug, MAX(now_us(), event->changed_us + 1));
}

Event *conference_event(Db *db, int64_t id)
{
        g_autoptr(Stmt) row = db_query(db, "SELECT " EVENT_COLUMNS " FROM event WHERE id = $1", "i", id);
        return stmt_next(row) ? event_from(row) : NULL;
}

static void collect_events(Stmt *rows, GPtrArray *ret_events)
{
        while (stmt_next(rows))
                g_ptr_array_add(ret_events, event_from(rows));
}

GPtrArray *conference_to_come(Db *db, const char *today, int limit)
{
        GPtrArray *events = g_ptr_array_new_with_free_func((GDestroyNotify)event_free);
        g_autoptr(Stmt) rows = db_query(db,
                                        "SELECT " EVENT_COLUMNS " FROM event WHERE published = 1 AND last_day >= $1 "
                                        "ORDER BY first_day, title LIMIT $2",
                                        "ti", today, (int64_t)limit);
        collect_events(rows, events);
        return events;
}

GPtrArray *conference_past(Db *db, const char *today, int limit)
{
        GPtrArray *events = g_ptr_array_new_with_free_func((GDestroyNotify)event_free);
        g_autoptr(Stmt) rows = db_query(db,
                                        "SELECT " EVENT_COLUMNS " FROM event WHERE published = 1 AND last_day < $1 "
                                        "ORDER BY last_day DESC, title LIMIT $2",
                                        "ti", today, (int64_t)limit);
        collect_events(rows, events);
        return events;
}

GPtrArray *conference_published(Db *db, int64_t limit, int64_t offset, int64_t *ret_total)
{
        GPtrArray *events = g_ptr_array_new_with_free_func((GDestroyNotify)event_free);
        *ret_total = db_int(db, 0, "SELECT count(*) FROM event WHERE published = 1", "");
        g_autoptr(Stmt) rows = db_query(db,
                                        "SELECT " EVENT_COLUMNS " FROM event WHERE published = 1 "
                                        "ORDER BY first_day DESC, id LIMIT $1 OFFSET $2",
                                        "ii", limit, offset);
        collect_events(rows, events);
        return events;
}

GPtrArray *conference_of_account(Db *db, int64_t account, int limit)
{
        GPtrArray *events = g_ptr_array_new_with_free_func((GDestroyNotify)event_free);
        g_autoptr(Stmt) rows =
                db_query(db,
                         "SELECT " EVENT_COLUMNS " FROM event WHERE "
                         "EXISTS (SELECT 1 FROM account WHERE id = $1 AND owner = 1) OR id IN "
                         "(SELECT event_id FROM role WHERE account_id = $1 AND role NOT IN ('attendee', 'speaker')) "
                         "ORDER BY first_day DESC, title LIMIT $2",
                         "ii", account, (int64_t)limit);
        collect_events(rows, events);
        return events;
}

static bool insert_event(Db *db, Event *event, int64_t now)
{
        event->id = db_insert(
                db,
                "INSERT INTO event(slug, title, subtitle, lead, description, place, organiser, contact, "
                "lang, zone, first_day, last_day, theme, version, url, licence, day_change_minutes, "
                "timeslot_minutes, published, sample, langs, created_us, changed_us) VALUES($1, $2, $3, $4, $5, "
                "$6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $22) "
                "RETURNING id",
                "ttttttttttttttttiiiiti", event->slug, event->title, event->subtitle, event->lead, event->description,
                event->place, event->organiser, event->contact, event->lang, event->zone_name, event->first_day,
                event->last_day, event->theme, event->version, event->url, event->licence, event->day_change_minutes,
                event->timeslot_minutes, (int64_t)event->published, (int64_t)event->sample,
                event->langs ? event->langs : "", now);
        return event->id != 0;
}

bool conference_save(Db *db, Event *event)
{
        int64_t now = MAX(now_us(), event->changed_us + 1);
        bool kept = !event->id
                            ? insert_event(db, event, now)
                            : db_run(db,
                                     "UPDATE event SET title = $2, subtitle = $3, lead = $4, description = $5, "
                                     "place = $6, organiser = $7, contact = $8, lang = $9, zone = $10, "
                                     "first_day = $11, last_day = $12, theme = $13, version = $14, url = $15, "
                                     "licence = $16, day_change_minutes = $17, timeslot_minutes = $18, "
                                     "changed_us = $19, sample = $20, langs = $21 WHERE id = $1",
                                     "itttttttttttttttiiiit", event->id, event->title, event->subtitle, event->lead,
                                     event->description, event->place, event->organiser, event->contact, event->lang,
                                     event->zone_name, event->first_day, event->last_day, event->theme, event->version,
                                     event->url, event->licence, event->day_change_minutes, event->timeslot_minutes,
                                     now, (int64_t)event->sample, event->langs ? event->langs : "");
        if (kept)
                event->changed_us = now;
        return kept;
}

bool conference_set_published(Db *db, int64_t event, bool published)
{
        return db_run(db, "UPDATE event SET published = $2, changed_us = $3 WHERE id = $1", "iii", event,
                      (int64_t)published, now_us());
}

bool conference_set_look(Db *db, int64_t event, const char *theme, const char *accent, int64_t logo)
{
        return db_run(
                db, "UPDATE event SET theme = $2, accent = $3, logo_id = nullif($4, 0), changed_us = $5 WHERE id = $1",
                "ittii", event, theme, accent, logo, now_us());
}

/* Rows that everything else hangs on go first and in parts, so that nobody waits for the writer meanwhile. */
static const char *const delete_parts[] = {
        "DELETE FROM registration WHERE id IN (SELECT id FROM registration WHERE event_id = $1 LIMIT 200)",
        "DELETE FROM talk WHERE id IN (SELECT id FROM talk WHERE event_id = $1 LIMIT 100)",
        "DELETE FROM person WHERE id IN (SELECT id FROM person WHERE event_id = $1 LIMIT 200)",
        "DELETE FROM mail WHERE id IN (SELECT id FROM mail WHERE event_id = $1 LIMIT 200)",
};

bool conference_delete_part(Db *db, int64_t event, bool *ret_more)
{
        *ret_more = true;
        for (size_t i = 0; i < G_N_ELEMENTS(delete_parts); i++) {
                if (!db_run(db, delete_parts[i], "i", event))
                        return false;
                if (db_changed(db) > 0)
                        return true;
        }
        *ret_more = false;
        return db_run(db, "DELETE FROM event WHERE id = $1", "i", event);
}

bool conference_is_live(Db *db, int64_t event, int64_t room)
{
        /* A session that nobody ended is over a day later, whatever its row says. */
        return db_int(db, 0,
                      "SELECT count(*) FROM live_session JOIN room ON room.id = room_id WHERE event_id = $1 AND "
                      "($2 = 0 OR room.id = $2) AND ended_us IS NULL AND started_us > $3",
                      "iii", event, room, now_us() - DAY_US) > 0;
}
