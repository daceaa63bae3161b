#include "mail/draft.h"
#include "mail/outbox.h"

#include <sodium.h>
#include <string.h>

#include "base/time.h"

#define DEFAULT_SENDER "treteau@treteau.example" /* until one is configured: a name that reaches nobody, RFC 2606 */
#define KEEP_US (30 * DAY_US)
#define SLOTS_MAX 5 /* mails of a kind to an address that wait for their hour */

char *outbox_sender(Db *db)
{
        char *sender = db_text(db, "SELECT sender FROM mail_setting WHERE one = 1", "");
        return sender ? sender : g_strdup(DEFAULT_SENDER);
}

bool outbox_set_sender(Db *db, const char *address)
{
        return db_run(db,
                      "INSERT INTO mail_setting(one, sender) VALUES(1, $1) "
                      "ON CONFLICT(one) DO UPDATE SET sender = excluded.sender",
                      "t", address);
}

char *mail_prepare(Db *db, const Mail *mail)
{
        unsigned char random[16];
        char id[2 * sizeof random + 1];
        randombytes_buf(random, sizeof random);
        sodium_bin2hex(id, sizeof id, random, sizeof random);
        g_autofree char *sender = outbox_sender(db);
        return draft_write(mail, &(Envelope){ .from = sender, .id = id, .date_us = now_us() });
}

bool mail_post_prepared(Db *db, const Mail *mail, const char *draft)
{
        int64_t at_us = now_us();
        return db_run(db,
                      "INSERT INTO mail(event_id, kind, recipient, message, next_us, due_us, created_us) "
                      "VALUES(NULLIF($1, 0), $2, $3, $4, $5, $5, $6)",
                      "itttii", mail->event, mail->kind, mail->to, draft, MAX(at_us, mail->not_before_us), at_us);
}

bool mail_post(Db *db, const Mail *mail)
{
        g_autofree char *draft = mail_prepare(db, mail);
        return draft && mail_post_prepared(db, mail, draft);
}

int64_t mail_count_since(Db *db, const char *kind, const char *to, int64_t since_us)
{
        return db_int(db, 0, "SELECT count(*) FROM mail WHERE recipient = $1 AND kind = $2 AND created_us > $3", "tti",
                      to, kind, since_us);
}

int64_t mail_slot_us(Db *db, const char *kind, const char *to, int64_t interval_us)
{
        int64_t at_us = now_us();
        g_autoptr(Stmt) stmt = db_query(db,
                                        "SELECT coalesce(max(due_us), 0), coalesce(sum(due_us > $3), 0) FROM mail "
                                        "WHERE recipient = $1 AND kind = $2 AND answered_us IS NULL "
                                        "AND state <> 'refused'",
                                        "tti", to, kind, at_us);
        if (!stmt_next(stmt) || stmt_int(stmt, 1) >= SLOTS_MAX)
                return -1;
        return MAX(at_us, stmt_int(stmt, 0) + interval_us);
}

bool mail_answered(Db *db, const char *kind, const char *to)
{
        int64_t at_us = now_us();
        return db_run(db,
                      "UPDATE mail SET answered_us = $3 WHERE recipient = $1 AND kind = $2 AND answered_us IS NULL "
                      "AND due_us <= $3",
                      "tti", to, kind, at_us) &&
               db_run(db,
                      "UPDATE mail SET due_us = $3, next_us = $3 WHERE id = (SELECT id FROM mail WHERE recipient = $1 "
                      "AND kind = $2 AND state = 'waiting' AND due_us > $3 ORDER BY due_us, id LIMIT 1)",
                      "tti", to, kind, at_us);
}

static OutboxMail *read_mail(Stmt *stmt)
{
        OutboxMail *mail = g_new0(OutboxMail, 1);
        mail->id = stmt_int(stmt, 0);
        mail->created_us = stmt_int(stmt, 1);
        mail->recipient = g_strdup(stmt_text(stmt, 2));
        mail->kind = g_strdup(stmt_text(stmt, 3));
        mail->state = g_strdup(stmt_text(stmt, 4));
        mail->tries = (int)stmt_int(stmt, 5);
        mail->message = draft_compose(stmt_text(stmt, 6));
        return mail;
}

void outbox_mail_free(OutboxMail *mail)
{
        if (!mail)
                return;
        g_free(mail->recipient);
        g_free(mail->kind);
        g_free(mail->state);
        g_free(mail->message);
        g_free(mail);
}

#define MAIL_COLUMNS "SELECT id, created_us, recipient, kind, state, tries, coalesce(message, '') FROM mail "

OutboxMail *outbox_next(Db *db, int64_t at_us)
{
        g_autoptr(Stmt) stmt = db_query(
                db, MAIL_COLUMNS "WHERE state = 'waiting' AND next_us <= $1 ORDER BY next_us LIMIT 1", "i", at_us);
        return stmt_next(stmt) ? read_mail(stmt) : NULL;
}

