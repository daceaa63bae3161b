#include "record/recorder/join.h"

#include "record/recorder/box.h"
#include "record/recorder/file.h"
#include "record/recorder/fragment.h"
#include "record/recorder/languages.h"
#include "record/recorder/mp4.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
        HEAD_BYTES = 256 << 10,
        COPY_BYTES = 256 << 10,
        INIT_BYTES_MOST = 64 << 10,
        DURATION_MOST_S = 60,
        CHAPTERS_MOST = 255,
        CHAPTER_BYTES = 255
};

/* A segment's samples of one track: they lie together in the file. */
typedef struct Chunk {
        uint64_t offset; /* from the first byte of mdat's content */
        uint32_t n_samples, description;
} Chunk;

typedef struct Run {
        uint32_t n, duration;
} Run;

/* Samples in a row that are shown as long after their turn. */
typedef struct Shift {
        uint32_t n;
        int32_t units;
} Shift;

/* The tables of one track while they grow. */
typedef struct Track {
        GArray *chunks;             /* of Chunk */
        GArray *durations;          /* of Run */
        GArray *shifts;             /* of Shift */
        GArray *sizes, *keys;       /* of uint32_t; numbers of key samples count from 1 */
        uint64_t length, next_time; /* in the track's units; where the last sample is said to end */
} Track;

/* Where a segment's bytes are to be copied from: its own file, or that of a language (NULL: none). */
typedef struct Source {
        unsigned segment;
        const char *code; /* borrowed from Spoken */
        uint64_t offsets[2], sizes[2];
} Source;

/* A language's own track: its samples lie in files of their own. */
typedef struct Spoken {
        char *code;
        Track track;
} Spoken;

typedef struct Movie {
        Track picture, sound;
        GArray *spoken;          /* of Spoken */
        GPtrArray *descriptions; /* of GBytes; index 0 is description 1 */
        GArray *sources;         /* of Source */
        uint64_t bytes;          /* of all samples */
        GBytes *sound_entry;
        unsigned width, height;
        const JoinWish *wish;  /* borrowed */
        unsigned next_segment; /* that follows the last one without a cut */
} Movie;

static const char *movie_name(const Movie *movie)
{
        return movie->wish->sound ? JOIN_SOUND_NAME : JOIN_NAME;
}

/* --- Tables ------------------------------------------------------------------------------------------------------- */

static void track_init(Track *track)
{
        *track = (Track){ .chunks = g_array_new(FALSE, FALSE, sizeof(Chunk)),
                          .durations = g_array_new(FALSE, FALSE, sizeof(Run)),
                          .shifts = g_array_new(FALSE, FALSE, sizeof(Shift)),
                          .sizes = g_array_new(FALSE, FALSE, sizeof(uint32_t)),
                          .keys = g_array_new(FALSE, FALSE, sizeof(uint32_t)) };
}

static void track_clear(Track *track)
{
        g_array_unref(track->chunks);
        g_array_unref(track->durations);
        g_array_unref(track->shifts);
        g_array_unref(track->sizes);
        g_array_unref(track->keys);
}

static void add_duration(Track *track, uint32_t duration)
{
        GArray *runs = track->durations;
        Run *last = runs->len > 0 ? &g_array_index(runs, Run, runs->len - 1) : NULL;
        track->length += duration;
        if (last && last->duration == duration) {
                last->n++;
                return;
        }
        Run run = { 1, duration };
        g_array_append_val(runs, run);
}

static void add_shift(Track *track, int32_t units)
{
        Shift *last = track->shifts->len > 0 ? &g_array_index(track->shifts, Shift, track->shifts->len - 1) : NULL;
        if (last && last->units == units) {
                last->n++;
                return;
        }
        Shift shift = { 1, units };
        g_array_append_val(track->shifts, shift);
}

