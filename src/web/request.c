#include "web/request_private.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <netdb.h>
#include <unistd.h>

#define FIELDS_MAX 500
#define FIELD_BYTES_MAX (1024 * 1024)
#define FORM_BUFFER_BYTES (32 * 1024)

typedef struct {
        Upload public;
        char *path, *file_name;
        int fd;
} UploadFile;

static void upload_free(gpointer data)
{
        UploadFile *upload = data;
        if (upload->fd >= 0)
                close(upload->fd);
        if (upload->path)
                g_unlink(upload->path);
        g_free(upload->path);
        g_free(upload->file_name);
        g_free(upload);
}

static void field_free(gpointer text)
{
        g_string_free(text, TRUE);
}

static void header_clear(gpointer data)
{
        Header *header = data;
        g_free(header->name);
        g_free(header->value);
}

/* The last name of the list is the one that the proxy itself has seen. Only an address is taken for one. (transfer
 * full)
 */
static char *forwarded_address(struct MHD_Connection *connection)
{
        const char *list = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "X-Forwarded-For");
        const char *last = list ? strrchr(list, ',') : NULL;
        g_autofree char *address = g_strstrip(g_strdup(last ? last + 1 : list ? list : ""));
        unsigned char bytes[sizeof(struct in6_addr)];
        bool sound = inet_pton(AF_INET, address, bytes) == 1 || inet_pton(AF_INET6, address, bytes) == 1;
        return sound ? g_steal_pointer(&address) : g_strdup("");
}

static char *visitor_address(const ServerConfig *config, struct MHD_Connection *connection)
{
        if (config->behind_proxy)
                return forwarded_address(connection);
        const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
        char host[NI_MAXHOST] = "";
        if (info && info->client_addr && info->client_addr->sa_family != AF_UNIX)
                getnameinfo(info->client_addr, sizeof(struct sockaddr_storage), host, sizeof host, NULL, 0,
                            NI_NUMERICHOST);
        return g_strdup(host);
}

Request *request_new(Server *server, const ServerConfig *config, struct MHD_Connection *connection, const char *url)
{
        Request *req = g_new0(Request, 1);
        req->server = server;
        req->config = config;
        req->connection = connection;
        req->path = g_strdup(url);
        req->file = -1;
        req->address = visitor_address(config, connection);
        req->fields = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, field_free);
        req->uploads = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, upload_free);
        req->headers = g_array_new(FALSE, TRUE, sizeof(Header));
        g_array_set_clear_func(req->headers, header_clear);
        return req;
}

void request_free(Request *req)
{
        if (!req)
                return;
        if (req->form)
                MHD_destroy_post_processor(req->form);
        route_match_clear(&req->match);
        g_clear_pointer(&req->raw, g_byte_array_unref);
        g_hash_table_unref(req->fields);
        g_hash_table_unref(req->uploads);
        g_array_unref(req->headers);
        g_clear_pointer(&req->body, g_bytes_unref);
        if (req->file >= 0)
                close(req->file);
        if (req->free_opening && req->opening)
                req->free_opening(req->opening);
        g_free(req->path);
        g_free(req->address);
        g_free(req->content_type);
        g_free(req->file_path);
        g_free(req->visit);
        g_free(req->csrf);
        g_free(req);
}

static char *uploads_folder(const Store *store)
{
        return g_build_filename(store_folder(store), "tmp", NULL);
}

void uploads_clear(Store *store)
{
        g_autofree char *folder = uploads_folder(store);
        g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
        for (const char *name; dir && (name = g_dir_read_name(dir));) {
                g_autofree char *path = g_build_filename(folder, name, NULL);
                if (g_str_has_prefix(name, "upload-"))
                        g_unlink(path);
        }
}

