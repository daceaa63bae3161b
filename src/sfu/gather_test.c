/* Sound for somebody who wants no picture, over loopback: three packets come as one, with nothing missing, nothing
 * twice, and no hole in the numbers, when it begins, goes on and ends. */
#include "sfu/test_hall.h"

#include "rtc/opus.h"

enum { FRAME_TICKS = 960 };

/* What reached a watcher, as frames. */
typedef struct {
        unsigned frames, joined;
} Told;

static Told told(const TestPeer *watcher)
{
        Told all = { 0 };
        for (unsigned i = 0; i < watcher->packets->len; i++) {
                const TestPacket *packet = &g_array_index(watcher->packets, TestPacket, i);
                OpusToc toc;
                g_assert_cmpint(opus_toc_read(packet->payload, packet->size, &toc), ==, DROP_NONE);
                all.frames += toc.frames;
                all.joined += toc.frames == OPUS_JOIN_MAX;
        }
        return all;
}

/* One line of numbers and of time. */
static void assert_whole(const TestPeer *watcher)
{
        for (unsigned i = 1; i < watcher->packets->len; i++) {
                const TestPacket *before = &g_array_index(watcher->packets, TestPacket, i - 1);
                const TestPacket *packet = &g_array_index(watcher->packets, TestPacket, i);
                OpusToc toc;
                opus_toc_read(before->payload, before->size, &toc);
                g_assert_cmpuint((uint16_t)(packet->header.sequence - before->header.sequence), ==, 1);
                g_assert_cmpuint(packet->header.timestamp - before->header.timestamp, ==, toc.frames * FRAME_TICKS);
        }
}

/* How high every picture is shown. */
static void view(TestHall *hall, SfuPeer peer, uint16_t height)
{
        uint16_t heights[SFU_LINES];
        for (size_t i = 0; i < SFU_LINES; i++)
                heights[i] = SFU_ANY_HEIGHT;
        heights[sfu_line_from_word("s")] = height;
        for (int seat = 0; seat < SFU_SEATS; seat++) {
                g_autofree char *word = g_strdup_printf("v%d", seat);
                heights[sfu_line_from_word(word)] = height;
        }
        sfu_view(hall->sfu, peer, heights, 0);
}

static void test_gathers(void)
{
        TestHall hall;
        test_hall_init(&hall, 1);
        TestPeer *speaker = test_hall_publish(&hall, false);
        TestPeer *all = test_hall_watch(&hall, false), *sound = test_hall_watch(&hall, false);
        SfuPeer peer = hall.peer;
        unsigned sent = 0;
        for (; sent < 4; sent++)
                test_hall_speak(&hall, speaker, 1);
        WAIT_FOR(&hall, told(sound).frames == sent && told(all).frames == sent);
        g_assert_cmpuint(told(sound).joined, ==, 0);
        view(&hall, peer, 0);
        for (int64_t end_us = g_get_monotonic_time() + TEST_WAIT_US;
             told(sound).joined < 3 && g_get_monotonic_time() < end_us; sent++) {
                test_hall_speak(&hall, speaker, 1);
                WAIT_FOR(&hall, told(all).frames == sent + 1);
        }
        g_assert_cmpuint(told(sound).joined, >=, 3);
        g_assert_cmpuint(told(all).joined, ==, 0);
        view(&hall, peer, SFU_ANY_HEIGHT);
        unsigned joined = told(sound).joined, packets = 0;
        for (int64_t end_us = g_get_monotonic_time() + TEST_WAIT_US; packets < 6 && g_get_monotonic_time() < end_us;
             sent++) {
                unsigned before = sound->packets->len;
                test_hall_speak(&hall, speaker, 1);
                WAIT_FOR(&hall, told(all).frames == sent + 1);
                packets = told(sound).joined > joined ? 0 : packets + (sound->packets->len - before);
                joined = told(sound).joined;
        }
        WAIT_FOR(&hall, told(sound).frames == sent); /* what was held came with what followed */
        assert_whole(sound);
        assert_whole(all);
        test_hall_clear(&hall);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/sfu/gather", test_gathers);
        return g_test_run();
}
