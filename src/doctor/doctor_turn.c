/* Asks a TURN server for a relay, as a browser would, and gives it back. libcurl opens what is TCP or TLS, so that a
 * certificate is judged as everywhere else. */
#include "doctor/doctor_net.h"
#include "rtc/turn.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
        TCP_MS = 5000,
        UDP_TRIES = 4,
        UDP_FIRST_MS = 300, /* doubling: 4.5 s in all (RFC 8489 6.2.1 waits longer) */
        UNAUTHORIZED = 401,
        STALE_NONCE = 438, /* as good as a challenge */
        QUOTA_REACHED = 486,
        NO_CAPACITY = 508,
};

/* RFC 7065: turn:HOST[:PORT][?transport=udp|tcp], turns: with TLS. */
typedef struct {
        char *host, *port;
        bool tls, tcp;
} TurnAddress;

typedef struct {
        CURL *curl; /* TCP and TLS */
        int fd;     /* also UDP's own */
        char reason[CURL_ERROR_SIZE];
} TurnLine;

static bool address_parse(const char *url, TurnAddress *ret_address)
{
        g_autoptr(GRegex) form =
                g_regex_new("^(turns?):(\\[[0-9A-Fa-f:.]+\\]|[^:?\\[\\]]+)(?::(\\d{1,5}))?(?:\\?transport=(udp|tcp))?$",
                            0, 0, NULL);
        g_autoptr(GMatchInfo) parts = NULL;
        if (!g_regex_match(form, url, 0, &parts))
                return false;
        g_autofree char *scheme = g_match_info_fetch(parts, 1), *port = g_match_info_fetch(parts, 3);
        g_autofree char *transport = g_match_info_fetch(parts, 4);
        bool tls = strcmp(scheme, "turns") == 0;
        if (tls && transport && strcmp(transport, "udp") == 0)
                return false; /* DTLS: no browser speaks it */
        *ret_address = (TurnAddress){
                .host = g_match_info_fetch(parts, 2),
                .port = g_strdup(port && *port ? port
                                 : tls         ? "5349"
                                               : "3478"),
                .tls = tls,
                .tcp = tls || (transport && strcmp(transport, "tcp") == 0),
        };
        return true;
}

static bool open_tcp(TurnLine *line, const TurnAddress *address)
{
        g_autofree char *url =
                g_strdup_printf("%s://%s:%s", address->tls ? "https" : "http", address->host, address->port);
        line->curl = net_request_new(url, line->reason);
        curl_easy_setopt(line->curl, CURLOPT_CONNECT_ONLY, 1L);
        curl_easy_setopt(line->curl, CURLOPT_CONNECTTIMEOUT_MS, (long)TCP_MS);
        curl_socket_t fd = CURL_SOCKET_BAD;
        CURLcode result = curl_easy_perform(line->curl);
        if (result == CURLE_OK)
                result = curl_easy_getinfo(line->curl, CURLINFO_ACTIVESOCKET, &fd);
        if (result != CURLE_OK && !*line->reason)
                g_strlcpy(line->reason, curl_easy_strerror(result), sizeof line->reason);
        line->fd = fd;
        return result == CURLE_OK;
}

static bool open_udp(TurnLine *line, const TurnAddress *address)
{
        g_autofree char *host = g_strdup(address->host);
        const struct addrinfo hints = { .ai_socktype = SOCK_DGRAM };
        struct addrinfo *found = NULL;
        int fault = getaddrinfo(g_strstrip(g_strdelimit(host, "[]", ' ')), address->port, &hints, &found);
        if (fault) {
                g_strlcpy(line->reason, gai_strerror(fault), sizeof line->reason);
                return false;
        }
        line->fd = socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        bool done = line->fd >= 0 && connect(line->fd, found->ai_addr, found->ai_addrlen) == 0;
        if (!done)
                g_strlcpy(line->reason, g_strerror(errno), sizeof line->reason);
        freeaddrinfo(found);
        return done;
}

static void line_close(TurnLine *line)
{
        if (line->curl)
                curl_easy_cleanup(line->curl);
        else if (line->fd >= 0)
                close(line->fd);
}

static bool readable(const TurnLine *line, int ms)
{
        struct pollfd one = { .fd = line->fd, .events = POLLIN };
        return poll(&one, 1, ms) == 1;
}

