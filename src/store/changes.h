/* Counts the commits that change each table, those of other processes too: see StoreMoment in db.h. Only store/
 * includes this. Shared by all threads. */
#pragma once
#include "store/db_driver.h"

typedef struct Changes Changes;

/* open_reader(data): a connection that nothing else uses; called once, by the first who asks. */
Changes *changes_new(Db *(*open_reader)(gpointer data), gpointer data);
void changes_free(Changes *changes);
/* Around each COMMIT of the writer, by the thread that has the turn. */
void changes_before_commit(Changes *changes);
void changes_after_commit(Changes *changes, Db *writer);
StoreMoment changes_moment(Changes *changes);
bool changes_hold(Changes *changes, StoreMoment now, int64_t since, const TableSet *read);
