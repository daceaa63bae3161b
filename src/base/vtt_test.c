/* Files of captions that come from outside, and what was written read back. */
#include "base/vtt.h"

#include "base/time.h"

#include <string.h>

static GPtrArray *parse(const char *text)
{
        const char *fault = NULL;
        GPtrArray *lines = vtt_read(text, strlen(text), &fault);
        g_assert_true(lines || fault);
        return lines;
}

static void check(const GPtrArray *lines, guint i, const char *text, double begun_s, double ended_s)
{
        g_assert_cmpuint(i, <, lines->len);
        const VttLine *line = lines->pdata[i];
        g_assert_cmpstr(line->text, ==, text);
        g_assert_cmpint(line->begun_us, ==, (int64_t)(begun_s * SECOND_US));
        g_assert_cmpint(line->ended_us, ==, (int64_t)(ended_s * SECOND_US));
}

static void test_read(void)
{
        g_autoptr(GPtrArray) lines =
                parse("\xef\xbb\xbfWEBVTT - made by a program\r\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000\r\n\r\n"
                      "STYLE\r\n::cue { color: red }\r\n\r\nNOTE nothing\r\n\r\n"
                      "1\r\n00:01.500 --> 00:03.250 line:0 align:start\r\n<v Ada>Hello <b>there</b>,\r\n"
                      "&lt;you&gt; &amp; me.\r\n\r\n"
                      "01:02:03.004 --> 01:02:04.000\r\nLate.\r\n");
        g_assert_cmpuint(lines->len, ==, 2);
        check(lines, 0, "Hello there, <you> & me.", 1.5, 3.25);
        check(lines, 1, "Late.", 3723.004, 3724);
}

static void test_hostile(void)
{
        g_assert_null(parse(""));
        g_assert_null(parse("WEBVTTX\n"));
        g_assert_null(parse("1\n00:00:01,000 --> 00:00:02,000\nSubRip\n"));
        g_autoptr(GPtrArray) lines =
                parse("WEBVTT\n\n00:01.000 --> 00:02.000\n<script>alert(1)</script>\n\n"
                      "00:02.000 --> 00:01.000\nbackwards\n\n"
                      "00:03.000 --> 00:04.000\n<img src=x onerror=alert(1)>\n\n" /* no words */
                      "00:02.500 --> 00:04.000\nOut of order is taken when it is after the last.\n\n"
                      "00:00.500 --> 00:04.000\nbefore\n\n"
                      "99999999999:00:00.000 --> 99:99:99.999\nnonsense\n"
                      "00:05.000 --> 00:06.000\nunclosed <tag");
        g_assert_cmpuint(lines->len, ==, 3);
        check(lines, 0, "alert(1)", 1, 2);
        check(lines, 2, "unclosed", 5, 6);
        g_autofree char *vtt = vtt_text(lines, 0, true);
        g_assert_null(strchr(vtt, '<'));
}

static void test_there_and_back(void)
{
        g_autoptr(GPtrArray) lines =
                parse("WEBVTT\n\n00:01.000 --> 00:02.000\na &lt; b --&gt; c\n\n00:09.000 --> 00:10.000\nd\n");
        g_autofree char *vtt = vtt_text(lines, 0, true);
        g_assert_true(g_str_has_prefix(vtt, "WEBVTT\n\n0\n00:00:01.000 --> "));
        g_autoptr(GPtrArray) again = parse(vtt);
        g_assert_cmpuint(again->len, ==, 2);
        g_assert_cmpstr(((VttLine *)again->pdata[0])->text, ==, "a < b --> c");
}

static void test_caps(void)
{
        g_autoptr(GString) big = g_string_new("WEBVTT\n\n00:01.000 --> 00:02.000\n");
        for (int i = 0; i < 1000; i++)
                g_string_append(big, "é");
        g_autoptr(GPtrArray) lines = parse(big->str);
        g_assert_cmpint(g_utf8_strlen(((VttLine *)lines->pdata[0])->text, -1), ==, VTT_LINE_CHARS);
        const char *fault = NULL;
        g_assert_null(vtt_read(big->str, (size_t)VTT_BYTES_MOST + 1, &fault));
        g_assert_nonnull(fault);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/vtt/read", test_read);
        g_test_add_func("/vtt/hostile", test_hostile);
        g_test_add_func("/vtt/there-and-back", test_there_and_back);
        g_test_add_func("/vtt/caps", test_caps);
        return g_test_run();
}
