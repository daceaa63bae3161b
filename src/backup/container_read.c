#include "backup/container.h"

#include "backup/backup.h"
#include "backup/listing.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define NAME_MAX_BYTES 240
#define DEPTH_MAX 12
#define FILES_MAX 2000000
#define POOL_NAME_MAX 80
#define HEAD_MAX 4096
#define LIST_MAX (256 * 1024 * 1024)
/* A bomb: what grows more than so many times, beyond the first bytes. zstd makes at most some 20,000 of one. */
#define GROWTH_MAX 1000
#define GROWTH_FREE (64 * 1024 * 1024)

typedef struct {
        struct archive *archive;
        Unsealer *unsealer;
        Listing *listing;
        const ContainerSink *sink;
        ContainerSummary summary;
        GError *failure; /* of the unsealer, under libarchive's callback */
        uint64_t read;   /* bytes of files */
} Reader;

static la_ssize_t on_read(struct archive *archive, void *data, const void **ret_bytes)
{
        Reader *reader = data;
        gssize got = reader->failure ? -1 : unsealer_read(reader->unsealer, ret_bytes, &reader->failure);
        if (got < 0)
                archive_set_error(archive, EIO, "the backup cannot be read");
        return got;
}

static bool damaged(Reader *reader, GError **error, const char *what)
{
        if (reader->failure)
                g_propagate_error(error, g_steal_pointer(&reader->failure));
        else
                g_set_error(error, BACKUP_ERROR, BACKUP_ERROR_DAMAGED, "%s", what);
        return false;
}

const char *container_name_fault(const char *name)
{
        size_t length = strlen(name);
        if (length == 0 || length > NAME_MAX_BYTES)
                return "its name is too long, or empty";
        for (size_t i = 0; i < length; i++)
                if (name[i] <= ' ' || name[i] > '~' || strchr("\"\\:*?<>|", name[i]))
                        return "its name holds signs that no name of ours holds";
        g_auto(GStrv) parts = g_strsplit(name, "/", -1);
        if (g_strv_length(parts) > DEPTH_MAX)
                return "it lies too deep";
        for (char **part = parts; *part; part++)
                if (**part == '\0' || strcmp(*part, ".") == 0 || strcmp(*part, "..") == 0)
                        return "its name leads out of the folder";
        return NULL;
}

static bool refuse(GError **error, const char *name, const char *why)
{
        g_autofree char *shown = g_strescape(name ? name : "?", NULL);
        g_set_error(error, BACKUP_ERROR, BACKUP_ERROR_REFUSED, "this is no backup to trust: %.80s: %s", shown, why);
        return false;
}

static bool check_entry(struct archive_entry *entry, const char *name, GError **error)
{
        if (!name)
                return refuse(error, name, "it has no name");
        if (archive_entry_hardlink(entry) || archive_entry_symlink(entry) || archive_entry_filetype(entry) != AE_IFREG)
                return refuse(error, name, "it is a link or a device, a backup holds plain files only");
        if (archive_entry_sparse_count(entry) > 0)
                return refuse(error, name, "it has holes");
        const char *fault = container_name_fault(name);
        return !fault || refuse(error, name, fault);
}

/* Tells where the piece goes; false to stop. */
typedef bool (*TakePiece)(Reader *reader, void *owner, const void *bytes, size_t size, GError **error);

static bool read_pieces(Reader *reader, TakePiece take, void *owner, GError **error)
{
        const void *bytes;
        size_t size;
        la_int64_t offset, expected = 0;
        int result;
        while ((result = archive_read_data_block(reader->archive, &bytes, &size, &offset)) == ARCHIVE_OK) {
                if (offset != expected)
                        return damaged(reader, error, "this backup is damaged: a file has holes");
                expected += (la_int64_t)size;
                reader->read += size;
                if (reader->read > GROWTH_FREE && reader->read / GROWTH_MAX > unsealer_position(reader->unsealer))
                        return refuse(error, "archive", "it grows without end");
                if (size > 0 && !take(reader, owner, bytes, size, error))
                        return false;
        }
        return result == ARCHIVE_EOF || damaged(reader, error, "this backup is damaged or cut short");
}

typedef struct {
        GString *text;
        size_t max;
} Gathered;

static bool gather(Reader *reader, void *owner, const void *bytes, size_t size, GError **error)
{
        Gathered *gathered = owner;
        if (gathered->text->len + size > gathered->max)
                return damaged(reader, error, "this backup is damaged: its list is too long");
        g_string_append_len(gathered->text, bytes, (gssize)size);
        return true;
}

static bool read_text(Reader *reader, size_t max, GString *text, GError **error)
{
        return read_pieces(reader, gather, &(Gathered){ text, max }, error);
}

static bool to_sink(Reader *reader, void *owner, const void *bytes, size_t size, GError **error)
{
        listing_bytes(reader->listing, bytes, size);
        return !reader->sink->bytes || reader->sink->bytes(reader->sink->owner, bytes, size, error);
}

