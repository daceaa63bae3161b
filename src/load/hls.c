#include "load/hls.h"
#include "base/process.h"
#include "base/time.h"
#include "load/figures.h"
#include "load/http_answer.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SOURCE "127.0.0.%u"
#define SCOUT_US (SECOND_US / 2)
#define FIRST_LIST_US (10 * SECOND_US)
#define READ_BYTES (64 << 10)
#define OPENED_MAX 4 /* in one turn: a handshake waits */

typedef struct Hls Hls;

typedef struct {
        Hls *hls;
        Watch watch;
        Stream *stream;
        HttpAnswer answer;
        char *source;
        bool busy, asks_list, has_list;
        unsigned next_piece;
        int64_t due_us, every_us, asked_us; /* every_us: between two lists; 0: as the list says */
} Viewer;

struct Hls {
        Loop *loop;
        const RoomAddress *address;
        const HlsOptions *options;
        char *folder;
        Viewer *viewers; /* the first is the scout */
        unsigned count, opened;
        unsigned newest_piece; /* numbers begin at 0; + 1 */
        int64_t target_us;
        bool can_skip; /* who has read the list asks for its end alone */
        bool measuring;
        uint64_t lists, pieces, list_bytes, piece_bytes, reconnects, errors;
        Times *list_times, *piece_times, *late_times;
        char *failure;
};

static void viewer_close(Viewer *viewer)
{
        if (!viewer->stream)
                return;
        loop_remove(viewer->hls->loop, stream_fd(viewer->stream), &viewer->watch);
        g_clear_pointer(&viewer->stream, stream_free);
        viewer->busy = false;
}

/* It goes on with a new connection at its next turn. */
static void viewer_fail(Viewer *viewer, const char *what)
{
        Hls *hls = viewer->hls;
        hls->errors++;
        if (!hls->failure)
                hls->failure = g_strdup_printf("%s: %s", viewer->asks_list ? "a list" : "a piece", what);
        viewer_close(viewer);
        viewer->due_us = monotonic_us() + SECOND_US;
}

static void ask(Viewer *viewer, bool list, int64_t now_us)
{
        Hls *hls = viewer->hls;
        bool scout = viewer == hls->viewers;
        char file[32];
        g_snprintf(file, sizeof file, "s%06u.m4s", viewer->next_piece);
        g_autofree char *request =
                g_strdup_printf("GET %s%s%s HTTP/1.1\r\nHost: %s:%s\r\nAccept-Encoding: %s\r\n\r\n", hls->folder,
                                list ? strrchr(hls->options->list, '/') + 1 : file,
                                list && viewer->has_list && hls->can_skip ? "?_HLS_skip=YES" : "", hls->address->host,
                                hls->address->port, list && !scout ? "gzip" : "identity");
        size_t size = strlen(request);
        http_answer_begin(&viewer->answer, scout);
        viewer->asks_list = list;
        viewer->busy = true;
        viewer->asked_us = now_us;
        if (stream_send(viewer->stream, request, size) != (ssize_t)size)
                viewer_fail(viewer, g_strerror(errno));
}

/* The last piece of the list, and how long a piece may be. */
static void read_list(Hls *hls, const GString *text)
{
        const char *target = strstr(text->str, "#EXT-X-TARGETDURATION:"), *last = g_strrstr(text->str, "\ns");
        if (target)
                hls->target_us = g_ascii_strtoll(strchr(target, ':') + 1, NULL, 10) * SECOND_US;
        hls->can_skip = strstr(text->str, "CAN-SKIP-UNTIL=");
        if (last)
                hls->newest_piece = (unsigned)g_ascii_strtoull(last + 2, NULL, 10) + 1;
}

static void count_answer(Viewer *viewer, int64_t now_us)
{
        Hls *hls = viewer->hls;
        if (viewer->asks_list) {
                hls->lists++;
                hls->list_bytes += viewer->answer.bytes;
                times_add(hls->list_times, now_us - viewer->asked_us);
        } else {
                hls->pieces++;
                hls->piece_bytes += viewer->answer.bytes;
                times_add(hls->piece_times, now_us - viewer->asked_us);
        }
}

