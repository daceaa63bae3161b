#include "base/time.h"
#include "doctor/doctor_rules.h"

#include <string.h>

#define NOW (INT64_C(1700000000) * SECOND_US)

static GArray *findings_new(void)
{
        return g_array_new(FALSE, TRUE, sizeof(Finding));
}

/* The one with these words has this level, and says what to do when it is not well. Forgets all. */
static void expect(GArray *findings, const char *words, DoctorLevel level)
{
        const Finding *found = NULL;
        for (guint i = 0; i < findings->len && !found; i++)
                if (strstr(g_array_index(findings, Finding, i).what, words))
                        found = &g_array_index(findings, Finding, i);
        g_assert_nonnull(found);
        if (found) {
                g_assert_cmpint(found->level, ==, level);
                g_assert_cmpint(found->advice != NULL, ==, level != DOCTOR_OK);
        }
        for (guint i = 0; i < findings->len; i++) {
                g_free(g_array_index(findings, Finding, i).what);
                g_free(g_array_index(findings, Finding, i).advice);
        }
        g_array_set_size(findings, 0);
}

static void test_disk(void)
{
        g_autoptr(GArray) findings = findings_new();
        const Lang *lang = lang_find("en");
        DiskFacts disk = { true, true, true, UINT64_C(50) << 30, UINT64_C(100) << 30, 1000000, 2000000 };
        rule_disk(findings, lang, "/d", &disk);
        expect(findings, "disk:", DOCTOR_OK);
        disk.free_bytes = UINT64_C(1) << 30;
        rule_disk(findings, lang, "/d", &disk);
        expect(findings, "disk:", DOCTOR_WARN);
        disk.free_bytes = 1000;
        rule_disk(findings, lang, "/d", &disk);
        expect(findings, "disk:", DOCTOR_FAIL);
        disk.free_inodes = 50;
        rule_disk(findings, lang, "/d", &disk);
        expect(findings, "more files", DOCTOR_FAIL);
        disk.writable = false;
        rule_disk(findings, lang, "/d", &disk);
        expect(findings, "nothing can be written", DOCTOR_FAIL);
        rule_disk(findings, lang, "/d", &(DiskFacts){ 0 });
        expect(findings, "there is none", DOCTOR_FAIL);
}

static void test_store(void)
{
        g_autoptr(GArray) findings = findings_new();
        const Lang *lang = lang_find("en");
        rule_store(findings, lang, false, NULL, false);
        expect(findings, "not there yet", DOCTOR_WARN);
        rule_store(findings, lang, true, NULL, false);
        expect(findings, "whole", DOCTOR_OK);
        rule_store(findings, lang, true, "page 3", false);
        expect(findings, "page 3", DOCTOR_FAIL);
        rule_store(findings, lang, true, NULL, true);
        expect(findings, "newer", DOCTOR_FAIL);
        rule_key(findings, lang, true, 0100644);
        expect(findings, "secret.key", DOCTOR_FAIL);
        rule_key(findings, lang, true, 0100600);
        rule_key(findings, lang, false, 0);
        g_assert_cmpint(findings->len, ==, 0);
        rule_backup(findings, lang, 0, NOW);
        expect(findings, "none", DOCTOR_WARN);
        rule_backup(findings, lang, NOW - 3 * DAY_US, NOW);
        expect(findings, "3 days", DOCTOR_WARN);
        rule_backup(findings, lang, NOW - 5 * HOUR_US, NOW);
        expect(findings, "5 hours", DOCTOR_OK);
}

