/* The store: one SQLite file in the data folder, one writer, a pool of readers.
 *
 * A reader sees one snapshot from store_read_begin() to store_read_end(). A writer takes its turn with
 * store_write_begin(), works inside a savepoint, and store_write_end() returns only after the commit that holds its
 * work: turns that wait meanwhile are committed together (group commit), so one fsync serves up to 64 of them.
 * SQL is one text with $1, $2 …, the same for every database; only <folder>_store.c files hold it.
 *
 *   Db *db = store_write_begin(store, WRITE_ROOM);
 *   int64_t id = db_insert(db, "INSERT INTO chat(room, text) VALUES($1, $2) RETURNING id", "it", room, text);
 *   if (!store_write_end(store, db, id > 0, &error)) …   // told, nothing half done
 *
 * A Store is shared by all threads; a Db belongs to the thread that began it, until it ends it. */
#pragma once
#include "store/table_set.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct Store Store;
typedef struct Db Db;
typedef struct Stmt Stmt;

typedef enum {
        STORE_ERROR_OPEN,     /* the file cannot be opened or migrated */
        STORE_ERROR_FAILED,   /* a statement failed */
        STORE_ERROR_FULL,     /* no space left; nothing was changed, it may be tried again */
        STORE_ERROR_CONFLICT, /* a UNIQUE or CHECK rule refused it */
} StoreError;
#define STORE_ERROR store_error_quark()
GQuark store_error_quark(void);

/* Who goes first when several wait for the writer. */
typedef enum { WRITE_ROOM, WRITE_PAGE, WRITE_JOB, WRITE_ORDERS } WriteOrder;

/* Opens (creating and migrating) FOLDER/treteau.db; several processes may have the same folder open. */
Store *store_open(const char *folder, GError **error);
void store_free(Store *store);
/* The newest migration that this program knows. */
int64_t store_schema(void);
/* Copies the database of a data folder to a new file: one snapshot, while servers write it. Nothing is migrated. */
bool store_copy(const char *folder, const char *path, GError **error);
/* Whether the database of a folder is whole, and how far it is migrated. */
bool store_check(const char *folder, int64_t *ret_schema, GError **error);
/* The data folder, as given. */
const char *store_folder(const Store *store);

/* What was derived from the data, and whether it still holds. Take the moment before the snapshot, record what is read,
 * and keep both beside the result; it holds until a commit, of whatever process, may have changed a table that was
 * read. What triggers and foreign keys write counts; a commit of another process changes every table.
 *
 *   StoreMoment before = store_moment(store);
 *   TableSet read = { 0 };
 *   store_record_reads(&read);
 *   … store_read_begin(), queries, store_read_end() …
 *   store_record_reads(NULL);
 *   … later: if (store_holds(store, store_moment(store), before.changes, &read)) … */
typedef struct {
        int64_t changes; /* commits counted so far */
        bool unsettled;  /* one can be seen already that is not counted yet: nothing holds for sure */
} StoreMoment;
StoreMoment store_moment(Store *store);
/* Whether what was read since a moment's changes holds at the moment `now`. */
bool store_holds(Store *store, StoreMoment now, int64_t since, const TableSet *read);
/* From now on what this thread's statements read is added to the set, whichever Db they run on; NULL: no more. */
void store_record_reads(TableSet *set);

Db *store_read_begin(Store *store);
void store_read_end(Store *store, Db *db);
/* Waits for the turn; work should take under 200 ms (prepare before, not inside). */
Db *store_write_begin(Store *store, WriteOrder order);
/* keep: false undoes this turn's work alone. Returns true when the work is durable (or was undone as asked);
 * false with an error when a statement or the commit failed: then nothing of this turn is kept. */
bool store_write_end(Store *store, Db *db, bool keep, GError **error);

/* types: one letter an argument: 'i' int64_t, 't' const char * (NULL is NULL), 'd' double, 'b' const void * and size_t.
 * A statement that fails leaves its error in the Db (db_failed) and yields no row; later statements of the same turn
 * then do nothing. Arguments must live until the statement is freed. */
Stmt *db_query(Db *db, const char *sql, const char *types, ...);
bool db_run(Db *db, const char *sql, const char *types, ...);
/* For INSERT … RETURNING id. Returns the id, 0 on failure or when no row came (ON CONFLICT DO NOTHING). */
int64_t db_insert(Db *db, const char *sql, const char *types, ...);
/* For SELECT of one integer. Returns fallback when there is no row or it is NULL. */
int64_t db_int(Db *db, int64_t fallback, const char *sql, const char *types, ...);
/* For SELECT of one text. Returns a copy, NULL when there is no row or it is NULL. (transfer full) */
char *db_text(Db *db, const char *sql, const char *types, ...);
/* Rows changed by the last db_run. */
int64_t db_changed(Db *db);
/* The database answers a question: for /healthz. */
bool db_answers(Db *db);
/* The first failure of this turn, or NULL. */
const GError *db_failed(const Db *db);

/* Steps to the next row; columns count from 0. Text and blobs live until the next step. */
bool stmt_next(Stmt *stmt);
int64_t stmt_int(Stmt *stmt, int column);
double stmt_real(Stmt *stmt, int column);
/* NULL for SQL NULL. */
const char *stmt_text(Stmt *stmt, int column);
const void *stmt_blob(Stmt *stmt, int column, size_t *ret_size);
bool stmt_is_null(Stmt *stmt, int column);
void stmt_free(Stmt *stmt);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Stmt, stmt_free)
