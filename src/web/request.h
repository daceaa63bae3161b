/* One HTTP request and the response that answers it.
 *
 * A handler is a plain function on its own thread: GET gets a reader, POST the writer inside its savepoint, which is
 * kept when the response is a success or a redirect (status < 400) and undone otherwise. The response leaves only
 * after the commit; when that fails, a page that says so replaces it.
 *
 *   static void show_talk(Request *req, Db *db) { … respond_not_found(req); … }
 *   const Route programme_routes[] = {
 *           { GET, "/:event/talk/:code/", show_talk, RIGHT_PUBLIC, 0, "A session" },
 *           { 0 } };
 */
#pragma once
#include "store/db.h"
#include "base/i18n.h"

typedef struct Request Request;

/* HEAD is answered from GET. POST_ALONE is a POST whose handler gets no Db and takes the writer itself when its work is
 * prepared (an import that is parsed first).
 *
 * PROTOCOL is for programs that are no browsers of ours (WHIP, RFC 9725): whatever the verb (request_verb), the one
 * handler gets it, without Db, with the body as bytes (request_body). No cookie is looked at, so there is no session,
 * no form token and no check of where it comes from: request_account() is 0, and what a key may do is the handler's to
 * decide. Its errors are application/problem+json, and pages of any origin may read all it answers. */
typedef enum { GET = 1, POST, POST_ALONE, WEBSOCKET, PROTOCOL } Method;

/* One list: the enum, the words, the document. Deny by default: a route without a right is refused at start. */
#define RIGHTS(X)                                                                                                      \
        X(PUBLIC, "everyone")                                                                                          \
        X(SIGNED_IN, "whoever is signed in")                                                                           \
        X(SPEAKER, "a speaker of the event, and whoever hosts or organises it")                                        \
        X(TEAM, "whoever helps with the event: every role but attendee and speaker")                                   \
        X(HELP, "whoever helps with the event and may change something: the team but who only reads")                  \
        X(CAPTION, "a captioner of the event, its stage managers and organisers")                                      \
        X(CHECKIN, "whoever welcomes people at the door, and the event's organisers")                                  \
        X(HOST, "a host of the event, its stage managers and organisers")                                              \
        X(STAGE, "a stage manager of the event, and its organisers")                                                   \
        X(PROGRAMME, "whoever makes the event's programme, and its organisers")                                        \
        X(ORGANISER, "an organiser of the event")                                                                      \
        X(EVENT_OWNER, "an owner of the event")                                                                        \
        X(OWNER, "an owner of the server")                                                                             \
        X(KEY, "whoever holds a key that the handler knows; for PROTOCOL alone")                                       \
        X(DEMO, "everyone, in the demo only")
typedef enum {
        RIGHT_NONE,
#define X(name, text) RIGHT_##name,
        RIGHTS(X)
#undef X
} Right;
/* Rights as a set. */
#define RIGHT_BIT(right) (1u << (right))

typedef void (*Handler)(Request *req, Db *db);
typedef struct {
        Method method;
        const char *path; /* "/:event/talk/:code/"; a last ":rest*" takes slashes too */
        Handler handler;
        Right right;
        size_t body_max; /* bytes of form body, files included; 0 for none */
        const char *title;
        /* Of a page that belongs into a menu: its entry, and what it is for in a few words. Source words for tr(). */
        const char *menu, *menu_text;
        /* Of a POST that other programs may send, without this server's form token: its address is a key that does one
         * harmless thing (one-click unsubscribe, RFC 8058). */
        bool from_anywhere;
} Route;

/* The pages below a prefix ("/:event/organise/") that stand in a menu and that this reader may use, in the order of the
 * tables. (transfer container) of const Route */
GPtrArray *request_menu(const Request *req, const char *prefix);
/* The address of a route of this event's, parameters other than :event not filled in. (transfer full) */
char *request_menu_url(const Request *req, const Route *route);

/* What came. Strings live as long as the request; absent ones are NULL where it is said, else "". */
Method request_method(const Request *req);
const char *request_verb(const Request *req); /* "POST", "PATCH" …; HEAD comes as "GET" */
/* Of a PROTOCOL route: the bytes that came, at most body_max; never NULL. (transfer full) */
GBytes *request_body(Request *req);
const char *request_path(const Request *req);
const char *request_param(const Request *req, const char *name);  /* from the path; "" when absent */
const char *request_query(const Request *req, const char *name);  /* from the address; "" when absent */
const char *request_field(const Request *req, const char *name);  /* from the form, valid UTF-8; "" when absent */
const char *request_header(const Request *req, const char *name); /* NULL when absent */
/* An uploaded file of the form, already on disk as a temporary file that the request removes; NULL when absent. */
typedef struct {
        const char *path, *file_name;
        size_t size_bytes;
} Upload;
const Upload *request_upload(const Request *req, const char *name);
const Lang *request_lang(const Request *req);
int64_t request_account(const Request *req);   /* 0: not signed in; a page made with it is for this reader alone */
bool request_is_signed_in(const Request *req); /* for what all who are signed in see alike */
/* The event that the path's ":event" names, 0 when there is none or it is not public and the reader may not see it. */
int64_t request_event(const Request *req);
bool request_may(const Request *req, Right right); /* on that event */
const char *request_csrf(Request *req);            /* for hidden fields; makes the visitor's cookie when needed */
Store *request_store(const Request *req);
/* "https://host" or "http://127.0.0.1:8080": for links in mails. */
const char *request_origin(const Request *req);
bool request_is_demo(const Request *req);
bool request_is_secure(const Request *req);      /* came over TLS (by the proxy in front) */
const char *request_address(const Request *req); /* the visitor's network address, for limits only */
gpointer request_context(const Request *req);    /* what the application gave to the server: see app/ */

/* What leaves. The last call wins. */
void respond_bytes(Request *req, int status, const char *content_type, GBytes *body);
void respond_text(Request *req, int status, const char *content_type, const char *text);
void respond_redirect(Request *req, const char *format, ...) G_GNUC_PRINTF(2, 3); /* 303, same origin only */
void respond_not_found(Request *req);
void respond_forbidden(Request *req);
/* A plain error page with this sentence (already translated) and this status. */
void respond_error(Request *req, int status, const char *sentence);
/* What a POST_ALONE handler answers when its turn was not kept: a full disk, or a failure that is logged. */
void respond_store_error(Request *req, const GError *error);
void respond_header(Request *req, const char *name, const char *value);
/* A file by path (already checked to be inside the data folder): one byte range, If-Range, HEAD. */
void respond_file(Request *req, const char *path, const char *content_type, bool immutable);

/* Hands the connection over to the socket loop (WEBSOCKET routes only); opening is given to the handler's opened(). */
typedef struct SocketHandler SocketHandler;
void respond_websocket(Request *req, const SocketHandler *handler, gpointer opening, GDestroyNotify free_opening);

/* A cookie for what the reader asked of a feature, and for nothing else: of this origin alone, HttpOnly, SameSite=Lax,
 * __Host- over TLS. NULL when absent; the page is then the reader's own, not one that everybody gets alike. */
const char *request_own_cookie(Request *req, const char *name);
void request_set_cookie(Request *req, const char *name, const char *value, int64_t max_age_s);

/* Sessions: sign in after a link was consumed (rotates the cookie); sign out. db is the writer. */
void session_start(Request *req, Db *db, int64_t account);
void session_end(Request *req, Db *db);
/* What names this request's session in lists: the hash in hexadecimal, not the secret. NULL when there is none.
 * (transfer full) */
char *session_key(Request *req);
