/* What a session's discussion keeps: one vote and one answer each, numbers without names, a person's data and their
 * end. */
#include "discuss/discuss_store.h"

#include "base/time.h"
#include "support/test_folder.h"

typedef struct {
        char *folder;
        Store *store;
        Db *db;
        LiveMoment moment;
        int64_t other_session;
} Fixture;

static void make_person(Fixture *fixture, int64_t id)
{
        unsigned char key[32] = { (unsigned char)id };
        g_assert_true(db_run(fixture->db,
                             "INSERT INTO live_person(room_id, id, key_hash, name, role, seen_us)"
                             " VALUES($1, $2, $3, 'P', 'guest', 1)",
                             "iib", fixture->moment.room_id, id, key, sizeof key));
}

static int64_t make_session(Fixture *fixture, int64_t talk)
{
        return db_insert(fixture->db,
                         "INSERT INTO live_session(room_id, talk_id, started_us) VALUES($1, $2, 1) RETURNING id", "ii",
                         fixture->moment.room_id, talk);
}

static void set_up(Fixture *fixture, gconstpointer data)
{
        g_autoptr(GError) error = NULL;
        fixture->folder = g_dir_make_tmp("discuss-XXXXXX", NULL);
        fixture->store = store_open(fixture->folder, &error);
        g_assert_no_error(error);
        Db *db = fixture->db = store_write_begin(fixture->store, WRITE_PAGE);
        fixture->moment.event_id =
                db_insert(db,
                          "INSERT INTO event(slug, title, zone, first_day, last_day, created_us, changed_us) "
                          "VALUES('nec', 'N', 'Europe/Paris', '2026-01-28', '2026-01-28', 1, 1) RETURNING id",
                          NULL);
        fixture->moment.room_id = db_insert(db,
                                            "INSERT INTO room(event_id, slug, name, kind, position) "
                                            "VALUES($1, 'scene', 'S', 'stage', 1) RETURNING id",
                                            "i", fixture->moment.event_id);
        fixture->moment.session_id = make_session(fixture, 7);
        fixture->moment.now_us = now_us();
        fixture->other_session = make_session(fixture, 8);
        for (int64_t id = 1; id <= 3; id++)
                make_person(fixture, id);
        g_assert_null(db_failed(db));
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
        g_autoptr(GError) error = NULL;
        store_write_end(fixture->store, fixture->db, true, &error);
        g_assert_no_error(error);
        store_free(fixture->store);
        test_folder_remove(fixture->folder);
}

static int64_t ask(Fixture *fixture, int person, const char *nonce, const char *text)
{
        Question *question = discuss_question_new();
        question->person = person;
        question->nonce = g_strdup(nonce);
        question->text = g_strdup(text);
        question->state = g_strdup("open");
        g_assert_true(discuss_store_ask(fixture->db, &fixture->moment, question));
        int64_t id = question->id;
        discuss_question_free(question);
        return id;
}

static int64_t count(Fixture *fixture, const char *sql)
{
        return db_int(fixture->db, -1, sql, NULL);
}

static void the_same_nonce_is_the_same_question(Fixture *fixture, gconstpointer data)
{
        int64_t first = ask(fixture, 1, "a", "Who?");
        g_assert_cmpint(ask(fixture, 1, "a", "Another text"), ==, first);
        g_assert_cmpint(ask(fixture, 2, "a", "Who else?"), !=, first);
        g_assert_cmpint(count(fixture, "SELECT count(*) FROM discuss_question WHERE text = 'Another text'"), ==, 0);
}

static void votes_count_once_and_lose_their_voters(Fixture *fixture, gconstpointer data)
{
        int64_t id = ask(fixture, 1, "a", "Who?");
        for (int person = 1; person <= 3; person++)
                for (int twice = 0; twice < 2; twice++)
                        g_assert_true(discuss_store_vote(fixture->db, &fixture->moment, id, person, true));
        g_assert_true(discuss_store_vote(fixture->db, &fixture->moment, id, 3, false));
        g_assert_true(discuss_store_keeps(fixture->db, fixture->moment.room_id, 2));
        g_assert_false(discuss_store_keeps(fixture->db, fixture->moment.room_id, 3));
        g_assert_true(discuss_store_settle(fixture->db, fixture->moment.room_id, fixture->moment.session_id));
        g_assert_cmpint(count(fixture, "SELECT count(*) FROM discuss_vote"), ==, 2); /* the session goes on */
        for (int twice = 0; twice < 2; twice++)
                g_assert_true(discuss_store_settle(fixture->db, fixture->moment.room_id, fixture->other_session));
        g_assert_cmpint(count(fixture, "SELECT count(*) FROM discuss_vote"), ==, 0);
        g_assert_cmpint(count(fixture, "SELECT votes FROM discuss_question"), ==, 2);
}

