/* The server's half of taking in a recording made elsewhere: starts treteau-converter and keeps what it says. The child
 * is not believed: every size and length is checked, and what it calls a piece begins as one does. */
#include "record/record.h"

#include "base/worker.h"
#include "base/folder.h"
#include "base/log.h"
#include "record/recorder/playlist.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
        PIECE_CPU_MOST_S = 600,
        PIECE_WAIT_MOST_S = 3600, /* on a machine that has other work */
        INIT_BYTES_MAX = 64 << 10,
        LIST_EVERY_US = 2000000,
};

typedef struct Work {
        const ConvertPlan *plan;
        Worker *child;
        GArray *pieces; /* RecorderPiece, those of the list and those that are not in it yet */
        int64_t made_us, length_us, listed_us;
        unsigned init;
        bool anew, has_init, stopped;
        ConvertWay again;
} Work;

static bool keep(const Work *work, const char *name, const void *bytes, size_t size)
{
        g_autofree char *path = g_build_filename(work->plan->folder, name, NULL);
        g_autoptr(GError) error = NULL;
        GFileSetContentsFlags flags = G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE;
        if (g_file_set_contents_full(path, bytes, (gssize)size, flags, 0644, &error))
                return true;
        log_warn("converter: %s", error->message);
        return false;
}

/* What is not in the list is made again after a crash. */
static bool keep_list(Work *work, bool ended)
{
        g_autofree char *text = recorder_list(work->pieces, ended, 0, NULL);
        work->listed_us = g_get_monotonic_time();
        return keep(work, PLAYLIST_NAME, text, strlen(text));
}

/* Its bytes, when they begin with a box of this type (ISO/IEC 14496-12 4.2). (transfer full), NULL */
static uint8_t *take_file(const Work *work, size_t size, size_t most, const char *type)
{
        if (size < 16 || size > most)
                return NULL;
        g_autofree uint8_t *bytes = g_malloc(size);
        if (!worker_bytes(work->child, bytes, size) || memcmp(bytes + 4, type, 4) != 0)
                return NULL;
        return g_steal_pointer(&bytes);
}

static ConvertFault take_init(Work *work, size_t size)
{
        const RecorderPiece *last =
                work->pieces->len ? &g_array_index(work->pieces, RecorderPiece, work->pieces->len - 1) : NULL;
        g_autofree uint8_t *bytes = take_file(work, size, INIT_BYTES_MAX, "ftyp");
        char name[FILE_NAME_BYTES];
        if (!bytes)
                return CONVERT_FAULT_BROKEN;
        work->init = last ? last->init + 1 : 0;
        work->has_init = true;
        init_file_name(work->init, name);
        return keep(work, name, bytes, size) ? CONVERT_FAULT_NONE : CONVERT_FAULT_DISK;
}

static ConvertFault take_piece(Work *work, int64_t length_us, size_t size)
{
        const RecorderPiece *last =
                work->pieces->len ? &g_array_index(work->pieces, RecorderPiece, work->pieces->len - 1) : NULL;
        if (!work->has_init || length_us <= 0 || length_us > CONVERT_PIECE_S_MAX * G_USEC_PER_SEC)
                return CONVERT_FAULT_BROKEN;
        if (work->made_us + length_us > CONVERT_HOURS_MAX * INT64_C(3600) * G_USEC_PER_SEC)
                return CONVERT_FAULT_LONG;
        g_autofree uint8_t *bytes = take_file(work, size, CONVERT_PIECE_BYTES_MAX, "styp");
        if (!bytes)
                return CONVERT_FAULT_BROKEN;
        worker_turn(work->child);
        RecorderPiece piece = { .segment = last ? last->segment + 1 : 0,
                                .init = work->init,
                                .begins_stretch = !last || last->init != work->init,
                                .clock_us = work->plan->clock_us + work->made_us,
                                .length_us = length_us };
        char name[FILE_NAME_BYTES];
        segment_file_name(piece.segment, name);
        if (!keep(work, name, bytes, size))
                return CONVERT_FAULT_DISK;
        g_array_append_val(work->pieces, piece);
        work->made_us += length_us;
        if (g_get_monotonic_time() - work->listed_us > LIST_EVERY_US && !keep_list(work, false))
                return CONVERT_FAULT_DISK;
        work->stopped = !work->plan->on_piece(work->plan->owner, work->made_us, work->length_us, work->anew);
        return CONVERT_FAULT_NONE;
}

