#include "programme/import_job.h"

static const char *const acts[] = { "check", "import", "seen" };

void import_work_free(ImportWork *work)
{
        if (!work)
                return;
        g_free(work->name);
        g_free(work->seal);
        g_free(work->token);
        g_free(work->origin);
        g_free(work->slug);
        g_free(work->report);
        g_clear_pointer(&work->packed, g_bytes_unref);
        g_free(work);
}

int64_t import_work_add(Db *db, const ImportWork *work, const char *lang)
{
        int64_t job = job_add_alone(db, "import", work->event, work->account, lang);
        if (!job)
                return 0;
        gsize size;
        const void *bytes = g_bytes_get_data(work->packed, &size);
        bool kept =
                db_run(db,
                       "INSERT INTO import_job(job_id, event_id, account_id, act, name, seal, token, origin, bytes) "
                       "VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                       "iiitttttb", job, work->event, work->account, acts[work->act], work->name, work->seal,
                       work->token, work->origin, bytes, (size_t)size);
        return kept ? job : 0;
}

ImportWork *import_work_find(Db *db, int64_t job)
{
        g_autoptr(Stmt) row = db_query(db,
                                       "SELECT event_id, account_id, act, name, seal, token, origin, slug, report, "
                                       "bytes FROM import_job JOIN event ON event.id = event_id WHERE job_id = $1",
                                       "i", job);
        if (!stmt_next(row))
                return NULL;
        ImportWork *work = g_new0(ImportWork, 1);
        work->event = stmt_int(row, 0);
        work->account = stmt_int(row, 1);
        while (!g_str_equal(acts[work->act], stmt_text(row, 2)))
                work->act++;
        work->name = g_strdup(stmt_text(row, 3));
        work->seal = g_strdup(stmt_text(row, 4));
        work->token = g_strdup(stmt_text(row, 5));
        work->origin = g_strdup(stmt_text(row, 6));
        work->slug = g_strdup(stmt_text(row, 7));
        work->report = g_strdup(stmt_text(row, 8));
        size_t size = 0;
        const void *bytes = stmt_is_null(row, 9) ? NULL : stmt_blob(row, 9, &size);
        work->packed = bytes ? g_bytes_new(bytes, size) : NULL;
        return work;
}

bool import_work_report(Db *db, int64_t job, const char *report)
{
        return db_run(db, "UPDATE import_job SET report = $2 WHERE job_id = $1", "it", job, report);
}

bool import_work_is_open(Db *db, int64_t job)
{
        return db_int(db, 0, "SELECT 1 FROM job WHERE id = $1 AND state IN ('waiting', 'running')", "i", job) != 0;
}
