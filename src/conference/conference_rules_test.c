#include "conference/conference_private.h"

#include <string.h>

static void test_slug(void)
{
        static const struct {
                const char *name, *slug;
        } names[] = { { "Grande scène", "grande-scene" },
                      { "L’Annexe", "lannexe" },
                      { "  Salle 2 / étage 1 ", "salle-2-etage-1" },
                      { "日本", "" },
                      { "", "" },
                      { "<script>alert(1)</script>", "script-alert-1-script" },
                      { "../../etc", "etc" } };
        for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
                g_autofree char *slug = slug_of_name(names[i].name);
                g_assert_cmpstr(slug, ==, names[i].slug);
        }
        g_autofree char *long_name = g_strnfill(500, 'a'), *slug = slug_of_name(long_name);
        g_assert_cmpuint(strlen(slug), <=, 40);
}

static void test_slug_fault(void)
{
        static const char *const good[] = { "ab", "rencontres-2027", "a1" };
        static const char *const bad[] = { "",      "a",   "admin", "media",
                                           "Media", "-ab", "ab-",   "a--b",
                                           "a b",   "é",   "a/b",   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };
        for (size_t i = 0; i < G_N_ELEMENTS(good); i++)
                g_assert_null(slug_fault(good[i]));
        for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
                g_assert_nonnull(slug_fault(bad[i]));
}

static void test_gaps(void)
{
        EventFacts none = { 0 };
        g_autoptr(GArray) all = event_gaps(&none, "ev");
        g_assert_cmpuint(all->len, ==, 7);
        for (guint i = 0; i < all->len; i++)
                g_assert_true(g_str_has_prefix(g_array_index(all, EventGap, i).url, "/ev/organise/"));
        EventFacts whole = { .rooms = 1,
                             .talks = 2,
                             .persons = 1,
                             .has_lead = true,
                             .has_contact = true,
                             .has_organiser = true,
                             .has_logo = true,
                             .has_legal_notice = true };
        g_autoptr(GArray) nothing = event_gaps(&whole, "ev");
        g_assert_cmpuint(nothing->len, ==, 0);
        whole.outside_days = 1;
        whole.persons = 0;
        g_autoptr(GArray) two = event_gaps(&whole, "ev");
        g_assert_cmpuint(two->len, ==, 2);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/conference/slug", test_slug);
        g_test_add_func("/conference/slug-fault", test_slug_fault);
        g_test_add_func("/conference/gaps", test_gaps);
        return g_test_run();
}