/* One line of the answer. ret_ended: it was the last. */
static ConvertFault take_line(Work *work, const char *line, bool *ret_ended)
{
        int64_t length_us = 0;
        unsigned size = 0, way = 0;
        int anew = 0;
        char word[WORKER_LINE_BYTES];
        if (sscanf(line, "piece %18" G_GINT64_FORMAT " %9u", &length_us, &size) == 2)
                return take_piece(work, length_us, size);
        if (sscanf(line, "init %9u", &size) == 1)
                return take_init(work, size);
        if (sscanf(line, "film %18" G_GINT64_FORMAT " %1d", &length_us, &anew) == 2) {
                work->length_us = CLAMP(length_us, 0, CONVERT_HOURS_MAX * INT64_C(3600) * G_USEC_PER_SEC);
                work->anew = anew == 1;
                return CONVERT_FAULT_NONE;
        }
        *ret_ended = true;
        if (!strcmp(line, "end"))
                return work->pieces->len ? CONVERT_FAULT_NONE : CONVERT_FAULT_BROKEN;
        if (sscanf(line, "again %1u", &way) == 1 && way > CONVERT_COPY && way < N_CONVERT_WAYS) {
                work->again = (ConvertWay)way;
                return CONVERT_FAULT_NONE;
        }
        return sscanf(line, "no %20s", word) == 1 ? convert_fault_of(word) : CONVERT_FAULT_BROKEN;
}

static ConvertFault fault_of_end(WorkerEnd end)
{
        switch (end) {
        case WORKER_LATE:
                return CONVERT_FAULT_TIME;
        case WORKER_MEMORY:
                return CONVERT_FAULT_MEMORY;
        default:
                return CONVERT_FAULT_BROKEN;
        }
}

/* One run of the child, from where the pieces end. */
static ConvertFault run(Work *work, ConvertWay way)
{
        char from[24], way_word[4], line[WORKER_LINE_BYTES];
        g_snprintf(from, sizeof from, "%" G_GINT64_FORMAT, work->made_us);
        g_snprintf(way_word, sizeof way_word, "%d", way);
        g_autoptr(Worker) child = worker_start(&(WorkerPlan){ .program = "treteau-converter",
                                                              .place = "record/converter",
                                                              .file = work->plan->file,
                                                              .words = { way_word, from },
                                                              .piece_cpu_s = PIECE_CPU_MOST_S,
                                                              .piece_wait_s = PIECE_WAIT_MOST_S,
                                                              .stops = work->plan->stops,
                                                              .owner = work->plan->owner });
        if (!child)
                return CONVERT_FAULT_PROGRAM;
        work->child = child;
        work->has_init = false;
        bool ended = false;
        ConvertFault fault = CONVERT_FAULT_NONE;
        while (!ended && !fault && !work->stopped && worker_line(child, line))
                fault = take_line(work, line, &ended);
        work->stopped |= worker_was_stopped(child);
        WorkerEnd end = worker_end(child, ended || fault || work->stopped);
        work->child = NULL;
        if (!ended && !fault && !work->stopped)
                fault = fault_of_end(end);
        return fault;
}

/* Which way an unfinished recording was begun in, beside its pieces. */
#define WAY_NAME ".way"

static ConvertWay read_way(const Work *work)
{
        g_autofree char *path = g_build_filename(work->plan->folder, WAY_NAME, NULL), *text = NULL;
        if (!g_file_get_contents(path, &text, NULL, NULL))
                return CONVERT_COPY;
        return (ConvertWay)CLAMP(atoi(text), 0, N_CONVERT_WAYS - 1);
}

/* From nothing, another way. */
static bool begin_anew(Work *work, ConvertWay way)
{
        char text[4];
        g_snprintf(text, sizeof text, "%d", way);
        folder_remove(work->plan->folder);
        g_array_set_size(work->pieces, 0);
        work->made_us = 0;
        work->again = CONVERT_COPY;
        return g_mkdir_with_parents(work->plan->folder, 0755) == 0 && keep(work, WAY_NAME, text, strlen(text));
}

static ConvertFault run_all(Work *work)
{
        for (ConvertWay way = read_way(work);;) {
                ConvertFault fault = run(work, way);
                if (fault == CONVERT_FAULT_NONE && !work->stopped && work->again > way) {
                        way = work->again;
                        if (!begin_anew(work, way))
                                return CONVERT_FAULT_DISK;
                        continue;
                }
                /* What is made is kept for the next run. */
                bool whole = fault == CONVERT_FAULT_NONE && !work->stopped;
                bool kept = work->pieces->len == 0 || keep_list(work, whole);
                return fault || kept ? fault : CONVERT_FAULT_DISK;
        }
}

ConvertFault recorder_convert(const ConvertPlan *plan, bool *ret_stopped)
{
        Work work = { .plan = plan };
        bool ended = false;
        *ret_stopped = false;
        if (g_mkdir_with_parents(plan->folder, 0755) != 0) {
                log_warn("converter: %s: %s", plan->folder, g_strerror(errno));
                return CONVERT_FAULT_DISK;
        }
        work.pieces = recorder_pieces(plan->folder, &ended);
        if (!work.pieces)
                work.pieces = g_array_new(FALSE, FALSE, sizeof(RecorderPiece));
        for (guint i = 0; i < work.pieces->len; i++)
                work.made_us += g_array_index(work.pieces, RecorderPiece, i).length_us;
        ConvertFault fault = ended ? CONVERT_FAULT_NONE : run_all(&work);
        *ret_stopped = work.stopped;
        g_array_unref(work.pieces);
        return fault;
}
