/* What is kept of captions, and the file that is made of them. */
#include "captions/captions_store.h"
#include "base/time.h"
#include "support/test_folder.h"

#include <string.h>

static GPtrArray *lines_new(void)
{
        return g_ptr_array_new_with_free_func(vtt_line_free);
}

static void add(GPtrArray *lines, const char *text, double begun_s, double ended_s)
{
        Caption *line = g_new(Caption, 1);
        *line = (Caption){ lines->len, g_strdup(text), (int64_t)(begun_s * SECOND_US), (int64_t)(ended_s * SECOND_US) };
        g_ptr_array_add(lines, line);
}

static void check(const GPtrArray *lines, double start_s, const char *expected)
{
        g_autofree char *vtt = vtt_text(lines, (int64_t)(start_s * SECOND_US), false);
        g_assert_cmpstr(vtt, ==, expected);
}

static void test_times(void)
{
        g_autoptr(GPtrArray) lines = lines_new();
        check(lines, 100, "WEBVTT\n");
        add(lines, "Before.", 90, 95);
        add(lines, "Over the beginning.", 98, 102);
        add(lines, "Next.", 103.5, 104.25);
        add(lines, "Much later.", 3723, 3725);
        check(lines, 100,
              "WEBVTT\n\n00:00:00.000 --> 00:00:03.500\nOver the beginning.\n"
              "\n00:00:03.500 --> 00:00:08.250\nNext.\n"
              "\n01:00:23.000 --> 01:00:29.000\nMuch later.\n");
}

static void test_text(void)
{
        g_autoptr(GPtrArray) lines = lines_new();
        add(lines, "a < b && c --> <b>d</b> <00:00:01.000> é", 1, 2);
        check(lines, 0,
              "WEBVTT\n\n00:00:01.000 --> 00:00:06.000\n"
              "a &lt; b &amp;&amp; c --&gt; &lt;b&gt;d&lt;/b&gt; &lt;00:00:01.000&gt; é\n");
}

static void test_taken_back_and_clock(void)
{
        g_autoptr(GPtrArray) lines = lines_new();
        add(lines, "One.", 10, 11);
        add(lines, "", 12, 12.5);
        add(lines, "The clock went back.", 9, 9.5);
        add(lines, "Two at once.", 9, 9.2);
        check(lines, 0,
              "WEBVTT\n\n00:00:10.000 --> 00:00:11.000\nOne.\n"
              "\n00:00:10.000 --> 00:00:11.000\nThe clock went back.\n"
              "\n00:00:10.000 --> 00:00:13.200\nTwo at once.\n");
}

typedef struct {
        char *folder;
        Store *store;
        Db *db;
        int64_t room, talk, session;
} Fixture;

static void set_up(Fixture *fixture, gconstpointer data)
{
        g_autoptr(GError) error = NULL;
        fixture->folder = g_dir_make_tmp("captions-XXXXXX", NULL);
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
                db_insert(db, "INSERT INTO live_session(room_id, talk_id, started_us) VALUES($1, $2, 7) RETURNING id",
                          "ii", fixture->room, fixture->talk);
        g_assert_null(db_failed(db));
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
        g_assert_null(db_failed(fixture->db));
        store_write_end(fixture->store, fixture->db, true, NULL);
        store_free(fixture->store);
        test_folder_remove(fixture->folder);
}

static void save(Fixture *fixture, int64_t n, const char *text, int64_t at_us, int person)
{
        Caption line = { n, (char *)text, at_us, at_us + 1 };
        g_assert_true(captions_store_save(fixture->db, fixture->session, &line, person, 0));
}

static void test_load(Fixture *fixture, gconstpointer data)
{
        Captions *captions = captions_store_load(fixture->db, fixture->session);
        g_assert_cmpint(captions->next, ==, 0);
        g_assert_cmpuint(captions->lines->len, ==, 0);
        captions_free(captions);
        for (int64_t n = 0; n < 25; n++)
                save(fixture, n, "line", 100 + n, 3);
        save(fixture, 24, "corrected", 999, 4); /* its times stay */
        captions = captions_store_load(fixture->db, fixture->session);
        g_assert_cmpint(captions->next, ==, 25);
        g_assert_cmpuint(captions->lines->len, ==, CAPTIONS_SHOWN);
        const Caption *first = captions->lines->pdata[0], *last = captions->lines->pdata[CAPTIONS_SHOWN - 1];
        g_assert_cmpint(first->n, ==, 15);
        g_assert_cmpstr(last->text, ==, "corrected");
        g_assert_cmpint(last->begun_us, ==, 124);
        captions_free(captions);
        g_autoptr(GPtrArray) all = captions_store_of_talk(fixture->db, fixture->talk);
        g_assert_cmpuint(all->len, ==, 25);
        g_autoptr(GPtrArray) none = captions_store_of_talk(fixture->db, fixture->talk + 1);
        g_assert_cmpuint(none->len, ==, 0);
}

