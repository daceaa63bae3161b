#include "web/form.h"
#include <string.h>

static const FormOption places[] = {
        { "home", "At home" },
        { "hall", "In the hall", .hint = "19 places" },
        { "roof", "On the roof", .disabled = true },
        { 0 },
};
static const FormField fields[] = {
        { "name", "Name", .hint = "As you wish.", .required = true, .characters_max = 10, .autocomplete = "name" },
        { "email", "Mail", .kind = FIELD_EMAIL, .required = true },
        { "site", "Site", .kind = FIELD_URL },
        { "slug", "Address", .kind = FIELD_SLUG },
        { "day", "Day", .kind = FIELD_DATE },
        { "hour", "Hour", .kind = FIELD_TIME },
        { "start", "Start", .kind = FIELD_DATE_TIME },
        { "count", "Count", .kind = FIELD_NUMBER, .min = 1, .max = 12 },
        { "place", "Place", .kind = FIELD_CHOICE, .options = places },
        { "again", "Again", .kind = FIELD_SELECT, .options = places },
        { "text", "Text", .kind = FIELD_TEXT },
        { "agree", "I agree that my voice and my picture may be kept and shown.", .kind = FIELD_TICK },
        { 0 },
};

static Form *sent(void)
{
        Form *form = form_new_plain(lang_find("en"), fields, true);
        form_set(form, "name", "Ada");
        form_set(form, "email", "ada@example.org");
        return form;
}

static void right_form_passes(void)
{
        g_autoptr(Form) form = sent();
        form_set(form, "site", "https://example.org/a");
        form_set(form, "slug", "sud-charente-2021");
        form_set(form, "day", "2020-02-29");
        form_set(form, "hour", "23:59");
        form_set(form, "start", "2021-01-28T09:30");
        form_set(form, "count", "12");
        form_set(form, "place", "hall");
        form_set(form, "again", "home");
        form_set(form, "text", "two\r\nlines\r");
        form_set(form, "agree", "1");
        g_assert_true(form_check(form));
        g_assert_true(form_is_ok(form));
        g_assert_cmpint(form_number(form, "count", 0), ==, 12);
        g_assert_cmpstr(form_value(form, "text"), ==, "two\nlines");
        g_assert_true(form_ticked(form, "agree"));
        g_assert_cmpstr(form_value(form, "unknown"), ==, "");
}

static void empty_fields_are_optional_unless_required(void)
{
        g_autoptr(Form) form = form_new_plain(lang_find("en"), fields, true);
        form_set(form, "name", " \t\n ");
        g_assert_false(form_check(form));
        for (const FormField *field = fields; field->name; field++)
                g_assert_cmpint(form_error(form, field->name) != NULL, ==, field->required);
        g_assert_cmpint(form_number(form, "count", 7), ==, 7);
}

static void unsent_form_is_not_ok(void)
{
        g_autoptr(Form) form = form_new_plain(lang_find("en"), fields, false);
        g_assert_false(form_check(form));
        g_assert_null(form_error(form, "name"));
}

static void wrong_values_are_refused(void)
{
        static const struct {
                const char *name, *value;
        } cases[] = {
                { "name", "12345678901" },
                { "name", "two\nlines" },
                { "email", "ada" },
                { "email", "ada@example" },
                { "email", "ada@example." },
                { "email", "@example.org" },
                { "email", "a b@example.org" },
                { "email", "a@b@example.org" },
                { "email", "a@.example.org" },
                { "email", "a@example..org" },
                { "email", "a@example.org\nx" },
                { "email", "<a@example.org>" },
                { "site", "javascript:x" },
                { "site", "example.org" },
                { "site", "https://" },
                { "site", "ftp://example.org" },
                { "slug", "Sud" },
                { "slug", "-a" },
                { "slug", "a-" },
                { "slug", "a/b" },
                { "slug", "é" },
                { "slug", "12345678901234567890123456789012345678901" },
                { "day", "2021-02-29" },
                { "day", "2021-13-01" },
                { "day", "28/01/2021" },
                { "day", "2021-1-28" },
                { "day", "2021-01-28x" },
                { "hour", "24:00" },
                { "hour", "9:30" },
                { "hour", "09:60" },
                { "start", "2021-01-28 09:30" },
                { "start", "2021-01-28T9:30" },
                { "count", "0" },
                { "count", "13" },
                { "count", "1e1" },
                { "count", "99999999999999999999" },
                { "place", "moon" },
                { "place", "roof" },
                { "again", "roof" },
        };
        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autoptr(Form) form = sent();
                form_set(form, cases[i].name, cases[i].value);
                if (form_check(form) || !form_error(form, cases[i].name))
                        g_test_fail_printf("let through: %s = %s", cases[i].name, cases[i].value);
        }
}

