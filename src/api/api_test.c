#include "api/api_private.h"

static void numbers(void)
{
        int64_t number = 0;
        g_assert_true(api_number("", 100, 30, &number));
        g_assert_cmpint(number, ==, 30);
        g_assert_true(api_number("100", 100, 30, &number));
        g_assert_cmpint(number, ==, 100);
        const char *const bad[] = {
                "0", "101", "-1", "+1", " 1", "1 ", "1.0", "1e1", "0x1", "99999999999999999999999"
        };
        for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
                g_assert_false(api_number(bad[i], 100, 30, &number));
}

static void days(void)
{
        g_assert_true(api_day_is_sound("2024-02-29"));
        const char *const bad[] = { "2023-02-29", "2024-2-29",   "0000-01-01", "2024-13-01", "2024-01-00",
                                    "20240-1-01", "2024-01-01T", "2024/01/01", "-024-01-01" };
        for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
                g_assert_false(api_day_is_sound(bad[i]));
}

static void next_pages(void)
{
        ApiPage page = { .page = 2, .per_page = 10, .offset = 10, .total = 21 };
        g_autofree char *next = api_next_url("http://h", "/x/", &page, "&room=a");
        g_assert_cmpstr(next, ==, "http://h/x/?page=3&per_page=10&room=a");
        page.total = 20;
        g_assert_null(api_next_url("http://h", "/x/", &page, ""));
}

static void document_is_json(void)
{
        json_error_t error;
        json_t *document = json_loads(api_document[0].text, JSON_REJECT_DUPLICATES, &error);
        g_assert_nonnull(document);
        g_assert_cmpstr(json_string_value(json_object_get(document, "openapi")), ==, "3.1.0");
        json_decref(document);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/api/numbers", numbers);
        g_test_add_func("/api/days", days);
        g_test_add_func("/api/next-pages", next_pages);
        g_test_add_func("/api/document", document_is_json);
        return g_test_run();
}
