/* Turns at the writer, group commit, the pool of readers. Nothing here is particular to one database. */
#include "store/changes.h"
#include "store/tables.h"
#include "base/time.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define GROUP_TURNS 64
#define GROUP_US (5 * 1000)
#define GROUP_SLOW_US (40 * 1000) /* on a disk that takes long to sync, turns gather as long as two commits take */
#define READERS_KEPT 16
#define READER_WAIT_US (20 * SECOND_US)
#define READER_RETRY_US (10 * 1000)

/* One transaction and the turns whose work it holds. Guarded by the store's lock. */
typedef struct {
        int users; /* the store while it is open, and the turns that still look at it */
        int turns;
        int64_t begun_us;
        bool done;
        GError *error;
        GCond committed;
} Group;

typedef struct {
        GCond granted_cond;
        bool granted;
} Waiter;

struct Store {
        char *folder, *path;
        GMutex lock;
        Db *writer;
        bool taken;        /* somebody has the turn, or commits */
        Group *group;      /* the open transaction, NULL between two */
        int64_t commit_us; /* how long the last one took */
        GQueue waiting[WRITE_ORDERS];
        GQueue readers; /* idle ones */
        Tables *tables;
        Changes *changes;
};

static bool make_folder(const char *folder, GError **error)
{
        if (g_mkdir_with_parents(folder, 0700) == 0)
                return true;
        g_set_error(error, STORE_ERROR, STORE_ERROR_OPEN, "%s: %s", folder, g_strerror(errno));
        return false;
}

/* The folder may be open to the web server's group, for the media in it: the data are not. SQLite gives its log the
 * file's own mode. */
static void keep_private(const char *path)
{
        int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (file >= 0)
                close(file);
        else
                chmod(path, 0600);
}

static Db *idle_reader(Store *store)
{
        g_mutex_lock(&store->lock);
        Db *db = g_queue_pop_head(&store->readers);
        g_mutex_unlock(&store->lock);
        return db;
}

/* With no descriptor or space left for one more, whoever reads now soon gives one back. */
static Db *open_reader(Store *store)
{
        g_autoptr(GError) error = NULL;
        Db *db = NULL;
        for (int64_t end_us = monotonic_us() + READER_WAIT_US; !db && monotonic_us() < end_us;) {
                g_clear_error(&error);
                db = db_open(store->path, false, &error);
                if (!db && !(db = idle_reader(store)))
                        g_usleep(READER_RETRY_US);
        }
        if (!db)
                g_error("store: no reader: %s", error->message); /* nothing can be served */
        db_watch(db, store->tables);
        return db;
}

static Db *reader_for_changes(gpointer store)
{
        return open_reader(store);
}

Store *store_open(const char *folder, GError **error)
{
        if (!make_folder(folder, error))
                return NULL;
        g_autofree char *path = g_build_filename(folder, "treteau.db", NULL);
        keep_private(path);
        Db *writer = db_open(path, true, error);
        if (!writer)
                return NULL;
        if (!store_migrate(writer, error)) {
                db_close(writer);
                return NULL;
        }
        Store *store = g_new0(Store, 1);
        store->folder = g_strdup(folder);
        store->path = g_steal_pointer(&path);
        store->writer = writer;
        g_mutex_init(&store->lock);
        store->tables = tables_new(writer);
        store->changes = changes_new(reader_for_changes, store);
        db_watch(writer, store->tables);
        return store;
}

void store_free(Store *store)
{
        if (!store)
                return;
        Db *reader;
        while ((reader = g_queue_pop_head(&store->readers)))
                db_close(reader);
        changes_free(store->changes);
        db_close(store->writer);
        tables_free(store->tables);
        g_mutex_clear(&store->lock);
        g_free(store->folder);
        g_free(store->path);
        g_free(store);
}

const char *store_folder(const Store *store)
{
        return store->folder;
}

StoreMoment store_moment(Store *store)
{
        return changes_moment(store->changes);
}

bool store_holds(Store *store, StoreMoment now, int64_t since, const TableSet *read)
{
        return changes_hold(store->changes, now, since, read);
}

Db *store_read_begin(Store *store)
{
        Db *db = idle_reader(store);
        if (!db)
                db = open_reader(store);
        db_clear_failure(db);
        db_control(db, "BEGIN");
        return db;
}

void store_read_end(Store *store, Db *db)
{
        if (db_in_transaction(db))
                db_control(db, "COMMIT");
        g_mutex_lock(&store->lock);
        bool keep = g_queue_get_length(&store->readers) < READERS_KEPT;
        if (keep)
                g_queue_push_head(&store->readers, db);
        g_mutex_unlock(&store->lock);
        if (!keep)
                db_close(db);
}

