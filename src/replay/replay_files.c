/* The files to take away are made again when what is shown has changed: with chapters, and the sound alone. */
#include "replay/replay_rules.h"

#include "base/log.h"
#include "programme/programme.h"
#include "replay/replay_trace.h"

#include <sys/stat.h>

#define SOUND_NAME "sound.m4a"
#define MOVIE_NAME "replay.mp4"

static int64_t file_bytes(const char *folder, const char *name)
{
        g_autofree char *path = g_build_filename(folder, name, NULL);
        struct stat facts;
        return stat(path, &facts) == 0 ? facts.st_size : 0;
}

static bool on_progress(void *owner, int64_t done, int64_t total)
{
        return job_progress(owner, done, total);
}

/* What one recording's files are made of, read in one snapshot. */
typedef struct {
        GArray *pieces, *moments; /* of RecorderPiece, of ReplayMoment */
        GArray *dark;             /* of int64_t: RecorderRemake.dark */
        bool ended;
} Plan;

static void plan_clear(Plan *plan)
{
        g_clear_pointer(&plan->pieces, g_array_unref);
        g_clear_pointer(&plan->moments, g_array_unref);
        g_clear_pointer(&plan->dark, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Plan, plan_clear)

/* Where the whole recording holds what was taken back; hosts do not see it either. */
static GArray *dark_of(Db *db, Store *store, const Replay *replay)
{
        bool ended;
        g_autofree char *path = replay_folder_path(store, replay->folder);
        g_autoptr(GArray) all = recorder_pieces(path, &ended), off = live_withdrawn_spans(db, replay->talk);
        return replay_dark(all, off);
}

static Plan plan_of(Job *job, const Replay *replay)
{
        Db *db = store_read_begin(job_store(job));
        g_autoptr(Talk) talk = replay->talk ? talk_by_id(db, replay->talk) : NULL;
        Plan plan = { 0 };
        plan.pieces = replay_shown_pieces(db, job_store(job), replay, &plan.ended);
        plan.dark = dark_of(db, job_store(job), replay);
        const Lang *lang = talk && *talk->language ? lang_find(talk->language) : NULL;
        plan.moments = replay_chapters(db, replay, plan.pieces, lang ? lang : job_lang(job));
        store_read_end(job_store(job), db);
        return plan;
}

static bool remake(Job *job, const Replay *replay, const Plan *plan, const char *folder, GError **error)
{
        g_autoptr(GArray) chapters = g_array_new(FALSE, FALSE, sizeof(RecorderChapter));
        g_autoptr(GPtrArray) titles = g_ptr_array_new_with_free_func(g_free);
        for (guint i = 0; i < plan->moments->len; i++) {
                const ReplayMoment *moment = &g_array_index(plan->moments, ReplayMoment, i);
                char *title = g_strconcat(moment->head, moment->hit ? moment->hit : "",
                                          moment->tail ? moment->tail : "", NULL);
                g_ptr_array_add(titles, title);
                RecorderChapter chapter = { moment->at_us, title };
                g_array_append_val(chapters, chapter);
        }
        return recorder_remake(&(RecorderRemake){ .folder = folder,
                                                  .title = replay->title,
                                                  .pieces = plan->pieces,
                                                  .chapters = (const RecorderChapter *)chapters->data,
                                                  .chapter_count = chapters->len,
                                                  .dark = plan->dark,
                                                  .on_progress = on_progress,
                                                  .owner = job },
                               error);
}

/* False when the job shall end. What cannot be made is said in the log, and tried again later: until then files that
 * hold what is not shown stay hidden. */
static bool make_one(Job *job, const Replay *replay)
{
        g_autofree char *folder = replay_folder_path(job_store(job), replay->folder);
        g_auto(Plan) plan = plan_of(job, replay);
        g_autoptr(GError) error = NULL;
        bool made = plan.pieces && plan.pieces->len && plan.ended && remake(job, replay, &plan, folder, &error);
        if (!made && !job_progress(job, 0, 1))
                return false;
        if (!made)
                log_warn("recording=%s its files cannot be made: %s", replay->folder,
                         error ? error->message : "there is no list of it");
        g_autoptr(GError) fault = NULL;
        Db *db = store_write_begin(job_store(job), WRITE_JOB);
        bool kept = made ? replay_store_made(db, replay, file_bytes(folder, MOVIE_NAME), file_bytes(folder, SOUND_NAME))
                         : replay_store_tried(db, replay->id);
        if (!store_write_end(job_store(job), db, kept, &fault))
                log_warn("recording=%s: %s", replay->folder, fault->message);
        return true;
}

bool replay_files_job(Job *job, GError **error)
{
        Db *db = store_read_begin(job_store(job));
        g_autoptr(GPtrArray) stale = replay_store_stale(db, job_event(job));
        store_read_end(job_store(job), db);
        for (guint i = 0; i < stale->len; i++)
                if (!make_one(job, stale->pdata[i]))
                        return false;
        return true;
}

void replay_ask_files(Store *store, JobRunner *runner)
{
        Db *reader = store_read_begin(store);
        g_autoptr(GPtrArray) stale = replay_store_stale(reader, 0);
        store_read_end(store, reader);
        if (!stale->len)
                return;
        g_autoptr(GError) error = NULL;
        Db *db = store_write_begin(store, WRITE_JOB);
        bool asked = true;
        for (guint i = 0; asked && i < stale->len; i++)
                asked = job_add(db, "replay-files", ((const Replay *)stale->pdata[i])->event, 0,
                                lang_code(lang_default())) > 0;
        if (store_write_end(store, db, asked, &error))
                job_runner_wake(runner);
        else
                log_warn("replay-files: cannot be asked for: %s", error ? error->message : "store");
}
