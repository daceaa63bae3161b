/* The room takes whatever a page sends: each line of the input is one message of a host who has come in, to a room with
 * its store, its writer and its SFU. After each line everything that it set off has been done. */
#include "base/time.h"
#include "live/live_store.h"
#include "support/test_folder.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LINES_MAX 24

typedef struct {
        char *folder;
        Store *store;
        SocketLoop *sockets;
        Live *live;
        int64_t event, room;
        char *key;
        Socket *socket; /* of the page at hand */
        GMutex lock;
        GCond told;
        bool done; /* under lock */
} World;

static World world;

static void tell_done(void)
{
        g_mutex_lock(&world.lock);
        world.done = true;
        g_cond_signal(&world.told);
        g_mutex_unlock(&world.lock);
}

static void wait_done(void)
{
        g_mutex_lock(&world.lock);
        while (!world.done)
                g_cond_wait(&world.told, &world.lock);
        world.done = false;
        g_mutex_unlock(&world.lock);
}

static bool job_work(Db *db, LiveJob *job)
{
        return true;
}

static void job_done(LiveJob *job, bool kept)
{
        tell_done();
}

static void job_free(LiveJob *job)
{
        g_free(job);
}

/* On the loop: behind all that the message before has asked of the writer. */
static void ask_writer(gpointer data)
{
        LiveJob *job = g_new0(LiveJob, 1);
        *job = (LiveJob){ job_work, job_done, job_free };
        live_writer_push(world.live->writer, job);
}

/* Twice: what the writer has answered may have asked it again. */
static void settle(void)
{
        for (int i = 0; i < 2; i++) {
                socket_loop_run(world.sockets, ask_writer, NULL);
                wait_done();
        }
}

/* --- the room ---------------------------------------------------------------------------------------------------- */

static bool record_start(void *owner, const LiveRecording *recording, char **ret_text)
{
        return true;
}

static void record_stop(void *owner, const LiveRecording *recording)
{
}

static void record_people(void *owner, int64_t room_id, const uint32_t *participants, size_t count)
{
        if (count > SFU_SEATS)
                abort();
}

static void record_picture(void *owner, int64_t room_id, bool on_air, bool beside)
{
}

static char *record_list(void *owner, int64_t room_id)
{
        return g_strdup("/media/s1/programme.m3u8");
}

static void make_programme(Db *db)
{
        world.event = db_insert(db,
                                "INSERT INTO event(slug, title, zone, first_day, last_day, created_us, changed_us) "
                                "VALUES('e', 'E', 'UTC', '2026-01-28', '2026-01-29', 1, 1) RETURNING id",
                                NULL);
        world.room = db_insert(db,
                               "INSERT INTO room(event_id, slug, name, kind, position) "
                               "VALUES($1, 'r', 'R', 'workshop', 1) RETURNING id",
                               "i", world.event);
        db_run(db,
               "INSERT INTO talk(event_id, guid, code, title, day, room_id, start_us, end_us, changed_us) "
               "VALUES($1, 'g', 'ABCDEF', 'T', '2026-01-28', $2, $3, $4, 1)",
               "iiii", world.event, world.room, now_us() - HOUR_US, now_us() + DAY_US);
        world.key = live_sample_speaker(db, world.room, "Host");
        g_free(live_sample_speaker(db, world.room, "Other"));
}

static void remove_world(void)
{
        test_folder_remove(world.folder);
}

static void world_init(void)
{
        g_autoptr(GError) error = NULL;
        world.folder = g_strdup("/dev/shm/treteau-fuzz-XXXXXX"); /* in memory: a commit costs nothing there */
        if (!g_mkdtemp(world.folder))
                world.folder = g_dir_make_tmp("treteau-fuzz-XXXXXX", NULL);
        atexit(remove_world);
        world.store = store_open(world.folder, &error);
        Db *db = store_write_begin(world.store, WRITE_JOB);
        make_programme(db);
        if (!store_write_end(world.store, db, true, &error))
                g_error("%s", error->message);
        Sfu *sfu = sfu_start(&(SfuConfig){ .media_threads = 1 }, &error);
        if (!sfu)
                g_error("%s", error->message);
        world.sockets = socket_loop_start();
        world.live =
                live_new(world.store, world.sockets, sfu,
                         &(LiveHooks){ NULL, record_start, record_stop, record_people, record_picture, record_list });
}

/* --- a page ------------------------------------------------------------------------------------------------------ */

static void on_opened(Socket *socket, gpointer opening)
{
        world.socket = socket;
        live_socket_handler.opened(socket, opening);
}

static void on_message(Socket *socket, const char *text, size_t length)
{
}

static void on_closed(Socket *socket, uint16_t code)
{
        world.socket = NULL;
        live_socket_handler.closed(socket, 1000);
}

static void on_release(gpointer owner)
{
        close(GPOINTER_TO_INT(owner));
        tell_done();
}

typedef struct {
        const char *text;
        size_t length;
} Line;

static void take_line(gpointer data)
{
        const Line *line = data;
        if (world.socket)
                live_socket_handler.message(world.socket, line->text, line->length);
}

/* On the loop: what slows a person down is for people, and a session that has ended would refuse all that follows. */
static void freshen(gpointer data)
{
        LiveRoom *room = g_hash_table_lookup(world.live->rooms, &world.room);
        GHashTableIter people;
        gpointer value;
        room->ended = false;
        g_hash_table_iter_init(&people, room->people);
        while (g_hash_table_iter_next(&people, NULL, &value)) {
                Person *person = value;
                memset(person->said_us, 0, sizeof person->said_us);
                g_clear_pointer(&person->counts, g_hash_table_unref);
                person->resubscribed_us = 0;
                person->removed = false;
        }
}

static int open_page(void)
{
        static const SocketHandler handler = { on_opened, on_message, on_closed };
        int pair[2];
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) != 0)
                abort();
        LiveOpening *opening = g_new0(LiveOpening, 1);
        opening->live = world.live;
        opening->event_id = world.event;
        opening->room_id = world.room;
        opening->room_title = g_strdup("R");
        opening->room_slug = g_strdup("r");
        opening->event_slug = g_strdup("e");
        opening->role = LIVE_HOST;
        opening->rights = ~0U;
        opening->lang = lang_find("en");
        socket_loop_adopt(world.sockets, pair[0], NULL, 0, &handler, opening, on_release, GINT_TO_POINTER(pair[0]));
        return pair[1];
}

static void send_line(const char *text, size_t length)
{
        Line line = { text, length };
        socket_loop_run(world.sockets, take_line, &line);
        settle();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        if (!world.live)
                world_init();
        int fd = open_page();
        settle();
        socket_loop_run(world.sockets, freshen, NULL);
        g_autofree char *join = g_strdup_printf("{\"t\":\"join\",\"key\":\"%s\",\"h264\":true}", world.key);
        send_line(join, strlen(join));
        const char *at = (const char *)data, *end = at + size;
        for (int i = 0; i < LINES_MAX && at < end; i++) {
                const char *stop = memchr(at, '\n', (size_t)(end - at));
                size_t length = (size_t)((stop ? stop : end) - at);
                g_autofree char *line = g_strndup(at, length); /* the socket hands out text, ended by a NUL */
                if (g_utf8_validate_len(at, length, NULL))
                        send_line(line, length);
                at += length + 1;
        }
        char answers[65536];
        while (read(fd, answers, sizeof answers) > 0) {
        }
        close(fd);
        wait_done(); /* released */
        settle();
        return 0;
}
