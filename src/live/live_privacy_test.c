/* What a room keeps: whether a replay may be shown, how long names and words stay, one person's data and their end. */
#include "live/live_store.h"

#include "base/time.h"
#include "people/people.h"
#include "support/test_folder.h"

#include <string.h>

#define TALK 7

typedef struct {
        char *folder;
        Store *store;
        Db *db;
        int64_t event, room, session, account;
} Fixture;

static int64_t make_person(Fixture *fixture, int id, const char *name, int64_t account)
{
        StoredPerson person = { .id = id, .account = account, .name = (char *)name, .role = LIVE_GUEST };
        memset(person.key_hash, id, sizeof person.key_hash);
        g_assert_true(live_store_person_add(fixture->db, fixture->room, &person, now_us()));
        return id;
}

static void say(Fixture *fixture, int id, const char *text)
{
        LiveLine line = { .text = g_strdup(text), .nonce = (char *)"n", .person_id = id, .at_us = now_us() };
        bool is_new = false;
        g_assert_true(live_store_line(fixture->db, fixture->room, &line, &is_new));
        g_free(line.text);
}

static void set_up(Fixture *fixture, gconstpointer last_day)
{
        g_autoptr(GError) error = NULL;
        fixture->folder = g_dir_make_tmp("live-XXXXXX", NULL);
        fixture->store = store_open(fixture->folder, &error);
        g_assert_no_error(error);
        Db *db = fixture->db = store_write_begin(fixture->store, WRITE_PAGE);
        fixture->event = db_insert(db,
                                   "INSERT INTO event(slug, title, zone, first_day, last_day, created_us, changed_us) "
                                   "VALUES('nec', 'N', 'Europe/Paris', $1, $1, 1, 1) RETURNING id",
                                   "t", last_day);
        fixture->room = db_insert(db,
                                  "INSERT INTO room(event_id, slug, name, kind, position) "
                                  "VALUES($1, 'scene', 'S', 'stage', 1) RETURNING id",
                                  "i", fixture->event);
        fixture->session =
                db_insert(db, "INSERT INTO live_session(room_id, talk_id, started_us) VALUES($1, $2, 1) RETURNING id",
                          "ii", fixture->room, (int64_t)TALK);
        fixture->account = people_ensure(db, "ada@exemple.fr", "Ada", "fr");
        make_person(fixture, 1, "Guest", 0);
        make_person(fixture, 2, "Ada", fixture->account);
        make_person(fixture, 3, "", 0);
        say(fixture, 1, "hello");
        say(fixture, 2, "a secret of Ada");
        g_assert_null(db_failed(db));
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
        g_assert_null(db_failed(fixture->db));
        store_write_end(fixture->store, fixture->db, true, NULL);
        store_free(fixture->store);
        test_folder_remove(fixture->folder);
}

static void record(Fixture *fixture, int id, int64_t account)
{
        g_assert_true(live_store_recorded(fixture->db, fixture->session, fixture->room, id, account, now_us()));
}

static void consent(Fixture *fixture, int id, bool given)
{
        g_assert_true(live_store_consent(fixture->db, fixture->room, id, given, now_us()));
}

static void test_withheld(Fixture *fixture, gconstpointer data)
{
        Db *db = fixture->db;
        g_assert_false(live_replay_withheld(db, TALK)); /* nobody is in it */
        consent(fixture, 1, true);
        record(fixture, 1, 0);
        g_assert_false(live_replay_withheld(db, TALK));
        consent(fixture, 1, false);
        g_assert_true(live_replay_withheld(db, TALK));
        g_assert_false(live_replay_withheld(db, TALK + 1));
        consent(fixture, 1, true);
        consent(fixture, 2, true);
        record(fixture, 2, fixture->account);
        record(fixture, 2, fixture->account); /* told twice */
        g_assert_false(live_replay_withheld(db, TALK));
        people_consent_withdraw(db, fixture->account, fixture->event); /* on one's own page */
        g_assert_true(live_replay_withheld(db, TALK));
        people_consent_give(db, fixture->account, fixture->event);
        g_assert_false(live_replay_withheld(db, TALK));
        record(fixture, 3, 0); /* never asked */
        g_assert_true(live_replay_withheld(db, TALK));
}

