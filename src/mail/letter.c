#include "mail/letter.h"

#include <gmime/gmime.h>
#include <string.h>

#include "mail/compose.h"

static char *part_text(GMimeObject *part)
{
        GMimeStream *stream = g_mime_stream_mem_new();
        g_mime_data_wrapper_write_to_stream(g_mime_part_get_content(GMIME_PART(part)), stream);
        GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
        g_autofree char *raw = bytes->len > 0 ? g_strndup((const char *)bytes->data, bytes->len) : g_strdup("");
        g_object_unref(stream);
        return clean_body(raw);
}

static void take_part(GMimeObject *parent, GMimeObject *part, gpointer user_data)
{
        Letter *letter = user_data;
        if (!GMIME_IS_PART(part))
                return;
        GMimeContentType *type = g_mime_object_get_content_type(part);
        if (!letter->text && g_mime_content_type_is_type(type, "text", "plain"))
                letter->text = part_text(part);
        else if (!letter->calendar && g_mime_content_type_is_type(type, "text", "calendar"))
                letter->calendar = part_text(part);
}

Letter *letter_read(const char *message_text)
{
        gmime_start();
        Letter *letter = g_new0(Letter, 1);
        GMimeStream *stream = g_mime_stream_mem_new_with_buffer(message_text, strlen(message_text));
        GMimeParser *parser = g_mime_parser_new_with_stream(stream);
        GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
        if (message) {
                letter->from = internet_address_list_to_string(g_mime_message_get_from(message), NULL, FALSE);
                letter->to = internet_address_list_to_string(g_mime_message_get_to(message), NULL, FALSE);
                letter->subject = g_strdup(g_mime_message_get_subject(message));
                g_mime_message_foreach(message, take_part, letter);
                g_object_unref(message);
        }
        g_object_unref(parser);
        g_object_unref(stream);
        return letter;
}

void letter_free(Letter *letter)
{
        if (!letter)
                return;
        g_free(letter->from);
        g_free(letter->to);
        g_free(letter->subject);
        g_free(letter->text);
        g_free(letter->calendar);
        g_free(letter);
}

static void clear_run(gpointer run)
{
        g_free(((LetterRun *)run)->text);
}

static void add_run(GArray *runs, const char *text, size_t length, bool is_link)
{
        if (length == 0)
                return;
        LetterRun run = { .text = g_strndup(text, length), .is_link = is_link };
        g_array_append_val(runs, run);
}

GArray *letter_runs(const char *text)
{
        GArray *runs = g_array_new(FALSE, FALSE, sizeof(LetterRun));
        g_array_set_clear_func(runs, clear_run);
        const char *start = text;
        for (const char *at = text; (at = strstr(at, "http"));) {
                size_t scheme = g_str_has_prefix(at, "http://") ? 7 : g_str_has_prefix(at, "https://") ? 8 : 0;
                size_t length = strcspn(at, " \t\n<>\"");
                if (scheme == 0 || length == scheme) {
                        at += 4;
                        continue;
                }
                add_run(runs, start, (size_t)(at - start), false);
                add_run(runs, at, length, true);
                start = at += length;
        }
        add_run(runs, start, strlen(start), false);
        return runs;
}
