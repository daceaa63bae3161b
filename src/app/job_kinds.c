#include "app/job_kinds.h"

#include "backup/backup.h"
#include "base/log.h"
#include "base/time.h"
#include "conference/conference.h"
#include "picture/picture.h"
#include "programme/programme.h"
#include "replay/replay.h"
#include "stats/stats.h"

#include <string.h>

#define DAILY 7
#define WEEKLY 4

static bool on_progress(void *owner, uint64_t done, uint64_t total, uint64_t spared)
{
        job_spared(owner, (int64_t)spared);
        return job_progress(owner, (int64_t)done, (int64_t)total);
}

static BackupWish wish_of(Job *job)
{
        return (BackupWish){ .folder = store_folder(job_store(job)),
                             .key_file = app_backup_plan(job_context(job))->key_file,
                             .now_us = now_us(),
                             .progress = on_progress,
                             .owner = job };
}

/* After a restart it goes on with the recordings that lie in the pool already. */
static bool backup_run(Job *job, GError **error)
{
        BackupWish wish = wish_of(job);
        wish.to = app_backup_plan(job_context(job))->to;
        wish.daily = DAILY;
        wish.weekly = WEEKLY;
        g_autoptr(Backup) backup = backup_make(&wish, error);
        if (!backup)
                return false;
        log_info("job=%" G_GINT64_FORMAT " backup bytes=%" G_GUINT64_FORMAT " pooled=%" G_GUINT64_FORMAT, job_id(job),
                 backup->archive_bytes, backup->pooled_bytes);
        job_set_message(job, wish.to ? N_("The backup lies where this server keeps its backups.")
                                     : N_("The backup lies in the folder “backups” of this server. Copy that folder to "
                                          "another machine: what lies on the same disk is lost with it."));
        return true;
}

static bool copy_run(Job *job, GError **error)
{
        BackupWish wish = wish_of(job);
        g_autofree char *folder = job_folder(job);
        wish.to = folder;
        wish.whole = true;
        g_autoptr(Backup) backup = backup_make(&wish, error);
        if (!backup)
                return false;
        g_autofree char *name = g_path_get_basename(backup->path);
        g_autofree char *below = g_strdup_printf("jobs/%" G_GINT64_FORMAT "/%s", job_id(job), name);
        job_set_result(job, below, name, "application/octet-stream");
        job_set_message(job, N_("Take this file to another machine: a backup on the same disk is lost with it."));
        return true;
}

static bool statistics_run(Job *job, GError **error)
{
        Db *db = store_read_begin(job_store(job));
        g_autofree char *csv = stats_csv(db, job_event(job), job_lang(job));
        store_read_end(job_store(job), db);
        return job_progress(job, 1, 2) && job_keep_text(job, "statistics.csv", "text/csv; charset=utf-8", csv, error);
}

static bool on_pictures(gpointer owner, int64_t done, int64_t total)
{
        return job_progress(owner, done, total);
}

static bool pictures_run(Job *job, GError **error)
{
        unsigned count = 0;
        if (!pictures_tidy_all(job_store(job), on_pictures, job, &count, error))
                return false;
        g_autofree char *sentence =
                g_strdup_printf(tr_n(job_lang(job), "%u picture that nothing shows any more was removed.",
                                     "%u pictures that nothing shows any more were removed.", count),
                                count);
        job_set_message(job, sentence);
        return true;
}

static bool transcript_run(Job *job, GError **error)
{
        return replay_transcribe_job(job, app_config(job_context(job))->transcribe, error);
}

static const JobKind KINDS[] = {
        { "backup", N_("Backup"),
          N_("Everything: events, people, recordings, pictures, keys. It holds personal data. What the backups before "
             "it "
             "hold already is not copied again; after a restart it goes on where it was."),
          RIGHT_OWNER, false, true, backup_run },
        { "copy", N_("Copy to take away"),
          N_("The same in one file that needs no other, to download. Keep it where only you can read it."), RIGHT_OWNER,
          false, true, copy_run },
        { "pictures", N_("Clean-up of pictures"),
          N_("Removes the files of pictures that no event, person or partner has any more. It is done every day by "
             "itself, some at a time."),
          RIGHT_OWNER, false, true, pictures_run },
        { "statistics", N_("Statistics for a spreadsheet"),
          N_("The figures of the page “Statistics” in a CSV file; no figure under five is in it."), RIGHT_ORGANISER,
          true, true, statistics_run },
        { "import", N_("Import of a programme"), NULL, RIGHT_PROGRAMME, true, true, programme_import_job,
          .prompt = true },
        { "transcript", N_("Transcripts of replays"),
          N_("A program of this server listens to the replays that have no captions and writes down what it hears, for "
             "people to correct. What somebody has written already is left alone."),
          RIGHT_ORGANISER, true, true, transcript_run },
        { "replay-files", N_("Files of replays"), NULL, RIGHT_ORGANISER, true, true, replay_files_job },
        { 0 },
};

static Html *begin_page(Request *req, Db *db, int64_t event, const Page *page)
{
        g_autoptr(Event) found = event ? conference_event(db, event) : NULL;
        return found ? conference_page(req, found, EVENT_ORGANISE, page) : page_begin(req, page);
}

JobRunner *job_kinds_start(App *app)
{
        return job_runner_start(
                &(JobConfig){ .store = app_store(app), .kinds = KINDS, .context = app, .page = begin_page });
}

JobRunner *job_runner_of(const Request *req)
{
        return app_job_runner(request_context(req));
}

void job_ask(Store *store, JobRunner *runner, const char *kind)
{
        g_autoptr(GError) error = NULL;
        Db *db = store_write_begin(store, WRITE_JOB);
        int64_t id = job_add(db, kind, 0, 0, lang_code(lang_default()));
        if (store_write_end(store, db, id > 0, &error))
                job_runner_wake(runner);
        else
                log_warn("%s: cannot be asked for: %s", kind, error ? error->message : "store");
}

void backup_when_due(Store *store, JobRunner *runner, const BackupPlan *plan)
{
        int64_t last_us = backup_last(store_folder(store), NULL), now = now_us();
        /* A clock that was set back must not put backups off for long. */
        if (plan->hours <= 0 || (last_us <= now && now - last_us < plan->hours * HOUR_US))
                return;
        job_ask(store, runner, "backup");
}
