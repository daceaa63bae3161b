#include "base/folder.h"
#include "picture/picture_private.h"

#include <glib/gstdio.h>

static void test_name(void)
{
        static const char *const good[] = { "0123456789abcdef0123456789abcdef.jpg",
                                            "0123456789abcdef0123456789abcdef-320.png" };
        static const char *const bad[] = { "",
                                           "..",
                                           "../treteau.db",
                                           "0123456789abcdef0123456789abcdef",
                                           "0123456789abcdef0123456789abcdef.svg",
                                           "0123456789abcdef0123456789abcdef.jpg.html",
                                           "0123456789abcdef0123456789abcdef-320",
                                           "0123456789abcdef0123456789abcde.jpg",
                                           "0123456789abcdef0123456789abcdef0.jpg",
                                           "0123456789ABCDEF0123456789ABCDEF.jpg",
                                           "0123456789abcdef0123456789abcdef/../x.jpg" };
        for (size_t i = 0; i < G_N_ELEMENTS(good); i++)
                g_assert_true(picture_name_is_sound(good[i]));
        for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
                g_assert_false(picture_name_is_sound(bad[i]));
        g_autofree char *small = picture_small_url("0123456789abcdef0123456789abcdef.jpg");
        g_assert_cmpstr(small, ==, "/media/picture/0123456789abcdef0123456789abcdef-320.jpg");
        g_autofree char *none = picture_small_url("");
        g_assert_cmpstr(none, ==, "");
}

static void test_answer(void)
{
        static const char *const bad[] = { "",
                                           "ok",
                                           "ok jpg 1 1 1\n",
                                           "ok svg 1 1 1 1\n",
                                           "ok jpg 1201 1 1 1\n",
                                           "ok jpg 1 1 321 1\n",
                                           "ok jpg 0 1 1 1\n",
                                           "ok jpg -1 1 1 1\n",
                                           "ok jpg 1 1 1 1\nmore",
                                           "ok jpg 1 1 1 1",
                                           "no such thing at all" };
        for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
                PictureDraft draft = { 0 };
                PictureFault fault = PICTURE_FAULT_NONE;
                g_assert_false(picture_answer_read(bad[i], &draft, &fault));
                g_assert_cmpint(fault, ==, PICTURE_FAULT_DAMAGED);
        }
        PictureDraft draft = { 0 };
        PictureFault fault = PICTURE_FAULT_NONE;
        g_assert_false(picture_answer_read("no cut\n", &draft, &fault));
        g_assert_cmpint(fault, ==, PICTURE_FAULT_CUT);
        g_assert_true(picture_answer_read("ok png 1200 3 320 1\n", &draft, &fault));
        g_assert_cmpint(fault, ==, PICTURE_FAULT_NONE);
        g_assert_cmpstr(draft.ending, ==, "png");
        g_assert_cmpint(draft.height, ==, 3);
}

#define KEPT "0123456789abcdef0123456789abcdef.jpg"
#define STRAY "fedcba9876543210fedcba9876543210.png"

static void put_file(const char *folder, const char *name)
{
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_assert_true(g_file_set_contents(path, "x", 1, NULL));
}

static void assert_there(const char *folder, const char *name, bool there)
{
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_test_message("%s", name);
        g_assert_true(g_file_test(path, G_FILE_TEST_EXISTS) == there);
}

static void keep_picture(Store *store, PictureDraft *draft, bool commit)
{
        Db *db = store_write_begin(store, WRITE_PAGE);
        int64_t event = db_int(db, 0, "SELECT id FROM event", "");
        g_assert_cmpint(picture_keep(db, event, draft), >, 0);
        g_assert_true(store_write_end(store, db, commit, NULL));
}

/* A picture whose turn at the store fails after its files were placed leaves them; the next tidying takes them away,
 * those of another stay, and so does what is no picture. */
static void test_strays(void)
{
        g_autofree char *data = g_dir_make_tmp("picture-XXXXXX", NULL),
                        *folder = g_build_filename(data, "pictures", NULL);
        g_autoptr(GError) error = NULL;
        Store *store = store_open(data, &error);
        g_assert_no_error(error);
        g_mkdir(folder, 0700);
        put_file(data, "big");
        put_file(data, "small");
        Db *db = store_write_begin(store, WRITE_PAGE);
        db_run(db,
               "INSERT INTO event(slug, title, zone, first_day, last_day, created_us, changed_us) VALUES('e', 'E', "
               "'UTC', "
               "'2021-01-28', '2021-01-28', 1, 1)",
               "");
        g_assert_true(store_write_end(store, db, true, &error));
        PictureDraft draft = { .hash = g_strndup(KEPT, 32),
                               .ending = "jpg",
                               .big_path = g_build_filename(data, "big", NULL),
                               .small_path = g_build_filename(data, "small", NULL),
                               .folder = folder };
        keep_picture(store, &draft, true);
        g_free(draft.hash);
        draft.hash = g_strndup(STRAY, 32);
        draft.ending = "png";
        keep_picture(store, &draft, false);
        put_file(folder, "holiday.jpg");
        assert_there(folder, STRAY, true);
        pictures_tidy(store);
        assert_there(folder, STRAY, false);
        assert_there(folder, "fedcba9876543210fedcba9876543210-320.png", false);
        assert_there(folder, KEPT, true);
        assert_there(folder, "0123456789abcdef0123456789abcdef-320.jpg", true);
        assert_there(folder, "holiday.jpg", true);
        g_free(draft.hash);
        g_free(draft.big_path);
        g_free(draft.small_path);
        store_free(store);
        folder_remove(data);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/picture/name", test_name);
        g_test_add_func("/picture/answer", test_answer);
        g_test_add_func("/picture/strays", test_strays);
        return g_test_run();
}
