/* A client's TCP connection, in clear or under TLS, with recv and send as sockets have them.
 *
 *   Stream *stream = stream_open("localhost", "443", NULL, tls, &error);   it waits, at most 5 s a step
 *   stream_set_waiting(stream, false);                                  from now on EAGAIN instead
 */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/* What all connections of a run share. */
typedef struct TlsClient TlsClient;
/* verify: the other side's certificate must be good for its name (RFC 9525); without, for servers of one's own under
 * test. */
TlsClient *tls_client_new(bool verify);
void tls_client_free(TlsClient *client);

typedef struct Stream Stream;
/* tls NULL: in clear. host: numeric or a name. source: the numeric address of ours that it comes from; NULL: any. */
Stream *stream_open(const char *host, const char *port, const char *source, const TlsClient *tls, GError **error);
void stream_free(Stream *stream);
void stream_set_waiting(Stream *stream, bool waiting);
/* 0: the end; -1 and errno as of recv(2) and send(2), EAGAIN too where TLS itself has to wait. */
ssize_t stream_receive(Stream *stream, void *bytes, size_t size);
ssize_t stream_send(Stream *stream, const void *bytes, size_t size);
int stream_fd(const Stream *stream);
