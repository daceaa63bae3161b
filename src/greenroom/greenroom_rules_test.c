#include "greenroom/greenroom_private.h"

#include <string.h>

static bool reads(const char *text, Findings *ret)
{
        return findings_read(text, strlen(text), ret);
}

static void test_findings(void)
{
        static const char text[] = "{\"camera\":\"dark\",\"way\":\"tcp\",\"udp\":0,\"rtt_ms\":46,\"up_kbps\":900,"
                                   "\"down_kbps\":2000,\"loss_permille\":3,\"agent\":\"Firefox 128\"}";
        Findings findings, again;
        g_assert_true(reads(text, &findings));
        g_assert_cmpstr(findings.outcomes[GREEN_CAMERA]->word, ==, "dark");
        g_assert_cmpint(outcome_level(findings.outcomes[GREEN_WAY]), ==, LEVEL_WARN);
        g_assert_cmpint(outcome_level(findings.outcomes[GREEN_SPEAKER]), ==, LEVEL_UNTRIED);
        g_assert_cmpint(findings.numbers[NUMBER_UDP], ==, 0);
        g_assert_cmpint(findings.numbers[NUMBER_TCP], ==, -1);
        g_autofree char *written = findings_write(&findings);
        g_assert_true(reads(written, &again));
        g_assert_cmpmem(&findings, sizeof findings, &again, sizeof again);
        g_autofree char *figures = findings_figures(lang_find("en"), &findings);
        g_assert_cmpstr(figures, ==, "At least 0.9 Mbit/s to the room and 2.0 Mbit/s from it, 46 ms, 0.3 % lost.");
        g_autofree char *ways = findings_ways(lang_find("en"), &findings);
        g_assert_cmpstr(ways, ==, "UDP: blocked. TCP: not offered. TURN: not offered.");
}

static void test_claims_are_refused(void)
{
        static const char *const bad[] = { "",
                                           "[]",
                                           "1",
                                           "{\"camera\":\"<b>\"}",
                                           "{\"camera\":1}",
                                           "{\"lens\":\"ok\"}",
                                           "{\"rtt_ms\":-1}",
                                           "{\"rtt_ms\":60001}",
                                           "{\"rtt_ms\":4294967296}",
                                           "{\"rtt_ms\":\"1\"}",
                                           "{\"udp\":2}",
                                           "{\"agent\":\"<script>\"}",
                                           "{\"agent\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}",
                                           "{\"camera\":\"ok\",\"camera\":\"ok\"}" };
        Findings findings;
        for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
                if (reads(bad[i], &findings))
                        g_error("taken: %s", bad[i]);
        g_assert_true(reads("{}", &findings));
        g_autofree char *long_text = g_strdup_printf("{}%*s", FINDINGS_BYTES, "");
        g_assert_false(reads(long_text, &findings));
}

static void test_code(void)
{
        char code[CODE_CHARS + 1], read[CODE_CHARS + 1];
        for (unsigned byte = 0; byte < 256; byte++) {
                unsigned char bytes[CODE_CHARS];
                memset(bytes, (int)byte, sizeof bytes);
                green_code_from(bytes, code);
                g_assert_null(strpbrk(code, "0O1ILZ2S5G6B8NV"));
                g_assert_true(green_code_read(code, read));
                g_assert_cmpstr(read, ==, code);
        }
        g_assert_true(green_code_read(" a c-d.3 4 7 ", read));
        g_assert_cmpstr(read, ==, "ACD347");
        g_assert_false(green_code_read("ACD34", read));
        g_assert_false(green_code_read("ACD3477", read));
        g_assert_false(green_code_read("ACD340", read));
        g_assert_false(green_code_read("", read));
        g_assert_false(green_code_read("ACD34é", read));
}

static void test_page_key(void)
{
        g_assert_true(page_key_is_fit("0123456789abcdef0123456789abcdef"));
        g_assert_false(page_key_is_fit("0123456789abcdef0123456789abcdeF"));
        g_assert_false(page_key_is_fit("0123456789abcdef0123456789abcde"));
        g_assert_false(page_key_is_fit(""));
}

/* The script's words and the tables are one: every outcome has a sentence, and a thing to do unless all is well. */
static void test_every_fault_says_what_to_do(void)
{
        g_autofree char *text = green_outcomes_json(lang_find("en"));
        json_t *all = json_loads(text, 0, NULL);
        g_assert_cmpuint(json_object_size(all), ==, GREEN_N_CHECKS);
        const char *check, *word;
        json_t *words, *outcome;
        json_object_foreach(all, check, words)
        {
                g_assert_nonnull(json_object_get(words, "ok") ? (void *)words : json_object_get(words, "udp"));
                json_object_foreach(words, word, outcome)
                {
                        bool well = !strcmp(json_string_value(json_array_get(outcome, 0)), "ok");
                        const char *todo = json_string_value(json_array_get(outcome, 2));
                        g_assert_true(well == !*todo);
                }
        }
        json_decref(all);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/greenroom/findings", test_findings);
        g_test_add_func("/greenroom/claims-are-refused", test_claims_are_refused);
        g_test_add_func("/greenroom/code", test_code);
        g_test_add_func("/greenroom/page-key", test_page_key);
        g_test_add_func("/greenroom/every-fault-says-what-to-do", test_every_fault_says_what_to_do);
        return g_test_run();
}
