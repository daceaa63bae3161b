#include "rtc/test_line.h"

#include <string.h>

#define STEP_US 1000
#define REPAIR_US 100000
#define REPAIRS_EVERY_US 40000
#define KEY_FRAME_BYTES 25000

enum {
        PACKET = 1100,
        AUDIO_PACKET = 100,
        AUDIO_BPS = AUDIO_PACKET * 8 * 50,
        GATHERED_PACKET = 230,
        PADDING_PACKET = 280,
};

World *world_new(Line line, unsigned n_flows, const uint32_t *layers_bps, unsigned n_layers)
{
        World *world = g_new0(World, 1);
        world->line = line;
        world->now_us = 5 * SECOND;
        world->random = g_rand_new_with_seed(42);
        world->n_flows = n_flows;
        for (unsigned i = 0; i < n_flows; i++) {
                Flow *flow = &world->flows[i];
                bwe_init(&flow->bwe, BWE_START_BPS, world->now_us);
                flow->bwe.next_sequence = 65000; /* it wraps soon */
                twcc_receiver_init(&flow->receiver);
                flow->flying = g_array_new(FALSE, FALSE, sizeof(Flying));
                flow->answers = g_array_new(FALSE, FALSE, sizeof(Answer));
                flow->repairs = g_array_new(FALSE, FALSE, sizeof(int64_t));
                memcpy(flow->layers_bps, layers_bps, n_layers * sizeof *layers_bps);
                flow->starts_us = world->now_us;
                /* The receiver's clock is another, and its reference time wraps after 20 s. */
                flow->receiver_offset_us = (INT64_C(64000) << 24) - world->now_us - 20 * SECOND;
        }
        return world;
}

void world_free(World *world)
{
        for (unsigned i = 0; i < world->n_flows; i++) {
                g_array_unref(world->flows[i].flying);
                g_array_unref(world->flows[i].answers);
                g_array_unref(world->flows[i].repairs);
        }
        g_rand_free(world->random);
        g_free(world);
}
int64_t world_queue_us(const World *world)
{
        return MAX(world->line.busy_until_us - world->line.bucket_us - world->now_us, 0);
}

static void send_packet(World *world, Flow *flow, size_t bytes)
{
        Line *line = &world->line;
        Flying flying = { .sequence = bwe_next_sequence(&flow->bwe), .bytes = (uint16_t)bytes };
        bwe_sent(&flow->bwe, bytes, world->now_us);
        int64_t again_us = world->now_us + REPAIR_US;
        if (world_queue_us(world) > line->queue_max_us || line->capacity_bps == 0) {
                if (world->pictures && bytes != AUDIO_PACKET)
                        g_array_append_val(flow->repairs, again_us);
                return;
        }
        line->busy_until_us =
                MAX(line->busy_until_us, world->now_us) + (int64_t)bytes * 8 * SECOND / line->capacity_bps;
        if (line->loss > 0 && g_rand_double(world->random) < line->loss)
                return;
        flying.arrives_us = MAX(line->busy_until_us - line->bucket_us, world->now_us) + line->delay_us;
        if (line->jitter_us)
                flying.arrives_us += g_rand_int_range(world->random, 0, (int32_t)line->jitter_us);
        if (!line->reorder)
                flying.arrives_us = MAX(flying.arrives_us, flow->last_arrival_us);
        flow->last_arrival_us = flying.arrives_us;
        g_array_append_val(flow->flying, flying);
}

static void deliver(World *world, Flow *flow)
{
        for (unsigned i = 0; i < flow->flying->len;) {
                Flying flying = g_array_index(flow->flying, Flying, i);
                if (flying.arrives_us > world->now_us) {
                        i++;
                        continue;
                }
                g_array_remove_index(flow->flying, i);
                twcc_receiver_note(&flow->receiver, flying.sequence, flying.bytes,
                                   world->now_us + flow->receiver_offset_us);
                flow->came_bytes += flying.bytes;
        }
}

static void answer(World *world, Flow *flow)
{
        int64_t now_us = world->now_us + flow->receiver_offset_us;
        while (twcc_receiver_due(&flow->receiver, now_us)) {
                Answer one = { .arrives_us = world->now_us + world->line.delay_us };
                RtcpWriter writer;
                rtcp_writer_init(&writer, one.bytes, sizeof one.bytes);
                g_assert_true(twcc_receiver_write(&flow->receiver, &writer, 1, 2, now_us));
                one.size = writer.size;
                if (g_rand_double(world->random) >= world->line.feedback_loss && world->line.capacity_bps)
                        g_array_append_val(flow->answers, one);
        }
}

static void read_answers(World *world, Flow *flow)
{
        static TwccFeedback feedback;
        while (flow->answers->len && g_array_index(flow->answers, Answer, 0).arrives_us <= world->now_us) {
                Answer one = g_array_index(flow->answers, Answer, 0);
                g_array_remove_index(flow->answers, 0);
                RtcpReader reader;
                RtcpPacket packet;
                g_assert_cmpint(rtcp_reader_init(&reader, one.bytes, one.size), ==, DROP_NONE);
                g_assert_true(rtcp_reader_next(&reader, &packet));
                g_assert_true(rtcp_twcc_read(&packet, &feedback));
                bwe_feedback(&flow->bwe, &feedback, world->now_us);
        }
}

