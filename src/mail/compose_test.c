#include "mail/compose.h"

#include <gmime/gmime.h>
#include <string.h>

#include "mail/letter.h"

static const Envelope ENVELOPE = { .from = "treteau@exemple.fr", .id = "abc123", .date_us = INT64_C(1792065600000000) };

static Mail plain_mail(void)
{
        return (Mail){ .kind = "test", .to = "a@exemple.fr", .subject = "Bonjour", .text = "Bonjour.\n" };
}

/* What any receiver must be able to rely on: CRLF and nothing else ends a line, 7 bits, no line over 998 (RFC 5322
 * 2.1.1), no header line over 998, one header block. */
static void check_wire(const char *message)
{
        for (const char *c = message; *c; c++) {
                g_assert_true((unsigned char)*c < 0x80);
                if (*c == '\n')
                        g_assert_true(c > message && c[-1] == '\r');
                if (*c == '\r')
                        g_assert_true(c[1] == '\n');
        }
        g_auto(GStrv) lines = g_strsplit(message, "\r\n", -1);
        for (char **line = lines; *line; line++)
                g_assert_cmpuint(strlen(*line), <=, 998);
}

/* The names of the headers, in order, joined. */
static char *header_names(const char *message)
{
        const char *end = strstr(message, "\r\n\r\n");
        g_autofree char *head = g_strndup(message, end ? (size_t)(end - message) : strlen(message));
        g_auto(GStrv) lines = g_strsplit(head, "\r\n", -1);
        GString *names = g_string_new(NULL);
        for (char **line = lines; *line; line++)
                if (**line != ' ' && **line != '\t')
                        g_string_append_len(names, *line, strcspn(*line, ":") + 1);
        return g_string_free(names, FALSE);
}

static void test_plain(void)
{
        Mail mail = plain_mail();
        g_autofree char *message = mail_compose(&mail, &ENVELOPE);
        check_wire(message);
        g_assert_nonnull(strstr(message, "\r\nMessage-Id: <abc123@exemple.fr>\r\n"));
        g_assert_nonnull(strstr(message, "Date: Thu, 15 Oct 2026 12:00:00 +0000\r\n"));
        g_assert_nonnull(strstr(message, "\r\nAuto-Submitted: auto-generated\r\n"));
        g_assert_nonnull(strstr(message, "\r\nMIME-Version: 1.0\r\n"));
        g_autoptr(Letter) letter = letter_read(message);
        g_assert_cmpstr(letter->to, ==, "a@exemple.fr");
        g_assert_cmpstr(letter->from, ==, "Tréteau <treteau@exemple.fr>");
        g_assert_cmpstr(letter->text, ==, "Bonjour.\n");
        g_assert_null(letter->calendar);
}

static void test_accents_and_long_lines(void)
{
        Mail mail = plain_mail();
        g_autofree char *long_line = g_strnfill(5000, 'x');
        g_autofree char *text = g_strdup_printf("Déjà vu, cœur = %s\nfin\n", long_line);
        mail.subject = "Votre inscription : Numérique en Communs Sud Charente, le métier de médiateur numérique à cœur";
        mail.from_name = "Équipe, « NEC » \"Sud\"";
        mail.text = text;
        g_autofree char *message = mail_compose(&mail, &ENVELOPE);
        check_wire(message);
        g_autoptr(Letter) letter = letter_read(message);
        g_assert_cmpstr(letter->subject, ==, mail.subject);
        g_assert_cmpstr(letter->text, ==, text);
        g_assert_nonnull(strstr(letter->from, "« NEC »"));
}

