#include "record/recorder/session.h"

#include "record/recorder/fragment.h"
#include "record/recorder/sample_h264.h"
#include "record/recorder/slate.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* A session in a folder of its own, driven by hand; its answers are kept. */
typedef struct Fixture {
        char *folder;
        Session *session;
        GArray *lengths;            /* of the segments told of, microseconds */
        unsigned count[N_MESSAGES]; /* answers by type */
        int64_t done_us;
        int fault;
} Fixture;

/* What the disk is asked for, in order: "sync .s000000.m4s.part", "name s000000.m4s", "sync folder". These stand before
 * the C library's own. */
static GPtrArray *asked;

static void note(const char *what, const char *name)
{
        if (asked)
                g_ptr_array_add(asked, g_strdup_printf("%s %s", what, name));
}

int fdatasync(int fd)
{
        g_autofree char *link = g_strdup_printf("/proc/self/fd/%d", fd), *path = g_file_read_link(link, NULL);
        g_autofree char *name = g_path_get_basename(path);
        note("sync", name);
        return 0;
}

int fsync(int fd)
{
        note("sync", "folder");
        return 0;
}

int rename(const char *from, const char *to)
{
        note("name", to);
        return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

#define BEGIN_US INT64_C(1767225600000000)
#define MS INT64_C(1000)

static void on_answer(void *owner, const Message *message)
{
        Fixture *fixture = owner;
        fixture->count[message->type]++;
        int64_t length_us = message_i64(message, 8);
        if (message->type == MESSAGE_SEGMENT)
                g_array_append_val(fixture->lengths, length_us);
        if (message->type == MESSAGE_DONE)
                fixture->done_us = message_i64(message, 0);
        if (message->type == MESSAGE_FAULT)
                fixture->fault = message->track;
}

static void session_begin(Fixture *fixture)
{
        g_autoptr(GError) error = NULL;
        fixture->session = session_new(on_answer, fixture, &error);
        g_assert_no_error(error);
}

static void fixture_open(Fixture *fixture, gconstpointer data)
{
        fixture->folder = g_dir_make_tmp("treteau-session-XXXXXX", NULL);
        fixture->lengths = g_array_new(FALSE, FALSE, sizeof(int64_t));
        fixture->fault = -1;
        g_assert_cmpint(g_chdir(fixture->folder), ==, 0);
        session_begin(fixture);
}

static void fixture_close(Fixture *fixture, gconstpointer data)
{
        session_free(fixture->session);
        g_array_unref(fixture->lengths);
        const char *name;
        g_autoptr(GDir) folder = g_dir_open(fixture->folder, 0, NULL);
        while ((name = g_dir_read_name(folder)))
                g_unlink(name);
        g_assert_cmpint(g_chdir("/"), ==, 0);
        g_assert_cmpint(g_rmdir(fixture->folder), ==, 0);
        g_free(fixture->folder);
}

static void say(Fixture *fixture, MessageType type, int64_t at_ms)
{
        session_message(fixture->session, &(Message){ .type = type, .time_us = BEGIN_US + at_ms * MS });
}

/* Ticks from..until, ten a second. */
static void pass(Fixture *fixture, int64_t from_ms, int64_t until_ms)
{
        for (int64_t at_ms = from_ms; at_ms <= until_ms; at_ms += 100)
                say(fixture, MESSAGE_TICK, at_ms);
}

static void picture(Fixture *fixture, const uint8_t *bytes, size_t length, int64_t at_ms)
{
        session_message(fixture->session, &(Message){ .type = MESSAGE_FRAME,
                                                      .track = RECORD_PICTURE_TRACK,
                                                      .flags = length > sizeof(delta) ? MESSAGE_KEY : 0,
                                                      .time_us = BEGIN_US + at_ms * MS,
                                                      .body = bytes,
                                                      .length = length });
}
#define PICTURE(fixture, bytes, at_ms) picture(fixture, bytes, sizeof(bytes), at_ms)

static int64_t length_ms(const Fixture *fixture, guint i)
{
        return i < fixture->lengths->len ? g_array_index(fixture->lengths, int64_t, i) / MS : -1;
}

static const PlaylistEntry *entry(const Fixture *fixture, guint i)
{
        const Playlist *list = session_list(fixture->session);
        g_assert_cmpuint(i, <, list->entries->len);
        return &g_array_index(list->entries, PlaylistEntry, i);
}

/* Nobody comes: the slate, from the first moment on. */
static void test_nobody(Fixture *fixture, gconstpointer data)
{
        pass(fixture, 0, 1200);
        g_assert_cmpuint(fixture->count[MESSAGE_SEGMENT], ==, 0);
        pass(fixture, 1300, 7000);
        g_assert_cmpint(length_ms(fixture, 0), ==, 2000);
        say(fixture, MESSAGE_END, 7500);
        g_assert_true(session_is_done(fixture->session));
        g_assert_cmpint(fixture->done_us, ==, 7500 * MS);
        g_assert_true(session_list(fixture->session)->ended);
}

/* Ended at once, or not even begun: an empty list, and an end. */
static void test_nothing(Fixture *fixture, gconstpointer data)
{
        pass(fixture, 0, 300);
        say(fixture, MESSAGE_END, 350);
        g_assert_true(session_is_done(fixture->session));
        g_assert_cmpint(fixture->done_us, ==, 0);
        g_assert_cmpuint(session_list(fixture->session)->entries->len, ==, 0);
}

/* A picture that needs another is not shown, and a key frame is asked for, once in a second. */
static void test_waits_for_key(Fixture *fixture, gconstpointer data)
{
        pass(fixture, 0, 100);
        for (int i = 0; i < 10; i++) {
                PICTURE(fixture, delta, 100 + i * 20);
                say(fixture, MESSAGE_TICK, 400 + i * 20);
        }
        g_assert_cmpuint(fixture->count[MESSAGE_KEY_WANTED], ==, 1);
        PICTURE(fixture, small_key, 500);
        pass(fixture, 600, 1200);
        say(fixture, MESSAGE_END, 1500);
        /* It begins with the key frame, not before. */
        g_assert_cmpint(fixture->done_us, ==, 1000 * MS);
        g_assert_cmpint(entry(fixture, 0)->clock_us, ==, BEGIN_US + 500 * MS);
}

/* Cut at key frames two seconds apart, and at once when the picture's parameters change. */
static void test_cuts(Fixture *fixture, gconstpointer data)
{
        static const struct {
                int64_t at_ms;
                bool large, key;
        } shown[] = { { 0, 0, 1 },    { 500, 0, 0 },  { 1000, 0, 1 }, { 1500, 0, 0 }, { 2400, 0, 1 },
                      { 3000, 1, 1 }, { 3500, 1, 0 }, { 4000, 1, 1 }, { 5000, 1, 1 } };
        say(fixture, MESSAGE_TICK, 0);
        for (guint i = 0; i < G_N_ELEMENTS(shown); i++) {
                if (!shown[i].key)
                        PICTURE(fixture, delta, shown[i].at_ms);
                else if (shown[i].large)
                        PICTURE(fixture, large_key, shown[i].at_ms);
                else
                        PICTURE(fixture, small_key, shown[i].at_ms);
                say(fixture, MESSAGE_TICK, shown[i].at_ms + 100);
        }
        pass(fixture, 5200, 5500);
        say(fixture, MESSAGE_END, 6000);
        g_assert_cmpint(length_ms(fixture, 0), ==, 2400);
        g_assert_cmpint(length_ms(fixture, 1), ==, 600);
        g_assert_cmpint(length_ms(fixture, 2), ==, 2000);
        g_assert_cmpint(length_ms(fixture, 3), ==, 1000);
        g_assert_cmpuint(entry(fixture, 1)->init, ==, 0);
        g_assert_true(entry(fixture, 2)->begins_stretch);
        g_assert_cmpuint(entry(fixture, 2)->init, ==, 1);
        g_assert_false(entry(fixture, 3)->begins_stretch);
}

/* After two silent seconds, and at once when told, the slate stands there; what refers to the old picture is no use. */
static void test_slate(Fixture *fixture, gconstpointer data)
{
        say(fixture, MESSAGE_TICK, 0);
        PICTURE(fixture, small_key, 0);
        pass(fixture, 100, 2500);
        PICTURE(fixture, delta, 2500);
        pass(fixture, 2600, 3000);
        g_assert_cmpint(length_ms(fixture, 0), ==, 2000);
        g_assert_cmpuint(fixture->count[MESSAGE_KEY_WANTED], ==, 1);
        PICTURE(fixture, small_key, 3000);
        pass(fixture, 3100, 3500);
        say(fixture, MESSAGE_OFF_AIR, 3500);
        PICTURE(fixture, delta, 3600);
        pass(fixture, 3600, 4500);
        say(fixture, MESSAGE_END, 5000);
        g_assert_cmpint(length_ms(fixture, 1), ==, 1000);
        g_assert_cmpint(length_ms(fixture, 2), ==, 500);
        g_assert_cmpint(length_ms(fixture, 3), ==, 1500);
        g_assert_cmpint(fixture->done_us, ==, 5000 * MS);
}

/* A computer whose clock is a day ahead is taken as now; one a second ahead is believed. */
static void test_wrong_clock(Fixture *fixture, gconstpointer data)
{
        pass(fixture, 0, 300);
        PICTURE(fixture, small_key, 86400 * 1000 + 10);
        PICTURE(fixture, delta, 86400 * 1000 + 510);
        pass(fixture, 400, 1500);
        say(fixture, MESSAGE_END, 2300);
        g_assert_cmpint(entry(fixture, 0)->clock_us, ==, BEGIN_US + 300 * MS);
        g_assert_cmpint(fixture->done_us, ==, 2000 * MS);
}

static void test_goes_on(Fixture *fixture, gconstpointer data)
{
        say(fixture, MESSAGE_TICK, 0);
        PICTURE(fixture, small_key, 0);
        pass(fixture, 100, 1500);
        session_abandon(fixture->session);
        session_free(fixture->session);
        session_begin(fixture);
        g_assert_cmpuint(session_list(fixture->session)->entries->len, ==, 1);
        /* Nothing from before its end is taken again. */
        say(fixture, MESSAGE_TICK, 1600);
        PICTURE(fixture, small_key, 1000);
        PICTURE(fixture, small_key, 1700);
        pass(fixture, 1800, 2500);
        say(fixture, MESSAGE_END, 2700);
        g_assert_cmpint(entry(fixture, 1)->clock_us, ==, BEGIN_US + 1700 * MS);
        g_assert_cmpuint(entry(fixture, 1)->init, ==, 1);
        g_assert_cmpint(fixture->done_us, ==, (1220 + 1000) * MS);
        /* And a session on a finished recording has nothing to do but to say so. */
        session_free(fixture->session);
        fixture->done_us = 0;
        session_begin(fixture);
        pass(fixture, 5000, 9000);
        g_assert_cmpint(fixture->fault, ==, -1);
        PICTURE(fixture, small_key, 9000);
        g_assert_cmpint(fixture->fault, ==, RECORD_FAULT_FOLDER);
        say(fixture, MESSAGE_END, 9000);
        g_assert_cmpint(fixture->done_us, ==, (1220 + 1000) * MS);
}

/* A camera that sends no key frame for long: every segment begins with one nevertheless, none is longer than ten
 * seconds, and between two the slate stands in until the key frame that is asked for. */
static void test_no_key_for_long(Fixture *fixture, gconstpointer data)
{
        say(fixture, MESSAGE_TICK, 0);
        PICTURE(fixture, small_key, 0);
        for (int64_t at_ms = 500; at_ms < 12000; at_ms += 500) {
                PICTURE(fixture, delta, at_ms);
                say(fixture, MESSAGE_TICK, at_ms);
        }
        g_assert_cmpuint(fixture->count[MESSAGE_KEY_WANTED], >=, 1);
        PICTURE(fixture, small_key, 12000);
        pass(fixture, 12000, 14000);
        say(fixture, MESSAGE_END, 14500);
        g_assert_cmpint(length_ms(fixture, 0), ==, 10500);
        g_assert_cmpint(fixture->done_us, ==, 14500 * MS);
        for (guint i = 0; i < fixture->lengths->len; i++) {
                char name[FILE_NAME_BYTES];
                segment_file_name(entry(fixture, i)->segment, name);
                g_autofree char *bytes = NULL;
                gsize length;
                Fragment fragment;
                g_assert_true(g_file_get_contents(name, &bytes, &length, NULL));
                g_assert_true(fragment_parse((const uint8_t *)bytes, length, length, &fragment));
                g_assert_true(g_array_index(fragment.picture.samples, FragmentSample, 0).key);
                fragment_clear(&fragment);
        }
}

/* A machine that comes back in the wrong year goes on behind what is there; so do its sources. */
static void test_clock_set_back(Fixture *fixture, gconstpointer data)
{
        enum { DAY_MS = 86400 * 1000 };
        say(fixture, MESSAGE_TICK, 0);
        PICTURE(fixture, small_key, 0);
        pass(fixture, 100, 2000);
        say(fixture, MESSAGE_TICK, 2100);
        session_abandon(fixture->session);
        session_free(fixture->session);
        session_begin(fixture);
        int64_t end_us = playlist_last(session_list(fixture->session))->clock_us +
                         playlist_last(session_list(fixture->session))->length_us;
        guint before = session_list(fixture->session)->entries->len;
        say(fixture, MESSAGE_TICK, -DAY_MS);
        PICTURE(fixture, small_key, -DAY_MS + 50);
        pass(fixture, -DAY_MS + 100, -DAY_MS + 2000);
        PICTURE(fixture, small_key, -DAY_MS + 2050);
        pass(fixture, -DAY_MS + 2100, -DAY_MS + 3000);
        say(fixture, MESSAGE_END, -DAY_MS + 3050);
        g_assert_true(session_is_done(fixture->session));
        g_assert_cmpint(entry(fixture, before)->clock_us, >=, end_us);
        g_assert_cmpint(entry(fixture, before)->clock_us, <, end_us + 100 * MS);
        g_assert_cmpint(length_ms(fixture, before), ==, 2000);
        g_assert_cmpint(length_ms(fixture, before + 1), ==, 1000);
}

/* A clock that leaps by more than a minute, or an end in another century: nothing is made up in between. */
static void test_leaps(Fixture *fixture, gconstpointer data)
{
        say(fixture, MESSAGE_TICK, 0);
        PICTURE(fixture, small_key, 0);
        pass(fixture, 100, 1500);
        g_assert_false(session_is_lost(fixture->session));
        say(fixture, MESSAGE_TICK, 1500 + 61000);
        g_assert_true(session_is_lost(fixture->session));
        g_assert_false(session_is_done(fixture->session));
        g_assert_cmpint(length_ms(fixture, 0), ==, 1220);
        session_free(fixture->session);
        session_begin(fixture);
        say(fixture, MESSAGE_TICK, 70000);
        PICTURE(fixture, small_key, 70000);
        say(fixture, MESSAGE_TICK, 70500);
        session_message(fixture->session, &(Message){ .type = MESSAGE_END, .time_us = INT64_C(4102444800000000) });
        g_assert_true(session_is_done(fixture->session));
        g_assert_cmpint(fixture->done_us, <=, (1220 + 500 + 60000) * MS);
}

/* More than a camera can send, all at one time: segments stay small, and the picture does not run away from the sound.
 */
static void test_flood(Fixture *fixture, gconstpointer data)
{
        enum { LARGE = 1 << 20, KEYS = 100, DELTAS = 20000 };
        g_autofree uint8_t *bytes = g_malloc(LARGE);
        memset(bytes, 0x55, LARGE);
        memcpy(bytes, small_key, sizeof(small_key));
        say(fixture, MESSAGE_TICK, 0);
        for (int i = 0; i < KEYS; i++)
                picture(fixture, bytes, LARGE, 0);
        for (int i = 0; i < DELTAS; i++)
                PICTURE(fixture, delta, 0);
        for (int i = 0; i < 1000; i++)
                session_message(fixture->session,
                                &(Message){ .type = MESSAGE_OFF_AIR, .time_us = INT64_C(4102444800000000) });
        pass(fixture, 100, 4000);
        PICTURE(fixture, small_key, 4000);
        pass(fixture, 4100, 6000);
        say(fixture, MESSAGE_END, 6100);
        g_assert_true(session_is_done(fixture->session));
        g_assert_cmpint(fixture->fault, ==, -1);
        g_assert_cmpint(fixture->done_us, <=, 6200 * MS);
        g_autoptr(GDir) folder = g_dir_open(".", 0, NULL);
        const char *name;
        while ((name = g_dir_read_name(folder))) {
                GStatBuf status;
                g_assert_cmpint(g_stat(name, &status), ==, 0);
                g_assert_cmpint(status.st_size, <, 20 << 20);
        }
}

static void limit_files(rlim_t size)
{
        struct rlimit limits = { size, RLIM_INFINITY };
        signal(SIGXFSZ, SIG_IGN);
        g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &limits), ==, 0);
}

