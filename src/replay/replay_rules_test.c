#include "replay/replay_rules.h"

#include "base/time.h"

#include <stdlib.h>
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

/* Ten pieces of 2 s, of which borders and withdrawn moments take some off. */
static void assert_kept(int64_t from_s, int64_t to_s, const LiveSpan *off, guint n_off, const char *expected)
{
        g_autoptr(GArray) pieces = g_array_new(FALSE, FALSE, sizeof(RecorderPiece));
        g_autoptr(GArray) spans = g_array_new(FALSE, FALSE, sizeof(LiveSpan));
        for (unsigned i = 0; i < 10; i++) {
                RecorderPiece piece = { i, 0, i == 0, (100 + 2 * i) * SECOND_US, 2 * SECOND_US };
                g_array_append_val(pieces, piece);
        }
        for (guint i = 0; i < n_off; i++) {
                LiveSpan span = { off[i].from_us * SECOND_US, off[i].to_us * SECOND_US };
                g_array_append_val(spans, span);
        }
        g_autoptr(GArray) kept = replay_keep(pieces, from_s * SECOND_US, to_s * SECOND_US, n_off ? spans : NULL);
        g_autoptr(GString) text = g_string_new(NULL);
        for (guint i = 0; i < kept->len; i++)
                g_string_append_printf(text, "%u", g_array_index(kept, RecorderPiece, i).segment);
        g_assert_cmpstr(text->str, ==, expected);
}

static void test_keep(void)
{
        assert_kept(0, 0, NULL, 0, "0123456789");
        assert_kept(104, 110, NULL, 0, "234");
        assert_kept(105, 109, NULL, 0, "234"); /* a border in a piece keeps it */
        assert_kept(120, 0, NULL, 0, "");
        assert_kept(0, 0, (LiveSpan[]){ { 104, 106 } }, 1, "013456789");
        assert_kept(0, 0, (LiveSpan[]){ { 103, 105 }, { 110, 111 } }, 2, "0346789");
        assert_kept(104, 0, (LiveSpan[]){ { 0, 107 } }, 1, "456789");
        assert_kept(0, 0, (LiveSpan[]){ { 0, 1000 } }, 1, "");
}

/* What is cut off does not come back where the rest goes on, as what falls into a break does. */
static void test_cut_time(void)
{
        const RecorderPiece list[] = { { 0, 0, true, 100 * SECOND_US, 2 * SECOND_US },
                                       { 5, 0, true, 110 * SECOND_US, 2 * SECOND_US } };
        g_autoptr(GArray) pieces = pieces_of(list, G_N_ELEMENTS(list));
        g_assert_cmpint(replay_media_us(pieces, 0, 101 * SECOND_US), ==, SECOND_US);
        g_assert_cmpint(replay_media_us(pieces, 0, 109 * SECOND_US), ==, -1);
        g_assert_cmpint(replay_media_us(pieces, 0, 110 * SECOND_US), ==, 2 * SECOND_US);
        g_assert_cmpint(replay_start_us(pieces, 101 * SECOND_US), ==, SECOND_US);
        g_assert_cmpint(replay_start_us(pieces, 110 * SECOND_US), ==, 0);
        g_autoptr(GArray) off = g_array_new(FALSE, FALSE, sizeof(LiveSpan));
        LiveSpan span = { 111 * SECOND_US, 112 * SECOND_US };
        g_array_append_val(off, span);
        g_autoptr(GArray) dark = replay_dark(pieces, off), none = replay_dark(pieces, NULL);
        g_assert_cmpuint(none->len, ==, 0);
        g_assert_cmpuint(dark->len, ==, 2);
        g_assert_cmpint(g_array_index(dark, int64_t, 0), ==, 2 * SECOND_US);
        g_assert_cmpint(g_array_index(dark, int64_t, 1), ==, 4 * SECOND_US);
}

static void test_names(void)
{
        g_assert_cmpint(media_segment("s000012.m4s"), ==, 12);
        g_assert_cmpint(media_segment("pt-BR-000012.m4s"), ==, 12);
        g_assert_cmpint(media_segment("i000012.mp4"), ==, -1);
        g_assert_cmpint(media_segment("replay.mp4"), ==, -1);
        g_autofree char *language = media_list_language("pt-BR.m3u8"), *none = media_list_language("programme.m3u8");
        g_assert_cmpstr(language, ==, "pt-BR");
        g_assert_null(none);
        g_assert_cmpstr(media_kind("sound.m4a").type, ==, "audio/mp4");
}

