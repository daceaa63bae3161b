#include "programme/programme_store.h"
#include "programme/formats/csv_links.h"

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

static void test_soon(void)
{
        const int64_t hour_us = INT64_C(3600) * 1000 * 1000;
        const Talk talk = { .start_us = 2 * hour_us, .end_us = 3 * hour_us };
        g_assert_false(talk_is_soon(&talk, hour_us - 1));
        g_assert_true(talk_is_soon(&talk, hour_us));
        g_assert_true(talk_is_soon(&talk, 2 * hour_us - 1));
        g_assert_false(talk_is_soon(&talk, 2 * hour_us));
}

/* An event's own kind in the reader's language, else as the files have it. */
static void test_own_kinds(void)
{
        g_auto(GStrv) words = kind_words_read("en\tWalk\nde\tSpaziergang\n");
        const Talk talk = { .kind = (char *)"Balade", .kind_words = words };
        g_assert_cmpstr(talk_kind_text(&talk, lang_find("en")), ==, "Walk");
        g_assert_cmpstr(talk_kind_text(&talk, lang_find("fr")), ==, "Balade");
        g_assert_null(kind_words_read(""));
        g_auto(GStrv) broken = kind_words_read("en");
        g_assert_null(kind_word_in(broken, lang_find("en")));
}

static void check_link(const ProgrammeLink *link, const char *line)
{
        g_autoptr(GString) out = g_string_new(NULL);
        g_autoptr(Programme) programme = programme_new();
        csv_link_put(out, link);
        g_assert_cmpstr(out->str, ==, line);
        ProgrammeLink again = csv_link_read(programme, line);
        g_assert_cmpint(again.kind, ==, link->kind);
        g_assert_cmpstr(again.title, ==, link->title);
        g_assert_cmpstr(again.url, ==, link->url);
}

static void test_links_of_tables(void)
{
        check_link(&(ProgrammeLink){ LINK_PLAIN, "https://a.example/", "", "", "" }, "https://a.example/");
        check_link(&(ProgrammeLink){ LINK_PLAIN, "https://a.example/", "The <b> site", "", "" },
                   "The <b> site <https://a.example/>");
        check_link(&(ProgrammeLink){ LINK_PLAIN, "https://a.example/", "Video: how", "", "" },
                   "link: Video: how <https://a.example/>");
        check_link(&(ProgrammeLink){ LINK_ATTACHMENT, "https://a.example/s.pdf", "Slides", "", "" },
                   "document: Slides <https://a.example/s.pdf>");
        check_link(&(ProgrammeLink){ LINK_RECORDING, "https://a.example/r", "", "", "" },
                   "recording: https://a.example/r");
        g_autoptr(Programme) programme = programme_new();
        ProgrammeLink french = csv_link_read(programme, "Vidéo : Le film <https://a.example/v>");
        g_assert_cmpint(french.kind, ==, LINK_VIDEO);
        g_assert_cmpstr(french.title, ==, "Le film");
        g_assert_cmpstr(csv_link_read(programme, "video: nothing <>").url, ==, "");
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
        g_test_add_func("/programme/soon", test_soon);
        g_test_add_func("/programme/own-kinds", test_own_kinds);
        g_test_add_func("/programme/links-of-tables", test_links_of_tables);
        g_test_add_func("/programme/slugs", test_slugs);
        return g_test_run();
}