/* The last sample lasts until this one begins, whatever was said of it: tracks stay beside each other over a break. */
static void correct_last_duration(Track *track, uint64_t time, unsigned rate)
{
        GArray *runs = track->durations;
        if (runs->len == 0 || time == track->next_time)
                return;
        Run *last = &g_array_index(runs, Run, runs->len - 1);
        uint32_t said = last->duration;
        int64_t duration = (int64_t)said + (int64_t)time - (int64_t)track->next_time;
        track->length -= said;
        if (--last->n == 0)
                g_array_set_size(runs, runs->len - 1);
        add_duration(track, (uint32_t)CLAMP(duration, 1, (int64_t)DURATION_MOST_S * rate));
}

static void add_chunk(Track *track, const FragmentTrack *from, uint64_t offset, uint32_t description, unsigned rate)
{
        if (from->samples->len == 0)
                return;
        correct_last_duration(track, from->time, rate);
        track->next_time = from->time;
        for (guint i = 0; i < from->samples->len; i++) {
                const FragmentSample *sample = &g_array_index(from->samples, FragmentSample, i);
                add_duration(track, sample->duration);
                add_shift(track, sample->shown_after);
                track->next_time += sample->duration;
                g_array_append_val(track->sizes, sample->size_bytes);
                if (sample->key)
                        g_array_append_val(track->keys, track->sizes->len);
        }
        Chunk chunk = { offset, from->samples->len, description };
        g_array_append_val(track->chunks, chunk);
}

/* --- Reading the folder ------------------------------------------------------------------------------------------- */

static Movie *movie_new(const JoinWish *wish)
{
        Movie *movie = g_new0(Movie, 1);
        movie->wish = wish;
        track_init(&movie->picture);
        track_init(&movie->sound);
        movie->descriptions = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
        movie->sources = g_array_new(FALSE, FALSE, sizeof(Source));
        movie->spoken = g_array_new(FALSE, TRUE, sizeof(Spoken));
        g_auto(GStrv) codes = wish->sound ? g_new0(char *, 1) : languages_heard();
        for (char **code = codes; *code && movie->spoken->len < RECORD_LANGUAGES; code++) {
                Spoken spoken = { .code = g_strdup(*code) };
                track_init(&spoken.track);
                g_array_append_val(movie->spoken, spoken);
        }
        return movie;
}

static void movie_free(Movie *movie)
{
        track_clear(&movie->picture);
        track_clear(&movie->sound);
        for (guint i = 0; i < movie->spoken->len; i++) {
                track_clear(&g_array_index(movie->spoken, Spoken, i).track);
                g_free(g_array_index(movie->spoken, Spoken, i).code);
        }
        g_array_unref(movie->spoken);
        g_ptr_array_unref(movie->descriptions);
        g_array_unref(movie->sources);
        g_clear_pointer(&movie->sound_entry, g_bytes_unref);
        g_free(movie);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Movie, movie_free)

static GBytes *read_entry(unsigned init, uint32_t track_id)
{
        char name[FILE_NAME_BYTES];
        init_file_name(init, name);
        g_autofree char *bytes = NULL;
        gsize length;
        const uint8_t *entry;
        size_t size;
        if (!g_file_get_contents(name, &bytes, &length, NULL) || length > INIT_BYTES_MOST ||
            !init_entry((const uint8_t *)bytes, length, track_id, &entry, &size))
                return NULL;
        return g_bytes_new(entry, size);
}

GBytes *join_read_description(unsigned init)
{
        return read_entry(init, PICTURE_TRACK_ID);
}

