#include "load/crowd_private.h"
#include "base/process.h"
#include "base/time.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define JOIN_MAX_US (60 * SECOND_US)
#define LAST_LINES_MAX_US (5 * SECOND_US) /* waited for what was said at the end */
#define PENDING_MAX 20
#define SOURCE "127.0.0.%u"
#define TEXT "%s-%u: a line of what people write while somebody speaks"

void crowd_fail(Crowd *crowd, const char *what, const char *why)
{
        if (!crowd->failure)
                crowd->failure = g_strdup_printf("%s%s%s", what, why ? ": " : "", why ? why : "");
}

static void on_said(Crowd *crowd, json_t *message)
{
        const char *text = json_string_value(json_object_get(message, "text"));
        size_t length = strlen(crowd->mark);
        if (text && strncmp(text, crowd->mark, length) == 0 && text[length] == '-')
                deliveries_hear(crowd->deliveries, (unsigned)strtoul(text + length + 1, NULL, 10), monotonic_us());
}

static bool list_has(json_t *list, int id)
{
        size_t i;
        json_t *each;
        json_array_foreach(list, i, each) if (json_integer_value(each) == id) return true;
        return false;
}

static void on_hands(Page *page, json_t *list)
{
        page->crowd->hand_messages++;
        if (!page->asked_us || list_has(list, page->id) != page->hand)
                return;
        times_add(page->crowd->hands, monotonic_us() - page->asked_us);
        page->asked_us = 0;
}

static void on_message(void *owner, const char *type, json_t *message)
{
        Page *page = owner;
        Crowd *crowd = page->crowd;
        const char *text = json_string_value(json_object_get(message, "text"));
        if (!type) {
                crowd_fail(crowd, "the server closed a socket", NULL);
                return;
        }
        crowd->messages += strcmp(type, "pong") != 0;
        if (strcmp(type, "welcome") == 0) {
                page->id = (int)json_integer_value(json_object_get(json_object_get(message, "me"), "id"));
                crowd->welcome++;
                times_add(crowd->joins, monotonic_us() - page->opened_us);
        } else if (strcmp(type, "said") == 0) {
                on_said(crowd, message);
        } else if (strcmp(type, "hands") == 0) {
                on_hands(page, json_object_get(message, "list"));
        } else if (strcmp(type, "refused") == 0 || strcmp(type, "bye") == 0) {
                crowd_fail(crowd, "the room says", text ? text : type);
        }
        crowd_wave_hear(page, type, message);
}

static int64_t turn(Crowd *crowd)
{
        int64_t now_us = loop_turn(crowd->loop);
        for (unsigned i = 0; i < crowd->count; i++)
                room_member_turn(crowd->pages[i].member, now_us);
        return now_us;
}

static bool open_page(Crowd *crowd, const RoomAddress *address)
{
        g_autoptr(GError) error = NULL;
        g_autofree char *name = g_strdup_printf("Page %u", crowd->count + 1);
        g_autofree char *source = NULL;
        RoomAddress from = *address;
        if (crowd->options->per_address)
                from.source = source =
                        g_strdup_printf(SOURCE, crowd->count / (unsigned)crowd->options->per_address + 1);
        Page *page = &crowd->pages[crowd->count];
        *page = (Page){ .crowd = crowd, .id = -1, .opened_us = monotonic_us() };
        page->member = room_member_open(crowd->loop, &from, name, NULL, on_message, page, &error);
        if (!page->member) {
                crowd_fail(crowd, error->message, NULL);
                return false;
        }
        crowd->count++;
        return true;
}

static bool bring_in(Crowd *crowd, const RoomAddress *address)
{
        int64_t limit_us = monotonic_us() + JOIN_MAX_US;
        unsigned wanted = (unsigned)crowd->options->people;
        while (crowd->welcome < wanted && !crowd->failure) {
                while (crowd->count < wanted && crowd->count - crowd->welcome < PENDING_MAX)
                        if (!open_page(crowd, address))
                                return false;
                if (turn(crowd) > limit_us)
                        crowd_fail(crowd, "they did not all come in within a minute", NULL);
        }
        return !crowd->failure;
}

