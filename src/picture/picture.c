#include "picture/picture_private.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define INPUT_BYTES_MAX ((size_t)16 << 20)
#define WAITING_MAX 8
#define HASH_CHARACTERS 32
#define FILE_BYTES_MAX (8 << 20)

/* One child at a time: a modest machine has no memory for more. */
static GMutex turn;
static gint waiting; /* atomic */

char *picture_folder(const Store *store)
{
        return g_build_filename(store_folder(store), "pictures", NULL);
}

static void remove_file(char *path)
{
        if (path)
                g_unlink(path);
        g_free(path);
}

void picture_draft_free(PictureDraft *draft)
{
        if (!draft)
                return;
        remove_file(draft->big_path);
        remove_file(draft->small_path);
        g_free(draft->hash);
        g_free(draft->folder);
        g_free(draft);
}

static const char *sentence_of(PictureFault fault)
{
        static const char *const sentences[] = {
                [PICTURE_FAULT_EMPTY] = N_("This file is empty: choose the picture again."),
                [PICTURE_FAULT_KIND] =
                        N_("This file is no picture that can be read here: send a JPEG, a PNG or a WebP."),
                [PICTURE_FAULT_SVG] = N_("SVG drawings are not taken, they may hold programs: save it as a PNG."),
                [PICTURE_FAULT_GIF] = N_("GIF pictures are not taken: save it as a PNG."),
                [PICTURE_FAULT_HEIC] = N_("HEIC and AVIF pictures are not taken: save it as a JPEG."),
                [PICTURE_FAULT_ANIMATED] = N_("This picture moves: send a still one."),
                [PICTURE_FAULT_PRINT] = N_("This picture is made for print (CMYK): save it as RGB."),
                [PICTURE_FAULT_LARGE] =
                        N_("This picture has too many pixels: make it smaller, 4,000 on a side are plenty."),
                [PICTURE_FAULT_BYTES] = N_("This file is larger than 16 MB: make the picture smaller."),
                [PICTURE_FAULT_CUT] = N_("This picture is cut off, as after a broken transfer: send it again."),
                [PICTURE_FAULT_DAMAGED] =
                        N_("This picture is damaged: open it in a drawing program and save it again."),
                [PICTURE_FAULT_TIME] = N_("This picture took too long to read: make it smaller and send it again."),
                [PICTURE_FAULT_BUSY] = N_("Many pictures are being sent at this moment: send it again in a minute."),
                [PICTURE_FAULT_DISK] =
                        N_("The picture could not be kept: the server’s disk may be full. Try again later."),
                [PICTURE_FAULT_PROGRAM] = N_("Pictures cannot be read on this server at the moment; its log says why."),
        };
        return sentences[fault];
}

/* The child is not believed: a file is of bounded size and begins as its kind does. */
static bool file_is_sound(int file, bool png, GChecksum *sum)
{
        static const char png_start[] = "\x89PNG\r\n\x1a\n", jpg_start[] = "\xff\xd8\xff";
        g_autofree char *bytes = g_malloc(FILE_BYTES_MAX);
        ssize_t size = pread(file, bytes, FILE_BYTES_MAX, 0);
        const char *start = png ? png_start : jpg_start;
        if (size < (ssize_t)strlen(start) || memcmp(bytes, start, strlen(start)) != 0)
                return false;
        if (sum)
                g_checksum_update(sum, (const guchar *)bytes, size);
        return true;
}

static PictureFault settle(int big, int small, PictureDraft *draft)
{
        g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
        struct stat facts;
        bool png = !strcmp(draft->ending, "png");
        if (!file_is_sound(big, png, sum) || !file_is_sound(small, png, NULL) || fstat(big, &facts) != 0)
                return PICTURE_FAULT_DAMAGED;
        if (fsync(big) != 0 || fsync(small) != 0)
                return PICTURE_FAULT_DISK;
        draft->hash = g_strndup(g_checksum_get_string(sum), HASH_CHARACTERS);
        draft->bytes = facts.st_size;
        return PICTURE_FAULT_NONE;
}

static PictureFault make(const char *path, PictureDraft *draft)
{
        int in = open(path, O_RDONLY | O_CLOEXEC);
        int big = g_mkstemp_full(draft->big_path, O_RDWR | O_CLOEXEC, 0600);
        int small = g_mkstemp_full(draft->small_path, O_RDWR | O_CLOEXEC, 0600);
        PictureFault fault = PICTURE_FAULT_DISK;
        if (in >= 0 && big >= 0 && small >= 0) {
                g_mutex_lock(&turn);
                fault = picture_run(in, big, small, draft);
                g_mutex_unlock(&turn);
        }
        if (!fault)
                fault = settle(big, small, draft);
        int all[] = { in, big, small };
        for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
                if (all[i] >= 0)
                        close(all[i]);
        return fault;
}

