/* The HTTP server of the process: libmicrohttpd, a thread a connection, const route tables.
 *
 * It listens on loopback, or on a Unix socket where nginx stands in front of it: its parser is the one to trust. What
 * nginx says of a visitor (X-Forwarded-For, X-Forwarded-Proto) is believed on that socket alone. */
#pragma once
#include "web/request.h"
#include "web/socket.h"

typedef struct Server Server;

typedef struct {
        Store *store;
        SocketLoop *sockets;
        const Route *const *tables; /* NULL-terminated list of the features' tables */
        int port;                   /* 0: free */
        const char *socket;         /* a Unix socket to listen on instead; then origin must be given */
        bool behind_proxy;          /* nginx is on that socket: it names the visitor, and sends media files itself */
        const char *origin;         /* what people type: "https://host"; NULL: "http://127.0.0.1:PORT" */
        bool demo;
        gpointer context; /* for request_context() */
        /* The set (RIGHT_BIT) of the rights that the account (not 0) has on the event (0: outside any event). */
        unsigned (*rights)(Db *db, int64_t account, int64_t event);
} ServerConfig;

Server *server_start(const ServerConfig *config, GError **error);
int server_port(const Server *server);
const char *server_origin(const Server *server);
/* Pages that were answered without rendering them again: see web/page_cache.h. */
uint64_t server_shared_pages(const Server *server);
/* Refuses new connections and sockets, lets requests in flight end (at most 2 s). The sockets end next, then the
 * server: libmicrohttpd frees the connections under those that are still open. */
void server_drain(Server *server);
void server_stop(Server *server);
/* Method, path, right, title of every route, as JSON: `treteau routes --json`. (transfer full) */
char *server_routes_json(const Route *const *tables);
