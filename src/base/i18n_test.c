#include "base/i18n.h"
#include <string.h>

static void languages_are_found(void)
{
        g_assert_cmpstr(lang_code(lang_default()), ==, "fr");
        g_assert_cmpstr(lang_name(lang_find("fr")), ==, "Français");
        g_assert_cmpstr(lang_name(lang_find("EN")), ==, "English");
        g_assert_null(lang_find("xx"));
        g_assert_null(lang_find(""));
        g_assert_null(lang_find(NULL));
}

static void languages_are_accepted(void)
{
        static const struct {
                const char *header, *code;
        } cases[] = {
                { NULL, "fr" },
                { "", "fr" },
                { "en", "en" },
                { "en-GB", "en" },
                { "fr-CA, en;q=0.9", "fr" },
                { "en;q=0.5, fr;q=0.8", "fr" },
                { "de, en;q=0.3", "en" },
                { "de, *;q=0.5", "fr" },
                { "*", "fr" },
                { "en;q=0, fr;q=0.1", "fr" },
                { "en;q=0", "fr" },
                { " EN ;q=0.7 , de", "en" },
                { "en;q=banana", "fr" },
                { "en;q=9", "en" },
                { ",,;;,;q=1,en", "en" },
        };
        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
                g_assert_cmpstr(lang_code(lang_accept(cases[i].header)), ==, cases[i].code);
}

static void long_header_is_cut(void)
{
        g_autoptr(GString) header = g_string_new("de");
        for (int i = 0; i < 10000; i++)
                g_string_append(header, ",de");
        g_string_append(header, ",en");
        g_assert_cmpstr(lang_code(lang_accept(header->str)), ==, "fr");
}

static void words_are_translated(void)
{
        const Lang *fr = lang_find("fr"), *en = lang_find("en");
        g_assert_cmpstr(tr(fr, "All events"), ==, "Tous les événements");
        g_assert_cmpstr(tr(en, "All events"), ==, "All events");
        g_assert_cmpstr(tr(fr, "Not a word of ours"), ==, "Not a word of ours");
        g_assert_cmpstr(tr(fr, ""), ==, ""); /* gettext would answer the file's header */
}

/* French counts 0 as one. */
static void plurals_follow_the_language(void)
{
        const Lang *fr = lang_find("fr"), *en = lang_find("en");
        g_assert_cmpstr(tr_n(en, "one", "many", 0), ==, "many");
        g_assert_cmpstr(tr_n(en, "one", "many", 1), ==, "one");
        g_assert_cmpstr(tr_n(fr, "At most %d character.", "At most %d characters.", 0), ==, "%d caractère au plus.");
        g_assert_cmpstr(tr_n(fr, "At most %d character.", "At most %d characters.", 2), ==, "%d caractères au plus.");
}

static gpointer look_up(gpointer code)
{
        const Lang *lang = lang_find(code);
        const char *expected = strcmp(code, "fr") ? "All events" : "Tous les événements";
        for (int i = 0; i < 20000; i++)
                if (strcmp(tr(lang, "All events"), expected) != 0)
                        return code;
        return NULL;
}

static void threads_speak_different_languages(void)
{
        GThread *threads[4];
        for (int i = 0; i < 4; i++)
                threads[i] = g_thread_new("words", look_up, i % 2 ? "fr" : "en");
        for (int i = 0; i < 4; i++)
                g_assert_null(g_thread_join(threads[i]));
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        i18n_start();
        g_test_add_func("/i18n/languages", languages_are_found);
        g_test_add_func("/i18n/accept", languages_are_accepted);
        g_test_add_func("/i18n/accept-long", long_header_is_cut);
        g_test_add_func("/i18n/words", words_are_translated);
        g_test_add_func("/i18n/plurals", plurals_follow_the_language);
        g_test_add_func("/i18n/threads", threads_speak_different_languages);
        return g_test_run();
}
