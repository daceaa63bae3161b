#include "backup/backup_private.h"
#include "backup/backup_rules.h"
#include "backup/container.h"
#include "base/folder.h"
#include "base/time.h"
#include "store/db.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define NOON INT64_C(1611835200000000) /* Thursday 2021-01-28 12:00 UTC */
#define LARGE (3 * 1024 * 1024)

typedef struct {
        char *folder, *data, *to, *key;
} Fixture;

static void write_file(const char *folder, const char *name, const char *text, gssize size)
{
        g_autofree char *path = g_build_filename(folder, name, NULL), *parent = g_path_get_dirname(path);
        g_assert_cmpint(g_mkdir_with_parents(parent, 0700), ==, 0);
        g_assert_true(g_file_set_contents(path, text, size, NULL));
}

static void set_up(Fixture *fixture, gconstpointer data)
{
        g_assert_cmpint(sodium_init(), >=, 0);
        fixture->folder = g_dir_make_tmp("backup-XXXXXX", NULL);
        fixture->data = g_build_filename(fixture->folder, "data", NULL);
        fixture->to = g_build_filename(fixture->folder, "to", NULL);
        fixture->key = g_build_filename(fixture->folder, "key", NULL);
        g_mkdir(fixture->to, 0700);
        g_autoptr(GError) error = NULL;
        store_free(store_open(fixture->data, &error));
        g_assert_no_error(error);
        g_autofree char *large = g_malloc(LARGE);
        for (size_t i = 0; i < LARGE; i++)
                large[i] = (char)(i * i >> 7);
        write_file(fixture->data, "secret.key", "0123456789abcdef", -1);
        write_file(fixture->data, "media/one/programme.m3u8", "#EXTM3U\n", -1);
        write_file(fixture->data, "media/one/0.m4s", large, LARGE);
        write_file(fixture->data, "media/empty", "", 0);
        write_file(fixture->data, "tmp/upload", "left out", -1);
        write_file(fixture->folder, "key", "correct horse battery staple\n", -1);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
        folder_remove(fixture->folder);
        g_free(fixture->folder);
        g_free(fixture->data);
        g_free(fixture->to);
        g_free(fixture->key);
}

static Backup *make(const Fixture *fixture, const char *key_file, int64_t at_us)
{
        g_autoptr(GError) error = NULL;
        Backup *backup = backup_make(&(BackupWish){ .folder = fixture->data,
                                                    .to = fixture->to,
                                                    .key_file = key_file,
                                                    .daily = 2,
                                                    .weekly = 1,
                                                    .now_us = at_us },
                                     &error);
        g_assert_no_error(error);
        return backup;
}

static void assert_same(const char *one, const char *other, const char *name)
{
        g_autofree char *path = g_build_filename(one, name, NULL), *other_path = g_build_filename(other, name, NULL);
        g_autofree char *text = NULL, *other_text = NULL;
        gsize size = 0, other_size = 0;
        g_assert_true(g_file_get_contents(path, &text, &size, NULL));
        g_assert_true(g_file_get_contents(other_path, &other_text, &other_size, NULL));
        g_assert_cmpmem(text, size, other_text, other_size);
}

static int files_in(const char *folder)
{
        g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
        int count = 0;
        while (dir && g_dir_read_name(dir))
                count++;
        return count;
}