/* While nothing can be written, 16 MiB are kept; then what came last is lost, and the recording goes on after a hole.
 */
static void test_disk_full(Fixture *fixture, gconstpointer data)
{
        enum { LARGE = 6 << 20 };
        g_autofree uint8_t *picture_bytes = g_malloc(LARGE);
        memset(picture_bytes, 0x55, LARGE);
        memcpy(picture_bytes, small_key, sizeof(small_key));
        say(fixture, MESSAGE_TICK, 0);
        limit_files(100);
        for (int i = 0; i < 6; i++) {
                picture(fixture, picture_bytes, LARGE, i * 2000);
                pass(fixture, i * 2000, i * 2000 + 1900);
        }
        g_assert_cmpint(fixture->fault, ==, RECORD_FAULT_DISK_FULL);
        g_assert_cmpuint(fixture->count[MESSAGE_SEGMENT], ==, 0);
        limit_files(RLIM_INFINITY);
        PICTURE(fixture, small_key, 12000);
        pass(fixture, 12000, 14000);
        PICTURE(fixture, small_key, 14000);
        pass(fixture, 14100, 15000);
        say(fixture, MESSAGE_END, 15000);
        /* [0 2) [2 4) were kept; [4 12) are lost, as would be the hole's time in the recording. */
        g_assert_true(session_is_done(fixture->session));
        g_assert_cmpuint(session_list(fixture->session)->entries->len, ==, 4);
        g_assert_cmpint(entry(fixture, 2)->clock_us, ==, BEGIN_US + 12000 * MS);
        g_assert_true(entry(fixture, 2)->begins_stretch);
        g_assert_cmpint(fixture->done_us, ==, 7000 * MS);
}