static Waiter *next_waiter(Store *store)
{
        for (int order = 0; order < WRITE_ORDERS; order++)
                if (!g_queue_is_empty(&store->waiting[order]))
                        return g_queue_pop_head(&store->waiting[order]);
        return NULL;
}

/* Gives the turn to whoever is next; with the lock held. */
static void pass_on(Store *store)
{
        Waiter *next = next_waiter(store);
        store->taken = next != NULL;
        if (next) {
                next->granted = true;
                g_cond_signal(&next->granted_cond);
        }
}

static bool somebody_waits(const Store *store)
{
        for (int order = 0; order < WRITE_ORDERS; order++)
                if (store->waiting[order].length)
                        return true;
        return false;
}

static void take_turn(Store *store, WriteOrder order)
{
        g_mutex_lock(&store->lock);
        if (store->taken) {
                Waiter me = { .granted = false };
                g_cond_init(&me.granted_cond);
                g_queue_push_tail(&store->waiting[order], &me);
                while (!me.granted)
                        g_cond_wait(&me.granted_cond, &store->lock);
                g_cond_clear(&me.granted_cond);
        }
        store->taken = true;
        g_mutex_unlock(&store->lock);
}

Db *store_write_begin(Store *store, WriteOrder order)
{
        take_turn(store, order);
        Db *db = store->writer;
        db_clear_failure(db);
        if (!store->group) {
                store->group = g_new0(Group, 1);
                store->group->users = 1;
                store->group->begun_us = monotonic_us();
                g_cond_init(&store->group->committed);
                db_control(db, "BEGIN IMMEDIATE");
        }
        if (!db_failed(db))
                db_control(db, "SAVEPOINT turn");
        return db;
}

static void group_leave(Group *group)
{
        if (--group->users > 0)
                return;
        g_clear_error(&group->error);
        g_cond_clear(&group->committed);
        g_free(group);
}

/* Commits the group and wakes its turns; called with the turn taken, without the lock, returns with the lock held. */
static void commit(Store *store, Group *group)
{
        Db *db = store->writer;
        bool lost = !db_in_transaction(db);
        int64_t begun_us = monotonic_us();
        db_clear_failure(db);
        changes_before_commit(store->changes);
        if (lost)
                g_set_error(&group->error, STORE_ERROR, STORE_ERROR_FULL, "the transaction was given up");
        else if (!db_control(db, "COMMIT")) {
                group->error = g_error_copy(db_failed(db));
                if (db_in_transaction(db))
                        db_control(db, "ROLLBACK");
        }
        int64_t took_us = monotonic_us() - begun_us;
        changes_after_commit(store->changes, db);
        g_mutex_lock(&store->lock);
        store->commit_us = took_us;
        group->done = true;
        g_cond_broadcast(&group->committed);
        store->group = NULL;
        group_leave(group);
        pass_on(store);
}

/* Keeps or undoes this turn inside the group's transaction. Returns whether it is kept so far. */
static bool close_turn(Db *db, bool keep, GError **error)
{
        g_autoptr(GError) failure = db_failed(db) ? g_error_copy(db_failed(db)) : NULL;
        db_clear_failure(db);
        bool kept = keep && !failure;
        if (db_in_transaction(db)) {
                if (!kept)
                        db_control(db, "ROLLBACK TO turn");
                db_control(db, "RELEASE turn");
        }
        if (failure)
                g_propagate_error(error, g_steal_pointer(&failure));
        return kept;
}

bool store_write_end(Store *store, Db *db, bool keep, GError **error)
{
        GError *failure = NULL;
        bool kept = close_turn(db, keep, &failure);
        bool alive = db_in_transaction(db);
        g_mutex_lock(&store->lock);
        Group *group = store->group;
        group->users++;
        group->turns++;
        bool grow = alive && somebody_waits(store) && group->turns < GROUP_TURNS &&
                    monotonic_us() - group->begun_us < CLAMP(2 * store->commit_us, GROUP_US, GROUP_SLOW_US);
        if (grow) {
                pass_on(store);
        } else {
                g_mutex_unlock(&store->lock);
                commit(store, group);
        }
        while (kept && !group->done)
                g_cond_wait(&group->committed, &store->lock);
        if (kept && group->error)
                failure = g_error_copy(group->error);
        group_leave(group);
        g_mutex_unlock(&store->lock);
        if (failure)
                g_propagate_error(error, failure);
        return !failure;
}
