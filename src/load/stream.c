#include "load/stream.h"
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define STEP_MAX_S 5

struct TlsClient {
        SSL_CTX *context;
        bool verify;
};

struct Stream {
        int fd;
        SSL *ssl; /* NULL: in clear */
};

static bool refuse(GError **error, const char *what, const char *why)
{
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: %s", what, why);
        return false;
}

TlsClient *tls_client_new(bool verify)
{
        TlsClient *client = g_new0(TlsClient, 1);
        client->context = SSL_CTX_new(TLS_client_method());
        client->verify = verify;
        g_assert(client->context);
        SSL_CTX_set_mode(client->context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                                  SSL_MODE_RELEASE_BUFFERS);
        SSL_CTX_set_verify(client->context, verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, NULL);
        SSL_CTX_set_default_verify_paths(client->context);
        return client;
}

void tls_client_free(TlsClient *client)
{
        if (!client)
                return;
        SSL_CTX_free(client->context);
        g_free(client);
}

/* False too where our address is of another family than the other side's. */
static bool bind_to(int fd, const char *source, int family)
{
        struct addrinfo hints = { .ai_family = family, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST },
                        *ours = NULL;
        if (!source)
                return true;
        bool bound = getaddrinfo(source, NULL, &hints, &ours) == 0 && bind(fd, ours->ai_addr, ours->ai_addrlen) == 0;
        if (ours)
                freeaddrinfo(ours);
        return bound;
}

static int connect_to(const char *host, const char *port, const char *source, GError **error)
{
        struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found = NULL;
        int code = getaddrinfo(host, port, &hints, &found), fd = -1, one = 1;
        if (code != 0) {
                refuse(error, host, gai_strerror(code));
                return -1;
        }
        struct timeval limit = { .tv_sec = STEP_MAX_S };
        for (struct addrinfo *at = found; at && fd < 0; at = at->ai_next) {
                fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
                setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
                setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
                setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                if (fd >= 0 && (!bind_to(fd, source, at->ai_family) || connect(fd, at->ai_addr, at->ai_addrlen) != 0)) {
                        refuse(at->ai_next ? NULL : error, host, g_strerror(errno));
                        close(fd);
                        fd = -1;
                }
        }
        freeaddrinfo(found);
        return fd;
}

static bool shake_hands(Stream *stream, const char *host, const TlsClient *tls, GError **error)
{
        stream->ssl = SSL_new(tls->context);
        if (!stream->ssl || SSL_set_fd(stream->ssl, stream->fd) != 1 ||
            SSL_set_tlsext_host_name(stream->ssl, host) != 1 || (tls->verify && SSL_set1_host(stream->ssl, host) != 1))
                return refuse(error, host, "TLS could not be prepared");
        if (SSL_connect(stream->ssl) == 1)
                return true;
        unsigned long code = ERR_get_error();
        const char *reason = code ? ERR_reason_error_string(code) : "no answer in time";
        return refuse(error, host, reason ? reason : "TLS failed");
}

Stream *stream_open(const char *host, const char *port, const char *source, const TlsClient *tls, GError **error)
{
        int fd = connect_to(host, port, source, error);
        if (fd < 0)
                return NULL;
        Stream *stream = g_new0(Stream, 1);
        stream->fd = fd;
        if (!tls || shake_hands(stream, host, tls, error))
                return stream;
        stream_free(stream);
        return NULL;
}

void stream_free(Stream *stream)
{
        if (!stream)
                return;
        SSL_free(stream->ssl);
        close(stream->fd);
        g_free(stream);
}

void stream_set_waiting(Stream *stream, bool waiting)
{
        int flags = fcntl(stream->fd, F_GETFL);
        fcntl(stream->fd, F_SETFL, waiting ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
}

/* What SSL_read and SSL_write say, in the words of recv and send. */
static ssize_t translate(const Stream *stream, int result)
{
        if (result > 0)
                return result;
        switch (SSL_get_error(stream->ssl, result)) {
        case SSL_ERROR_WANT_READ:
        case SSL_ERROR_WANT_WRITE:
                errno = EAGAIN;
                return -1;
        case SSL_ERROR_ZERO_RETURN:
                return 0;
        default:
                errno = ECONNRESET;
                return -1;
        }
}

ssize_t stream_receive(Stream *stream, void *bytes, size_t size)
{
        if (!stream->ssl)
                return recv(stream->fd, bytes, size, 0);
        ERR_clear_error();
        return translate(stream, SSL_read(stream->ssl, bytes, (int)MIN(size, G_MAXINT)));
}

ssize_t stream_send(Stream *stream, const void *bytes, size_t size)
{
        if (!stream->ssl)
                return send(stream->fd, bytes, size, MSG_NOSIGNAL);
        ERR_clear_error();
        return translate(stream, SSL_write(stream->ssl, bytes, (int)MIN(size, G_MAXINT)));
}

int stream_fd(const Stream *stream)
{
        return stream->fd;
}
