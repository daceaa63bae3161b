#include "web/request_private.h"
#include "web/listen.h"
#include "web/shared_page.h"
#include "web/upgrade.h"
#include "base/log.h"
#include "base/time.h"
#include "base/url.h"

#include <errno.h>
#include <jansson.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#define CONNECTIONS_MAX 4000 /* those of rooms leave them: upgrade.c; nginx lets fewer wait */
#define IDLE_TIMEOUT_S 30u
#define THREAD_STACK_BYTES (1024u * 1024u)
#define DRAIN_TIMEOUT_US (2 * SECOND_US)
#define SECRET_BYTES 32
#define PAGES_BYTES (8 * 1024 * 1024)
#define QUERY_BYTES_MAX 2000
#define SMALL_BODY_BYTES (1024 * 1024) /* may come from anybody */

struct Server {
        ServerConfig config;
        Router *router;
        struct MHD_Daemon *daemon;
        int port;
        char *origin;
        const char *authority; /* inside origin */
        unsigned char secret[SECRET_BYTES];
        PageCache *pages;
        gint running;         /* requests in flight, atomic */
        gint draining;        /* no socket is opened any more, atomic */
        MHD_socket listening; /* ours to close once the daemon has let go of it */
};

/* --- who may, in the order of cheapness: address, method, form, right --------------------------------------------- */

static bool host_is_ours(const Request *req)
{
        const char *host = request_header(req, "Host");
        if (!host)
                return false;
        if (g_ascii_strcasecmp(host, server_authority(req->server)) == 0)
                return true;
        if (req->config->socket)
                return false;
        /* on loopback also by its names: nothing else can name us there (DNS rebinding) */
        g_autofree char *local = g_strdup_printf("localhost:%d", server_port(req->server));
        g_autofree char *loopback = g_strdup_printf("127.0.0.1:%d", server_port(req->server));
        return g_ascii_strcasecmp(host, local) == 0 || strcmp(host, loopback) == 0;
}

/* A browser names the page that sends a form or opens a socket; only ours may (RFC 6454; Fetch metadata). */
static bool comes_from_us(const Request *req)
{
        const char *origin = request_header(req, "Origin");
        const char *site = request_header(req, "Sec-Fetch-Site");
        if (site && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0)
                return false;
        if (!origin)
                return site != NULL || req->method != WEBSOCKET;
        const char *authority = strstr(origin, "://");
        return authority && g_strcmp0(authority + 3, request_header(req, "Host")) == 0;
}

static void refuse(Request *req, int status, const char *sentence)
{
        respond_error(req, status, tr(req->lang, sentence));
}

static bool body_is_good(Request *req)
{
        if (req->too_large)
                refuse(req, 413, N_("What you sent is too large. Send less, or a smaller file."));
        else if (req->malformed)
                refuse(req, 400, N_("The form did not arrive whole. Go back and send it again."));
        else if (req->save_error)
                refuse(req, req->save_error == ENOSPC ? 507 : 500,
                       N_("The server's disk is full: nothing was saved. Tell the organisers, then try again."));
        else if (req->match.route->from_anywhere)
                return true;
        else if (!comes_from_us(req))
                refuse(req, 403, N_("This form was sent from another site. Open the page here and send it again."));
        else if (!csrf_matches(req))
                refuse(req, 403,
                       N_("This form is too old or came from elsewhere. Go back, reload the page and send it again."));
        else
                return true;
        return false;
}

static enum MHD_Result on_query_value(void *cls, enum MHD_ValueKind kind, const char *key, const char *value)
{
        GString *query = cls;
        if (strcmp(key, "lang") == 0)
                return MHD_YES;
        g_string_append_c(query, query->len ? '&' : '?');
        g_string_append_uri_escaped(query, key, NULL, FALSE);
        if (value) {
                g_string_append_c(query, '=');
                g_string_append_uri_escaped(query, value, NULL, FALSE);
        }
        return MHD_YES;
}

/* The path with the event's present address in place of the earlier one. (transfer full) */
static char *path_moved_to(const Request *req, const char *slug)
{
        g_auto(GStrv) pattern = g_strsplit(req->match.route->path, "/", -1), path = g_strsplit(req->path, "/", -1);
        for (guint i = 0; pattern[i] && path[i]; i++)
                if (!strcmp(pattern[i], ":event")) {
                        g_free(path[i]);
                        path[i] = g_strdup(slug);
                }
        g_autofree char *moved = g_strjoinv("/", path);
        return g_uri_escape_string(moved, "/:@!$&'()*+,;=", FALSE);
}

