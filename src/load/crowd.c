#include "load/crowd.h"
#include "base/time.h"
#include "load/deliveries.h"
#include "load/process.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define JOIN_MAX_US (60 * SECOND_US)
#define LAST_LINES_MAX_US (5 * SECOND_US) /* waited for what was said at the end */
#define PENDING_MAX 20
#define TEXT "%s-%u: a line of what people write while somebody speaks"

typedef struct Crowd Crowd;

typedef struct {
        Crowd *crowd;
        RoomMember *member;
        int id;                      /* -1 before the welcome */
        int64_t opened_us, asked_us; /* asked: when the hand was moved; 0: nothing is waited for */
        bool hand;
} Page;

struct Crowd {
        Loop *loop;
        const CrowdOptions *options;
        Page *pages;
        unsigned count, welcome; /* pages opened; those who are in */
        unsigned next_say, next_hand;
        char mark[16]; /* of this run: other people's lines are no deliveries */
        Deliveries *deliveries;
        Times *joins, *hands;
        uint64_t hand_messages, messages;
        char *failure;
};

static void fail(Crowd *crowd, const char *what, const char *why)
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
        crowd->messages++;
        if (!type) {
                fail(crowd, "the server closed a socket", NULL);
        } else if (strcmp(type, "welcome") == 0) {
                page->id = (int)json_integer_value(json_object_get(json_object_get(message, "me"), "id"));
                crowd->welcome++;
                times_add(crowd->joins, monotonic_us() - page->opened_us);
        } else if (strcmp(type, "said") == 0) {
                on_said(crowd, message);
        } else if (strcmp(type, "hands") == 0) {
                on_hands(page, json_object_get(message, "list"));
        } else if (strcmp(type, "refused") == 0 || strcmp(type, "bye") == 0) {
                fail(crowd, "the room says", text ? text : type);
        }
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
        Page *page = &crowd->pages[crowd->count];
        *page = (Page){ .crowd = crowd, .id = -1, .opened_us = monotonic_us() };
        page->member = room_member_open(crowd->loop, address, name, NULL, on_message, page, &error);
        if (!page->member) {
                fail(crowd, error->message, NULL);
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
                        fail(crowd, "they did not all come in within a minute", NULL);
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

static int64_t interval_us(double per_second)
{
        return per_second > 0 ? (int64_t)((double)SECOND_US / per_second) : INT64_MAX / 2;
}

static void live(Crowd *crowd, int seconds, bool talking)
{
        int64_t now_us = monotonic_us(), end_us = now_us + seconds * SECOND_US;
        int64_t say_us = interval_us(crowd->options->says_per_second), next_say_us = now_us;
        int64_t hand_us = interval_us(crowd->options->hands_per_second), next_hand_us = now_us;
        while (now_us < end_us && !crowd->failure) {
                now_us = turn(crowd);
                for (; talking && crowd->options->says_per_second > 0 && next_say_us <= now_us; next_say_us += say_us)
                        say(crowd);
                for (; talking && crowd->options->hands_per_second > 0 && next_hand_us <= now_us;
                     next_hand_us += hand_us)
                        move_hand(crowd);
        }
}

static void wait_for_the_last(Crowd *crowd)
{
        int64_t limit_us = monotonic_us() + LAST_LINES_MAX_US;
        while (!deliveries_done(crowd->deliveries) && !crowd->failure && turn(crowd) < limit_us)
                ;
}

typedef struct {
        int64_t at_us;
        ProcessUse server;
        uint64_t messages;
} Look;

static Look look(Crowd *crowd)
{
        Look seen = { .at_us = monotonic_us(), .messages = crowd->messages };
        if (crowd->options->server_pid && !process_use(crowd->options->server_pid, &seen.server))
                fail(crowd, "the server's process is gone", NULL);
        return seen;
}

static double cpu_us(const Look *from, const Look *to)
{
        return (double)(to->server.user_us + to->server.system_us - from->server.user_us - from->server.system_us);
}

static void put_cost(json_t *figures, const Look looks[3])
{
        double calm_us = (double)(looks[1].at_us - looks[0].at_us), busy_us = (double)(looks[2].at_us - looks[1].at_us);
        double calm_share = calm_us > 0 ? cpu_us(&looks[0], &looks[1]) / calm_us : 0;
        double cost_us = cpu_us(&looks[1], &looks[2]), messages = (double)(looks[2].messages - looks[1].messages);
        figures_put_real(figures, "calm_cpu_percent", calm_share * 100);
        figures_put_real(figures, "cpu_percent", cost_us / busy_us * 100);
        /* What pings and the like cost meanwhile is taken off: the price of a message is its own. */
        figures_put_real(figures, "cpu_us_per_message",
                         messages > 0 ? MAX(0, cost_us - calm_share * busy_us) / messages : 0);
        figures_put_signed(figures, "server_kb", looks[2].server.resident_kb);
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
        if (crowd->options->server_pid)
                put_cost(figures, looks);
        return figures;
}

static bool good_enough(Crowd *crowd, const json_t *figures)
{
        DeliveryCounts counts = deliveries_counts(crowd->deliveries);
        bool good = figures_within(figures, "join_ms_p95", crowd->options->join_ms_p95);
        good &= figures_within(figures, "delivery_ms_p95", crowd->options->delivery_ms_p95);
        if (counts.came != counts.due || counts.twice)
                fail(crowd, "not every line came once to everybody", NULL);
        return good;
}

static void measure(Crowd *crowd, bool *ret_good)
{
        Look looks[3];
        looks[0] = look(crowd);
        live(crowd, crowd->options->settle_seconds, false);
        looks[1] = look(crowd);
        live(crowd, crowd->options->seconds, true);
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
                        .hands = times_new() };
        bool good = false;
        g_snprintf(crowd.mark, sizeof crowd.mark, "load%d", (int)getpid());
        if (bring_in(&crowd, address))
                measure(&crowd, &good);
        if (crowd.failure)
                fprintf(stderr, "treteau-load: %s\n", crowd.failure);
        good = good && !crowd.failure;
        for (unsigned i = 0; i < crowd.count; i++)
                room_member_free(crowd.pages[i].member);
        deliveries_free(crowd.deliveries);
        g_array_unref(crowd.joins);
        g_array_unref(crowd.hands);
        g_free(crowd.pages);
        g_free(crowd.failure);
        return good;
}
