#include "people/people_store.h"

#include <string.h>

#include "base/time.h"
#include "support/test_folder.h"

typedef struct {
        char *folder;
        Store *store;
        int64_t event, other_event;
} Fixture;

static int64_t make_event(Db *db, const char *slug)
{
        return db_insert(db,
                         "INSERT INTO event(slug, title, zone, first_day, last_day, created_us, changed_us) "
                         "VALUES($1, 'Événement', 'Europe/Paris', '2026-01-28', '2026-01-29', 1, 1) RETURNING id",
                         "t", slug);
}

static void set_up(Fixture *fixture, gconstpointer data)
{
        g_autoptr(GError) error = NULL;
        fixture->folder = g_dir_make_tmp("people-XXXXXX", NULL);
        fixture->store = store_open(fixture->folder, &error);
        g_assert_no_error(error);
        Db *db = store_write_begin(fixture->store, WRITE_JOB);
        fixture->event = make_event(db, "nec");
        fixture->other_event = make_event(db, "autre");
        g_assert_true(store_write_end(fixture->store, db, true, &error));
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
        store_free(fixture->store);
        test_folder_remove(fixture->folder);
}

static void end(Fixture *fixture, Db *db)
{
        g_autoptr(GError) error = NULL;
        store_write_end(fixture->store, db, true, &error);
        g_assert_no_error(error);
}

static void test_accounts(Fixture *fixture, gconstpointer data)
{
        Db *db = store_write_begin(fixture->store, WRITE_PAGE);
        int64_t one = people_ensure(db, "a@exemple.fr", "", "fr");
        g_assert_cmpint(one, >, 0);
        g_assert_cmpint(people_ensure(db, "a@exemple.fr", "Ada", "en"), ==, one);
        g_assert_cmpint(people_ensure(db, "a@exemple.fr", "Autre", "en"), ==, one);
        g_assert_cmpint(people_find(db, "b@exemple.fr"), ==, 0);
        g_autoptr(Account) account = people_account(db, one);
        g_assert_cmpstr(account->name, ==, "Ada");
        g_assert_cmpstr(account->lang, ==, "fr");
        g_assert_false(account->owner);
        end(fixture, db);
}

static bool may(Db *db, int64_t account, int64_t event, Right right)
{
        return (people_rights(db, account, event) & RIGHT_BIT(right)) != 0;
}

static void test_roles(Fixture *fixture, gconstpointer data)
{
        Db *db = store_write_begin(fixture->store, WRITE_PAGE);
        int64_t host = people_ensure(db, "a@exemple.fr", "", "fr");
        g_assert_true(people_grant(db, host, fixture->event, ROLE_HOST));
        g_assert_true(people_grant(db, host, fixture->event, ROLE_HOST));
        g_assert_cmpuint(people_roles(db, host, fixture->event), ==, ROLE_HOST);
        g_assert_true(may(db, host, fixture->event, RIGHT_HOST));
        g_assert_false(may(db, host, fixture->event, RIGHT_ORGANISER));
        g_assert_false(may(db, host, fixture->other_event, RIGHT_HOST));
        g_assert_false(may(db, host, 0, RIGHT_HOST));
        g_assert_false(may(db, host, 0, RIGHT_OWNER));
        g_assert_false(may(db, 999, fixture->event, RIGHT_SIGNED_IN));
        g_assert_false(may(db, 0, 0, RIGHT_SIGNED_IN));
        g_assert_cmpuint(people_rights(db, 0, fixture->event), ==, 0);
        g_assert_false(may(db, host, fixture->event, RIGHT_DEMO));
        g_assert_true(may(db, host, fixture->event, RIGHT_SIGNED_IN));
        people_withdraw(db, host, fixture->event, ROLE_HOST);
        g_assert_false(may(db, host, fixture->event, RIGHT_HOST));
        end(fixture, db);
}

