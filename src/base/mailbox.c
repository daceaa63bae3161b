#include "base/mailbox.h"

#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { CACHE_LINE = 64 };

struct Mailbox {
        uint8_t *messages;
        size_t message_size;
        unsigned mask;
        int fd;
        bool owns_fd;
        /* Each side writes its own cache line. Positions run on and are masked at use. */
        _Alignas(CACHE_LINE) _Atomic unsigned written;
        _Alignas(CACHE_LINE) _Atomic unsigned read;
        /* True while the reader is known to come back: spares a system call for each push. */
        _Alignas(CACHE_LINE) _Atomic bool signalled;
};

Mailbox *mailbox_new(size_t message_size_bytes, unsigned capacity, int shared_fd)
{
        g_assert(message_size_bytes > 0 && capacity > 0 && capacity <= 1u << 20);
        unsigned size = 1;
        while (size < capacity)
                size <<= 1;
        int fd = shared_fd >= 0 ? shared_fd : eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
        if (fd < 0)
                return NULL;
        Mailbox *box = g_aligned_alloc0(1, sizeof *box, CACHE_LINE);
        box->messages = g_malloc0_n(size, message_size_bytes);
        box->message_size = message_size_bytes;
        box->mask = size - 1;
        box->fd = fd;
        box->owns_fd = shared_fd < 0;
        return box;
}

void mailbox_free(Mailbox *box)
{
        if (!box)
                return;
        if (box->owns_fd)
                close(box->fd);
        g_free(box->messages);
        g_aligned_free(box);
}

void mailbox_wake(Mailbox *box)
{
        uint64_t one = 1;
        if (atomic_exchange(&box->signalled, true))
                return; /* the reader comes back anyway */
        if (write(box->fd, &one, sizeof one) < 0) {
                /* Only a counter at its limit refuses, and then the descriptor is readable anyway. */
        }
}

bool mailbox_push(Mailbox *box, const void *message)
{
        unsigned written = atomic_load_explicit(&box->written, memory_order_relaxed);
        if (written - atomic_load_explicit(&box->read, memory_order_acquire) > box->mask)
                return false;
        memcpy(box->messages + (written & box->mask) * box->message_size, message, box->message_size);
        atomic_store_explicit(&box->written, written + 1, memory_order_release);
        mailbox_wake(box);
        return true;
}

static bool take(Mailbox *box, void *ret_message)
{
        unsigned read = atomic_load_explicit(&box->read, memory_order_relaxed);
        if (read == atomic_load_explicit(&box->written, memory_order_acquire))
                return false;
        memcpy(ret_message, box->messages + (read & box->mask) * box->message_size, box->message_size);
        atomic_store_explicit(&box->read, read + 1, memory_order_release);
        return true;
}

bool mailbox_pop(Mailbox *box, void *ret_message)
{
        if (take(box, ret_message))
                return true;
        /* Empty: ask to be signalled, then look again, for a push may have seen the old flag in between. The exchange
         * orders both sides: either that push sees false and signals, or its message is seen here. */
        if (!atomic_exchange(&box->signalled, false))
                return false;
        return take(box, ret_message);
}

int mailbox_fd(const Mailbox *box)
{
        return box->fd;
}

void mailbox_clear_fd(int fd)
{
        uint64_t count;
        if (read(fd, &count, sizeof count) < 0) {
                /* Nothing was waiting. */
        }
}
