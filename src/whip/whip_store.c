#include "whip/whip_private.h"

#include "base/time.h"

#include <sodium.h>
#include <string.h>

#define KEY_BYTES 24 /* WHIP_KEY_CHARS characters in base64 */
#define KEEP_US (30 * DAY_US)

void whip_key_free(WhipKey *key)
{
        if (!key)
                return;
        g_free(key->name);
        g_free(key->room_name);
        g_free(key->room_slug);
        g_free(key->trouble);
        g_free(key);
}

void whip_room_free(WhipRoom *room)
{
        if (!room)
                return;
        g_free(room->event_slug);
        g_free(room->room_slug);
        g_free(room->room_name);
        g_free(room);
}

static void hash_of(const char *key, unsigned char ret_hash[WHIP_HASH_BYTES])
{
        crypto_generichash(ret_hash, WHIP_HASH_BYTES, (const unsigned char *)key, strlen(key), NULL, 0);
}

/* Of the hash and not of the key: a browser's key is text, and no text has these bytes. */
void whip_key_seat(const char *key, unsigned char ret_seat[LIVE_SEAT_KEY_BYTES])
{
        static const unsigned char purpose[] = "a seat on the stage";
        unsigned char hash[WHIP_HASH_BYTES];
        hash_of(key, hash);
        crypto_generichash(ret_seat, LIVE_SEAT_KEY_BYTES, purpose, sizeof purpose, hash, sizeof hash);
}

#define KEY_QUERY                                                                                                      \
        "SELECT k.id, k.room_id, k.name, m.name, m.slug, k.plays, k.made_us, coalesce(k.told_us, 0),"                  \
        " coalesce(k.used_us, 0), coalesce((SELECT trouble FROM live_person p WHERE p.room_id = k.room_id AND"         \
        " p.encoder_id = k.id LIMIT 1), '') FROM encoder k JOIN room m ON m.id = k.room_id "

static WhipKey *key_from(Stmt *row)
{
        WhipKey *key = g_new0(WhipKey, 1);
        key->id = stmt_int(row, 0);
        key->room_id = stmt_int(row, 1);
        key->name = g_strdup(stmt_text(row, 2));
        key->room_name = g_strdup(stmt_text(row, 3));
        key->room_slug = g_strdup(stmt_text(row, 4));
        key->plays = stmt_int(row, 5) != 0;
        key->made_us = stmt_int(row, 6);
        key->told_us = stmt_int(row, 7);
        key->used_us = stmt_int(row, 8);
        key->trouble = g_strdup(stmt_text(row, 9));
        return key;
}

GPtrArray *whip_keys(Db *db, int64_t event)
{
        GPtrArray *keys = g_ptr_array_new_with_free_func((GDestroyNotify)whip_key_free);
        g_autoptr(Stmt) rows = db_query(
                db, KEY_QUERY "WHERE m.event_id = $1 ORDER BY m.position, m.id, k.plays, k.name, k.id", "i", event);
        while (stmt_next(rows))
                g_ptr_array_add(keys, key_from(rows));
        return keys;
}

int64_t whip_key_count(Db *db, int64_t event)
{
        return db_int(db, 0, "SELECT count(*) FROM encoder k JOIN room m ON m.id = k.room_id WHERE m.event_id = $1",
                      "i", event);
}

bool whip_key_make(Db *db, int64_t room_id, const char *name, bool plays, char **ret_key)
{
        unsigned char bytes[KEY_BYTES], hash[WHIP_HASH_BYTES];
        char text[sodium_base64_ENCODED_LEN(KEY_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING)];
        randombytes_buf(bytes, sizeof bytes);
        sodium_bin2base64(text, sizeof text, bytes, sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
        hash_of(text, hash);
        int64_t now = now_us();
        bool made = db_run(db,
                           "INSERT INTO encoder(room_id, name, plays, hash, made_us, told_us)"
                           " VALUES($1, $2, $3, $4, $5, nullif($6, 0))",
                           "itibii", room_id, name, (int64_t)plays, hash, sizeof hash, now, plays ? 0 : now);
        if (made)
                *ret_key = g_strdup(text);
        return made;
}

bool whip_key_remove(Db *db, int64_t event, int64_t id, int64_t *ret_room_id)
{
        int64_t room = db_int(db, 0,
                              "SELECT k.room_id FROM encoder k JOIN room m ON m.id = k.room_id"
                              " WHERE k.id = $1 AND m.event_id = $2",
                              "ii", id, event);
        if (!room || !db_run(db, "DELETE FROM encoder WHERE id = $1", "i", id))
                return false;
        *ret_room_id = room;
        return true;
}

bool whip_key_used(Db *db, int64_t id)
{
        return db_run(db, "UPDATE encoder SET used_us = $2 WHERE id = $1", "ii", id, now_us());
}

WhipKey *whip_key_find(Db *db, const char *key)
{
        unsigned char hash[WHIP_HASH_BYTES];
        hash_of(key, hash);
        g_autoptr(Stmt) row = db_query(db, KEY_QUERY "WHERE k.hash = $1", "b", hash, sizeof hash);
        return stmt_next(row) ? key_from(row) : NULL;
}

WhipRoom *whip_room_find(Db *db, const char *event_slug, const char *room_slug)
{
        g_autoptr(Stmt) row = db_query(db,
                                       "SELECT e.id, m.id, e.slug, m.slug, m.name, e.published FROM room m"
                                       " JOIN event e ON e.id = m.event_id"
                                       " WHERE e.slug = $1 AND m.slug = $2 AND m.kind <> 'on-site'",
                                       "tt", event_slug, room_slug);
        if (!stmt_next(row))
                return NULL;
        WhipRoom *room = g_new0(WhipRoom, 1);
        room->event_id = stmt_int(row, 0);
        room->room_id = stmt_int(row, 1);
        room->event_slug = g_strdup(stmt_text(row, 2));
        room->room_slug = g_strdup(stmt_text(row, 3));
        room->room_name = g_strdup(stmt_text(row, 4));
        room->is_public = stmt_int(row, 5) != 0;
        return room;
}

bool whip_expire(Db *db)
{
        g_autoptr(GDateTime) since = g_date_time_new_from_unix_utc((now_us() - KEEP_US) / SECOND_US);
        g_autofree char *day = g_date_time_format(since, "%Y-%m-%d");
        return db_run(db,
                      "DELETE FROM encoder WHERE room_id IN (SELECT m.id FROM room m JOIN event e ON e.id = m.event_id"
                      " WHERE e.last_day < $1)",
                      "t", day);
}
