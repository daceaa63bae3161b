#include "registration/registration_store.h"

#include "base/time.h"
#include "people/people.h"
#include "support/test_folder.h"

typedef struct {
        char *folder;
        Store *store;
        Db *db; /* one turn a test */
        int64_t event;
} Fixture;

static int64_t make_event(Db *db, const char *slug, const char *first_day, const char *last_day)
{
        return db_insert(db,
                         "INSERT INTO event(slug, title, zone, first_day, last_day, created_us, changed_us) "
                         "VALUES($1, 'Événement', 'Europe/Paris', $2, $3, 1, 1) RETURNING id",
                         "ttt", slug, first_day, last_day);
}

static void set_up(Fixture *fixture, gconstpointer data)
{
        g_autoptr(GError) error = NULL;
        fixture->folder = g_dir_make_tmp("registration-XXXXXX", NULL);
        fixture->store = store_open(fixture->folder, &error);
        g_assert_no_error(error);
        fixture->db = store_write_begin(fixture->store, WRITE_PAGE);
        fixture->event = make_event(fixture->db, "nec", "2999-01-28", "2999-01-29");
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
        g_assert_null(db_failed(fixture->db));
        store_write_end(fixture->store, fixture->db, true, NULL);
        store_free(fixture->store);
        test_folder_remove(fixture->folder);
}

static int64_t enter(Fixture *fixture, int64_t event, const char *email, bool onsite)
{
        int64_t account = people_ensure(fixture->db, email, "Ada", "fr");
        people_grant(fixture->db, account, event, ROLE_ATTENDEE);
        return registration_insert(fixture->db, event, account, onsite);
}

static void test_places(Fixture *fixture, gconstpointer data)
{
        g_assert_false(registration_has_place(fixture->db, fixture->event));
        g_assert_cmpint(enter(fixture, fixture->event, "a@exemple.fr", true), ==, 0);
        registration_set_places(fixture->db, fixture->event, 2);
        g_assert_cmpint(enter(fixture, fixture->event, "a@exemple.fr", true), >, 0);
        g_assert_cmpint(enter(fixture, fixture->event, "a@exemple.fr", true), ==, 0);
        int64_t second = enter(fixture, fixture->event, "b@exemple.fr", true);
        g_assert_cmpint(second, >, 0);
        g_assert_cmpint(enter(fixture, fixture->event, "c@exemple.fr", true), ==, 0);
        int64_t remote = enter(fixture, fixture->event, "c@exemple.fr", false);
        g_assert_cmpint(remote, >, 0);
        g_assert_false(registration_change_path(fixture->db, remote, fixture->event, true));
        g_assert_true(registration_change_path(fixture->db, second, fixture->event, true));
        g_assert_true(registration_change_path(fixture->db, second, fixture->event, false));
        g_assert_true(registration_change_path(fixture->db, remote, fixture->event, true));
        RegistrationCount count = registration_count(fixture->db, fixture->event);
        g_assert_cmpint(count.onsite, ==, 2);
        g_assert_cmpint(count.remote, ==, 1);
        g_assert_cmpint(count.places, ==, 2);
}

static void test_mailed_once_an_hour(Fixture *fixture, gconstpointer data)
{
        enter(fixture, fixture->event, "a@exemple.fr", false);
        int64_t account = people_find(fixture->db, "a@exemple.fr");
        int64_t at_us = now_us();
        g_assert_true(registration_mark_mailed(fixture->db, fixture->event, account, at_us - HOUR_US, at_us));
        g_assert_false(registration_mark_mailed(fixture->db, fixture->event, account, at_us - HOUR_US, at_us));
        g_assert_true(registration_mark_mailed(fixture->db, fixture->event, account, at_us + HOUR_US, at_us));
        g_assert_false(registration_mark_mailed(fixture->db, fixture->event, account + 1, at_us + HOUR_US, at_us));
}

