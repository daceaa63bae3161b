/* A table that is read can be written cell by cell, and is then read the same; a programme in it goes out and in again
 * alike. */
#include "base/csv.h"
#include "programme/formats/schedule_csv.h"

#include <stdlib.h>
#include <string.h>

static void check_cells(const CsvTable *table)
{
        g_autoptr(GString) out = g_string_new("\xef\xbb\xbf");
        guint widest = 0;
        for (guint i = 0; i < table->rows->len; i++)
                widest = MAX(widest, ((GPtrArray *)table->rows->pdata[i])->len);
        for (guint i = 0; i < table->rows->len; i++) {
                for (guint n = 0; n < widest; n++)
                        csv_put(out, csv_cell(table, i, n), !n, table->separator);
                csv_end_row(out);
        }
        CsvFault fault;
        g_autoptr(CsvTable) again = csv_read(out->str, out->len, &fault);
        if (!again)
                return; /* larger than a table may be */
        if (again->rows->len != table->rows->len)
                abort();
        if (widest < 2 || again->separator != table->separator)
                return; /* one column, or few separators beside many others in the first row */
        for (guint i = 0; i < table->rows->len; i++)
                for (guint n = 0; n < widest; n++)
                        if (strcmp(csv_cell(table, i, n), csv_cell(again, i, n)))
                                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static const ScheduleOptions options = { .zone = "Europe/Paris", .seed = "fuzz" };
        CsvFault csv_fault;
        g_autoptr(CsvTable) table = csv_read((const char *)data, size, &csv_fault);
        if (table)
                check_cells(table);
        ProgrammeNotice fault = { 0 };
        g_autoptr(Programme) first = schedule_csv_read((const char *)data, size, &options, &fault);
        if (!first && !fault.message)
                abort();
        if (!first || first->people)
                return 0;
        g_autoptr(GString) written = schedule_csv_write(first, "fr");
        g_autoptr(Programme) second = schedule_csv_read(written->str, written->len, &options, &fault);
        if (!second || second->talks->len != first->talks->len)
                abort();
        return 0;
}