/* Asked under an address that the event had before. A page is redirected, for good; browsers may not keep that, since
 * the event may go back to it. A form, a socket or a one-click unsubscribe (RFC 8058, 3.1: no redirect) is served here,
 * as under the present address. False when it is answered. */
static bool follow_move(Request *req, char *moved_to)
{
        if (req->method == GET) {
                g_autofree char *path = path_moved_to(req, moved_to);
                g_autoptr(GString) query = g_string_new(NULL);
                MHD_get_connection_values(req->connection, MHD_GET_ARGUMENT_KIND, on_query_value, query);
                respond_redirect(req, "%s%s", path, query->str);
                req->status = 301;
                respond_header(req, "Cache-Control", "no-cache");
                g_free(moved_to);
                return false;
        }
        for (int i = 0; i < ROUTE_PARAMS; i++)
                if (req->match.names[i] && !strcmp(req->match.names[i], "event")) {
                        g_free(req->match.values[i]);
                        req->match.values[i] = moved_to;
                        return true;
                }
        g_free(moved_to);
        return true;
}

/* Finds account and event; answers by itself when the event is not to be seen or the right is missing. */
static bool guard(Request *req, Db *db)
{
        req->account = session_account(req, db);
        const char *slug = request_param(req, "event");
        if (*slug) {
                bool is_public = false;
                char *moved_to = NULL;
                req->event = event_by_slug(db, slug, &is_public, &moved_to);
                bool may_see =
                        req->event && (is_public || request_may(req, RIGHT_SPEAKER) || request_may(req, RIGHT_TEAM));
                if (!may_see) {
                        req->event = 0;
                        g_free(moved_to);
                        respond_not_found(req);
                        return false;
                }
                if (moved_to && !follow_move(req, moved_to))
                        return false;
        }
        if (request_may(req, req->match.route->right))
                return true;
        if (req->match.route->right == RIGHT_DEMO)
                respond_not_found(req);
        else
                respond_forbidden(req);
        return false;
}

/* --- running the handler ----------------------------------------------------------------------------------------- */

/* key: NULL when the page is for nobody else. */
static void render(Request *req, Db *db, const char *key, const PageSource *source)
{
        req->is_personal = false;
        req->match.route->handler(req, db);
        if (key && !db_failed(db))
                shared_page_keep(req, key, source);
}

/* With a reader's snapshot. source: what is read is recorded there when there is a key. */
static void guard_and_render(Request *req, Db *db, char **key, StoreMoment moment, const PageSource *source)
{
        bool open = *key && shared_page_is_open(req);
        if (!guard(req, db))
                return;
        if (*key && !open) {
                *key = shared_page_key_of_reader(req, *key);
                if (shared_page_answer(req, *key, moment))
                        return;
        }
        render(req, db, *key, source);
}

static void run_reading(Request *req)
{
        g_autofree char *key = shared_page_key(req);
        StoreMoment moment = key ? store_moment(req->config->store) : (StoreMoment){ 0 };
        if (key && shared_page_is_open(req) && shared_page_answer(req, key, moment))
                return;
        PageSource source = { .since = moment.changes };
        store_record_reads(key ? &source.read : NULL);
        Db *db = store_read_begin(req->config->store);
        req->db = db;
        guard_and_render(req, db, &key, moment, &source);
        req->db = NULL;
        store_record_reads(NULL);
        if (db_failed(db)) {
                log_warn("route=%s store: %s", req->match.route->path, db_failed(db)->message);
                refuse(req, 500, N_("Something failed on our side. Try again in a moment."));
        }
        store_read_end(req->config->store, db);
}

void respond_store_error(Request *req, const GError *error)
{
        log_warn("route=%s store: %s", req->match.route->path, error ? error->message : "the handler gave up");
        if (g_error_matches(error, STORE_ERROR, STORE_ERROR_FULL))
                refuse(req, 507,
                       N_("The server's disk is full: nothing was saved. Tell the organisers, then try again."));
        else
                refuse(req, 500, N_("This could not be saved. Try again in a moment."));
}

static void drop_cookies(Request *req)
{
        for (guint i = req->headers->len; i > 0; i--) {
                const char *name = g_array_index(req->headers, Header, i - 1).name;
                if (strcmp(name, "Set-Cookie") == 0 || strcmp(name, "Location") == 0)
                        g_array_remove_index(req->headers, i - 1);
        }
}