static void long_texts_are_refused(void)
{
        g_autoptr(Form) form = sent();
        g_autofree char *text = g_strnfill(10001, 'a');
        form_set(form, "text", text);
        g_assert_false(form_check(form));
        g_assert_cmpstr(form_error(form, "text"), ==, "At most 10000 characters.");
}

static void control_characters_are_dropped(void)
{
        g_autoptr(Form) form = sent();
        form_set(form, "name",
                 " A\x01"
                 "d\x7f"
                 "a\xc2\x85 ");
        g_assert_true(form_check(form));
        g_assert_cmpstr(form_value(form, "name"), ==, "Ada");
}

static void first_sentence_stays(void)
{
        g_autoptr(Form) form = sent();
        form_fail(form, "name", "First.");
        form_fail(form, "name", "Second.");
        g_assert_cmpstr(form_error(form, "name"), ==, "First.");
        g_assert_false(form_is_ok(form));
}

static char *shown(const Form *form, const char *name)
{
        g_autoptr(Html) h = html_new(NULL, form_lang(form));
        if (name)
                form_field(h, form, name);
        else
                form_errors(h, form);
        return g_strdup(html_markup(h, NULL));
}

static void form_comes_back_filled(void)
{
        g_autoptr(Form) form = sent();
        form_set(form, "name", "\"<Ada>");
        form_set(form, "email", "ada");
        form_set(form, "place", "hall");
        form_set(form, "again", "home");
        form_set(form, "text", "<b>");
        form_set(form, "agree", "1");
        form_check(form);
        g_autofree char *name = shown(form, "name");
        g_assert_cmpstr(
                name, ==,
                "<div class=\"field\"><label for=\"name\">Name</label>\n<p class=\"hint\" id=\"name-h\">As you "
                "wish.</p>\n"
                "<input type=\"text\" id=\"name\" name=\"name\" value=\"&quot;&lt;Ada&gt;\" autocomplete=\"name\" "
                "required aria-describedby=\"name-h\">\n</div>");
        g_autofree char *email = shown(form, "email");
        g_assert_nonnull(strstr(email, "value=\"ada\" required aria-invalid=\"true\" aria-describedby=\"email-e\">"));
        g_assert_nonnull(strstr(email, "</svg>There is no @ in this address.</p>"));
        g_autofree char *place = shown(form, "place");
        g_assert_nonnull(strstr(place, "value=\"home\" id=\"place\"><span><b>At home</b></span>"));
        g_assert_nonnull(
                strstr(place, "value=\"hall\" checked><span><b>In the hall</b><small>19 places</small></span>"));
        g_assert_nonnull(strstr(place, "value=\"roof\" disabled>"));
        g_autofree char *again = shown(form, "again");
        g_assert_nonnull(strstr(again, "<option value=\"home\" selected>At home</option>"));
        g_autofree char *text = shown(form, "text");
        g_assert_nonnull(strstr(text, ">\n&lt;b&gt;</textarea>"));
        g_autofree char *agree = shown(form, "agree");
        g_assert_nonnull(strstr(agree, "value=\"1\" checked>"));
}

static void summary_links_to_the_fields(void)
{
        g_autoptr(Form) form = sent();
        g_autofree char *nothing = shown(form, NULL);
        g_assert_cmpstr(nothing, ==, "");
        form_fail(form, "email", "Registered already.");
        form_fail(form, "", "All places are taken.");
        form_fail(form, "agree", "Tick this.");
        g_autofree char *summary = shown(form, NULL);
        g_assert_nonnull(strstr(summary, "role=\"alert\""));
        g_assert_nonnull(strstr(summary, "3 things need another look."));
        g_assert_nonnull(strstr(summary, "<li><a href=\"#email\">Mail: Registered already.</a></li>"));
        g_assert_nonnull(strstr(summary, "#agree\">I agree that my voice and my picture may be kept…: Tick this.</a>"));
        g_assert_nonnull(strstr(summary, "<li>All places are taken.</li>"));
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        i18n_start();
        g_test_add_func("/form/right", right_form_passes);
        g_test_add_func("/form/empty", empty_fields_are_optional_unless_required);
        g_test_add_func("/form/unsent", unsent_form_is_not_ok);
        g_test_add_func("/form/wrong", wrong_values_are_refused);
        g_test_add_func("/form/long", long_texts_are_refused);
        g_test_add_func("/form/control", control_characters_are_dropped);
        g_test_add_func("/form/first", first_sentence_stays);
        g_test_add_func("/form/filled", form_comes_back_filled);
        g_test_add_func("/form/summary", summary_links_to_the_fields);
        return g_test_run();
}
