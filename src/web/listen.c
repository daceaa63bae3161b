#include "web/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define WAITING_MAX 511

static int failed(int fd, const char *where, int reason, GError **error)
{
        g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(reason), "%s: %s", where, g_strerror(reason));
        if (fd >= 0)
                close(fd);
        return -1;
}

int listen_on_loopback(int port, int *ret_port, GError **error)
{
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        int yes = 1;
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        /* For all that come by it. On a crowded thin line the few packets of a room's messages are lost several times:
         * tried again each time after twice as long, a word would wait for ten seconds where the line is free after
         * one. */
        setsockopt(fd, IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS, &yes, sizeof yes);
        struct sockaddr_in address = { .sin_family = AF_INET,
                                       .sin_port = htons((uint16_t)port),
                                       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
        socklen_t size = sizeof address;
        if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, WAITING_MAX) != 0 ||
            getsockname(fd, (struct sockaddr *)&address, &size) != 0) {
                int reason = errno;
                g_autofree char *where = g_strdup_printf("127.0.0.1:%d", port);
                return failed(fd, where, reason, error);
        }
        *ret_port = ntohs(address.sin_port);
        return fd;
}

/* A server that was killed leaves its socket behind: nobody answers there. */
static bool is_left_behind(const char *path, const struct sockaddr_un *address)
{
        struct stat facts;
        if (lstat(path, &facts) != 0 || !S_ISSOCK(facts.st_mode))
                return false;
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        bool refused = connect(fd, (const struct sockaddr *)address, sizeof *address) != 0 && errno == ECONNREFUSED;
        close(fd);
        return refused;
}

int listen_on_socket(const char *path, GError **error)
{
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        if (strlen(path) >= sizeof address.sun_path)
                return failed(-1, path, ENAMETOOLONG, error);
        g_strlcpy(address.sun_path, path, sizeof address.sun_path);
        if (is_left_behind(path, &address))
                unlink(path);
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || chmod(path, 0660) != 0 ||
            listen(fd, WAITING_MAX) != 0)
                return failed(fd, path, errno, error);
        return fd;
}
