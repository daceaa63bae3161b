/* Which session of the programme a room is in. */
#include "live/live_store.h"

#include "base/time.h"
#include "support/test_folder.h"

#define NOON_US (20000 * 24 * 60 * MINUTE_US)

typedef struct {
        char *folder;
        Store *store;
        Db *db;
        int64_t event, room;
} Fixture;

static void set_up(Fixture *fixture, gconstpointer data)
{
        g_autoptr(GError) error = NULL;
        fixture->folder = g_dir_make_tmp("live-XXXXXX", NULL);
        fixture->store = store_open(fixture->folder, &error);
        g_assert_no_error(error);
        fixture->db = store_write_begin(fixture->store, WRITE_PAGE);
        fixture->event = db_insert(fixture->db,
                                   "INSERT INTO event(slug, title, zone, first_day, last_day, created_us, changed_us) "
                                   "VALUES('nec', 'N', 'UTC', '2031-01-28', '2031-01-28', 1, 1) RETURNING id",
                                   "");
        fixture->room =
                db_insert(fixture->db, "INSERT INTO room(event_id, slug, name) VALUES($1, 'scene', 'S') RETURNING id",
                          "i", fixture->event);
        g_assert_null(db_failed(fixture->db));
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
        g_assert_null(db_failed(fixture->db));
        store_write_end(fixture->store, fixture->db, true, NULL);
        store_free(fixture->store);
        test_folder_remove(fixture->folder);
}

/* A session of half an hour, so many minutes after noon; its code. */
static void add_talk(Fixture *fixture, const char *code, int minutes)
{
        g_assert_true(
                db_run(fixture->db,
                       "INSERT INTO talk(event_id, room_id, code, guid, title, day, start_us, end_us, changed_us) "
                       "VALUES($1, $2, $3, $3, $3, '2031-01-28', $4, $4 + 1800000000, 1)",
                       "iiti", fixture->event, fixture->room, code, (int64_t)(NOON_US + minutes * MINUTE_US)));
}

static void cancel(Fixture *fixture, const char *code)
{
        g_assert_true(db_run(fixture->db, "UPDATE talk SET cancelled = 1 WHERE code = $1", "t", code));
}

/* NULL: none */
static void assert_now(Fixture *fixture, int minutes, const char *code)
{
        LiveTalk talk = { 0 };
        live_store_talk_now(fixture->db, fixture->room, NOON_US + minutes * MINUTE_US, &talk);
        g_assert_cmpstr(talk.code, ==, code);
        live_talk_clear(&talk);
}

static void a_cancelled_session_is_nobodys(Fixture *fixture, gconstpointer data)
{
        add_talk(fixture, "FIRST", 0);
        add_talk(fixture, "SECOND", 30);
        assert_now(fixture, 10, "FIRST");
        assert_now(fixture, 29, "FIRST");
        assert_now(fixture, 35, "SECOND");
        cancel(fixture, "FIRST");
        assert_now(fixture, 29, "SECOND"); /* about to begin */
        assert_now(fixture, 35, "SECOND");
        cancel(fixture, "SECOND");
        assert_now(fixture, 29, NULL);
        assert_now(fixture, 35, NULL);
}

static void one_that_was_begun_goes_with_its_cancellation(Fixture *fixture, gconstpointer data)
{
        add_talk(fixture, "FIRST", 0);
        StoredSession session = { 0 };
        g_assert_true(live_store_session(fixture->db, fixture->room, NOON_US + 10 * MINUTE_US, &session));
        g_assert_cmpstr(session.talk.code, ==, "FIRST");
        assert_now(fixture, 35, "FIRST"); /* overran */
        cancel(fixture, "FIRST");
        assert_now(fixture, 35, NULL);
        live_talk_clear(&session.talk);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add("/live/cancelled", Fixture, NULL, set_up, a_cancelled_session_is_nobodys, tear_down);
        g_test_add("/live/cancelled-begun", Fixture, NULL, set_up, one_that_was_begun_goes_with_its_cancellation,
                   tear_down);
        return g_test_run();
}
