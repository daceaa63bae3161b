/* Whose commit was it? A connection that only asks sees by `PRAGMA data_version` that somebody has committed. The
 * writer asks the same on its own connection, where its own commits do not count: as long as it sees nobody else's, all
 * that was seen is its own work, and ends what was read from the tables that it wrote. Anything else ends everything.
 */
#include "store/changes.h"

struct Changes {
        GMutex lock;
        Db *(*open_reader)(gpointer data);
        gpointer data;
        Db *reader;      /* NULL until somebody asks */
        int64_t seen;    /* by the reader, and told from whom */
        int64_t foreign; /* seen by the writer: commits of others */
        bool committing; /* what the reader sees now may be the writer's own, not yet told */
        int64_t count;
        int64_t changed[TABLES_MAX]; /* the count when each table was last changed; TABLE_ANY: when all were */
};

Changes *changes_new(Db *(*open_reader)(gpointer data), gpointer data)
{
        Changes *changes = g_new0(Changes, 1);
        g_mutex_init(&changes->lock);
        changes->open_reader = open_reader;
        changes->data = data;
        return changes;
}

void changes_free(Changes *changes)
{
        if (!changes)
                return;
        db_close(changes->reader);
        g_mutex_clear(&changes->lock);
        g_free(changes);
}

/* -1 when it cannot be asked: the caller takes that for a change. */
static int64_t data_version(Db *db)
{
        db_clear_failure(db);
        int64_t version = db_int(db, -1, "PRAGMA data_version", NULL);
        db_clear_failure(db);
        return version;
}

static void change_all(Changes *changes)
{
        changes->changed[TABLE_ANY] = ++changes->count;
}

static void change(Changes *changes, const TableSet *written)
{
        changes->count++;
        for (unsigned table = 0; table < TABLES_MAX; table++)
                if (table_set_has(written, table))
                        changes->changed[table] = changes->count;
}

void changes_before_commit(Changes *changes)
{
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&changes->lock);
        changes->committing = true;
}

/* The reader is asked first: what another process commits between the two questions is then seen by the writer. */
void changes_after_commit(Changes *changes, Db *writer)
{
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&changes->lock);
        if (changes->reader)
                changes->seen = data_version(changes->reader);
        int64_t foreign = data_version(writer);
        if (foreign != changes->foreign || foreign < 0 || changes->seen < 0)
                change_all(changes);
        else
                change(changes, db_written(writer));
        changes->foreign = foreign;
        changes->committing = false;
        db_forget_written(writer);
}

StoreMoment changes_moment(Changes *changes)
{
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&changes->lock);
        bool first = !changes->reader;
        if (first)
                changes->reader = changes->open_reader(changes->data);
        int64_t version = data_version(changes->reader);
        bool told = !first && version >= 0 && version == changes->seen;
        if (!told && changes->committing && version >= 0)
                return (StoreMoment){ changes->count, .unsettled = true };
        if (!told)
                change_all(changes);
        changes->seen = version;
        return (StoreMoment){ changes->count, .unsettled = version < 0 };
}

bool changes_hold(Changes *changes, StoreMoment now, int64_t since, const TableSet *read)
{
        if (now.unsettled)
                return false;
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&changes->lock);
        if (changes->changed[TABLE_ANY] > since || (table_set_has(read, TABLE_ANY) && changes->count > since))
                return false;
        for (unsigned table = 1; table < TABLES_MAX; table++)
                if (changes->changed[table] > since && table_set_has(read, table))
                        return false;
        return true;
}
