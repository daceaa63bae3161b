#include "web/upgrade.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <string.h>
#include <unistd.h>

#define GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
#define SHA1_BYTES 20
#define SOCKETS_MAX 4000 /* at once; nginx lets 3,000 come */

static bool has_word(const char *list, const char *word)
{
        g_auto(GStrv) words = g_strsplit(list ? list : "", ",", -1);
        for (char **one = words; *one; one++)
                if (g_ascii_strcasecmp(g_strstrip(*one), word) == 0)
                        return true;
        return false;
}

bool upgrade_asked(const Request *req)
{
        const char *key = request_header(req, "Sec-WebSocket-Key");
        return has_word(request_header(req, "Upgrade"), "websocket") &&
               has_word(request_header(req, "Connection"), "upgrade") &&
               g_strcmp0(request_header(req, "Sec-WebSocket-Version"), "13") == 0 && key && strlen(key) == 24;
}

static char *accept_value(const char *key)
{
        g_autofree char *text = g_strconcat(key, GUID, NULL);
        unsigned char digest[EVP_MAX_MD_SIZE];
        EVP_Digest(text, strlen(text), digest, NULL, EVP_sha1(), NULL);
        return g_base64_encode(digest, SHA1_BYTES);
}

static gint open_sockets; /* atomic */

static void release(gpointer fd)
{
        close(GPOINTER_TO_INT(fd));
        g_atomic_int_add(&open_sockets, -1);
}

/* A descriptor of our own, and MHD is done with its connection at once, on the connection's own thread, which it joins
 * before it frees the connection. Closed later, from the sockets' thread, it is a race: libmicrohttpd (0.9.75) notes
 * that the application is done and only then takes its lock, and whoever resumes another connection in between has this
 * one freed under its hands.
 *
 * The request lives until this returns, and frees what nobody took: a client may be gone before it got our answer. */
static void on_upgraded(void *cls, struct MHD_Connection *connection, void *state, const char *early, size_t early_size,
                        MHD_socket fd, struct MHD_UpgradeResponseHandle *upgrade)
{
        Request *req = state;
        int own = g_atomic_int_get(&open_sockets) < SOCKETS_MAX ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;
        if (own >= 0) {
                g_atomic_int_inc(&open_sockets);
                socket_loop_adopt(req->config->sockets, own, early, early_size, req->socket_handler,
                                  g_steal_pointer(&req->opening), release, GINT_TO_POINTER(own));
        }
        MHD_upgrade_action(upgrade, MHD_UPGRADE_ACTION_CLOSE);
}

enum MHD_Result upgrade_send(Request *req)
{
        g_autofree char *accept = accept_value(request_header(req, "Sec-WebSocket-Key"));
        struct MHD_Response *response = MHD_create_response_for_upgrade(on_upgraded, NULL);
        MHD_add_response_header(response, "Upgrade", "websocket");
        MHD_add_response_header(response, "Sec-WebSocket-Accept", accept);
        enum MHD_Result result = MHD_queue_response(req->connection, MHD_HTTP_SWITCHING_PROTOCOLS, response);
        MHD_destroy_response(response);
        return result;
}
