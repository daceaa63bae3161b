#include "programme/change.h"

#include "base/time.h"
#include "support/test_folder.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct {
        Store *store;
        Db *db;
        char *folder;
        int64_t event, room, other_room, talk;
} World;

static int64_t later(int hours)
{
        return (now_us() / SECOND_US) * SECOND_US + hours * HOUR_US;
}

static void set_up(World *world, gconstpointer data)
{
        (void)data;
        g_autoptr(GError) error = NULL;
        world->folder = g_dir_make_tmp("treteau-change-XXXXXX", NULL);
        world->store = store_open(world->folder, &error);
        g_assert_no_error(error);
        Db *db = world->db = store_write_begin(world->store, WRITE_PAGE);
        world->event = db_insert(db,
                                 "INSERT INTO event(slug, title, zone, first_day, last_day, published, created_us, "
                                 "changed_us) VALUES('essai', 'Essai', 'Europe/Paris', '2031-01-01', '2031-01-02', 1, "
                                 "1, 1) RETURNING id",
                                 NULL);
        world->room =
                db_insert(db, "INSERT INTO room(event_id, slug, name) VALUES($1, 'a', 'Grande scène') RETURNING id",
                          "i", world->event);
        world->other_room =
                db_insert(db, "INSERT INTO room(event_id, slug, name) VALUES($1, 'b', 'Atelier') RETURNING id", "i",
                          world->event);
        world->talk = db_insert(db,
                                "INSERT INTO talk(event_id, room_id, code, guid, title, day, start_us, end_us, "
                                "changed_us) VALUES($1, $2, 'ABCDEF', 'g', 'Ouverture', '2031-01-01', $3, $4, 1) "
                                "RETURNING id",
                                "iiii", world->event, world->room, later(24), later(25));
        g_assert_null(db_failed(db));
}

static void tear_down(World *world, gconstpointer data)
{
        (void)data;
        g_assert_true(store_write_end(world->store, world->db, true, NULL));
        store_free(world->store);
        test_folder_remove(world->folder);
}

/* One writing of the session: column = value. */
static void write_talk(World *world, const char *column, const char *value)
{
        g_autoptr(TalkFacts) before = talk_facts(world->db, world->talk);
        g_autofree char *sql = g_strdup_printf("UPDATE talk SET %s = $2 WHERE id = $1", column);
        db_run(world->db, sql, "it", world->talk, value);
        g_assert_true(talk_changed(world->db, world->talk, before));
}

static void move_talk(World *world, int64_t start_us)
{
        g_autofree char *start = g_strdup_printf("%" G_GINT64_FORMAT, start_us);
        g_autofree char *end = g_strdup_printf("%" G_GINT64_FORMAT, start_us + HOUR_US);
        g_autoptr(TalkFacts) before = talk_facts(world->db, world->talk);
        db_run(world->db, "UPDATE talk SET start_us = CAST($2 AS INTEGER), end_us = CAST($3 AS INTEGER) WHERE id = $1",
               "itt", world->talk, start, end);
        g_assert_true(talk_changed(world->db, world->talk, before));
}

static GPtrArray *untold(const World *world)
{
        return programme_changes_untold(world->db, world->event, now_us(), 100);
}

static void check_untold(const World *world, const char *want)
{
        static const char *const names[] = { "added", "moved", "room", "title", "persons", "cancelled", "restored" };
        g_autoptr(GPtrArray) changes = untold(world);
        g_autoptr(GString) found = g_string_new(NULL);
        for (guint i = 0; i < changes->len; i++) {
                const TalkChange *change = changes->pdata[i];
                g_string_append_printf(found, "%s%s", i ? " " : "", names[change->kind]);
        }
        g_assert_cmpstr(found->str, ==, want);
}

static int64_t sequence(const World *world)
{
        return db_int(world->db, -1, "SELECT sequence FROM talk WHERE id = $1", "i", world->talk);
}

static void tell(World *world)
{
        g_autoptr(GPtrArray) changes = untold(world);
        g_assert_true(programme_changes_mark_told(world->db, changes, now_us()));
}

static void test_merged(World *world, gconstpointer data)
{
        (void)data;
        write_talk(world, "title", "Accueil");
        write_talk(world, "title", "Accueil et café");
        g_autoptr(GPtrArray) changes = untold(world);
        g_assert_cmpuint(changes->len, ==, 1);
        const TalkChange *change = changes->pdata[0];
        g_assert_cmpstr(change->was, ==, "Ouverture");
        g_assert_cmpstr(change->now, ==, "Accueil et café");
        g_assert_cmpint(sequence(world), ==, 2);
        write_talk(world, "title", "Ouverture");
        check_untold(world, "");
        g_assert_cmpint(sequence(world), ==, 3);
}

