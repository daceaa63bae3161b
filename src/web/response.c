/* What leaves: status, headers that every page has, body or file. */
#include "web/request_private.h"
#include "web/framed.h"
#include "web/range.h"
#include "base/time.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PROXY_MEDIA "/internal-media/"

static void set_body(Request *req, int status, const char *content_type, GBytes *body)
{
        req->status = status;
        g_free(req->content_type);
        req->content_type = g_strdup(content_type);
        g_clear_pointer(&req->body, g_bytes_unref);
        req->body = body;
        if (req->file >= 0)
                close(req->file);
        req->file = -1;
        g_clear_pointer(&req->file_path, g_free);
}

void respond_bytes(Request *req, int status, const char *content_type, GBytes *body)
{
        set_body(req, status, content_type, g_bytes_ref(body));
}

void respond_text(Request *req, int status, const char *content_type, const char *text)
{
        set_body(req, status, content_type, g_bytes_new(text, strlen(text)));
}

void respond_header(Request *req, const char *name, const char *value)
{
        g_return_if_fail(!strpbrk(value, "\r\n"));
        Header header = { g_strdup(name), g_strdup(value) };
        g_array_append_val(req->headers, header);
}

void respond_redirect(Request *req, const char *format, ...)
{
        va_list arguments;
        va_start(arguments, format);
        g_autofree char *target = g_strdup_vprintf(format, arguments);
        va_end(arguments);
        /* same origin only: "/x", never "//host" or "/\host" */
        bool safe = target[0] == '/' && target[1] != '/' && target[1] != '\\' && !strpbrk(target, "\r\n");
        g_return_if_fail(safe);
        respond_text(req, 303, "text/plain; charset=utf-8", "");
        respond_header(req, "Location", target);
}

void respond_file(Request *req, const char *path, const char *content_type, bool immutable)
{
        int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        struct stat facts;
        if (file < 0 || fstat(file, &facts) != 0 || !S_ISREG(facts.st_mode)) {
                if (file >= 0)
                        close(file);
                respond_not_found(req);
                return;
        }
        set_body(req, 200, content_type, NULL);
        req->file = file;
        req->file_path = g_strdup(path);
        req->file_immutable = immutable;
}

void respond_websocket(Request *req, const SocketHandler *handler, gpointer opening, GDestroyNotify free_opening)
{
        req->status = 101;
        req->socket_handler = handler;
        req->opening = opening;
        req->free_opening = free_opening;
}

void respond_framed(Request *req)
{
        req->framed = true;
        req->is_personal = true; /* the page that all share does not say so */
}

/* No inline script or style, nothing from elsewhere, no frame around us but where a page is made for that. */
static void add_policy(const Request *req, struct MHD_Response *response)
{
        g_autofree char *policy = g_strdup_printf(
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' "
                "blob:; "
                "connect-src 'self' %s://%s; worker-src 'self' blob:; font-src 'self'; manifest-src 'self'; "
                "form-action 'self'; base-uri 'none'; frame-ancestors %s",
                request_is_secure(req) ? "wss" : "ws", server_authority(req->server), req->framed ? "*" : "'none'");
        MHD_add_response_header(response, "Content-Security-Policy", policy);
        MHD_add_response_header(response, "Permissions-Policy",
                                "camera=(self), microphone=(self), display-capture=(self), geolocation=(), payment=()");
        MHD_add_response_header(response, "Cross-Origin-Opener-Policy", "same-origin");
}

static void add_headers(const Request *req, struct MHD_Response *response)
{
        MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
        MHD_add_response_header(response, "Referrer-Policy", "same-origin");
        if (req->content_type && g_str_has_prefix(req->content_type, "text/html"))
                add_policy(req, response);
        if (req->method == PROTOCOL) /* pages of any origin may read it: a key opens, never a cookie */
                MHD_add_response_header(response, "Access-Control-Allow-Origin", "*");
        if (req->content_type)
                MHD_add_response_header(response, "Content-Type", req->content_type);
        bool caching = false;
        for (guint i = 0; i < req->headers->len; i++) {
                Header *header = &g_array_index(req->headers, Header, i);
                caching = caching || g_ascii_strcasecmp(header->name, "Cache-Control") == 0;
                MHD_add_response_header(response, header->name, header->value);
        }
        /* BREACH: what is typed must not be compressed together with a secret. nginx leaves alone what says its coding.
         */
        if (req->csrf && req->config->behind_proxy)
                MHD_add_response_header(response, "Content-Encoding", "identity");
        /* nginx may answer with this page until the second is over, and with nothing else that we render. */
        if (req->is_for_everybody && req->config->behind_proxy) {
                g_autofree char *until = g_strdup_printf("@%" G_GINT64_FORMAT, now_us() / SECOND_US);
                MHD_add_response_header(response, "X-Accel-Expires", until);
        }
        if (!caching && req->file >= 0)
                MHD_add_response_header(response, "Cache-Control",
                                        req->file_immutable ? "public, max-age=31536000, immutable" : "max-age=1");
        else if (!caching)
                MHD_add_response_header(response, "Cache-Control", "private, no-cache");
}