OutboxMail *outbox_find(Db *db, int64_t id)
{
        g_autoptr(Stmt) stmt = db_query(db, MAIL_COLUMNS "WHERE id = $1", "i", id);
        return stmt_next(stmt) ? read_mail(stmt) : NULL;
}

GPtrArray *outbox_list(Db *db, int limit)
{
        GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)outbox_mail_free);
        g_autoptr(Stmt) stmt = db_query(db, MAIL_COLUMNS "ORDER BY id DESC LIMIT $1", "i", (int64_t)limit);
        while (stmt_next(stmt))
                g_ptr_array_add(list, read_mail(stmt));
        return list;
}

bool outbox_sent(Db *db, int64_t id, int64_t at_us)
{
        return db_run(db, "UPDATE mail SET state = 'sent', ended_us = $2, message = NULL, reason = NULL WHERE id = $1",
                      "ii", id, at_us);
}

bool outbox_put_off(Db *db, int64_t id, int64_t until_us, const char *reason)
{
        return db_run(db, "UPDATE mail SET tries = tries + 1, next_us = $2, reason = $3 WHERE id = $1", "iit", id,
                      until_us, reason);
}

bool outbox_refused(Db *db, int64_t id, int64_t at_us, const char *reason)
{
        return db_run(db,
                      "UPDATE mail SET state = 'refused', tries = tries + 1, ended_us = $2, reason = $3 "
                      "WHERE id = $1",
                      "iit", id, at_us, reason);
}

bool mail_expire(Db *db)
{
        return db_run(db, "DELETE FROM mail WHERE ended_us < $1", "i", now_us() - KEEP_US);
}

json_t *mail_export(Db *db, const char *to)
{
        g_autoptr(Stmt) rows =
                db_query(db, "SELECT kind, created_us, state FROM mail WHERE recipient = $1 ORDER BY id", "t", to);
        json_t *mails = NULL;
        while (stmt_next(rows)) {
                if (!mails)
                        mails = json_array();
                json_array_append_new(mails, json_pack("{s:s, s:I, s:s}", "kind", stmt_text(rows, 0), "written_us",
                                                       (json_int_t)stmt_int(rows, 1), "state", stmt_text(rows, 2)));
        }
        return mails;
}

bool mail_erase(Db *db, const char *to)
{
        return db_run(db, "DELETE FROM mail WHERE recipient = $1", "t", to);
}

void queued_mail_free(QueuedMail *mail)
{
        if (!mail)
                return;
        g_free(mail->kind);
        g_free(mail->to);
        g_free(mail->state);
        g_free(mail->reason);
        g_free(mail);
}

QueueCount mail_queue_count(Db *db, int64_t event)
{
        QueueCount count = { 0 };
        g_autoptr(Stmt) stmt =
                db_query(db, "SELECT state, count(*) FROM mail WHERE event_id = $1 GROUP BY state", "i", event);
        while (stmt_next(stmt)) {
                const char *state = stmt_text(stmt, 0);
                int64_t *number = strcmp(state, "waiting") == 0 ? &count.waiting
                                  : strcmp(state, "sent") == 0  ? &count.sent
                                                                : &count.refused;
                *number = stmt_int(stmt, 1);
        }
        return count;
}

GPtrArray *mail_queue(Db *db, int64_t event, const char *state, int64_t offset, int64_t limit)
{
        GPtrArray *mails = g_ptr_array_new_with_free_func((GDestroyNotify)queued_mail_free);
        g_autoptr(Stmt) stmt =
                db_query(db,
                         "SELECT id, created_us, next_us, coalesce(ended_us, 0), kind, recipient, state, "
                         "coalesce(reason, ''), tries FROM mail WHERE event_id = $1 AND ($2 = '' OR "
                         "state = $2) ORDER BY id DESC LIMIT $4 OFFSET $3",
                         "itii", event, state, offset, limit);
        while (stmt_next(stmt)) {
                QueuedMail *mail = g_new0(QueuedMail, 1);
                mail->id = stmt_int(stmt, 0);
                mail->created_us = stmt_int(stmt, 1);
                mail->next_us = stmt_int(stmt, 2);
                mail->ended_us = stmt_int(stmt, 3);
                mail->kind = g_strdup(stmt_text(stmt, 4));
                mail->to = g_strdup(stmt_text(stmt, 5));
                mail->state = g_strdup(stmt_text(stmt, 6));
                mail->reason = g_utf8_make_valid(stmt_text(stmt, 7), -1);
                mail->tries = (int)stmt_int(stmt, 8);
                g_ptr_array_add(mails, mail);
        }
        return mails;
}

int64_t mail_retry(Db *db, int64_t event, int64_t id)
{
        bool done = db_run(db,
                           "UPDATE mail SET state = 'waiting', next_us = max($3, due_us), ended_us = NULL, tries = "
                           "CASE WHEN state = "
                           "'refused' THEN 0 ELSE tries END WHERE event_id = $1 AND ($2 = 0 OR id = $2) "
                           "AND state <> 'sent' AND message IS NOT NULL",
                           "iii", event, id, now_us());
        return done ? db_changed(db) : 0;
}