/* The number of this init's description in the one movie, from 1; equal ones are kept once. 0: it cannot be read. */
static uint32_t movie_description(Movie *movie, unsigned init)
{
        g_autoptr(GBytes) entry = join_read_description(init);
        if (!entry)
                return 0;
        if (!movie->sound_entry)
                movie->sound_entry = read_entry(init, SOUND_TRACK_ID);
        for (guint i = 0; i < movie->descriptions->len; i++)
                if (g_bytes_equal(movie->descriptions->pdata[i], entry))
                        return i + 1;
        gsize size;
        const uint8_t *bytes = g_bytes_get_data(entry, &size);
        /* Shown size of a VisualSampleEntry (12.1.3): the largest one gives the track's. */
        if (size >= 36) {
                movie->width = MAX(movie->width, get_u32(bytes + 32) >> 16);
                movie->height = MAX(movie->height, get_u32(bytes + 32) & 0xffff);
        }
        g_ptr_array_add(movie->descriptions, g_steal_pointer(&entry));
        return movie->descriptions->len;
}

static void source_name(unsigned segment, const char *code, char ret_name[2 * FILE_NAME_BYTES])
{
        if (code)
                language_segment_name(code, segment, ret_name);
        else
                segment_file_name(segment, ret_name);
}

static bool read_fragment(unsigned segment, const char *code, uint8_t *head, Fragment *ret_fragment)
{
        char name[2 * FILE_NAME_BYTES];
        source_name(segment, code, name);
        int descriptor = open(name, O_RDONLY | O_CLOEXEC);
        struct stat status;
        bool ok = descriptor >= 0 && fstat(descriptor, &status) == 0;
        ssize_t n = ok ? read(descriptor, head, HEAD_BYTES) : -1;
        if (descriptor >= 0)
                close(descriptor);
        uint64_t size = n > 0 ? (uint64_t)status.st_size : 0;
        return n > 0 && (code ? fragment_parse_sound(head, (size_t)n, size, ret_fragment)
                              : fragment_parse(head, (size_t)n, size, ret_fragment));
}

/* What is missing of a language is silence: its next piece stands where it says. */
static void movie_add_spoken(Movie *movie, unsigned segment, uint8_t *head)
{
        for (guint i = 0; i < movie->spoken->len; i++) {
                Spoken *spoken = &g_array_index(movie->spoken, Spoken, i);
                Fragment fragment;
                if (!read_fragment(segment, spoken->code, head, &fragment))
                        continue;
                Source source = { .segment = segment,
                                  .code = spoken->code,
                                  .offsets = { fragment.sound.offset },
                                  .sizes = { fragment.sound.bytes } };
                g_array_append_val(movie->sources, source);
                add_chunk(&spoken->track, &fragment.sound, movie->bytes, 1, SOUND_RATE);
                movie->bytes += fragment.sound.bytes;
                fragment_clear(&fragment);
        }
}

/* What was cut out leaves no hole: the sound goes on where it ended, and every track is moved by as much, so that they
 * stay beside each other to a tick. */
static void close_cut(Movie *movie, const Fragment *fragment)
{
        if (fragment->sound.samples->len > 0 && movie->sound.sizes->len > 0) {
                int64_t gap = (int64_t)fragment->sound.time - (int64_t)movie->sound.next_time;
                movie->sound.next_time += (uint64_t)gap;
                movie->picture.next_time += (uint64_t)(gap * PICTURE_RATE / SOUND_RATE);
                for (guint i = 0; i < movie->spoken->len; i++)
                        g_array_index(movie->spoken, Spoken, i).track.next_time += (uint64_t)gap;
        } else {
                movie->picture.next_time = fragment->picture.time;
        }
}

static void movie_add(Movie *movie, const PlaylistEntry *entry, uint8_t *head)
{
        uint32_t description = movie_description(movie, entry->init);
        Fragment fragment;
        if (description == 0 || !read_fragment(entry->segment, NULL, head, &fragment))
                return;
        if (movie->sources->len > 0 && movie->next_segment != entry->segment)
                close_cut(movie, &fragment);
        movie->next_segment = entry->segment + 1;
        if (movie->wish->sound) {
                g_array_set_size(fragment.picture.samples, 0);
                fragment.picture.bytes = 0;
        }
        Source source = { .segment = entry->segment,
                          .offsets = { fragment.picture.offset, fragment.sound.offset },
                          .sizes = { fragment.picture.bytes, fragment.sound.bytes } };
        g_array_append_val(movie->sources, source);
        add_chunk(&movie->picture, &fragment.picture, movie->bytes, description, PICTURE_RATE);
        add_chunk(&movie->sound, &fragment.sound, movie->bytes + fragment.picture.bytes, 1, SOUND_RATE);
        movie->bytes += fragment.picture.bytes + fragment.sound.bytes;
        fragment_clear(&fragment);
        movie_add_spoken(movie, entry->segment, head);
}

