/* How many single durable commits a second this disk does: the measure of ./bench write.
 *
 *   bench-commits FOLDER SECONDS [WRITERS]
 *
 * Through the store, one row a turn. One writer: each turn has its commit (and its fsync) for itself; several writers
 * show what group commit makes of the same disk. Prints one number: turns a second. */
#include "base/time.h"
#include "store/db.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct {
        Store *store;
        int64_t end_us;
        gint turns;
} Run;

static gpointer write_rows(gpointer data)
{
        Run *run = data;
        while (monotonic_us() < run->end_us) {
                Db *db = store_write_begin(run->store, WRITE_PAGE);
                db_run(db, "INSERT INTO account(email, created_us) VALUES(lower(hex(randomblob(16))), 0)", NULL);
                if (!store_write_end(run->store, db, true, NULL))
                        g_error("a commit failed");
                g_atomic_int_inc(&run->turns);
        }
        return NULL;
}

int main(int argc, char **argv)
{
        if (argc < 3) {
                fprintf(stderr, "bench-commits FOLDER SECONDS [WRITERS]\n");
                return 2;
        }
        double seconds = g_ascii_strtod(argv[2], NULL);
        int writers = argc > 3 ? atoi(argv[3]) : 1;
        g_autoptr(GError) error = NULL;
        Store *store = store_open(argv[1], &error);
        if (!store) {
                fprintf(stderr, "%s\n", error->message);
                return 1;
        }
        Run run = { store, monotonic_us() + (int64_t)(seconds * SECOND_US), 0 };
        g_autoptr(GPtrArray) threads = g_ptr_array_new();
        for (int i = 0; i < writers; i++)
                g_ptr_array_add(threads, g_thread_new("writer", write_rows, &run));
        for (guint i = 0; i < threads->len; i++)
                g_thread_join(g_ptr_array_index(threads, i));
        printf("%.1f\n", run.turns / seconds);
        store_free(store);
        return 0;
}