/* Case 14: whatever is typed, there is one message with the headers we wrote. */
static void test_injection(void)
{
        Mail plain = plain_mail(), hostile = plain_mail();
        plain.from_name = "x";
        plain.unsubscribe = "https://exemple.fr/u/1";
        hostile.unsubscribe = "https://exemple.fr/u/1\r\nX-Bad: 1";
        hostile.subject = "Bonjour\r\nBcc: b@exemple.fr\r\n\r\nAutre corps\x01\n.\r\nMAIL FROM:<b@exemple.fr>";
        hostile.from_name = "X\r\nBcc: b@exemple.fr\n<b@exemple.fr>,";
        g_autofree char *plain_message = mail_compose(&plain, &ENVELOPE);
        g_autofree char *message = mail_compose(&hostile, &ENVELOPE);
        check_wire(message);
        g_autofree char *expected = header_names(plain_message), *names = header_names(message);
        g_assert_cmpstr(names, ==, expected);
        g_autoptr(Letter) letter = letter_read(message);
        g_assert_cmpstr(letter->to, ==, "a@exemple.fr");
        g_assert_cmpstr(letter->text, ==, "Bonjour.\n");
}

/* Case 14: a line of one dot ends a message in SMTP unless it is doubled; bare line feeds around it are what smuggles
 * a second message past relays. The relay client doubles dots that follow CRLF; here no other line end exists. */
static void test_dots(void)
{
        Mail mail = plain_mail();
        mail.text = "un\n.\ndeux\r\n.\r\ntrois\r.\rquatre\n..\n.cinq\n";
        g_autofree char *message = mail_compose(&mail, &ENVELOPE);
        check_wire(message);
        g_autoptr(Letter) letter = letter_read(message);
        g_assert_cmpstr(letter->text, ==, "un\n.\ndeux\n.\ntrois\n.\nquatre\n..\n.cinq\n");
}

static void test_bad_addresses_are_refused(void)
{
        const char *bad[] = { "", "a", "a@exemple.fr\r\nBcc: b@exemple.fr", "a@exemple.fr, b@exemple.fr",
                              "A@exemple.fr" };
        for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
                Mail mail = plain_mail();
                mail.to = bad[i];
                g_autofree char *message = mail_compose(&mail, &ENVELOPE);
                g_assert_null(message);
                mail = plain_mail();
                mail.reply_to = bad[i];
                g_autofree char *reply = mail_compose(&mail, &ENVELOPE);
                g_assert_null(reply);
        }
}

