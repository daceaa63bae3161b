/* The statement driver on SQLite: one connection, its prepared statements kept by their text. */
#include "store/db_driver.h"

#include <sqlite3.h>
#include <string.h>

#define BUSY_TIMEOUT_MS 10000 /* another process (treteau import …) may hold the writer */

struct Db {
        sqlite3 *handle;
        GHashTable *statements; /* SQL text → idle sqlite3_stmt */
        GError *failure;
};

struct Stmt {
        Db *db;
        sqlite3_stmt *handle; /* NULL when it failed to start */
        bool done;
};

GQuark store_error_quark(void)
{
        return g_quark_from_static_string("store-error");
}

static StoreError error_code(int result)
{
        switch (result & 0xff) {
        case SQLITE_FULL:
                return STORE_ERROR_FULL;
        case SQLITE_CONSTRAINT:
                return STORE_ERROR_CONFLICT;
        default:
                return STORE_ERROR_FAILED;
        }
}

static void fail(Db *db, int result, const char *sql)
{
        if (!db->failure)
                g_set_error(&db->failure, STORE_ERROR, error_code(result), "%s (%s)", sqlite3_errmsg(db->handle), sql);
}

static void finalize_statement(gpointer handle)
{
        sqlite3_finalize(handle);
}

/* Nobody reads SQLite's count of its memory, and keeping it takes one lock of the whole process at each allocation. */
static void stop_counting_memory(void)
{
        static gsize done;
        if (!g_once_init_enter(&done))
                return;
        sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
        g_once_init_leave(&done, 1);
}

Db *db_open(const char *path, bool writer, GError **error)
{
        sqlite3 *handle = NULL;
        stop_counting_memory();
        int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (writer ? SQLITE_OPEN_CREATE : 0);
        if (sqlite3_open_v2(path, &handle, flags, NULL) != SQLITE_OK) {
                g_set_error(error, STORE_ERROR, STORE_ERROR_OPEN, "%s: %s", path, sqlite3_errmsg(handle));
                sqlite3_close(handle);
                return NULL;
        }
        sqlite3_busy_timeout(handle, BUSY_TIMEOUT_MS);
        Db *db = g_new0(Db, 1);
        db->handle = handle;
        db->statements = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, finalize_statement);
        if (!db_script(db,
                       "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                       "PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF",
                       error)) {
                db_close(db);
                return NULL;
        }
        return db;
}

void db_close(Db *db)
{
        if (!db)
                return;
        g_hash_table_unref(db->statements);
        g_clear_error(&db->failure);
        sqlite3_close(db->handle);
        g_free(db);
}

void db_clear_failure(Db *db)
{
        g_clear_error(&db->failure);
}

bool db_script(Db *db, const char *sql, GError **error)
{
        char *message = NULL;
        int result = sqlite3_exec(db->handle, sql, NULL, NULL, &message);
        if (result != SQLITE_OK)
                g_set_error(error, STORE_ERROR, error_code(result), "%s", message ? message : sqlite3_errstr(result));
        sqlite3_free(message);
        return result == SQLITE_OK;
}

/* Takes the statement out of the cache while it is used, so that the same text may be run inside its own loop. */
static sqlite3_stmt *take_statement(Db *db, const char *sql)
{
        gpointer text, handle;
        if (g_hash_table_steal_extended(db->statements, sql, &text, &handle)) {
                g_free(text);
                return handle;
        }
        sqlite3_stmt *prepared = NULL;
        int result = sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &prepared, NULL);
        if (result != SQLITE_OK)
                fail(db, result, sql);
        return prepared;
}

static void give_back(Db *db, sqlite3_stmt *handle)
{
        sqlite3_reset(handle);
        sqlite3_clear_bindings(handle);
        g_hash_table_insert(db->statements, g_strdup(sqlite3_sql(handle)), handle);
}

bool db_control(Db *db, const char *sql)
{
        sqlite3_stmt *handle = take_statement(db, sql);
        if (!handle)
                return false;
        int result = sqlite3_step(handle);
        if (result != SQLITE_DONE && result != SQLITE_ROW)
                fail(db, result, sql);
        give_back(db, handle);
        return result == SQLITE_DONE || result == SQLITE_ROW;
}

bool db_in_transaction(const Db *db)
{
        return !sqlite3_get_autocommit(db->handle);
}

