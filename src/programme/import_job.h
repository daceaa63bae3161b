/* An import as long work: the file is kept, read and written by the runner of jobs, and what came of it has the same
 * page as one that is written at once. Private to programme/. */
#pragma once
#include "job/job.h"
#include "programme/import_run.h"

typedef enum { IMPORT_ACT_CHECK, IMPORT_ACT_IMPORT, IMPORT_ACT_SEEN } ImportAct;

typedef struct {
        int64_t event, account;
        ImportAct act;
        char *name, *seal, *token, *origin, *slug; /* seal, token: of the preview that was seen, else "" */
        GBytes *packed;                            /* NULL once it has ended */
        char *report;                              /* "" until there is one */
} ImportWork;
void import_work_free(ImportWork *work);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImportWork, import_work_free)

/* Whether a page should not wait for a file of this kind and size: it would take more than about half a second. */
bool import_is_long(GBytes *bytes);
/* In a turn: the job's id; 0 when one of this event is under way, or the store refused (db_failed). */
int64_t import_work_add(Db *db, const ImportWork *work, const char *lang);
/* NULL when there is none. The slug is the event's of now. */
ImportWork *import_work_find(Db *db, int64_t job);
bool import_work_report(Db *db, int64_t job, const char *report);
/* Of this event: whether its job is still open. */
bool import_work_is_open(Db *db, int64_t job);

/* What a result's page shows. */
typedef struct {
        char *fault;              /* NULL when it was kept */
        GPtrArray *lines, *notes; /* char *: the counts; what could not be kept */
        char *token;              /* its preview; NULL when it was not only looked at */
        bool changed;             /* the event did, since the preview was seen */
} ImportResult;
/* (transfer full) one line of JSON. lang: of its words. token: NULL for none */
char *import_result_write(const ImportReport *report, const Lang *lang, const char *token, bool changed);
/* NULL: not one of ours */
ImportResult *import_result_read(const char *text);
void import_result_free(ImportResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImportResult, import_result_free)