static void run_writing(Request *req)
{
        Db *reader = store_read_begin(req->config->store);
        req->db = reader;
        bool allowed = guard(req, reader);
        req->db = NULL;
        store_read_end(req->config->store, reader);
        if (!allowed || !body_is_good(req))
                return;
        if (req->match.route->method == POST_ALONE) {
                req->match.route->handler(req, NULL);
                return;
        }
        Db *db = store_write_begin(req->config->store, WRITE_PAGE);
        req->db = db;
        req->match.route->handler(req, db);
        req->db = NULL;
        g_autoptr(GError) error = NULL;
        if (!store_write_end(req->config->store, db, req->status < 400, &error)) {
                drop_cookies(req);
                respond_store_error(req, error);
        }
}

/* The link to another language says "?lang=en" alone: no page repeats its query beside a form's token, which
 * compression would give away (BREACH). The page it stood on is told by Referer: our policy is same-origin. */
static void add_query_of_referer(const Request *req, const char *path, GString *query)
{
        const char *referer = request_header(req, "Referer"), *authority = referer ? strstr(referer, "://") : NULL;
        const char *host = request_header(req, "Host");
        size_t length = strlen(path);
        if (!authority || !g_str_has_prefix(authority + 3, host) || strlen(referer) > QUERY_BYTES_MAX)
                return;
        const char *came = authority + 3 + strlen(host);
        if (strncmp(came, path, length) != 0 || came[length] != '?')
                return;
        g_auto(GStrv) parts = g_strsplit(came + length + 1, "&", -1);
        for (char **part = parts; *part; part++)
                if (**part && !g_str_has_prefix(*part, "lang=") && url_is_safe(*part))
                        g_string_append_printf(query, "%c%s", query->len ? '&' : '?', *part);
}

/* ?lang=en is kept in a cookie, and the address is cleaned of it. */
static bool change_language(Request *req)
{
        const Lang *wish = lang_find(request_query(req, "lang"));
        if (!wish || req->method != GET)
                return false;
        g_autoptr(GString) query = g_string_new(NULL);
        MHD_get_connection_values(req->connection, MHD_GET_ARGUMENT_KIND, on_query_value, query);
        g_autofree char *path = g_uri_escape_string(req->path, "/:@!$&'()*+,;=", FALSE);
        if (query->len == 0)
                add_query_of_referer(req, path, query);
        request_set_cookie(req, "lang", lang_code(wish), 365 * 86400);
        respond_redirect(req, "%s%s", path, query->str);
        return true;
}

static void find_language(Request *req)
{
        const char *kept = request_cookie(req, request_is_secure(req) ? "__Host-lang" : "lang");
        req->lang = kept ? lang_find(kept) : NULL;
        if (!req->lang)
                req->lang = lang_accept(request_header(req, "Accept-Language"));
}

static void refuse_route(Request *req)
{
        if (req->match.slash_missing && req->method == GET) {
                g_autofree char *path = g_uri_escape_string(req->path, "/:@!$&'()*+,;=", FALSE);
                respond_redirect(req, "%s/", path);
        } else if (req->match.path_known) {
                refuse(req, 405, N_("This address cannot be used this way."));
        } else {
                respond_not_found(req);
        }
}

/* The proxy in front passed on what came without TLS: the same address, with it. */
static void redirect_to_tls(Request *req)
{
        g_autofree char *path = g_uri_escape_string(req->path, "/:@!$&'()*+,;=", FALSE);
        g_autofree char *address = g_strconcat(server_origin(req->server), path, NULL);
        respond_text(req, req->method == GET ? 301 : 403, "text/plain; charset=utf-8", "");
        respond_header(req, "Location", address);
}

static void run_protocol(Request *req)
{
        if (req->too_large)
                refuse(req, 413, N_("What you sent is too large. Send less, or a smaller file."));
        else
                req->match.route->handler(req, NULL);
}

static void run(Request *req)
{
        if (!host_is_ours(req))
                refuse(req, 421, N_("This server does not answer for that name."));
        else if (!request_came_safely(req))
                redirect_to_tls(req);
        else if (!req->match.route)
                refuse_route(req);
        else if (req->method == WEBSOCKET && (!upgrade_asked(req) || !comes_from_us(req)))
                refuse(req, 403, N_("This address is for our own pages alone."));
        else if (req->method == WEBSOCKET && g_atomic_int_get(&req->server->draining))
                refuse(req, 503, N_("The server restarts. Come back in a moment."));
        else if (req->method == PROTOCOL)
                run_protocol(req);
        else if (!change_language(req))
                (req->method == POST ? run_writing : run_reading)(req);
        if (!req->status)
                g_error("route %s: no response", req->match.route ? req->match.route->path : req->path);
}

