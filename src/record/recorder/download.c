#include "record/recorder/download.h"

#include "record/recorder/file.h"
#include "record/recorder/join.h"
#include "record/recorder/mp4.h"
#include "record/recorder/slate.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

typedef struct Work {
        const Playlist *list;
        SessionSend send;
        void *owner;
        int64_t told_us; /* monotonic */
} Work;

static int64_t file_size(const char *name)
{
        struct stat status;
        return stat(name, &status) == 0 ? status.st_size : 0;
}

/* So that the server sees that this is work, not a hang. */
static void on_progress(void *owner)
{
        Work *work = owner;
        int64_t now_us = g_get_monotonic_time();
        if (now_us - work->told_us < G_USEC_PER_SEC)
                return;
        work->told_us = now_us;
        uint8_t body[16];
        bytes_put_i64(body, playlist_length_us(work->list));
        bytes_put_i64(body + 8, file_size("." JOIN_NAME ".part"));
        Message message = { .type = MESSAGE_PROGRESS, .body = body, .length = sizeof(body) };
        work->send(work->owner, &message);
}

static bool shows_slate(unsigned init)
{
        g_autoptr(GBytes) entry = join_read_description(init);
        g_autoptr(GByteArray) own = g_byte_array_new();
        size_t length;
        AvcDescription description;
        const uint8_t *picture = slate_picture(0, &length);
        if (avc_describe(picture, length, &description))
                mp4_put_picture_entry(own, &description);
        return entry && g_bytes_get_size(entry) == own->len &&
               memcmp(g_bytes_get_data(entry, NULL), own->data, own->len) == 0;
}

/* The middle of the first segment that shows somebody; the beginning when there is none. */
static int64_t poster_time_us(const Playlist *list)
{
        int64_t at_us = 0;
        unsigned slate_init = G_MAXUINT;
        for (guint i = 0; i < list->entries->len; i++) {
                const PlaylistEntry *entry = &g_array_index(list->entries, PlaylistEntry, i);
                if (entry->init != slate_init) {
                        if (!shows_slate(entry->init))
                                return at_us + entry->length_us / 2;
                        slate_init = entry->init;
                }
                at_us += entry->length_us;
        }
        return 0;
}

void download_picture(const char *const arguments[], const char *part, const char *name)
{
        int status;
        if (g_spawn_sync(NULL, (char **)arguments, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL,
                         NULL, NULL, &status, NULL) &&
            g_spawn_check_wait_status(status, NULL) && file_size(part) > 0)
                file_put(part, name, NULL);
        else
                remove(part);
}

void download_make_poster(const Playlist *list)
{
        static const char part[] = "." POSTER_NAME ".part";
        g_autofree char *at = g_strdup_printf("%.3f", (double)poster_time_us(list) / G_USEC_PER_SEC);
        const char *arguments[] = { "ffmpeg",   "-v",  "error",        "-nostdin", "-y", "-timelimit", "20",
                                    "-threads", "1",   "-ss",          at,         "-i", JOIN_NAME,    "-frames:v",
                                    "1",        "-vf", "scale=640:-2", "-q:v",     "5",  "-f",         "mjpeg",
                                    part,       NULL };
        download_picture(arguments, part, POSTER_NAME);
}

static void send_fault(Work *work, const GError *error)
{
        bool full = g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
        Message message = { .type = MESSAGE_FAULT,
                            .track = full ? RECORD_FAULT_DISK_FULL : RECORD_FAULT_DISK,
                            .body = (const uint8_t *)error->message,
                            .length = MIN(strlen(error->message), 200) };
        work->send(work->owner, &message);
}

void download_make(const Playlist *list, const char *title, SessionSend send, void *owner)
{
        Work work = { .list = list, .send = send, .owner = owner, .told_us = g_get_monotonic_time() };
        g_autoptr(GError) error = NULL;
        if (list->entries->len > 0 && file_size(JOIN_NAME) == 0) {
                if (join_segments(list, title, on_progress, &work, &error))
                        download_make_poster(list);
                else
                        send_fault(&work, error);
        }
        uint8_t body[8];
        bytes_put_i64(body, file_size(JOIN_NAME));
        Message message = { .type = MESSAGE_DOWNLOAD, .body = body, .length = sizeof(body) };
        send(owner, &message);
}
