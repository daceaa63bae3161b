#include "record/recorder/slip.h"

#include <math.h>
#include <stdlib.h>

enum { RATE = 48000, PACKET = RATE / 50, REPORT_S = 5 };
#define HOURS_8 (INT64_C(8) * 3600 * RATE)
/* Some whole second. */
#define BEGIN (INT64_C(1767225600) * RATE)

/* A sender whose clock runs wrong by so many parts in a million; each report says anew which moment of the server's
 * clock a packet was taken at: up to 20 ms late, 1 ms more from one to the next, less at once (sfu/sender_clock.h). */
typedef struct Sender {
        double ppm;
        int64_t report; /* number of the last one */
        int64_t error;  /* samples, of it */
        GRand *random;
} Sender;

/* What the packet that begins after `sent` samples of the sender's clock is said to have been taken at. */
static int64_t time_of(Sender *sender, int64_t sent, double *ret_true)
{
        double rate = 1 + sender->ppm / 1e6;
        int64_t report = sent / (REPORT_S * RATE);
        if (report != sender->report)
                sender->error = g_rand_int_range(sender->random, 0, 10) == 0
                                        ? g_rand_int_range(sender->random, 0, (gint32)sender->error + 1)
                                        : MIN(sender->error + 48, 960);
        sender->report = report;
        /* Between two reports the server counts the sender's samples as its own. */
        int64_t reported = report * REPORT_S * RATE;
        *ret_true = (double)BEGIN + (double)sent / rate;
        return BEGIN + (int64_t)((double)reported / rate) + sent - reported + sender->error;
}

typedef struct Day {
        double worst; /* samples, after the first ten seconds */
        int64_t jumps, stretched, lost;
        int most; /* samples by which one packet was changed */
} Day;

static Day eight_hours(double ppm, int64_t begins_off)
{
        Sender sender = { .ppm = ppm, .report = -1, .random = g_rand_new_with_seed(7) };
        Slip slip = slip_new();
        Day day = { 0 };
        slip_step(&slip, BEGIN + begins_off, PACKET);
        slip.next += PACKET;
        for (int64_t sent = PACKET; sent < HOURS_8; sent += PACKET) {
                double truly;
                int64_t position = time_of(&sender, sent, &truly), expected = slip.next;
                SlipStep step = slip_step(&slip, position, PACKET);
                day.jumps += slip.next != expected;
                day.stretched += step.stretch != 0;
                day.lost += step.lost;
                day.most = MAX(day.most, abs(step.stretch));
                if (sent > 60 * RATE)
                        day.worst = MAX(day.worst, fabs((double)slip.next - truly));
                slip.next += step.lost + PACKET + step.stretch;
        }
        g_rand_free(sender.random);
        return day;
}

/* Eight hours with clocks up to 100 ppm wrong: a voice is never more than 40 ms from where it belongs, without a jump,
 * and no packet is changed by more than a sample. Without slipping it would be 2.9 s off. */
static void test_eight_hours(void)
{
        static const double clocks[] = { -100, -37.5, 0, 12, 100 };
        for (size_t i = 0; i < G_N_ELEMENTS(clocks); i++) {
                Day day = eight_hours(clocks[i], 0);
                g_test_message("%+.1f ppm: %.2f ms at worst, %" G_GINT64_FORMAT " packets changed", clocks[i],
                               day.worst / 48, day.stretched);
                g_assert_cmpfloat(day.worst, <, 25 * 48);
                g_assert_cmpint(day.jumps, ==, 0);
                g_assert_cmpint(day.lost, ==, 0);
                g_assert_cmpint(day.most, ==, 1);
                g_assert_cmpint(day.stretched, >=, (int64_t)(fabs(clocks[i]) * HOURS_8 / 1e6));
        }
}

/* Who began 30 ms off, before the first report, is where they belong within a minute; further off is a jump at once. */
static void test_begins_off(void)
{
        Day day = eight_hours(100, 30 * 48);
        g_assert_cmpfloat(day.worst, <, 25 * 48);
        g_assert_cmpint(day.jumps, ==, 0);
        day = eight_hours(-100, 60 * 48);
        g_assert_cmpfloat(day.worst, <, 25 * 48);
        g_assert_cmpint(day.jumps, ==, 1);
}

/* Lost packets are counted whole, also while the clocks are apart. */
static void test_loss(void)
{
        Slip slip = slip_new();
        int64_t position = BEGIN;
        slip_step(&slip, position, PACKET);
        slip.next += PACKET - 1000; /* as if 21 ms had run up */
        position += PACKET + 3 * PACKET + 20;
        SlipStep step = slip_step(&slip, position, PACKET);
        g_assert_cmpint(step.lost, ==, 3 * PACKET);
        slip.next += step.lost + PACKET + step.stretch;
        /* More than 120 ms are a pause. */
        position += PACKET * 8;
        step = slip_step(&slip, position, PACKET);
        g_assert_cmpint(step.lost, ==, 0);
        g_assert_cmpint(slip.next, ==, position);
}

/* A tone that is stretched or shortened has no click: between two samples it never rises by more than a tone can. */
static void test_no_click(void)
{
        enum { PACKETS = 200 };
        static float out[(PACKET + 6) * PACKETS];
        for (int by = -1; by <= 1; by += 2) {
                int length = 0;
                for (int k = 0; k < PACKETS; k++) {
                        float in[PACKET];
                        for (int i = 0; i < PACKET; i++)
                                in[i] = (float)(0.5 * sin(2 * G_PI * 1000 * (double)(k * PACKET + i) / RATE));
                        slip_stretch(in, PACKET, out + length, PACKET + by);
                        length += PACKET + by;
                }
                double rise = 0, power = 0;
                for (int i = 1; i < length; i++) {
                        rise = MAX(rise, fabs((double)out[i] - out[i - 1]));
                        power += (double)out[i] * out[i];
                }
                g_assert_cmpfloat(rise, <, 0.5 * 2 * G_PI * 1000 / RATE * 1.02);
                g_assert_cmpfloat_with_epsilon(sqrt(power / length), 0.5 / G_SQRT2, 0.002);
        }
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/recorder-slip/eight-hours", test_eight_hours);
        g_test_add_func("/recorder-slip/begins-off", test_begins_off);
        g_test_add_func("/recorder-slip/loss", test_loss);
        g_test_add_func("/recorder-slip/no-click", test_no_click);
        return g_test_run();
}
