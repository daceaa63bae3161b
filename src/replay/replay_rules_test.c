#include "replay/replay_rules.h"

#include "base/time.h"

#include <string.h>

static void test_media_kind(void)
{
        static const char *const refused[] = { "",
                                               ".",
                                               "..",
                                               "programme.m3u8 ",
                                               ".programme.m3u8.part",
                                               "s00001.m4s",
                                               "s000001.m4s/..",
                                               "i000001.m4s",
                                               "s0000000001.m4s",
                                               "treteau.db",
                                               "s00000a.m4s",
                                               "replay.mp4.part",
                                               "REPLAY.MP4" };
        for (size_t i = 0; i < G_N_ELEMENTS(refused); i++)
                g_assert_null(media_kind(refused[i]).type);
        g_assert_cmpstr(media_kind("s000000.m4s").type, ==, "video/mp4");
        g_assert_true(media_kind("i1000000.mp4").immutable);
        g_assert_true(media_kind("b000000.m4s").immutable && media_kind("j000000.mp4").immutable);
        g_assert_cmpstr(media_kind("beside.m3u8").type, ==, "application/vnd.apple.mpegurl");
        g_assert_cmpstr(media_kind("programme.m3u8").type, ==, "application/vnd.apple.mpegurl");
        g_assert_false(media_kind("programme.m3u8").immutable);
        g_assert_false(media_kind("replay.mp4").immutable);
}

static void test_folder(void)
{
        g_assert_true(media_folder_is_sound("s12-2"));
        g_assert_false(media_folder_is_sound(""));
        g_assert_false(media_folder_is_sound(".."));
        g_assert_false(media_folder_is_sound("-x"));
        g_assert_false(media_folder_is_sound("a/b"));
        g_assert_false(media_folder_is_sound("A"));
        g_autofree char *longest = g_strnfill(64, 'a'), *longer = g_strnfill(65, 'a');
        g_assert_true(media_folder_is_sound(longest));
        g_assert_false(media_folder_is_sound(longer));
}

static void assert_chosen(const char *letters, int asked, int expected)
{
        /* One letter a state: Recording, finIshing, readY, Failed. */
        static const char words[] = "RIYF";
        g_autoptr(GPtrArray) replays = g_ptr_array_new_with_free_func((GDestroyNotify)replay_free);
        for (; *letters; letters++) {
                Replay *replay = g_new0(Replay, 1);
                replay->state = (ReplayState)(strchr(words, *letters) - words);
                g_ptr_array_add(replays, replay);
        }
        g_assert_cmpint(replay_choose(replays, asked), ==, expected);
}

static void test_choose(void)
{
        assert_chosen("", 0, -1);
        assert_chosen("Y", 0, 0);
        assert_chosen("YY", 0, 0);
        assert_chosen("YY", 2, 1);
        assert_chosen("YY", 3, 0);
        assert_chosen("YR", 0, 1);
        assert_chosen("FY", 0, 1);
        assert_chosen("FI", 0, 1);
        assert_chosen("F", -1, 0);
}

static void assert_size(int64_t bytes, const char *expected)
{
        g_autofree char *text = size_text(lang_find("en"), bytes);
        g_assert_cmpstr(text, ==, expected);
}

static void assert_duration(int64_t length_us, const char *expected)
{
        g_autofree char *text = iso_duration(length_us);
        g_assert_cmpstr(text, ==, expected);
}

static void test_durations(void)
{
        assert_duration(0, "PT0S");
        assert_duration(-1, "PT0S");
        assert_duration(INT64_C(20) * 1000 * 1000, "PT20S");
        assert_duration(INT64_C(3600) * 1000 * 1000, "PT1H");
        assert_duration(INT64_C(4445) * 1000 * 1000, "PT1H14M5S");
}

static void test_words(void)
{
        assert_size(1, "1 kB");
        assert_size(412345, "412 kB");
        assert_size(412345678, "412 MB");
        assert_size(INT64_C(12345678901), "12 GB");
        g_autofree char *name = download_name("Le métier de « médiateur » : numérique ?");
        g_assert_cmpstr(name, ==, "le-metier-de-mediateur-numerique.mp4");
        g_autofree char *nothing = download_name("…/..");
        g_assert_cmpstr(nothing, ==, "replay.mp4");
        g_assert_true(licence_is_free("CC BY-SA 4.0"));
        g_assert_true(licence_is_free("cc0"));
        g_assert_false(licence_is_free("CC BY-NC 4.0"));
        g_assert_false(licence_is_free("CC BY-ND 4.0"));
        g_assert_false(licence_is_free("All rights reserved"));
}

