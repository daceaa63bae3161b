#include "load/run.h"
#include "base/time.h"
#include "load/process.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PENDING_MAX 10 /* subscribers coming in at a time */
#define JOIN_MAX_US (60 * SECOND_US)
/* While it measures: what has come is taken after the server has sent its burst, not during it, so that the two do not
 * slow each other down over shared caches. */
#define MEASURED_TURN_US 5000
#define TURN_INTERVAL_US (10 * INT64_C(1000)) /* subscribers' reports and repairs */

typedef struct {
        Loop *loop;
        Network *network;
        Signalling *signalling;
        const RunOptions *options;
        GPtrArray *publishers, *subscribers;
        GArray *connected_us, *first_packet_us; /* of those who came in, gone ones included */
        SubscriberCounts gone;                  /* of those who left */
        unsigned numbers;
        int64_t next_turn_us, next_churn_us;
} Run;

typedef struct {
        int64_t at_us;
        SubscriberCounts received;
        uint64_t sent, repaired, key_frames_asked;
        ProcessUse server, own;
} Snapshot;

static void turn(Run *run)
{
        int64_t now_us = loop_turn(run->loop);
        for (guint i = 0; i < run->publishers->len; i++)
                publisher_turn(run->publishers->pdata[i], now_us);
        if (now_us < run->next_turn_us)
                return;
        run->next_turn_us = now_us + TURN_INTERVAL_US;
        for (guint i = 0; i < run->subscribers->len; i++)
                subscriber_turn(run->subscribers->pdata[i], now_us);
        run->signalling->turn(run->signalling, now_us);
}

static bool add_publisher(Run *run)
{
        g_autoptr(GError) error = NULL;
        guint number = run->publishers->len;
        const Track tracks[] = { { "0", "mic", CODEC_OPUS, burst_audio_source_new(), false },
                                 { "1", "camera", run->options->video, burst_source_new(run->options->video), false } };
        /* Publishers are spread over a frame's time, as cameras are. */
        int64_t phase_us = (int64_t)number * 33333 / run->options->publishers;
        Publisher *publisher = publisher_new(run->network, tracks, G_N_ELEMENTS(tracks), phase_us, &error);
        if (!publisher) {
                signalling_fail(run->signalling, "%s", error->message);
                return false;
        }
        g_ptr_array_add(run->publishers, publisher);
        run->signalling->publish(run->signalling, publisher);
        return true;
}

static bool add_subscriber(Run *run)
{
        g_autoptr(GError) error = NULL;
        Subscriber *subscriber = subscriber_new(run->network, &run->options->subscriber, run->numbers++, &error);
        if (!subscriber) {
                signalling_fail(run->signalling, "%s", error->message);
                return false;
        }
        g_ptr_array_add(run->subscribers, subscriber);
        run->signalling->subscribe(run->signalling, subscriber);
        return true;
}

static void note_times(Run *run, const Subscriber *subscriber)
{
        int64_t connected_us = subscriber_connected_us(subscriber);
        int64_t first_packet_us = subscriber_first_packet_us(subscriber);
        if (connected_us >= 0)
                g_array_append_val(run->connected_us, connected_us);
        if (first_packet_us >= 0)
                g_array_append_val(run->first_packet_us, first_packet_us);
}

static void drop_oldest(Run *run)
{
        Subscriber *subscriber = run->subscribers->pdata[0];
        note_times(run, subscriber);
        subscriber_count(subscriber, &run->gone);
        run->signalling->leave(run->signalling, subscriber);
        g_ptr_array_remove_index(run->subscribers, 0);
}

static void churn(Run *run)
{
        int64_t now_us = monotonic_us();
        if (run->options->churn_per_second <= 0 || now_us < run->next_churn_us || run->subscribers->len == 0)
                return;
        run->next_churn_us = now_us + (int64_t)((double)SECOND_US / run->options->churn_per_second);
        drop_oldest(run);
        add_subscriber(run);
}

static bool publishers_connected(const Run *run)
{
        for (guint i = 0; i < run->publishers->len; i++)
                if (publisher_state(run->publishers->pdata[i]) != LINK_CONNECTED)
                        return false;
        return true;
}

static unsigned count_waiting(const Run *run)
{
        unsigned waiting = 0;
        for (guint i = 0; i < run->subscribers->len; i++)
                waiting += subscriber_first_packet_us(run->subscribers->pdata[i]) < 0;
        return waiting;
}

