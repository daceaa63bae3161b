/* The picture beside a shared screen: its list, its stretches, its restart. */
#include "record/recorder/beside.h"

#include "record/recorder/fragment.h"
#include "record/recorder/playlist.h"
#include "record/recorder/sample_h264.h"

#include <glib/gstdio.h>
#include <string.h>

#define BEGIN_US INT64_C(1767225600000000)
#define MS INT64_C(1000)

static void folder_open(char **folder, gconstpointer data)
{
        *folder = g_dir_make_tmp("treteau-beside-XXXXXX", NULL);
        g_assert_cmpint(g_chdir(*folder), ==, 0);
}

static void folder_close(char **folder, gconstpointer data)
{
        const char *name;
        g_autoptr(GDir) dir = g_dir_open(*folder, 0, NULL);
        while ((name = g_dir_read_name(dir)))
                g_unlink(name);
        g_assert_cmpint(g_chdir("/"), ==, 0);
        g_assert_cmpint(g_rmdir(*folder), ==, 0);
        g_free(*folder);
}

static void key(Beside *beside, bool large, int64_t at_ms)
{
        beside_picture(beside, large ? large_key : small_key, large ? sizeof large_key : sizeof small_key,
                       BEGIN_US + at_ms * MS, true);
}

/* Twenty-five pictures a second behind the key frame at from_ms, up to until_ms. */
static void deltas(Beside *beside, int64_t from_ms, int64_t until_ms)
{
        for (int64_t at_ms = from_ms + 40; at_ms < until_ms; at_ms += 40)
                beside_picture(beside, delta, sizeof delta, BEGIN_US + at_ms * MS, false);
}

/* Its list, read as that of a programme: the letters are all that differs. */
static Playlist *read_list(void)
{
        g_autofree char *file = NULL;
        if (!g_file_get_contents(BESIDE_NAME, &file, NULL, NULL))
                return NULL;
        g_autoptr(GString) text = g_string_new(file);
        g_string_replace(text, "URI=\"j", "URI=\"i", 0);
        g_string_replace(text, "\nb", "\ns", 0);
        return playlist_parse(text->str, text->len, NULL);
}

static const PlaylistEntry *entry(const Playlist *list, guint i)
{
        g_assert_cmpuint(i, <, list->entries->len);
        return &g_array_index(list->entries, PlaylistEntry, i);
}

/* Where the segment's pictures begin on the programme's own time line, and how many there are. */
static void check_segment(unsigned number, int64_t begins_ms, guint pictures)
{
        g_autofree char *name = g_strdup_printf("b%06u.m4s", number), *bytes = NULL;
        gsize length = 0;
        Fragment fragment;
        g_assert_true(g_file_get_contents(name, &bytes, &length, NULL));
        g_assert_true(fragment_parse((const uint8_t *)bytes, length, length, &fragment));
        g_assert_cmpuint(fragment.picture.time, ==, (uint64_t)begins_ms * 90);
        g_assert_cmpuint(fragment.picture.samples->len, ==, pictures);
        g_assert_cmpuint(fragment.sound.samples->len, ==, 0);
        fragment_clear(&fragment);
}

