#include "programme/formats/json_lines.h"

GArray *json_lines_scan(const char *text, size_t size, int depth_max, int *ret_deep_line)
{
        GArray *lines = g_array_new(FALSE, FALSE, sizeof(int));
        int line = 1, depth = 0;
        bool in_string = false;
        *ret_deep_line = 0;
        for (const char *c = text, *end = text + size; c < end; c++) {
                line += *c == '\n';
                if (in_string && *c == '\\' && c + 1 < end)
                        c++;
                else if (*c == '"')
                        in_string = !in_string;
                else if (!in_string && (*c == '}' || *c == ']'))
                        depth--;
                else if (!in_string && (*c == '{' || *c == '[')) {
                        if (*c == '{')
                                g_array_append_val(lines, line);
                        if (++depth > depth_max) {
                                *ret_deep_line = line;
                                break;
                        }
                }
        }
        return lines;
}

static void visit(json_t *value, const GArray *lines, guint *next, GHashTable *table)
{
        size_t index;
        const char *key;
        json_t *inner;
        if (json_is_array(value))
                json_array_foreach(value, index, inner) visit(inner, lines, next, table);
        if (!json_is_object(value))
                return;
        if (*next < lines->len)
                g_hash_table_insert(table, value, GINT_TO_POINTER(g_array_index(lines, int, *next)));
        (*next)++;
        json_object_foreach(value, key, inner) visit(inner, lines, next, table);
}

GHashTable *json_lines_of(json_t *root, const GArray *lines)
{
        GHashTable *table = g_hash_table_new(g_direct_hash, g_direct_equal);
        guint next = 0;
        visit(root, lines, &next, table);
        return table;
}

int json_line(GHashTable *lines, const json_t *object)
{
        return GPOINTER_TO_INT(g_hash_table_lookup(lines, object));
}
