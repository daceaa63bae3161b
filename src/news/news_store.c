#include "news/news_private.h"

#include "base/time.h"

#define COLUMNS "id, at_us, changed_us, guid, title, text"

void news_free(News *news)
{
        if (!news)
                return;
        g_free(news->guid);
        g_free(news->title);
        g_free(news->text);
        g_free(news);
}

static News *news_from(Stmt *row)
{
        News *news = g_new0(News, 1);
        news->id = stmt_int(row, 0);
        news->at_us = stmt_int(row, 1);
        news->changed_us = stmt_int(row, 2);
        news->guid = g_strdup(stmt_text(row, 3));
        news->title = g_strdup(stmt_text(row, 4));
        news->text = g_strdup(stmt_text(row, 5));
        return news;
}

GPtrArray *news_list(Db *db, int64_t event, int64_t limit, int64_t offset)
{
        GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)news_free);
        g_autoptr(Stmt) rows = db_query(
                db, "SELECT " COLUMNS " FROM news WHERE event_id = $1 ORDER BY at_us DESC, id DESC LIMIT $2 OFFSET $3",
                "iii", event, limit, offset);
        while (stmt_next(rows))
                g_ptr_array_add(list, news_from(rows));
        return list;
}

News *news_find(Db *db, int64_t event, int64_t id)
{
        g_autoptr(Stmt) row =
                db_query(db, "SELECT " COLUMNS " FROM news WHERE event_id = $1 AND id = $2", "ii", event, id);
        return stmt_next(row) ? news_from(row) : NULL;
}

bool news_keep(Db *db, int64_t event, News *news)
{
        int64_t now = now_us();
        if (news->id)
                return db_run(db,
                              "UPDATE news SET title = $3, text = $4, changed_us = $5 WHERE id = $1 AND event_id = $2",
                              "iitti", news->id, event, news->title, news->text, now);
        g_autofree char *guid = g_uuid_string_random();
        news->id = db_insert(db,
                             "INSERT INTO news(event_id, guid, title, text, at_us, changed_us) "
                             "VALUES($1, $2, $3, $4, $5, $5) RETURNING id",
                             "ittti", event, guid, news->title, news->text, now);
        return news->id != 0;
}

bool news_delete(Db *db, int64_t event, int64_t id)
{
        return db_run(db, "DELETE FROM news WHERE id = $1 AND event_id = $2", "ii", id, event);
}
