#include "base/mailbox.h"

#include <poll.h>
#include <pthread.h>
#include <stdint.h>

typedef struct Letter {
        uint32_t number;
        uint32_t check;
} Letter;

enum { LETTERS = 200000 };

static bool readable(int fd)
{
        struct pollfd wait = { fd, POLLIN, 0 };
        return poll(&wait, 1, 0) == 1;
}

static void test_order_and_capacity(void)
{
        g_autoptr(Mailbox) box = mailbox_new(sizeof(Letter), 3, -1); /* rounded to 4 */
        for (uint32_t i = 0; i < 4; i++)
                g_assert_true(mailbox_push(box, &(Letter){ i, ~i }));
        g_assert_false(mailbox_push(box, &(Letter){ 99, 99 }));
        for (uint32_t i = 0; i < 4; i++) {
                Letter letter;
                g_assert_true(mailbox_pop(box, &letter));
                g_assert_cmpuint(letter.number, ==, i);
                g_assert_cmpuint(letter.check, ==, ~i);
        }
        Letter letter = { 7, 7 };
        g_assert_false(mailbox_pop(box, &letter));
        g_assert_cmpuint(letter.number, ==, 7);
}

static void test_descriptor(void)
{
        g_autoptr(Mailbox) box = mailbox_new(sizeof(Letter), 8, -1);
        Letter letter;
        g_assert_false(readable(mailbox_fd(box)));
        mailbox_push(box, &(Letter){ 1, 0 });
        g_assert_true(readable(mailbox_fd(box)));
        mailbox_clear_fd(mailbox_fd(box));
        g_assert_true(mailbox_pop(box, &letter));
        g_assert_false(mailbox_pop(box, &letter));
        g_assert_false(readable(mailbox_fd(box)));
        mailbox_push(box, &(Letter){ 2, 0 });
        g_assert_true(readable(mailbox_fd(box)));
}

static void test_shared_descriptor(void)
{
        g_autoptr(Mailbox) owner = mailbox_new(sizeof(Letter), 8, -1);
        Mailbox *other = mailbox_new(sizeof(Letter), 8, mailbox_fd(owner));
        mailbox_push(other, &(Letter){ 5, 0 });
        g_assert_true(readable(mailbox_fd(owner)));
        mailbox_free(other);
        mailbox_clear_fd(mailbox_fd(owner));
        mailbox_push(owner, &(Letter){ 6, 0 });
        g_assert_true(readable(mailbox_fd(owner)));
}

static void *write_letters(void *data)
{
        for (uint32_t i = 0; i < LETTERS; i++)
                while (!mailbox_push(data, &(Letter){ i, i * 2654435761u }))
                        sched_yield();
        return NULL;
}

/* The reader sleeps in poll without a limit: a lost signal would hang it, and the test's limit would say so. */
static void test_two_threads(void)
{
        g_autoptr(Mailbox) box = mailbox_new(sizeof(Letter), 64, -1);
        pthread_t writer;
        g_assert_cmpint(pthread_create(&writer, NULL, write_letters, box), ==, 0);
        uint32_t expected = 0, wrong = 0;
        while (expected < LETTERS) {
                struct pollfd wait = { mailbox_fd(box), POLLIN, 0 };
                poll(&wait, 1, -1);
                mailbox_clear_fd(mailbox_fd(box));
                for (Letter letter; mailbox_pop(box, &letter); expected++)
                        wrong += letter.number != expected || letter.check != expected * 2654435761u;
        }
        pthread_join(writer, NULL);
        g_assert_cmpuint(wrong, ==, 0);
        g_assert_cmpuint(expected, ==, LETTERS);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/mailbox/order-and-capacity", test_order_and_capacity);
        g_test_add_func("/mailbox/descriptor", test_descriptor);
        g_test_add_func("/mailbox/shared-descriptor", test_shared_descriptor);
        g_test_add_func("/mailbox/two-threads", test_two_threads);
        return g_test_run();
}