/* $1 … are named parameters to SQLite, numbered in order of appearance: look each up by its name. */
static int bind_one(sqlite3_stmt *handle, int number, char type, va_list *arguments)
{
        char name[12];
        g_snprintf(name, sizeof name, "$%d", number);
        int index = sqlite3_bind_parameter_index(handle, name);
        switch (type) {
        case 'i':
                return sqlite3_bind_int64(handle, index, va_arg(*arguments, int64_t));
        case 'd':
                return sqlite3_bind_double(handle, index, va_arg(*arguments, double));
        case 't':
                return sqlite3_bind_text(handle, index, va_arg(*arguments, const char *), -1, SQLITE_STATIC);
        case 'b': {
                const void *bytes = va_arg(*arguments, const void *);
                return sqlite3_bind_blob64(handle, index, bytes, va_arg(*arguments, size_t), SQLITE_STATIC);
        }
        default:
                g_error("store: unknown argument type '%c'", type);
        }
}

static Stmt *query_valist(Db *db, const char *sql, const char *types, va_list *arguments)
{
        Stmt *stmt = g_new0(Stmt, 1);
        stmt->db = db;
        stmt->done = true;
        if (db->failure)
                return stmt;
        sqlite3_stmt *handle = take_statement(db, sql);
        if (!handle)
                return stmt;
        int result = SQLITE_OK;
        for (int i = 0; result == SQLITE_OK && types && types[i]; i++)
                result = bind_one(handle, i + 1, types[i], arguments);
        stmt->handle = handle;
        stmt->done = result != SQLITE_OK;
        if (stmt->done)
                fail(db, result, sql);
        return stmt;
}

Stmt *db_query(Db *db, const char *sql, const char *types, ...)
{
        va_list arguments;
        va_start(arguments, types);
        Stmt *stmt = query_valist(db, sql, types, &arguments);
        va_end(arguments);
        return stmt;
}

bool db_run(Db *db, const char *sql, const char *types, ...)
{
        va_list arguments;
        va_start(arguments, types);
        g_autoptr(Stmt) stmt = query_valist(db, sql, types, &arguments);
        va_end(arguments);
        while (stmt_next(stmt))
                ;
        return !db->failure;
}

int64_t db_insert(Db *db, const char *sql, const char *types, ...)
{
        va_list arguments;
        va_start(arguments, types);
        g_autoptr(Stmt) stmt = query_valist(db, sql, types, &arguments);
        va_end(arguments);
        int64_t id = stmt_next(stmt) ? stmt_int(stmt, 0) : 0;
        while (stmt_next(stmt))
                ;
        return db->failure ? 0 : id;
}

int64_t db_int(Db *db, int64_t fallback, const char *sql, const char *types, ...)
{
        va_list arguments;
        va_start(arguments, types);
        g_autoptr(Stmt) stmt = query_valist(db, sql, types, &arguments);
        va_end(arguments);
        return stmt_next(stmt) && !stmt_is_null(stmt, 0) ? stmt_int(stmt, 0) : fallback;
}

char *db_text(Db *db, const char *sql, const char *types, ...)
{
        va_list arguments;
        va_start(arguments, types);
        g_autoptr(Stmt) stmt = query_valist(db, sql, types, &arguments);
        va_end(arguments);
        return stmt_next(stmt) ? g_strdup(stmt_text(stmt, 0)) : NULL;
}

int64_t db_changed(Db *db)
{
        return sqlite3_changes64(db->handle);
}

bool db_answers(Db *db)
{
        return db_int(db, 0, "SELECT 1 FROM migration LIMIT 1", NULL) == 1;
}

const GError *db_failed(const Db *db)
{
        return db->failure;
}

bool stmt_next(Stmt *stmt)
{
        if (stmt->done)
                return false;
        int result = sqlite3_step(stmt->handle);
        if (result == SQLITE_ROW)
                return true;
        stmt->done = true;
        if (result != SQLITE_DONE)
                fail(stmt->db, result, sqlite3_sql(stmt->handle));
        return false;
}

int64_t stmt_int(Stmt *stmt, int column)
{
        return sqlite3_column_int64(stmt->handle, column);
}

double stmt_real(Stmt *stmt, int column)
{
        return sqlite3_column_double(stmt->handle, column);
}

const char *stmt_text(Stmt *stmt, int column)
{
        return (const char *)sqlite3_column_text(stmt->handle, column);
}

const void *stmt_blob(Stmt *stmt, int column, size_t *ret_size)
{
        const void *bytes = sqlite3_column_blob(stmt->handle, column);
        *ret_size = (size_t)sqlite3_column_bytes(stmt->handle, column);
        return bytes;
}

bool stmt_is_null(Stmt *stmt, int column)
{
        return sqlite3_column_type(stmt->handle, column) == SQLITE_NULL;
}

void stmt_free(Stmt *stmt)
{
        if (!stmt)
                return;
        if (stmt->handle)
                give_back(stmt->db, stmt->handle);
        g_free(stmt);
}
