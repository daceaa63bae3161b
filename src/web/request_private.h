/* The request's inside, for web/ alone. */
#pragma once
#include "web/page_cache.h"
#include "web/router.h"
#include "web/server.h"

#include <microhttpd.h>

typedef struct {
        char *name, *value;
} Header;

struct Request {
        Server *server;
        const ServerConfig *config;
        struct MHD_Connection *connection;
        Method method;
        const char *verb; /* of a PROTOCOL route's table of verbs; "" for one nobody uses */
        char *path;
        RouteMatch match;
        const Lang *lang;
        char *address;
        /* who and where, found before the handler runs */
        int64_t account, event;
        unsigned rights; /* of the account on rights_event, while rights_known: see request_rights() */
        int64_t rights_event;
        bool rights_known;
        Db *db; /* the handler's, NULL outside of it */
        /* the body */
        struct MHD_PostProcessor *form;
        GHashTable *fields;  /* name → GString */
        GHashTable *uploads; /* name → UploadFile */
        GByteArray *raw;     /* of a PROTOCOL route */
        size_t body_bytes, field_bytes;
        bool too_large, malformed;
        int save_error; /* errno of an upload that could not be written, 0 */
        /* the response */
        int status;
        char *content_type;
        GBytes *body;
        int file; /* -1: none */
        char *file_path;
        bool file_immutable;
        bool framed;     /* other sites may show it in a frame */
        GArray *headers; /* Header */
        const SocketHandler *socket_handler;
        gpointer opening;
        GDestroyNotify free_opening;
        bool is_personal;      /* the handler looked at who reads: an account, a cookie, a header, an address */
        bool is_for_everybody; /* the page that answers is the one that everybody gets who is not signed in */
        char *visit;           /* the visitor's cookie, read or made */
        char *csrf;
};

Request *request_new(Server *server, const ServerConfig *config, struct MHD_Connection *connection, const char *url);
void request_free(Request *req);
/* Removes the files of requests that a crash cut off; before any is served. */
void uploads_clear(Store *store);
/* Receives a piece of the body. */
void request_take_body(Request *req, const char *bytes, size_t size);
/* Cookie by name; NULL when absent. A page made with it is for this reader alone. */
const char *request_cookie(Request *req, const char *name);
/* "__Host-session" over TLS, else "session". (transfer full) */
char *request_cookie_name(const Request *req, const char *name);
/* All rights of the reader on the request's event, 0 when nobody is signed in. */
unsigned request_rights(Request *req);
/* The session cookie's account, 0 when none or expired. */
int64_t session_account(Request *req, Db *db);
bool csrf_matches(Request *req);
/* Which event a slug names: its id, 0 when none; *ret_public tells whether everyone may see it; *ret_moved_to (transfer
 * full) its address when this is an earlier one, else it is left alone. */
int64_t event_by_slug(Db *db, const char *slug, bool *ret_public, char **ret_moved_to);
/* Sends what the handler left. */
enum MHD_Result response_send(Request *req);

/* False when the proxy says that it came without the TLS that our address has. */
bool request_came_safely(const Request *req);

/* 32 bytes kept in the data folder, made once. */
const unsigned char *server_secret(const Server *server);
PageCache *server_pages(const Server *server);
const char *server_authority(const Server *server);