static void voice(Fixture *fixture, int64_t at_ms)
{
        static const uint8_t body[] = { 7, 0, 0, 0, 0xf8, 0x11, 0x22 }; /* person 7; a packet of 20 ms */
        session_message(fixture->session, &(Message){ .type = MESSAGE_FRAME,
                                                      .flags = MESSAGE_OWN,
                                                      .time_us = BEGIN_US + at_ms * MS,
                                                      .body = body,
                                                      .length = sizeof(body) });
}

static unsigned voice_packets(const char *name)
{
        static const char packet[] = { '\xf8', 0x11, 0x22 };
        g_autofree char *bytes = NULL;
        gsize length = 0;
        unsigned found = 0;
        g_file_get_contents(name, &bytes, &length, NULL);
        for (gsize i = 0; i + sizeof(packet) <= length; i++)
                found += memcmp(bytes + i, packet, sizeof(packet)) == 0;
        return found;
}

/* What a voice says while the disk is full, before its file is there and later, is in it when there is room again; what
 * is still held at the end too. */
static void test_voice_waits_for_room(Fixture *fixture, gconstpointer data)
{
        static const char name[] = "apart/000007-1.opus";
        say(fixture, MESSAGE_TICK, 0);
        PICTURE(fixture, small_key, 0);
        for (int64_t at_ms = 0; at_ms < 20000; at_ms += 20) {
                if (at_ms % 5000 == 0)
                        limit_files(at_ms / 5000 % 2 == 0 ? 100 : RLIM_INFINITY);
                voice(fixture, at_ms);
                if (at_ms % 100 == 0)
                        say(fixture, MESSAGE_TICK, at_ms);
                if (at_ms % 2000 == 1980)
                        PICTURE(fixture, small_key, at_ms + 20);
        }
        limit_files(100);
        say(fixture, MESSAGE_END, 20000);
        g_assert_false(session_is_done(fixture->session));
        g_assert_cmpuint(voice_packets(name), <, 1000);
        limit_files(RLIM_INFINITY);
        pass(fixture, 20100, 22000);
        g_assert_true(session_is_done(fixture->session));
        g_assert_cmpuint(voice_packets(name), ==, 1000);
        g_assert_cmpint(g_unlink(name), ==, 0);
        g_assert_cmpint(g_rmdir("apart"), ==, 0); /* no second part */
}

