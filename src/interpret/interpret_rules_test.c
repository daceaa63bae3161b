#include "interpret/interpret_private.h"

static void test_codes(void)
{
        static const char *const good[] = { "fr", "en", "gsw", "pt-BR", "zh-Hant", "sr-Latn-RS", "es-419" };
        static const char *const bad[] = { "",
                                           "f",
                                           "FR",
                                           "fr_FR",
                                           "fr-",
                                           "fr-a",
                                           "fran",
                                           "fr-BR ",
                                           "fr--BR",
                                           "<b>",
                                           "fr-\n",
                                           "é",
                                           "fr-éé",
                                           "x-private",
                                           "fr-123456789",
                                           NULL,
                                           "-",
                                           "123",
                                           "fr-aaaaaaaa-bbbbbbbb-cccccccc-dddddddd" };
        for (unsigned i = 0; i < G_N_ELEMENTS(good); i++)
                g_assert_true(interpret_code_is_valid(good[i]));
        for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++)
                g_assert_false(interpret_code_is_valid(bad[i]));
}

static void test_languages(void)
{
        const char *sentence = NULL;
        g_auto(GStrv) three = interpret_read_languages(" fr, en;pt-BR fr\n", &sentence);
        g_assert_cmpuint(g_strv_length(three), ==, 3);
        g_assert_cmpstr(three[2], ==, "pt-BR");
        g_auto(GStrv) none = interpret_read_languages("", &sentence);
        g_assert_cmpuint(g_strv_length(none), ==, 0);
        g_assert_null(sentence);
        g_assert_null(interpret_read_languages("fr English", &sentence));
        g_assert_nonnull(sentence);
        sentence = NULL;
        g_assert_null(interpret_read_languages("aa bb cc dd ee ff gg hh ii", &sentence));
        g_assert_nonnull(sentence);
}

static Interpret *two_languages(void)
{
        Interpret *interpret = interpret_new();
        g_strlcpy(interpret->channels[0].code, "en", sizeof interpret->channels[0].code);
        g_strlcpy(interpret->channels[3].code, "fr", sizeof interpret->channels[3].code);
        return interpret;
}

static void test_who_may(void)
{
        g_autoptr(Interpret) interpret = two_languages();
        g_assert_cmpint(interpret_channel(interpret, "fr"), ==, 3);
        g_assert_cmpint(interpret_channel(interpret, "de"), ==, SFU_NO_CHANNEL);
        g_assert_cmpint(interpret_channel(interpret, ""), ==, SFU_NO_CHANNEL);
        g_assert_cmpint(interpret_channel(interpret, NULL), ==, SFU_NO_CHANNEL);
        interpret_appoint(interpret, 7, 3, true);
        interpret_appoint(interpret, 8, 0, true);
        interpret_appoint(interpret, 7, 0, true);
        g_assert_true(interpret_may(interpret, 7, 0) && interpret_may(interpret, 7, 3) &&
                      interpret_may(interpret, 8, 0));
        g_assert_false(interpret_may(interpret, 8, 3) || interpret_may(interpret, 9, 0) ||
                       interpret_may(interpret, 7, SFU_NO_CHANNEL));
        interpret_appoint(interpret, 7, 0, false);
        interpret_appoint(interpret, 7, 3, false);
        g_assert_cmpuint(interpret->people->len, ==, 1);
        g_assert_true(interpret_may(interpret, 8, 0));
        interpret_appoint(interpret, 9, 0, false);
}

/* Two interpreters take turns; one of them goes over to the other language. */
static void test_turns(void)
{
        g_autoptr(Interpret) interpret = two_languages();
        InterpretChannel *en = &interpret->channels[0], *fr = &interpret->channels[3];
        Turn due;
        interpret_turn(interpret, &(Turn){ TURN_TAKE, 3, 7, 100 });
        g_assert_cmpint(fr->who, ==, 7);
        fr->speaks = true;
        interpret_turn(interpret, &(Turn){ TURN_RELAY, 3, 8, 200 });
        g_assert_cmpint(fr->who, ==, 7);
        g_assert_false(interpret_due(interpret, 199, &due));
        g_assert_true(interpret_due(interpret, 200, &due));
        interpret_turn(interpret, &due);
        g_assert_cmpint(fr->who, ==, 8);
        g_assert_cmpint(fr->since_us, ==, 200);
        g_assert_false(fr->speaks || fr->next);
        g_assert_false(interpret_due(interpret, 1000, &due));

        interpret_turn(interpret, &(Turn){ TURN_TAKE, 0, 8, 300 });
        g_assert_cmpint(en->who, ==, 8);
        g_assert_cmpint(fr->who, ==, 0);
        interpret_turn(interpret, &(Turn){ TURN_RELAY, 0, 7, 400 });
        interpret_turn(interpret, &(Turn){ TURN_DROP, 0, 7, 0 }); /* thinks better of it */
        g_assert_cmpint(en->who, ==, 8);
        g_assert_false(interpret_due(interpret, 1000, &due));
        interpret_turn(interpret, &(Turn){ TURN_DROP, 0, 9, 0 }); /* a stranger's word */
        g_assert_cmpint(en->who, ==, 8);
        interpret_turn(interpret, &(Turn){ TURN_DROP, 0, 8, 0 });
        g_assert_cmpint(en->who, ==, 0);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/interpret/codes", test_codes);
        g_test_add_func("/interpret/languages", test_languages);
        g_test_add_func("/interpret/who-may", test_who_may);
        g_test_add_func("/interpret/turns", test_turns);
        return g_test_run();
}