static bool read_file(Reader *reader, const char *name, GError **error)
{
        const ContainerSink *sink = reader->sink;
        if (listing_files(reader->listing) >= FILES_MAX || !listing_begin(reader->listing, name))
                return refuse(error, name, "it comes twice, or there are too many files");
        if (sink->begin && !sink->begin(sink->owner, name, error))
                return false;
        if (!read_pieces(reader, to_sink, NULL, error) || (sink->end && !sink->end(sink->owner, error)))
                return false;
        listing_end(reader->listing);
        return true;
}

/* --- Files of the pool ------------------------------------------------------------------------------------------- */

typedef struct {
        uint64_t size;
        char hash[LISTING_HASH_HEX + 1], pool_name[POOL_NAME_MAX];
        const char *name;
} PooledLine;

static bool read_pooled_line(const char *line, PooledLine *ret)
{
        int at = 0;
        return g_ascii_isdigit(*line) &&
               sscanf(line, "%19" SCNu64 " %64s %79s %n", &ret->size, ret->hash, ret->pool_name, &at) == 3 && at > 0 &&
               strspn(ret->hash, "0123456789abcdef") == LISTING_HASH_HEX &&
               !container_name_fault(ret->name = line + at);
}

/* A sentence that leads to the file: what is in the pool is shared, and can be put there again. */
static bool damaged_pooled(Reader *reader, const PooledLine *line, GError **error)
{
        g_clear_error(&reader->failure);
        g_set_error(error, BACKUP_ERROR, BACKUP_ERROR_DAMAGED,
                    "this backup is damaged: " BACKUP_POOL
                    "/%.2s/%s is not what it was (%s); remove that file, and the "
                    "next backup of a server that still has it puts it there again",
                    line->pool_name, line->pool_name, line->name);
        return false;
}

static bool read_pooled_bytes(Reader *reader, const PooledLine *line, Unsealer *unsealer, GError **error)
{
        const void *bytes;
        gssize got;
        uint64_t size = 0;
        while ((got = unsealer_read(unsealer, &bytes, &reader->failure)) > 0) {
                size += (uint64_t)got;
                if (size > line->size)
                        break;
                if (!to_sink(reader, NULL, bytes, (size_t)got, error))
                        return false;
        }
        return (got == 0 && size == line->size) || damaged_pooled(reader, line, error);
}

static bool read_pooled(Reader *reader, const PooledLine *line, GError **error)
{
        const ContainerSink *sink = reader->sink;
        if (sink->see_pooled) {
                sink->see_pooled(sink->owner, line->pool_name);
                return listing_known(reader->listing, line->name, line->size, line->hash) ||
                       refuse(error, line->name, "it comes twice");
        }
        if (!sink->open_pooled)
                return refuse(error, line->pool_name, "it lies beside the archive, where nothing is");
        g_autoptr(Unsealer) unsealer = sink->open_pooled(sink->owner, line->pool_name, error);
        if (!unsealer)
                return false;
        if (!listing_begin(reader->listing, line->name))
                return refuse(error, line->name, "it comes twice");
        if ((sink->begin && !sink->begin(sink->owner, line->name, error)) ||
            !read_pooled_bytes(reader, line, unsealer, error) || (sink->end && !sink->end(sink->owner, error)))
                return false;
        listing_end(reader->listing);
        return strcmp(listing_hash(reader->listing), line->hash) == 0 || damaged_pooled(reader, line, error);
}

static bool read_pooled_list(Reader *reader, GError **error)
{
        g_autoptr(GString) text = g_string_new(NULL);
        if (!listing_begin(reader->listing, CONTAINER_POOLED))
                return refuse(error, CONTAINER_POOLED, "it comes twice");
        if (!read_text(reader, LIST_MAX, text, error))
                return false;
        listing_bytes(reader->listing, text->str, text->len);
        listing_end(reader->listing);
        for (char *line = text->str, *end; *line; line = end + 1) {
                PooledLine pooled = { 0 };
                end = strchr(line, '\n');
                if (end)
                        *end = '\0';
                if (!end || listing_files(reader->listing) >= FILES_MAX || !read_pooled_line(line, &pooled))
                        return damaged(reader, error, "this backup is damaged: its list of large files says nothing");
                if (!read_pooled(reader, &pooled, error))
                        return false;
                reader->summary.pooled++;
        }
        return true;
}

/* --- The archive ------------------------------------------------------------------------------------------------- */

static struct archive_entry *next_entry(Reader *reader, GError **error)
{
        struct archive_entry *entry = NULL;
        int result = archive_read_next_header(reader->archive, &entry);
        if (result == ARCHIVE_OK)
                return entry;
        damaged(reader, error,
                result == ARCHIVE_EOF ? "this backup is cut short: its end is missing"
                                      : "this is no backup of Tréteau, or it is damaged");
        return NULL;
}

