#include "load/run.h"
#include "base/process.h"
#include "base/time.h"
#include "load/figures.h"
#include "load/house.h"
#include <stdio.h>
#include <unistd.h>

#define PENDING_MAX 10 /* subscribers coming in at a time */
#define JOIN_MAX_US (60 * SECOND_US)
/* While it measures: what has come is taken after the server has sent its burst, not during it, so that the two do not
 * slow each other down over shared caches. */
#define MEASURED_TURN_US 5000

typedef struct {
        House house;
        const RunOptions *options;
        Times *connected, *first_packet;
} Run;

typedef struct {
        int64_t at_us;
        SubscriberCounts received;
        uint64_t sent, repaired, key_frames_asked;
        ProcessUse server, own;
} Snapshot;

static unsigned count_waiting(const House *house)
{
        unsigned waiting = 0;
        for (guint i = 0; i < house->subscribers->len; i++)
                waiting += subscriber_first_packet_us(house->subscribers->pdata[i]) < 0;
        return waiting;
}

static bool bring_in(House *house, const RunOptions *options)
{
        Signalling *signalling = house->signalling;
        int64_t limit_us = monotonic_us() + JOIN_MAX_US;
        for (int i = 0; i < options->publishers; i++)
                if (!house_add_publisher(house))
                        return false;
        while (!house_publishers_connected(house) && !signalling->failure && monotonic_us() < limit_us)
                house_turn(house);
        for (unsigned waiting = 0; !signalling->failure && monotonic_us() < limit_us; house_turn(house)) {
                waiting = count_waiting(house);
                if (house->subscribers->len == (guint)options->subscribers && waiting == 0)
                        return house_publishers_connected(house);
                while (waiting < PENDING_MAX && house->subscribers->len < (guint)options->subscribers) {
                        if (!house_add_subscriber(house))
                                return false;
                        waiting++;
                }
        }
        signalling_fail(signalling, "only %u of %d subscribers got a packet within %d s",
                        house->subscribers->len - count_waiting(house), options->subscribers,
                        (int)(JOIN_MAX_US / SECOND_US));
        return false;
}

static void wait_seconds(House *house, int seconds)
{
        int64_t end_us = monotonic_us() + seconds * SECOND_US;
        while (monotonic_us() < end_us && !house->signalling->failure)
                house_turn(house);
}

static Snapshot snapshot(const Run *run)
{
        Snapshot shot = {
                .at_us = monotonic_us(),
        };
        for (guint i = 0; i < run->house.publishers->len; i++) {
                PublisherCounts counts = publisher_counts(run->house.publishers->pdata[i]);
                shot.sent += counts.packets;
                shot.repaired += counts.repaired;
                shot.key_frames_asked += counts.key_frames_asked;
        }
        for (guint i = 0; i < run->house.subscribers->len; i++)
                subscriber_count(run->house.subscribers->pdata[i], &shot.received);
        if (run->options->server_pid && !process_use(run->options->server_pid, &shot.server))
                signalling_fail(run->house.signalling, "the server (process %d) is gone", run->options->server_pid);
        process_use(getpid(), &shot.own);
        return shot;
}

static double per_packet(int64_t before_us, int64_t after_us, uint64_t packets)
{
        return packets ? (double)(after_us - before_us) / (double)packets : 0;
}

static void put_counts(json_t *figures, const SubscriberCounts *x, const SubscriberCounts *y)
{
        uint64_t forwarded = y->expected - x->expected, received = y->packets - x->packets;
        figures_put(figures, "forwarded", forwarded);
        figures_put(figures, "received", received);
        figures_put_real(figures, "loss_percent",
                         forwarded ? 100.0 * ((double)forwarded - (double)received) / (double)forwarded : 0.0);
        figures_put(figures, "nacked", y->nacked - x->nacked);
        figures_put(figures, "rtx", y->rtx - x->rtx);
        figures_put(figures, "repaired", y->repaired - x->repaired);
        figures_put(figures, "reports", y->reports - x->reports);
        figures_put(figures, "plis", y->plis - x->plis);
        figures_put(figures, "opened", y->opened - x->opened);
        figures_put(figures, "spoilt", y->spoilt - x->spoilt);
}

