/* Tables as text (RFC 4180), as spreadsheets write them: separated by "," ";" or tab, UTF-8 (with or without its mark)
 * or Windows-1252. Pure; any thread.
 *
 *   g_autoptr(CsvTable) table = csv_read(bytes, size, &fault);
 *   if (!table) … fault.line, fault.message …
 *   csv_cell(table, row, column)
 *
 * A spreadsheet runs a cell that begins with = + - @, tab or CR: the writer puts a ' before it, the reader takes it
 * away again (CWE-1236). */
#pragma once
#include <glib.h>
#include <stdbool.h>

#define CSV_MAX_BYTES (16 * 1024 * 1024)
#define CSV_ROWS_MAX 20000
#define CSV_COLUMNS_MAX 200

typedef struct {
        char separator;
        bool windows;    /* it was not UTF-8 and was read as Windows-1252 */
        GPtrArray *rows; /* of GPtrArray of char *; rows with nothing in them are left out */
        GArray *lines;   /* int: where each row begins, from 1 */
        GStringChunk *text;
} CsvTable;

typedef struct {
        int line;            /* 0: the whole file */
        const char *message; /* source words for tr() */
} CsvFault;

/* (transfer full) NULL with a fault when it is refused: too large, neither character set, a quote that is not closed,
 * more rows or columns than allowed. */
CsvTable *csv_read(const char *bytes, size_t size, CsvFault *ret_fault);
void csv_table_free(CsvTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CsvTable, csv_table_free)
const char *csv_cell(const CsvTable *table, guint row, guint column); /* "" where the row is shorter */
int csv_line(const CsvTable *table, guint row);

/* One more cell of the row that is being written. */
void csv_put(GString *out, const char *text, bool first, char separator);
void csv_end_row(GString *out);
