#include "programme/programme_store.h"

#include <string.h>

static void check_query(const char *words, const char *want)
{
        g_autofree char *query = search_query(words);
        g_assert_cmpstr(query, ==, want);
}

static void test_query(void)
{
        check_query("", "");
        check_query("  \t ", "");
        check_query("école", "\"école\"*");
        check_query("tiers lieux", "\"tiers\" \"lieux\"*");
        check_query("a OR b", "\"a\" \"OR\" \"b\"*");
        check_query("NEAR(x \"y\" title:z* -w", "\"NEAR(x\" \" y \" \"title:z*\" \"-w\"*");
        check_query("& % -- ''", "");
        check_query("C++ &", "\"C++\"*");
}

static void test_state(void)
{
        Talk talk = { .start_us = 100, .end_us = 200 };
        g_assert_cmpint(talk_state(&talk, 99), ==, TALK_TO_COME);
        g_assert_cmpint(talk_state(&talk, 100), ==, TALK_LIVE);
        g_assert_cmpint(talk_state(&talk, 199), ==, TALK_LIVE);
        g_assert_cmpint(talk_state(&talk, 200), ==, TALK_ENDED);
}

static void test_kinds(void)
{
        static const char *const looks[][2] = { { "Atelier", "workshop" },
                                                { "WORKSHOP", "workshop" },
                                                { "Table ronde", "table" },
                                                { "Plénière", "plenary" },
                                                { "pause", "pause" },
                                                { "devroom", "" },
                                                { "", "" } };
        for (size_t i = 0; i < G_N_ELEMENTS(looks); i++)
                g_assert_cmpstr(talk_look(&(Talk){ .kind = (char *)looks[i][0] }), ==, looks[i][1]);
        const Lang *english = lang_find("en");
        g_assert_cmpstr(kind_text("atelier", english), ==, "Workshop");
        g_assert_cmpstr(kind_text("Clôture", english), ==, "Clôture");
}

static void test_slugs(void)
{
        static const char *const good[] = { "nec", "rencontres-2027", "a1", "admins", "9e" };
        static const char *const bad[] = { "",     "a",      "admin",   "ADMIN",  ".well-known", "..",   "a/b",
                                           "a b",  "été",    "-a",      "a-",     "a--b",        "Nec",  "a.b",
                                           "a\nb", "events", "metrics", "static", "sign-in",     "a%2f", "<a>" };
        for (size_t i = 0; i < G_N_ELEMENTS(good); i++)
                g_assert_null(slug_fault(good[i]));
        for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
                g_assert_nonnull(slug_fault(bad[i]));
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        i18n_start();
        g_test_add_func("/programme/query", test_query);
        g_test_add_func("/programme/state", test_state);
        g_test_add_func("/programme/kinds", test_kinds);
        g_test_add_func("/programme/slugs", test_slugs);
        return g_test_run();
}