static void say(Crowd *crowd)
{
        Page *page = &crowd->pages[crowd->next_say++ % crowd->count];
        unsigned line = deliveries_say(crowd->deliveries, crowd->count, monotonic_us());
        g_autofree char *text = g_strdup_printf(TEXT, crowd->mark, line);
        g_autofree char *nonce = g_strdup_printf("%s-%u", crowd->mark, line);
        room_member_say(page->member, json_pack("{s:s, s:s, s:s}", "t", "say", "id", nonce, "text", text));
}

/* Up, and when its turn comes again down. Whoever still waits for an answer is passed over. */
static void move_hand(Crowd *crowd)
{
        Page *page = &crowd->pages[crowd->next_hand++ % crowd->count];
        if (page->asked_us)
                return;
        page->hand = !page->hand;
        page->asked_us = monotonic_us();
        room_member_say(page->member, json_pack("{s:s, s:b}", "t", "hand", "up", page->hand));
}

/* What is done again and again at a rate. */
typedef struct {
        int64_t every_us, next_us;
} Pace;

static Pace pace_of(double per_second, int64_t now_us)
{
        bool ever = per_second > 0;
        return (Pace){ ever ? (int64_t)((double)SECOND_US / per_second) : SECOND_US, ever ? now_us : INT64_MAX };
}

static bool is_due(Pace *pace, int64_t now_us)
{
        if (pace->next_us > now_us)
                return false;
        pace->next_us += pace->every_us;
        return true;
}

static void talk(Crowd *crowd)
{
        const CrowdOptions *options = crowd->options;
        int64_t now_us = monotonic_us(), end_us = now_us + options->seconds * SECOND_US;
        Pace says = pace_of(options->says_per_second, now_us);
        Pace hands = pace_of(options->wave ? 0 : options->hands_per_second, now_us);
        Pace waves = pace_of(options->wave ? (N_WAVES + 1) / (double)options->seconds : 0, now_us);
        waves.next_us += options->wave ? waves.every_us : 0;
        for (WaveKind next = 0; now_us < end_us && !crowd->failure;) {
                now_us = turn(crowd);
                while (is_due(&says, now_us))
                        say(crowd);
                while (is_due(&hands, now_us))
                        move_hand(crowd);
                while (next < N_WAVES && is_due(&waves, now_us))
                        crowd_wave_begin(crowd, next++);
        }
}

static void be_calm(Crowd *crowd)
{
        int64_t end_us = monotonic_us() + crowd->options->settle_seconds * SECOND_US;
        while (!crowd->failure && turn(crowd) < end_us)
                ;
}

static bool all_heard(Crowd *crowd)
{
        return deliveries_done(crowd->deliveries) &&
               (crowd->under_way == N_WAVES || wave_done(crowd->waves[crowd->under_way]));
}

static void wait_for_the_last(Crowd *crowd)
{
        int64_t limit_us = monotonic_us() + LAST_LINES_MAX_US;
        while (!all_heard(crowd) && !crowd->failure && turn(crowd) < limit_us)
                ;
}

typedef struct {
        int64_t at_us;
        ProcessUse server, proxy;
        uint64_t messages;
} Look;

static Look look(Crowd *crowd)
{
        const CrowdOptions *options = crowd->options;
        Look seen = { .at_us = monotonic_us(), .messages = crowd->messages };
        if ((options->server_pid && !process_use(options->server_pid, &seen.server)) ||
            (options->proxy_pid && !process_use(options->proxy_pid, &seen.proxy)))
                crowd_fail(crowd, "a process to be measured is gone", NULL);
        return seen;
}

static double cpu_us(const ProcessUse *from, const ProcessUse *to)
{
        return (double)(to->user_us + to->system_us - from->user_us - from->system_us);
}

static void put_cost(json_t *figures, const Look looks[3])
{
        double calm_us = (double)(looks[1].at_us - looks[0].at_us), busy_us = (double)(looks[2].at_us - looks[1].at_us);
        double messages = MAX(1, (double)(looks[2].messages - looks[1].messages));
        double server_us = cpu_us(&looks[1].server, &looks[2].server),
               proxy_us = cpu_us(&looks[1].proxy, &looks[2].proxy);
        double calm_cpu_us = cpu_us(&looks[0].server, &looks[1].server) + cpu_us(&looks[0].proxy, &looks[1].proxy);
        double calm_share = calm_us > 0 ? calm_cpu_us / calm_us : 0;
        figures_put_real(figures, "messages", messages);
        figures_put_real(figures, "calm_cpu_percent", calm_share * 100);
        figures_put_real(figures, "cpu_percent", (server_us + proxy_us) / busy_us * 100);
        figures_put_real(figures, "server_us_per_message", server_us / messages);
        figures_put_real(figures, "proxy_us_per_message", proxy_us / messages);
        figures_put_real(figures, "us_per_message", (server_us + proxy_us) / messages);
        /* Without what pings and the like cost meanwhile. */
        figures_put_real(figures, "own_us_per_message", MAX(0, server_us + proxy_us - calm_share * busy_us) / messages);
        figures_put_signed(figures, "server_kb", looks[2].server.resident_kb);
        figures_put_signed(figures, "proxy_kb", looks[2].proxy.resident_kb);
}

