#include "sfu/speakers.h"

typedef struct Seen {
        bool speaking[SFU_SEATS];
        int dominant;
        unsigned changes, leads;
} Seen;

static void on_speaking(void *owner, unsigned seat, bool on)
{
        Seen *seen = owner;
        g_assert_true(seen->speaking[seat] != on);
        seen->speaking[seat] = on;
        seen->changes++;
}

static void on_dominant(void *owner, int seat)
{
        Seen *seen = owner;
        seen->dominant = seat;
        seen->leads++;
}

typedef struct Stage {
        Speakers speakers;
        Seen seen;
        int64_t now_us;
} Stage;

static void stage_init(Stage *stage)
{
        *stage = (Stage){ .seen.dominant = SFU_NO_SEAT, .now_us = 1000000 };
        speakers_init(&stage->speakers);
}

/* 20-ms packets of each seat at its level (127: silence; 255: none at all) for a while. */
static void stage_run(Stage *stage, int64_t time_us, unsigned level0, unsigned level1)
{
        SpeakersOut out = { &stage->seen, on_speaking, on_dominant };
        for (int64_t end_us = stage->now_us + time_us; stage->now_us < end_us; stage->now_us += 20000) {
                if (level0 != 255)
                        speakers_hear(&stage->speakers, 0, (uint8_t)level0);
                if (level1 != 255)
                        speakers_hear(&stage->speakers, 1, (uint8_t)level1);
                speakers_tick(&stage->speakers, stage->now_us, &out);
        }
}

static void test_speaking(void)
{
        Stage stage;
        stage_init(&stage);
        stage_run(&stage, 2000000, 127, 127);
        g_assert_cmpuint(stage.seen.changes, ==, 0);
        stage_run(&stage, 900000, 20, 127);
        g_assert_true(stage.seen.speaking[0]);
        g_assert_false(stage.seen.speaking[1]);
        stage_run(&stage, 600000, 127, 127); /* a breath */
        g_assert_true(stage.seen.speaking[0]);
        stage_run(&stage, 1400000, 127, 127);
        g_assert_false(stage.seen.speaking[0]);
        g_assert_cmpuint(stage.seen.changes, ==, 2);
}

static void test_no_packets_is_silence(void)
{
        Stage stage;
        stage_init(&stage);
        stage_run(&stage, 1000000, 20, 255);
        g_assert_true(stage.seen.speaking[0]);
        stage_run(&stage, 2000000, 255, 255);
        g_assert_false(stage.seen.speaking[0]);
}

static void test_lead_needs_two_seconds(void)
{
        Stage stage;
        stage_init(&stage);
        stage_run(&stage, 1000000, 20, 127);
        g_assert_cmpint(stage.seen.dominant, ==, 0);
        stage_run(&stage, 1000000, 127, 10); /* an interjection */
        stage_run(&stage, 2000000, 20, 127);
        g_assert_cmpint(stage.seen.dominant, ==, 0);
        stage_run(&stage, 4000000, 127, 10);
        g_assert_cmpint(stage.seen.dominant, ==, 1);
        stage_run(&stage, 5000000, 127, 127); /* silence changes nothing */
        g_assert_cmpint(stage.seen.dominant, ==, 1);
        g_assert_cmpuint(stage.seen.leads, ==, 2);
}

static void test_louder_leads(void)
{
        Stage stage;
        stage_init(&stage);
        stage_run(&stage, 1000000, 35, 255);
        stage_run(&stage, 5000000, 35, 10);
        g_assert_cmpint(stage.seen.dominant, ==, 1);
}

static void test_leaving(void)
{
        Stage stage;
        stage_init(&stage);
        stage_run(&stage, 1000000, 20, 255);
        speakers_leave(&stage.speakers, 0);
        stage_run(&stage, 1000000, 255, 255);
        g_assert_false(stage.seen.speaking[0]);
        g_assert_cmpint(stage.seen.dominant, ==, SFU_NO_SEAT);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/speakers/speaking", test_speaking);
        g_test_add_func("/speakers/no-packets-is-silence", test_no_packets_is_silence);
        g_test_add_func("/speakers/lead-needs-two-seconds", test_lead_needs_two_seconds);
        g_test_add_func("/speakers/louder-leads", test_louder_leads);
        g_test_add_func("/speakers/leaving", test_leaving);
        return g_test_run();
}
