/* What the store asks of one connection; db_sqlite.c is the driver. Only store/ includes this. */
#pragma once
#include "store/db.h"

Db *db_open(const char *path, bool writer, GError **error);
void db_close(Db *db);
/* Forgets the failure of the turn before. */
void db_clear_failure(Db *db);
/* Runs one statement without arguments, even after a failure of the turn; false keeps the first failure. */
bool db_control(Db *db, const char *sql);
/* Several statements (a migration). */
bool db_script(Db *db, const char *sql, GError **error);
/* False when the database itself gave up the transaction (full disk, input/output error). */
bool db_in_transaction(const Db *db);

struct Tables;
/* From now on it is known which of these tables each statement reads and writes; they have to outlive the Db. */
void db_watch(Db *db, const struct Tables *tables);
/* What the statements may have written that ran since the last db_forget_written(); undone ones too. */
const TableSet *db_written(const Db *db);
void db_forget_written(Db *db);

bool store_migrate(Db *writer, GError **error);
