/* The outbox, and a whole conversation with a relay made here: what it receives is one message, whatever was typed. */
#include "mail/outbox.h"

#include <gio/gio.h>
#include <string.h>

#include "base/time.h"
#include "support/test_folder.h"

typedef struct {
        char *folder;
        Store *store;
} Fixture;

static void set_up(Fixture *fixture, gconstpointer data)
{
        g_autoptr(GError) error = NULL;
        fixture->folder = g_dir_make_tmp("mail-XXXXXX", NULL);
        fixture->store = store_open(fixture->folder, &error);
        g_assert_no_error(error);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
        store_free(fixture->store);
        test_folder_remove(fixture->folder);
}

static bool post(Store *store, const Mail *mail)
{
        Db *db = store_write_begin(store, WRITE_PAGE);
        bool posted = mail_post(db, mail);
        g_assert_true(store_write_end(store, db, posted, NULL));
        return posted;
}

static OutboxMail *next_mail(Store *store, int64_t at_us)
{
        Db *db = store_read_begin(store);
        OutboxMail *mail = outbox_next(db, at_us);
        store_read_end(store, db);
        return mail;
}

static void test_post(Fixture *fixture, gconstpointer data)
{
        Mail mail = { .kind = "test", .to = "a@exemple.fr", .subject = "Été", .text = "Bonjour" };
        g_assert_true(post(fixture->store, &mail));
        g_autoptr(OutboxMail) waiting = next_mail(fixture->store, now_us());
        g_assert_nonnull(waiting);
        g_assert_cmpstr(waiting->recipient, ==, "a@exemple.fr");
        g_assert_nonnull(strstr(waiting->message, "Bonjour"));
        mail.to = "a@exemple.fr\r\nBcc: b@exemple.fr";
        g_assert_false(post(fixture->store, &mail));
        Db *db = store_read_begin(fixture->store);
        g_assert_cmpint(mail_count_since(db, "test", "a@exemple.fr", 0), ==, 1);
        g_assert_cmpint(mail_count_since(db, "test", "a@exemple.fr", now_us()), ==, 0);
        g_assert_cmpint(mail_count_since(db, "other", "a@exemple.fr", 0), ==, 0);
        store_read_end(fixture->store, db);
}

static void test_put_off_and_erase(Fixture *fixture, gconstpointer data)
{
        Mail mail = { .kind = "test", .to = "a@exemple.fr", .subject = "S", .text = "T" };
        post(fixture->store, &mail);
        int64_t at_us = now_us();
        g_autoptr(OutboxMail) first = next_mail(fixture->store, at_us);
        Db *db = store_write_begin(fixture->store, WRITE_JOB);
        outbox_put_off(db, first->id, at_us + MINUTE_US, "busy");
        g_assert_true(store_write_end(fixture->store, db, true, NULL));
        g_autoptr(OutboxMail) none = next_mail(fixture->store, at_us);
        g_assert_null(none);
        g_autoptr(OutboxMail) again = next_mail(fixture->store, at_us + MINUTE_US);
        g_assert_cmpint(again->tries, ==, 1);
        db = store_write_begin(fixture->store, WRITE_JOB);
        outbox_sent(db, first->id, at_us);
        g_assert_true(store_write_end(fixture->store, db, true, NULL));
        db = store_read_begin(fixture->store);
        g_autoptr(OutboxMail) sent = outbox_find(db, first->id);
        store_read_end(fixture->store, db);
        g_assert_cmpstr(sent->message, ==, "");
        g_assert_cmpstr(sent->state, ==, "sent");
}

static void test_waits(void)
{
        g_assert_cmpint(outbox_wait_us(0), ==, MINUTE_US);
        int64_t whole = 0;
        int tries = 0;
        for (; outbox_wait_us(tries) >= 0; tries++)
                whole += outbox_wait_us(tries);
        g_assert_cmpint(whole, >=, 3 * DAY_US);
        g_assert_cmpint(whole, <=, 5 * DAY_US);
}

