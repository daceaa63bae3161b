#include "load/http_answer.h"
#include <string.h>

/* In pieces of this size; what the last one made of it. */
static AnswerState take(HttpAnswer *answer, const char *text, size_t piece)
{
        AnswerState state = ANSWER_MORE;
        http_answer_begin(answer, true);
        for (size_t at = 0; text[at] && state == ANSWER_MORE; at += MIN(piece, strlen(text + at)))
                state = http_answer_take(answer, text + at, MIN(piece, strlen(text + at)));
        return state;
}

static void test_answers(void)
{
        static const struct {
                const char *text;
                AnswerState state;
                int status;
                const char *body;
        } cases[] = {
                { "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello", ANSWER_DONE, 200, "hello" },
                { "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", ANSWER_DONE, 404, "" },
                { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n",
                  ANSWER_DONE, 200, "abc0123456789" },
                { "HTTP/1.1 204 No Content\r\n\r\n", ANSWER_DONE, 204, "" },
                { "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhell", ANSWER_MORE, 200, "hell" },
                { "HTTP/1.1 200 OK\r\n\r\nuntil the end", ANSWER_BROKEN, 200, "" },
                { "SSH-2.0-server\r\n\r\n", ANSWER_BROKEN, 0, "" },
                { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", ANSWER_BROKEN, 200, "" },
        };
        HttpAnswer answer;
        http_answer_init(&answer);
        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
                for (size_t piece = 1; piece < 100; piece += 7) {
                        g_assert_cmpint(take(&answer, cases[i].text, piece), ==, cases[i].state);
                        g_assert_cmpint(answer.status, ==, cases[i].status);
                        g_assert_cmpstr(answer.body->str, ==, cases[i].body);
                }
        http_answer_clear(&answer);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/load/http-answer", test_answers);
        return g_test_run();
}
