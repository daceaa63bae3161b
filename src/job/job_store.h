/* The only SQL of job/. Private to job/. */
#pragma once
#include "job/job_rules.h"
#include "store/db.h"

typedef struct {
        int64_t id, event, account; /* 0: none */
        char *kind, *lang, *mark, *message, *result, *result_name, *result_type, *page;
        JobState state;
        int64_t attempts, done, total, spared, created_us, started_us, ended_us;
        bool cancel;
} JobRow;
void job_row_free(JobRow *row);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JobRow, job_row_free)

/* The event's zone; for 0 that of the server's latest event, and the machine's own where there is none. (transfer full)
 */
GTimeZone *job_store_zone(Db *db, int64_t event);
/* NULL when there is none of this event (0: of the server). */
JobRow *job_store_find(Db *db, int64_t event, int64_t id);
/* The newest first. (transfer full) of JobRow */
GPtrArray *job_store_list(Db *db, int64_t event, int64_t limit);
/* In the order in which they were asked for. (transfer full) of JobRow */
GPtrArray *job_store_open(Db *db);
bool job_store_start(Db *db, int64_t id, int64_t now_us);
bool job_store_progress(Db *db, const JobRow *row);
bool job_store_mark(Db *db, int64_t id, const char *mark);
/* Ends it, by what the row says. */
bool job_store_end(Db *db, const JobRow *row, int64_t now_us);
/* Waits again; counted: the attempt was its own fault, or not. */
bool job_store_wait(Db *db, int64_t id, bool counted);
bool job_store_cancel(Db *db, int64_t event, int64_t id, int64_t now_us);
bool job_store_cancelled(Db *db, int64_t id);
/* Those that have ended before; their rows. (transfer full) of JobRow */
GPtrArray *job_store_ended_before(Db *db, int64_t before_us);
bool job_store_forget_result(Db *db, int64_t id);
bool job_store_delete(Db *db, int64_t id);
