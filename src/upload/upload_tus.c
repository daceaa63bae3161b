/* How a file arrives: tus 1.0.0 (https://tus.io/protocols/resumable-upload), core protocol with the extensions
 * creation, termination and expiration. Rights, the session and the promise that it may be shown are asked by the
 * page's form, which gives a key; what follows needs nothing but the key.
 *
 *   POST  …/films/new/KEY   Upload-Length                → 201, Location
 *   HEAD  …/films/up/KEY                                 → Upload-Offset, Upload-Length
 *   PATCH …/films/up/KEY    Upload-Offset, 1 MB at most  → 204, Upload-Offset; the bytes are on the disk by then
 *   DELETE …/films/up/KEY                                → 204
 */
#include "upload/upload_private.h"

#include "base/log.h"
#include "base/time.h"

#include <errno.h>
#include <string.h>

#define VERSION "1.0.0"

static void fail(Request *req, int status, const char *sentence)
{
        respond_error(req, status, tr(request_lang(req), sentence));
        respond_header(req, "Tus-Resumable", VERSION);
}

static void say_version(Request *req)
{
        respond_header(req, "Tus-Resumable", VERSION);
        respond_header(req, "Cache-Control", "no-store");
        respond_header(req, "Access-Control-Expose-Headers",
                       "Location, Tus-Resumable, Tus-Version, Tus-Extension, Tus-Max-Size, Upload-Offset, "
                       "Upload-Length, Upload-Expires");
}

static void say_number(Request *req, const char *name, int64_t number)
{
        char text[24];
        g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT, number);
        respond_header(req, name, text);
}

/* RFC 9110 5.6.7 */
static void say_expiry(Request *req)
{
        g_autoptr(GDateTime) at = g_date_time_new_from_unix_utc(now_us() / SECOND_US + UPLOAD_DAYS * 86400);
        static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
        static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
        g_autofree char *text = g_strdup_printf(
                "%s, %02d %s %d %02d:%02d:%02d GMT", days[g_date_time_get_day_of_week(at) - 1],
                g_date_time_get_day_of_month(at), months[g_date_time_get_month(at) - 1], g_date_time_get_year(at),
                g_date_time_get_hour(at), g_date_time_get_minute(at), g_date_time_get_second(at));
        respond_header(req, "Upload-Expires", text);
}

static void tell_options(Request *req, const char *methods)
{
        respond_text(req, 204, "text/plain; charset=utf-8", "");
        respond_header(req, "Tus-Version", VERSION);
        respond_header(req, "Tus-Extension", "creation,termination,expiration");
        say_number(req, "Tus-Max-Size", FILE_BYTES_MAX);
        respond_header(req, "Allow", methods);
        respond_header(req, "Access-Control-Allow-Methods", methods);
        respond_header(req, "Access-Control-Allow-Headers",
                       "Content-Type, Tus-Resumable, Upload-Length, Upload-Metadata, Upload-Offset");
        say_version(req);
}

/* (transfer full), NULL */
static Film *film_of(Request *req)
{
        const char *key = request_param(req, "key");
        if (!upload_key_is_sound(key))
                return NULL;
        Db *db = store_read_begin(request_store(req));
        Film *film = upload_store_by_key(db, key);
        store_read_end(request_store(req), db);
        return film;
}

static bool version_is_ours(Request *req)
{
        if (g_strcmp0(request_header(req, "Tus-Resumable"), VERSION) == 0)
                return true;
        fail(req, 412, N_("This program speaks another version of the protocol: it is tus 1.0.0 here."));
        respond_header(req, "Tus-Version", VERSION);
        return false;
}

/* --- Creation ----------------------------------------------------------------------------------------------------- */

const char *upload_refusal(const Store *store, Db *db, int64_t event, int64_t size, int *ret_status)
{
        *ret_status = 422;
        if (size <= 0)
                return N_("This file is empty: choose it again.");
        *ret_status = 413;
        if (size > FILE_BYTES_MAX)
                return N_("This file is larger than 20 GB: save it smaller, or send it in parts.");
        *ret_status = 507;
        if (upload_free_bytes(store) < SPARE_BYTES + upload_needs(size, 0) + upload_store_needs(db))
                return N_("There is not enough space on the server’s disk for this film: it needs twice its size. "
                          "Make room first, or send a smaller one.");
        return NULL;
}

/* NULL: it is begun, or was; else a source word. */
static const char *begin(Store *store, const Film *film, int64_t size, const char *name, int *ret_status)
{
        if (film->size == size)
                return NULL;
        *ret_status = 409;
        if (film->size)
                return N_("Another file was begun here: begin again on the page.");
        Db *db = store_write_begin(store, WRITE_PAGE);
        const char *refusal = upload_refusal(store, db, film->event, size, ret_status);
        bool kept = !refusal && upload_store_size(db, film->id, size, name);
        kept = store_write_end(store, db, kept, NULL) && kept;
        if (refusal)
                return refusal;
        *ret_status = 507;
        return kept && upload_make_place(store, film->key)
                       ? NULL
                       : N_("The server's disk is full: nothing was saved. Tell the organisers, then try again.");
}

