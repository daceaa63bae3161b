#include "base/csv.h"

#include "base/i18n.h"

#include <string.h>

typedef struct {
        const char *next, *end;
        int line;
        char separator;
        CsvTable *table;
        CsvFault *fault;
        GString *cell;
        GPtrArray *row;
} Reader;

static bool refuse(CsvFault *fault, int line, const char *message)
{
        *fault = (CsvFault){ line, message };
        return false;
}

/* ' before what a spreadsheet would run, however many there are already, so that taking one away gives back what was.
 */
static bool is_formula(const char *text)
{
        text += strspn(text, "'");
        return *text && strchr("=+-@\t\r", *text);
}

static const char *restored(const char *text)
{
        return *text == '\'' && is_formula(text) ? text + 1 : text;
}

/* What stands most often in the first row, outside of quotes. */
static char find_separator(const char *bytes, const char *end)
{
        static const char candidates[] = ",;\t";
        unsigned counts[3] = { 0 };
        bool quoted = false;
        for (const char *c = bytes; c < end && (quoted || *c != '\n'); c++) {
                if (*c == '"')
                        quoted = !quoted;
                const char *found = quoted || !*c ? NULL : strchr(candidates, *c);
                if (found)
                        counts[found - candidates]++;
        }
        int best = 0;
        for (int i = 1; i < 3; i++)
                if (counts[i] > counts[best])
                        best = i;
        return candidates[best];
}

static bool end_cell(Reader *reader)
{
        if (reader->row->len >= CSV_COLUMNS_MAX)
                return refuse(reader->fault, reader->line, N_("the table has more than 200 columns"));
        g_ptr_array_add(reader->row, g_string_chunk_insert(reader->table->text, restored(reader->cell->str)));
        g_string_truncate(reader->cell, 0);
        return true;
}

static bool end_row(Reader *reader, int line)
{
        bool filled = false;
        for (guint i = 0; i < reader->row->len; i++)
                filled |= *(const char *)reader->row->pdata[i] != 0;
        if (!filled) {
                g_ptr_array_set_size(reader->row, 0);
                return true;
        }
        if (reader->table->rows->len >= CSV_ROWS_MAX)
                return refuse(reader->fault, line, N_("the table has more than 20,000 rows"));
        g_ptr_array_add(reader->table->rows, reader->row);
        g_array_append_val(reader->table->lines, line);
        reader->row = g_ptr_array_new();
        return true;
}

/* Line ends become LF; a lone CR stays. */
static void append(GString *cell, char c)
{
        if ((c == '\r' || c == '\n') && cell->len && cell->str[cell->len - 1] == '\r')
                g_string_truncate(cell, cell->len - 1);
        g_string_append_c(cell, c);
}

/* Behind the opening quote, up to behind the closing one. */
static bool read_quoted(Reader *reader)
{
        int first = reader->line;
        for (; reader->next < reader->end; reader->next++) {
                char c = *reader->next;
                if (c == '"' && (reader->next + 1 >= reader->end || reader->next[1] != '"')) {
                        reader->next++;
                        return true;
                }
                reader->next += c == '"'; /* two stand for one */
                reader->line += c == '\n';
                append(reader->cell, c);
        }
        return refuse(reader->fault, first, N_("a quote “\"” is opened here and never closed"));
}

/* One cell, the separator or the line's end behind it not included. */
static bool read_cell(Reader *reader)
{
        if (reader->next < reader->end && *reader->next == '"') {
                reader->next++;
                if (!read_quoted(reader))
                        return false;
        }
        for (; reader->next < reader->end; reader->next++) {
                char c = *reader->next;
                bool ends = c == '\n' || (c == '\r' && (reader->next + 1 == reader->end || reader->next[1] == '\n'));
                if (ends || c == reader->separator)
                        break;
                append(reader->cell, c);
        }
        return true;
}

static bool read_rows(Reader *reader)
{
        int line = reader->line;
        while (reader->next < reader->end) {
                if (!read_cell(reader) || !end_cell(reader))
                        return false;
                if (reader->next < reader->end && *reader->next == reader->separator) {
                        if (++reader->next == reader->end && !end_cell(reader))
                                return false;
                        continue;
                }
                reader->next += reader->next < reader->end && *reader->next == '\r';
                if (reader->next < reader->end) {
                        reader->next++;
                        reader->line++;
                }
                if (!end_row(reader, line))
                        return false;
                line = reader->line;
        }
        return end_row(reader, line);
}

/* Valid UTF-8 without its mark. NULL when it is in neither character set. */
static char *decode(const char *bytes, size_t size, bool *ret_windows, gsize *ret_size)
{
        if (size >= 3 && !memcmp(bytes, "\xef\xbb\xbf", 3)) {
                bytes += 3;
                size -= 3;
        }
        *ret_windows = false;
        *ret_size = size;
        if (memchr(bytes, 0, size))
                return NULL;
        if (g_utf8_validate(bytes, (gssize)size, NULL))
                return g_strndup(bytes, size);
        *ret_windows = true;
        return g_convert(bytes, (gssize)size, "UTF-8", "WINDOWS-1252", NULL, ret_size, NULL);
}

CsvTable *csv_read(const char *bytes, size_t size, CsvFault *ret_fault)
{
        *ret_fault = (CsvFault){ 0, N_("the file is over 16 MiB") };
        if (size > CSV_MAX_BYTES)
                return NULL;
        bool windows;
        gsize length;
        g_autofree char *text = decode(bytes, size, &windows, &length);
        *ret_fault = (CsvFault){ 0, N_("this is no table: neither UTF-8 nor Windows-1252 text") };
        if (!text)
                return NULL;
        g_autoptr(CsvTable) table = g_new0(CsvTable, 1);
        table->separator = find_separator(text, text + length);
        table->windows = windows;
        table->rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
        table->lines = g_array_new(FALSE, FALSE, sizeof(int));
        table->text = g_string_chunk_new(4096);
        g_autoptr(GString) cell = g_string_new(NULL);
        Reader reader = { .next = text,
                          .end = text + length,
                          .line = 1,
                          .separator = table->separator,
                          .table = table,
                          .fault = ret_fault,
                          .cell = cell,
                          .row = g_ptr_array_new() };
        bool whole = read_rows(&reader);
        g_ptr_array_unref(reader.row);
        return whole ? g_steal_pointer(&table) : NULL;
}

void csv_table_free(CsvTable *table)
{
        if (!table)
                return;
        g_ptr_array_unref(table->rows);
        g_array_unref(table->lines);
        g_string_chunk_free(table->text);
        g_free(table);
}

const char *csv_cell(const CsvTable *table, guint row, guint column)
{
        const GPtrArray *cells = table->rows->pdata[row];
        return column < cells->len ? cells->pdata[column] : "";
}

int csv_line(const CsvTable *table, guint row)
{
        return g_array_index(table->lines, int, row);
}

void csv_put(GString *out, const char *text, bool first, char separator)
{
        char special[] = { separator, '"', '\n', '\r', '\t', 0 };
        bool formula = is_formula(text);
        bool quoted = strpbrk(text, special) || *text == ' ';
        if (!first)
                g_string_append_c(out, separator);
        if (quoted)
                g_string_append_c(out, '"');
        if (formula)
                g_string_append_c(out, '\'');
        for (const char *c = text; *c; c++) {
                if (*c == '"')
                        g_string_append_c(out, '"');
                g_string_append_c(out, *c);
        }
        if (quoted)
                g_string_append_c(out, '"');
}

void csv_end_row(GString *out)
{
        g_string_append(out, "\r\n");
}
