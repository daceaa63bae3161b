/* Which of the older backups stay, and of the pool what they hold. */
#include "backup/backup_private.h"
#include "backup/backup_rules.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
        int64_t at_us;
        char *name;
} Older;

static void clear_older(gpointer older)
{
        g_free(((Older *)older)->name);
}

static gint newest_first(gconstpointer a, gconstpointer b)
{
        const Older *one = a, *other = b;
        return one->at_us < other->at_us ? 1 : one->at_us > other->at_us ? -1 : 0;
}

/* (transfer full) of Older, the newest first */
static GArray *all_in(const char *folder)
{
        GArray *all = g_array_new(FALSE, FALSE, sizeof(Older));
        g_array_set_clear_func(all, clear_older);
        g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
        for (const char *name; dir && (name = g_dir_read_name(dir));) {
                Older older = { 0 };
                if (!backup_name_read(name, &older.at_us))
                        continue;
                older.name = g_strdup(name);
                g_array_append_val(all, older);
        }
        g_array_sort(all, newest_first);
        return all;
}

static unsigned remove_older(const char *folder, int daily, int weekly)
{
        g_autoptr(GArray) all = all_in(folder);
        g_autofree int64_t *times = g_new0(int64_t, all->len + 1);
        g_autofree bool *keep = g_new0(bool, all->len + 1);
        for (guint i = 0; i < all->len; i++)
                times[i] = g_array_index(all, Older, i).at_us;
        backup_thin(times, all->len, daily, weekly, keep);
        unsigned removed = 0;
        for (guint i = 0; i < all->len; i++) {
                g_autofree char *path = g_build_filename(folder, g_array_index(all, Older, i).name, NULL);
                if (!keep[i] && g_unlink(path) == 0)
                        removed++;
        }
        return removed;
}

static void want(void *owner, const char *pool_name)
{
        g_hash_table_add(owner, g_strdup(pool_name));
}

/* False when an archive cannot be read: then nobody can say what it wants of the pool. */
static bool want_all_of(const char *path, SealKeys *keys, GHashTable *wanted)
{
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
                return false;
        ContainerSummary summary = { 0 };
        g_autoptr(Unsealer) unsealer = unsealer_new(fd, keys, NULL);
        bool good = unsealer && container_read(unsealer, INT64_MAX,
                                               &(ContainerSink){ .owner = wanted, .see_pooled = want }, &summary, NULL);
        close(fd);
        return good;
}

unsigned backup_thin_out(const char *folder, int daily, int weekly, Pool *pool, SealKeys *keys)
{
        unsigned removed = remove_older(folder, daily, weekly);
        if (removed == 0)
                return 0; /* the pool holds nothing but what is wanted, or little */
        g_autoptr(GHashTable) wanted = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        g_autoptr(GArray) all = all_in(folder);
        for (guint i = 0; i < all->len; i++) {
                g_autofree char *path = g_build_filename(folder, g_array_index(all, Older, i).name, NULL);
                if (!want_all_of(path, keys, wanted))
                        return removed;
        }
        pool_thin(pool, wanted);
        return removed;
}