/* --- Writing ------------------------------------------------------------------------------------------------------ */

static void put_durations(GByteArray *out, const GArray *runs)
{
        size_t table = full_box_open(out, "stts", 0, 0);
        put_u32(out, runs->len);
        for (guint i = 0; i < runs->len; i++) {
                put_u32(out, g_array_index(runs, Run, i).n);
                put_u32(out, g_array_index(runs, Run, i).duration);
        }
        box_close(out, table);
}

/* When pictures are shown that are decoded in another order (8.6.1.3, version 1: signed). */
static void put_shifts(GByteArray *out, const GArray *shifts)
{
        if (shifts->len == 1 && g_array_index(shifts, Shift, 0).units == 0)
                return;
        size_t table = full_box_open(out, "ctts", 1, 0);
        put_u32(out, shifts->len);
        for (guint i = 0; i < shifts->len; i++) {
                put_u32(out, g_array_index(shifts, Shift, i).n);
                put_u32(out, (uint32_t)g_array_index(shifts, Shift, i).units);
        }
        box_close(out, table);
}

/* Chunks alike are told once (8.7.4). */
static void put_chunks(GByteArray *out, const GArray *chunks)
{
        size_t table = full_box_open(out, "stsc", 0, 0), count_at = out->len;
        uint32_t n = 0;
        put_u32(out, 0);
        for (guint i = 0; i < chunks->len; i++) {
                const Chunk *chunk = &g_array_index(chunks, Chunk, i);
                if (i > 0 && chunk[-1].n_samples == chunk->n_samples && chunk[-1].description == chunk->description)
                        continue;
                put_u32(out, i + 1);
                put_u32(out, chunk->n_samples);
                put_u32(out, chunk->description);
                n++;
        }
        set_u32(out, count_at, n);
        box_close(out, table);
}

static void put_offsets(GByteArray *out, const GArray *chunks, uint64_t base)
{
        size_t table = full_box_open(out, "co64", 0, 0);
        put_u32(out, chunks->len);
        for (guint i = 0; i < chunks->len; i++)
                put_u64(out, base + g_array_index(chunks, Chunk, i).offset);
        box_close(out, table);
}

static void put_numbers(GByteArray *out, const GArray *numbers)
{
        put_u32(out, numbers->len);
        for (guint i = 0; i < numbers->len; i++)
                put_u32(out, g_array_index(numbers, uint32_t, i));
}

static void put_tables(GByteArray *out, const Track *track, bool picture, uint64_t base)
{
        put_durations(out, track->durations);
        put_shifts(out, track->shifts);
        put_chunks(out, track->chunks);
        size_t table = full_box_open(out, "stsz", 0, 0);
        put_u32(out, 0); /* sizes differ */
        put_numbers(out, track->sizes);
        box_close(out, table);
        put_offsets(out, track->chunks, base);
        if (!picture)
                return;
        table = full_box_open(out, "stss", 0, 0);
        put_numbers(out, track->keys);
        box_close(out, table);
}

static void put_descriptions(GByteArray *out, const Movie *movie, bool picture)
{
        size_t table = full_box_open(out, "stsd", 0, 0);
        put_u32(out, picture ? movie->descriptions->len : 1);
        for (guint i = 0; i < (picture ? movie->descriptions->len : 1); i++) {
                GBytes *entry = picture ? movie->descriptions->pdata[i] : movie->sound_entry;
                put_bytes(out, g_bytes_get_data(entry, NULL), g_bytes_get_size(entry));
        }
        box_close(out, table);
}

