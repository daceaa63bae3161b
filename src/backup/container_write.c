#include "backup/container.h"

#include "backup/backup.h"
#include "backup/listing.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#define COMPRESSION "3" /* media are compressed already: what more would cost gains nothing */
#define BUFFER 262144

struct ContainerWriter {
        struct archive *archive;
        Sealer *sealer;
        Listing *listing;
        GArray *pooled;  /* of Pooled */
        GString *lines;  /* the same, for the archive */
        GError *failure; /* of the sealer, under libarchive's callback */
};

typedef struct {
        char *name, hash[LISTING_HASH_HEX + 1];
        uint64_t size;
} Pooled;

static void clear_pooled(gpointer pooled)
{
        g_free(((Pooled *)pooled)->name);
}

static la_ssize_t on_write(struct archive *archive, void *data, const void *bytes, size_t size)
{
        ContainerWriter *writer = data;
        if (!writer->failure && sealer_write(writer->sealer, bytes, size, &writer->failure))
                return (la_ssize_t)size;
        archive_set_error(archive, EIO, "the backup cannot be written");
        return -1;
}

static bool fail(ContainerWriter *writer, GError **error)
{
        if (writer->failure)
                g_propagate_error(error, g_steal_pointer(&writer->failure));
        else
                g_set_error(error, BACKUP_ERROR, BACKUP_ERROR_FAILED, "the archive cannot be written: %s",
                            archive_error_string(writer->archive));
        return false;
}

ContainerWriter *container_writer_new(Sealer *sealer, bool compress, GError **error)
{
        g_autoptr(ContainerWriter) writer = g_new0(ContainerWriter, 1);
        writer->sealer = sealer;
        writer->listing = listing_new();
        writer->lines = g_string_new(NULL);
        writer->pooled = g_array_new(FALSE, FALSE, sizeof(Pooled));
        g_array_set_clear_func(writer->pooled, clear_pooled);
        writer->archive = archive_write_new();
        archive_write_set_format_pax_restricted(writer->archive);
        archive_write_set_bytes_in_last_block(writer->archive, 1);
        if (compress && (archive_write_add_filter_zstd(writer->archive) != ARCHIVE_OK ||
                         archive_write_set_filter_option(writer->archive, "zstd", "compression-level", COMPRESSION) !=
                                 ARCHIVE_OK)) {
                fail(writer, error);
                return NULL;
        }
        if (archive_write_open(writer->archive, writer, NULL, on_write, NULL) != ARCHIVE_OK) {
                fail(writer, error);
                return NULL;
        }
        return g_steal_pointer(&writer);
}

static bool refuse(const char *name, const char *fault, GError **error)
{
        g_set_error(error, BACKUP_ERROR, BACKUP_ERROR_REFUSED, "%s: %s", name, fault ? fault : "comes twice");
        return false;
}

/* Plain ustar, but for what that cannot hold (a file over 8 GiB). */
static bool begin(ContainerWriter *writer, const char *name, uint64_t size, GError **error)
{
        const char *fault = container_name_fault(name);
        if (fault || !listing_begin(writer->listing, name))
                return refuse(name, fault, error);
        struct archive_entry *entry = archive_entry_new();
        archive_entry_set_pathname(entry, name);
        archive_entry_set_size(entry, (la_int64_t)size);
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_perm(entry, 0600);
        bool begun = archive_write_header(writer->archive, entry) == ARCHIVE_OK;
        archive_entry_free(entry);
        return begun || fail(writer, error);
}

static bool add(ContainerWriter *writer, const void *bytes, size_t size, GError **error)
{
        if (archive_write_data(writer->archive, bytes, size) != (la_ssize_t)size)
                return fail(writer, error);
        listing_bytes(writer->listing, bytes, size);
        return true;
}

bool container_add_bytes(ContainerWriter *writer, const char *name, const void *bytes, size_t size, GError **error)
{
        if (!begin(writer, name, size, error) || (size > 0 && !add(writer, bytes, size, error)))
                return false;
        listing_end(writer->listing);
        return true;
}

static bool add_piece(ContainerWriter *writer, int fd, char *buffer, size_t wanted, size_t *ret_got, GError **error)
{
        ssize_t got;
        while ((got = read(fd, buffer, wanted)) < 0 && errno == EINTR) {
        }
        if (got < 0)
                backup_set_errno(error, "a file of the data folder cannot be read");
        else if (got == 0)
                g_set_error(error, BACKUP_ERROR, BACKUP_ERROR_FAILED, "a file became shorter while it was read");
        *ret_got = (size_t)MAX(got, 0);
        return got > 0 && add(writer, buffer, (size_t)got, error);
}

bool container_add_file(ContainerWriter *writer, const char *name, int fd, uint64_t size, OnBytes on_bytes, void *owner,
                        GError **error)
{
        if (!begin(writer, name, size, error))
                return false;
        g_autofree char *buffer = g_malloc(BUFFER);
        for (size_t got; size > 0; size -= got) {
                if (!add_piece(writer, fd, buffer, (size_t)MIN(size, BUFFER), &got, error))
                        return false;
                if (on_bytes && !on_bytes(owner, got)) {
                        g_set_error(error, BACKUP_ERROR, BACKUP_ERROR_CANCELLED, "the backup was cancelled");
                        return false;
                }
        }
        listing_end(writer->listing);
        return true;
}

bool container_add_pooled(ContainerWriter *writer, const char *name, uint64_t size, const char *hash,
                          const char *pool_name, GError **error)
{
        const char *fault = container_name_fault(name);
        if (fault)
                return refuse(name, fault, error);
        Pooled pooled = { .name = g_strdup(name), .size = size };
        g_strlcpy(pooled.hash, hash, sizeof pooled.hash);
        g_array_append_val(writer->pooled, pooled);
        g_string_append_printf(writer->lines, "%" G_GUINT64_FORMAT " %s %s %s\n", size, hash, pool_name, name);
        return true;
}

/* In the order in which they are read again: after all that stands in the archive. */
static bool end_pooled(ContainerWriter *writer, GError **error)
{
        if (writer->pooled->len == 0)
                return true;
        if (!container_add_bytes(writer, CONTAINER_POOLED, writer->lines->str, writer->lines->len, error))
                return false;
        for (guint i = 0; i < writer->pooled->len; i++) {
                const Pooled *pooled = &g_array_index(writer->pooled, Pooled, i);
                if (!listing_known(writer->listing, pooled->name, pooled->size, pooled->hash))
                        return refuse(pooled->name, NULL, error);
        }
        return true;
}

bool container_writer_end(ContainerWriter *writer, uint64_t *ret_files, uint64_t *ret_bytes, GError **error)
{
        if (!end_pooled(writer, error))
                return false;
        *ret_files = listing_files(writer->listing);
        *ret_bytes = listing_total(writer->listing);
        g_autofree char *text = listing_text(writer->listing);
        if (!container_add_bytes(writer, CONTAINER_LIST, text, strlen(text), error))
                return false;
        if (archive_write_close(writer->archive) != ARCHIVE_OK)
                return fail(writer, error);
        return sealer_end(writer->sealer, error);
}

void container_writer_free(ContainerWriter *writer)
{
        if (!writer)
                return;
        if (writer->archive) {
                archive_write_fail(writer->archive); /* what is left must not be written now */
                archive_write_free(writer->archive);
        }
        listing_free(writer->listing);
        g_string_free(writer->lines, TRUE);
        g_array_unref(writer->pooled);
        g_clear_error(&writer->failure);
        g_free(writer);
}
