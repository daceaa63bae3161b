/* The tables of a store and their numbers in a TableSet. Only store/ includes this; not changed once made. */
#pragma once
#include "store/db_driver.h"

typedef struct Tables Tables;

/* Those that db has now. */
Tables *tables_new(Db *db);
void tables_free(Tables *tables);
/* TABLE_ANY for one that came later, or that has no number any more. */
unsigned tables_number(const Tables *tables, const char *name);
