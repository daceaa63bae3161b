#include "load/churn.h"
#include "base/process.h"
#include "base/time.h"
#include "load/figures.h"
#include "load/house.h"
#include <stdio.h>

#define PENDING_MAX 10 /* coming in at a time, before the churn begins */
#define BRING_IN_MAX_US (60 * SECOND_US)
#define FIRST_PICTURE_MAX_US (5 * SECOND_US) /* who waited for so long without one leaves, and has failed */
#define HASTY_MAX_US (200 * INT64_C(1000))
#define BEHIND_MAX_US SECOND_US /* a generator that did not keep up does not bring them all in at once */
#define TOLD_FAILURES 10
#define VIEW_US (2 * SECOND_US)

typedef struct {
        Subscriber *subscriber;
        bool hasty, resident;
        int64_t came_us, leaves_us, next_view_us;
} Watcher;

typedef struct {
        uint64_t joins, leaves, hasty, speakers, views;
        uint64_t failures, late, lost, spoilt, broken; /* the first: watchers; then why, each */
        uint64_t sound_lost;
        PictureCounts pictures;
        Times *connected, *first_picture;
} Outcome;

typedef struct {
        House house;
        const ChurnOptions *options;
        GArray *watchers; /* Watcher */
        Outcome outcome;
        bool counts; /* the measured part: who comes now is judged */
        int64_t next_join_us, next_speaker_us;
        unsigned next_speaker;
        unsigned told;
} Churn;

static void add_watcher(Churn *churn, bool resident, int64_t now_us)
{
        Subscriber *subscriber = house_add_subscriber(&churn->house);
        if (!subscriber)
                return;
        GRand *random = churn->house.network->random;
        double stay_s = churn->options->watchers / churn->options->joins_per_second;
        Watcher watcher = { .subscriber = subscriber, .resident = resident, .came_us = now_us, .leaves_us = INT64_MAX };
        watcher.hasty = !resident && g_rand_int_range(random, 0, 100) < churn->options->hasty_percent;
        if (watcher.hasty)
                watcher.leaves_us = now_us + g_rand_int_range(random, 0, HASTY_MAX_US);
        else if (!resident)
                watcher.leaves_us =
                        now_us + (int64_t)(stay_s * g_rand_double_range(random, 0.5, 1.5) * (double)SECOND_US);
        g_array_append_val(churn->watchers, watcher);
        churn->outcome.joins++;
        churn->outcome.hasty += watcher.hasty;
}

static void tell_failure(Churn *churn, const Watcher *watcher, const PictureCounts *pictures, const char *what)
{
        if (churn->told++ < TOLD_FAILURES)
                fprintf(stderr,
                        "treteau-load: watcher %u %s: %" G_GUINT64_FORMAT " pictures, %" G_GUINT64_FORMAT
                        " gaps, %" G_GUINT64_FORMAT " stray, %" G_GUINT64_FORMAT " jumps\n",
                        subscriber_number(watcher->subscriber), what, pictures->whole, pictures->gaps, pictures->stray,
                        pictures->jumps);
}

/* Who had no time to see anything is judged by what did come alone. */
static void judge(Churn *churn, const Watcher *watcher, int64_t now_us)
{
        Outcome *outcome = &churn->outcome;
        PictureCounts pictures = { .first_us = -1 };
        SubscriberCounts counts = { 0 };
        subscriber_count_pictures(watcher->subscriber, &pictures);
        subscriber_count(watcher->subscriber, &counts);
        bool late = !watcher->hasty && pictures.first_us < 0 && now_us - watcher->came_us > FIRST_PICTURE_MAX_US;
        bool lost = subscriber_state(watcher->subscriber) == LINK_FAILED;
        bool broken = pictures.gaps || pictures.stray || pictures.jumps;
        outcome->late += late;
        outcome->lost += lost;
        outcome->spoilt += counts.spoilt > 0;
        outcome->broken += broken;
        outcome->failures += late || lost || broken || counts.spoilt > 0;
        outcome->sound_lost += subscriber_sound_lost(watcher->subscriber);
        picture_counts_add(&outcome->pictures, &pictures);
        if (!watcher->hasty) {
                times_add(outcome->connected, subscriber_connected_us(watcher->subscriber));
                times_add(outcome->first_picture, pictures.first_us);
        }
        if (lost || late)
                tell_failure(churn, watcher, &pictures, lost ? "lost the connection" : "saw nothing");
        else if (broken || counts.spoilt)
                tell_failure(churn, watcher, &pictures, "saw a broken picture");
}

