#include "registration/address_store.h"

#include <sodium.h>
#include <string.h>

#include "base/time.h"
#include "people/people.h"

#define HASH_BYTES 32
#define ADDRESS_LIFE_US DAY_US

static void hash_token(const char *token, unsigned char ret_hash[HASH_BYTES])
{
        crypto_generichash(ret_hash, HASH_BYTES, (const unsigned char *)token, strlen(token), NULL, 0);
}

char *address_ask(Db *db, int64_t account, int64_t event, const char *email)
{
        g_autofree char *token = people_new_token();
        unsigned char hash[HASH_BYTES];
        hash_token(token, hash);
        bool kept = db_run(db,
                           "INSERT INTO registration_address(hash, account_id, event_id, email, created_us) "
                           "VALUES($1, $2, $3, $4, $5)",
                           "biiti", hash, sizeof hash, account, event, email, now_us());
        return kept ? g_steal_pointer(&token) : NULL;
}

int64_t address_asked_since(Db *db, int64_t account, int64_t since_us)
{
        return db_int(db, 0, "SELECT count(*) FROM registration_address WHERE account_id = $1 AND created_us > $2",
                      "ii", account, since_us);
}

char *address_find(Db *db, int64_t event, const char *token, int64_t *ret_account)
{
        unsigned char hash[HASH_BYTES];
        hash_token(token, hash);
        g_autoptr(Stmt) stmt = db_query(db,
                                        "SELECT account_id, email FROM registration_address WHERE hash = $1 "
                                        "AND event_id = $2 AND created_us > $3",
                                        "bii", hash, sizeof hash, event, now_us() - ADDRESS_LIFE_US);
        if (!stmt_next(stmt))
                return NULL;
        *ret_account = stmt_int(stmt, 0);
        return g_strdup(stmt_text(stmt, 1));
}

bool address_forget(Db *db, int64_t account)
{
        return db_run(db, "DELETE FROM registration_address WHERE account_id = $1", "i", account);
}

bool address_expire(Db *db)
{
        return db_run(db, "DELETE FROM registration_address WHERE created_us < $1", "i", now_us() - ADDRESS_LIFE_US);
}