/* After a power cut all but the open segment is there (at most 4 s): each file is on the disk before its name is, a
 * segment before the list that names it, and all of it before the server hears of the segment. */
static void test_power_cut(Fixture *fixture, gconstpointer data)
{
        asked = g_ptr_array_new_with_free_func(g_free);
        say(fixture, MESSAGE_TICK, 0);
        PICTURE(fixture, small_key, 0);
        pass(fixture, 100, 2000);
        PICTURE(fixture, small_key, 2000);
        for (int64_t at_ms = 2100; fixture->count[MESSAGE_SEGMENT] == 0 && at_ms < 6000; at_ms += 100)
                say(fixture, MESSAGE_TICK, at_ms);
        g_assert_cmpuint(fixture->count[MESSAGE_SEGMENT], ==, 1);
        g_ptr_array_add(asked, NULL);
        g_autofree char *text = g_strjoinv(", ", (char **)asked->pdata);
        g_assert_cmpstr(text, ==,
                        "sync .i000000.mp4.part, name i000000.mp4, sync .s000000.m4s.part, name s000000.m4s, "
                        "sync folder, sync folder, sync folder, sync ." PLAYLIST_NAME ".part, name " PLAYLIST_NAME
                        ", sync ." PLAYLIST_RECENT_NAME ".part, name " PLAYLIST_RECENT_NAME ", sync folder");
        g_clear_pointer(&asked, g_ptr_array_unref);
}

