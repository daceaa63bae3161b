#include "backup/backup_private.h"
#include "backup/backup_rules.h"
#include "backup/container.h"
#include "backup/hashes.h"
#include "base/folder.h"
#include "base/time.h"
#include "store/db.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
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

/* As if it had been written a minute ago: what is written in these moments may still change unseen. */
static void make_older(const char *folder, const char *name)
{
        g_autofree char *path = g_build_filename(folder, name, NULL);
        const struct timespec times[2] = { { .tv_sec = time(NULL) - 60 }, { .tv_sec = time(NULL) - 60 } };
        g_assert_cmpint(utimensat(AT_FDCWD, path, times, 0), ==, 0);
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
        make_older(fixture->data, "media/one/0.m4s");
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

/* The files of the pool. (transfer full) of their paths */
static GPtrArray *pooled(const Fixture *fixture)
{
        GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
        g_autofree char *pool = g_build_filename(fixture->to, BACKUP_POOL, NULL);
        g_autoptr(GDir) dir = g_dir_open(pool, 0, NULL);
        for (const char *name; dir && (name = g_dir_read_name(dir));) {
                g_autofree char *folder = g_build_filename(pool, name, NULL);
                g_autoptr(GDir) below = g_dir_open(folder, 0, NULL);
                for (const char *file; below && (file = g_dir_read_name(below));)
                        g_ptr_array_add(paths, g_build_filename(folder, file, NULL));
        }
        return paths;
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
        for (const char *name; dir && (name = g_dir_read_name(dir));)
                count += strcmp(name, BACKUP_POOL) != 0;
        return count;
}

static void check_round(Fixture *fixture, const char *key_file)
{
        g_autoptr(Backup) made = make(fixture, key_file, NOON);
        g_assert_cmpuint(made->files, ==,
                         7); /* the head, the database, the key, three of media, the list of large ones */
        g_assert_cmpuint(made->pooled_files, ==, 1);
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
static void check_damage(Fixture *fixture, const char *key_file, int rounds)
{
        g_autoptr(Backup) made = make(fixture, key_file, NOON);
        g_autofree char *text = NULL, *bad = g_build_filename(fixture->folder, "bad", NULL);
        g_autofree char *new = g_build_filename(fixture->folder, "new", NULL);
        gsize size = 0;
        g_assert_true(g_file_get_contents(made->path, &text, &size, NULL));
        int before = files_in(fixture->folder) + 1; /* bad itself */
        for (int i = 0; i < rounds; i++) {
                gsize at = size * (gsize)i / (gsize)rounds;
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
        check_damage(fixture, NULL, 40);
}

static void test_damage_sealed(Fixture *fixture, gconstpointer data)
{
        check_damage(fixture, fixture->key, 12); /* each makes a key, which is slow by design */
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

/* Eleven backups hold a recording once; each is far smaller than it, and whole. */
static void check_once(Fixture *fixture, const char *key_file)
{
        for (int i = 0; i < 3; i++) {
                g_autoptr(Backup) made = make(fixture, key_file, NOON + i * HOUR_US);
                g_assert_cmpuint(made->archive_bytes, <, LARGE / 4);
                if (i == 0)
                        g_assert_cmpuint(made->pooled_bytes, >=, LARGE);
                else
                        g_assert_cmpuint(made->pooled_bytes, ==, 0);
                g_autoptr(GError) error = NULL;
                g_autoptr(Backup) verified = backup_verify(made->path, key_file, &error);
                g_assert_no_error(error);
                g_assert_cmpuint(verified->pooled_files, ==, 1);
                g_autoptr(GPtrArray) paths = pooled(fixture);
                g_assert_cmpuint(paths->len, ==, 1);
        }
}

static void test_once(Fixture *fixture, gconstpointer data)
{
        check_once(fixture, data ? fixture->key : NULL);
}

/* A file that somebody sent, which begins as a sealed one does, is put back as it was. */
static void test_looks_sealed(Fixture *fixture, gconstpointer data)
{
        g_autofree char *large = g_malloc0(LARGE), *new = g_build_filename(fixture->folder, "new", NULL);
        strcpy(large, "treteau-sealed-1");
        write_file(fixture->data, "media/one/sent", large, LARGE);
        g_autoptr(Backup) made = make(fixture, NULL, NOON);
        g_autoptr(GError) error = NULL;
        g_autoptr(Backup) restored = backup_restore(made->path, NULL, new, &error);
        g_assert_no_error(error);
        assert_same(fixture->data, new, "media/one/sent");
}

/* What lies beside the archive is checked as what is in it: missing, cut, turned. */
static void check_pool_damage(Fixture *fixture, const char *key_file)
{
        g_autoptr(Backup) made = make(fixture, key_file, NOON);
        g_autoptr(GPtrArray) paths = pooled(fixture);
        g_autofree char *text = NULL, *new = g_build_filename(fixture->folder, "new", NULL);
        gsize size = 0;
        g_assert_cmpuint(paths->len, ==, 1);
        g_assert_true(g_file_get_contents(paths->pdata[0], &text, &size, NULL));
        for (gsize i = 0; i < 3; i++) {
                g_autoptr(GError) error = NULL;
                text[size / 2] ^= i == 0;
                g_assert_true(g_file_set_contents(paths->pdata[0], text, (gssize)(i == 1 ? size / 2 : size), NULL));
                text[size / 2] ^= i == 0;
                if (i == 2)
                        g_unlink(paths->pdata[0]);
                g_assert_null(backup_verify(made->path, key_file, &error));
                g_assert_error(error, BACKUP_ERROR, BACKUP_ERROR_DAMAGED);
                g_assert_nonnull(strstr(error->message, BACKUP_POOL));
                g_clear_error(&error);
                g_assert_null(backup_restore(made->path, key_file, new, &error));
                g_assert_nonnull(error);
                g_assert_false(g_file_test(new, G_FILE_TEST_EXISTS));
        }
        g_autoptr(Backup) next = make(fixture, key_file, NOON + DAY_US); /* and the next puts it there again */
        g_autoptr(GError) error = NULL;
        g_autoptr(Backup) verified = backup_verify(made->path, key_file, &error);
        g_assert_no_error(error);
}

static void test_pool_damage(Fixture *fixture, gconstpointer data)
{
        check_pool_damage(fixture, data ? fixture->key : NULL);
}

/* A recording that was erased leaves with the last backup that had it, a name of somebody else's stays. */
static void test_pool_thinned(Fixture *fixture, gconstpointer data)
{
        g_autoptr(Backup) first = make(fixture, NULL, NOON - DAY_US);
        g_autofree char *path = g_build_filename(fixture->data, "media/one/0.m4s", NULL);
        g_unlink(path);
        write_file(fixture->to, BACKUP_POOL "/holiday.jpg", "mine", -1);
        g_autoptr(Backup) second = make(fixture, NULL, NOON);
        g_autoptr(Backup) third = make(fixture, NULL, NOON + DAY_US);
        g_assert_cmpuint(third->thinned, ==, 1);
        g_autoptr(GPtrArray) none = pooled(fixture);
        g_assert_cmpuint(none->len, ==, 0);
        g_autofree char *other = g_build_filename(fixture->to, BACKUP_POOL, "holiday.jpg", NULL);
        g_assert_true(g_file_test(other, G_FILE_TEST_EXISTS));
}

/* While a backup there cannot be read, nobody can say what it wants: all stays. */
static void test_pool_unreadable(Fixture *fixture, gconstpointer data)
{
        g_autoptr(Backup) sealed = make(fixture, fixture->key, NOON - 2 * DAY_US);
        g_autoptr(Backup) sealed_too = make(fixture, fixture->key, NOON);
        g_autoptr(Backup) open = make(fixture, NULL, NOON + DAY_US);
        g_assert_cmpuint(open->thinned, ==, 1);
        g_autoptr(GPtrArray) paths = pooled(fixture);
        g_assert_cmpuint(paths->len, ==, 2);
        g_autoptr(GError) error = NULL;
        g_autoptr(Backup) verified = backup_verify(sealed_too->path, fixture->key, &error);
        g_assert_no_error(error);
}

/* Of one that is being made, nothing is taken away. */
static void test_pool_busy(Fixture *fixture, gconstpointer data)
{
        g_autoptr(Backup) first = make(fixture, NULL, NOON - DAY_US);
        g_autofree char *path = g_build_filename(fixture->data, "media/one/0.m4s", NULL);
        g_unlink(path);
        g_autoptr(Backup) second = make(fixture, NULL, NOON);
        g_autofree char *pool = g_build_filename(fixture->to, BACKUP_POOL, NULL);
        int held = open(pool, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        g_assert_cmpint(flock(held, LOCK_SH), ==, 0);
        g_autoptr(Backup) third = make(fixture, NULL, NOON + DAY_US);
        g_assert_cmpuint(third->thinned, ==, 1);
        g_autoptr(GPtrArray) still = pooled(fixture);
        g_assert_cmpuint(still->len, ==, 1);
        close(held);
}

/* One file that needs no other, whatever the folder holds. */
static void test_whole(Fixture *fixture, gconstpointer data)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(Backup) made = backup_make(
                &(BackupWish){ .folder = fixture->data, .to = fixture->to, .whole = true, .now_us = NOON }, &error);
        g_assert_no_error(error);
        g_assert_cmpint(files_in(fixture->to), ==, 1);
        g_autoptr(Backup) verified = backup_verify(made->path, NULL, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(verified->pooled_files, ==, 0);
        g_assert_cmpint(backup_last(fixture->data, NULL), ==, 0);
}

typedef struct {
        uint64_t until, spared;
} Watched;

static bool until_done(void *owner, uint64_t done, uint64_t total, uint64_t spared)
{
        Watched *watched = owner;
        watched->spared = spared;
        return done < watched->until;
}

/* Broken off between two recordings, the next one writes only the second. */
static void test_goes_on(Fixture *fixture, gconstpointer data)
{
        g_autofree char *large = g_malloc(LARGE);
        memset(large, 'x', LARGE);
        write_file(fixture->data, "media/one/1.m4s", large, LARGE);
        make_older(fixture->data, "media/one/1.m4s");
        g_autofree char *database = g_build_filename(fixture->data, "treteau.db", NULL);
        GStatBuf is;
        g_assert_cmpint(g_stat(database, &is), ==, 0);
        Watched watched = { .until = 2 * LARGE }; /* before the second one's end: the database is smaller than one */
        BackupWish wish = {
                .folder = fixture->data, .to = fixture->to, .now_us = NOON, .progress = until_done, .owner = &watched
        };
        g_autoptr(GError) error = NULL;
        g_assert_cmpint(is.st_size, <, LARGE);
        g_assert_null(backup_make(&wish, &error));
        g_assert_error(error, BACKUP_ERROR, BACKUP_ERROR_CANCELLED);
        g_clear_error(&error);
        g_autoptr(GPtrArray) half = pooled(fixture);
        g_assert_cmpuint(half->len, ==, 1);
        watched.until = UINT64_MAX;
        g_autoptr(Backup) made = backup_make(&wish, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(watched.spared, ==, LARGE);
        g_assert_cmpuint(made->pooled_bytes, ==, LARGE);
        g_autoptr(Backup) verified = backup_verify(made->path, NULL, &error);
        g_assert_no_error(error);
}

/* What is known of files is believed only as long as they are the same, and no line of its own making is. */
static void test_hashes(Fixture *fixture, gconstpointer data)
{
        const char *hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
        struct stat is = { .st_size = 5, .st_ino = 7, .st_mtim = { .tv_sec = NOON / SECOND_US } }, other = is;
        Hashes *hashes = hashes_open(fixture->data);
        hashes_keep(hashes, "media/a", &is, hash, NOON + MINUTE_US);
        hashes_keep(hashes, "media/young", &is, hash, NOON);
        hashes_keep(hashes, "media/gone", &is, hash, NOON + MINUTE_US);
        hashes_free(hashes);
        g_autofree char *path = g_build_filename(fixture->data, HASHES_FILE, NULL), *text = NULL;
        g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
        g_autofree char *cut = g_strconcat("rubbish\n", text, hash, " 5 6", NULL);
        g_assert_true(g_file_set_contents(path, cut, -1, NULL));
        hashes = hashes_open(fixture->data);
        g_assert_cmpstr(hashes_find(hashes, "media/a", &is), ==, hash);
        g_assert_null(hashes_find(hashes, "media/young", &is));
        other.st_mtim.tv_nsec = 1;
        g_assert_null(hashes_find(hashes, "media/a", &other));
        hashes_end(hashes);
        hashes_free(hashes);
        hashes = hashes_open(fixture->data);
        g_assert_cmpstr(hashes_find(hashes, "media/a", &is), ==, hash);
        g_assert_null(hashes_find(hashes, "media/gone", &is));
        hashes_free(hashes);
}

/* A restore that was killed is cleared away by the next; one that is at work is not. */
static void test_swept(Fixture *fixture, gconstpointer data)
{
        g_autoptr(Backup) made = make(fixture, NULL, NOON);
        write_file(fixture->folder, ASIDE "restored-abcdef/media/half", "half", -1);
        write_file(fixture->folder, ASIDE "restored-busy12/media/half", "half", -1);
        write_file(fixture->folder, ASIDE "restored-by-somebody-else/mine", "mine", -1);
        g_autofree char *busy = g_build_filename(fixture->folder, ASIDE "restored-busy12", NULL);
        g_autofree char *left = g_build_filename(fixture->folder, ASIDE "restored-abcdef", NULL);
        g_autofree char *other = g_build_filename(fixture->folder, ASIDE "restored-by-somebody-else", NULL);
        int held = open(busy, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        g_assert_cmpint(flock(held, LOCK_EX | LOCK_NB), ==, 0);
        g_autofree char *new = g_build_filename(fixture->folder, "new", NULL);
        g_autoptr(GError) error = NULL;
        g_autoptr(Backup) restored = backup_restore(made->path, NULL, new, &error);
        g_assert_no_error(error);
        g_assert_cmpstr(restored->swept, ==, left);
        g_assert_false(g_file_test(left, G_FILE_TEST_EXISTS));
        g_assert_true(g_file_test(busy, G_FILE_TEST_EXISTS));
        g_assert_true(g_file_test(other, G_FILE_TEST_EXISTS));
        close(held);
}

static bool never(void *owner, uint64_t done, uint64_t total, uint64_t spared)
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
        g_autoptr(Sealer) sealer = sealer_new(fd, NULL, NULL, &error);
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
        g_autoptr(GError) format = refusal((Made[]){ { CONTAINER_HEAD, "{\"format\":3,\"schema\":1}" } }, 1, true);
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
        g_autoptr(Sealer) sealer = sealer_new(fd, NULL, NULL, &error);
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
        g_autoptr(Sealer) sealer = sealer_new(fd, NULL, NULL, &error);
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
        WITH_FOLDER("/backup/once", test_once);
        g_test_add("/backup/once-sealed", Fixture, "sealed", set_up, test_once, tear_down);
        WITH_FOLDER("/backup/looks-sealed", test_looks_sealed);
        WITH_FOLDER("/backup/pool-damage", test_pool_damage);
        g_test_add("/backup/pool-damage-sealed", Fixture, "sealed", set_up, test_pool_damage, tear_down);
        WITH_FOLDER("/backup/pool-thinned", test_pool_thinned);
        WITH_FOLDER("/backup/pool-unreadable", test_pool_unreadable);
        WITH_FOLDER("/backup/pool-busy", test_pool_busy);
        WITH_FOLDER("/backup/whole", test_whole);
        WITH_FOLDER("/backup/goes-on", test_goes_on);
        WITH_FOLDER("/backup/hashes", test_hashes);
        WITH_FOLDER("/backup/swept", test_swept);
        g_test_add_func("/backup/thin", test_thin);
        g_test_add_func("/backup/names", test_names);
        g_test_add_func("/backup/heads", test_heads);
        g_test_add_func("/backup/bomb", test_bomb);
        return g_test_run();
}
