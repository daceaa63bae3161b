/* Sessions, the visitor's cookie and the token that forms carry.
 *
 * A session's cookie is 256 random bits; the store keeps only its hash. The token of a form is a keyed hash of the
 * visitor's cookie, so that nothing need be stored for people who never sign in. */
#include "web/request_private.h"
#include "base/time.h"

#include <sodium.h>
#include <string.h>

#define SECRET_BYTES 32
#define HASH_BYTES 32
#define SESSION_DAYS 30
#define VISIT_DAYS 1

/* __Host- asks for TLS: the demo on loopback has none. */
char *request_cookie_name(const Request *req, const char *name)
{
        return g_strconcat(request_is_secure(req) ? "__Host-" : "", name, NULL);
}

const char *request_own_cookie(Request *req, const char *name)
{
        g_autofree char *full = request_cookie_name(req, name);
        return request_cookie(req, full);
}

static char *random_secret(void)
{
        unsigned char bytes[SECRET_BYTES];
        char text[sodium_base64_ENCODED_LEN(SECRET_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING)];
        randombytes_buf(bytes, sizeof bytes);
        return g_strdup(
                sodium_bin2base64(text, sizeof text, bytes, sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING));
}

static void hash_secret(const char *secret, unsigned char ret_hash[HASH_BYTES])
{
        crypto_generichash(ret_hash, HASH_BYTES, (const unsigned char *)secret, strlen(secret), NULL, 0);
}

void request_set_cookie(Request *req, const char *name, const char *value, int64_t max_age_s)
{
        g_autofree char *full = request_cookie_name(req, name);
        g_autofree char *cookie =
                g_strdup_printf("%s=%s; Path=/; Max-Age=%" G_GINT64_FORMAT "; HttpOnly; SameSite=Lax%s", full, value,
                                max_age_s, request_is_secure(req) ? "; Secure" : "");
        respond_header(req, "Set-Cookie", cookie);
}

int64_t session_account(Request *req, Db *db)
{
        g_autofree char *name = request_cookie_name(req, "session");
        const char *secret = request_cookie(req, name);
        if (!secret)
                return 0;
        unsigned char hash[HASH_BYTES];
        hash_secret(secret, hash);
        return db_int(db, 0, "SELECT account_id FROM session WHERE hash = $1 AND expires_us > $2", "bi", hash,
                      (size_t)HASH_BYTES, now_us());
}

char *session_key(Request *req)
{
        g_autofree char *name = request_cookie_name(req, "session");
        const char *secret = request_cookie(req, name);
        if (!secret)
                return NULL;
        unsigned char hash[HASH_BYTES];
        char text[HASH_BYTES * 2 + 1];
        hash_secret(secret, hash);
        return g_strdup(sodium_bin2hex(text, sizeof text, hash, sizeof hash));
}

void session_end(Request *req, Db *db)
{
        g_autofree char *name = request_cookie_name(req, "session");
        const char *secret = request_cookie(req, name);
        unsigned char hash[HASH_BYTES];
        if (secret) {
                hash_secret(secret, hash);
                db_run(db, "DELETE FROM session WHERE hash = $1", "b", hash, (size_t)HASH_BYTES);
        }
        request_set_cookie(req, "session", "", 0);
        req->account = 0;
}

void session_start(Request *req, Db *db, int64_t account)
{
        session_end(req, db); /* a session known before sign-in is never the one after it */
        g_autofree char *secret = random_secret();
        unsigned char hash[HASH_BYTES];
        hash_secret(secret, hash);
        int64_t now = now_us();
        db_run(db, "DELETE FROM session WHERE expires_us < $1", "i", now);
        db_run(db, "INSERT INTO session(hash, account_id, created_us, expires_us) VALUES($1, $2, $3, $4)", "biii", hash,
               (size_t)HASH_BYTES, account, now, now + SESSION_DAYS * DAY_US);
        request_set_cookie(req, "session", secret, SESSION_DAYS * 86400);
        req->account = account;
}

static bool is_visit(const char *text)
{
        return text && strlen(text) == 43 &&
               strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == 43;
}

static char *token_for(const Request *req, const char *visit)
{
        unsigned char hash[HASH_BYTES];
        char text[HASH_BYTES * 2 + 1];
        crypto_generichash(hash, sizeof hash, (const unsigned char *)visit, strlen(visit), server_secret(req->server),
                           SECRET_BYTES);
        return g_strdup(sodium_bin2hex(text, sizeof text, hash, sizeof hash));
}

const char *request_csrf(Request *req)
{
        if (req->csrf)
                return req->csrf;
        g_autofree char *name = request_cookie_name(req, "visit");
        const char *sent = request_cookie(req, name);
        req->visit = is_visit(sent) ? g_strdup(sent) : random_secret();
        if (!is_visit(sent))
                request_set_cookie(req, "visit", req->visit, VISIT_DAYS * 86400);
        req->csrf = token_for(req, req->visit);
        return req->csrf;
}

bool csrf_matches(Request *req)
{
        g_autofree char *name = request_cookie_name(req, "visit");
        const char *visit = request_cookie(req, name);
        const char *sent = request_field(req, "csrf");
        if (!is_visit(visit) || strlen(sent) != HASH_BYTES * 2)
                return false;
        g_autofree char *expected = token_for(req, visit);
        return sodium_memcmp(sent, expected, HASH_BYTES * 2) == 0;
}