static bool bring_in(Run *run)
{
        int64_t limit_us = monotonic_us() + JOIN_MAX_US;
        for (int i = 0; i < run->options->publishers; i++)
                if (!add_publisher(run))
                        return false;
        while (!publishers_connected(run) && !run->signalling->failure && monotonic_us() < limit_us)
                turn(run);
        for (unsigned waiting = 0; !run->signalling->failure && monotonic_us() < limit_us; turn(run)) {
                waiting = count_waiting(run);
                if (run->subscribers->len == (guint)run->options->subscribers && waiting == 0)
                        return publishers_connected(run);
                while (waiting < PENDING_MAX && run->subscribers->len < (guint)run->options->subscribers) {
                        if (!add_subscriber(run))
                                return false;
                        waiting++;
                }
        }
        signalling_fail(run->signalling, "only %u of %d subscribers got a packet within %d s",
                        run->subscribers->len - count_waiting(run), run->options->subscribers,
                        (int)(JOIN_MAX_US / SECOND_US));
        return false;
}

static void wait_seconds(Run *run, int seconds, bool churning)
{
        int64_t end_us = monotonic_us() + seconds * SECOND_US;
        while (monotonic_us() < end_us && !run->signalling->failure) {
                turn(run);
                if (churning)
                        churn(run);
        }
}

static Snapshot snapshot(const Run *run)
{
        Snapshot shot = { .at_us = monotonic_us(), .received = run->gone };
        for (guint i = 0; i < run->publishers->len; i++) {
                PublisherCounts counts = publisher_counts(run->publishers->pdata[i]);
                shot.sent += counts.packets;
                shot.repaired += counts.repaired;
                shot.key_frames_asked += counts.key_frames_asked;
        }
        for (guint i = 0; i < run->subscribers->len; i++)
                subscriber_count(run->subscribers->pdata[i], &shot.received);
        if (run->options->server_pid && !process_use(run->options->server_pid, &shot.server))
                signalling_fail(run->signalling, "the server (process %d) is gone", run->options->server_pid);
        process_use(getpid(), &shot.own);
        return shot;
}

static int compare_times(gconstpointer a, gconstpointer b)
{
        int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
        return x < y ? -1 : x > y;
}

/* The time that this share of them did not exceed, in milliseconds. */
static double percentile_ms(GArray *times_us, double share)
{
        if (times_us->len == 0)
                return -1;
        g_array_sort(times_us, compare_times);
        guint at = MIN((guint)((double)times_us->len * share), times_us->len - 1);
        return (double)g_array_index(times_us, int64_t, at) / 1000;
}

static double per_packet(int64_t before_us, int64_t after_us, uint64_t packets)
{
        return packets ? (double)(after_us - before_us) / (double)packets : 0;
}

static void put(json_t *figures, const char *name, uint64_t value)
{
        json_object_set_new(figures, name, json_integer((json_int_t)value));
}

static void put_real(json_t *figures, const char *name, double value)
{
        json_object_set_new(figures, name, json_real(value));
}

static void put_times(json_t *figures, const char *what, GArray *times_us)
{
        const struct {
                const char *name;
                double share;
        } marks[] = { { "median", 0.5 }, { "p95", 0.95 }, { "max", 1 } };
        for (size_t i = 0; i < G_N_ELEMENTS(marks); i++) {
                g_autofree char *name = g_strdup_printf("%s_ms_%s", what, marks[i].name);
                put_real(figures, name, percentile_ms(times_us, marks[i].share));
        }
}

static void put_counts(json_t *figures, const SubscriberCounts *x, const SubscriberCounts *y)
{
        uint64_t forwarded = y->expected - x->expected, received = y->packets - x->packets;
        put(figures, "forwarded", forwarded);
        put(figures, "received", received);
        put_real(figures, "loss_percent",
                 forwarded ? 100.0 * ((double)forwarded - (double)received) / (double)forwarded : 0.0);
        put(figures, "nacked", y->nacked - x->nacked);
        put(figures, "rtx", y->rtx - x->rtx);
        put(figures, "repaired", y->repaired - x->repaired);
        put(figures, "reports", y->reports - x->reports);
        put(figures, "plis", y->plis - x->plis);
        put(figures, "opened", y->opened - x->opened);
        put(figures, "spoilt", y->spoilt - x->spoilt);
}

