#include "record/recorder/apart.h"

#include "record/recorder/file.h"
#include "record/recorder/ogg.h"

#include <errno.h>
#include <fcntl.h>
#include <opus/opus.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "apart"
#define SECOND_US INT64_C(1000000)
#define FRAME_US INT64_C(20000)
#define SYNC_US (5 * SECOND_US)              /* what a power cut may take of a voice; each file more often would cost */
#define AWAY_MOST_US (48 * 3600 * SECOND_US) /* a moment further behind the beginning is none of this recording */
enum {
        RATE = 48000,
        FRAME_SAMPLES = 960,
        APART_SAMPLES = 2 * FRAME_SAMPLES, /* that a voice may lie beside its moment before it is put right */
        PACKET_SAMPLES_MOST = 5760,
        WAITING_MOST = 6000, /* packets before the start: thirty voices for four seconds */
        PART_MOST = 99,
        NAME_BYTES = 40,
        HELD_BYTES_MOST = 256 << 10, /* of a voice, while the disk is full: a minute and more */
};

typedef struct {
        uint32_t person;
        unsigned part; /* 0: no file yet */
        OggStream stream;
        GByteArray *unwritten;
        int64_t since_us;     /* when the first of it came, or when it could last not be written */
        int64_t synced_us;    /* when the file was last had on the disk */
        int64_t kept_samples; /* that the file holds, and in how many pages */
        uint32_t kept_pages;
} Own;

typedef struct {
        uint32_t person;
        int64_t time_us;
        size_t size;
        uint8_t opus[];
} Waiting;

struct Apart {
        int64_t length_us;  /* of what was there before */
        int64_t started_us; /* 0: not yet */
        GHashTable *own;    /* person → Own */
        GQueue waiting;     /* of Waiting */
};

/* --- Files -------------------------------------------------------------------------------------------------------- */

static void own_free(gpointer data)
{
        Own *own = data;
        ogg_clear(&own->stream);
        g_byte_array_unref(own->unwritten);
        g_free(own);
}

static void file_name(const Own *own, char ret_name[NAME_BYTES])
{
        g_snprintf(ret_name, NAME_BYTES, FOLDER "/%06u-%u.opus", own->person, own->part);
}

/* A file of its own: what others began, or another run, stays as it is. */
static int create(Own *own)
{
        int file = -1;
        mkdir(FOLDER, 0755); /* is there from the second time on */
        for (own->part = 1; own->part <= PART_MOST; own->part++) {
                char name[NAME_BYTES];
                file_name(own, name);
                file = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
                if (file >= 0 || errno != EEXIST)
                        break;
        }
        return file;
}

static int reopen(const Own *own)
{
        char name[NAME_BYTES];
        file_name(own, name);
        return open(name, O_WRONLY | O_APPEND | O_CLOEXEC);
}

static bool append(int file, const GByteArray *bytes)
{
        struct stat before;
        if (fstat(file, &before) < 0)
                return false;
        for (guint done = 0; done < bytes->len;) {
                ssize_t n = write(file, bytes->data + done, bytes->len - done);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0) {
                        int cut = ftruncate(file,
                                            before.st_size); /* half a page helps nobody; readers look for the next */
                        (void)cut;
                        return false;
                }
                done += (guint)n;
        }
        return true;
}

/* Back to what the file holds, or (removed) to a further file: silence stands for what is lost. */
static void lose(Own *own, bool removed)
{
        if (removed)
                own->part = 0;
        if (!own->part)
                own->kept_samples = own->kept_pages = 0;
        own->stream.samples = own->kept_samples;
        own->stream.pages = own->kept_pages;
        own->stream.segments = 0;
        g_byte_array_set_size(own->stream.body, 0);
        g_byte_array_set_size(own->unwritten, 0);
}

static void remove_own(const Own *own)
{
        char name[NAME_BYTES];
        file_name(own, name);
        unlink(name);
}

/* The error of the system, or 0. What could not be written whole is not there. */
static int write_file(Own *own, bool is_new, bool sync)
{
        int file = is_new ? create(own) : reopen(own);
        if (file < 0)
                return errno;
        int code = append(file, own->unwritten) ? 0 : errno;
        if (!code && sync)
                fdatasync(file);
        close(file);
        if (is_new && code)
                remove_own(own);
        if (is_new && !code) {
                folder_sync_at(FOLDER);
                folder_sync();
        }
        return code;
}

/* As the recording waits for room in its outbox; a file that somebody removed is not waited for. */
static bool waits(const Own *own, bool is_new, int code)
{
        bool full = code == ENOSPC || code == EDQUOT || code == EFBIG;
        return (is_new || full) && own->unwritten->len <= HELD_BYTES_MOST;
}

