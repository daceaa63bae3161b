/* The statement driver on SQLite: one connection, its prepared statements kept by their text. */
#include "store/tables.h"

#include <sqlite3.h>
#include <string.h>

#define BUSY_TIMEOUT_MS 10000 /* another process (treteau import …) may hold the writer */

typedef struct {
        TableSet read, written;
} Uses;

typedef struct {
        sqlite3_stmt *handle;
        Uses uses;
} Prepared;

struct Db {
        sqlite3 *handle;
        GHashTable *statements; /* SQL text, the statement's own → idle Prepared */
        GError *failure;
        const Tables *tables; /* NULL: nobody asks which are used */
        Uses *preparing;      /* of the statement that is being prepared, NULL otherwise */
        TableSet written;     /* since db_forget_written() */
};

struct Stmt {
        Db *db;
        Prepared *prepared; /* NULL when it failed to start */
        bool done;
};

/* Where store_record_reads() of this thread puts them. */
static _Thread_local TableSet *recorded;

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

static void prepared_free(gpointer data)
{
        Prepared *prepared = data;
        sqlite3_finalize(prepared->handle);
        g_free(prepared);
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
        db->statements = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, prepared_free);
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

static void count_uses(Db *db, const Uses *uses)
{
        if (recorded)
                table_set_add_all(recorded, &uses->read);
        table_set_add_all(&db->written, &uses->written);
}

/* SQLite tells each table that a statement touches while it compiles it, with its triggers and foreign keys' actions.
 */
static int on_use(void *data, int action, const char *name, const char *more, const char *schema, const char *trigger)
{
        Db *db = data;
        Uses inside = { 0 }; /* compiled anew, or by a virtual table, in the midst of a statement: never mind which */
        unsigned table = db->preparing ? tables_number(db->tables, name) : TABLE_ANY;
        Uses *uses = db->preparing ? db->preparing : &inside;
        switch (action) {
        case SQLITE_SELECT:
        case SQLITE_TRANSACTION:
        case SQLITE_SAVEPOINT:
        case SQLITE_PRAGMA:
        case SQLITE_FUNCTION:
        case SQLITE_RECURSIVE:
                break;
        case SQLITE_READ:
                table_set_add(&uses->read, table);
                break;
        case SQLITE_INSERT:
        case SQLITE_UPDATE:
        case SQLITE_DELETE:
                table_set_add(&uses->written, table);
                break;
        default: /* the schema */
                table_set_add(&uses->written, TABLE_ANY);
        }
        count_uses(db, &inside);
        return SQLITE_OK;
}

void db_watch(Db *db, const Tables *tables)
{
        g_hash_table_remove_all(db->statements); /* whose tables nobody has asked for */
        db->tables = tables;
        sqlite3_set_authorizer(db->handle, on_use, db);
}

const TableSet *db_written(const Db *db)
{
        return &db->written;
}

void db_forget_written(Db *db)
{
        db->written = (TableSet){ 0 };
}

void store_record_reads(TableSet *set)
{
        recorded = set;
}

static Prepared *prepare(Db *db, const char *sql)
{
        Prepared *prepared = g_new0(Prepared, 1);
        Uses *outer = db->preparing;
        db->preparing = &prepared->uses;
        int result = sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &prepared->handle, NULL);
        db->preparing = outer;
        if (result == SQLITE_OK)
                return prepared;
        fail(db, result, sql);
        prepared_free(prepared);
        return NULL;
}

/* Takes the statement out of the cache while it is used, so that the same text may be run inside its own loop. */
static Prepared *take_statement(Db *db, const char *sql)
{
        gpointer prepared;
        if (!g_hash_table_steal_extended(db->statements, sql, NULL, &prepared) && !(prepared = prepare(db, sql)))
                return NULL;
        count_uses(db, &((Prepared *)prepared)->uses);
        return prepared;
}

/* One that SQLite compiled again, because the schema is another one, may use other tables than before. */
static void give_back(Db *db, Prepared *prepared)
{
        sqlite3_reset(prepared->handle);
        sqlite3_clear_bindings(prepared->handle);
        if (sqlite3_stmt_status(prepared->handle, SQLITE_STMTSTATUS_REPREPARE, 0) > 0)
                prepared_free(prepared);
        else
                g_hash_table_replace(db->statements, (gpointer)sqlite3_sql(prepared->handle), prepared);
}

bool db_control(Db *db, const char *sql)
{
        Prepared *prepared = take_statement(db, sql);
        if (!prepared)
                return false;
        int result = sqlite3_step(prepared->handle);
        if (result != SQLITE_DONE && result != SQLITE_ROW)
                fail(db, result, sql);
        give_back(db, prepared);
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
        Prepared *prepared = take_statement(db, sql);
        if (!prepared)
                return stmt;
        int result = SQLITE_OK;
        for (int i = 0; result == SQLITE_OK && types && types[i]; i++)
                result = bind_one(prepared->handle, i + 1, types[i], arguments);
        stmt->prepared = prepared;
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
        int result = sqlite3_step(stmt->prepared->handle);
        if (result == SQLITE_ROW)
                return true;
        stmt->done = true;
        if (result != SQLITE_DONE)
                fail(stmt->db, result, sqlite3_sql(stmt->prepared->handle));
        return false;
}

int64_t stmt_int(Stmt *stmt, int column)
{
        return sqlite3_column_int64(stmt->prepared->handle, column);
}

double stmt_real(Stmt *stmt, int column)
{
        return sqlite3_column_double(stmt->prepared->handle, column);
}

const char *stmt_text(Stmt *stmt, int column)
{
        return (const char *)sqlite3_column_text(stmt->prepared->handle, column);
}

const void *stmt_blob(Stmt *stmt, int column, size_t *ret_size)
{
        const void *bytes = sqlite3_column_blob(stmt->prepared->handle, column);
        *ret_size = (size_t)sqlite3_column_bytes(stmt->prepared->handle, column);
        return bytes;
}

bool stmt_is_null(Stmt *stmt, int column)
{
        return sqlite3_column_type(stmt->prepared->handle, column) == SQLITE_NULL;
}

void stmt_free(Stmt *stmt)
{
        if (!stmt)
                return;
        if (stmt->prepared)
                give_back(stmt->db, stmt->prepared);
        g_free(stmt);
}