/* --- libmicrohttpd's side ---------------------------------------------------------------------------------------- */

static bool path_is_sound(const char *path)
{
        if (!g_utf8_validate(path, -1, NULL) || path[0] != '/' || path[1] == '/' || strlen(path) > 2000)
                return false;
        for (const char *c = path; *c; c++)
                if ((unsigned char)*c < 0x20 || *c == '\\')
                        return false;
        return true;
}

/* The verbs that some protocol of ours may give a meaning; NULL for any other. */
static const char *verb_named(const char *method)
{
        static const char *const verbs[] = { "GET", "POST", "OPTIONS", "PATCH", "DELETE", "PUT" };
        for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++)
                if (strcmp(verbs[i], strcmp(method, "HEAD") == 0 ? "GET" : method) == 0)
                        return verbs[i];
        return NULL;
}

static Method method_named(const Request *req, const char *method)
{
        if (strcmp(method, "POST") == 0)
                return POST;
        if (strcmp(method, "GET") == 0 && upgrade_asked(req))
                return WEBSOCKET;
        if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0)
                return GET;
        return verb_named(method) ? PROTOCOL : 0;
}

static Request *begin(Server *server, struct MHD_Connection *connection, const char *url, const char *method)
{
        Request *req = request_new(server, &server->config, connection, url);
        find_language(req);
        req->verb = verb_named(method);
        req->method = method_named(req, method);
        bool ours = req->method && req->method != PROTOCOL;
        if (req->method && path_is_sound(req->path))
                router_find(server->router, req->method, req->path, &req->match);
        if (!ours && !req->match.route)
                req->match.path_known = true;
        if (req->match.route && req->match.route->method == PROTOCOL)
                req->method = PROTOCOL;
        g_atomic_int_inc(&server->running);
        return req;
}

/* Files go to the disk as they come: only of those who may send them. What it says is decided again, with the form's
 * token, when all has come. */
static bool refused_before_the_files(Request *req)
{
        if (req->method != POST || !req->match.route || req->match.route->body_max <= SMALL_BODY_BYTES)
                return false;
        if (!host_is_ours(req)) {
                refuse(req, 421, N_("This server does not answer for that name."));
                return true;
        }
        if (!comes_from_us(req)) {
                refuse(req, 403, N_("This form was sent from another site. Open the page here and send it again."));
                return true;
        }
        Db *reader = store_read_begin(req->config->store);
        req->db = reader;
        bool allowed = guard(req, reader);
        req->db = NULL;
        store_read_end(req->config->store, reader);
        return !allowed;
}

static bool announces_too_much(const Request *req)
{
        const char *length = request_header(req, "Content-Length");
        return length && req->match.route && g_ascii_strtoull(length, NULL, 10) > req->match.route->body_max + 4096;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
                                  const char *version, const char *body, size_t *body_size, void **state)
{
        Request *req = *state;
        if (!req) {
                *state = req = begin(cls, connection, url, method);
                if ((req->method == POST || req->method == PROTOCOL) && announces_too_much(req)) {
                        refuse(req, 413, N_("What you sent is too large. Send less, or a smaller file."));
                        return response_send(req); /* before the body: the connection is closed */
                }
                return refused_before_the_files(req) ? response_send(req) : MHD_YES;
        }
        if (*body_size) {
                if ((req->method == POST || req->method == PROTOCOL) && req->match.route)
                        request_take_body(req, body, *body_size);
                *body_size = 0;
                return MHD_YES;
        }
        run(req);
        return req->status == 101 ? upgrade_send(req) : response_send(req);
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code)
{
        Server *server = cls;
        if (!*state)
                return;
        request_free(*state);
        *state = NULL;
        g_atomic_int_add(&server->running, -1);
}

/* "%00" would end the C string of an address early and let "/x%00" pass for "/x": it becomes a control character, which
 * no address may hold. */
static size_t unescape(void *cls, struct MHD_Connection *connection, char *text)
{
        for (char *zero = text; (zero = strstr(zero, "%00")); zero += 3)
                zero[2] = '1';
        return MHD_http_unescape(text);
}

