#include "load/bad_line.h"
#include <glib.h>

static void test_words(void)
{
        const char *bad = NULL;
        const char *const good[] = { "loss 5", "up delay 40", "down rate 300", NULL };
        g_assert_true(bad_line_words_good(good, &bad));
        g_assert_true(bad_line_words_good(NULL, &bad));
        const char *const wrong[] = { "loss", "sideways loss 5", "loss 500", "colour 3", "loss 5 6",
                                      "",     "up down loss 3" };
        for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
                const char *const words[] = { "loss 1", wrong[i], NULL };
                g_assert_false(bad_line_words_good(words, &bad));
                g_assert_cmpstr(bad, ==, wrong[i]);
        }
}

static void test_a_direction_is_one_direction(void)
{
        const char *const words[] = { "down loss 100", "up delay 30", NULL };
        BadLine *line = bad_line_new(words, 7);
        g_assert_cmpint(bad_line_pass(line, LINE_DOWN, 1000, 500), ==, LINE_LOST);
        g_assert_cmpint(bad_line_pass(line, LINE_UP, 1000, 500), ==, 31000);
        bad_line_free(line);
        g_assert_null(bad_line_new(NULL, 7));
}

static void put(LineQueue *queue, int64_t at_us, void *owner, uint8_t byte)
{
        LinePacket packet = { .owner = owner, .size = 1, .bytes = &byte };
        line_queue_put(queue, at_us, &packet);
}

static uint8_t take(LineQueue *queue, int64_t now_us)
{
        LinePacket *packet = line_queue_take(queue, now_us);
        uint8_t byte = packet ? packet->bytes[0] : 0;
        line_packet_free(packet);
        return byte;
}

static void test_packets_come_when_they_are_due_in_order(void)
{
        LineQueue *queue = line_queue_new();
        int one, other;
        put(queue, 300, &one, 'c');
        put(queue, 100, &one, 'a');
        put(queue, 300, &other, 'd');
        put(queue, 200, &one, 'b');
        g_assert_cmpint(take(queue, 99), ==, 0);
        g_assert_cmpint(take(queue, 200), ==, 'a');
        g_assert_cmpint(take(queue, 200), ==, 'b');
        g_assert_cmpint(take(queue, 200), ==, 0);
        line_queue_forget(queue, &one);
        g_assert_cmpint(take(queue, 1000), ==, 'd');
        put(queue, 300, &one, 'e'); /* left for line_queue_free */
        line_queue_free(queue);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/load/bad-line/words", test_words);
        g_test_add_func("/load/bad-line/directions", test_a_direction_is_one_direction);
        g_test_add_func("/load/bad-line/queue", test_packets_come_when_they_are_due_in_order);
        return g_test_run();
}