static void test_damaged_list(Fixture *fixture, gconstpointer data)
{
        g_assert_true(g_file_set_contents(PLAYLIST_NAME, "", 0, NULL));
        g_autoptr(GError) error = NULL;
        g_autoptr(Session) session = session_new(on_answer, fixture, &error);
        g_assert_null(session);
        g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL);
}

static void add(const char *path, void (*test)(Fixture *, gconstpointer))
{
        g_test_add(path, Fixture, NULL, fixture_open, test, fixture_close);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        add("/recorder-session/nobody", test_nobody);
        add("/recorder-session/nothing", test_nothing);
        add("/recorder-session/waits-for-key", test_waits_for_key);
        add("/recorder-session/cuts", test_cuts);
        add("/recorder-session/slate", test_slate);
        add("/recorder-session/wrong-clock", test_wrong_clock);
        add("/recorder-session/goes-on", test_goes_on);
        add("/recorder-session/no-key-for-long", test_no_key_for_long);
        add("/recorder-session/clock-set-back", test_clock_set_back);
        add("/recorder-session/leaps", test_leaps);
        add("/recorder-session/flood", test_flood);
        add("/recorder-session/disk-full", test_disk_full);
        add("/recorder-session/voice-waits-for-room", test_voice_waits_for_room);
        add("/recorder-session/power-cut", test_power_cut);
        add("/recorder-session/damaged-list", test_damaged_list);
        return g_test_run();
}
