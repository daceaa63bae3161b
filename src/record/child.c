#include "record/child.h"
#include "base/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LINK_DESCRIPTOR = 3, RECEIVE_BYTES = 16 << 10 };

struct Child {
        pid_t pid;
        int descriptor;
        uint8_t bytes[RECEIVE_BYTES];
        size_t filled, used;
        bool nonsense;
};

static bool fail(GError **error, int code, const char *what)
{
        g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(code), "%s: %s", what, g_strerror(code));
        return false;
}

bool child_spawn(const char *program, int theirs, pid_t *ret_pid, GError **error)
{
        return spawn_child(&(SpawnPlan){ .program = program,
                                         .given = { SPAWN_NOTHING, SPAWN_NOTHING, STDERR_FILENO, theirs },
                                         .n_given = LINK_DESCRIPTOR + 1,
                                         .starts_others = true },
                           ret_pid, error);
}

static bool send_hello(int descriptor, int folder, const char *title)
{
        uint8_t bytes[MESSAGE_HEADER_BYTES + 2 + RECORD_TITLE_BYTES] = { 0 };
        /* A title too long is cut between two characters. */
        size_t length = strlen(title);
        if (length > RECORD_TITLE_BYTES)
                length = (size_t)(g_utf8_find_prev_char(title, title + RECORD_TITLE_BYTES + 1) - title);
        Message hello = { .type = MESSAGE_HELLO, .length = 2 + length };
        message_header(&hello, bytes);
        bytes[MESSAGE_HEADER_BYTES] = RECORD_PROTOCOL_VERSION;
        memcpy(bytes + MESSAGE_HEADER_BYTES + 2, title, length);

        union {
                struct cmsghdr align;
                char bytes[CMSG_SPACE(sizeof(int))];
        } control = { 0 };
        struct iovec piece = { bytes, MESSAGE_HEADER_BYTES + hello.length };
        struct msghdr head = { .msg_iov = &piece,
                               .msg_iovlen = 1,
                               .msg_control = control.bytes,
                               .msg_controllen = sizeof(control.bytes) };
        struct cmsghdr *rights = CMSG_FIRSTHDR(&head);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(rights), &folder, sizeof(folder));
        /* The socket is empty, so it goes whole. */
        return sendmsg(descriptor, &head, MSG_NOSIGNAL) == (ssize_t)piece.iov_len;
}

static bool send_languages(int descriptor, const char *const *languages)
{
        for (unsigned i = 0; i < RECORD_LANGUAGES; i++) {
                size_t length = languages[i] ? strlen(languages[i]) : 0;
                uint8_t bytes[MESSAGE_HEADER_BYTES + RECORD_LANGUAGE_BYTES];
                if (length == 0 || length > RECORD_LANGUAGE_BYTES)
                        continue;
                message_header(&(Message){ .type = MESSAGE_LANGUAGE, .track = (uint8_t)i, .length = length }, bytes);
                memcpy(bytes + MESSAGE_HEADER_BYTES, languages[i], length);
                ssize_t size = (ssize_t)(MESSAGE_HEADER_BYTES + length);
                if (send(descriptor, bytes, (size_t)size, MSG_NOSIGNAL) != size)
                        return false;
        }
        return true;
}

Child *child_start(const char *program, const char *folder, const char *title, const char *const *languages,
                   GError **error)
{
        int ends[2];
        int directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (directory < 0) {
                fail(error, errno, folder);
                return NULL;
        }
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) {
                fail(error, errno, "socketpair");
                close(directory);
                return NULL;
        }
        Child *child = g_new0(Child, 1);
        child->descriptor = ends[0];
        bool started = child_spawn(program, ends[1], &child->pid, error);
        close(ends[1]);
        if (started &&
            (!send_hello(child->descriptor, directory, title) || !send_languages(child->descriptor, languages)))
                started = fail(error, errno, "HELLO");
        close(directory);
        if (started && fcntl(child->descriptor, F_SETFL, O_NONBLOCK) == 0)
                return child;
        child_end(child, 0);
        return NULL;
}

void child_end(Child *child, int wait_ms)
{
        if (!child)
                return;
        shutdown(child->descriptor, SHUT_WR);
        /* The child closes its end when it leaves; nothing else makes the socket hang up. */
        struct pollfd end = { .fd = child->descriptor, .events = 0 };
        bool left = child->pid > 0 && poll(&end, 1, wait_ms) == 1;
        if (child->pid > 0) {
                if (!left)
                        kill(-child->pid, SIGKILL); /* its group: ffmpeg too */
                while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
                        continue;
        }
        close(child->descriptor);
        g_free(child);
}

int child_descriptor(const Child *child)
{
        return child->descriptor;
}

pid_t child_pid(const Child *child)
{
        return child->pid;
}

ChildIo child_send(Child *child, GBytes *bytes, size_t *offset)
{
        gsize size;
        const uint8_t *data = g_bytes_get_data(bytes, &size);
        while (*offset < size) {
                ssize_t n = send(child->descriptor, data + *offset, size - *offset, MSG_NOSIGNAL | MSG_DONTWAIT);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return errno == EAGAIN ? CHILD_AGAIN : CHILD_GONE;
                *offset += (size_t)n;
        }
        return CHILD_OK;
}

ChildIo child_receive(Child *child)
{
        memmove(child->bytes, child->bytes + child->used, child->filled - child->used);
        child->filled -= child->used;
        child->used = 0;
        if (child->nonsense)
                return CHILD_GONE;
        ssize_t n = recv(child->descriptor, child->bytes + child->filled, sizeof(child->bytes) - child->filled,
                         MSG_DONTWAIT);
        if (n < 0)
                return errno == EAGAIN || errno == EINTR ? CHILD_AGAIN : CHILD_GONE;
        child->filled += (size_t)n;
        return n > 0 ? CHILD_OK : CHILD_GONE;
}

bool child_next(Child *child, Message *ret_message)
{
        size_t n =
                message_read(child->bytes + child->used, child->filled - child->used, MESSAGE_TO_SERVER, ret_message);
        child->nonsense |= n == MESSAGE_REFUSED;
        if (n == 0 || n == MESSAGE_REFUSED)
                return false;
        child->used += n;
        return true;
}