static void put_cost(json_t *figures, const Snapshot *a, const Snapshot *b)
{
        uint64_t forwarded = b->received.expected - a->received.expected;
        double user = per_packet(a->server.user_us, b->server.user_us, forwarded);
        double system = per_packet(a->server.system_us, b->server.system_us, forwarded);
        figures_put_real(figures, "user_us", user);
        figures_put_real(figures, "system_us", system);
        figures_put_real(figures, "us_per_packet", user + system);
        figures_put(figures, "server_kb", (uint64_t)b->server.resident_kb);
        figures_put(figures, "server_threads", (uint64_t)b->server.threads);
        figures_put_real(figures, "generator_us_per_packet",
                         per_packet(a->own.user_us + a->own.system_us, b->own.user_us + b->own.system_us,
                                    b->received.packets - a->received.packets));
}

static json_t *report(Run *run, const Snapshot *a, const Snapshot *b)
{
        SrtpProfile profile = run->house.subscribers->len ? subscriber_profile(run->house.subscribers->pdata[0]) : 0;
        for (guint i = 0; i < run->house.subscribers->len; i++) {
                times_add(run->connected, subscriber_connected_us(run->house.subscribers->pdata[i]));
                times_add(run->first_packet, subscriber_first_packet_us(run->house.subscribers->pdata[i]));
        }
        json_t *figures = json_pack("{s:s, s:s}", "server", run->options->label, "profile",
                                    profile == SRTP_PROFILE_CM ? "cm" : "gcm");
        figures_put(figures, "publishers", (uint64_t)run->options->publishers);
        figures_put(figures, "subscribers", (uint64_t)run->options->subscribers);
        figures_put_real(figures, "seconds", (double)(b->at_us - a->at_us) / (double)SECOND_US);
        figures_put(figures, "sent", b->sent - a->sent);
        figures_put(figures, "publisher_repaired", b->repaired - a->repaired);
        figures_put(figures, "key_frames_asked", b->key_frames_asked - a->key_frames_asked);
        put_counts(figures, &a->received, &b->received);
        put_cost(figures, a, b);
        figures_put_times(figures, "connected", run->connected);
        figures_put_times(figures, "first_packet", run->first_packet);
        return figures;
}

static bool measure(Run *run)
{
        for (guint i = 0; run->options->view && i < run->house.subscribers->len; i++)
                house_view(&run->house, run->house.subscribers->pdata[i], run->options->view);
        loop_set_turn(run->house.loop, MEASURED_TURN_US);
        wait_seconds(&run->house, run->options->settle_seconds);
        Snapshot before = snapshot(run);
        wait_seconds(&run->house, run->options->seconds);
        Snapshot after = snapshot(run);
        json_t *figures = report(run, &before, &after);
        bool good = json_integer_value(json_object_get(figures, "received")) > 0 && !run->house.signalling->failure &&
                    after.received.spoilt == 0;
        figures_print(figures, run->options->json);
        json_decref(figures);
        return good;
}

bool run_load(Loop *loop, Network *network, Signalling *signalling, const RunOptions *options)
{
        Run run = { .options = options, .connected = times_new(), .first_packet = times_new() };
        house_init(&run.house, loop, network, signalling);
        run.house.video = options->video;
        run.house.simulcast = options->simulcast;
        run.house.subscriber = options->subscriber;
        run.house.stage = (unsigned)MAX(1, options->publishers);
        bool good = bring_in(&run.house, options) && measure(&run);
        if (signalling->failure)
                fprintf(stderr, "treteau-load: %s\n", signalling->failure);
        house_clear(&run.house);
        g_array_unref(run.connected);
        g_array_unref(run.first_packet);
        return good;
}
