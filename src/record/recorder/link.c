#include "record/recorder/link.h"

#include <errno.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { READ_BYTES = 64 << 10 };

struct Link {
        int descriptor;
        GByteArray *bytes; /* read, not yet used up */
        size_t used;       /* of them */
        int folder;        /* came with a message; -1 */
};

Link *link_new(int descriptor)
{
        Link *link = g_new0(Link, 1);
        link->descriptor = descriptor;
        link->bytes = g_byte_array_new();
        link->folder = -1;
        return link;
}

void link_free(Link *link)
{
        if (!link)
                return;
        g_byte_array_unref(link->bytes);
        if (link->folder >= 0)
                close(link->folder);
        close(link->descriptor);
        g_free(link);
}

/* One descriptor is expected, the folder; any other is closed. */
static void take_descriptor(Link *link, struct msghdr *head)
{
        for (struct cmsghdr *control = CMSG_FIRSTHDR(head); control; control = CMSG_NXTHDR(head, control)) {
                if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS)
                        continue;
                int descriptor;
                memcpy(&descriptor, CMSG_DATA(control), sizeof(descriptor));
                if (link->folder >= 0)
                        close(link->folder);
                link->folder = descriptor;
        }
}

static bool read_more(Link *link)
{
        g_byte_array_remove_range(link->bytes, 0, (guint)link->used);
        link->used = 0;
        guint before = link->bytes->len;
        g_byte_array_set_size(link->bytes, before + READ_BYTES);
        union {
                struct cmsghdr align;
                char bytes[CMSG_SPACE(sizeof(int))];
        } control;
        struct iovec piece = { link->bytes->data + before, READ_BYTES };
        struct msghdr head = { .msg_iov = &piece,
                               .msg_iovlen = 1,
                               .msg_control = control.bytes,
                               .msg_controllen = sizeof(control.bytes) };
        ssize_t n;
        do
                n = recvmsg(link->descriptor, &head, MSG_CMSG_CLOEXEC);
        while (n < 0 && errno == EINTR);
        if (n > 0)
                take_descriptor(link, &head);
        g_byte_array_set_size(link->bytes, before + (guint)MAX(n, 0));
        return n > 0;
}

bool link_next(Link *link, Message *ret_message)
{
        for (;;) {
                size_t n = message_read(link->bytes->data + link->used, link->bytes->len - link->used, MESSAGE_TO_CHILD,
                                        ret_message);
                if (n == MESSAGE_REFUSED)
                        return false;
                if (n > 0) {
                        link->used += n;
                        return true;
                }
                if (!read_more(link))
                        return false;
        }
}

char *link_hello(Link *link)
{
        Message message;
        if (!link_next(link, &message) || message.type != MESSAGE_HELLO || link->folder < 0)
                return NULL;
        g_autofree char *title = g_strndup((const char *)message.body + 2, message.length - 2);
        /* A recorder before us may still be writing its last segment. */
        if (flock(link->folder, LOCK_EX) < 0 || fchdir(link->folder) < 0)
                return NULL;
        return g_steal_pointer(&title);
}

void link_send(void *owner, const Message *message)
{
        Link *link = owner;
        uint8_t bytes[MESSAGE_BACK_BYTES];
        size_t size = MESSAGE_HEADER_BYTES + message->length, sent = 0;
        g_return_if_fail(size <= sizeof(bytes));
        message_header(message, bytes);
        if (message->length > 0)
                memcpy(bytes + MESSAGE_HEADER_BYTES, message->body, message->length);
        while (sent < size) {
                ssize_t n = send(link->descriptor, bytes + sent, size - sent, MSG_NOSIGNAL);
                if (n < 0 && errno != EINTR)
                        return;
                sent += (size_t)MAX(n, 0);
        }
}

void link_send_fault(Link *link, RecordFault fault, const char *text)
{
        Message message = { .type = MESSAGE_FAULT,
                            .track = (uint8_t)fault,
                            .body = (const uint8_t *)text,
                            .length = MIN(strlen(text), 200) };
        link_send(link, &message);
}
