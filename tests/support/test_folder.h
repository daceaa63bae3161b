/* The folder of a test: what tests of the store and above remove when they end. */
#pragma once
#include <glib.h>
#include <glib/gstdio.h>

/* Removes a folder of g_dir_make_tmp() with all that is in it, and frees its name. */
static inline void test_folder_remove(char *folder)
{
        g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
        for (const char *name; dir && (name = g_dir_read_name(dir));) {
                char *path = g_build_filename(folder, name, NULL);
                if (!g_file_test(path, G_FILE_TEST_IS_SYMLINK) && g_file_test(path, G_FILE_TEST_IS_DIR)) {
                        test_folder_remove(path);
                        continue;
                }
                g_unlink(path);
                g_free(path);
        }
        g_rmdir(folder);
        g_free(folder);
}
