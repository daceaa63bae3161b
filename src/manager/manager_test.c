/* A stage manager's tools without a room: what the log says, first run sheets, what is kept of whom. */
#include "manager/manager_store.h"

#include "base/time.h"
#include "support/test_folder.h"

#include <string.h>

static char *what_of(const char *message)
{
        json_t *json = json_loads(message, 0, NULL);
        g_assert_nonnull(json);
        char *what = deed_what(json);
        json_decref(json);
        return what;
}

static void messages_have_their_variants(void)
{
        static const char *const cases[][2] = {
                { "{\"t\":\"stage\",\"who\":3,\"on\":true}", "stage:on" },
                { "{\"t\":\"record\",\"on\":false}", "record:off" },
                { "{\"t\":\"pin\",\"who\":null}", "pin:none" },
                { "{\"t\":\"pin\",\"who\":2}", "pin" },
                { "{\"t\":\"scene\",\"scene\":\"both\"}", "scene:both" },
                { "{\"t\":\"question\",\"id\":1,\"state\":\"answering\"}", "question:answering" },
                { "{\"t\":\"poll_state\",\"state\":\"not a <token>\"}", "poll_state" },
                { "{\"t\":\"door\",\"door\":\"lobby\"}", "door:lobby" },
                { "{\"t\":\"admit\",\"all\":true}", "admit:all" },
                { "{\"t\":\"admit\",\"who\":7}", "admit" },
                { "{\"t\":\"groups_put\",\"who\":7,\"group\":null}", "groups_put:none" },
                { "{\"t\":\"unheard_of\"}", "unheard_of" },
        };
        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autofree char *what = what_of(cases[i][0]);
                g_assert_cmpstr(what, ==, cases[i][1]);
        }
}

static void a_sentence_is_filled_once(void)
{
        const Lang *english = lang_find("en");
        Deed deed = { .what = (char *)"stage:on", .detail = (char *)"" };
        g_autofree char *text = deed_text(english, &deed, "{whom}", "Bo {detail}"); /* names are no places */
        g_assert_cmpstr(text, ==, "{whom} brings Bo {detail} on stage");
        Deed unknown = { .what = (char *)"fireworks:on", .detail = (char *)"" };
        g_autofree char *told = deed_text(english, &unknown, "Ada", "");
        g_assert_nonnull(strstr(told, "Ada"));
        g_assert_nonnull(strstr(told, "fireworks:on"));
}

static char *type_of(const char *what)
{
        return g_strndup(what, strcspn(what, ":"));
}

static void is_told(const char *type, LiveRole least, gpointer told)
{
        if (least == LIVE_HOST && !g_hash_table_contains(told, type)) {
                g_test_message("manager_deeds.c has no sentence for \"%s\"", type);
                g_test_fail();
        }
}

static void note_type(const char *type, LiveRole least, gpointer types)
{
        g_hash_table_add(types, (gpointer)type);
}

/* Whatever hosts alone may do has a sentence, and no sentence is of a message that there is not. */
static void each_message_of_hosts_has_a_sentence(void)
{
        json_t *sentences = deed_sentences(lang_find("en"));
        g_autoptr(GHashTable) told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        g_autoptr(GHashTable) types = g_hash_table_new(g_str_hash, g_str_equal);
        const char *what;
        json_t *sentence;
        json_object_foreach(sentences, what, sentence) g_hash_table_add(told, type_of(what));
        live_each_message(is_told, told);
        live_each_message(note_type, types);
        json_object_foreach(sentences, what, sentence)
        {
                g_autofree char *type = type_of(what);
                g_assert_true(!*type || g_hash_table_contains(types, type));
        }
        g_assert_cmpuint(g_hash_table_size(types), >, 50);
        json_decref(sentences);
}

static int total(const GPtrArray *rows)
{
        int minutes = 0;
        for (guint i = 0; i < rows->len; i++)
                minutes += ((const RunRow *)rows->pdata[i])->minutes;
        return minutes;
}