static void test_owner_link(Fixture *fixture, gconstpointer data)
{
        g_autoptr(GError) error = NULL;
        g_autofree char *address =
                people_link_for_owner(fixture->store, " Orga@Exemple.FR ", "http://127.0.0.1:1", "/nec/", &error);
        g_assert_no_error(error);
        g_assert_true(g_str_has_prefix(address, "http://127.0.0.1:1/sign-in/link/"));
        g_autofree char *token = g_strndup(address + strlen("http://127.0.0.1:1/sign-in/link/"), TOKEN_LENGTH);
        Db *db = store_read_begin(fixture->store);
        g_autoptr(Link) link = link_by_token(db, token);
        g_assert_nonnull(link);
        g_assert_cmpint(link->account, ==, people_find(db, "orga@exemple.fr"));
        g_assert_cmpstr(link->next, ==, "/nec/");
        g_assert_true(may(db, link->account, 0, RIGHT_OWNER));
        g_assert_true(may(db, link->account, fixture->event, RIGHT_ORGANISER));
        store_read_end(fixture->store, db);
        g_assert_null(people_link_for_owner(fixture->store, "nobody", "http://127.0.0.1:1", NULL, &error));
        g_assert_nonnull(error);
}

static void test_used_once(Fixture *fixture, gconstpointer data)
{
        Db *db = store_write_begin(fixture->store, WRITE_PAGE);
        int64_t account = people_ensure(db, "a@exemple.fr", "", "fr");
        g_autofree char *token = link_insert(db, LINK_SIGN_IN, account, 0, 0, "", now_us() + MINUTE_US);
        g_autoptr(Link) link = link_by_token(db, token);
        g_assert_true(link_is_open(link, now_us()));
        g_assert_true(link_use(db, link->id));
        g_assert_false(link_use(db, link->id));
        g_autoptr(Link) again = link_by_token(db, token);
        g_assert_false(link_is_open(again, now_us()));
        char other[TOKEN_LENGTH + 1];
        token_make(other);
        g_assert_null(link_by_token(db, other));
        end(fixture, db);
}

static void test_personal_links(Fixture *fixture, gconstpointer data)
{
        Db *db = store_write_begin(fixture->store, WRITE_PAGE);
        int64_t account = people_ensure(db, "a@exemple.fr", "", "fr");
        people_grant(db, account, fixture->event, ROLE_ATTENDEE);
        g_autofree char *token = people_new_token();
        g_assert_true(people_keep_personal_link(db, token, account, fixture->event, "/nec/me/", now_us() + DAY_US));
        g_autoptr(Link) link = link_by_token(db, token);
        link_use(db, link->id);
        g_autoptr(Link) used = link_by_token(db, token);
        g_assert_true(link_is_open(used, now_us()));
        g_assert_false(account_is_privileged(db, account));
        people_grant(db, account, fixture->other_event, ROLE_SPEAKER);
        g_assert_true(account_is_privileged(db, account));
        people_revoke_personal_links(db, account, fixture->other_event);
        g_autoptr(Link) kept = link_by_token(db, token);
        g_assert_true(link_is_open(kept, now_us()));
        people_revoke_personal_links(db, account, fixture->event);
        g_autoptr(Link) revoked = link_by_token(db, token);
        g_assert_false(link_is_open(revoked, now_us()));
        end(fixture, db);
}

