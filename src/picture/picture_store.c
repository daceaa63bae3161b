#include "picture/picture_private.h"

#include "base/time.h"

void picture_free(Picture *picture)
{
        if (!picture)
                return;
        g_free(picture->url);
        g_free(picture->small_url);
        g_free(picture);
}

int64_t picture_keep(Db *db, int64_t event, const PictureDraft *draft)
{
        g_autofree char *file = g_strdup_printf("%s.%s", draft->hash, draft->ending);
        int64_t id = db_insert(db,
                               "INSERT INTO picture(event_id, file, width, height, small_width, small_height, bytes, "
                               "created_us) VALUES($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
                               "itiiiiii", event, file, (int64_t)draft->width, (int64_t)draft->height,
                               (int64_t)draft->small_width, (int64_t)draft->small_height, draft->bytes, now_us());
        return id && picture_draft_place(draft, file) ? id : 0;
}

bool picture_drop(Db *db, int64_t event, int64_t id)
{
        return !id || db_run(db, "DELETE FROM picture WHERE id = $1 AND event_id = $2", "ii", id, event);
}

Picture *picture_find(Db *db, int64_t event, int64_t id)
{
        if (!id)
                return NULL;
        g_autoptr(Stmt) row = db_query(db,
                                       "SELECT file, width, height, small_width, small_height FROM picture "
                                       "WHERE id = $1 AND event_id = $2",
                                       "ii", id, event);
        if (!stmt_next(row))
                return NULL;
        Picture *picture = g_new0(Picture, 1);
        *picture = (Picture){ .id = id,
                              .url = picture_url(stmt_text(row, 0)),
                              .small_url = picture_small_url(stmt_text(row, 0)),
                              .width = stmt_int(row, 1),
                              .height = stmt_int(row, 2),
                              .small_width = stmt_int(row, 3),
                              .small_height = stmt_int(row, 4) };
        return picture;
}

GPtrArray *picture_store_gone(Db *db, int64_t limit)
{
        GPtrArray *files = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(Stmt) rows = db_query(db, "SELECT file FROM picture_gone LIMIT $1", "i", limit);
        while (stmt_next(rows))
                g_ptr_array_add(files, g_strdup(stmt_text(rows, 0)));
        return files;
}

bool picture_store_has(Db *db, const char *file)
{
        return db_int(db, 0, "SELECT count(*) FROM picture WHERE file = $1", "t", file) > 0;
}

GPtrArray *picture_store_strays(Db *db, const char *folder, int limit)
{
        GPtrArray *files = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
        for (const char *name; dir && (int)files->len < limit && (name = g_dir_read_name(dir));)
                if (picture_name_is_sound(name)) {
                        char *file = picture_big_name(name);
                        if (picture_store_has(db, file))
                                g_free(file);
                        else
                                g_ptr_array_add(files, file);
                }
        return files;
}

bool picture_store_forget_gone(Db *db, const char *file)
{
        return db_run(db, "DELETE FROM picture_gone WHERE file = $1", "t", file);
}