static void answered(Viewer *viewer, int64_t now_us)
{
        Hls *hls = viewer->hls;
        viewer->busy = false;
        if (viewer->answer.status != 200) {
                g_autofree char *status = g_strdup_printf("status %d", viewer->answer.status);
                viewer_fail(viewer, status);
                return;
        }
        bool scout = viewer == hls->viewers;
        if (scout)
                read_list(hls, viewer->answer.body);
        else if (hls->measuring)
                count_answer(viewer, now_us);
        if (!viewer->asks_list)
                viewer->next_piece++;
        else if (!viewer->has_list) /* who comes in begins with the newest */
                viewer->next_piece = hls->newest_piece - 1;
        viewer->has_list = true;
        if (viewer->answer.closes) {
                hls->reconnects++;
                viewer_close(viewer);
        } else if (!scout && viewer->next_piece < hls->newest_piece) {
                ask(viewer, false, now_us);
        }
}

static void on_ready(void *owner, int64_t now_us)
{
        static char bytes[READ_BYTES];
        Viewer *viewer = owner;
        while (viewer->stream) {
                ssize_t size = stream_receive(viewer->stream, bytes, sizeof bytes);
                if (size < 0 && (errno == EAGAIN || errno == EINTR))
                        return;
                if (size <= 0 && viewer->busy) {
                        viewer_fail(viewer, "the connection ended");
                } else if (size <= 0) { /* nginx has had enough of it */
                        viewer->hls->reconnects++;
                        viewer_close(viewer);
                } else {
                        AnswerState state =
                                viewer->busy ? http_answer_take(&viewer->answer, bytes, (size_t)size) : ANSWER_BROKEN;
                        if (state == ANSWER_DONE)
                                answered(viewer, monotonic_us());
                        else if (state == ANSWER_BROKEN)
                                viewer_fail(viewer, "an answer that is none");
                }
        }
}

static bool viewer_open(Viewer *viewer)
{
        Hls *hls = viewer->hls;
        g_autoptr(GError) error = NULL;
        viewer->stream = stream_open(hls->address->host, hls->address->port, viewer->source, hls->address->tls, &error);
        if (!viewer->stream) {
                viewer_fail(viewer, error->message);
                return false;
        }
        stream_set_waiting(viewer->stream, false);
        viewer->watch = (Watch){ on_ready, viewer };
        return loop_add(hls->loop, stream_fd(viewer->stream), &viewer->watch);
}

static void viewer_turn(Viewer *viewer, int64_t now_us)
{
        Hls *hls = viewer->hls;
        if (viewer->busy || now_us < viewer->due_us)
                return;
        if (!viewer->stream && (hls->opened++ >= OPENED_MAX || !viewer_open(viewer)))
                return;
        if (hls->measuring && viewer != hls->viewers)
                times_add(hls->late_times, now_us - viewer->due_us);
        viewer->due_us += viewer->every_us ? viewer->every_us : hls->target_us;
        ask(viewer, true, now_us);
}

static int64_t turn(Hls *hls)
{
        int64_t now_us = loop_turn(hls->loop);
        hls->opened = 0;
        for (unsigned i = 0; i < hls->count; i++)
                viewer_turn(&hls->viewers[i], now_us);
        return now_us;
}

static void viewer_init(Hls *hls, unsigned i, int64_t due_us)
{
        unsigned of_address = hls->options->per_address ? i / (unsigned)hls->options->per_address : 0;
        Viewer *viewer = &hls->viewers[i];
        *viewer = (Viewer){ .hls = hls, .due_us = due_us, .every_us = i == 0 ? SCOUT_US : 0 };
        viewer->source = hls->options->per_address ? g_strdup_printf(SOURCE, of_address + 1) : NULL;
        http_answer_init(&viewer->answer);
}