static int64_t count(Fixture *fixture, const char *sql)
{
        return db_int(fixture->db, -1, sql, NULL);
}

static void test_kept_while_it_is_fresh(Fixture *fixture, gconstpointer data)
{
        g_assert_true(live_expire(fixture->db));
        g_assert_cmpint(count(fixture, "SELECT count(*) FROM live_person WHERE name <> ''"), ==, 2);
        g_assert_cmpint(count(fixture, "SELECT count(*) FROM live_line"), ==, 2);
}

static void test_expire(Fixture *fixture, gconstpointer data)
{
        consent(fixture, 2, true);
        record(fixture, 2, fixture->account);
        g_assert_true(live_expire(fixture->db));
        g_assert_cmpint(count(fixture, "SELECT count(*) FROM live_line"), ==, 0);
        g_assert_cmpint(count(fixture, "SELECT count(*) FROM live_person"), ==, 1);
        g_assert_cmpint(count(fixture, "SELECT count(*) FROM live_person WHERE id = 2 AND name = ''"), ==, 1);
        g_assert_false(live_replay_withheld(fixture->db, TALK)); /* the consent is kept as long as the recording */
        people_consent_withdraw(fixture->db, fixture->account, fixture->event);
        g_assert_true(live_replay_withheld(fixture->db, TALK));
        g_assert_true(live_expire(fixture->db)); /* and nothing more */
}

static void test_export(Fixture *fixture, gconstpointer data)
{
        consent(fixture, 2, true);
        json_t *rooms = live_export(fixture->db, fixture->account);
        g_assert_cmpuint(json_array_size(rooms), ==, 1);
        json_t *room = json_array_get(rooms, 0), *lines = json_object_get(room, "lines");
        g_assert_cmpstr(json_string_value(json_object_get(room, "event")), ==, "nec");
        g_assert_cmpstr(json_string_value(json_object_get(room, "name")), ==, "Ada");
        g_assert_cmpuint(json_array_size(lines), ==, 1);
        g_assert_cmpstr(json_string_value(json_object_get(json_array_get(lines, 0), "text")), ==, "a secret of Ada");
        g_assert_cmpuint(json_array_size(json_object_get(room, "consent")), ==, 1);
        json_decref(rooms);
        json_t *nothing = live_export(fixture->db, fixture->account + 1);
        g_assert_cmpuint(json_array_size(nothing), ==, 0);
        json_decref(nothing);
}

static void test_erase(Fixture *fixture, gconstpointer data)
{
        consent(fixture, 2, true);
        record(fixture, 2, fixture->account);
        g_assert_true(live_erase(fixture->db, fixture->account));
        g_assert_cmpint(count(fixture, "SELECT count(*) FROM live_line"), ==, 1);
        g_assert_cmpint(count(fixture, "SELECT count(*) FROM live_person WHERE name = 'Ada'"), ==, 0);
        g_assert_cmpint(count(fixture, "SELECT count(*) FROM live_person WHERE name = 'Guest'"), ==, 1);
        g_assert_cmpint(count(fixture, "SELECT count(*) FROM live_person WHERE account_id IS NOT NULL"), ==, 0);
        g_assert_true(live_replay_withheld(fixture->db, TALK));
        json_t *rooms = live_export(fixture->db, fixture->account);
        g_assert_cmpuint(json_array_size(rooms), ==, 0);
        json_decref(rooms);
}

static void test_forget(Fixture *fixture, gconstpointer data)
{
        for (int id = 1; id <= 3; id++)
                g_assert_true(live_store_person_forget(fixture->db, fixture->room, id));
        g_assert_cmpint(count(fixture, "SELECT count(*) FROM live_person"), ==, 2); /* only who left nothing */
        g_assert_cmpint(count(fixture, "SELECT count(*) FROM live_line"), ==, 2);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
#define ADD(name, day, function) g_test_add("/live-privacy/" name, Fixture, day, set_up, function, tear_down)
        ADD("withheld", "2020-01-29", test_withheld);
        ADD("fresh", "2999-01-29", test_kept_while_it_is_fresh);
        ADD("expire", "2020-01-29", test_expire);
        ADD("export", "2020-01-29", test_export);
        ADD("erase", "2020-01-29", test_erase);
        ADD("forget", "2020-01-29", test_forget);
        return g_test_run();
}