static UploadFile *upload_open(Request *req, const char *name, const char *file_name)
{
        UploadFile *upload = g_hash_table_lookup(req->uploads, name);
        if (upload)
                return upload;
        upload = g_new0(UploadFile, 1);
        g_autofree char *folder = uploads_folder(req->config->store);
        int fault = g_mkdir_with_parents(folder, 0700) == 0 ? 0 : errno; /* ENOSPC, not what follows from it */
        upload->path = g_build_filename(folder, "upload-XXXXXX", NULL);
        upload->fd = g_mkstemp_full(upload->path, O_RDWR | O_CLOEXEC, 0600);
        if (upload->fd < 0)
                req->save_error = fault ? fault : errno;
        upload->file_name = g_utf8_make_valid(file_name, -1);
        g_hash_table_insert(req->uploads, g_strdup(name), upload);
        return upload;
}

static void upload_append(Request *req, UploadFile *upload, const char *bytes, size_t size)
{
        while (size > 0 && upload->fd >= 0 && !req->save_error) {
                ssize_t written = write(upload->fd, bytes, size);
                if (written < 0 && errno != EINTR)
                        req->save_error = errno;
                if (written <= 0)
                        continue;
                bytes += written;
                size -= (size_t)written;
                upload->public.size_bytes += (size_t)written;
        }
}

static void field_append(Request *req, const char *name, const char *bytes, size_t size)
{
        req->field_bytes += size;
        GString *value = g_hash_table_lookup(req->fields, name);
        if (req->field_bytes > FIELD_BYTES_MAX || (!value && g_hash_table_size(req->fields) >= FIELDS_MAX)) {
                req->too_large = true;
                return;
        }
        if (!value) {
                value = g_string_new(NULL);
                g_hash_table_insert(req->fields, g_strdup(name), value);
        }
        if (memchr(bytes, 0, size))
                req->malformed = true;
        else
                g_string_append_len(value, bytes, (gssize)size);
}

static enum MHD_Result on_form_part(void *cls, enum MHD_ValueKind kind, const char *name, const char *file_name,
                                    const char *content_type, const char *encoding, const char *bytes, uint64_t offset,
                                    size_t size)
{
        Request *req = cls;
        if (!name || !g_utf8_validate(name, -1, NULL))
                return MHD_YES;
        if (!file_name) {
                field_append(req, name, bytes ? bytes : "", size);
                return MHD_YES;
        }
        if (*file_name && g_hash_table_size(req->uploads) < 20)
                upload_append(req, upload_open(req, name, file_name), bytes, size);
        return MHD_YES;
}

static void take_raw(Request *req, const char *bytes, size_t size)
{
        if (req->body_bytes > req->match.route->body_max)
                req->too_large = true;
        if (req->too_large)
                return;
        if (!req->raw)
                req->raw = g_byte_array_new();
        g_byte_array_append(req->raw, (const guint8 *)bytes, (guint)size);
}

void request_take_body(Request *req, const char *bytes, size_t size)
{
        req->body_bytes += size;
        if (req->match.route->method == PROTOCOL) {
                take_raw(req, bytes, size);
                return;
        }
        if (req->body_bytes > req->match.route->body_max + 4096) /* the token and a multipart's frame come on top */
                req->too_large = true;
        if (req->too_large || req->malformed || req->save_error)
                return;
        if (!req->form)
                req->form = MHD_create_post_processor(req->connection, FORM_BUFFER_BYTES, on_form_part, req);
        if (!req->form || MHD_post_process(req->form, bytes, size) != MHD_YES)
                req->malformed = true;
}

Method request_method(const Request *req)
{
        return req->method;
}

const char *request_verb(const Request *req)
{
        return req->verb;
}

GBytes *request_body(Request *req)
{
        return g_bytes_new(req->raw ? req->raw->data : NULL, req->raw ? req->raw->len : 0);
}

const char *request_path(const Request *req)
{
        return req->path;
}

const char *request_param(const Request *req, const char *name)
{
        for (int i = 0; i < ROUTE_PARAMS && req->match.names[i]; i++)
                if (strcmp(req->match.names[i], name) == 0)
                        return req->match.values[i];
        return "";
}

static const char *valid_or_empty(const char *text)
{
        return text && g_utf8_validate(text, -1, NULL) ? text : "";
}

