#include "conference/conference_private.h"
#include "picture/picture.h"

void partner_free(Partner *partner)
{
        if (!partner)
                return;
        g_free(partner->name);
        g_free(partner->level);
        g_free(partner->url);
        g_free(partner->logo_url);
        g_free(partner);
}

#define PARTNER_QUERY                                                                                                  \
        "SELECT partner.id, name, level, url, coalesce(picture_id, 0), file, small_width, small_height FROM partner "  \
        "LEFT JOIN picture ON picture.id = picture_id "

static Partner *partner_from(Stmt *row)
{
        Partner *partner = g_new0(Partner, 1);
        partner->id = stmt_int(row, 0);
        partner->name = g_strdup(stmt_text(row, 1));
        partner->level = g_strdup(stmt_text(row, 2));
        partner->url = g_strdup(stmt_text(row, 3));
        partner->picture = stmt_int(row, 4);
        partner->logo_url = picture_small_url(stmt_text(row, 5));
        partner->logo_width = stmt_int(row, 6);
        partner->logo_height = stmt_int(row, 7);
        return partner;
}

GPtrArray *conference_partners(Db *db, int64_t event)
{
        GPtrArray *partners = g_ptr_array_new_with_free_func((GDestroyNotify)partner_free);
        g_autoptr(Stmt) rows = db_query(db,
                                        PARTNER_QUERY "WHERE partner.event_id = $1 ORDER BY CASE level WHEN "
                                                      "'organises' THEN 0 WHEN 'labels' THEN 1 WHEN 'funds' THEN 2 "
                                                      "WHEN 'hosts' THEN 3 ELSE 4 END, position, partner.id",
                                        "i", event);
        while (stmt_next(rows))
                g_ptr_array_add(partners, partner_from(rows));
        return partners;
}

Partner *partner_find(Db *db, int64_t event, int64_t id)
{
        g_autoptr(Stmt) row =
                db_query(db, PARTNER_QUERY "WHERE partner.event_id = $1 AND partner.id = $2", "ii", event, id);
        return stmt_next(row) ? partner_from(row) : NULL;
}

bool partner_is_taken(Db *db, int64_t event, const Partner *partner)
{
        return db_int(db, 0,
                      "SELECT count(*) FROM partner WHERE event_id = $1 AND name = $2 AND level = $3 AND id <> $4",
                      "itti", event, partner->name, partner->level, partner->id) > 0;
}

int64_t partner_count(Db *db, int64_t event)
{
        return db_int(db, 0, "SELECT count(*) FROM partner WHERE event_id = $1", "i", event);
}

bool conference_keep_partner(Db *db, int64_t event, Partner *partner)
{
        const char *url = partner->url ? partner->url : "";
        if (partner->id)
                return db_run(db,
                              "UPDATE partner SET name = $3, level = $4, url = $5, picture_id = nullif($6, 0) WHERE id "
                              "= $1 AND event_id = $2",
                              "iittti", partner->id, event, partner->name, partner->level, url, partner->picture);
        partner->id = db_insert(db,
                                "INSERT INTO partner(event_id, name, level, url, picture_id, position) VALUES($1, $2, "
                                "$3, $4, nullif($5, 0), (SELECT coalesce(max(position), 0) + 1 FROM partner WHERE "
                                "event_id = $1)) RETURNING id",
                                "ittti", event, partner->name, partner->level, url, partner->picture);
        return partner->id != 0;
}

bool partner_remove(Db *db, int64_t event, int64_t id)
{
        return db_run(db, "DELETE FROM partner WHERE id = $1 AND event_id = $2", "ii", id, event);
}