/* The highest layer that fits, or any rate where there is one alone; and what would be wanted next. */
static void choose(const World *world, Flow *flow)
{
        uint32_t before_bps = flow->rate_bps;
        uint32_t budget_bps = bwe_budget_bps(&flow->bwe), wanted_bps = 0;
        budget_bps = budget_bps > AUDIO_BPS ? budget_bps - AUDIO_BPS : 0;
        flow->rate_bps = 0;
        if (flow->layers_bps[1] == 0) {
                flow->rate_bps = MIN(budget_bps, flow->layers_bps[0]);
                wanted_bps = flow->layers_bps[0];
        }
        for (unsigned i = 0; i < LAYERS && flow->layers_bps[1]; i++)
                if (flow->layers_bps[i] && flow->layers_bps[i] <= budget_bps)
                        flow->rate_bps = flow->layers_bps[i];
                else if (flow->layers_bps[i] && !wanted_bps)
                        wanted_bps = flow->layers_bps[i] * 11 / 10;
        bwe_want(&flow->bwe, wanted_bps ? wanted_bps + AUDIO_BPS : 0);
        if (world->pictures && flow->rate_bps != before_bps)
                flow->frame_bytes += KEY_FRAME_BYTES;
}

static void send_repairs(World *world, Flow *flow)
{
        if (world->now_us % REPAIRS_EVERY_US || !flow->repairs->len ||
            g_array_index(flow->repairs, int64_t, 0) > world->now_us)
                return;
        g_array_remove_index(flow->repairs, 0);
        send_packet(world, flow, PACKET);
}

/* Sound alone, and padding where a probe wants it. */
static void send_sound(World *world, Flow *flow)
{
        int64_t since_us = world->now_us - flow->starts_us;
        if (since_us % 20000 != 0)
                return;
        bwe_want(&flow->bwe, world->awaited_bps / 5 * 6);
        bwe_tick(&flow->bwe, world->now_us);
        if (since_us % 60000 == 0)
                send_packet(world, flow, GATHERED_PACKET);
        for (size_t left = bwe_probe_bytes(&flow->bwe, world->now_us); left > 0;
             left = left > PADDING_PACKET ? left - PADDING_PACKET : 0) {
                send_packet(world, flow, PADDING_PACKET);
                flow->probe_bytes += PADDING_PACKET;
        }
}

static void send_media(World *world, Flow *flow)
{
        int64_t since_us = world->now_us - flow->starts_us;
        if (since_us % 20000 == 0) {
                bwe_tick(&flow->bwe, world->now_us);
                choose(world, flow);
                send_packet(world, flow, AUDIO_PACKET);
                for (size_t left = bwe_probe_bytes(&flow->bwe, world->now_us); left > 0;
                     left = left > PACKET ? left - PACKET : 0) {
                        send_packet(world, flow, PACKET);
                        flow->probe_bytes += PACKET;
                }
        }
        if (since_us % 33000 != 0)
                return;
        for (flow->frame_bytes += flow->rate_bps / 8.0 * 0.033; flow->frame_bytes >= 200;) {
                size_t bytes = (size_t)MIN(flow->frame_bytes, PACKET);
                send_packet(world, flow, bytes);
                flow->media_bytes += bytes;
                flow->frame_bytes -= (double)bytes;
        }
}

void world_run(World *world, int64_t us)
{
        for (int64_t end_us = world->now_us + us; world->now_us < end_us; world->now_us += STEP_US) {
                int64_t cross_us = world->line.capacity_bps
                                           ? (int64_t)world->line.cross_bps * STEP_US / world->line.capacity_bps
                                           : 0;
                if (cross_us && world_queue_us(world) < world->line.queue_max_us)
                        world->line.busy_until_us = MAX(world->line.busy_until_us, world->now_us) + cross_us;
                for (unsigned i = 0; i < world->n_flows; i++) {
                        Flow *flow = &world->flows[i];
                        if (world->now_us < flow->starts_us)
                                continue;
                        deliver(world, flow);
                        answer(world, flow);
                        read_answers(world, flow);
                        send_repairs(world, flow);
                        if (world->awaited_bps)
                                send_sound(world, flow);
                        else
                                send_media(world, flow);
                }
                world->queue_worst_us = MAX(world->queue_worst_us, world_queue_us(world));
        }
}

int64_t world_measure(World *world, unsigned flow, int64_t us)
{
        int64_t before = world->flows[flow].came_bytes;
        world_run(world, us);
        return (world->flows[flow].came_bytes - before) * 8 * SECOND / us;
}

int64_t world_until_rate(World *world, uint32_t rate_bps, int64_t max_us)
{
        int64_t from_us = world->now_us;
        while (world->flows[0].rate_bps < rate_bps && world->now_us - from_us < max_us)
                world_run(world, 20000);
        return world->now_us - from_us;
}