static void put_track(GByteArray *out, const Movie *movie, bool picture, uint64_t base)
{
        const Track *track = picture ? &movie->picture : &movie->sound;
        Mp4TrackHead head = { .id = picture ? PICTURE_TRACK_ID : SOUND_TRACK_ID,
                              .movie_length = track->length / (picture ? PICTURE_RATE / 1000 : SOUND_RATE / 1000),
                              .media_length = track->length,
                              .width = picture ? movie->width : 0,
                              .height = picture ? movie->height : 0 };
        size_t boxes[4];
        mp4_open_track(out, &head, boxes);
        put_descriptions(out, movie, picture);
        put_tables(out, track, picture, base);
        for (size_t i = G_N_ELEMENTS(boxes); i > 0; i--)
                box_close(out, boxes[i - 1]);
}

static void put_spoken(GByteArray *out, const Movie *movie, const Spoken *spoken, uint32_t id, uint64_t base)
{
        Mp4TrackHead head = { .id = id,
                              .movie_length = spoken->track.length / (SOUND_RATE / 1000),
                              .media_length = spoken->track.length,
                              .language = spoken->code };
        size_t boxes[4];
        if (spoken->track.chunks->len == 0)
                return;
        mp4_open_track(out, &head, boxes);
        put_descriptions(out, movie, false);
        put_tables(out, &spoken->track, false, base);
        for (size_t i = G_N_ELEMENTS(boxes); i > 0; i--)
                box_close(out, boxes[i - 1]);
}

/* Where players look for a title: the list that iTunes began, in udta (QuickTime File Format, "Metadata"). */
static void put_title(GByteArray *out, const char *title)
{
        size_t meta = full_box_open(out, "meta", 0, 0);
        size_t handler = full_box_open(out, "hdlr", 0, 0);
        put_u32(out, 0);
        put_text(out, "mdirappl");
        put_zeros(out, 9);
        box_close(out, handler);
        size_t list = box_open(out, "ilst");
        size_t name = box_open(out, "\251nam");
        size_t data = full_box_open(out, "data", 0, 1); /* 1: UTF-8 */
        put_u32(out, 0);
        put_text(out, title);
        box_close(out, data);
        box_close(out, name);
        box_close(out, list);
        box_close(out, meta);
}

/* Chapters as Nero began them, which VLC, ffmpeg and phones read: times in 100 ns, titles of one byte's length. */
static void put_chapters(GByteArray *out, const JoinWish *wish)
{
        size_t count = MIN(wish->chapter_count, CHAPTERS_MOST);
        size_t box = full_box_open(out, "chpl", 1, 0);
        put_u32(out, 0);
        put_u8(out, (uint8_t)count);
        for (size_t i = 0; i < count; i++) {
                const char *title = wish->chapters[i].title, *end = title;
                while (*end && g_utf8_next_char(end) - title <= CHAPTER_BYTES)
                        end = g_utf8_next_char(end);
                put_u64(out, (uint64_t)MAX(wish->chapters[i].at_us, 0) * 10);
                put_u8(out, (uint8_t)(end - title));
                put_bytes(out, title, (size_t)(end - title));
        }
        box_close(out, box);
}

static void put_user_data(GByteArray *out, const JoinWish *wish)
{
        if (!*wish->title && !wish->chapter_count)
                return;
        size_t user = box_open(out, "udta");
        if (wish->chapter_count)
                put_chapters(out, wish);
        if (*wish->title)
                put_title(out, wish->title);
        box_close(out, user);
}

