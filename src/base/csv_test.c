#include "base/csv.h"

#include <string.h>

static void check_rows(const char *text, const char *expected)
{
        CsvFault fault;
        g_autoptr(CsvTable) table = csv_read(text, strlen(text), &fault);
        g_autoptr(GString) seen = g_string_new(NULL);
        for (guint i = 0; table && i < table->rows->len; i++) {
                g_string_append_printf(seen, "%d", csv_line(table, i));
                for (guint n = 0; n < ((GPtrArray *)table->rows->pdata[i])->len; n++)
                        g_string_append_printf(seen, "[%s]", csv_cell(table, i, n));
        }
        g_assert_cmpstr(seen->str, ==, expected);
}

static void test_read(void)
{
        check_rows("a,b\n1,2\n", "1[a][b]2[1][2]");
        check_rows("a;b\r\n1;2", "1[a][b]2[1][2]");
        check_rows("a\tb\n\n\n1\t2\n", "1[a][b]4[1][2]");
        check_rows("\"a,b\",\"c\"\"d\"\n\"two\r\nlines\",x\ny,", "1[a,b][c\"d]2[two\nlines][x]4[y][]");
        check_rows("a,b\n\xe9,2", "1[a][b]2[é][2]");
        check_rows("\xef\xbb\xbf"
                   "a;b,c;d",
                   "1[a][b,c][d]");
        check_rows("a \"b\" c,d", "1[a \"b\" c][d]");
        check_rows("'=1+1,''-2,'a,it's", "1[=1+1]['-2]['a][it's]");
        check_rows("", "");
        check_rows(",,\n", "");
}

static void check_refused(const char *bytes, size_t size, int line, const char *part)
{
        CsvFault fault;
        g_autoptr(CsvTable) table = csv_read(bytes, size, &fault);
        g_assert_null(table);
        g_assert_cmpint(fault.line, ==, line);
        g_assert_nonnull(strstr(fault.message, part));
}

/* Case 16: limits. */
static void test_case_16_refused(void)
{
        check_refused("a,b\nc,\"d\ne\nf", 12, 2, "never closed");
        check_refused("a\0b", 3, 0, "neither");
        check_refused("\x81\xff", 2, 0, "neither");
        g_autoptr(GString) wide = g_string_new(NULL), tall = g_string_new("a\n");
        for (int i = 0; i < CSV_COLUMNS_MAX + 1; i++)
                g_string_append(wide, "x,");
        check_refused(wide->str, wide->len, 1, "columns");
        for (int i = 0; i < CSV_ROWS_MAX; i++)
                g_string_append(tall, "1\n");
        check_refused(tall->str, tall->len, CSV_ROWS_MAX + 1, "rows");
        g_autofree char *huge = g_malloc(CSV_MAX_BYTES + 1);
        memset(huge, ',', CSV_MAX_BYTES + 1);
        check_refused(huge, CSV_MAX_BYTES + 1, 0, "16 MiB");
}

/* Case 15: what a spreadsheet would run does not, and comes back as it was. */
static void test_case_15_formulas(void)
{
        static const char *const cells[] = {
                "=HYPERLINK(\"x\")", "+33 5 45", "-1",     "@SUM(A1)", "\tx", "\rx", "'=1", "''@", "'plain", "a;b",
                "two\nlines",        "\"",       " space", "",         "é"
        };
        g_autoptr(GString) out = g_string_new(NULL);
        for (size_t i = 0; i < G_N_ELEMENTS(cells); i++)
                csv_put(out, cells[i], !i, ';');
        csv_end_row(out);
        g_assert_null(strstr(out->str, ";="));
        g_assert_null(strstr(out->str, ";+"));
        g_assert_null(strstr(out->str, ";-"));
        g_assert_null(strstr(out->str, ";@"));
        g_assert_null(strstr(out->str, "\"\t"));
        CsvFault fault;
        g_autoptr(CsvTable) table = csv_read(out->str, out->len, &fault);
        g_assert_cmpint(table->rows->len, ==, 1);
        for (size_t i = 0; i < G_N_ELEMENTS(cells); i++)
                g_assert_cmpstr(csv_cell(table, 0, (guint)i), ==, cells[i]);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/csv/read", test_read);
        g_test_add_func("/csv/case-16-refused", test_case_16_refused);
        g_test_add_func("/csv/case-15-formulas", test_case_15_formulas);
        return g_test_run();
}
