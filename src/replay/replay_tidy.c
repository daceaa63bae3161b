/* Files of recordings whose row is gone: an event was deleted, a session, a recording without a picture. */
#include "replay/replay_rules.h"
#include "replay/replay_store.h"

#include "base/log.h"

#include <errno.h>
#include <ftw.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#define TIDY_MOST 50
#define DESCRIPTORS 8

static int remove_one(const char *path, const struct stat *facts, int kind, struct FTW *walk)
{
        return remove(path);
}

/* Out of the way in the turn, so that a recording that begins now finds its name free; removed after it. */
static char *set_aside(Store *store, const char *folder)
{
        g_autofree char *from = replay_folder_path(store, folder);
        g_autofree char *name = g_strdup_printf("gone-%s-%08x", folder, g_random_int());
        g_autofree char *to = g_build_filename(store_folder(store), "tmp", name, NULL);
        g_autofree char *temporary = g_path_get_dirname(to);
        g_mkdir_with_parents(temporary, 0700);
        if (g_rename(from, to) == 0)
                return g_steal_pointer(&to);
        if (errno != ENOENT)
                log_warn("recording=%s cannot be removed: %s", folder, g_strerror(errno));
        return NULL;
}

void replay_tidy(Store *store)
{
        /* Through a reader: only what is committed as gone may lose its files. */
        Db *reader = store_read_begin(store);
        g_autoptr(GPtrArray) gone = replay_store_gone(reader, TIDY_MOST);
        store_read_end(store, reader);
        if (!gone->len)
                return;
        g_autoptr(GPtrArray) aside = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(GError) error = NULL;
        Db *db = store_write_begin(store, WRITE_JOB);
        for (guint i = 0; i < gone->len; i++) {
                const char *folder = gone->pdata[i];
                char *path = media_folder_is_sound(folder) && !replay_store_has(db, folder) ? set_aside(store, folder)
                                                                                            : NULL;
                if (path)
                        g_ptr_array_add(aside, path);
                replay_store_forget_gone(db, folder);
        }
        if (!store_write_end(store, db, true, &error))
                log_warn("recordings: store: %s", error->message);
        for (guint i = 0; i < aside->len; i++)
                if (nftw(aside->pdata[i], remove_one, DESCRIPTORS, FTW_DEPTH | FTW_PHYS) != 0)
                        log_warn("recordings: %s: %s", (const char *)aside->pdata[i], g_strerror(errno));
}
