#include "load/http_answer.h"
#include <string.h>

#define HEAD_MAX_BYTES 8192
#define CHUNK_END 2 /* a chunk's own line end */

void http_answer_init(HttpAnswer *answer)
{
        *answer = (HttpAnswer){ .head = g_string_new(NULL) };
}

void http_answer_clear(HttpAnswer *answer)
{
        g_string_free(answer->head, TRUE);
        if (answer->body)
                g_string_free(answer->body, TRUE);
        *answer = (HttpAnswer){ 0 };
}

void http_answer_begin(HttpAnswer *answer, bool keep)
{
        GString *head = g_string_truncate(answer->head, 0), *body = answer->body;
        if (body)
                g_string_truncate(body, 0);
        if (keep && !body)
                body = g_string_new(NULL);
        *answer = (HttpAnswer){ .head = head, .body = body };
}

static bool read_head(HttpAnswer *answer)
{
        if (!g_str_has_prefix(answer->head->str, "HTTP/1.1 "))
                return false;
        answer->status = (int)g_ascii_strtoll(answer->head->str + strlen("HTTP/1.1 "), NULL, 10);
        bool sized = answer->status == 204 || answer->status == 304;
        g_auto(GStrv) lines = g_strsplit(answer->head->str, "\r\n", -1);
        for (char **line = lines; *line; line++) {
                if (g_ascii_strncasecmp(*line, "content-length:", 15) == 0) {
                        answer->left = g_ascii_strtoull(*line + 15, NULL, 10);
                        sized = true;
                } else if (g_ascii_strcasecmp(*line, "transfer-encoding: chunked") == 0) {
                        answer->chunked = sized = true;
                } else if (g_ascii_strcasecmp(*line, "connection: close") == 0) {
                        answer->closes = true;
                }
        }
        return sized && answer->status >= 200;
}

/* One byte of the head or of a chunk's first line; *ret_whole: its end is reached. */
static bool take_line(HttpAnswer *answer, char byte, const char *end, bool *ret_whole)
{
        g_string_append_c(answer->head, byte);
        *ret_whole = byte == '\n' && g_str_has_suffix(answer->head->str, end);
        return byte && answer->head->len <= HEAD_MAX_BYTES;
}

static size_t take_body(HttpAnswer *answer, const char *bytes, size_t size)
{
        size_t taken = (size_t)MIN((uint64_t)size, answer->left);
        if (answer->body) {
                uint64_t end = answer->chunked ? CHUNK_END : 0;
                uint64_t wanted = answer->left > end ? answer->left - end : 0;
                g_string_append_len(answer->body, bytes, (gssize)MIN((uint64_t)taken, wanted));
        }
        answer->left -= taken;
        return taken;
}

static AnswerState end_line(HttpAnswer *answer)
{
        bool good = true;
        if (answer->status == 0) {
                good = read_head(answer);
                if (good && !answer->chunked && answer->left == 0)
                        return ANSWER_DONE;
        } else if (answer->last_chunk) {
                if (answer->head->len == 2)
                        return ANSWER_DONE;
        } else {
                char *end = NULL;
                answer->left = g_ascii_strtoull(answer->head->str, &end, 16);
                good = end != answer->head->str && answer->left < G_MAXUINT64 - CHUNK_END;
                answer->last_chunk = answer->left == 0;
                answer->left += answer->last_chunk ? 0 : CHUNK_END;
        }
        g_string_truncate(answer->head, 0);
        return good ? ANSWER_MORE : ANSWER_BROKEN;
}

AnswerState http_answer_take(HttpAnswer *answer, const char *bytes, size_t size)
{
        answer->bytes += size;
        for (size_t at = 0; at < size;) {
                if (answer->left > 0) {
                        at += take_body(answer, bytes + at, size - at);
                        if (answer->left == 0 && !answer->chunked)
                                return at == size ? ANSWER_DONE : ANSWER_BROKEN;
                        continue;
                }
                bool whole = false;
                if (!take_line(answer, bytes[at++], answer->status ? "\r\n" : "\r\n\r\n", &whole))
                        return ANSWER_BROKEN;
                AnswerState state = whole ? end_line(answer) : ANSWER_MORE;
                if (state != ANSWER_MORE)
                        return state == ANSWER_DONE && at < size ? ANSWER_BROKEN : state;
        }
        return ANSWER_MORE;
}
