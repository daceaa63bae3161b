/* The archive inside a backup: files one after the other, and at the end the list of all of them. Large files may lie
 * in a pool beside it (pool.h): then a list of those comes before the last, a line for each, and what they hold is
 * checked as if they stood in the archive. Private to backup/. */
#pragma once
#include "backup/seal.h"

#include <stdint.h>

#define BACKUP_FORMAT 2 /* 1: all of it in the archive */
#define CONTAINER_HEAD "treteau-backup.json"
#define CONTAINER_LIST "manifest.json"
#define CONTAINER_POOLED "pooled.txt" /* "SIZE HASH NAME-IN-THE-POOL NAME" */

typedef struct ContainerWriter ContainerWriter;
/* compress: false only for tests. The sealer stays the caller's. */
ContainerWriter *container_writer_new(Sealer *sealer, bool compress, GError **error);
bool container_add_bytes(ContainerWriter *writer, const char *name, const void *bytes, size_t size, GError **error);
/* Exactly size bytes from fd's position, which a file that grows has; one that shrank meanwhile is an error.
 * on_bytes may be NULL; false from it cancels. */
typedef bool (*OnBytes)(void *owner, uint64_t bytes);
bool container_add_file(ContainerWriter *writer, const char *name, int fd, uint64_t size, OnBytes on_bytes, void *owner,
                        GError **error);
/* One that lies in the pool under such a name. */
bool container_add_pooled(ContainerWriter *writer, const char *name, uint64_t size, const char *hash,
                          const char *pool_name, GError **error);
/* The lists, and the end. */
bool container_writer_end(ContainerWriter *writer, uint64_t *ret_files, uint64_t *ret_bytes, GError **error);
void container_writer_free(ContainerWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ContainerWriter, container_writer_free)

typedef struct {
        int64_t format, schema, created_us;
        uint64_t files, bytes, pooled; /* pooled: how many of files lie in the pool */
} ContainerSummary;

/* Where the files of an archive go as they are read; any may be NULL. Names were checked by container_name_fault().
 * One of the pool comes from open_pooled(), which gives a reader of its file; or is believed, with see_pooled(). */
typedef struct {
        void *owner;
        bool (*begin)(void *owner, const char *name, GError **error);
        bool (*bytes)(void *owner, const void *bytes, size_t size, GError **error);
        bool (*end)(void *owner, GError **error);
        Unsealer *(*open_pooled)(void *owner, const char *pool_name, GError **error);
        void (*see_pooled)(void *owner, const char *pool_name);
} ContainerSink;
/* Reads to the end: true only when everything in the list is there, and nothing else. schema_max: newer ones are
 * refused before anything else is read. */
bool container_read(Unsealer *unsealer, int64_t schema_max, const ContainerSink *sink, ContainerSummary *ret_summary,
                    GError **error);

/* NULL when a file of this name may be made below a folder, else why not. Pure. */
const char *container_name_fault(const char *name);
