#include "web/range.h"

#include <glib.h>

static const struct {
        const char *header, *if_range;
        uint64_t size;
        RangeResult result;
        uint64_t first, last;
} cases[] = {
        { NULL, NULL, 100, RANGE_WHOLE, 0, 99 },
        { "bytes=0-9", NULL, 100, RANGE_PART, 0, 9 },
        { "bytes=90-", NULL, 100, RANGE_PART, 90, 99 },
        { "bytes=90-500", NULL, 100, RANGE_PART, 90, 99 },
        { "bytes=-10", NULL, 100, RANGE_PART, 90, 99 },
        { "bytes=-500", NULL, 100, RANGE_PART, 0, 99 },
        { "bytes=-0", NULL, 100, RANGE_UNSATISFIABLE, 0, 99 },
        { "bytes=100-", NULL, 100, RANGE_UNSATISFIABLE, 0, 99 },
        { "bytes=0-0", NULL, 1, RANGE_PART, 0, 0 },
        { "bytes=0-", NULL, 0, RANGE_UNSATISFIABLE, 0, UINT64_MAX },
        { "bytes=9-0", NULL, 100, RANGE_WHOLE, 0, 99 },
        { "bytes=0-9,20-29", NULL, 100, RANGE_WHOLE, 0, 99 },
        { "bytes=+1-9", NULL, 100, RANGE_WHOLE, 0, 99 },
        { "bytes=99999999999999999999-", NULL, 100, RANGE_WHOLE, 0, 99 },
        { "bytes=", NULL, 100, RANGE_WHOLE, 0, 99 },
        { "items=0-9", NULL, 100, RANGE_WHOLE, 0, 99 },
        { "bytes=0-9", "\"tag\"", 100, RANGE_PART, 0, 9 },
        { "bytes=0-9", "\"old\"", 100, RANGE_WHOLE, 0, 99 },
};

static void test_cases(void)
{
        for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
                ByteRange range;
                RangeResult result = range_read(cases[i].header, cases[i].if_range, "\"tag\"", cases[i].size, &range);
                g_test_message("%s", cases[i].header);
                g_assert_cmpint(result, ==, cases[i].result);
                g_assert_cmpuint(range.first, ==, cases[i].first);
                g_assert_cmpuint(range.last, ==, cases[i].last);
        }
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/range/cases", test_cases);
        return g_test_run();
}