/* One conversation of RFC 5321 with a client; gives what came after DATA, dots still doubled. */
static char *serve_one(GSocketListener *listener, const char *answer_to_data)
{
        g_autoptr(GSocketConnection) connection = g_socket_listener_accept(listener, NULL, NULL, NULL);
        g_autoptr(GDataInputStream) in = g_data_input_stream_new(g_io_stream_get_input_stream(G_IO_STREAM(connection)));
        g_data_input_stream_set_newline_type(in, G_DATA_STREAM_NEWLINE_TYPE_LF);
        GOutputStream *out = g_io_stream_get_output_stream(G_IO_STREAM(connection));
        g_output_stream_printf(out, NULL, NULL, NULL, "220 relay\r\n");
        GString *body = g_string_new(NULL);
        bool in_data = false;
        for (;;) {
                g_autofree char *line = g_data_input_stream_read_line(in, NULL, NULL, NULL);
                if (!line)
                        break;
                if (in_data && g_str_equal(line, ".\r")) {
                        in_data = false;
                        g_output_stream_printf(out, NULL, NULL, NULL, "%s\r\n", answer_to_data);
                } else if (in_data) {
                        g_string_append_printf(body, "%s\n", line);
                } else if (g_str_has_prefix(line, "DATA")) {
                        in_data = true;
                        g_output_stream_printf(out, NULL, NULL, NULL, "354 go on\r\n");
                } else {
                        g_string_append_printf(body, "[%s]\n", g_strchomp(line));
                        g_output_stream_printf(out, NULL, NULL, NULL, "250 fine\r\n");
                }
        }
        return g_string_free(body, FALSE);
}

static MailSender *start_sender(Fixture *fixture, GSocketListener *listener)
{
        guint16 port = g_socket_listener_add_any_inet_port(listener, NULL, NULL);
        g_autofree char *url = g_strdup_printf("smtp://127.0.0.1:%u", port);
        return mail_sender_start(fixture->store, &(MailRelay){ .url = url, .from = "nous@exemple.fr" }, NULL);
}

/* Case 14: one message reaches the relay, with one sender and one recipient. */
static void test_one_message(Fixture *fixture, gconstpointer data)
{
        Mail mail = { .kind = "test",
                      .to = "a@exemple.fr",
                      .subject = "S\r\n.\r\nMAIL FROM:<x@y.fr>",
                      .text = "un\n.\nMAIL FROM:<x@y.fr>\r.\rRCPT TO:<z@y.fr>\n.trois\n" };
        post(fixture->store, &mail);
        g_autoptr(GSocketListener) listener = g_socket_listener_new();
        MailSender *sender = start_sender(fixture, listener);
        g_autofree char *seen = serve_one(listener, "250 kept");
        mail_sender_stop(sender);
        const char *from = strstr(seen, "[MAIL FROM:<nous@exemple.fr>]"), *to = strstr(seen, "[RCPT TO:<a@exemple.fr>");
        g_assert_nonnull(from);
        g_assert_nonnull(to);
        g_assert_null(strstr(from + 1, "[MAIL FROM:"));
        g_assert_null(strstr(to + 1, "[RCPT TO:"));
        g_assert_nonnull(strstr(seen, "\r\n..\r\nMAIL FROM:<x@y.fr>\r\n..\r\nRCPT TO:<z@y.fr>\r\n..trois\r\n"));
        g_autoptr(OutboxMail) left = next_mail(fixture->store, now_us() + 30 * DAY_US);
        g_assert_null(left);
}

static void test_whose_mails(Fixture *fixture, gconstpointer data)
{
        const char *bad[] = { NULL, "", "nous", "nous@exemple.fr\r\nX: y" };
        for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
                g_autoptr(GError) error = NULL;
                g_assert_null(mail_sender_start(fixture->store,
                                                &(MailRelay){ .url = "smtp://127.0.0.1:9", .from = bad[i] }, &error));
                g_assert_nonnull(error);
        }
}

static void test_refused_and_retried(Fixture *fixture, gconstpointer data)
{
        const char *answers[] = { "451 later", "550 never" };
        const char *states[] = { "waiting", "refused" };
        for (size_t i = 0; i < G_N_ELEMENTS(answers); i++) {
                Mail mail = { .kind = "test", .to = "a@exemple.fr", .subject = "S", .text = "T" };
                post(fixture->store, &mail);
                g_autoptr(OutboxMail) waiting = next_mail(fixture->store, now_us());
                g_autoptr(GSocketListener) listener = g_socket_listener_new();
                MailSender *sender = start_sender(fixture, listener);
                g_autofree char *seen = serve_one(listener, answers[i]);
                mail_sender_stop(sender);
                Db *db = store_read_begin(fixture->store);
                g_autoptr(OutboxMail) after = outbox_find(db, waiting->id);
                store_read_end(fixture->store, db);
                g_assert_cmpstr(after->state, ==, states[i]);
                g_assert_cmpint(after->tries, ==, 1);
        }
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add("/mail/post", Fixture, NULL, set_up, test_post, tear_down);
        g_test_add("/mail/put-off-and-erase", Fixture, NULL, set_up, test_put_off_and_erase, tear_down);
        g_test_add_func("/mail/waits", test_waits);
        g_test_add("/mail/one-message", Fixture, NULL, set_up, test_one_message, tear_down);
        g_test_add("/mail/whose-mails", Fixture, NULL, set_up, test_whose_mails, tear_down);
        g_test_add("/mail/refused-and-retried", Fixture, NULL, set_up, test_refused_and_retried, tear_down);
        return g_test_run();
}