static json_t *report(Crowd *crowd, const Look looks[3])
{
        DeliveryCounts counts = deliveries_counts(crowd->deliveries);
        json_t *figures = json_object();
        figures_put(figures, "people", crowd->count);
        figures_put_real(figures, "seconds", (double)(looks[2].at_us - looks[1].at_us) / (double)SECOND_US);
        figures_put(figures, "said", counts.said);
        figures_put(figures, "due", counts.due);
        figures_put(figures, "delivered", counts.came);
        figures_put(figures, "twice", counts.twice);
        figures_put(figures, "hand_messages", crowd->hand_messages);
        figures_put_times(figures, "join", crowd->joins);
        figures_put_times(figures, "delivery", deliveries_times(crowd->deliveries));
        figures_put_times(figures, "hand", crowd->hands);
        for (WaveKind kind = 0; kind < N_WAVES; kind++)
                wave_put(crowd->waves[kind], figures);
        if (crowd->options->server_pid)
                put_cost(figures, looks);
        return figures;
}

static bool good_enough(Crowd *crowd, const json_t *figures)
{
        DeliveryCounts counts = deliveries_counts(crowd->deliveries);
        bool good = figures_within(figures, "join_ms_p95", crowd->options->join_ms_p95);
        good &= figures_within(figures, "delivery_ms_p95", crowd->options->delivery_ms_p95);
        if (crowd->options->server_pid)
                good &= figures_within(figures, "us_per_message", crowd->options->us_per_message);
        if (crowd->under_way != N_WAVES && !wave_done(crowd->waves[crowd->under_way]))
                crowd_fail(crowd, "not everybody heard of all", wave_word(crowd->waves[crowd->under_way]));
        if (counts.came != counts.due || counts.twice)
                crowd_fail(crowd, "not every line came once to everybody", NULL);
        return good;
}

static void measure(Crowd *crowd, bool *ret_good)
{
        Look looks[3];
        if (crowd->options->wave)
                crowd_wave_prepare(crowd);
        looks[0] = look(crowd);
        be_calm(crowd);
        looks[1] = look(crowd);
        talk(crowd);
        wait_for_the_last(crowd);
        looks[2] = look(crowd);
        json_t *figures = report(crowd, looks);
        figures_print(figures, crowd->options->json);
        *ret_good = good_enough(crowd, figures);
        json_decref(figures);
}

bool crowd_run(Loop *loop, const RoomAddress *address, const CrowdOptions *options)
{
        Crowd crowd = { .loop = loop,
                        .options = options,
                        .pages = g_new0(Page, (gsize)options->people),
                        .deliveries = deliveries_new(),
                        .joins = times_new(),
                        .hands = times_new(),
                        .under_way = N_WAVES };
        bool good = false;
        for (WaveKind kind = 0; kind < N_WAVES; kind++)
                crowd.waves[kind] = wave_new(kind);
        g_snprintf(crowd.mark, sizeof crowd.mark, "load%d", (int)getpid());
        if (bring_in(&crowd, address))
                measure(&crowd, &good);
        if (crowd.failure)
                fprintf(stderr, "treteau-load: %s\n", crowd.failure);
        good = good && !crowd.failure;
        for (unsigned i = 0; i < crowd.count; i++)
                room_member_free(crowd.pages[i].member);
        for (WaveKind kind = 0; kind < N_WAVES; kind++)
                wave_free(crowd.waves[kind]);
        deliveries_free(crowd.deliveries);
        g_array_unref(crowd.joins);
        g_array_unref(crowd.hands);
        g_free(crowd.pages);
        g_free(crowd.failure);
        return good;
}