const char *request_query(const Request *req, const char *name)
{
        return valid_or_empty(MHD_lookup_connection_value(req->connection, MHD_GET_ARGUMENT_KIND, name));
}

const char *request_field(const Request *req, const char *name)
{
        GString *value = g_hash_table_lookup(req->fields, name);
        return valid_or_empty(value ? value->str : NULL);
}

const char *request_header(const Request *req, const char *name)
{
        ((Request *)req)->is_personal = true;
        return MHD_lookup_connection_value(req->connection, MHD_HEADER_KIND, name);
}

const char *request_cookie(Request *req, const char *name)
{
        req->is_personal = true;
        return MHD_lookup_connection_value(req->connection, MHD_COOKIE_KIND, name);
}

const Upload *request_upload(const Request *req, const char *name)
{
        UploadFile *upload = g_hash_table_lookup(req->uploads, name);
        if (!upload)
                return NULL;
        upload->public.path = upload->path;
        upload->public.file_name = upload->file_name;
        return &upload->public;
}

const Lang *request_lang(const Request *req)
{
        return req->lang;
}

int64_t request_account(const Request *req)
{
        if (req->account != 0)
                ((Request *)req)->is_personal = true;
        return req->account;
}

bool request_is_signed_in(const Request *req)
{
        return req->account != 0;
}

int64_t request_event(const Request *req)
{
        return req->event;
}

GPtrArray *request_menu(const Request *req, const char *prefix)
{
        GPtrArray *menu = g_ptr_array_new();
        for (const Route *const *table = req->config->tables; *table; table++)
                for (const Route *route = *table; route->method; route++)
                        if (route->menu && g_str_has_prefix(route->path, prefix) && request_may(req, route->right))
                                g_ptr_array_add(menu, (gpointer)route);
        return menu;
}

char *request_menu_url(const Request *req, const Route *route)
{
        g_auto(GStrv) parts = g_strsplit(route->path, ":event", 2);
        return g_strjoinv(request_param(req, "event"), parts);
}

static unsigned ask_rights(const Request *req)
{
        if (req->db)
                return req->config->rights(req->db, req->account, req->event);
        Db *db = store_read_begin(req->config->store);
        unsigned rights = req->config->rights(db, req->account, req->event);
        store_read_end(req->config->store, db);
        return rights;
}

/* Asked once for a page, which sees one snapshot; each time anew for a form, whose handler may change them. */
unsigned request_rights(Request *req)
{
        if (req->account == 0)
                return 0;
        if (req->rights_known && req->rights_event == req->event)
                return req->rights;
        req->rights = ask_rights(req);
        req->rights_event = req->event;
        req->rights_known = req->method == GET && req->db;
        return req->rights;
}

bool request_may(const Request *req, Right right)
{
        if (right == RIGHT_PUBLIC)
                return true;
        if (right == RIGHT_KEY)
                return false; /* nobody by who they are: the handler asks for the key */
        if (right == RIGHT_DEMO)
                return req->config->demo;
        if (right == RIGHT_SIGNED_IN)
                return req->account != 0;
        return (request_rights((Request *)req) & RIGHT_BIT(right)) != 0;
}

Store *request_store(const Request *req)
{
        return req->config->store;
}

const char *request_origin(const Request *req)
{
        return server_origin(req->server);
}

bool request_is_demo(const Request *req)
{
        return req->config->demo;
}

bool request_is_secure(const Request *req)
{
        return g_str_has_prefix(server_origin(req->server), "https://");
}

bool request_came_safely(const Request *req)
{
        const char *scheme = req->config->behind_proxy ? request_header(req, "X-Forwarded-Proto") : NULL;
        return !scheme || !request_is_secure(req) || strcmp(scheme, "https") == 0;
}

const char *request_address(const Request *req)
{
        ((Request *)req)->is_personal = true;
        return req->address;
}

gpointer request_context(const Request *req)
{
        return req->config->context;
}
