/* A database file seen from outside its server: copied while it is written, looked at before it is trusted. */
#include "store/db_driver.h"
#include "store/embedded.h"

#include <stdlib.h>

#define WHOLE "ok"

int64_t store_schema(void)
{
        int64_t newest = 0;
        for (const EmbeddedText *migration = store_migrations; migration->name; migration++)
                newest = MAX(newest, strtoll(migration->name, NULL, 10));
        return newest;
}

static Db *open_in(const char *folder, GError **error)
{
        g_autofree char *path = g_build_filename(folder, "treteau.db", NULL);
        if (!g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
                g_set_error(error, STORE_ERROR, STORE_ERROR_OPEN, "%s holds no treteau.db", folder);
                return NULL;
        }
        return db_open(path, false, error);
}

/* VACUUM INTO reads one snapshot, writers go on meanwhile; free pages, where what was erased may still lie, stay out.
 */
bool store_copy(const char *folder, const char *path, GError **error)
{
        Db *db = open_in(folder, error);
        if (!db)
                return false;
        bool copied = db_run(db, "VACUUM INTO $1", "t", path);
        if (!copied)
                g_propagate_error(error, g_error_copy(db_failed(db)));
        db_close(db);
        return copied;
}

bool store_check(const char *folder, int64_t *ret_schema, GError **error)
{
        Db *db = open_in(folder, error);
        if (!db)
                return false;
        g_autofree char *found = db_text(db, "PRAGMA quick_check(1)", NULL);
        int64_t schema = db_int(db, 0, "SELECT max(number) FROM migration", NULL);
        bool whole = !db_failed(db) && found && g_str_equal(found, WHOLE);
        if (whole)
                *ret_schema = schema;
        else
                g_set_error(error, STORE_ERROR, STORE_ERROR_OPEN, "its database is damaged: %s",
                            db_failed(db) ? db_failed(db)->message
                            : found       ? found
                                          : "no answer");
        db_close(db);
        return whole;
}
