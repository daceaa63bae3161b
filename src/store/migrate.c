/* Numbered migrations, each once, in one transaction of its own. */
#include "store/db_driver.h"
#include "store/embedded.h"

#include <stdlib.h>

static bool apply(Db *db, const EmbeddedText *migration, int64_t number, GError **error)
{
        g_autofree char *version = g_strdup_printf(
                "INSERT INTO migration(number, name) VALUES(%" G_GINT64_FORMAT ", '%s')", number, migration->name);
        if (db_script(db, "BEGIN IMMEDIATE", error) && db_script(db, migration->text, error) &&
            db_script(db, version, error) && db_script(db, "COMMIT", error))
                return true;
        g_prefix_error(error, "migration %s: ", migration->name);
        db_script(db, "ROLLBACK", NULL);
        return false;
}

bool store_migrate(Db *db, GError **error)
{
        if (!db_script(db, "CREATE TABLE IF NOT EXISTS migration(number INTEGER PRIMARY KEY, name TEXT NOT NULL)",
                       error))
                return false;
        int64_t reached = db_int(db, 0, "SELECT max(number) FROM migration", NULL);
        if (reached > store_schema()) {
                g_set_error(error, STORE_ERROR, STORE_ERROR_OPEN,
                            "this data folder was used by a newer Tréteau (its schema is %" G_GINT64_FORMAT
                            ", this program knows %" G_GINT64_FORMAT
                            "): install that version, or restore an older backup",
                            reached, store_schema());
                return false;
        }
        for (const EmbeddedText *migration = store_migrations; migration->name; migration++) {
                int64_t number = strtoll(migration->name, NULL, 10);
                if (db_int(db, 0, "SELECT 1 FROM migration WHERE number = $1", "i", number))
                        continue;
                if (!apply(db, migration, number, error))
                        return false;
        }
        return true;
}