static void test_needs(Fixture *fixture, gconstpointer data)
{
        int64_t one = enter(fixture, fixture->event, "a@exemple.fr", false);
        int64_t two = enter(fixture, fixture->event, "b@exemple.fr", false);
        needs_keep(fixture->db, one, &(Needs){ .captions = true, .other = "Une boucle" });
        needs_keep(fixture->db, two, &(Needs){ .captions = true, .wheelchair = true, .other = "" });
        g_autoptr(NeedsSummary) summary = needs_summary(fixture->db, fixture->event);
        g_assert_cmpint(summary->captions, ==, 2);
        g_assert_cmpint(summary->sign, ==, 0);
        g_assert_cmpint(summary->wheelchair, ==, 1);
        g_assert_cmpuint(summary->others->len, ==, 1);
        g_assert_cmpstr(summary->others->pdata[0], ==, "Une boucle");
        g_autofree char *text = needs_text(fixture->db, one);
        g_assert_cmpstr(text, ==, "captions Une boucle");
        g_assert_cmpint(needs_agreed_us(fixture->db, one), >, 0);
}

static void test_erase(Fixture *fixture, gconstpointer data)
{
        int64_t one = enter(fixture, fixture->event, "a@exemple.fr", false);
        needs_keep(fixture->db, one, &(Needs){ .other = "Une boucle" });
        int64_t account = people_find(fixture->db, "a@exemple.fr");
        g_assert_true(registration_end(fixture->db, fixture->event, account));
        g_assert_null(registration_of(fixture->db, fixture->event, account));
        g_assert_cmpint(needs_agreed_us(fixture->db, one), ==, 0);
        g_assert_cmpuint(people_roles(fixture->db, account, fixture->event), ==, 0);
        g_assert_cmpint(people_find(fixture->db, "a@exemple.fr"), ==, 0);
}

/* Who holds something else, here or elsewhere, stays known for it. */
static void test_erase_keeps_others(Fixture *fixture, gconstpointer data)
{
        int64_t other = make_event(fixture->db, "autre", "2999-01-28", "2999-01-29");
        enter(fixture, fixture->event, "a@exemple.fr", false);
        enter(fixture, other, "a@exemple.fr", false);
        int64_t account = people_find(fixture->db, "a@exemple.fr");
        g_assert_true(registration_end(fixture->db, fixture->event, account));
        g_assert_cmpint(people_find(fixture->db, "a@exemple.fr"), ==, account);
        people_grant(fixture->db, account, fixture->event, ROLE_HOST);
        g_assert_true(registration_end(fixture->db, other, account));
        g_assert_cmpint(people_find(fixture->db, "a@exemple.fr"), ==, account);
}

static void test_expire(Fixture *fixture, gconstpointer data)
{
        int64_t long_ago = make_event(fixture->db, "ancien", "2021-01-28", "2021-01-29");
        int64_t old = enter(fixture, long_ago, "vieux@exemple.fr", false);
        int64_t coming = enter(fixture, fixture->event, "a@exemple.fr", false);
        needs_keep(fixture->db, coming, &(Needs){ .other = "Une boucle" });
        needs_keep(fixture->db, old, &(Needs){ .other = "Une boucle" });
        g_assert_true(registration_expire(fixture->db));
        g_assert_cmpint(people_find(fixture->db, "vieux@exemple.fr"), ==, 0);
        g_assert_cmpint(needs_agreed_us(fixture->db, old), ==, 0);
        g_assert_cmpint(registration_count(fixture->db, long_ago).remote, ==, 0);
        g_assert_cmpint(needs_agreed_us(fixture->db, coming), >, 0);
        g_assert_cmpint(registration_count(fixture->db, fixture->event).remote, ==, 1);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add("/registration/places", Fixture, NULL, set_up, test_places, tear_down);
        g_test_add("/registration/mailed-once-an-hour", Fixture, NULL, set_up, test_mailed_once_an_hour, tear_down);
        g_test_add("/registration/needs", Fixture, NULL, set_up, test_needs, tear_down);
        g_test_add("/registration/erase", Fixture, NULL, set_up, test_erase, tear_down);
        g_test_add("/registration/erase-keeps-others", Fixture, NULL, set_up, test_erase_keeps_others, tear_down);
        g_test_add("/registration/expire", Fixture, NULL, set_up, test_expire, tear_down);
        return g_test_run();
}
