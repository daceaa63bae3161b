#include "record/recorder/playlist.h"

#include <string.h>

static const char sample[] = "#EXTM3U\n"
                             "#EXT-X-VERSION:7\n"
                             "#EXT-X-TARGETDURATION:4\n"
                             "#EXT-X-PLAYLIST-TYPE:EVENT\n"
                             "#EXT-X-INDEPENDENT-SEGMENTS\n"
                             "#EXT-X-SERVER-CONTROL:CAN-SKIP-UNTIL=24\n"
                             "#EXT-X-MAP:URI=\"i000000.mp4\"\n"
                             "#EXT-X-PROGRAM-DATE-TIME:2026-01-28T09:00:00.250Z\n"
                             "#EXTINF:2.000000,\n"
                             "s000000.m4s\n"
                             "#EXTINF:3.916666,\n"
                             "s000001.m4s\n"
                             "#EXT-X-DISCONTINUITY\n"
                             "#EXT-X-MAP:URI=\"i000001.mp4\"\n"
                             "#EXT-X-PROGRAM-DATE-TIME:2026-01-28T10:00:00.000Z\n"
                             "#EXTINF:0.040000,\n"
                             "s000002.m4s\n";

static void test_there_and_back(void)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(Playlist) list = playlist_parse(sample, strlen(sample), &error);
        g_assert_no_error(error);
        g_assert_cmpuint(list->entries->len, ==, 3);
        const PlaylistEntry *second = &g_array_index(list->entries, PlaylistEntry, 1), *last = playlist_last(list);
        g_assert_false(second->begins_stretch);
        g_assert_cmpint(second->clock_us, ==, INT64_C(1769590802250000));
        g_assert_cmpuint(last->init, ==, 1);
        g_assert_true(last->begins_stretch);
        g_assert_cmpint(last->clock_us, ==, INT64_C(1769594400000000));
        g_assert_cmpint(playlist_length_us(list), ==, 5956666);
        g_autoptr(GString) text = playlist_text(list);
        g_assert_cmpstr(text->str, ==, sample);

        g_assert_false(list->ended);
        list->ended = true;
        g_autoptr(GString) ended = playlist_text(list);
        g_assert_true(g_str_has_suffix(ended->str, "s000002.m4s\n#EXT-X-ENDLIST\n"));
        g_assert_null(strstr(ended->str, "SERVER-CONTROL"));
        g_autoptr(Playlist) again = playlist_parse(ended->str, ended->len, &error);
        g_assert_true(again && again->ended);
}

static void test_recent(void)
{
        g_autoptr(Playlist) list = playlist_new();
        for (unsigned i = 0; i < 100; i++) {
                g_autoptr(GString) all = playlist_text(list), recent = playlist_text_recent(list);
                if (i <= 12)
                        g_assert_cmpstr(recent->str, ==, all->str);
                g_assert_cmpuint(recent->len, <, 800);
                playlist_add(list, &(PlaylistEntry){ .segment = i + 5,
                                                     .begins_stretch = i == 0 || i == 95,
                                                     .clock_us = INT64_C(1769590802250000) + 2000000 * i,
                                                     .length_us = 2000000 });
        }
        g_autoptr(GString) recent = playlist_text_recent(list);
        g_assert_true(g_str_has_prefix(recent->str, "#EXTM3U\n#EXT-X-VERSION:9\n"));
        g_assert_nonnull(strstr(recent->str, "\n#EXT-X-SKIP:SKIPPED-SEGMENTS=87\n#EXT-X-PROGRAM-DATE-TIME:2026-01-28T"
                                             "09:02:56.250Z\n#EXTINF:2.000000,\ns000092.m4s\n"));
        g_assert_nonnull(strstr(recent->str, "s000099.m4s\n#EXT-X-DISCONTINUITY\n#EXT-X-MAP"));
        g_assert_true(g_str_has_suffix(recent->str, "s000104.m4s\n"));
}

/* Key frames of a recording made elsewhere may lie further apart. */
static void test_long_pieces(void)
{
        g_autoptr(Playlist) list = playlist_new();
        playlist_add(list, &(PlaylistEntry){ .begins_stretch = true, .length_us = 10400000 });
        g_autoptr(GString) text = playlist_text(list);
        g_assert_nonnull(strstr(text->str, "\n#EXT-X-TARGETDURATION:10\n"));
        playlist_add(list, &(PlaylistEntry){ .segment = 1, .length_us = 10500000 });
        g_autoptr(GString) longer = playlist_text(list);
        g_assert_nonnull(strstr(longer->str, "\n#EXT-X-TARGETDURATION:11\n"));
        g_autoptr(Playlist) again = playlist_parse(longer->str, longer->len, NULL);
        g_assert_nonnull(again);
}

static void assert_refused(const char *text, size_t length)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(Playlist) list = playlist_parse(text, length, &error);
        g_assert_null(list);
        g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL);
}

static void assert_refused_with(const char *what, const char *instead)
{
        g_auto(GStrv) parts = g_strsplit(sample, what, 2);
        g_assert_nonnull(parts[1]);
        g_autofree char *text = g_strconcat(parts[0], instead, parts[1], NULL);
        assert_refused(text, strlen(text));
}

static void test_damaged(void)
{
        assert_refused("", 0);
        assert_refused("\0\0\0\0", 4);
        assert_refused("#EXTINF:2.000000,\n", 18);
        assert_refused_with("s000001.m4s", "s000000.m4s");
        assert_refused_with("s000001.m4s", "../../etc/passwd");
        assert_refused_with("s000001.m4s", "s000001.m4s.part");
        assert_refused_with("i000000.mp4", "i00000x.mp4");
        assert_refused_with("#EXTINF:2.000000,", "#EXTINF:2,");
        assert_refused_with("#EXTINF:2.000000,", "#EXTINF:99999999999999.000000,");
        assert_refused_with("#EXTINF:2.000000,\n", "");
        assert_refused_with("2026-01-28T09:00:00.250Z", "yesterday");
        assert_refused_with("#EXT-X-PROGRAM-DATE-TIME:2026-01-28T09:00:00.250Z\n", "");
        assert_refused_with("#EXT-X-DISCONTINUITY", "#EXT-X-ENDLIST");
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/recorder-playlist/there-and-back", test_there_and_back);
        g_test_add_func("/recorder-playlist/long-pieces", test_long_pieces);
        g_test_add_func("/recorder-playlist/recent", test_recent);
        g_test_add_func("/recorder-playlist/damaged", test_damaged);
        return g_test_run();
}
