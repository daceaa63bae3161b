/* Where the server listens: a port of loopback, or a Unix socket that only the proxy in front may open. */
#pragma once
#include <glib.h>

/* 0 takes a free port. -1 with an error when it cannot be had. */
int listen_on_loopback(int port, int *ret_port, GError **error);
/* Takes the place of a socket that nobody answers any more; its group may connect, others may not. -1 with an error
 * when another server answers there, or when something else has that name. */
int listen_on_socket(const char *path, GError **error);
