#include "hall/hall_private.h"

#include "base/time.h"

#include <sodium.h>
#include <string.h>

#define KEY_BYTES 18 /* 24 characters in base64 */
#define KEEP_US (30 * DAY_US)

void hall_free(gpointer data)
{
        Hall *hall = data;
        if (!hall)
                return;
        g_free(hall->name);
        g_free(hall->room_name);
        g_free(hall->room_slug);
        g_free(hall);
}

static void hash_of(const char *key, unsigned char ret_hash[HALL_HASH_BYTES])
{
        crypto_generichash(ret_hash, HALL_HASH_BYTES, (const unsigned char *)key, strlen(key), NULL, 0);
}

static char *new_key(unsigned char ret_hash[HALL_HASH_BYTES])
{
        unsigned char bytes[KEY_BYTES];
        char text[sodium_base64_ENCODED_LEN(KEY_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING)];
        randombytes_buf(bytes, sizeof bytes);
        sodium_bin2base64(text, sizeof text, bytes, sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
        hash_of(text, ret_hash);
        return g_strdup(text);
}

#define HALL_QUERY "SELECT h.id, h.room_id, h.name, m.name, m.slug FROM hall h JOIN room m ON m.id = h.room_id "

static Hall *hall_from(Stmt *row)
{
        Hall *hall = g_new0(Hall, 1);
        hall->id = stmt_int(row, 0);
        hall->room_id = stmt_int(row, 1);
        hall->name = g_strdup(stmt_text(row, 2));
        hall->room_name = g_strdup(stmt_text(row, 3));
        hall->room_slug = g_strdup(stmt_text(row, 4));
        return hall;
}

GPtrArray *hall_list(Db *db, int64_t event)
{
        GPtrArray *halls = g_ptr_array_new_with_free_func(hall_free);
        g_autoptr(Stmt) rows =
                db_query(db, HALL_QUERY "WHERE m.event_id = $1 ORDER BY m.position, m.id, h.name, h.id", "i", event);
        while (stmt_next(rows))
                g_ptr_array_add(halls, hall_from(rows));
        return halls;
}

bool hall_make(Db *db, int64_t room_id, const char *name, char *ret_keys[2])
{
        unsigned char screen[HALL_HASH_BYTES], seat[HALL_HASH_BYTES];
        ret_keys[HALL_SCREEN] = new_key(screen);
        ret_keys[HALL_SEAT] = new_key(seat);
        return db_run(db, "INSERT INTO hall(room_id, name, screen_hash, seat_hash, made_us) VALUES($1, $2, $3, $4, $5)",
                      "itbbi", room_id, name, screen, sizeof screen, seat, sizeof seat, now_us());
}

bool hall_remove(Db *db, int64_t event, int64_t id, int64_t *ret_room_id)
{
        *ret_room_id = db_int(
                db, 0,
                "SELECT h.room_id FROM hall h JOIN room m ON m.id = h.room_id WHERE h.id = $1 AND m.event_id = $2",
                "ii", id, event);
        return *ret_room_id && db_run(db, "DELETE FROM hall WHERE id = $1", "i", id) &&
               db_run(db,
                      "UPDATE live_person SET role = 'guest', removed = 1, seat = NULL WHERE room_id = $1 AND"
                      " seat_of = $2",
                      "ii", *ret_room_id, id);
}

Hall *hall_find(Db *db, int64_t room_id, HallPage page, const char *key)
{
        unsigned char hash[HALL_HASH_BYTES];
        hash_of(key, hash);
        g_autoptr(Stmt) row = db_query(
                db, HALL_QUERY "WHERE h.room_id = $1 AND CASE $2 WHEN 1 THEN h.seat_hash ELSE h.screen_hash END = $3",
                "iib", room_id, (int64_t)page, hash, sizeof hash);
        return stmt_next(row) ? hall_from(row) : NULL;
}

bool hall_expire(Db *db)
{
        g_autoptr(GDateTime) since = g_date_time_new_from_unix_utc((now_us() - KEEP_US) / SECOND_US);
        g_autofree char *day = g_date_time_format(since, "%Y-%m-%d");
        return db_run(db,
                      "DELETE FROM hall WHERE room_id IN (SELECT m.id FROM room m JOIN event e ON e.id = m.event_id"
                      " WHERE e.last_day < $1)",
                      "t", day);
}