static void test_invitations(Fixture *fixture, gconstpointer data)
{
        Db *db = store_write_begin(fixture->store, WRITE_PAGE);
        int64_t account = people_ensure(db, "a@exemple.fr", "", "fr");
        int64_t invitation = invitation_insert(db, account, fixture->event, ROLE_HOST);
        g_assert_cmpint(invitation, >, 0);
        g_assert_cmpint(invitation_insert(db, account, fixture->event, ROLE_HOST), ==, 0);
        g_assert_cmpint(invitation_open_id(db, account, fixture->event, ROLE_HOST), ==, invitation);
        g_autofree char *token =
                link_insert(db, LINK_INVITATION, account, fixture->event, invitation, "", now_us() + DAY_US);
        g_assert_false(invitation_withdraw(db, fixture->other_event, invitation));
        g_assert_true(invitation_withdraw(db, fixture->event, invitation));
        g_assert_false(invitation_withdraw(db, fixture->event, invitation));
        g_autoptr(Link) link = link_by_token(db, token);
        g_assert_false(link_is_open(link, now_us()));
        int64_t second = invitation_insert(db, account, fixture->event, ROLE_HOST);
        g_assert_cmpint(invitation_of_account(db, account), ==, second);
        invitation_accept(db, second);
        g_assert_cmpint(invitation_of_account(db, account), ==, 0);
        g_assert_cmpint(invitation_count_since(db, fixture->event, 0), ==, 2);
        end(fixture, db);
}

/* Asked for every voice of every recording, every few seconds: an event of thousands must not be read through each
 * time. */
static void test_consent_is_looked_up(Fixture *fixture, gconstpointer data)
{
        Db *db = store_read_begin(fixture->store);
        {
                g_autoptr(Stmt) plan = db_query(db,
                                                "EXPLAIN QUERY PLAN SELECT given_us FROM consent WHERE account_id = 1 "
                                                "AND event_id = 2 ORDER BY id DESC LIMIT 1",
                                                NULL);
                g_assert_true(stmt_next(plan));
                g_assert_true(strstr(stmt_text(plan, 3), "consent_choice (account_id=? AND event_id=?)"));
                g_assert_false(stmt_next(plan)); /* nothing is sorted */
        }
        store_read_end(fixture->store, db);
}

static void test_consent(Fixture *fixture, gconstpointer data)
{
        Db *db = store_write_begin(fixture->store, WRITE_PAGE);
        int64_t account = people_ensure(db, "a@exemple.fr", "", "fr");
        g_assert_false(people_consent(db, account, fixture->event).standing);
        g_assert_true(people_consent_give(db, account, fixture->event));
        g_assert_true(people_consent_give(db, account, fixture->event));
        Consent given = people_consent(db, account, fixture->event);
        g_assert_true(given.standing);
        g_assert_cmpint(given.given_us, >, 0);
        g_assert_false(people_consent(db, account, fixture->other_event).standing);
        people_consent_withdraw(db, account, fixture->event);
        Consent withdrawn = people_consent(db, account, fixture->event);
        g_assert_false(withdrawn.standing);
        g_assert_cmpint(withdrawn.withdrawn_us, >=, given.given_us);
        people_consent_give(db, account, fixture->event);
        g_assert_true(people_consent(db, account, fixture->event).standing);
        g_assert_cmpint(db_int(db, 0, "SELECT count(*) FROM consent", NULL), ==, 2);
        end(fixture, db);
}

static void test_throttle(Fixture *fixture, gconstpointer data)
{
        Db *db = store_write_begin(fixture->store, WRITE_PAGE);
        const char *network = "192.0.2.0/24";
        int64_t last_us = 1;
        g_assert_cmpint(throttle_count(db, "guess", network, HOUR_US, &last_us), ==, 0);
        g_assert_cmpint(last_us, ==, 0);
        throttle_add(db, "guess", network, HOUR_US);
        throttle_add(db, "guess", network, HOUR_US);
        g_assert_cmpint(throttle_count(db, "guess", network, HOUR_US, &last_us), ==, 2);
        g_assert_cmpint(last_us, >, 1);
        g_assert_cmpint(throttle_count(db, "guess", "198.51.100.0/24", HOUR_US, &last_us), ==, 0);
        g_assert_cmpint(throttle_count(db, "sign-in", network, HOUR_US, &last_us), ==, 0);
        g_assert_cmpint(throttle_count(db, "guess", network, 0, &last_us), ==, 0); /* a window of nothing is over */
        throttle_add(db, "guess", network, 0);
        g_assert_cmpint(throttle_count(db, "guess", network, HOUR_US, &last_us), ==, 1);
        end(fixture, db);
}

