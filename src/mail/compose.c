#include "mail/compose.h"

#include <gmime/gmime.h>
#include <string.h>

#include "base/time.h"

void gmime_start(void)
{
        static gsize started;
        if (g_once_init_enter(&started)) {
                g_mime_init();
                g_once_init_leave(&started, 1);
        }
}

/* One line of valid UTF-8: what a header may hold before GMime encodes and folds it. */
static char *clean_header(const char *text)
{
        g_autofree char *clean = g_utf8_make_valid(text, -1);
        for (char *c = clean; *c; c++)
                if ((unsigned char)*c < 0x20 || *c == 0x7f)
                        *c = ' ';
        return g_strstrip(g_steal_pointer(&clean));
}

char *clean_body(const char *text)
{
        g_autofree char *valid = g_utf8_make_valid(text, -1);
        GString *clean = g_string_sized_new(strlen(valid));
        for (const char *c = valid; *c; c++) {
                if (*c != '\r')
                        g_string_append_c(clean, *c);
                else if (c[1] != '\n')
                        g_string_append_c(clean, '\n');
        }
        return g_string_free(clean, FALSE);
}

static bool is_address(const char *text)
{
        g_autofree char *address = NULL;
        return text && address_read(text, &address) == ADDRESS_OK && strcmp(address, text) == 0;
}

/* Quoted-printable: lines stay short whatever the text, and a reader of the outbox can read it. */
static GMimePart *make_part(const char *type, const char *subtype, const char *text)
{
        g_autofree char *body = clean_body(text);
        GMimePart *part = g_mime_part_new_with_type(type, subtype);
        g_mime_object_set_content_type_parameter(GMIME_OBJECT(part), "charset", "utf-8");
        GMimeStream *stream = g_mime_stream_mem_new_with_buffer(body, strlen(body));
        GMimeDataWrapper *content = g_mime_data_wrapper_new_with_stream(stream, GMIME_CONTENT_ENCODING_DEFAULT);
        g_mime_part_set_content(part, content);
        g_mime_part_set_content_encoding(part, GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
        g_object_unref(content);
        g_object_unref(stream);
        return part;
}

static void add_part(GMimeMultipart *multipart, void *part)
{
        g_mime_multipart_add(multipart, part);
        g_object_unref(part);
}

static GMimeObject *make_words(const Mail *mail)
{
        if (!mail->html)
                return GMIME_OBJECT(make_part("text", "plain", mail->text));
        GMimeMultipart *both = g_mime_multipart_new_with_subtype("alternative");
        add_part(both, make_part("text", "plain", mail->text));
        add_part(both, make_part("text", "html", mail->html));
        return GMIME_OBJECT(both);
}

static GMimeObject *make_body(const Mail *mail)
{
        GMimeObject *words = make_words(mail);
        if (!mail->calendar)
                return words;
        GMimeMultipart *mixed = g_mime_multipart_new_with_subtype("mixed");
        GMimePart *calendar = make_part("text", "calendar", mail->calendar);
        /* RFC 6047 2.4: the parameter repeats the METHOD inside. */
        const char *method = strstr(mail->calendar, "METHOD:CANCEL") ? "CANCEL" : "PUBLISH";
        g_mime_object_set_content_type_parameter(GMIME_OBJECT(calendar), "method", method);
        g_mime_part_set_filename(calendar, "invitation.ics");
        add_part(mixed, words);
        add_part(mixed, calendar);
        return GMIME_OBJECT(mixed);
}

static void set_header(GMimeMessage *message, const char *name, const char *value)
{
        g_mime_object_set_header(GMIME_OBJECT(message), name, value, "utf-8");
}

static void set_unsubscribe(GMimeMessage *message, const char *url)
{
        if (!url)
                return;
        g_autofree char *clean = clean_header(url);
        g_autofree char *bracketed = g_strdup_printf("<%s>", g_strdelimit(clean, "<> ", '_'));
        set_header(message, "List-Unsubscribe", bracketed);
        set_header(message, "List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
}

static void set_headers(GMimeMessage *message, const Mail *mail, const Envelope *envelope)
{
        g_autofree char *subject = clean_header(mail->subject);
        g_autofree char *name = clean_header(mail->from_name ? mail->from_name : "Tréteau");
        g_mime_message_add_mailbox(message, GMIME_ADDRESS_TYPE_FROM, name, envelope->from);
        g_mime_message_add_mailbox(message, GMIME_ADDRESS_TYPE_TO, NULL, mail->to);
        if (mail->reply_to)
                g_mime_message_add_mailbox(message, GMIME_ADDRESS_TYPE_REPLY_TO, NULL, mail->reply_to);
        g_mime_message_set_subject(message, subject, "utf-8");
        g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(envelope->date_us / SECOND_US);
        g_mime_message_set_date(message, date);
        g_autofree char *id = g_strdup_printf("%s@%s", envelope->id, strchr(envelope->from, '@') + 1);
        g_mime_message_set_message_id(message, id);
        set_header(message, "Auto-Submitted", "auto-generated"); /* RFC 3834 5: no holiday answers, please */
        set_unsubscribe(message, mail->unsubscribe);
}

bool mail_can_compose(const Mail *mail, const Envelope *envelope)
{
        return is_address(mail->to) && is_address(envelope->from) && (!mail->reply_to || is_address(mail->reply_to));
}

char *mail_compose(const Mail *mail, const Envelope *envelope)
{
        if (!mail_can_compose(mail, envelope))
                return NULL;
        gmime_start();
        GMimeMessage *message = g_mime_message_new(TRUE);
        set_headers(message, mail, envelope);
        GMimeObject *body = make_body(mail);
        g_mime_message_set_mime_part(message, body);
        g_object_unref(body);

        GMimeFormatOptions *format = g_mime_format_options_new();
        g_mime_format_options_set_newline_format(format, GMIME_NEWLINE_FORMAT_DOS);
        char *text = g_mime_object_to_string(GMIME_OBJECT(message), format);
        g_mime_format_options_free(format);
        g_object_unref(message);
        return text;
}