static void a_draft_fills_its_session(void)
{
        static const char *const three[] = { "Ada", "Bo", "Cy", NULL }, *const none[] = { NULL };
        for (int minutes = 15; minutes <= 240; minutes++) {
                g_autoptr(GPtrArray) rows = run_draft(lang_find("en"), minutes, three);
                g_assert_cmpuint(rows->len, ==, 6);
                g_assert_cmpint(total(rows), ==, minutes);
                g_assert_cmpint(((const RunRow *)rows->pdata[4])->minutes, ==, minutes / 3); /* time for debate */
        }
        g_autoptr(GPtrArray) alone = run_draft(lang_find("en"), 45, none);
        g_assert_cmpuint(alone->len, ==, 4);
        g_assert_cmpint(total(alone), ==, 45);
        g_autoptr(GArray) times = run_times(alone, 100 * MINUTE_US);
        g_assert_cmpint(g_array_index(times, int64_t, 1), ==, 103 * MINUTE_US);
        g_assert_cmpint(g_array_index(times, int64_t, 4), ==, 145 * MINUTE_US);
}

/* --- the store ---------------------------------------------------------------------------------------------------- */

typedef struct {
        char *folder;
        Store *store;
        Db *db;
        LiveMoment moment;
} Fixture;

static void set_up(Fixture *fixture, gconstpointer data)
{
        g_autoptr(GError) error = NULL;
        fixture->folder = g_dir_make_tmp("manager-XXXXXX", NULL);
        fixture->store = store_open(fixture->folder, &error);
        g_assert_no_error(error);
        Db *db = fixture->db = store_write_begin(fixture->store, WRITE_PAGE);
        LiveMoment *moment = &fixture->moment;
        moment->now_us = now_us();
        moment->event_id =
                db_insert(db,
                          "INSERT INTO event(slug, title, zone, first_day, last_day, created_us, changed_us) "
                          "VALUES('nec', 'N', 'Europe/Paris', '2026-01-28', '2026-01-28', 1, 1) RETURNING id",
                          NULL);
        moment->room_id = db_insert(db,
                                    "INSERT INTO room(event_id, slug, name, kind, position) "
                                    "VALUES($1, 'scene', 'S', 'stage', 1) RETURNING id",
                                    "i", moment->event_id);
        moment->talk_id = db_insert(db,
                                    "INSERT INTO talk(event_id, room_id, code, guid, title, kind, language, day, "
                                    "start_us, end_us, changed_us) VALUES($1, $2, 'ABC', 'g', 'T', 'table', 'fr', "
                                    "'2026-01-28', $3, $3 + 3600000000, 1) RETURNING id",
                                    "iii", moment->event_id, moment->room_id, moment->now_us);
        moment->session_id =
                db_insert(db, "INSERT INTO live_session(room_id, talk_id, started_us) VALUES($1, $2, 1) RETURNING id",
                          "ii", moment->room_id, moment->talk_id);
        for (int64_t id = 1; id <= 3; id++) {
                unsigned char key[32] = { (unsigned char)id };
                db_run(db,
                       "INSERT INTO live_person(room_id, id, key_hash, name, role, seen_us) VALUES($1, $2, $3, 'P',"
                       " 'host', 1)",
                       "iib", moment->room_id, id, key, sizeof key);
        }
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

static void note(Fixture *fixture, int who, const char *what, int whom)
{
        Deed deed = { fixture->moment.now_us, who, whom, (char *)what, (char *)"said" };
        g_assert_true(manager_store_deed(fixture->db, &fixture->moment, &deed));
}

static void whoever_is_erased_leaves_the_log(Fixture *fixture, gconstpointer data)
{
        int64_t room = fixture->moment.room_id;
        note(fixture, 1, "stage:on", 2);
        note(fixture, 3, "mute", 1);
        g_assert_true(manager_store_keeps(fixture->db, room, 2));
        json_t *export = manager_store_export(fixture->db, room, 1);
        g_assert_cmpuint(json_array_size(json_object_get(export, "did")), ==, 1);
        g_assert_cmpuint(json_array_size(json_object_get(export, "was_done_to")), ==, 1);
        json_decref(export);
        g_assert_true(manager_store_erase(fixture->db, room, 1));
        g_assert_false(manager_store_keeps(fixture->db, room, 1));
        int64_t lines = 0;
        g_autoptr(GPtrArray) log = manager_store_log(fixture->db, fixture->moment.talk_id, 10, 0, &lines);
        g_assert_cmpint(lines, ==, 2);
        const LogLine *first = log->pdata[0], *second = log->pdata[1];
        g_assert_cmpint(first->deed.who, ==, 0);
        g_assert_cmpstr(first->deed.detail, ==, "");
        g_assert_cmpint(first->deed.whom, ==, 2);
        g_assert_cmpint(second->deed.whom, ==, 0);
        g_assert_cmpstr(second->who, ==, "P");
        g_assert_true(manager_store_expire(fixture->db, room));
        g_assert_false(manager_store_keeps(fixture->db, room, 3));
}

static RunRow *new_row(const char *what)
{
        RunRow *row = g_new0(RunRow, 1);
        row->minutes = 5;
        row->what = g_strdup(what);
        row->who = g_strdup("");
        row->cue = g_strdup("");
        row->link = g_strdup("");
        row->scene = g_strdup("both");
        return row;
}

static char *order(Fixture *fixture)
{
        g_autoptr(GPtrArray) rows = run_store_rows(fixture->db, fixture->moment.talk_id);
        GString *text = g_string_new(NULL);
        for (guint i = 0; i < rows->len; i++)
                g_string_append(text, ((const RunRow *)rows->pdata[i])->what);
        return g_string_free(text, FALSE);
}

static void rows_keep_their_order_and_two_writers(Fixture *fixture, gconstpointer data)
{
        int64_t talk = fixture->moment.talk_id;
        g_autoptr(RunRow) a = new_row("a"), b = new_row("b"), c = new_row("c");
        for (RunRow **row = (RunRow *[]){ a, b, c, NULL }; *row; row++)
                g_assert_cmpint(run_store_keep(fixture->db, talk, *row), ==, RUN_KEPT);
        g_assert_true(run_store_move(fixture->db, talk, c->id, true));
        g_autofree char *moved = order(fixture);
        g_assert_cmpstr(moved, ==, "acb");
        g_assert_true(run_store_move(fixture->db, talk, a->id, true)); /* the first goes nowhere */
        g_assert_true(run_store_move(fixture->db, talk, a->id, false));
        g_autofree char *again = order(fixture);
        g_assert_cmpstr(again, ==, "cab");
        b->version = 1;
        g_assert_cmpint(run_store_keep(fixture->db, talk, b), ==, RUN_KEPT);
        g_assert_cmpint(run_store_keep(fixture->db, talk, b), ==, RUN_STALE);
        g_assert_true(run_store_delete(fixture->db, talk, a->id));
        a->version = 1;
        g_assert_cmpint(run_store_keep(fixture->db, talk, a), ==, RUN_STALE);
        g_assert_null(run_store_row(fixture->db, talk + 1, b->id)); /* of another session */
        for (int i = 2; i < RUN_ROWS_MAX; i++) {
                g_autoptr(RunRow) row = new_row("x");
                g_assert_cmpint(run_store_keep(fixture->db, talk, row), ==, RUN_KEPT);
        }
        g_autoptr(RunRow) over = new_row("y");
        g_assert_cmpint(run_store_keep(fixture->db, talk, over), ==, RUN_FULL);
}

static void a_room_finds_all_again(Fixture *fixture, gconstpointer data)
{
        g_autoptr(RunRow) row = new_row("a");
        run_store_keep(fixture->db, fixture->moment.talk_id, row);
        note(fixture, 1, "record:on", 0);
        g_assert_true(manager_store_begin(fixture->db, &fixture->moment, row->id, "a"));
        g_assert_true(manager_store_start(fixture->db, &fixture->moment, 77));
        for (int i = 0; i < ANNOUNCED_MAX + 1; i++) {
                Announcement one = { .text = (char *)"Hear",
                                     .at_us = fixture->moment.now_us,
                                     .until_us = fixture->moment.now_us + MINUTE_US };
                g_assert_cmpint(manager_store_announce(fixture->db, &fixture->moment, 1, &one), ==, i < ANNOUNCED_MAX);
        }
        Manager *manager = manager_store_load(fixture->db, &fixture->moment);
        g_assert_cmpuint(manager->deeds->len, ==, 1);
        g_assert_cmpuint(manager->announcements->len, ==, ANNOUNCED_MAX);
        g_assert_cmpint(manager->row, ==, row->id);
        g_assert_cmpint(manager->since_us, ==, fixture->moment.now_us);
        g_assert_cmpint(manager->start_us, ==, 77);
        g_assert_cmpstr(manager->talk_code, ==, "ABC");
        g_assert_null(manager->next_title);
        manager_free(manager);
        fixture->moment.now_us += 2 * MINUTE_US; /* announcements have had their time */
        manager = manager_store_load(fixture->db, &fixture->moment);
        g_assert_cmpuint(manager->announcements->len, ==, 0);
        manager_free(manager);
}

static char *chapters(Fixture *fixture)
{
        g_autoptr(GPtrArray) traces = live_traces(fixture->db, fixture->moment.talk_id, LIVE_CHAPTER);
        GString *text = g_string_new(NULL);
        for (guint i = 0; i < traces->len; i++) {
                const LiveTrace *trace = traces->pdata[i];
                g_string_append_printf(text, "%s[%s %s]", i ? " " : "",
                                       trace->text ? trace->text : live_scene_word((LiveScene)trace->n),
                                       trace->name ? trace->name : "-");
        }
        return g_string_free(text, FALSE);
}

static void begin(Fixture *fixture, const RunRow *row)
{
        fixture->moment.now_us += MINUTE_US;
        g_assert_true(manager_store_begin(fixture->db, &fixture->moment, row ? row->id : 0, row ? row->what : ""));
}

static void note_later(Fixture *fixture, const char *what)
{
        fixture->moment.now_us += MINUTE_US;
        note(fixture, 1, what, 0);
}

/* The fixture's three people have one name: whoever does not agree keeps it out. */
static void what_was_led_makes_chapters(Fixture *fixture, gconstpointer data)
{
        g_autoptr(RunRow) a = new_row("Welcome"), b = new_row("Talk");
        g_free(b->who);
        b->who = g_strdup("p");
        run_store_keep(fixture->db, fixture->moment.talk_id, a);
        run_store_keep(fixture->db, fixture->moment.talk_id, b);
        begin(fixture, a);
        note_later(fixture, "scene:auto"); /* as it was: says nothing */
        note_later(fixture, "scene:gallery");
        note_later(fixture, "scene:gallery");
        note_later(fixture, "scene:auto");
        note_later(fixture, "mute:on");
        begin(fixture, NULL); /* back before the first */
        begin(fixture, b);
        g_autofree char *unnamed = chapters(fixture);
        g_assert_cmpstr(unnamed, ==, "[Welcome -] [gallery -] [Talk -]");
        for (int64_t id = 1; id <= 3; id++)
                db_run(fixture->db, "INSERT INTO live_consent(room_id, person_id, given, at_us) VALUES($1, $2, 1, 1)",
                       "ii", fixture->moment.room_id, id);
        g_autofree char *named = chapters(fixture);
        g_assert_cmpstr(named, ==, "[Welcome -] [gallery -] [Talk P]");
        db_run(fixture->db, "INSERT INTO live_consent(room_id, person_id, given, at_us) VALUES($1, 2, 0, 2)", "i",
               fixture->moment.room_id);
        g_autofree char *again = chapters(fixture);
        g_assert_cmpstr(again, ==, "[Welcome -] [gallery -] [Talk -]");
        g_assert_true(run_store_delete(fixture->db, fixture->moment.talk_id, a->id)); /* the chapter stays */
        g_assert_true(manager_store_expire(fixture->db, fixture->moment.room_id));
        g_autofree char *later = chapters(fixture);
        g_assert_cmpstr(later, ==, "[Welcome -] [Talk -]");
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/manager/variants", messages_have_their_variants);
        g_test_add_func("/manager/each-message", each_message_of_hosts_has_a_sentence);
        g_test_add_func("/manager/sentence", a_sentence_is_filled_once);
        g_test_add_func("/manager/draft", a_draft_fills_its_session);
#define STORE_TEST(name, function) g_test_add("/manager/" name, Fixture, NULL, set_up, function, tear_down)
        STORE_TEST("erased", whoever_is_erased_leaves_the_log);
        STORE_TEST("rows", rows_keep_their_order_and_two_writers);
        STORE_TEST("chapters", what_was_led_makes_chapters);
        STORE_TEST("again", a_room_finds_all_again);
        return g_test_run();
}