static void test_moved(World *world, gconstpointer data)
{
        (void)data;
        int64_t first_us = later(24), second_us = later(30);
        move_talk(world, first_us + HOUR_US);
        move_talk(world, second_us);
        g_autoptr(GPtrArray) changes = untold(world);
        g_assert_cmpuint(changes->len, ==, 1);
        const TalkChange *change = changes->pdata[0];
        g_assert_cmpint(change->kind, ==, TALK_MOVED);
        g_assert_cmpint(change->was_start_us, ==, first_us);
        g_assert_cmpint(change->was_end_us, ==, first_us + HOUR_US);
        g_assert_cmpint(change->now_start_us, ==, second_us);
        g_assert_cmpint(change->now_end_us, ==, second_us + HOUR_US);
        tell(world);
        check_untold(world, "");
        move_talk(world, first_us);
        check_untold(world, "moved");
}

static void test_cancelled(World *world, gconstpointer data)
{
        (void)data;
        write_talk(world, "cancelled", "1");
        move_talk(world, later(40));
        check_untold(world, "cancelled");
        write_talk(world, "cancelled", "0");
        check_untold(world, "moved"); /* nobody heard that it was off */
        write_talk(world, "cancelled", "1");
        tell(world);
        check_untold(world, "");
        write_talk(world, "cancelled", "0");
        check_untold(world, "moved restored");
}

static void test_added(World *world, gconstpointer data)
{
        (void)data;
        g_assert_true(talk_changed(world->db, world->talk, NULL));
        g_assert_cmpint(sequence(world), ==, 0);
        write_talk(world, "title", "Autre titre");
        move_talk(world, later(50));
        g_autoptr(GPtrArray) changes = untold(world);
        g_assert_cmpuint(changes->len, ==, 1);
        g_assert_cmpstr(((const TalkChange *)changes->pdata[0])->title, ==, "Autre titre");
        write_talk(world, "cancelled", "1");
        check_untold(world, "");
}

static void test_who(World *world, gconstpointer data)
{
        (void)data;
        int64_t ada = db_insert(world->db,
                                "INSERT INTO person(event_id, code, guid, name) VALUES($1, 'ADA', 'p1', 'Ada') "
                                "RETURNING id",
                                "i", world->event);
        g_autoptr(TalkFacts) before = talk_facts(world->db, world->talk);
        db_run(world->db, "INSERT INTO talk_person(talk_id, person_id, position) VALUES($1, $2, 0)", "ii", world->talk,
               ada);
        db_run(world->db, "UPDATE talk SET persons = 'Ada' WHERE id = $1", "i", world->talk);
        g_assert_true(talk_changed(world->db, world->talk, before));
        check_untold(world, "persons");
        tell(world);
        write_talk(world, "persons", "Ada Lovelace"); /* another spelling is no other person */
        check_untold(world, "");
}

static void test_quiet(World *world, gconstpointer data)
{
        (void)data;
        write_talk(world, "abstract", "Un résumé");
        check_untold(world, "");
        g_assert_cmpint(sequence(world), ==, 0);
        g_autoptr(GPtrArray) early = NULL;
        write_talk(world, "title", "Titre");
        early = programme_changes_untold(world->db, 0, now_us() - MINUTE_US, 100);
        g_assert_cmpuint(early->len, ==, 0); /* its editor may not be done */
        tell(world);
        db_run(world->db, "UPDATE event SET published = 0", NULL);
        write_talk(world, "title", "Encore");
        db_run(world->db, "UPDATE event SET published = 1", NULL);
        check_untold(world, "");
        db_run(world->db, "UPDATE talk SET start_us = 1, end_us = 2", NULL);
        write_talk(world, "title", "Trop tard"); /* over: history only */
        check_untold(world, "");
        int64_t total = 0;
        g_autoptr(GPtrArray) history = change_list(world->db, world->event, false, 10, 0, &total);
        g_assert_cmpint(total, ==, 2);
        g_assert_cmpstr(((const TalkChange *)history->pdata[0])->now, ==, "Trop tard");
}

static void test_gone(World *world, gconstpointer data)
{
        (void)data;
        write_talk(world, "cancelled", "1");
        db_run(world->db, "DELETE FROM talk WHERE id = $1", "i", world->talk);
        g_assert_cmpstr(db_failed(world->db) ? db_failed(world->db)->message : "", ==, "");
        g_autoptr(GPtrArray) changes = untold(world);
        g_assert_cmpuint(changes->len, ==, 1);
        g_assert_cmpint(((const TalkChange *)changes->pdata[0])->talk, ==, 0);
}

#define ADD(name, function) g_test_add("/change/" name, World, NULL, set_up, function, tear_down)

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        ADD("merged until told", test_merged);
        ADD("moved", test_moved);
        ADD("cancelled and restored", test_cancelled);
        ADD("added is one news", test_added);
        ADD("who speaks", test_who);
        ADD("what is not told", test_quiet);
        ADD("a session that is gone", test_gone);
        return g_test_run();
}