static enum MHD_Result queue(Request *req, unsigned int status, struct MHD_Response *response)
{
        add_headers(req, response);
        enum MHD_Result result = MHD_queue_response(req->connection, status, response);
        MHD_destroy_response(response);
        return result;
}

/* Behind nginx a recording's bytes are its work, ranges and all: it is told which file, by the name of an internal
 * place (etc/nginx/treteau.conf). (transfer full), NULL when we send it ourselves */
static char *place_for_proxy(const Request *req)
{
        g_autofree char *media = g_build_filename(store_folder(req->config->store), "media/", NULL);
        if (!req->config->behind_proxy || !g_str_has_prefix(req->file_path, media))
                return NULL;
        g_autofree char *rest = g_uri_escape_string(req->file_path + strlen(media), "/", FALSE);
        return g_strconcat(PROXY_MEDIA, rest, NULL);
}

static enum MHD_Result send_file(Request *req)
{
        g_autofree char *place = place_for_proxy(req);
        if (place) {
                respond_header(req, "X-Accel-Redirect", place);
                return queue(req, 200, MHD_create_response_from_buffer(0, "", MHD_RESPMEM_PERSISTENT));
        }
        struct stat facts;
        if (fstat(req->file, &facts) != 0)
                return MHD_NO;
        g_autofree char *tag = g_strdup_printf("\"%llx-%llx\"", (unsigned long long)facts.st_size,
                                               (unsigned long long)facts.st_mtim.tv_sec * 1000000000ull +
                                                       (unsigned long long)facts.st_mtim.tv_nsec);
        ByteRange range;
        RangeResult result = range_read(request_header(req, "Range"), request_header(req, "If-Range"), tag,
                                        (uint64_t)facts.st_size, &range);
        respond_header(req, "ETag", tag);
        respond_header(req, "Accept-Ranges", "bytes");
        const char *known = request_header(req, "If-None-Match");
        if (known && strcmp(known, tag) == 0)
                return queue(req, 304, MHD_create_response_from_buffer(0, "", MHD_RESPMEM_PERSISTENT));
        if (result == RANGE_UNSATISFIABLE) {
                g_autofree char *size = g_strdup_printf("bytes */%llu", (unsigned long long)facts.st_size);
                respond_header(req, "Content-Range", size);
                return queue(req, 416, MHD_create_response_from_buffer(0, "", MHD_RESPMEM_PERSISTENT));
        }
        if (result == RANGE_PART) {
                g_autofree char *part =
                        g_strdup_printf("bytes %llu-%llu/%llu", (unsigned long long)range.first,
                                        (unsigned long long)range.last, (unsigned long long)facts.st_size);
                respond_header(req, "Content-Range", part);
        }
        int file = req->file;
        struct MHD_Response *response =
                MHD_create_response_from_fd_at_offset64(range.last + 1 - range.first, file, range.first);
        enum MHD_Result sent = queue(req, result == RANGE_PART ? 206 : 200, response);
        req->file = -1; /* the response closes it */
        return sent;
}

static void free_body(void *body)
{
        g_bytes_unref(body);
}

enum MHD_Result response_send(Request *req)
{
        if (req->file >= 0)
                return send_file(req);
        gsize size = 0;
        const void *bytes = req->body ? g_bytes_get_data(req->body, &size) : "";
        if (!req->body)
                return queue(req, (unsigned int)req->status,
                             MHD_create_response_from_buffer(0, "", MHD_RESPMEM_PERSISTENT));
        struct MHD_Response *response = MHD_create_response_from_buffer_with_free_callback_cls(
                size, (void *)bytes, free_body, g_bytes_ref(req->body));
        return queue(req, (unsigned int)req->status, response);
}