static guint kept(Fixture *fixture)
{
        g_autoptr(GPtrArray) of_talk = captions_store_of_talk(fixture->db, fixture->talk);
        g_autoptr(GPtrArray) traces = live_traces(fixture->db, fixture->talk, LIVE_WORDS);
        g_assert_cmpuint(of_talk->len, ==, traces->len);
        return traces->len;
}

/* The words of who does not agree are left out, also when the line is corrected; they come when that person agrees, and
 * never once they are forgotten. */
static void test_words_of_who_does_not_agree(Fixture *fixture, gconstpointer data)
{
        Caption line = { 1, (char *)"hers", 2, 3 };
        save(fixture, 0, "his", 1, 4);
        g_assert_true(captions_store_save(fixture->db, fixture->session, &line, 4, 3));
        g_assert_cmpuint(kept(fixture), ==, 1);
        save(fixture, 1, "corrected", 2, 4);
        g_assert_cmpuint(kept(fixture), ==, 1);
        g_assert_true(db_run(fixture->db,
                             "INSERT INTO live_person(room_id, id, key_hash, name, role, seen_us) VALUES($1, 3, "
                             "randomblob(32), 'She', 'speaker', 1)",
                             "i", fixture->room));
        g_assert_cmpuint(kept(fixture), ==, 1);
        g_assert_true(db_run(fixture->db,
                             "INSERT INTO live_consent(room_id, person_id, given, at_us) VALUES($1, 3, 1, 5)", "i",
                             fixture->room));
        g_assert_cmpuint(kept(fixture), ==, 2);
        g_assert_true(captions_store_forget(fixture->db, fixture->room, 3));
        g_assert_cmpuint(kept(fixture), ==, 1);
}

static void test_beginning(Fixture *fixture, gconstpointer data)
{
        g_assert_cmpint(captions_store_began(fixture->db, fixture->talk + 1, 0), ==, -1);
        g_assert_cmpint(captions_store_began(fixture->db, fixture->talk, 0), ==, 7);
        for (int part = 0; part < 2; part++)
                g_assert_true(
                        db_run(fixture->db,
                               "INSERT INTO recording(event_id, talk_id, folder, title, state, started_us, "
                               "length_us, bytes, download_bytes) SELECT event_id, id, 'f' || $2, '', 'ready', $2, "
                               "1, 1, 1 FROM talk WHERE id = $1",
                               "ii", fixture->talk, (int64_t)(100 + part)));
        g_assert_cmpint(captions_store_began(fixture->db, fixture->talk, 0), ==, 100);
        g_assert_cmpint(captions_store_began(fixture->db, fixture->talk, 1), ==, 101);
}

static void test_a_person_is_forgotten(Fixture *fixture, gconstpointer data)
{
        save(fixture, 0, "hers", 1, 3);
        save(fixture, 1, "his", 2, 4);
        g_assert_true(captions_store_sign(fixture->db, fixture->session, 3));
        json_t *lines = captions_store_export(fixture->db, fixture->room, 3);
        g_assert_cmpuint(json_array_size(lines), ==, 1);
        g_assert_cmpstr(json_string_value(json_object_get(json_array_get(lines, 0), "text")), ==, "hers");
        json_decref(lines);
        g_assert_true(captions_store_forget(fixture->db, fixture->room + 1, 3));
        Captions *captions = captions_store_load(fixture->db, fixture->session);
        g_assert_cmpint(captions->signer, ==, 3);
        captions_free(captions);
        g_assert_true(captions_store_forget(fixture->db, fixture->room, 3));
        g_assert_null(captions_store_export(fixture->db, fixture->room, 3));
        lines = captions_store_export(fixture->db, fixture->room, 4);
        g_assert_nonnull(lines);
        json_decref(lines);
        captions = captions_store_load(fixture->db, fixture->session);
        g_assert_cmpint(captions->signer, ==, 0);
        g_assert_cmpuint(captions->lines->len, ==, 2); /* the words are the session's */
        captions_free(captions);
        g_assert_true(captions_store_forget(fixture->db, fixture->room, 0));
        g_assert_null(captions_store_export(fixture->db, fixture->room, 4));
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/captions/vtt/times", test_times);
        g_test_add_func("/captions/vtt/text", test_text);
        g_test_add_func("/captions/vtt/taken-back-and-clock", test_taken_back_and_clock);
        g_test_add("/captions/store/load", Fixture, NULL, set_up, test_load, tear_down);
        g_test_add("/captions/store/agrees", Fixture, NULL, set_up, test_words_of_who_does_not_agree, tear_down);
        g_test_add("/captions/store/beginning", Fixture, NULL, set_up, test_beginning, tear_down);
        g_test_add("/captions/store/forgotten", Fixture, NULL, set_up, test_a_person_is_forgotten, tear_down);
        return g_test_run();
}