static void check_round(Fixture *fixture, const char *key_file)
{
        g_autoptr(Backup) made = make(fixture, key_file, NOON);
        g_assert_cmpuint(made->files, ==, 6); /* the head, the database, the key, three of media */
        g_assert_cmpuint(made->left_out, ==, 0);
        g_autofree char *new = g_build_filename(fixture->folder, "new", NULL), *path = NULL;
        g_autoptr(GError) error = NULL;
        g_autoptr(Backup) verified = backup_verify(made->path, key_file, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(verified->files, ==, made->files);
        g_assert_cmpuint(verified->bytes, ==, made->bytes);
        g_assert_cmpint(verified->created_us, ==, NOON);
        g_autoptr(Backup) restored = backup_restore(made->path, key_file, new, &error);
        g_assert_no_error(error);
        assert_same(fixture->data, new, "secret.key");
        assert_same(fixture->data, new, "media/one/0.m4s");
        assert_same(fixture->data, new, "media/one/programme.m3u8");
        assert_same(fixture->data, new, "media/empty");
        g_assert_cmpint(backup_last(fixture->data, &path), ==, NOON);
        g_assert_cmpstr(path, ==, made->path);
        g_assert_cmpint(backup_last(new, NULL), ==, 0);
        Store *store = store_open(new, &error);
        g_assert_no_error(error);
        store_free(store);
}

static void test_round(Fixture *fixture, gconstpointer data)
{
        check_round(fixture, NULL);
}

static void test_sealed(Fixture *fixture, gconstpointer data)
{
        check_round(fixture, fixture->key);
        g_autofree char *name = backup_name(NOON, true), *path = g_build_filename(fixture->to, name, NULL);
        g_autofree char *text = NULL;
        gsize size = 0;
        g_assert_true(g_file_get_contents(path, &text, &size, NULL));
        g_assert_null(memmem(text, size, "SQLite format", 13));
        g_autoptr(GError) error = NULL;
        g_assert_null(backup_verify(path, NULL, &error));
        g_assert_error(error, BACKUP_ERROR, BACKUP_ERROR_KEY);
        g_clear_error(&error);
        g_assert_true(g_file_set_contents(fixture->key, "another horse, another staple", -1, NULL));
        g_assert_null(backup_verify(path, fixture->key, &error));
        g_assert_error(error, BACKUP_ERROR, BACKUP_ERROR_KEY);
}

/* Wherever it is cut, and whichever byte is turned, it is refused with a sentence and nothing stays. */
static void check_damage(Fixture *fixture, const char *key_file)
{
        g_autoptr(Backup) made = make(fixture, key_file, NOON);
        g_autofree char *text = NULL, *bad = g_build_filename(fixture->folder, "bad", NULL);
        g_autofree char *new = g_build_filename(fixture->folder, "new", NULL);
        gsize size = 0;
        g_assert_true(g_file_get_contents(made->path, &text, &size, NULL));
        int before = files_in(fixture->folder) + 1; /* bad itself */
        for (int i = 0; i < 40; i++) {
                gsize at = size * (gsize)i / 40;
                bool cut = i % 2;
                g_autoptr(GError) error = NULL;
                text[at] ^= 0x10;
                g_assert_true(g_file_set_contents(bad, text, (gssize)(cut ? at : size), NULL));
                text[at] ^= 0x10;
                g_assert_null(i % 8 ? backup_verify(bad, key_file, &error)
                                    : backup_restore(bad, key_file, new, &error));
                g_assert_nonnull(error);
                g_assert_cmpint(files_in(fixture->folder), ==, before);
        }
}

static void test_damage(Fixture *fixture, gconstpointer data)
{
        check_damage(fixture, NULL);
}

static void test_damage_sealed(Fixture *fixture, gconstpointer data)
{
        check_damage(fixture, fixture->key);
}

static void test_place(Fixture *fixture, gconstpointer data)
{
        g_autoptr(Backup) made = make(fixture, NULL, NOON);
        g_autoptr(GError) error = NULL;
        g_assert_null(backup_restore(made->path, NULL, fixture->data, &error));
        g_assert_error(error, BACKUP_ERROR, BACKUP_ERROR_REFUSED);
        g_clear_error(&error);
        g_assert_null(backup_verify("/nowhere/at/all", NULL, &error));
        g_assert_error(error, BACKUP_ERROR, BACKUP_ERROR_FAILED);
        g_clear_error(&error);
        g_assert_null(backup_make(&(BackupWish){ .folder = fixture->to, .to = fixture->to, .now_us = NOON }, &error));
        g_assert_nonnull(error);
        g_assert_cmpint(files_in(fixture->to), ==, 1);
}

static bool never(void *owner, uint64_t done, uint64_t total)
{
        g_assert_cmpuint(done, <=, total);
        return ++*(int *)owner < 3;
}

static void test_cancel(Fixture *fixture, gconstpointer data)
{
        int calls = 0;
        g_autoptr(GError) error = NULL;
        g_assert_null(backup_make(&(BackupWish){ .folder = fixture->data,
                                                 .to = fixture->to,
                                                 .now_us = NOON,
                                                 .progress = never,
                                                 .owner = &calls },
                                  &error));
        g_assert_error(error, BACKUP_ERROR, BACKUP_ERROR_CANCELLED);
        g_assert_cmpint(files_in(fixture->to), ==, 0);
        g_assert_cmpint(backup_last(fixture->data, NULL), ==, 0);
}

/* What a crash leaves is no backup, and is gone after the next. */
static void test_left_behind(Fixture *fixture, gconstpointer data)
{
        write_file(fixture->to, ASIDE "crash1", "half", -1);
        g_autofree char *held = NULL;
        g_autoptr(GError) error = NULL;
        int fd = backup_open_aside(fixture->to, &held, &error); /* of one that is being made */
        g_assert_cmpint(fd, >=, 0);
        g_assert_cmpint(files_in(fixture->to), ==, 1);
        g_autoptr(Backup) made = make(fixture, NULL, NOON);
        g_assert_true(g_file_test(held, G_FILE_TEST_EXISTS));
        close(fd);
        g_autoptr(Backup) next = make(fixture, NULL, NOON + DAY_US);
        g_assert_cmpint(files_in(fixture->to), ==, 2);
}

static void test_thinned(Fixture *fixture, gconstpointer data)
{
        write_file(fixture->to, "holiday.jpg", "mine", -1);
        for (int day = 0; day < 4; day++) {
                g_autoptr(Backup) made = make(fixture, NULL, NOON + day * DAY_US);
                g_assert_cmpuint(made->thinned, ==, day < 2 ? 0 : 1);
        }
        g_assert_cmpint(files_in(fixture->to), ==, 3);
}

static void test_thin(void)
{
        const int64_t at[] = {
                NOON + 9 * DAY_US, NOON + 9 * DAY_US - HOUR_US, NOON + 8 * DAY_US, NOON + 3 * DAY_US, NOON,
                NOON - 60 * DAY_US
        };
        bool keep[6];
        backup_thin(at, 6, 2, 2, keep);
        const bool wanted[] = { true, false, true, true, false, false };
        g_assert_cmpmem(keep, sizeof keep, wanted, sizeof wanted);
        backup_thin(at, 6, 0, 0, keep);
        const bool newest[] = { true, false, false, false, false, false };
        g_assert_cmpmem(keep, sizeof keep, newest, sizeof newest);
        int daily = 1, weekly = 1;
        g_assert_true(backup_read_keep("7,4", &daily, &weekly));
        g_assert_cmpint(daily * 10 + weekly, ==, 74);
        g_assert_false(backup_read_keep("7", &daily, &weekly));
        g_assert_false(backup_read_keep("7,4x", &daily, &weekly));
        g_assert_false(backup_read_keep("-1,4", &daily, &weekly));
}

static void test_names(void)
{
        int64_t at_us = 0;
        g_autofree char *name = backup_name(NOON, false), *sealed = backup_name(NOON, true);
        g_assert_cmpstr(name, ==, "treteau-20210128T120000Z.tar.zst");
        g_assert_true(backup_name_read(name, &at_us) && at_us == NOON);
        g_assert_true(backup_name_read(sealed, &at_us));
        const char *const others[] = { "treteau-20210128T120000Z.tar.zst.old", "treteau-20211328T120000Z.tar.zst",
                                       "treteau-2021128T120000Z.tar.zst", "my-treteau.tar.zst", "" };
        for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
                g_assert_false(backup_name_read(others[i], &at_us));
        g_assert_null(container_name_fault("media/one/0.m4s"));
        const char *const bad[] = { "",    "/etc/passwd", "../x", "a/../b", "a//b", "a/",
                                    "./a", "a\nb",        "a\\b", "é",      "a b",  "C:x" };
        for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
                g_assert_nonnull(container_name_fault(bad[i]));
}

/* An archive by somebody else, by its files: name and text, or a link. */
typedef struct {
        const char *name, *text;
        bool twice;
} Made;

static GError *refusal(const Made *made, size_t count, bool with_list)
{
        int fd = memfd_create("archive", MFD_CLOEXEC);
        GError *error = NULL;
        g_autoptr(Sealer) sealer = sealer_new(fd, NULL, &error);
        g_autoptr(ContainerWriter) writer = container_writer_new(sealer, true, &error);
        for (size_t i = 0; i < count; i++)
                g_assert_true(container_add_bytes(writer, made[i].name, made[i].text, strlen(made[i].text), &error));
        uint64_t files, size;
        if (with_list)
                g_assert_true(container_writer_end(writer, &files, &size, &error));
        lseek(fd, 0, SEEK_SET);
        g_autoptr(Unsealer) unsealer = unsealer_new(fd, NULL, &error);
        ContainerSummary summary;
        bool good = container_read(unsealer, store_schema(), NULL, &summary, &error);
        g_assert_true(good == !error);
        close(fd);
        return error;
}

static void test_heads(void)
{
        g_autofree char *newer = g_strdup_printf("{\"format\":1,\"schema\":%d}", (int)store_schema() + 1);
        g_autoptr(GError) good =
                refusal((Made[]){ { CONTAINER_HEAD, "{\"format\":1,\"schema\":1}" }, { "a", "b" } }, 2, true);
        g_assert_no_error(good);
        g_autoptr(GError) schema = refusal((Made[]){ { CONTAINER_HEAD, newer } }, 1, true);
        g_assert_error(schema, BACKUP_ERROR, BACKUP_ERROR_NEWER);
        g_autoptr(GError) format = refusal((Made[]){ { CONTAINER_HEAD, "{\"format\":2,\"schema\":1}" } }, 1, true);
        g_assert_error(format, BACKUP_ERROR, BACKUP_ERROR_NEWER);
        g_autoptr(GError) none = refusal((Made[]){ { "a", "b" } }, 1, true);
        g_assert_error(none, BACKUP_ERROR, BACKUP_ERROR_DAMAGED);
        g_autoptr(GError) text = refusal((Made[]){ { CONTAINER_HEAD, "[]" } }, 1, true);
        g_assert_error(text, BACKUP_ERROR, BACKUP_ERROR_DAMAGED);
        g_autoptr(GError) listless = refusal((Made[]){ { CONTAINER_HEAD, "{\"format\":1,\"schema\":1}" } }, 1, false);
        g_assert_error(listless, BACKUP_ERROR, BACKUP_ERROR_DAMAGED);
}

/* A file that is written while it is copied: as long as it was when it was opened. */
static void test_growing(Fixture *fixture, gconstpointer data)
{
        int fd = memfd_create("archive", MFD_CLOEXEC), file = memfd_create("file", MFD_CLOEXEC);
        g_assert_cmpint(write(file, "0123456789", 10), ==, 10);
        lseek(file, 0, SEEK_SET);
        g_autoptr(GError) error = NULL;
        g_autoptr(Sealer) sealer = sealer_new(fd, NULL, &error);
        g_autoptr(ContainerWriter) writer = container_writer_new(sealer, true, &error);
        g_assert_true(container_add_file(writer, "grows", file, 5, NULL, NULL, &error));
        g_assert_no_error(error);
        lseek(file, 0, SEEK_SET);
        g_assert_false(container_add_file(writer, "shrinks", file, 20, NULL, NULL, &error));
        g_assert_error(error, BACKUP_ERROR, BACKUP_ERROR_FAILED);
        close(fd);
        close(file);
}

static void test_bomb(void)
{
        int fd = memfd_create("archive", MFD_CLOEXEC), zeros = memfd_create("zeros", MFD_CLOEXEC);
        const uint64_t size = 256 * 1024 * 1024;
        g_assert_cmpint(ftruncate(zeros, (off_t)size), ==, 0);
        const char *head = "{\"format\":1,\"schema\":1}";
        g_autoptr(GError) error = NULL;
        g_autoptr(Sealer) sealer = sealer_new(fd, NULL, &error);
        g_autoptr(ContainerWriter) writer = container_writer_new(sealer, true, &error);
        g_assert_true(container_add_bytes(writer, CONTAINER_HEAD, head, strlen(head), &error));
        g_assert_true(container_add_file(writer, "zeros", zeros, size, NULL, NULL, &error));
        uint64_t files, bytes;
        g_assert_true(container_writer_end(writer, &files, &bytes, &error));
        lseek(fd, 0, SEEK_SET);
        g_autoptr(Unsealer) unsealer = unsealer_new(fd, NULL, &error);
        ContainerSummary summary;
        g_assert_false(container_read(unsealer, store_schema(), NULL, &summary, &error));
        g_assert_error(error, BACKUP_ERROR, BACKUP_ERROR_REFUSED);
        close(fd);
        close(zeros);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
#define WITH_FOLDER(path, test) g_test_add(path, Fixture, NULL, set_up, test, tear_down)
        WITH_FOLDER("/backup/round", test_round);
        WITH_FOLDER("/backup/sealed", test_sealed);
        WITH_FOLDER("/backup/damage", test_damage);
        WITH_FOLDER("/backup/damage-sealed", test_damage_sealed);
        WITH_FOLDER("/backup/place", test_place);
        WITH_FOLDER("/backup/cancel", test_cancel);
        WITH_FOLDER("/backup/left-behind", test_left_behind);
        WITH_FOLDER("/backup/thinned", test_thinned);
        WITH_FOLDER("/backup/growing", test_growing);
        g_test_add_func("/backup/thin", test_thin);
        g_test_add_func("/backup/names", test_names);
        g_test_add_func("/backup/heads", test_heads);
        g_test_add_func("/backup/bomb", test_bomb);
        return g_test_run();
}