static void put_movie(GByteArray *out, const Movie *movie, uint64_t base)
{
        size_t type = box_open(out, "ftyp");
        bool sound = movie->wish->sound;
        put_text(out, sound ? "M4A " : "isom");
        put_u32(out, 512);
        put_text(out, sound ? "M4A isomiso2mp42" : "isomiso2avc1mp41");
        box_close(out, type);
        size_t box = box_open(out, "moov");
        mp4_put_movie_header(
                out, MAX(movie->picture.length / (PICTURE_RATE / 1000), movie->sound.length / (SOUND_RATE / 1000)));
        if (movie->picture.chunks->len > 0)
                put_track(out, movie, true, base);
        if (movie->sound.chunks->len > 0 && movie->sound_entry)
                put_track(out, movie, false, base);
        for (guint i = 0; movie->sound_entry && i < movie->spoken->len; i++)
                put_spoken(out, movie, &g_array_index(movie->spoken, Spoken, i), SOUND_TRACK_ID + 1 + i, base);
        put_user_data(out, movie->wish);
        box_close(out, box);
        put_u32(out, 1); /* the size follows the type, in 64 bits */
        put_text(out, "mdat");
        put_u64(out, movie->bytes + 16);
}

static bool copy_bytes(int to, const char *name, int from, uint64_t offset, uint64_t size, uint8_t *buffer,
                       GError **error)
{
        while (size > 0) {
                ssize_t n = pread(from, buffer, MIN(size, COPY_BYTES), (off_t)offset);
                if (n <= 0) {
                        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_IO, "a segment became shorter");
                        return false;
                }
                if (!file_write(to, name, buffer, (size_t)n, error))
                        return false;
                offset += (uint64_t)n;
                size -= (uint64_t)n;
        }
        return true;
}

static bool copy_source(int to, const char *into, const Source *source, uint8_t *buffer, GError **error)
{
        char name[2 * FILE_NAME_BYTES];
        source_name(source->segment, source->code, name);
        int from = open(name, O_RDONLY | O_CLOEXEC);
        bool ok = true;
        for (size_t i = 0; ok && i < G_N_ELEMENTS(source->sizes); i++)
                ok = copy_bytes(to, into, from, source->offsets[i], source->sizes[i], buffer, error);
        if (from >= 0)
                close(from);
        return ok;
}

static bool write_movie(const Movie *movie, JoinProgress on_progress, void *owner, GError **error)
{
        g_autoptr(GByteArray) head = g_byte_array_new();
        put_movie(head, movie, 0);
        uint64_t base = head->len;
        g_byte_array_set_size(head, 0);
        put_movie(head, movie, base);

        const char *name = movie_name(movie);
        int to = file_begin(name, error);
        if (to < 0)
                return false;
        g_autofree uint8_t *buffer = g_malloc(COPY_BYTES);
        bool ok = file_write(to, name, head->data, head->len, error);
        for (guint i = 0; ok && i < movie->sources->len; i++) {
                ok = copy_source(to, name, &g_array_index(movie->sources, Source, i), buffer, error);
                on_progress(owner);
        }
        ok = file_commit(to, name, ok, true, error) && ok;
        folder_sync(); /* the server believes from here on that it is there */
        return ok;
}

bool join_segments(const Playlist *list, const char *title, JoinProgress on_progress, void *owner, GError **error)
{
        return join_make(list, &(JoinWish){ .title = title }, on_progress, owner, error);
}

bool join_make(const Playlist *list, const JoinWish *wish, JoinProgress on_progress, void *owner, GError **error)
{
        g_autoptr(Movie) movie = movie_new(wish);
        g_autofree uint8_t *head = g_malloc(HEAD_BYTES);
        for (guint i = 0; i < list->entries->len; i++) {
                movie_add(movie, &g_array_index(list->entries, PlaylistEntry, i), head);
                on_progress(owner);
        }
        if (movie->sources->len == 0) {
                g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT, "no segment can be read");
                return false;
        }
        return write_movie(movie, on_progress, owner, error);
}
