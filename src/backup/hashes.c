#include "backup/hashes.h"

#include "base/time.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FILE_MAX (256 * 1024 * 1024)
#define YOUNG_US (2 * SECOND_US) /* coarser than any file system's clock */

typedef struct {
        int64_t size, changed_ns;
        uint64_t inode;
        char hash[LISTING_HASH_HEX + 1];
        bool met;
} Known;

struct Hashes {
        char *path;
        GHashTable *known; /* of name: Known */
        int file;          /* lines are added to it; -1: not yet */
        bool cut;          /* its last line has no end */
};

static int64_t changed_ns(const struct stat *is)
{
        return is->st_mtim.tv_sec * INT64_C(1000000000) + is->st_mtim.tv_nsec;
}

static Known *add(Hashes *hashes, const char *name, const Known *known)
{
        Known *kept = g_new(Known, 1);
        *kept = *known;
        g_hash_table_insert(hashes->known, g_strdup(name), kept);
        return kept;
}

/* "HASH SIZE CHANGED INODE NAME"; the last line may have been cut by a crash. */
static void read_line(Hashes *hashes, const char *line)
{
        Known known = { 0 };
        int at = 0;
        if (strspn(line, "0123456789abcdef") == LISTING_HASH_HEX &&
            sscanf(line, "%64s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GUINT64_FORMAT " %n", known.hash,
                   &known.size, &known.changed_ns, &known.inode, &at) == 4 &&
            at > 0 && line[at])
                add(hashes, line + at, &known);
}

Hashes *hashes_open(const char *folder)
{
        Hashes *hashes = g_new0(Hashes, 1);
        hashes->path = g_build_filename(folder, HASHES_FILE, NULL);
        hashes->known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
        GStatBuf is;
        g_autofree char *text = NULL;
        if (g_stat(hashes->path, &is) == 0 && is.st_size <= FILE_MAX)
                g_file_get_contents(hashes->path, &text, NULL, NULL);
        char *rest = text;
        for (char *end; rest && (end = strchr(rest, '\n')); rest = end + 1) {
                *end = '\0';
                read_line(hashes, rest);
        }
        hashes->cut = rest && *rest;
        hashes->file = -1;
        return hashes;
}

void hashes_free(Hashes *hashes)
{
        if (!hashes)
                return;
        if (hashes->file >= 0)
                close(hashes->file);
        g_hash_table_unref(hashes->known);
        g_free(hashes->path);
        g_free(hashes);
}

const char *hashes_find(Hashes *hashes, const char *name, const struct stat *is)
{
        Known *known = g_hash_table_lookup(hashes->known, name);
        if (!known || known->size != is->st_size || known->changed_ns != changed_ns(is) || known->inode != is->st_ino)
                return NULL;
        known->met = true;
        return known->hash;
}

static char *line_of(const char *name, const Known *known)
{
        return g_strdup_printf("%s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GUINT64_FORMAT " %s\n", known->hash,
                               known->size, known->changed_ns, known->inode, name);
}

void hashes_keep(Hashes *hashes, const char *name, const struct stat *is, const char *hash, int64_t now_us)
{
        if (now_us - changed_ns(is) / 1000 < YOUNG_US)
                return;
        Known known = { .size = is->st_size, .changed_ns = changed_ns(is), .inode = is->st_ino, .met = true };
        g_strlcpy(known.hash, hash, sizeof known.hash);
        g_autofree char *line = line_of(name, add(hashes, name, &known));
        g_autofree char *text = g_strconcat(hashes->cut ? "\n" : "", line, NULL);
        if (hashes->file < 0)
                hashes->file = open(hashes->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        /* on a full disk it is read again next time */
        hashes->cut = hashes->file < 0 || write(hashes->file, text, strlen(text)) != (ssize_t)strlen(text);
}

void hashes_end(Hashes *hashes)
{
        g_autoptr(GString) text = g_string_new(NULL);
        GHashTableIter iter;
        gpointer name, known;
        g_hash_table_iter_init(&iter, hashes->known);
        while (g_hash_table_iter_next(&iter, &name, &known))
                if (((Known *)known)->met) {
                        g_autofree char *line = line_of(name, known);
                        g_string_append(text, line);
                }
        g_file_set_contents_full(hashes->path, text->str, (gssize)text->len, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                                 NULL);
}