static PictureDraft *take_file(Store *store, const char *path, size_t size_bytes, const char **ret_fault)
{
        g_autoptr(PictureDraft) draft = g_new0(PictureDraft, 1);
        draft->folder = picture_folder(store);
        draft->big_path = g_build_filename(store_folder(store), "tmp", "upload-big-XXXXXX", NULL);
        draft->small_path = g_build_filename(store_folder(store), "tmp", "upload-small-XXXXXX", NULL);
        g_autofree char *temporary = g_path_get_dirname(draft->big_path);
        g_mkdir_with_parents(temporary, 0700);
        g_mkdir_with_parents(draft->folder, 0700);
        PictureFault fault = PICTURE_FAULT_NONE;
        if (size_bytes == 0)
                fault = PICTURE_FAULT_EMPTY;
        else if (size_bytes > INPUT_BYTES_MAX)
                fault = PICTURE_FAULT_BYTES;
        else if (g_atomic_int_add(&waiting, 1) >= WAITING_MAX)
                g_atomic_int_add(&waiting, -1), fault = PICTURE_FAULT_BUSY;
        else {
                fault = make(path, draft);
                g_atomic_int_add(&waiting, -1);
        }
        *ret_fault = sentence_of(fault);
        return fault ? NULL : g_steal_pointer(&draft);
}

PictureDraft *picture_take(Request *req, const char *field, const char **ret_fault)
{
        const Upload *upload = request_upload(req, field);
        *ret_fault = NULL;
        return upload ? take_file(request_store(req), upload->path, upload->size_bytes, ret_fault) : NULL;
}

PictureDraft *picture_take_bytes(Store *store, GBytes *bytes, const char **ret_fault)
{
        gsize size;
        const char *data = g_bytes_get_data(bytes, &size);
        g_autofree char *name = g_strdup_printf("upload-own-%08x", g_random_int());
        g_autofree char *path = g_build_filename(store_folder(store), "tmp", name, NULL);
        g_autofree char *temporary = g_path_get_dirname(path);
        g_mkdir_with_parents(temporary, 0700);
        *ret_fault = sentence_of(PICTURE_FAULT_DISK);
        if (!g_file_set_contents(path, data, (gssize)size, NULL))
                return NULL;
        PictureDraft *draft = take_file(store, path, size, ret_fault);
        g_unlink(path);
        return draft;
}

/* The files come to their place in the writer's turn, as they leave it in a turn (pictures_tidy): never both at once.
 */
static bool place(const char *path, const char *folder, const char *name)
{
        g_autofree char *target = g_build_filename(folder, name, NULL);
        if (link(path, target) == 0 || errno == EEXIST)
                return true;
        log_warn("picture: %s: %s", target, g_strerror(errno));
        return false;
}

bool picture_draft_place(const PictureDraft *draft, const char *file)
{
        g_autofree char *small = picture_small_name(file);
        return place(draft->big_path, draft->folder, file) && place(draft->small_path, draft->folder, small);
}

static void remove_files(const char *folder, const char *file)
{
        g_autofree char *small = picture_small_name(file);
        remove_file(g_build_filename(folder, file, NULL));
        remove_file(g_build_filename(folder, small, NULL));
}

#define TIDY_MOST 50 /* of a turn, and of what a page waits for */

/* Through a reader: only what is committed as gone may lose its files. (transfer full) of char * */
static GPtrArray *unused_files(Store *store, const char *folder, int most)
{
        Db *reader = store_read_begin(store);
        g_autoptr(GPtrArray) gone = picture_store_gone(reader, most);
        g_autoptr(GPtrArray) strays = picture_store_strays(reader, folder, most);
        store_read_end(store, reader);
        g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal); /* big and small are one */
        GPtrArray *files = g_ptr_array_new_with_free_func(g_free);
        g_ptr_array_extend_and_steal(gone, g_steal_pointer(&strays));
        for (guint i = 0; i < gone->len; i++)
                if (g_hash_table_add(seen, gone->pdata[i]))
                        g_ptr_array_add(files, g_strdup(gone->pdata[i]));
        return files;
}

/* In one turn, from first on, at most TIDY_MOST of them. */
static bool remove_some(Store *store, const char *folder, const GPtrArray *files, guint first, GError **error)
{
        Db *db = store_write_begin(store, WRITE_JOB);
        for (guint i = first; i < files->len && i < first + TIDY_MOST; i++) {
                const char *file = files->pdata[i];
                if (!picture_store_has(db, file))
                        remove_files(folder, file);
                picture_store_forget_gone(db, file);
        }
        return store_write_end(store, db, true, error);
}

bool pictures_tidy_all(Store *store, PicturesProgress progress, gpointer owner, unsigned *ret_count, GError **error)
{
        g_autofree char *folder = picture_folder(store);
        g_autoptr(GPtrArray) files = unused_files(store, folder, G_MAXINT);
        for (guint i = 0; i < files->len; i += TIDY_MOST)
                if (!progress(owner, i, files->len) || !remove_some(store, folder, files, i, error))
                        return false;
        *ret_count = files->len;
        return true;
}

bool pictures_tidy_some(Store *store)
{
        g_autofree char *folder = picture_folder(store);
        g_autoptr(GPtrArray) files = unused_files(store, folder, TIDY_MOST);
        g_autoptr(GError) error = NULL;
        if (files->len && !remove_some(store, folder, files, 0, &error))
                log_warn("picture: store: %s", error->message);
        return files->len >= TIDY_MOST / 2; /* a stray has two names of the most that were looked at */
}

void pictures_tidy(Store *store)
{
        pictures_tidy_some(store);
}
