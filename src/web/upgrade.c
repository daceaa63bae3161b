#include "web/upgrade.h"

#include <openssl/evp.h>
#include <string.h>

#define GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
#define SHA1_BYTES 20

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

typedef struct {
        SocketLoop *loop;
        const SocketHandler *handler;
        gpointer opening;
        GDestroyNotify free_opening;
} Handover;

static void release(gpointer upgrade)
{
        MHD_upgrade_action(upgrade, MHD_UPGRADE_ACTION_CLOSE);
}

static void on_upgraded(void *cls, struct MHD_Connection *connection, void *state, const char *early, size_t early_size,
                        MHD_socket fd, struct MHD_UpgradeResponseHandle *upgrade)
{
        Handover *handover = cls;
        socket_loop_adopt(handover->loop, fd, early, early_size, handover->handler, handover->opening, release,
                          upgrade);
        g_free(handover);
}

enum MHD_Result upgrade_send(Request *req)
{
        Handover *handover = g_new0(Handover, 1);
        handover->loop = req->config->sockets;
        handover->handler = req->socket_handler;
        handover->opening = g_steal_pointer(&req->opening);
        g_autofree char *accept = accept_value(request_header(req, "Sec-WebSocket-Key"));
        struct MHD_Response *response = MHD_create_response_for_upgrade(on_upgraded, handover);
        MHD_add_response_header(response, "Upgrade", "websocket");
        MHD_add_response_header(response, "Sec-WebSocket-Accept", accept);
        enum MHD_Result result = MHD_queue_response(req->connection, MHD_HTTP_SWITCHING_PROTOCOLS, response);
        MHD_destroy_response(response);
        return result;
}