void upload_create(Request *req, Db *unused)
{
        const char *verb = request_verb(req);
        if (g_str_equal(verb, "OPTIONS")) {
                tell_options(req, "OPTIONS, POST");
                return;
        }
        if (!g_str_equal(verb, "POST")) {
                fail(req, 405, N_("This address cannot be used this way."));
                return;
        }
        g_autoptr(Film) film = film_of(req);
        int64_t size = upload_number(request_header(req, "Upload-Length"));
        if (!film) {
                fail(req, 404, N_("There is no such file under way: begin again on the page."));
                return;
        }
        if (!version_is_ours(req))
                return;
        if (size < 0) {
                fail(req, 400, N_("How long the file is must be said first (Upload-Length)."));
                return;
        }
        int status = 500;
        g_autofree char *name = upload_metadata_name(request_header(req, "Upload-Metadata"));
        const char *refusal = begin(request_store(req), film, size, name, &status);
        if (refusal) {
                fail(req, status, refusal);
                return;
        }
        g_autofree char *location = g_strdup_printf("/%s/organise/films/up/%s", request_param(req, "event"), film->key);
        respond_text(req, 201, "text/plain; charset=utf-8", "");
        respond_header(req, "Location", location);
        say_expiry(req);
        say_version(req);
}

/* --- The bytes ---------------------------------------------------------------------------------------------------- */

static void tell_offset(Request *req, const Film *film)
{
        respond_text(req, 200, "text/plain; charset=utf-8", "");
        say_number(req, "Upload-Offset", film->received);
        say_number(req, "Upload-Length", film->size);
        say_version(req);
}

static void tell_disk(Request *req, int code)
{
        log_warn("upload: %s", g_strerror(code));
        fail(req, code == ENOSPC || code == EDQUOT || code == EFBIG ? 507 : 500,
             N_("The server’s disk is full: the film waits here and goes on when there is space again."));
}

/* Holds the file: nobody else writes it. */
static void append(Request *req, const Film *film, GBytes *bytes)
{
        Store *store = request_store(req);
        gsize size = 0;
        const void *from = g_bytes_get_data(bytes, &size);
        int code = size ? upload_write(store, film->key, film->received, from, size) : 0;
        if (code) {
                tell_disk(req, code);
                return;
        }
        int64_t offset = film->received + (int64_t)size;
        g_autoptr(GError) error = NULL;
        Db *db = store_write_begin(store, WRITE_PAGE);
        bool told = size == 0 || upload_store_received(db, film->id, film->received, offset);
        if (!store_write_end(store, db, told, &error) || !told) {
                respond_store_error(req, error);
                respond_header(req, "Tus-Resumable", VERSION);
                return;
        }
        if (offset == film->size)
                upload_maker_wake(upload_maker_of(req));
        respond_text(req, 204, "text/plain; charset=utf-8", "");
        say_number(req, "Upload-Offset", offset);
        say_expiry(req);
        say_version(req);
}

/* Which files are being written: two pages may have chosen the same one. */
static GMutex held_lock;
static GHashTable *held;

static bool hold(const char *key)
{
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&held_lock);
        if (!held)
                held = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        return g_hash_table_add(held, g_strdup(key));
}

static void let_go(const char *key)
{
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&held_lock);
        g_hash_table_remove(held, key);
}

static void take_bytes(Request *req, const Film *film)
{
        g_autoptr(GBytes) bytes = request_body(req);
        int64_t offset = upload_number(request_header(req, "Upload-Offset"));
        if (g_strcmp0(request_header(req, "Content-Type"), "application/offset+octet-stream") != 0)
                fail(req, 415, N_("Bytes of a file are sent as application/offset+octet-stream."));
        else if (film->state != UPLOAD_RECEIVING || offset != film->received ||
                 (int64_t)g_bytes_get_size(bytes) > film->size - film->received) {
                fail(req, 409, N_("This is not where the file goes on: ask how far it is."));
                say_number(req, "Upload-Offset", film->received);
        } else
                append(req, film, bytes);
}

static void receive(Request *req)
{
        const char *key = request_param(req, "key");
        if (!hold(key)) {
                fail(req, 423, N_("This file is being sent from elsewhere just now."));
                return;
        }
        g_autoptr(Film) film = film_of(req); /* as it is now that nobody else writes */
        if (film)
                take_bytes(req, film);
        else
                fail(req, 404, N_("There is no such file under way: begin again on the page."));
        let_go(key);
}

static void give_up(Request *req, const Film *film)
{
        Store *store = request_store(req);
        g_autoptr(GError) error = NULL;
        Db *db = store_write_begin(store, WRITE_PAGE);
        bool removed = upload_store_remove(db, film->id);
        if (!store_write_end(store, db, removed, &error)) {
                respond_store_error(req, error);
                return;
        }
        upload_maker_wake(upload_maker_of(req));
        respond_text(req, 204, "text/plain; charset=utf-8", "");
        say_version(req);
}

void upload_receive(Request *req, Db *unused)
{
        const char *verb = request_verb(req);
        g_autoptr(Film) film = film_of(req);
        if (g_str_equal(verb, "OPTIONS"))
                tell_options(req, "OPTIONS, HEAD, PATCH, DELETE");
        else if (!film)
                fail(req, 404, N_("There is no such file under way: begin again on the page."));
        else if (!version_is_ours(req))
                return;
        else if (film->state == UPLOAD_REFUSED)
                fail(req, 410, upload_fault_text(film->fault));
        else if (g_str_equal(verb, "GET")) /* HEAD */
                tell_offset(req, film);
        else if (g_str_equal(verb, "PATCH"))
                receive(req);
        else if (g_str_equal(verb, "DELETE") && film->state != UPLOAD_DONE)
                give_up(req, film);
        else
                fail(req, 405, N_("This address cannot be used this way."));
}
