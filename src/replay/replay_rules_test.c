#include "replay/replay_rules.h"

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

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/replay-rules/media-kind", test_media_kind);
        g_test_add_func("/replay-rules/folder", test_folder);
        g_test_add_func("/replay-rules/choose", test_choose);
        g_test_add_func("/replay-rules/durations", test_durations);
        g_test_add_func("/replay-rules/words", test_words);
        return g_test_run();
}