static void put_cost(json_t *figures, const Snapshot *a, const Snapshot *b)
{
        uint64_t forwarded = b->received.expected - a->received.expected;
        double user = per_packet(a->server.user_us, b->server.user_us, forwarded);
        double system = per_packet(a->server.system_us, b->server.system_us, forwarded);
        put_real(figures, "user_us", user);
        put_real(figures, "system_us", system);
        put_real(figures, "us_per_packet", user + system);
        put(figures, "server_kb", (uint64_t)b->server.resident_kb);
        put(figures, "server_threads", (uint64_t)b->server.threads);
        put_real(figures, "generator_us_per_packet",
                 per_packet(a->own.user_us + a->own.system_us, b->own.user_us + b->own.system_us,
                            b->received.packets - a->received.packets));
}

static json_t *report(Run *run, const Snapshot *a, const Snapshot *b)
{
        SrtpProfile profile = run->subscribers->len ? subscriber_profile(run->subscribers->pdata[0]) : 0;
        for (guint i = 0; i < run->subscribers->len; i++)
                note_times(run, run->subscribers->pdata[i]);
        json_t *figures = json_pack("{s:s, s:s}", "server", run->options->label, "profile",
                                    profile == SRTP_PROFILE_CM ? "cm" : "gcm");
        put(figures, "publishers", (uint64_t)run->options->publishers);
        put(figures, "subscribers", (uint64_t)run->options->subscribers);
        put_real(figures, "seconds", (double)(b->at_us - a->at_us) / (double)SECOND_US);
        put(figures, "sent", b->sent - a->sent);
        put(figures, "publisher_repaired", b->repaired - a->repaired);
        put(figures, "key_frames_asked", b->key_frames_asked - a->key_frames_asked);
        put_counts(figures, &a->received, &b->received);
        put_cost(figures, a, b);
        put_times(figures, "connected", run->connected_us);
        put_times(figures, "first_packet", run->first_packet_us);
        return figures;
}

static void print_report(const json_t *figures, bool json)
{
        if (json) {
                char *text = json_dumps(figures, JSON_COMPACT | JSON_REAL_PRECISION(6));
                puts(text);
                free(text);
                return;
        }
        const char *name;
        json_t *value;
        json_object_foreach((json_t *)figures, name, value)
        {
                if (json_is_string(value))
                        printf("%-24s %s\n", name, json_string_value(value));
                else if (json_is_integer(value))
                        printf("%-24s %lld\n", name, (long long)json_integer_value(value));
                else
                        printf("%-24s %.3f\n", name, json_real_value(value));
        }
}

static bool measure(Run *run)
{
        if (run->options->churn_per_second <= 0) /* else the times of coming in count */
                loop_set_turn(run->loop, MEASURED_TURN_US);
        wait_seconds(run, run->options->settle_seconds, false);
        Snapshot before = snapshot(run);
        run->next_churn_us = monotonic_us();
        wait_seconds(run, run->options->seconds, true);
        Snapshot after = snapshot(run);
        json_t *figures = report(run, &before, &after);
        bool good = json_integer_value(json_object_get(figures, "received")) > 0 && !run->signalling->failure &&
                    after.received.spoilt == 0;
        print_report(figures, run->options->json);
        json_decref(figures);
        return good;
}

bool run_load(Loop *loop, Network *network, Signalling *signalling, const RunOptions *options)
{
        Run run = { .loop = loop,
                    .network = network,
                    .signalling = signalling,
                    .options = options,
                    .publishers = g_ptr_array_new_with_free_func((GDestroyNotify)publisher_free),
                    .subscribers = g_ptr_array_new_with_free_func((GDestroyNotify)subscriber_free),
                    .connected_us = g_array_new(FALSE, FALSE, sizeof(int64_t)),
                    .first_packet_us = g_array_new(FALSE, FALSE, sizeof(int64_t)) };
        bool good = bring_in(&run) && measure(&run);
        if (signalling->failure)
                fprintf(stderr, "treteau-load: %s\n", signalling->failure);
        while (run.subscribers->len) {
                signalling->leave(signalling, run.subscribers->pdata[0]);
                g_ptr_array_remove_index_fast(run.subscribers, 0);
        }
        g_ptr_array_unref(run.subscribers);
        g_ptr_array_unref(run.publishers);
        g_array_unref(run.connected_us);
        g_array_unref(run.first_packet_us);
        return good;
}
