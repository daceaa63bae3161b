/* Each speaker's own voice of a recording, kept by the recorder as apart/PERSON-PART.opus: who agreed is listed, of who
 * takes that back it is deleted for good. */
#include "replay/replay_rules.h"

#include "base/log.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

static void voice_free(gpointer data)
{
        ReplayVoice *voice = data;
        g_free(voice->file);
        g_free(voice->name);
        g_free(voice);
}

static char *voices_path(const Store *store, const Replay *replay)
{
        g_autofree char *folder = replay_folder_path(store, replay->folder);
        return g_build_filename(folder, "apart", NULL);
}

static int by_person(gconstpointer a, gconstpointer b)
{
        const ReplayVoice *first = *(ReplayVoice *const *)a, *second = *(ReplayVoice *const *)b;
        return first->person != second->person ? first->person - second->person : first->part - second->part;
}

/* All that lie there; file and person alone. (transfer full) of ReplayVoice */
static GPtrArray *found(const char *path)
{
        GPtrArray *voices = g_ptr_array_new_with_free_func(voice_free);
        g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
        const char *file;
        int person, part;
        while (folder && (file = g_dir_read_name(folder))) {
                if (!media_voice(file, &person, &part))
                        continue;
                ReplayVoice *voice = g_new0(ReplayVoice, 1);
                *voice = (ReplayVoice){ .person = person, .part = part, .file = g_strdup(file) };
                g_ptr_array_add(voices, voice);
        }
        g_ptr_array_sort(voices, by_person);
        return voices;
}

GPtrArray *replay_voices(Db *db, const Store *store, const Replay *replay)
{
        if (!replay->voices_room)
                return g_ptr_array_new_with_free_func(voice_free);
        g_autofree char *folder = voices_path(store, replay);
        GPtrArray *voices = found(folder);
        for (guint i = voices->len; i > 0; i--) {
                ReplayVoice *voice = voices->pdata[i - 1];
                g_autofree char *path = g_build_filename(folder, voice->file, NULL);
                struct stat facts;
                if (!live_agrees(db, replay->voices_room, voice->person) || stat(path, &facts) < 0) {
                        g_ptr_array_remove_index(voices, i - 1);
                        continue;
                }
                voice->bytes = facts.st_size;
                voice->name = db_text(db, "SELECT name FROM live_person WHERE room_id = $1 AND id = $2", "ii",
                                      replay->voices_room, (int64_t)voice->person);
        }
        return voices;
}

char *replay_voice_path(Db *db, const Store *store, const Replay *replay, const char *file)
{
        int person, part;
        if (!replay->voices_room || !media_voice(file, &person, &part) || !live_agrees(db, replay->voices_room, person))
                return NULL;
        g_autofree char *folder = voices_path(store, replay), *path = g_build_filename(folder, file, NULL);
        return g_file_test(path, G_FILE_TEST_IS_REGULAR) ? g_steal_pointer(&path) : NULL;
}

/* --- Taken back --------------------------------------------------------------------------------------------------- */

static int64_t settle_one(Db *db, const Store *store, const Replay *replay)
{
        g_autofree char *folder = voices_path(store, replay);
        g_autoptr(GPtrArray) voices = found(folder);
        int64_t deleted = 0;
        for (guint i = 0; i < voices->len; i++) {
                const ReplayVoice *voice = voices->pdata[i];
                g_autofree char *path = g_build_filename(folder, voice->file, NULL);
                struct stat facts;
                if (live_agrees(db, replay->voices_room, voice->person) || stat(path, &facts) < 0)
                        continue;
                if (g_unlink(path) == 0)
                        deleted += facts.st_size;
                else if (errno != ENOENT)
                        log_warn("recording=%s a voice cannot be deleted: %s", replay->folder, g_strerror(errno));
        }
        return deleted;
}

/* The recorder itself says what the recording takes while it lasts. */
static void note_deleted(Store *store, const Replay *replay, int64_t bytes)
{
        g_autoptr(GError) error = NULL;
        Db *db = store_write_begin(store, WRITE_JOB);
        bool kept = db_run(db, "UPDATE recording SET bytes = max(0, bytes - $2) WHERE id = $1 AND state = 'ready'",
                           "ii", replay->id, bytes);
        if (!store_write_end(store, db, kept, &error))
                log_warn("recording=%s: %s", replay->folder, error->message);
        log_info("recording=%s consent=changed voices=deleted", replay->folder);
}

void replay_settle_voices(Store *store)
{
        Db *db = store_read_begin(store);
        g_autoptr(GPtrArray) replays = replay_store_with_voices(db);
        g_autofree int64_t *deleted = g_new0(int64_t, replays->len + 1);
        for (guint i = 0; i < replays->len; i++)
                deleted[i] = settle_one(db, store, replays->pdata[i]);
        store_read_end(store, db);
        for (guint i = 0; i < replays->len; i++)
                if (deleted[i])
                        note_deleted(store, replays->pdata[i], deleted[i]);
}