static void write_own(Own *own, int64_t now_us)
{
        bool is_new = own->part == 0, sync = is_new || now_us - own->synced_us >= SYNC_US;
        ogg_flush(&own->stream, own->unwritten);
        if (!own->unwritten->len)
                return;
        int code = write_file(own, is_new, sync);
        if (code && waits(own, is_new, code)) {
                own->since_us = now_us;
                own->part = is_new ? 0 : own->part;
                return;
        }
        if (code) {
                lose(own, is_new || code == ENOENT);
                return;
        }
        if (sync)
                own->synced_us = now_us;
        own->kept_samples = own->stream.samples;
        own->kept_pages = own->stream.pages;
        g_byte_array_set_size(own->unwritten, 0);
}

/* --- Packets ------------------------------------------------------------------------------------------------------ */

static Own *own_of(Apart *apart, uint32_t person)
{
        Own *own = g_hash_table_lookup(apart->own, GUINT_TO_POINTER(person));
        if (own)
                return own;
        own = g_new0(Own, 1);
        own->person = person;
        own->unwritten = g_byte_array_new();
        ogg_init(&own->stream, 0);
        g_hash_table_insert(apart->own, GUINT_TO_POINTER(person), own);
        return own;
}

static void keep(Apart *apart, uint32_t person, const uint8_t *opus, size_t size, int64_t time_us)
{
        int samples = opus_packet_get_nb_samples(opus, (opus_int32)size, RATE);
        int64_t since_us = time_us - apart->started_us;
        if (samples <= 0 || samples > PACKET_SAMPLES_MOST || since_us < -FRAME_US || since_us > AWAY_MOST_US)
                return;
        Own *own = own_of(apart, person);
        int64_t position = (apart->length_us + since_us) * (RATE / 1000) / 1000;
        if (position < own->stream.samples - APART_SAMPLES) /* late, or of a clock that runs ahead of ours */
                return;
        if (!own->unwritten->len && !own->stream.segments)
                own->since_us = time_us;
        if (!own->part && own->stream.pages == 0) {
                own->stream.serial = person;
                ogg_put_head(&own->stream, own->unwritten);
        }
        int64_t missing = position - own->stream.samples;
        if (missing >= APART_SAMPLES || own->stream.samples == 0)
                ogg_silence(&own->stream, missing, own->unwritten);
        ogg_packet(&own->stream, opus, size, samples, own->unwritten);
}

void apart_packet(Apart *apart, uint32_t person, const uint8_t *opus, size_t size, int64_t time_us)
{
        if (size == 0 || size > OGG_PACKET_BYTES)
                return;
        if (apart->started_us) {
                keep(apart, person, opus, size, time_us);
                return;
        }
        Waiting *waiting = g_malloc(sizeof *waiting + size);
        waiting->person = person;
        waiting->time_us = time_us;
        waiting->size = size;
        memcpy(waiting->opus, opus, size);
        g_queue_push_tail(&apart->waiting, waiting);
        if (apart->waiting.length > WAITING_MOST)
                g_free(g_queue_pop_head(&apart->waiting));
}

void apart_start(Apart *apart, int64_t time_us)
{
        Waiting *waiting;
        if (apart->started_us)
                return;
        apart->started_us = time_us;
        while ((waiting = g_queue_pop_head(&apart->waiting))) {
                keep(apart, waiting->person, waiting->opus, waiting->size, waiting->time_us);
                g_free(waiting);
        }
}

/* --- Life --------------------------------------------------------------------------------------------------------- */

static void write_all(Apart *apart, int64_t until_us, int64_t now_us)
{
        GHashTableIter all;
        gpointer value;
        g_hash_table_iter_init(&all, apart->own);
        while (g_hash_table_iter_next(&all, NULL, &value))
                if (((Own *)value)->since_us <= until_us)
                        write_own(value, now_us);
}

void apart_tick(Apart *apart, int64_t now_us)
{
        write_all(apart, now_us - SECOND_US, now_us);
}

void apart_finish(Apart *apart)
{
        write_all(apart, INT64_MAX, INT64_MAX);
}

int64_t apart_bytes(void)
{
        int64_t total = 0;
        g_autoptr(GDir) folder = g_dir_open(FOLDER, 0, NULL);
        const char *name;
        struct stat status;
        while (folder && (name = g_dir_read_name(folder))) {
                g_autofree char *path = g_build_filename(FOLDER, name, NULL);
                if (stat(path, &status) == 0)
                        total += status.st_size;
        }
        return total;
}

Apart *apart_new(int64_t length_us)
{
        Apart *apart = g_new0(Apart, 1);
        apart->length_us = length_us;
        apart->own = g_hash_table_new_full(NULL, NULL, NULL, own_free);
        g_queue_init(&apart->waiting);
        return apart;
}

void apart_free(Apart *apart)
{
        if (!apart)
                return;
        g_hash_table_unref(apart->own);
        g_queue_clear_full(&apart->waiting, g_free);
        g_free(apart);
}
