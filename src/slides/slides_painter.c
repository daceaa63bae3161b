/* The thread that draws: one file at a time, a modest machine has no memory for more. A file whose drawing was cut off,
 * by a stop or by a crash, still waits in the store and is begun again. */
#include "slides/slides_store.h"

#include "base/folder.h"
#include "base/log.h"
#include "base/time.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define RETRY_US (20 * SECOND_US) /* after the store could not be written */
#define YOUNG_US HOUR_US          /* of a folder whose row may still come */

struct SlidesPainter {
        Store *store;
        GThread *thread;
        GMutex mutex;
        GCond wake;
        bool asked, ending; /* under the mutex */
};

char *slides_path(const Store *store)
{
        return g_build_filename(store_folder(store), "slides", NULL);
}

char *slides_deck_path(const Store *store, const char *folder)
{
        return g_build_filename(store_folder(store), "slides", folder, NULL);
}

static bool is_ending(SlidesPainter *painter)
{
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&painter->mutex);
        return painter->ending;
}

/* --- One file ----------------------------------------------------------------------------------------------------- */

typedef struct {
        SlidesPainter *painter;
        const Deck *deck;
        char *folder;
        bool stopped; /* the server ends: it waits for the next start */
} Painting;

static bool count_pages(gpointer owner, int pages)
{
        const Painting *painting = owner;
        Store *store = painting->painter->store;
        Db *db = store_write_begin(store, WRITE_JOB);
        return store_write_end(store, db, slides_store_begin(db, painting->deck->id, pages), NULL);
}

/* Its name is the hash of what it holds: nobody finds a page by counting. (transfer full), NULL: the disk */
static char *keep_picture(const char *folder, const uint8_t *bytes, size_t size)
{
        g_autofree char *sum = g_compute_checksum_for_data(G_CHECKSUM_SHA256, bytes, size);
        g_autofree char *name = g_strdup_printf("%.*s.webp", FILE_CHARS, sum);
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_autoptr(GError) error = NULL;
        if (g_file_set_contents_full(path, (const char *)bytes, (gssize)size, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                                     &error))
                return g_steal_pointer(&name);
        log_warn("slides: %s", error->message);
        return NULL;
}

static bool shall_stop(gpointer owner)
{
        Painting *painting = owner;
        painting->stopped |= is_ending(painting->painter);
        return painting->stopped;
}

static bool keep_page(gpointer owner, const PageDrawn *drawn)
{
        Painting *painting = owner;
        Store *store = painting->painter->store;
        g_autofree char *big = keep_picture(painting->folder, drawn->big, drawn->head.big_bytes);
        g_autofree char *small = keep_picture(painting->folder, drawn->small, drawn->head.small_bytes);
        if (shall_stop(painting) || !big || !small)
                return false;
        SlidePage page = { .number = drawn->number,
                           .width = drawn->head.width,
                           .height = drawn->head.height,
                           .bytes = (int64_t)(drawn->head.big_bytes + drawn->head.small_bytes),
                           .big = big,
                           .small = small,
                           .words = (char *)drawn->words };
        Db *db = store_write_begin(store, WRITE_JOB);
        return store_write_end(store, db, slides_store_page_add(db, painting->deck->id, &page), NULL);
}

/* False when the store could not be written: it is tried again later. */
static bool paint(SlidesPainter *painter, const Deck *deck)
{
        Store *store = painter->store;
        g_autofree char *folder = slides_deck_path(store, deck->folder);
        g_autofree char *pdf = g_build_filename(folder, "slides.pdf", NULL);
        Painting painting = { painter, deck, folder, false };
        int page = 0;
        int64_t began_us = monotonic_us();
        SlidesFault fault = slides_run(
                pdf, &(RunListener){ .count = count_pages, .page = keep_page, .stops = shall_stop, .owner = &painting },
                &page);
        if (painting.stopped)
                return true;
        log_info("slides deck=%" G_GINT64_FORMAT " fault=%s page=%d ms=%" G_GINT64_FORMAT, deck->id,
                 slides_fault_word(fault), page, (monotonic_us() - began_us) / 1000);
        g_autoptr(GError) error = NULL;
        Db *db = store_write_begin(store, WRITE_JOB);
        bool kept = store_write_end(store, db, slides_store_settle(db, deck->id, fault, page), &error);
        if (!kept)
                log_warn("slides: store: %s", error->message);
        return kept;
}

/* --- The thread --------------------------------------------------------------------------------------------------- */

static void wait_for_work(SlidesPainter *painter, bool failed)
{
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&painter->mutex);
        int64_t until = g_get_monotonic_time() + RETRY_US;
        while (!painter->ending && (failed || !painter->asked)) {
                if (!failed)
                        g_cond_wait(&painter->wake, &painter->mutex);
                else if (!g_cond_wait_until(&painter->wake, &painter->mutex, until))
                        break;
        }
        painter->asked = false;
}

static gpointer run(gpointer data)
{
        SlidesPainter *painter = data;
        while (!is_ending(painter)) {
                Db *db = store_read_begin(painter->store);
                g_autoptr(Deck) deck = slides_store_waiting(db);
                store_read_end(painter->store, db);
                bool failed = deck && !paint(painter, deck);
                if (!deck || failed)
                        wait_for_work(painter, failed);
        }
        return NULL;
}

SlidesPainter *slides_painter_start(Store *store)
{
        SlidesPainter *painter = g_new0(SlidesPainter, 1);
        painter->store = store;
        g_mutex_init(&painter->mutex);
        g_cond_init(&painter->wake);
        painter->thread = g_thread_new("slides", run, painter);
        return painter;
}

void slides_painter_wake(SlidesPainter *painter)
{
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&painter->mutex);
        painter->asked = true;
        g_cond_signal(&painter->wake);
}

void slides_painter_stop(SlidesPainter *painter)
{
        if (!painter)
                return;
        g_mutex_lock(&painter->mutex);
        painter->ending = true;
        g_cond_signal(&painter->wake);
        g_mutex_unlock(&painter->mutex);
        g_thread_join(painter->thread);
        g_mutex_clear(&painter->mutex);
        g_cond_clear(&painter->wake);
        g_free(painter);
}

/* --- What nobody has any more ------------------------------------------------------------------------------------- */

static bool is_young(const char *path)
{
        GStatBuf facts;
        return g_stat(path, &facts) != 0 || now_us() - (int64_t)facts.st_mtime * SECOND_US < YOUNG_US;
}

void slides_tidy(Store *store)
{
        g_autofree char *all = slides_path(store);
        g_autoptr(GDir) dir = g_dir_open(all, 0, NULL);
        for (const char *name; dir && (name = g_dir_read_name(dir));) {
                g_autofree char *path = g_build_filename(all, name, NULL);
                if (!slides_folder_is_sound(name) || is_young(path))
                        continue;
                Db *db = store_read_begin(store);
                bool has = slides_store_has_folder(db, name) || db_failed(db);
                store_read_end(store, db);
                if (!has)
                        folder_remove(path);
        }
}