static void test_voices(void)
{
        static const char *const refused[] = { "",
                                               "000012",
                                               "000012-",
                                               "000012-.opus",
                                               "000012-0.opus",
                                               "000012-100.opus",
                                               "12-1.opus",
                                               "000000-1.opus",
                                               "0000000012-1.opus",
                                               "000012-1.opus.",
                                               "../000012-1.opus",
                                               "000012-1.ogg",
                                               "000012_1.opus",
                                               "ada-1.opus" };
        int person = 0, part = 0;
        for (size_t i = 0; i < G_N_ELEMENTS(refused); i++)
                g_assert_false(media_voice(refused[i], &person, &part));
        g_assert_true(media_voice("000012-3.opus", &person, &part) && person == 12 && part == 3);
        g_assert_true(media_voice("1234567-1.opus", &person, &part) && person == 1234567);
        static const struct {
                const char *name;
                int part;
                const char *file;
        } names[] = { { "Ada Lovelace", 1, "ada-lovelace.opus" },
                      { "Ada Lovelace", 2, "ada-lovelace-2.opus" },
                      { "", 1, "voice-12.opus" },
                      { "../../x\"y", 1, "x-y.opus" } };
        for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
                g_autofree char *file = voice_download_name(
                        &(ReplayVoice){ .person = 12, .part = names[i].part, .name = (char *)names[i].name });
                g_assert_cmpstr(file, ==, names[i].file);
        }
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

/* "at:rank:same" in seconds; what is left, as "at:rank". */
static void assert_merged(const char *chapters, guint most, const char *expected)
{
        g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(ReplayChapter));
        g_auto(GStrv) words = g_strsplit(chapters, " ", -1);
        for (char **word = words; *word && **word; word++) {
                g_auto(GStrv) parts = g_strsplit(*word, ":", 3);
                ReplayChapter chapter = { .at_us = atoi(parts[0]) * SECOND_US, .rank = atoi(parts[1]) };
                chapter.same = parts[2] ? atoi(parts[2]) : 0;
                g_array_append_val(list, chapter);
        }
        replay_merge_chapters(list, 10 * SECOND_US, most);
        g_autoptr(GString) text = g_string_new(NULL);
        for (guint i = 0; i < list->len; i++) {
                const ReplayChapter *chapter = &g_array_index(list, ReplayChapter, i);
                g_string_append_printf(text, "%s%d:%d", i ? " " : "", (int)(chapter->at_us / SECOND_US), chapter->rank);
        }
        g_assert_cmpstr(text->str, ==, expected);
}

static void test_merge(void)
{
        assert_merged("", 60, "");
        assert_merged("0:1 10:1", 60, "0:1 10:1");
        assert_merged("100:3 95:0 104:1", 60, "100:3");                  /* what says most stays where it is */
        assert_merged("0:7 3:8 20:2", 60, "3:8 20:2");                   /* also before the beginning */
        assert_merged("50:2 58:2", 60, "58:2");                          /* of equals what lasted */
        assert_merged("0:2 8:2 16:2 24:2", 60, "8:2 24:2");              /* none is lost to one that is lost itself */
        assert_merged("9:0 0:0 200:4 100:0", 3, "9:0 100:0 200:4");      /* in order of time */
        assert_merged("0:0 20:0 40:5 60:0", 2, "40:5 60:0");             /* too many: what says least goes */
        assert_merged("0:4:7 300:4:8 303:4:7 400:4:8", 60, "0:4 400:4"); /* a slip of the finger and back */
        assert_merged("0:4:7 300:2:7 400:4:7", 60, "0:4 300:2 400:4");
        assert_merged("0:1 300:1", 60, "0:1 300:1"); /* no number: of its own */
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
        g_test_add_func("/replay/keep", test_keep);
        g_test_add_func("/replay/cut-time", test_cut_time);
        g_test_add_func("/replay/names", test_names);
        g_test_add_func("/replay/time-words", test_time_words);
        g_test_add_func("/replay/find", test_find);
        g_test_add_func("/replay/voices", test_voices);
        g_test_add_func("/replay/merge", test_merge);
        return g_test_run();
}
