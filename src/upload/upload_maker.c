/* The thread that makes recordings of what has arrived: one file at a time, since a modest machine has rooms to serve.
 * A file that was cut off by a stop or a crash still waits in the store, and goes on behind its last piece. */
#include "upload/upload_private.h"

#include "base/folder.h"
#include "base/log.h"
#include "base/time.h"
#include "replay/replay.h"

#include <errno.h>
#include <glib/gstdio.h>

#define RETRY_US (20 * SECOND_US)     /* after the disk was full or the store could not be written */
#define TELL_EVERY_US (2 * SECOND_US) /* how far it is */

struct UploadMaker {
        Store *store;
        GThread *thread;
        GMutex mutex;
        GCond wake;
        bool asked, ending; /* under the mutex */
};

static bool is_ending(UploadMaker *maker)
{
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&maker->mutex);
        return maker->ending;
}

/* --- One file ----------------------------------------------------------------------------------------------------- */

typedef struct {
        UploadMaker *maker;
        const Film *film;
        int64_t told_us, looked_us;
        bool given_up; /* its row is gone */
} Making;

static bool stops(void *owner)
{
        Making *making = owner;
        if (monotonic_us() - making->looked_us > SECOND_US) {
                making->looked_us = monotonic_us();
                Db *db = store_read_begin(making->maker->store);
                making->given_up = !upload_store_has(db, making->film->key) && !db_failed(db);
                store_read_end(making->maker->store, db);
        }
        return making->given_up || is_ending(making->maker);
}

static bool on_piece(void *owner, int64_t made_us, int64_t length_us, bool anew)
{
        Making *making = owner;
        Store *store = making->maker->store;
        if (monotonic_us() - making->told_us > TELL_EVERY_US) {
                making->told_us = monotonic_us();
                Db *db = store_write_begin(store, WRITE_JOB);
                store_write_end(store, db, upload_store_progress(db, making->film->id, made_us, length_us, anew), NULL);
        }
        return !stops(making);
}

static bool settle(UploadMaker *maker, const Film *film, ConvertFault fault)
{
        g_autoptr(GError) error = NULL;
        Db *db = store_write_begin(maker->store, WRITE_JOB);
        bool kept = store_write_end(maker->store, db, upload_store_settle(db, film->id, fault), &error);
        if (!kept)
                log_warn("upload: store: %s", error->message);
        return kept;
}

/* What a recording's folder is called: it tells nothing that the replay's page does not. (transfer full) */
static char *media_name(const Film *film)
{
        return g_strdup_printf("import-%" G_GINT64_FORMAT, film->id);
}

/* Moves the pieces to where replays lie. Again after a crash: they may be there already. */
static bool move_to_media(const Store *store, const Film *film, const char *to)
{
        g_autofree char *from = upload_film(store, film->key), *parent = g_path_get_dirname(to);
        if (g_file_test(to, G_FILE_TEST_IS_DIR))
                return true;
        if (g_mkdir_with_parents(parent, 0755) == 0 && g_rename(from, to) == 0)
                return true;
        log_warn("upload: %s: %s", to, g_strerror(errno));
        return false;
}

static int64_t pieces_length_us(const char *folder)
{
        bool ended;
        int64_t length_us = 0;
        g_autoptr(GArray) pieces = recorder_pieces(folder, &ended);
        for (guint i = 0; pieces && i < pieces->len; i++)
                length_us += g_array_index(pieces, RecorderPiece, i).length_us;
        return length_us;
}

/* It plays from now on; the one file to download is made by who mends replays (replay/). */
static bool publish(UploadMaker *maker, const Film *film, int64_t clock_us)
{
        g_autofree char *name = media_name(film), *folder = replay_folder_path(maker->store, name);
        if (!move_to_media(maker->store, film, folder))
                return false;
        RecorderEvent event = { .kind = RECORDER_EVENT_STATE,
                                .state = RECORDER_PLAYS,
                                .length_us = pieces_length_us(folder),
                                .bytes = film->size };
        return replay_note(maker->store, &(ReplayOf){ film->event, film->talk, name, film->title, clock_us }, &event);
}

static int64_t begins_us(UploadMaker *maker, int64_t talk_id)
{
        Db *db = store_read_begin(maker->store);
        g_autoptr(Talk) talk = talk_by_id(db, talk_id);
        store_read_end(maker->store, db);
        return talk ? talk->start_us : now_us();
}

/* True when it is over with this file for now; false: tried again later. */
static bool make(UploadMaker *maker, const Film *film)
{
        Making making = { .maker = maker, .film = film };
        g_autofree char *file = upload_file(maker->store, film->key), *folder = upload_film(maker->store, film->key);
        g_autofree char *name = media_name(film), *there = replay_folder_path(maker->store, name);
        int64_t clock_us = begins_us(maker, film->talk), began_us = monotonic_us();
        bool stopped = false;
        ConvertFault fault = CONVERT_FAULT_NONE;
        if (!g_file_test(there, G_FILE_TEST_IS_DIR))
                fault = recorder_convert(&(ConvertPlan){ .file = file,
                                                         .folder = folder,
                                                         .clock_us = clock_us,
                                                         .on_piece = on_piece,
                                                         .stops = stops,
                                                         .owner = &making },
                                         &stopped);
        if (stopped || making.given_up)
                return true;
        if (!fault && !publish(maker, film, clock_us))
                fault = CONVERT_FAULT_DISK;
        log_info("upload=%" G_GINT64_FORMAT " fault=%s ms=%" G_GINT64_FORMAT, film->id, convert_fault_word(fault),
                 (monotonic_us() - began_us) / 1000);
        bool later = fault == CONVERT_FAULT_DISK || fault == CONVERT_FAULT_PROGRAM;
        return settle(maker, film, fault) && !later;
}

/* --- The thread --------------------------------------------------------------------------------------------------- */

static void wait_for_work(UploadMaker *maker, bool failed)
{
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&maker->mutex);
        int64_t until = g_get_monotonic_time() + RETRY_US;
        while (!maker->ending && !maker->asked) {
                if (!failed)
                        g_cond_wait(&maker->wake, &maker->mutex);
                else if (!g_cond_wait_until(&maker->wake, &maker->mutex, until))
                        break;
        }
        maker->asked = false;
}

static gpointer run(gpointer data)
{
        UploadMaker *maker = data;
        while (!is_ending(maker)) {
                upload_tidy(maker->store);
                Db *db = store_read_begin(maker->store);
                g_autoptr(Film) film = upload_store_waiting(db);
                store_read_end(maker->store, db);
                bool failed = film && !make(maker, film);
                if (!film || failed)
                        wait_for_work(maker, failed);
        }
        return NULL;
}

UploadMaker *upload_maker_start(Store *store)
{
        UploadMaker *maker = g_new0(UploadMaker, 1);
        maker->store = store;
        g_mutex_init(&maker->mutex);
        g_cond_init(&maker->wake);
        maker->thread = g_thread_new("uploads", run, maker);
        return maker;
}

void upload_maker_wake(UploadMaker *maker)
{
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&maker->mutex);
        maker->asked = true;
        g_cond_signal(&maker->wake);
}

void upload_maker_stop(UploadMaker *maker)
{
        if (!maker)
                return;
        g_mutex_lock(&maker->mutex);
        maker->ending = true;
        g_cond_signal(&maker->wake);
        g_mutex_unlock(&maker->mutex);
        g_thread_join(maker->thread);
        g_mutex_clear(&maker->mutex);
        g_cond_clear(&maker->wake);
        g_free(maker);
}
