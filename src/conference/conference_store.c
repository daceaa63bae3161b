#include "conference/conference.h"

#include "base/time.h"
#include "base/zone.h"

#define EVENT_COLUMNS                                                                                                  \
        "id, slug, title, subtitle, lead, description, place, organiser, contact, lang, zone, first_day, last_day, "   \
        "theme, version, url, licence, day_change_minutes, timeslot_minutes, changed_us, published, sample"

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
        g_free(event);
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
        event->zone = zone_find(event->zone_name);
        if (!event->zone)
                event->zone = g_time_zone_new_utc();
        return event;
}

Event *conference_find(Db *db, const char *slug)
{
        g_autoptr(Stmt) row = db_query(db, "SELECT " EVENT_COLUMNS " FROM event WHERE slug = $1", "t", slug);
        return stmt_next(row) ? event_from(row) : NULL;
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
        event->id = db_insert(db,
                              "INSERT INTO event(slug, title, subtitle, lead, description, place, organiser, contact, "
                              "lang, zone, first_day, last_day, theme, version, url, licence, day_change_minutes, "
                              "timeslot_minutes, published, sample, created_us, changed_us) VALUES($1, $2, $3, $4, $5, "
                              "$6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $21) "
                              "RETURNING id",
                              "ttttttttttttttttiiiii", event->slug, event->title, event->subtitle, event->lead,
                              event->description, event->place, event->organiser, event->contact, event->lang,
                              event->zone_name, event->first_day, event->last_day, event->theme, event->version,
                              event->url, event->licence, event->day_change_minutes, event->timeslot_minutes,
                              (int64_t)event->published, (int64_t)event->sample, now);
        return event->id != 0;
}

bool conference_save(Db *db, Event *event)
{
        int64_t now = MAX(now_us(), event->changed_us + 1);
        bool kept = !event->id ? insert_event(db, event, now)
                               : db_run(db,
                                        "UPDATE event SET title = $2, subtitle = $3, lead = $4, description = $5, "
                                        "place = $6, organiser = $7, contact = $8, lang = $9, zone = $10, "
                                        "first_day = $11, last_day = $12, theme = $13, version = $14, url = $15, "
                                        "licence = $16, day_change_minutes = $17, timeslot_minutes = $18, "
                                        "changed_us = $19, sample = $20 WHERE id = $1",
                                        "itttttttttttttttiiii", event->id, event->title, event->subtitle, event->lead,
                                        event->description, event->place, event->organiser, event->contact, event->lang,
                                        event->zone_name, event->first_day, event->last_day, event->theme,
                                        event->version, event->url, event->licence, event->day_change_minutes,
                                        event->timeslot_minutes, now, (int64_t)event->sample);
        if (kept)
                event->changed_us = now;
        return kept;
}

bool conference_set_published(Db *db, int64_t event, bool published)
{
        return db_run(db, "UPDATE event SET published = $2, changed_us = $3 WHERE id = $1", "iii", event,
                      (int64_t)published, now_us());
}

void event_room_free(EventRoom *room)
{
        if (!room)
                return;
        g_free(room->slug);
        g_free(room->name);
        g_free(room->kind);
        g_free(room->note);
        g_free(room);
}

static EventRoom *room_from(Stmt *row)
{
        EventRoom *room = g_new0(EventRoom, 1);
        room->id = stmt_int(row, 0);
        room->slug = g_strdup(stmt_text(row, 1));
        room->name = g_strdup(stmt_text(row, 2));
        room->kind = g_strdup(stmt_text(row, 3));
        room->note = g_strdup(stmt_text(row, 4));
        return room;
}

GPtrArray *conference_rooms(Db *db, int64_t event)
{
        GPtrArray *rooms = g_ptr_array_new_with_free_func((GDestroyNotify)event_room_free);
        g_autoptr(Stmt) rows =
                db_query(db, "SELECT id, slug, name, kind, note FROM room WHERE event_id = $1 ORDER BY position, id",
                         "i", event);
        while (stmt_next(rows))
                g_ptr_array_add(rooms, room_from(rows));
        return rooms;
}

EventRoom *conference_room(Db *db, int64_t event, const char *slug)
{
        g_autoptr(Stmt) row = db_query(
                db, "SELECT id, slug, name, kind, note FROM room WHERE event_id = $1 AND slug = $2", "it", event, slug);
        return stmt_next(row) ? room_from(row) : NULL;
}