static bool read_head_text(Reader *reader, const char *text, int64_t schema_max, GError **error)
{
        json_t *head = json_loads(text, 0, NULL);
        reader->summary.format = json_integer_value(json_object_get(head, "format"));
        reader->summary.schema = json_integer_value(json_object_get(head, "schema"));
        reader->summary.created_us = json_integer_value(json_object_get(head, "created_us"));
        json_decref(head);
        if (reader->summary.format < 1 || reader->summary.schema < 1)
                return damaged(reader, error, "this is no backup of Tréteau: its first file says nothing of one");
        if (reader->summary.format > BACKUP_FORMAT || reader->summary.schema > schema_max) {
                g_set_error(error, BACKUP_ERROR, BACKUP_ERROR_NEWER,
                            "this backup was made by a newer Tréteau (format %d, schema %d; this program knows %d and "
                            "%d): install that version first",
                            (int)reader->summary.format, (int)reader->summary.schema, BACKUP_FORMAT, (int)schema_max);
                return false;
        }
        return true;
}

static bool read_head(Reader *reader, int64_t schema_max, GError **error)
{
        struct archive_entry *entry = next_entry(reader, error);
        if (!entry)
                return false;
        const char *name = archive_entry_pathname(entry);
        if (g_strcmp0(name, CONTAINER_HEAD) != 0 || !check_entry(entry, name, NULL))
                return damaged(reader, error, "this is no backup of Tréteau: its first file is another");
        g_autoptr(GString) text = g_string_new(NULL);
        if (!read_text(reader, HEAD_MAX, text, error) || !read_head_text(reader, text->str, schema_max, error))
                return false;
        listing_begin(reader->listing, CONTAINER_HEAD);
        listing_bytes(reader->listing, text->str, text->len);
        listing_end(reader->listing);
        return true;
}

/* The list is compared as a whole with the one made while reading: any difference is damage. */
static bool read_list(Reader *reader, GError **error)
{
        g_autofree char *expected = listing_text(reader->listing);
        g_autoptr(GString) text = g_string_new(NULL);
        if (!read_text(reader, LIST_MAX, text, error))
                return false;
        if (strlen(expected) != text->len || memcmp(expected, text->str, text->len) != 0)
                return damaged(reader, error, "this backup is damaged: a file is not what its list says");
        struct archive_entry *entry;
        if (archive_read_next_header(reader->archive, &entry) != ARCHIVE_EOF)
                return damaged(reader, error, "this backup is damaged: something follows its end");
        return true;
}

/* To the very end of the file, so that what is cut off or added after the archive's own end is seen too. */
static bool read_rest(Reader *reader, GError **error)
{
        const void *bytes;
        gssize got;
        while ((got = unsealer_read(reader->unsealer, &bytes, &reader->failure)) > 0)
                for (gssize i = 0; i < got; i++)
                        if (((const char *)bytes)[i] != '\0')
                                return damaged(reader, error, "this backup is damaged: something follows its end");
        return got == 0 || damaged(reader, error, "this backup is damaged or cut short");
}

static bool read_entries(Reader *reader, int64_t schema_max, GError **error)
{
        if (!read_head(reader, schema_max, error))
                return false;
        for (;;) {
                struct archive_entry *entry = next_entry(reader, error);
                const char *name = entry ? archive_entry_pathname(entry) : NULL;
                if (!entry || !check_entry(entry, name, error))
                        return false;
                g_autofree char *kept = g_strdup(name);
                if (strcmp(kept, CONTAINER_LIST) == 0)
                        return read_list(reader, error) && read_rest(reader, error);
                if (strcmp(kept, CONTAINER_POOLED) == 0 ? !read_pooled_list(reader, error)
                                                        : !read_file(reader, kept, error))
                        return false;
        }
}

bool container_read(Unsealer *unsealer, int64_t schema_max, const ContainerSink *sink, ContainerSummary *ret_summary,
                    GError **error)
{
        static const ContainerSink nowhere = { NULL };
        Reader reader = { .archive = archive_read_new(),
                          .unsealer = unsealer,
                          .listing = listing_new(),
                          .sink = sink ? sink : &nowhere };
        archive_read_support_format_tar(reader.archive);
        archive_read_support_filter_zstd(reader.archive);
        bool good = archive_read_open(reader.archive, &reader, NULL, on_read, NULL) == ARCHIVE_OK;
        if (!good)
                damaged(&reader, error, "this is no backup of Tréteau, or it is damaged");
        good = good && read_entries(&reader, schema_max, error);
        if (good) {
                *ret_summary = reader.summary;
                ret_summary->files = listing_files(reader.listing);
                ret_summary->bytes = listing_total(reader.listing);
        }
        archive_read_free(reader.archive);
        listing_free(reader.listing);
        g_clear_error(&reader.failure);
        return good;
}
