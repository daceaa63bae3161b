#include "mail/address.h"

#include <string.h>

static void check_accepted(const char *typed, const char *want)
{
        g_autofree char *address = NULL;
        g_assert_cmpint(address_read(typed, &address), ==, ADDRESS_OK);
        g_assert_cmpstr(address, ==, want);
}

static void check_refused(const char *typed, AddressFault want)
{
        char *untouched = (char *)"untouched";
        g_assert_cmpint(address_read(typed, &untouched), ==, want);
        g_assert_cmpstr(untouched, ==, "untouched");
        g_assert_true(*address_fault_text(want) != '\0');
}

static void test_accepted(void)
{
        check_accepted("personne7@exemple.fr", "personne7@exemple.fr");
        check_accepted("  Marie.Durand+Nec@Exemple.FR\n", "marie.durand+nec@exemple.fr");
        check_accepted("o'neil_1@mail.example.org", "o'neil_1@mail.example.org");
        check_accepted("a@médiation.fr", "a@xn--mdiation-b1a.fr");
}

static void test_refused(void)
{
        check_refused("", ADDRESS_EMPTY);
        check_refused(" \t ", ADDRESS_EMPTY);
        check_refused("personne7", ADDRESS_NO_AT);
        check_refused("@exemple.fr", ADDRESS_NO_LOCAL);
        check_refused("personne7@exemple", ADDRESS_NO_END);
        check_refused("personne7@", ADDRESS_NO_END);
        check_refused("personne7@exemple.", ADDRESS_NO_END);
        check_refused("a@127.0.0.1", ADDRESS_NO_END);
        check_refused("hélène@exemple.fr", ADDRESS_CHARACTER);
        check_refused("a b@exemple.fr", ADDRESS_CHARACTER);
        check_refused("a@b@exemple.fr", ADDRESS_CHARACTER);
        check_refused("a@exem ple.fr", ADDRESS_CHARACTER);
        check_refused("a,b@exemple.fr", ADDRESS_CHARACTER);
        check_refused("\"a\"@exemple.fr", ADDRESS_CHARACTER);
        check_refused("a@-exemple.fr", ADDRESS_CHARACTER);
        check_refused("a@[127.0.0.1]", ADDRESS_CHARACTER);
        check_refused("a\xff@exemple.fr", ADDRESS_CHARACTER);
        check_refused(".a@exemple.fr", ADDRESS_DOTS);
        check_refused("a..b@exemple.fr", ADDRESS_DOTS);
        check_refused("a@exemple..fr", ADDRESS_DOTS);
}

/* Case 14: nothing that could end a header line or begin another recipient comes through. */
static void test_injection_refused(void)
{
        check_refused("a@exemple.fr\r\nBcc: b@exemple.fr", ADDRESS_CHARACTER);
        check_refused("a@exemple.fr\nX: y", ADDRESS_CHARACTER);
        check_refused("a\r\n@exemple.fr", ADDRESS_CHARACTER);
        check_refused("a@exemple.fr,b@exemple.fr", ADDRESS_CHARACTER);
        check_refused("A <a@exemple.fr>", ADDRESS_CHARACTER);
        check_refused("a@exemple.fr>", ADDRESS_CHARACTER);
}

static void test_long(void)
{
        g_autofree char *local = g_strnfill(65, 'a');
        g_autofree char *long_local = g_strconcat(local, "@exemple.fr", NULL);
        check_refused(long_local, ADDRESS_LONG);
        g_autofree char *huge = g_strnfill(100000, 'a');
        check_refused(huge, ADDRESS_LONG);
        g_autofree char *label = g_strnfill(64, 'b');
        g_autofree char *long_label = g_strconcat("a@", label, ".fr", NULL);
        check_refused(long_label, ADDRESS_LONG);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/address/accepted", test_accepted);
        g_test_add_func("/address/refused", test_refused);
        g_test_add_func("/address/injection-refused", test_injection_refused);
        g_test_add_func("/address/long", test_long);
        return g_test_run();
}
