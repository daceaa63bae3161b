#include "sfu/voices.h"

static void say(void *owner, unsigned seat, bool on)
{
}

static void lead(void *owner, int seat)
{
}

typedef struct Stage {
        Speakers speakers;
        Voices voices;
        int64_t now_us;
        unsigned changes;
} Stage;

enum { NINE = 0x1ff, EIGHT = 0xff, LOUD = 20, QUIET = 127 };

/* 20-ms packets of nine seats at their levels, one look after each window. */
static void stage_run(Stage *stage, int64_t time_us, uint32_t open, const uint8_t levels[9])
{
        const SpeakersOut out = { NULL, say, lead };
        for (int64_t end_us = stage->now_us + time_us; stage->now_us < end_us; stage->now_us += 20000) {
                for (unsigned seat = 0; seat < 9; seat++)
                        speakers_hear(&stage->speakers, seat, levels[seat]);
                if (speakers_tick(&stage->speakers, stage->now_us, &out))
                        stage->changes += voices_look(&stage->voices, &stage->speakers, open);
        }
}

static void stage_init(Stage *stage)
{
        *stage = (Stage){ .now_us = 1000000 };
        speakers_init(&stage->speakers);
}

static const uint8_t silence[9] = { QUIET, QUIET, QUIET, QUIET, QUIET, QUIET, QUIET, QUIET, QUIET };

static void test_few_are_all_heard(void)
{
        Stage stage;
        stage_init(&stage);
        stage_run(&stage, 2000000, EIGHT, (uint8_t[9]){ LOUD, LOUD, LOUD, LOUD, LOUD, QUIET, QUIET, QUIET, QUIET });
        for (int seat = 0; seat < SFU_SEATS; seat++)
                g_assert_true(voices_pass(&stage.voices, seat));
        stage_run(&stage, 2000000, NINE, silence);
        g_assert_false(voices_pass(&stage.voices, 8));
        stage_run(&stage, 1000000, EIGHT, silence);
        g_assert_true(voices_pass(&stage.voices, 8));
}

static void test_loudest(void)
{
        Stage stage;
        stage_init(&stage);
        stage_run(&stage, 3000000, NINE, (uint8_t[9]){ 30, 35, 38, 20, 36, 25, QUIET, QUIET, QUIET });
        g_assert_cmphex(stage.voices.heard, ==, 1u << 3 | 1u << 5 | 1u << 0);
        /* Hardly louder: no flutter. Clearly louder: takes over from the quietest. */
        unsigned changes = stage.changes;
        stage_run(&stage, 3000000, NINE, (uint8_t[9]){ 30, 28, 38, 20, 36, 25, QUIET, QUIET, QUIET });
        g_assert_cmpuint(stage.changes, ==, changes);
        stage_run(&stage, 3000000, NINE, (uint8_t[9]){ 39, 1, 38, 20, 36, 25, QUIET, QUIET, QUIET });
        g_assert_cmphex(stage.voices.heard, ==, 1u << 3 | 1u << 5 | 1u << 1);
        /* Pauses keep their places. */
        stage_run(&stage, 3000000, NINE, silence);
        g_assert_cmphex(stage.voices.heard, ==, 1u << 3 | 1u << 5 | 1u << 1);
}

static void test_who_begins(void)
{
        Stage stage;
        stage_init(&stage);
        stage_run(&stage, 3000000, NINE, (uint8_t[9]){ LOUD, LOUD, QUIET, QUIET, QUIET, QUIET, QUIET, QUIET, QUIET });
        g_assert_cmphex(stage.voices.heard, ==, 3);
        speakers_hear(&stage.speakers, 7, LOUD);
        g_assert_true(voices_begin(&stage.voices, &stage.speakers, 7)); /* a place is free */
        g_assert_cmphex(stage.voices.heard, ==, 3 | 1u << 7);
        speakers_hear(&stage.speakers, 8, LOUD);
        g_assert_false(voices_begin(&stage.voices, &stage.speakers, 8)); /* all three speak */
        stage_run(&stage, 3000000, NINE, (uint8_t[9]){ LOUD, QUIET, QUIET, QUIET, QUIET, QUIET, QUIET, LOUD, QUIET });
        g_assert_cmphex(stage.voices.heard, ==, 3 | 1u << 7);
        speakers_hear(&stage.speakers, 8, LOUD);
        g_assert_true(voices_begin(&stage.voices, &stage.speakers, 8)); /* the second is silent */
        g_assert_cmphex(stage.voices.heard, ==, 1 | 1u << 7 | 1u << 8);
        /* Who closes the microphone leaves a place. */
        stage_run(&stage, 500000, (NINE & ~1u) | 1u << 9, silence);
        g_assert_false(voices_pass(&stage.voices, 0));
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/voices/few-are-all-heard", test_few_are_all_heard);
        g_test_add_func("/voices/loudest", test_loudest);
        g_test_add_func("/voices/who-begins", test_who_begins);
        return g_test_run();
}
