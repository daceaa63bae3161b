/* Long work, done one after the other on a thread of its own: with percent, remaining time, cancel, and a state that
 * survives a restart.
 *
 * The application has a table of kinds; whoever may, starts one from /:event/organise/jobs/ or /admin/jobs/, or
 * job_add() does in a turn of its own. A kind's run() does the work in pieces and asks job_progress() between them:
 *
 *   static bool export_run(Job *job, GError **error)
 *   {
 *           for (int64_t i = 0; i < count; i++) {
 *                   if (!job_progress(job, i, count))
 *                           return false;           // cancelled, or the server ends: it is asked again, or not
 *                   …
 *           }
 *           return job_keep_text(job, "registrations.csv", "text/csv; charset=utf-8", text, error);
 *   }
 *
 * May be included by mail and above. */
#pragma once
#include "web/html.h"

typedef struct JobRunner JobRunner;
typedef struct Job Job; /* one that runs; belongs to the runner's thread */

typedef struct {
        const char *name;  /* "backup": letters and "-" */
        const char *title; /* source words for tr() */
        const char *text;  /* what it does and what comes of it, likewise; NULL: it is not started from the page */
        Right right;       /* who may start it, see it, cancel it and have its file */
        bool of_event;     /* else of the server, and OWNER is the right */
        bool again;        /* a crash in the middle: it is run again; else it says that it failed */
        bool (*run)(Job *job, GError **error);
        bool prompt; /* holds the writer for long turns: it keeps its priority, else others would wait for it */
} JobKind;

typedef struct {
        Store *store;
        const JobKind *kinds; /* ends with { 0 } */
        gpointer context;     /* for job_context() */
        /* The frame of an event's page, which this low folder does not know; event 0: the server's. */
        Html *(*page)(Request *req, Db *db, int64_t event, const Page *page);
} JobConfig;

/* What was running when the server went away waits again, or has failed; then goes on. */
JobRunner *job_runner_start(const JobConfig *config);
/* The job at hand is told to end; it waits for the next start. NULL is fine. */
void job_runner_stop(JobRunner *runner);
/* There is something new to do. Any thread, after the commit. */
void job_runner_wake(JobRunner *runner);
/* The application gives the runner to the routes. */
JobRunner *job_runner_of(const Request *req);

/* Asks for work; db is the writer. event and account: 0 for none. The id of the one that waits or runs already when
 * there is one of that kind and event; 0 on failure. Then wake the runner. */
int64_t job_add(Db *db, const char *kind, int64_t event, int64_t account, const char *lang);
/* The same for work that is like no other of its kind: 0 too when one of that kind and event is open. */
int64_t job_add_alone(Db *db, const char *kind, int64_t event, int64_t account, const char *lang);
/* Erases what has ended long ago, and its files: daily, by app. */
bool job_expire(Store *store);

/* Of a running job. */
Store *job_store(const Job *job);
gpointer job_context(const Job *job);
int64_t job_id(const Job *job);
int64_t job_event(const Job *job); /* 0: none */
const Lang *job_lang(const Job *job);
/* How far it is, in any units; false when it shall end. Cheap: it may be called for every row. */
bool job_progress(Job *job, int64_t done, int64_t total);
/* The same inside of a turn of the writer, where nothing can be kept: it is told to who asks. */
bool job_step(Job *job, int64_t done, int64_t total);
/* Of what is done, so much was done before this run or cost nothing: the time that remains is told without it. */
void job_spared(Job *job, int64_t spared);
/* Where it can go on after a stop: "" at first. */
const char *job_mark(const Job *job);
bool job_set_mark(Job *job, const char *mark);
/* Where files that come of it belong: DATA/jobs/ID, perhaps not there yet. (transfer full) */
char *job_folder(const Job *job);
/* What came of it: a file of its own below the data folder; or one that is there already, by its path below it. */
bool job_keep_text(Job *job, const char *name, const char *type, const char *text, GError **error);
void job_set_result(Job *job, const char *path, const char *name, const char *type);
/* What came of it, or why it failed, has a page of its own: its path below the event's organise/. */
void job_set_page(Job *job, const char *page);
/* A sentence for people, source words. */
void job_set_message(Job *job, const char *message);

extern const Route job_routes[];
