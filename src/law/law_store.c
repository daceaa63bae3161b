#include "law/law_store.h"

#include "base/time.h"

char *law_text(Db *db, int64_t event, LawPage page, const char *lang)
{
        return db_text(db, "SELECT text FROM law_text WHERE coalesce(event_id, 0) = $1 AND page = $2 AND lang = $3",
                       "itt", event, law_word(page), lang);
}

bool law_text_keep(Db *db, int64_t event, LawPage page, const char *lang, const char *text)
{
        bool gone = db_run(db, "DELETE FROM law_text WHERE coalesce(event_id, 0) = $1 AND page = $2 AND lang = $3",
                           "itt", event, law_word(page), lang);
        return gone && (!*text || db_run(db,
                                         "INSERT INTO law_text(event_id, page, lang, text, changed_us) "
                                         "VALUES(NULLIF($1, 0), $2, $3, $4, $5)",
                                         "ittti", event, law_word(page), lang, text, now_us()));
}

void law_host_free(LawHost *host)
{
        if (!host)
                return;
        g_free(host->name);
        g_free(host->address);
        g_free(host->contact);
        g_free(host->source_url);
        g_free(host);
}

LawHost *law_host(Db *db)
{
        g_autoptr(Stmt) stmt = db_query(db, "SELECT name, address, contact, source_url FROM law_host", "");
        bool found = stmt_next(stmt);
        LawHost *host = g_new0(LawHost, 1);
        host->name = g_strdup(found ? stmt_text(stmt, 0) : "");
        host->address = g_strdup(found ? stmt_text(stmt, 1) : "");
        host->contact = g_strdup(found ? stmt_text(stmt, 2) : "");
        host->source_url = g_strdup(found ? stmt_text(stmt, 3) : "");
        return host;
}

bool law_host_keep(Db *db, const LawHost *host)
{
        return db_run(db,
                      "INSERT INTO law_host(one, name, address, contact, source_url) VALUES(1, $1, $2, $3, $4) "
                      "ON CONFLICT(one) DO UPDATE SET name = excluded.name, address = excluded.address, "
                      "contact = excluded.contact, source_url = excluded.source_url",
                      "tttt", host->name, host->address, host->contact, host->source_url);
}

bool law_expire_consents(Db *db, int64_t ended_before_us)
{
        g_autoptr(GDateTime) before = g_date_time_new_from_unix_utc(ended_before_us / SECOND_US);
        g_autofree char *day = g_date_time_format(before, "%Y-%m-%d");
        return db_run(db,
                      "DELETE FROM consent WHERE event_id IN (SELECT id FROM event WHERE last_day < $1 AND NOT EXISTS "
                      "(SELECT 1 FROM recording WHERE recording.event_id = event.id AND state <> 'failed'))",
                      "t", day);
}

GArray *law_idle_accounts(Db *db, int64_t older_than_us)
{
        GArray *accounts = g_array_new(FALSE, FALSE, sizeof(int64_t));
        g_autoptr(Stmt) stmt = db_query(
                db,
                "SELECT id FROM account WHERE owner = 0 AND created_us < $1 AND email LIKE '%@%' "
                "AND NOT EXISTS (SELECT 1 FROM role WHERE account_id = account.id) "
                "AND NOT EXISTS (SELECT 1 FROM consent WHERE account_id = account.id) "
                "AND NOT EXISTS (SELECT 1 FROM invitation WHERE account_id = account.id AND accepted_us IS NULL "
                "AND withdrawn_us IS NULL) ORDER BY id LIMIT 1000",
                "i", older_than_us);
        while (stmt_next(stmt)) {
                int64_t account = stmt_int(stmt, 0);
                g_array_append_val(accounts, account);
        }
        return accounts;
}