static void remove_watcher(Churn *churn, guint i, int64_t now_us)
{
        Watcher watcher = g_array_index(churn->watchers, Watcher, i);
        judge(churn, &watcher, now_us);
        house_remove_subscriber(&churn->house, watcher.subscriber);
        g_array_remove_index_fast(churn->watchers, i);
        churn->outcome.leaves++;
}

/* Goes on its time, when the first picture has come or will not come any more. */
static bool goes_now(const Watcher *watcher, int64_t now_us)
{
        if (watcher->resident)
                return false;
        return subscriber_state(watcher->subscriber) == LINK_FAILED ||
               (now_us >= watcher->leaves_us &&
                (watcher->hasty || subscriber_first_picture_us(watcher->subscriber) >= 0 ||
                 now_us - watcher->came_us > FIRST_PICTURE_MAX_US));
}

static void change_speaker(Churn *churn, int64_t now_us)
{
        if (churn->options->speaker_every_s <= 0 || now_us < churn->next_speaker_us ||
            !house_publishers_connected(&churn->house))
                return;
        churn->next_speaker_us = now_us + (int64_t)(churn->options->speaker_every_s * (double)SECOND_US);
        churn->outcome.speakers +=
                house_replace_publisher(&churn->house, churn->next_speaker++ % churn->house.publishers->len);
}

/* Only once the way there stands: before, the server knows of nobody who could show anything. */
static void change_view(Churn *churn, Watcher *watcher, int64_t now_us)
{
        static const unsigned heights[] = { 90, 180, 360, 720 };
        GRand *random = churn->house.network->random;
        if (now_us < watcher->next_view_us || subscriber_first_picture_us(watcher->subscriber) < 0)
                return;
        watcher->next_view_us = now_us + g_rand_int_range(random, VIEW_US / 2, VIEW_US * 3 / 2);
        house_view(&churn->house, watcher->subscriber, heights[g_rand_int_range(random, 0, G_N_ELEMENTS(heights))]);
        churn->outcome.views++;
}

static void come_and_go(Churn *churn, int64_t now_us)
{
        int64_t interval_us = (int64_t)((double)SECOND_US / churn->options->joins_per_second);
        if (now_us - churn->next_join_us > BEHIND_MAX_US)
                churn->next_join_us = now_us;
        for (; churn->next_join_us <= now_us; churn->next_join_us += interval_us)
                add_watcher(churn, false, now_us);
        for (guint i = churn->watchers->len; i-- > 0;)
                if (goes_now(&g_array_index(churn->watchers, Watcher, i), now_us))
                        remove_watcher(churn, i, now_us);
                else if (churn->options->simulcast)
                        change_view(churn, &g_array_index(churn->watchers, Watcher, i), now_us);
        change_speaker(churn, now_us);
}

static void play(Churn *churn, int seconds, bool churning)
{
        int64_t now_us = monotonic_us(), end_us = now_us + seconds * SECOND_US;
        churn->next_join_us = now_us;
        churn->next_speaker_us = now_us + (int64_t)(churn->options->speaker_every_s * (double)SECOND_US / 2);
        while (now_us < end_us && !churn->house.signalling->failure) {
                now_us = house_turn(&churn->house);
                if (churning)
                        come_and_go(churn, now_us);
        }
}

/* Nobody was to leave in the calm time: all of it comes after. */
static void stay_longer(Churn *churn, int64_t time_us)
{
        for (guint i = 0; i < churn->watchers->len; i++) {
                Watcher *watcher = &g_array_index(churn->watchers, Watcher, i);
                if (!watcher->resident)
                        watcher->leaves_us += time_us;
        }
}