static GArray *pieces_of(const RecorderPiece *list, guint n)
{
        GArray *pieces = g_array_new(FALSE, FALSE, sizeof(RecorderPiece));
        g_array_append_vals(pieces, list, n);
        return pieces;
}

/* Two stretches of 4 s, a minute apart. */
static void test_time(void)
{
        const RecorderPiece list[] = { { 0, 0, true, 100 * SECOND_US, 2 * SECOND_US },
                                       { 1, 0, false, 102 * SECOND_US, 2 * SECOND_US },
                                       { 2, 1, true, 160 * SECOND_US, 4 * SECOND_US } };
        g_autoptr(GArray) pieces = pieces_of(list, G_N_ELEMENTS(list));
        static const struct {
                int64_t clock_s, media_s;
        } at[] = { { 99, -1 }, { 100, 0 }, { 103, 3 }, { 104, -1 }, { 130, -1 },
                   { 157, 4 }, { 160, 4 }, { 163, 7 }, { 164, -1 } };
        for (size_t i = 0; i < G_N_ELEMENTS(at); i++) {
                int64_t media_us = replay_media_us(pieces, 0, at[i].clock_s * SECOND_US);
                g_assert_cmpint(media_us, ==, at[i].media_s < 0 ? -1 : at[i].media_s * SECOND_US);
        }
        g_assert_cmpint(replay_media_us(NULL, 100, 107), ==, 7);
        g_assert_cmpint(replay_media_us(NULL, 100, 99), ==, -1);
        g_assert_cmpint(replay_clock_us(pieces, 0, 3 * SECOND_US), ==, 103 * SECOND_US);
        g_assert_cmpint(replay_clock_us(pieces, 0, 5 * SECOND_US), ==, 161 * SECOND_US);
        g_assert_cmpint(replay_clock_us(pieces, 0, 900 * SECOND_US), ==, 164 * SECOND_US);
}

static void test_time_words(void)
{
        g_autofree char *short_one = replay_time_text(41 * SECOND_US), *long_one = replay_time_text(4140 * SECOND_US);
        g_assert_cmpstr(short_one, ==, "0:41");
        g_assert_cmpstr(long_one, ==, "1:09:00");
        static const struct {
                const char *text;
                int seconds;
        } read[] = { { "90", 90 }, { "1:30", 90 },    { "1:09:00", 4140 },   { "", -1 },  { "-1", -1 },
                     { "1:", -1 }, { "1:2:3:4", -1 }, { "99999999999", -1 }, { "1x", -1 } };
        for (size_t i = 0; i < G_N_ELEMENTS(read); i++)
                g_assert_cmpint(replay_time_read(read[i].text), ==, read[i].seconds);
}

static void test_find(void)
{
        size_t from, length;
        g_assert_true(replay_find_url("See (https://example.org/a?b=1).", &from, &length));
        g_assert_cmpuint(from, ==, 5);
        g_assert_cmpuint(length, ==, strlen("https://example.org/a?b=1"));
        g_assert_false(replay_find_url("javascript:alert(1) https://", &from, &length));
        g_assert_true(replay_find_words("Le métier de Médiateur", "mediat", &from, &length));
        g_assert_cmpuint(from, ==, strlen("Le métier de "));
        g_assert_cmpuint(length, ==, strlen("Médiat"));
        g_assert_false(replay_find_words("abc", "", &from, &length));
        g_assert_false(replay_find_words("abc", "d", &from, &length));
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/replay-rules/media-kind", test_media_kind);
        g_test_add_func("/replay-rules/folder", test_folder);
        g_test_add_func("/replay-rules/choose", test_choose);
        g_test_add_func("/replay-rules/durations", test_durations);
        g_test_add_func("/replay-rules/words", test_words);
        g_test_add_func("/replay/time", test_time);
        g_test_add_func("/replay/time-words", test_time_words);
        g_test_add_func("/replay/find", test_find);
        return g_test_run();
}