/* So many bytes of a stream. */
static bool receive_tcp(TurnLine *line, uint8_t *bytes, size_t size)
{
        for (size_t have = 0; have < size;) {
                size_t more = 0;
                CURLcode result = curl_easy_recv(line->curl, bytes + have, size - have, &more);
                if (result == CURLE_OK && more == 0)
                        return false; /* it hung up */
                if (result != CURLE_OK && (result != CURLE_AGAIN || !readable(line, TCP_MS)))
                        return false;
                have += more;
        }
        return true;
}

static bool exchange_tcp(TurnLine *line, const uint8_t *request, size_t size, const uint8_t *transaction,
                         TurnAnswer *ret_answer)
{
        uint8_t bytes[TURN_MAX_BYTES];
        size_t sent = 0, whole = 0;
        return curl_easy_send(line->curl, request, size, &sent) == CURLE_OK && sent == size &&
               receive_tcp(line, bytes, TURN_HEADER_BYTES) && (whole = turn_message_bytes(bytes)) != 0 &&
               receive_tcp(line, bytes + TURN_HEADER_BYTES, whole - TURN_HEADER_BYTES) &&
               turn_parse(bytes, whole, transaction, ret_answer);
}

static bool exchange_udp(const TurnLine *line, const uint8_t *request, size_t size, const uint8_t *transaction,
                         TurnAnswer *ret_answer)
{
        uint8_t bytes[TURN_MAX_BYTES];
        for (unsigned i = 0; i < UDP_TRIES; i++) {
                if (send(line->fd, request, size, 0) < 0 && errno != ECONNREFUSED)
                        return false;
                ssize_t got = readable(line, UDP_FIRST_MS << i) ? recv(line->fd, bytes, sizeof bytes, 0) : -1;
                if (got > 0 && turn_parse(bytes, (size_t)got, transaction, ret_answer))
                        return true;
        }
        return false;
}

static bool ask(TurnLine *line, const TurnCredentials *credentials, TurnAnswer *ret_answer)
{
        uint8_t transaction[TURN_TRANSACTION_BYTES], request[TURN_BUILD_BYTES];
        if (getrandom(transaction, sizeof transaction, 0) != (ssize_t)sizeof transaction)
                return false;
        size_t size = turn_build_allocate(transaction, credentials, request);
        return line->curl ? exchange_tcp(line, request, size, transaction, ret_answer)
                          : exchange_udp(line, request, size, transaction, ret_answer);
}

/* A connection that is closed takes its relay with it; UDP has to be told. */
static void give_back(const TurnLine *line, const TurnCredentials *credentials)
{
        static const uint8_t transaction[TURN_TRANSACTION_BYTES] = { 1 }; /* nobody waits for its answer */
        uint8_t request[TURN_BUILD_BYTES];
        if (!line->curl && send(line->fd, request, turn_build_release(transaction, credentials, request), 0) < 0)
                g_debug("a relay is left to its end: %s", g_strerror(errno));
}

static TurnFault fault_of(const TurnAnswer *answer)
{
        return answer->success && answer->relayed                                         ? TURN_TAKEN
               : answer->error_code == UNAUTHORIZED                                       ? TURN_REFUSED
               : answer->error_code == QUOTA_REACHED || answer->error_code == NO_CAPACITY ? TURN_FULL
                                                                                          : TURN_STRANGE;
}

static TurnFault allocate(TurnLine *line, const char *user, const char *password)
{
        TurnCredentials credentials = { 0 };
        TurnAnswer answer;
        g_strlcpy(credentials.user, user, sizeof credentials.user);
        g_strlcpy(credentials.password, password, sizeof credentials.password);
        if (!ask(line, NULL, &answer))
                return TURN_UNREACHED;
        for (int i = 0; i < 2 && (answer.error_code == UNAUTHORIZED || answer.error_code == STALE_NONCE); i++) {
                memcpy(credentials.realm, answer.realm, sizeof credentials.realm);
                memcpy(credentials.nonce, answer.nonce, sizeof credentials.nonce);
                if (!ask(line, &credentials, &answer))
                        return TURN_UNREACHED;
        }
        if (answer.success)
                give_back(line, &credentials);
        return fault_of(&answer);
}

TurnFault turn_look(const char *url, const char *user, const char *password, char **ret_reason)
{
        TurnAddress address = { 0 };
        TurnLine line = { .fd = -1 };
        TurnFault fault = TURN_STRANGE;
        if (address_parse(url, &address)) {
                fault = TURN_UNREACHED;
                if (address.tcp ? open_tcp(&line, &address) : open_udp(&line, &address))
                        fault = allocate(&line, user, password);
        }
        *ret_reason = g_strdup(*line.reason ? line.reason : "no answer");
        line_close(&line);
        g_free(address.host);
        g_free(address.port);
        return fault;
}
