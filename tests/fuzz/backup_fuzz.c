/* Whatever stands in an archive: no name leads out of the folder, none comes twice, and what is taken for whole has its
 * head, its list and a refusal's sentence otherwise. */
#include "backup/container.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SCHEMA 1000

static bool leads_out(const char *name)
{
        g_autofree char *framed = g_strdup_printf("/%s/", name); /* "..a" is a name as any other */
        return name[0] == '/' || strstr(framed, "/../");
}

static bool begin(void *owner, const char *name, GError **error)
{
        if (container_name_fault(name) || leads_out(name) || !g_hash_table_add(owner, g_strdup(name)))
                abort();
        return true;
}

/* The pool's only file: five bytes, whatever it is called. */
static Unsealer *open_pooled(void *owner, const char *pool_name, GError **error)
{
        static int file = -1;
        if (file < 0)
                file = memfd_create("pooled", MFD_CLOEXEC);
        if (pwrite(file, "media", 5, 0) != 5 || lseek(file, 0, SEEK_SET) != 0)
                abort();
        return unsealer_new(file, NULL, error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static int file = -1; /* one for all: opening one each time costs more than the reading */
        if (file < 0)
                file = memfd_create("backup", MFD_CLOEXEC);
        if (ftruncate(file, 0) != 0 || pwrite(file, data, size, 0) != (ssize_t)size || lseek(file, 0, SEEK_SET) != 0)
                abort();
        g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        g_autoptr(GError) error = NULL;
        ContainerSummary summary = { 0 };
        g_autoptr(Unsealer) unsealer = unsealer_new(file, NULL, &error);
        const ContainerSink sink = { .owner = names, .begin = begin, .open_pooled = open_pooled };
        bool whole = unsealer && container_read(unsealer, SCHEMA, &sink, &summary, &error);
        /* beside the files: the head, and the list of the pool's */
        uint64_t beside = whole ? summary.files - g_hash_table_size(names) : 0;
        if (whole == (error != NULL) ||
            (whole && (summary.format > 2 || (beside != 1 && beside != 2) || (summary.pooled > 0 && beside != 2))))
                abort();
        return 0;
}
