/* Needs: apart from all else, and erased first. */
#include "registration/registration_store.h"

#include "base/time.h"

bool needs_keep(Db *db, int64_t registration, const Needs *needs)
{
        if (needs_are_empty(needs))
                return db_run(db, "DELETE FROM registration_need WHERE registration_id = $1", "i", registration);
        return db_run(
                db,
                "INSERT INTO registration_need(registration_id, captions, sign, audio, wheelchair, other, agreed_us) "
                "VALUES($1, $2, $3, $4, $5, $6, $7) ON CONFLICT(registration_id) DO UPDATE SET "
                "agreed_us = CASE WHEN (captions, sign, audio, wheelchair, other) = (excluded.captions, excluded.sign, "
                "excluded.audio, excluded.wheelchair, excluded.other) THEN agreed_us ELSE excluded.agreed_us END, "
                "captions = excluded.captions, sign = excluded.sign, audio = excluded.audio, "
                "wheelchair = excluded.wheelchair, other = excluded.other",
                "iiiiiti", registration, (int64_t)needs->captions, (int64_t)needs->sign, (int64_t)needs->audio,
                (int64_t)needs->wheelchair, needs->other, now_us());
}

Needs needs_read(Db *db, int64_t registration, char **ret_other)
{
        g_autoptr(Stmt) stmt = db_query(db,
                                        "SELECT captions, sign, audio, wheelchair, other FROM registration_need "
                                        "WHERE registration_id = $1",
                                        "i", registration);
        bool found = stmt_next(stmt);
        *ret_other = g_strdup(found ? stmt_text(stmt, 4) : "");
        return (Needs){ .captions = found && stmt_int(stmt, 0),
                        .sign = found && stmt_int(stmt, 1),
                        .audio = found && stmt_int(stmt, 2),
                        .wheelchair = found && stmt_int(stmt, 3),
                        .other = *ret_other };
}

int64_t needs_agreed_us(Db *db, int64_t registration)
{
        return db_int(db, 0, "SELECT agreed_us FROM registration_need WHERE registration_id = $1", "i", registration);
}

char *needs_text(Db *db, int64_t registration)
{
        return db_text(db,
                       "SELECT trim(CASE captions WHEN 1 THEN 'captions ' ELSE '' END || "
                       "CASE sign WHEN 1 THEN 'sign ' ELSE '' END || CASE audio WHEN 1 THEN 'audio ' ELSE '' END || "
                       "CASE wheelchair WHEN 1 THEN 'wheelchair ' ELSE '' END || other) "
                       "FROM registration_need WHERE registration_id = $1",
                       "i", registration);
}

#define NEEDS_OF_EVENT                                                                                                 \
        "FROM registration_need JOIN registration ON registration.id = registration_id WHERE event_id = $1 "

NeedsSummary *needs_summary(Db *db, int64_t event)
{
        NeedsSummary *summary = g_new0(NeedsSummary, 1);
        summary->others = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(Stmt) sums = db_query(db,
                                        "SELECT coalesce(sum(captions), 0), coalesce(sum(sign), 0), "
                                        "coalesce(sum(audio), 0), coalesce(sum(wheelchair), 0) " NEEDS_OF_EVENT,
                                        "i", event);
        if (stmt_next(sums)) {
                summary->captions = stmt_int(sums, 0);
                summary->sign = stmt_int(sums, 1);
                summary->audio = stmt_int(sums, 2);
                summary->wheelchair = stmt_int(sums, 3);
        }
        g_autoptr(Stmt) others =
                db_query(db, "SELECT other " NEEDS_OF_EVENT "AND other <> '' ORDER BY other LIMIT 40", "i", event);
        while (stmt_next(others))
                g_ptr_array_add(summary->others, g_strdup(stmt_text(others, 0)));
        return summary;
}

void needs_summary_free(NeedsSummary *summary)
{
        if (!summary)
                return;
        g_ptr_array_unref(summary->others);
        g_free(summary);
}