static unsigned count_waiting(const Churn *churn)
{
        unsigned waiting = 0;
        for (guint i = 0; i < churn->watchers->len; i++)
                waiting += subscriber_first_picture_us(g_array_index(churn->watchers, Watcher, i).subscriber) < 0;
        return waiting;
}

/* Publishers and residents. */
static bool bring_in(Churn *churn)
{
        House *house = &churn->house;
        guint wanted = (guint)churn->options->residents;
        int64_t now_us = monotonic_us(), limit_us = now_us + BRING_IN_MAX_US;
        for (unsigned i = 0; i < house->stage; i++)
                if (!house_add_publisher(house))
                        return false;
        for (unsigned waiting = 1; !house->signalling->failure && now_us < limit_us; now_us = house_turn(house)) {
                if (!house_publishers_connected(house))
                        continue;
                waiting = count_waiting(churn);
                if (waiting == 0 && churn->watchers->len == wanted)
                        return true;
                for (; waiting < PENDING_MAX && churn->watchers->len < wanted; waiting++)
                        add_watcher(churn, true, now_us);
        }
        signalling_fail(house->signalling, "only %u of %u who stay saw a picture within %d s",
                        churn->watchers->len - count_waiting(churn), wanted, (int)(BRING_IN_MAX_US / SECOND_US));
        return false;
}

/* What was counted so far belongs to no one who is judged; who is here now is. */
static void begin_to_count(Churn *churn)
{
        Times *connected = churn->outcome.connected, *first_picture = churn->outcome.first_picture;
        uint64_t failures = churn->outcome.failures; /* those do count */
        g_array_set_size(connected, 0);
        g_array_set_size(first_picture, 0);
        churn->outcome = (Outcome){
                .failures = failures, .pictures.first_us = -1, .connected = connected, .first_picture = first_picture
        };
}

typedef struct {
        int64_t at_us;
        ProcessUse server;
} Look;

static Look look(Churn *churn)
{
        Look seen = { .at_us = monotonic_us() };
        int pid = churn->options->server_pid;
        if (pid && !process_use(pid, &seen.server))
                signalling_fail(churn->house.signalling, "the server (process %d) is gone", pid);
        return seen;
}

static double cpu_us(const Look *from, const Look *to)
{
        return (double)(to->server.user_us + to->server.system_us - from->server.user_us - from->server.system_us);
}

static void put_pictures(json_t *figures, const Outcome *outcome)
{
        figures_put(figures, "failures", outcome->failures);
        figures_put(figures, "late", outcome->late);
        figures_put(figures, "lost", outcome->lost);
        figures_put(figures, "spoilt", outcome->spoilt);
        figures_put(figures, "broken", outcome->broken);
        figures_put(figures, "pictures", outcome->pictures.whole);
        figures_put(figures, "key_frames", outcome->pictures.key_frames);
        figures_put(figures, "gaps", outcome->pictures.gaps);
        figures_put(figures, "stray", outcome->pictures.stray);
        figures_put(figures, "jumps", outcome->pictures.jumps);
        figures_put(figures, "torn", outcome->pictures.torn);
        figures_put_real(figures, "longest_pause_ms", (double)outcome->pictures.pause_us / 1000);
        figures_put(figures, "sound_lost", outcome->sound_lost);
}

/* What forwarding costs while nobody comes or goes is taken off: the price of a join is its own. */
static void put_cost(json_t *figures, const Look looks[3], double joins)
{
        double calm_us = (double)(looks[1].at_us - looks[0].at_us), busy_us = (double)(looks[2].at_us - looks[1].at_us);
        double calm_share = calm_us > 0 ? cpu_us(&looks[0], &looks[1]) / calm_us : 0;
        double cost_us = cpu_us(&looks[1], &looks[2]);
        figures_put_real(figures, "calm_cpu_percent", calm_share * 100);
        figures_put_real(figures, "cpu_percent", cost_us / busy_us * 100);
        figures_put_real(figures, "cpu_us_per_join", (cost_us - calm_share * busy_us) / joins);
}

