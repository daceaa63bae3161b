#include "conference/conference_private.h"

#include <string.h>

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

#define ROOM_COLUMNS "id, slug, name, kind, note, capacity, lobby, sealed, voices"

static EventRoom *room_from(Stmt *row)
{
        EventRoom *room = g_new0(EventRoom, 1);
        room->id = stmt_int(row, 0);
        room->slug = g_strdup(stmt_text(row, 1));
        room->name = g_strdup(stmt_text(row, 2));
        room->kind = g_strdup(stmt_text(row, 3));
        room->note = g_strdup(stmt_text(row, 4));
        room->capacity = stmt_int(row, 5);
        room->lobby = stmt_int(row, 6) != 0;
        room->sealed = stmt_int(row, 7) != 0;
        room->voices = stmt_int(row, 8) != 0;
        return room;
}

GPtrArray *conference_rooms(Db *db, int64_t event)
{
        GPtrArray *rooms = g_ptr_array_new_with_free_func((GDestroyNotify)event_room_free);
        g_autoptr(Stmt) rows =
                db_query(db, "SELECT " ROOM_COLUMNS " FROM room WHERE event_id = $1 ORDER BY position, id", "i", event);
        while (stmt_next(rows))
                g_ptr_array_add(rooms, room_from(rows));
        return rooms;
}

bool event_room_is_online(const EventRoom *room)
{
        return strcmp(room->kind, "on-site") != 0;
}

GArray *conference_online_options(GPtrArray *rooms)
{
        GArray *options = g_array_new(TRUE, TRUE, sizeof(FormOption));
        for (guint i = 0; i < rooms->len; i++) {
                const EventRoom *room = rooms->pdata[i];
                FormOption option = { .value = room->slug, .label = room->name };
                if (event_room_is_online(room))
                        g_array_append_val(options, option);
        }
        return options;
}

EventRoom *conference_room(Db *db, int64_t event, const char *slug)
{
        g_autoptr(Stmt) row =
                db_query(db, "SELECT " ROOM_COLUMNS " FROM room WHERE event_id = $1 AND slug = $2", "it", event, slug);
        return stmt_next(row) ? room_from(row) : NULL;
}

bool event_room_name_is_taken(Db *db, int64_t event, const char *name, int64_t but)
{
        return db_int(db, 0, "SELECT count(*) FROM room WHERE event_id = $1 AND name = $2 AND id <> $3", "iti", event,
                      name, but) > 0;
}

bool event_room_keep(Db *db, int64_t event, EventRoom *room)
{
        if (room->id)
                return db_run(
                        db,
                        "UPDATE room SET name = $3, kind = $4, note = $5, capacity = $6, lobby = $7, sealed = $8, "
                        "voices = $9 WHERE id = $1 "
                        "AND event_id = $2",
                        "iitttiiii", room->id, event, room->name, room->kind, room->note, room->capacity,
                        (int64_t)room->lobby, (int64_t)room->sealed, (int64_t)room->voices);
        room->id = db_insert(
                db,
                "INSERT INTO room(id, event_id, slug, name, kind, note, capacity, lobby, sealed, voices, position) "
                "VALUES((SELECT "
                "max(last, (SELECT coalesce(max(id), 0) FROM room)) + 1 FROM room_number), $1, $2, $3, $4, "
                "$5, $6, $7, $8, $9, (SELECT coalesce(max(position), 0) + 1 FROM room WHERE event_id = $1)) RETURNING "
                "id",
                "ittttiiii", event, room->slug, room->name, room->kind, room->note, room->capacity,
                (int64_t)room->lobby, (int64_t)room->sealed, (int64_t)room->voices);
        return room->id != 0;
}

bool event_room_slug_is_free(Db *db, int64_t event, const char *slug)
{
        return db_int(db, 0, "SELECT count(*) FROM room WHERE event_id = $1 AND slug = $2", "it", event, slug) == 0;
}

int64_t event_room_talk_count(Db *db, int64_t room)
{
        return db_int(db, 0, "SELECT count(*) FROM talk WHERE room_id = $1", "i", room);
}

bool event_room_remove(Db *db, int64_t event, int64_t room)
{
        return db_run(db, "DELETE FROM room WHERE id = $1 AND event_id = $2", "ii", room, event);
}

/* One statement for each table, as SQL has no place for a table's name. Positions are given anew, since imports and
 * old rows may have the same twice; partners stand in an order of their own at each level. */
#define MOVE_UP(table, among)                                                                                          \
        "WITH old AS (SELECT id, row_number() OVER (ORDER BY position, id) AS n FROM " table                           \
        " WHERE event_id = $1" among "), at AS (SELECT n FROM old WHERE id = $2) UPDATE " table                        \
        " SET position = (SELECT CASE WHEN old.n = at.n AND old.n > 1 THEN old.n - 1 WHEN old.n = at.n - 1 THEN "      \
        "old.n + 1 ELSE old.n END FROM old, at WHERE old.id = " table                                                  \
        ".id) WHERE id IN (SELECT id FROM old) AND EXISTS (SELECT 1 FROM at)"

bool conference_move_up(Db *db, int64_t event, Listed listed, int64_t id)
{
        static const char *const moves[] = {
                [LISTED_ROOM] = MOVE_UP("room", ""),
                [LISTED_TRACK] = MOVE_UP("track", ""),
                [LISTED_PARTNER] = MOVE_UP("partner", " AND level = (SELECT level FROM partner WHERE id = $2)")
        };
        return db_run(db, moves[listed], "ii", event, id);
}