static void test_stretches(char **folder, gconstpointer data)
{
        g_autoptr(Beside) beside = beside_new();
        beside_picture(beside, delta, sizeof delta, BEGIN_US, false); /* nothing begins without a key frame */
        g_assert_false(g_file_test(BESIDE_NAME, G_FILE_TEST_EXISTS));
        key(beside, false, 1000);
        deltas(beside, 1000, 3000);
        key(beside, false, 3000); /* cut: two seconds */
        deltas(beside, 3000, 4000);
        key(beside, true, 4000); /* cut: another size */
        beside_off(beside, BEGIN_US + 4500 * MS);
        key(beside, true, 60000); /* a second stretch, nearly a minute later */
        deltas(beside, 60000, 61000);
        beside_tick(beside, BEGIN_US + 63100 * MS); /* it falls silent */
        beside_finish(beside, true);

        g_autoptr(Playlist) list = read_list();
        g_assert_true(list && list->ended && list->entries->len == 4);
        g_assert_false(entry(list, 1)->begins_stretch);
        g_assert_true(entry(list, 0)->begins_stretch && entry(list, 2)->begins_stretch &&
                      entry(list, 3)->begins_stretch);
        g_assert_cmpint(entry(list, 0)->clock_us, ==, BEGIN_US + 1000 * MS);
        g_assert_cmpint(entry(list, 2)->clock_us, ==, BEGIN_US + 4000 * MS);
        g_assert_cmpint(entry(list, 3)->clock_us, ==, BEGIN_US + 60000 * MS);
        g_assert_cmpint(entry(list, 2)->length_us, ==, 500 * MS);
        g_assert_cmpint(entry(list, 3)->length_us, ==, 1000 * MS);
        check_segment(0, 0, 50);
        check_segment(1, 2000, 25);
        check_segment(2, 3000, 1);
        check_segment(3, 3500, 25);
        g_autofree char *init = NULL;
        gsize length, size;
        const uint8_t *box;
        g_assert_true(g_file_get_contents("j000001.mp4", &init, &length, NULL));
        g_assert_true(init_entry((const uint8_t *)init, length, 1, &box, &size));
        g_assert_false(init_entry((const uint8_t *)init, length, 2, &box, &size));
        g_assert_false(g_file_test("j000003.mp4", G_FILE_TEST_EXISTS));
}

/* Another process goes on: new numbers, a new stretch, nothing from before its end. */
static void test_goes_on(char **folder, gconstpointer data)
{
        Beside *beside = beside_new();
        key(beside, false, 0);
        deltas(beside, 0, 1000);
        beside_finish(beside, false); /* the server went away */
        beside_free(beside);
        g_autoptr(Playlist) before = read_list();
        g_assert_true(before && !before->ended);

        beside = beside_new();
        key(beside, false, 500); /* a clock that was put back */
        deltas(beside, 500, 900);
        key(beside, false, 5000);
        deltas(beside, 5000, 5500);
        beside_finish(beside, true);
        beside_free(beside);
        g_autoptr(Playlist) list = read_list();
        g_assert_true(list && list->ended && list->entries->len == 2);
        g_assert_true(entry(list, 1)->begins_stretch);
        g_assert_cmpuint(entry(list, 1)->init, ==, 1);
        g_assert_cmpint(entry(list, 1)->clock_us, ==, BEGIN_US + 5000 * MS);
        check_segment(1, 1000, 13);
}

/* A damaged list is not written over, and nobody beside leaves no list behind. */
static void test_damaged(char **folder, gconstpointer data)
{
        Beside *beside = beside_new();
        beside_finish(beside, true);
        beside_free(beside);
        g_assert_false(g_file_test(BESIDE_NAME, G_FILE_TEST_EXISTS));
        g_assert_true(g_file_set_contents(BESIDE_NAME, "rubbish", -1, NULL));
        beside = beside_new();
        key(beside, false, 0);
        deltas(beside, 0, 1000);
        beside_finish(beside, true);
        beside_free(beside);
        g_autofree char *text = NULL;
        g_assert_true(g_file_get_contents(BESIDE_NAME, &text, NULL, NULL));
        g_assert_cmpstr(text, ==, "rubbish");
        g_assert_false(g_file_test("b000000.m4s", G_FILE_TEST_EXISTS));
}

/* Without a key frame for long the stretch ends, instead of a segment without end. */
static void test_no_key_frame(char **folder, gconstpointer data)
{
        g_autoptr(Beside) beside = beside_new();
        key(beside, false, 0);
        deltas(beside, 0, 14000);
        beside_finish(beside, true);
        g_autoptr(Playlist) list = read_list();
        g_assert_true(list && list->entries->len == 1);
        g_assert_cmpint(entry(list, 0)->length_us, <=, 10200 * MS);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add("/beside/stretches", char *, NULL, folder_open, test_stretches, folder_close);
        g_test_add("/beside/goes-on", char *, NULL, folder_open, test_goes_on, folder_close);
        g_test_add("/beside/damaged", char *, NULL, folder_open, test_damaged, folder_close);
        g_test_add("/beside/no-key-frame", char *, NULL, folder_open, test_no_key_frame, folder_close);
        return g_test_run();
}