/* --- life -------------------------------------------------------------------------------------------------------- */

static bool load_secret(Server *server, GError **error)
{
        g_autofree char *path = g_build_filename(store_folder(server->config.store), "secret.key", NULL);
        g_autofree char *bytes = NULL;
        gsize size = 0;
        if (g_file_get_contents(path, &bytes, &size, NULL) && size == SECRET_BYTES) {
                memcpy(server->secret, bytes, SECRET_BYTES);
                return true;
        }
        randombytes_buf(server->secret, SECRET_BYTES);
        return g_file_set_contents_full(path, (const char *)server->secret, SECRET_BYTES,
                                        G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, error);
}

/* -1 with an error when nobody can be served there. */
static int start_listening(Server *server, GError **error)
{
        if (!load_secret(server, error))
                return -1;
        return server->config.socket ? listen_on_socket(server->config.socket, error)
                                     : listen_on_loopback(server->config.port, &server->port, error);
}

Server *server_start(const ServerConfig *config, GError **error)
{
        Server *server = g_new0(Server, 1);
        server->config = *config;
        server->listening = MHD_INVALID_SOCKET;
        uploads_clear(config->store);
        server->router = router_new(config->tables);
        server->pages = page_cache_new(config->store, PAGES_BYTES);
        int fd = start_listening(server, error);
        if (fd < 0) {
                page_cache_free(server->pages);
                router_free(server->router);
                g_free(server);
                return NULL;
        }
        server->origin =
                config->origin ? g_strdup(config->origin) : g_strdup_printf("http://127.0.0.1:%d", server->port);
        server->authority = strstr(server->origin, "://") + 3;
        server->daemon =
                MHD_start_daemon(MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL |
                                         MHD_ALLOW_UPGRADE | MHD_USE_ITC,
                                 0, NULL, NULL, on_request, server, MHD_OPTION_LISTEN_SOCKET, fd,
                                 MHD_OPTION_CONNECTION_LIMIT, (unsigned int)CONNECTIONS_MAX,
                                 MHD_OPTION_CONNECTION_TIMEOUT, IDLE_TIMEOUT_S, MHD_OPTION_UNESCAPE_CALLBACK, unescape,
                                 NULL, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_COMPLETED, on_completed,
                                 server, MHD_OPTION_THREAD_STACK_SIZE, (size_t)THREAD_STACK_BYTES, MHD_OPTION_END);
        if (!server->daemon)
                g_error("libmicrohttpd did not start");
        return server;
}

int server_port(const Server *server)
{
        return server->port;
}

const char *server_origin(const Server *server)
{
        return server->origin;
}

uint64_t server_shared_pages(const Server *server)
{
        return page_cache_found(server->pages);
}

PageCache *server_pages(const Server *server)
{
        return server->pages;
}

const char *server_authority(const Server *server)
{
        return server->authority;
}

const unsigned char *server_secret(const Server *server)
{
        return server->secret;
}

void server_drain(Server *server)
{
        if (!server)
                return;
        server->listening = MHD_quiesce_daemon(server->daemon);
        g_atomic_int_set(&server->draining, 1);
        int64_t end_us = monotonic_us() + DRAIN_TIMEOUT_US;
        while (g_atomic_int_get(&server->running) > 0 && monotonic_us() < end_us)
                g_usleep(10 * 1000);
}

void server_stop(Server *server)
{
        if (!server)
                return;
        MHD_stop_daemon(server->daemon);
        if (server->listening != MHD_INVALID_SOCKET)
                close(server->listening);
        if (server->config.socket)
                unlink(server->config.socket);
        page_cache_free(server->pages);
        router_free(server->router);
        g_free(server->origin);
        g_free(server);
}

char *server_routes_json(const Route *const *tables)
{
        Router *router = router_new(tables);
        json_t *list = json_array();
        for (size_t i = 0; i < router_count(router); i++) {
                const Route *route = router_at(router, i);
                const char *method = route->method == GET         ? "GET"
                                     : route->method == WEBSOCKET ? "WEBSOCKET"
                                     : route->method == PROTOCOL  ? "PROTOCOL"
                                                                  : "POST";
                json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:i, s:s}", "method", method, "path",
                                                      route->path, "right", right_name(route->right), "body_max",
                                                      (int)route->body_max, "title", route->title));
        }
        router_free(router);
        char *text = json_dumps(list, JSON_INDENT(1));
        json_decref(list);
        char *copy = g_strdup(text);
        free(text);
        return copy;
}