/* All have come in, and are spread over the length of a piece. */
static bool bring_in(Hls *hls)
{
        int64_t now_us = monotonic_us(), end_us = now_us + FIRST_LIST_US;
        viewer_init(hls, 0, now_us);
        hls->count = 1;
        while (!hls->newest_piece && (now_us = turn(hls)) < end_us)
                ;
        if (!hls->newest_piece || !hls->target_us)
                return false;
        unsigned viewers = (unsigned)hls->options->viewers;
        for (unsigned i = 1; i <= viewers; i++)
                viewer_init(hls, i, now_us + (int64_t)i * hls->options->settle_seconds * SECOND_US / viewers);
        hls->count = viewers + 1;
        end_us = now_us + hls->options->settle_seconds * SECOND_US + hls->target_us;
        while (turn(hls) < end_us)
                ;
        return true;
}

typedef struct {
        int64_t at_us;
        ProcessUse server, proxy;
} Look;

static Look look(const Hls *hls)
{
        Look seen = { .at_us = monotonic_us() };
        if (hls->options->server_pid)
                process_use(hls->options->server_pid, &seen.server);
        if (hls->options->proxy_pid)
                process_use(hls->options->proxy_pid, &seen.proxy);
        return seen;
}

static double cpu_percent(const ProcessUse *from, const ProcessUse *to, double wall_us)
{
        return (double)(to->user_us + to->system_us - from->user_us - from->system_us) / wall_us * 100;
}

static void report(Hls *hls, const Look *from, const Look *to)
{
        json_t *figures = json_object();
        double wall_us = (double)(to->at_us - from->at_us);
        figures_put_signed(figures, "viewers", hls->options->viewers);
        figures_put_real(figures, "seconds", wall_us / (double)SECOND_US);
        figures_put(figures, "lists", hls->lists);
        figures_put(figures, "pieces", hls->pieces);
        figures_put_real(figures, "list_bytes", (double)hls->list_bytes / (double)MAX(1, hls->lists));
        figures_put_real(figures, "piece_bytes", (double)hls->piece_bytes / (double)MAX(1, hls->pieces));
        figures_put(figures, "reconnects", hls->reconnects);
        figures_put(figures, "errors", hls->errors);
        figures_put_times(figures, "list", hls->list_times);
        figures_put_times(figures, "piece", hls->piece_times);
        figures_put_times(figures, "late", hls->late_times); /* the generator itself, for want of CPU */
        figures_put_real(figures, "server_cpu_percent", cpu_percent(&from->server, &to->server, wall_us));
        figures_put_real(figures, "proxy_cpu_percent", cpu_percent(&from->proxy, &to->proxy, wall_us));
        figures_print(figures, hls->options->json);
        json_decref(figures);
}

static void watch(Hls *hls)
{
        Look from = look(hls);
        hls->measuring = true;
        while (turn(hls) < from.at_us + hls->options->seconds * SECOND_US)
                ;
        Look to = look(hls);
        report(hls, &from, &to);
}

static void hls_clear(Hls *hls)
{
        for (unsigned i = 0; i < hls->count; i++) {
                viewer_close(&hls->viewers[i]);
                http_answer_clear(&hls->viewers[i].answer);
                g_free(hls->viewers[i].source);
        }
        g_array_unref(hls->list_times);
        g_array_unref(hls->piece_times);
        g_array_unref(hls->late_times);
        g_free(hls->viewers);
        g_free(hls->folder);
        g_free(hls->failure);
}

bool hls_run(Loop *loop, const RoomAddress *address, const HlsOptions *options)
{
        Hls hls = { .loop = loop,
                    .address = address,
                    .options = options,
                    .folder = g_strndup(options->list, (gsize)(strrchr(options->list, '/') + 1 - options->list)),
                    .viewers = g_new0(Viewer, (gsize)options->viewers + 1),
                    .list_times = times_new(),
                    .piece_times = times_new(),
                    .late_times = times_new() };
        bool good = bring_in(&hls);
        if (good)
                watch(&hls);
        if (!good || hls.failure)
                fprintf(stderr, "treteau-load: %s\n", hls.failure ? hls.failure : "there is no list of what is on air");
        good = good && hls.errors == 0 && hls.lists > 0;
        hls_clear(&hls);
        return good;
}