static void test_network(void)
{
        g_autoptr(GArray) findings = findings_new();
        const Lang *lang = lang_find("en");
        static const struct {
                OriginFacts facts;
                const char *words;
                DoctorLevel level;
        } cases[] = {
                { { .reason = "refused" }, "refused", DOCTOR_FAIL },
                { { true, true, 200, NOW + 60 * DAY_US, NOW, "" }, "answers", DOCTOR_OK },
                { { true, true, 503, NOW + 60 * DAY_US, NOW, "" }, "answers 503", DOCTOR_FAIL },
                { { true, true, 200, NOW + 60 * DAY_US, NOW, "" }, "60 days", DOCTOR_OK },
                { { true, true, 200, NOW + 10 * DAY_US, NOW, "" }, "10 days", DOCTOR_WARN },
                { { true, true, 200, NOW + DAY_US, NOW, "" }, "1 day", DOCTOR_FAIL },
                { { true, false, 200, 0, 0, "no such name" }, "no such name", DOCTOR_FAIL },
        };
        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                rule_origin(findings, lang, "https://x", &cases[i].facts, NOW);
                expect(findings, cases[i].words, cases[i].level);
        }
        rule_mail(findings, lang, NULL, false, NULL);
        expect(findings, "no relay", DOCTOR_WARN);
        rule_mail(findings, lang, "smtp://x", true, "535 no");
        expect(findings, "535", DOCTOR_FAIL);
        rule_mail(findings, lang, "smtp://x", false, NULL);
        expect(findings, "address", DOCTOR_FAIL);
        rule_mail(findings, lang, "smtp://x", true, NULL);
        expect(findings, "relay answers", DOCTOR_OK);
        rule_socket(findings, lang, "/s", false);
        expect(findings, "nobody", DOCTOR_FAIL);
}

static void test_machine(void)
{
        g_autoptr(GArray) findings = findings_new();
        const Lang *lang = lang_find("en");
        rule_media_port(findings, lang, 0, false, true);
        expect(findings, "each start", DOCTOR_WARN);
        rule_media_port(findings, lang, 3478, false, true);
        expect(findings, "nobody listens", DOCTOR_WARN);
        rule_media_port(findings, lang, 3478, true, true);
        expect(findings, "3478", DOCTOR_OK);
        rule_media_port(findings, lang, 80, false, false);
        expect(findings, "may not", DOCTOR_FAIL);
        rule_tcp_port(findings, lang, -1, false);
        expect(findings, "no TCP port", DOCTOR_WARN);
        rule_tcp_port(findings, lang, 443, false);
        expect(findings, "listens on TCP port 443", DOCTOR_WARN);
        rule_tcp_port(findings, lang, 443, true);
        expect(findings, "TCP port 443 is listened on", DOCTOR_OK);
        rule_advertised(findings, lang, "192.0.2.1", false, 3478);
        expect(findings, "192.0.2.1", DOCTOR_WARN);
        rule_no_public_address(findings, lang);
        expect(findings, "no public", DOCTOR_WARN);
        static const DoctorLevel levels[] = { [TURN_TAKEN] = DOCTOR_OK,
                                              [TURN_UNREACHED] = DOCTOR_FAIL,
                                              [TURN_REFUSED] = DOCTOR_FAIL,
                                              [TURN_FULL] = DOCTOR_WARN,
                                              [TURN_STRANGE] = DOCTOR_FAIL };
        for (size_t i = 0; i < G_N_ELEMENTS(levels); i++) {
                rule_turn(findings, lang, "turn:x", (TurnFault)i, "refused");
                expect(findings, "turn:x", levels[i]);
        }
        rule_clock(findings, lang, true, 0);
        expect(findings, "clock", DOCTOR_OK);
        rule_clock(findings, lang, false, 0);
        expect(findings, "clock", DOCTOR_WARN);
        rule_clock(findings, lang, true, -90 * SECOND_US);
        expect(findings, "-90 s", DOCTOR_FAIL);
        rule_files(findings, lang, 1024);
        expect(findings, "1024", DOCTOR_WARN);
        rule_files(findings, lang, 16384);
        expect(findings, "enough", DOCTOR_OK);
        rule_buffers(findings, lang, 212992, 4194304);
        expect(findings, "208 kB", DOCTOR_WARN);
        rule_buffers(findings, lang, 4194304, 212992);
        expect(findings, "208 kB", DOCTOR_WARN);
        rule_buffers(findings, lang, 4194304, 4194304);
        expect(findings, "bursts", DOCTOR_OK);
        guint before = findings->len;
        rule_buffers(findings, lang, 0, 0);
        g_assert_cmpuint(findings->len, ==, before);
        rule_program(findings, lang, "ffmpeg", false, "do");
        expect(findings, "ffmpeg", DOCTOR_FAIL);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        i18n_start();
        g_test_add_func("/doctor/disk", test_disk);
        g_test_add_func("/doctor/store", test_store);
        g_test_add_func("/doctor/network", test_network);
        g_test_add_func("/doctor/machine", test_machine);
        return g_test_run();
}