static void test_expire(Fixture *fixture, gconstpointer data)
{
        Db *db = store_write_begin(fixture->store, WRITE_PAGE);
        int64_t account = people_ensure(db, "a@exemple.fr", "", "fr");
        g_autofree char *old = link_insert(db, LINK_SIGN_IN, account, 0, 0, "", now_us() - 100 * DAY_US);
        g_autofree char *dead = link_insert(db, LINK_SIGN_IN, account, 0, 0, "", now_us() - DAY_US);
        g_assert_true(people_expire(db));
        g_assert_null(link_by_token(db, old));
        g_autoptr(Link) kept = link_by_token(db, dead);
        g_assert_nonnull(kept);
        end(fixture, db);
}

static void test_home(Fixture *fixture, gconstpointer data)
{
        Db *db = store_write_begin(fixture->store, WRITE_PAGE);
        int64_t account = people_ensure(db, "a@exemple.fr", "", "fr");
        g_autofree char *none = account_home(db, account, 0);
        g_assert_cmpstr(none, ==, "/");
        people_grant(db, account, fixture->event, ROLE_ATTENDEE);
        g_autofree char *attendee = account_home(db, account, 0);
        g_assert_cmpstr(attendee, ==, "/nec/me/");
        people_grant(db, account, fixture->other_event, ROLE_ORGANISER);
        g_autofree char *organiser = account_home(db, account, 0);
        g_assert_cmpstr(organiser, ==, "/autre/organise/");
        end(fixture, db);
}

static void test_forget(Fixture *fixture, gconstpointer data)
{
        Db *db = store_write_begin(fixture->store, WRITE_PAGE);
        int64_t account = people_ensure(db, "a@exemple.fr", "Ada", "fr");
        people_grant(db, account, fixture->event, ROLE_SPEAKER);
        g_assert_true(people_forget_if_unused(db, account));
        g_assert_cmpint(people_find(db, "a@exemple.fr"), ==, account);
        people_withdraw(db, account, fixture->event, ROLE_SPEAKER);
        g_autofree char *token = link_insert(db, LINK_SIGN_IN, account, 0, 0, "", now_us() + DAY_US);
        g_assert_true(people_forget_if_unused(db, account));
        g_assert_cmpint(people_find(db, "a@exemple.fr"), ==, 0);
        g_assert_null(link_by_token(db, token));
        g_autoptr(Account) erased = people_account(db, account);
        g_assert_cmpstr(erased->name, ==, "");
        g_assert_cmpint(people_ensure(db, "a@exemple.fr", "", "fr"), !=, account);
        end(fixture, db);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add("/people/accounts", Fixture, NULL, set_up, test_accounts, tear_down);
        g_test_add("/people/roles", Fixture, NULL, set_up, test_roles, tear_down);
        g_test_add("/people/owner-link", Fixture, NULL, set_up, test_owner_link, tear_down);
        g_test_add("/people/used-once", Fixture, NULL, set_up, test_used_once, tear_down);
        g_test_add("/people/personal-links", Fixture, NULL, set_up, test_personal_links, tear_down);
        g_test_add("/people/invitations", Fixture, NULL, set_up, test_invitations, tear_down);
        g_test_add("/people/consent", Fixture, NULL, set_up, test_consent, tear_down);
        g_test_add("/people/throttle", Fixture, NULL, set_up, test_throttle, tear_down);
        g_test_add("/people/consent-is-looked-up", Fixture, NULL, set_up, test_consent_is_looked_up, tear_down);
        g_test_add("/people/expire", Fixture, NULL, set_up, test_expire, tear_down);
        g_test_add("/people/forget", Fixture, NULL, set_up, test_forget, tear_down);
        g_test_add("/people/home", Fixture, NULL, set_up, test_home, tear_down);
        return g_test_run();
}