static void one_question_is_answered_at_a_time(Fixture *fixture, gconstpointer data)
{
        int64_t first = ask(fixture, 1, "a", "Who?"), second = ask(fixture, 1, "b", "When?");
        g_assert_true(discuss_store_state(fixture->db, &fixture->moment, first, "answering"));
        g_assert_true(discuss_store_state(fixture->db, &fixture->moment, second, "answering"));
        g_assert_cmpint(count(fixture, "SELECT id FROM discuss_question WHERE state = 'answering'"), ==, second);
        g_assert_cmpint(count(fixture, "SELECT id FROM discuss_question WHERE state = 'answered'"), ==, first);
        g_assert_true(discuss_store_state(fixture->db, &fixture->moment, first, "hidden"));
        g_assert_false(discuss_store_vote(fixture->db, &fixture->moment, first, 2, true));
        LiveMoment elsewhere = fixture->moment;
        elsewhere.session_id = fixture->other_session;
        g_assert_false(discuss_store_state(fixture->db, &elsewhere, second, "open"));
}

static int64_t make_poll(Fixture *fixture)
{
        Poll *poll = discuss_poll_new();
        int64_t id = 0;
        poll->kind = g_strdup("single");
        poll->question = g_strdup("Which?");
        poll->state = g_strdup("draft");
        discuss_poll_add_choice(poll, "a", 0);
        discuss_poll_add_choice(poll, "b", 0);
        g_assert_true(discuss_store_poll(fixture->db, &fixture->moment, poll, &id));
        discuss_poll_free(poll);
        return id;
}

static bool answer(Fixture *fixture, int64_t id, int person, int pick, bool *ret_counted)
{
        Poll *poll = discuss_poll_new();
        g_autoptr(GArray) picks = g_array_new(FALSE, FALSE, sizeof(int));
        g_array_append_val(picks, pick);
        poll->id = id;
        bool kept = discuss_store_answer(fixture->db, &fixture->moment, poll, person, picks, NULL, ret_counted);
        discuss_poll_free(poll);
        return kept;
}

static void an_answer_is_counted_once_and_stands_beside_nobody(Fixture *fixture, gconstpointer data)
{
        int64_t id = make_poll(fixture);
        bool counted = true;
        g_assert_false(answer(fixture, id, 1, 0, &counted)); /* a draft */
        g_assert_true(discuss_store_poll_state(fixture->db, &fixture->moment, id, "open"));
        g_assert_true(answer(fixture, id, 1, 1, &counted));
        g_assert_true(counted);
        g_assert_true(answer(fixture, id, 1, 0, &counted));
        g_assert_false(counted);
        g_assert_cmpint(count(fixture, "SELECT votes FROM discuss_choice WHERE n = 1"), ==, 1);
        g_assert_cmpint(count(fixture, "SELECT votes FROM discuss_choice WHERE n = 0"), ==, 0);
        g_assert_true(discuss_store_poll_state(fixture->db, &fixture->moment, id, "closed"));
        g_assert_cmpint(count(fixture, "SELECT count(*) FROM discuss_answered"), ==, 0);
        g_assert_cmpint(count(fixture, "SELECT answers FROM discuss_poll"), ==, 1);
        g_assert_false(discuss_store_poll_state(fixture->db, &fixture->moment, id, "open"));
}

static void a_person_gets_and_erases_what_is_theirs(Fixture *fixture, gconstpointer data)
{
        int64_t mine = ask(fixture, 1, "a", "Mine?"), theirs = ask(fixture, 2, "b", "Theirs?");
        g_assert_true(discuss_store_vote(fixture->db, &fixture->moment, theirs, 1, true));
        g_assert_true(discuss_store_vote(fixture->db, &fixture->moment, mine, 2, true));
        json_t *kept = discuss_store_export(fixture->db, fixture->moment.room_id, 1);
        g_assert_cmpuint(json_array_size(json_object_get(kept, "questions")), ==, 1);
        g_assert_cmpstr(json_string_value(json_array_get(json_object_get(kept, "voted_for"), 0)), ==, "Theirs?");
        json_decref(kept);
        g_assert_true(discuss_store_erase(fixture->db, fixture->moment.room_id, 1));
        g_assert_null(discuss_store_export(fixture->db, fixture->moment.room_id, 1));
        g_assert_cmpint(count(fixture, "SELECT count(*) FROM discuss_question"), ==, 1);
        make_poll(fixture);
        g_assert_true(discuss_store_expire(fixture->db, fixture->moment.room_id));
        g_assert_cmpint(count(fixture, "SELECT count(*) FROM discuss_question"), ==, 0);
        g_assert_cmpint(count(fixture, "SELECT count(*) FROM discuss_choice"), ==, 0);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add("/discuss/nonce", Fixture, NULL, set_up, the_same_nonce_is_the_same_question, tear_down);
        g_test_add("/discuss/votes", Fixture, NULL, set_up, votes_count_once_and_lose_their_voters, tear_down);
        g_test_add("/discuss/states", Fixture, NULL, set_up, one_question_is_answered_at_a_time, tear_down);
        g_test_add("/discuss/polls", Fixture, NULL, set_up, an_answer_is_counted_once_and_stands_beside_nobody,
                   tear_down);
        g_test_add("/discuss/person", Fixture, NULL, set_up, a_person_gets_and_erases_what_is_theirs, tear_down);
        return g_test_run();
}
