#include "store/tables.h"

struct Tables {
        GHashTable *numbers; /* name → GUINT_TO_POINTER */
};

Tables *tables_new(Db *db)
{
        Tables *tables = g_new0(Tables, 1);
        tables->numbers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        /* Not those that SQLite and virtual tables (search) keep for themselves: they are written without telling. */
        g_autoptr(Stmt) stmt =
                db_query(db,
                         "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', "
                         "'virtual') AND substr(name, 1, 7) <> 'sqlite_'",
                         NULL);
        for (guint number = 1; number < TABLES_MAX && stmt_next(stmt); number++)
                g_hash_table_insert(tables->numbers, g_strdup(stmt_text(stmt, 0)), GUINT_TO_POINTER(number));
        return tables;
}

void tables_free(Tables *tables)
{
        if (!tables)
                return;
        g_hash_table_unref(tables->numbers);
        g_free(tables);
}

unsigned tables_number(const Tables *tables, const char *name)
{
        return name ? GPOINTER_TO_UINT(g_hash_table_lookup(tables->numbers, name)) : TABLE_ANY;
}