static void test_parts(void)
{
        Mail mail = plain_mail();
        CalendarEntry entry = { .uid = "e@exemple.fr",
                                .summary = "Été; à Montmoreau",
                                .start_us = ENVELOPE.date_us,
                                .end_us = ENVELOPE.date_us + 3600000000,
                                .stamp_us = ENVELOPE.date_us };
        g_autofree char *calendar = calendar_write(&(Calendar){ .zone = "Europe/Paris" }, &entry, 1);
        mail.calendar = calendar;
        mail.html = "<p>Bonjour.</p>";
        mail.unsubscribe = "https://exemple.fr/u/1";
        g_autofree char *message = mail_compose(&mail, &ENVELOPE);
        check_wire(message);
        g_assert_nonnull(strstr(message, "multipart/mixed"));
        g_assert_nonnull(strstr(message, "multipart/alternative"));
        g_assert_nonnull(strstr(message, "text/html"));
        g_assert_nonnull(strstr(message, "method=PUBLISH"));
        g_assert_nonnull(strstr(message, "List-Unsubscribe: <https://exemple.fr/u/1>\r\n"));
        g_assert_nonnull(strstr(message, "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));
        g_autoptr(Letter) letter = letter_read(message);
        g_assert_cmpstr(letter->text, ==, "Bonjour.\n");
        g_auto(GStrv) lines = g_strsplit(calendar, "\r\n", -1);
        g_autofree char *unix_calendar = g_strjoinv("\n", lines);
        g_assert_cmpstr(letter->calendar, ==, unix_calendar);
}

static void test_read_nonsense(void)
{
        const char *nonsense[] = { "", "\n", "no header", "Content-Type: multipart/mixed; boundary=x\n\n--x\n--x\n" };
        for (size_t i = 0; i < G_N_ELEMENTS(nonsense); i++) {
                g_autoptr(Letter) letter = letter_read(nonsense[i]);
                g_assert_nonnull(letter);
        }
}

static void test_runs(void)
{
        static const struct {
                const char *text, *want; /* runs between bars, addresses in brackets */
        } cases[] = { { "", "" },
                      { "no address, not even http: or https://", "no address, not even http: or https://|" },
                      { "Go to https://e.fr/a?b=c now", "Go to |[https://e.fr/a?b=c]| now|" },
                      { "http://127.0.0.1:1/\nhttp://e.fr/", "[http://127.0.0.1:1/]|\n|[http://e.fr/]|" },
                      { "javascript:alert(1) data:x", "javascript:alert(1) data:x|" } };
        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autoptr(GArray) runs = letter_runs(cases[i].text);
                g_autoptr(GString) seen = g_string_new(NULL);
                for (guint j = 0; j < runs->len; j++) {
                        const LetterRun *run = &g_array_index(runs, LetterRun, j);
                        g_string_append_printf(seen, run->is_link ? "[%s]|" : "%s|", run->text);
                }
                g_assert_cmpstr(seen->str, ==, cases[i].want);
        }
}

/* The colour behind the last of these words. */
static Colour colour_after(const char *html, const char *words)
{
        Colour colour = { 0 };
        const char *at = g_strrstr(html, words);
        g_assert_nonnull(at);
        g_autofree char *text = g_strndup(at + strlen(words), COLOUR_TEXT_BYTES - 1);
        g_assert_true(colour_parse(text, &colour));
        return colour;
}

/* Whatever the accent: the name can be read on it, links by day and by night; and nothing of the name is mark-up. */
static void test_look(void)
{
        const Colour day = { 0xff, 0xff, 0xff }, night = { 0x15, 0x17, 0x1a };
        for (int value = 0; value < 8 * 8 * 8; value++) {
                MailLook look = { "A <b>&\"",
                                  { (uint8_t)(value % 8 * 36), (uint8_t)(value / 8 % 8 * 36),
                                    (uint8_t)(value / 64 * 36) } };
                g_autofree char *html = mail_html("Look:\n\nhttps://exemple.fr/x\n", "fr", &look);
                const char *sheet_end = strstr(html, "</style>");
                g_autofree char *sheet = g_strndup(html, (size_t)(sheet_end - html));
                g_autofree char *by_day = g_strndup(sheet, (size_t)(strstr(sheet, "@media") - sheet));
                Colour accent = colour_after(sheet_end, "style=\"background:"), on = colour_after(sheet_end, ";color:");
                g_assert_cmpfloat(colour_contrast(accent, on), >=, CONTRAST_LEAST);
                g_assert_cmpfloat(colour_contrast(day, colour_after(by_day, "a{color:")), >=, CONTRAST_LEAST);
                g_assert_cmpfloat(colour_contrast(night, colour_after(sheet, "a{color:")), >=, CONTRAST_LEAST);
                g_assert_nonnull(strstr(sheet, "body{background:#15171a;"));
                g_assert_nonnull(strstr(sheet_end, "\">A &lt;b&gt;&amp;&quot;</div>"));
                g_assert_nonnull(strstr(sheet_end, "<a href=\"https://exemple.fr/x\">"));
        }
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/compose/plain", test_plain);
        g_test_add_func("/compose/accents-and-long-lines", test_accents_and_long_lines);
        g_test_add_func("/compose/injection", test_injection);
        g_test_add_func("/compose/dots", test_dots);
        g_test_add_func("/compose/bad-addresses-are-refused", test_bad_addresses_are_refused);
        g_test_add_func("/compose/parts", test_parts);
        g_test_add_func("/compose/read-nonsense", test_read_nonsense);
        g_test_add_func("/compose/look", test_look);
        g_test_add_func("/letter/runs", test_runs);
        return g_test_run();
}
