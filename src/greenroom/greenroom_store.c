#include "greenroom/greenroom_private.h"

#include "base/time.h"

#include <sodium.h>
#include <string.h>

#define KEEP_US (30 * DAY_US)
#define KEY_HASH_BYTES 32
#define TRIES 8 /* of a code that is in use: with as many as there ever are, one is nearly always enough */

static bool keep_new(Db *db, int64_t event, int64_t account, const unsigned char *hash, const char *findings,
                     char ret_code[CODE_CHARS + 1])
{
        for (int i = 0; i < TRIES; i++) {
                unsigned char bytes[CODE_CHARS];
                randombytes_buf(bytes, sizeof bytes);
                green_code_from(bytes, ret_code);
                if (db_insert(db,
                              "INSERT INTO green_room(event_id, account_id, key_hash, code, findings, at_us) "
                              "VALUES($1, nullif($2, 0), $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING id",
                              "iibtti", event, account, hash, (size_t)KEY_HASH_BYTES, ret_code, findings, now_us()))
                        return true;
        }
        return false;
}

bool green_keep(Db *db, int64_t event, int64_t account, const char *page_key, const Findings *findings,
                char ret_code[CODE_CHARS + 1])
{
        unsigned char hash[KEY_HASH_BYTES];
        crypto_generichash(hash, sizeof hash, (const unsigned char *)page_key, strlen(page_key), NULL, 0);
        g_autofree char *text = findings_write(findings);
        g_autofree char *code = db_text(db, "SELECT code FROM green_room WHERE event_id = $1 AND key_hash = $2", "ib",
                                        event, hash, sizeof hash);
        if (!code)
                return keep_new(db, event, account, hash, text, ret_code);
        g_strlcpy(ret_code, code, CODE_CHARS + 1);
        return db_run(db, "UPDATE green_room SET findings = $1, at_us = $2 WHERE event_id = $3 AND code = $4", "tiit",
                      text, now_us(), event, code);
}

bool green_find(Db *db, int64_t event, const char *code, Found *ret_found)
{
        g_autoptr(Stmt) row = db_query(db,
                                       "SELECT findings, at_us FROM green_room WHERE event_id = $1 AND code = $2 AND "
                                       "at_us > $3",
                                       "iti", event, code, now_us() - KEEP_US);
        if (!stmt_next(row))
                return false;
        const char *text = stmt_text(row, 0);
        ret_found->at_us = stmt_int(row, 1);
        return findings_read(text, strlen(text), &ret_found->findings);
}

bool greenroom_expire(Db *db)
{
        return db_run(db, "DELETE FROM green_room WHERE at_us < $1", "i", now_us() - KEEP_US);
}

json_t *greenroom_export(Db *db, int64_t account)
{
        json_t *list = json_array();
        g_autoptr(Stmt) row = db_query(db,
                                       "SELECT e.slug, g.code, g.findings, g.at_us FROM green_room g JOIN event e ON "
                                       "e.id = g.event_id WHERE g.account_id = $1 ORDER BY g.at_us",
                                       "i", account);
        while (stmt_next(row))
                json_array_append_new(list,
                                      json_pack("{s:s, s:s, s:o, s:I}", "event", stmt_text(row, 0), "code",
                                                stmt_text(row, 1), "findings", json_loads(stmt_text(row, 2), 0, NULL),
                                                "at_us", (json_int_t)stmt_int(row, 3)));
        return list;
}

bool greenroom_erase(Db *db, int64_t account)
{
        return db_run(db, "DELETE FROM green_room WHERE account_id = $1", "i", account);
}
