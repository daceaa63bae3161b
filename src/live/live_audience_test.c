/* What is noted of an audience: each person once, the greater of two counts, nothing once the session is over or gone.
 */
#include "live/live_store.h"

#include "people/people.h"
#include "support/test_folder.h"

#include <string.h>

typedef struct {
        char *folder;
        Store *store;
        Db *db;
        int64_t room, talk, session, account;
} Fixture;

static void add_person(Fixture *fixture, int id, int64_t account)
{
        StoredPerson person = { .id = id, .account = account, .name = (char *)"", .role = LIVE_GUEST };
        memset(person.key_hash, id, sizeof person.key_hash);
        g_assert_true(live_store_person_add(fixture->db, fixture->room, &person, 1));
}

static void set_up(Fixture *fixture, gconstpointer data)
{
        g_autoptr(GError) error = NULL;
        fixture->folder = g_dir_make_tmp("live-XXXXXX", NULL);
        fixture->store = store_open(fixture->folder, &error);
        g_assert_no_error(error);
        Db *db = fixture->db = store_write_begin(fixture->store, WRITE_PAGE);
        int64_t event = db_insert(db,
                                  "INSERT INTO event(slug, title, zone, first_day, last_day, created_us, changed_us) "
                                  "VALUES('nec', 'N', 'UTC', '2031-01-28', '2031-01-28', 1, 1) RETURNING id",
                                  "");
        fixture->room = db_insert(db, "INSERT INTO room(event_id, slug, name) VALUES($1, 'scene', 'S') RETURNING id",
                                  "i", event);
        fixture->talk =
                db_insert(db,
                          "INSERT INTO talk(event_id, room_id, code, guid, title, day, start_us, end_us, changed_us) "
                          "VALUES($1, $2, 'ABC123', 'g', 'T', '2031-01-28', 1, 2, 1) RETURNING id",
                          "ii", event, fixture->room);
        fixture->session =
                db_insert(db, "INSERT INTO live_session(room_id, talk_id, started_us) VALUES($1, $2, 1) RETURNING id",
                          "ii", fixture->room, fixture->talk);
        fixture->account = people_ensure(db, "ada@exemple.fr", "Ada", "fr");
        add_person(fixture, 1, 0);
        add_person(fixture, 2, fixture->account);
        add_person(fixture, 3, fixture->account);
        g_assert_null(db_failed(db));
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
        g_assert_null(db_failed(fixture->db));
        store_write_end(fixture->store, fixture->db, true, NULL);
        store_free(fixture->store);
        test_folder_remove(fixture->folder);
}

static int64_t number(Fixture *fixture, const char *sql)
{
        return db_int(fixture->db, -1, sql, NULL);
}

static int64_t came(Fixture *fixture, int64_t session)
{
        return db_int(fixture->db, 0, "SELECT people FROM live_came WHERE session_id = $1", "i", session);
}

static void come(Fixture *fixture, int64_t session, int id)
{
        g_assert_true(live_store_came(fixture->db, session, fixture->room, id));
}

static void test_each_person_once(Fixture *fixture, gconstpointer data)
{
        come(fixture, fixture->session, 1);
        come(fixture, fixture->session, 1); /* came back */
        g_assert_cmpint(came(fixture, fixture->session), ==, 1);
        come(fixture, fixture->session, 2);
        come(fixture, fixture->session, 3); /* another page of the same account */
        g_assert_cmpint(came(fixture, fixture->session), ==, 2);
}

static void test_the_next_session_counts_anew(Fixture *fixture, gconstpointer data)
{
        come(fixture, fixture->session, 1);
        int64_t talk = db_insert(fixture->db,
                                 "INSERT INTO talk(event_id, room_id, code, guid, title, day, start_us, end_us, "
                                 "changed_us) SELECT event_id, room_id, 'DEF456', 'h', 'U', day, 3, 4, 1 FROM talk "
                                 "RETURNING id",
                                 "");
        int64_t next = db_insert(
                fixture->db, "INSERT INTO live_session(room_id, talk_id, started_us) VALUES($1, $2, 3) RETURNING id",
                "ii", fixture->room, talk);
        come(fixture, next, 1);
        come(fixture, next, 2);
        g_assert_cmpint(came(fixture, fixture->session), ==, 1);
        g_assert_cmpint(came(fixture, next), ==, 2);
}

static void test_greater_count_stays(Fixture *fixture, gconstpointer data)
{
        Db *db = fixture->db;
        g_assert_true(live_store_audience(db, fixture->session, 100, 7));
        g_assert_true(live_store_audience(db, fixture->session, 100, 3)); /* after a restart in that minute */
        g_assert_true(live_store_audience(db, fixture->session, 101, 3));
        g_assert_cmpint(number(fixture, "SELECT people FROM live_audience WHERE minute = 100"), ==, 7);
        g_assert_cmpint(number(fixture, "SELECT people FROM live_audience WHERE minute = 101"), ==, 3);
        g_assert_true(live_store_audience(db, fixture->session, 100, 9));
        g_assert_cmpint(number(fixture, "SELECT people FROM live_audience WHERE minute = 100"), ==, 9);
}

static void test_nothing_outside_a_session(Fixture *fixture, gconstpointer data)
{
        Db *db = fixture->db;
        int64_t none =
                db_insert(db, "INSERT INTO live_session(room_id, talk_id, started_us) VALUES($1, 0, 1) RETURNING id",
                          "i", fixture->room);
        g_assert_true(live_store_audience(db, none, 100, 7));
        come(fixture, none, 1);
        g_assert_true(live_store_session_end(db, fixture->session, fixture->room, 5));
        g_assert_true(live_store_audience(db, fixture->session, 100, 7));
        come(fixture, fixture->session, 2);
        g_assert_cmpint(number(fixture, "SELECT count(*) FROM live_audience"), ==, 0);
        g_assert_cmpint(number(fixture, "SELECT count(*) FROM live_came"), ==, 0);
}

/* The number of a session may be given again: also of one that nobody ended. */
static void test_goes_with_its_session(Fixture *fixture, gconstpointer data)
{
        Db *db = fixture->db;
        come(fixture, fixture->session, 1);
        g_assert_true(live_store_audience(db, fixture->session, 100, 7));
        g_assert_true(db_run(db, "DELETE FROM talk WHERE id = $1", "i", fixture->talk));
        g_assert_cmpint(number(fixture, "SELECT count(*) FROM live_audience"), ==, 0);
        g_assert_cmpint(number(fixture, "SELECT count(*) FROM live_came"), ==, 0);
}

static void test_erased_person_leaves_the_number(Fixture *fixture, gconstpointer data)
{
        come(fixture, fixture->session, 2);
        json_t *rooms = live_export(fixture->db, fixture->account);
        g_assert_cmpstr(json_string_value(json_object_get(json_array_get(rooms, 0), "last_session")), ==, "ABC123");
        json_decref(rooms);
        g_assert_true(live_erase(fixture->db, fixture->account));
        g_assert_cmpint(came(fixture, fixture->session), ==, 1);
        g_assert_cmpint(number(fixture, "SELECT count(*) FROM live_person WHERE came_session IS NOT NULL"), ==, 0);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
#define ADD(name, function) g_test_add("/live-audience/" name, Fixture, NULL, set_up, function, tear_down)
        ADD("once", test_each_person_once);
        ADD("next", test_the_next_session_counts_anew);
        ADD("greater", test_greater_count_stays);
        ADD("outside", test_nothing_outside_a_session);
        ADD("gone", test_goes_with_its_session);
        ADD("erased", test_erased_person_leaves_the_number);
        return g_test_run();
}