static json_t *report(Churn *churn, const Look looks[3])
{
        const Outcome *outcome = &churn->outcome;
        const Look *before = &looks[1], *after = &looks[2];
        double seconds = (double)(after->at_us - before->at_us) / (double)SECOND_US;
        double joins = (double)MAX(1, outcome->joins);
        json_t *figures = json_pack("{s:s}", "server", churn->options->label);
        figures_put_real(figures, "seconds", seconds);
        figures_put(figures, "joins", outcome->joins);
        figures_put(figures, "leaves", outcome->leaves);
        figures_put(figures, "hasty", outcome->hasty);
        figures_put(figures, "speaker_changes", outcome->speakers);
        figures_put(figures, "view_changes", outcome->views);
        put_pictures(figures, outcome);
        figures_put_times(figures, "join", outcome->connected);
        figures_put_times(figures, "first_picture", outcome->first_picture);
        if (!churn->options->server_pid)
                return figures;
        put_cost(figures, looks, joins);
        figures_put_signed(figures, "server_kb_before", before->server.resident_kb);
        figures_put_signed(figures, "server_kb_after", after->server.resident_kb);
        figures_put_real(figures, "growth_bytes_per_join",
                         (double)(after->server.resident_kb - before->server.resident_kb) * 1024 / joins);
        figures_put_signed(figures, "server_files_before", before->server.files);
        figures_put_signed(figures, "server_files_after", after->server.files);
        return figures;
}

static bool keeps_bounds(const json_t *figures, const ChurnBounds *bounds)
{
        bool good = figures_within(figures, "failures", bounds->failures);
        good &= figures_within(figures, "join_ms_p95", bounds->join_ms_p95);
        good &= figures_within(figures, "first_picture_ms_p95", bounds->first_picture_ms_p95);
        good &= figures_within(figures, "growth_bytes_per_join", bounds->growth_bytes);
        return good && json_number_value(json_object_get(figures, "pictures")) > 0;
}

static bool measure(Churn *churn)
{
        const ChurnOptions *options = churn->options;
        Look looks[3];
        play(churn, options->settle_seconds, true);
        looks[0] = look(churn);
        play(churn, options->settle_seconds, false);
        looks[1] = look(churn);
        stay_longer(churn, looks[1].at_us - looks[0].at_us);
        begin_to_count(churn);
        play(churn, options->seconds, true);
        looks[2] = look(churn);
        for (guint i = 0; i < churn->watchers->len; i++)
                judge(churn, &g_array_index(churn->watchers, Watcher, i), looks[2].at_us);
        json_t *figures = report(churn, looks);
        figures_print(figures, options->json);
        bool good = keeps_bounds(figures, &options->bounds) && !churn->house.signalling->failure;
        json_decref(figures);
        return good;
}

bool churn_run(Loop *loop, Network *network, Signalling *signalling, const ChurnOptions *options)
{
        Churn churn = { .options = options,
                        .watchers = g_array_new(FALSE, FALSE, sizeof(Watcher)),
                        .outcome = {
                                .pictures.first_us = -1, .connected = times_new(), .first_picture = times_new() } };
        house_init(&churn.house, loop, network, signalling);
        churn.house.video = options->video;
        churn.house.stage = (unsigned)options->publishers;
        churn.house.simulcast = options->simulcast;
        churn.house.subscriber =
                (SubscriberOptions){ .transport_cc = options->transport_cc, .pictures = true, .open_every = 1 };
        bool good = bring_in(&churn) && measure(&churn);
        if (signalling->failure)
                fprintf(stderr, "treteau-load: %s\n", signalling->failure);
        house_clear(&churn.house);
        g_array_unref(churn.watchers);
        g_array_unref(churn.outcome.connected);
        g_array_unref(churn.outcome.first_picture);
        return good;
}
