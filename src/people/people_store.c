#include "people/people_store.h"

#include "base/time.h"
#include "mail/mail.h"

void account_free(Account *account)
{
        if (!account)
                return;
        g_free(account->email);
        g_free(account->name);
        g_free(account->lang);
        g_free(account);
}

Account *people_account(Db *db, int64_t account)
{
        g_autoptr(Stmt) stmt =
                db_query(db, "SELECT id, email, name, lang, owner FROM account WHERE id = $1", "i", account);
        if (!stmt_next(stmt))
                return NULL;
        Account *found = g_new0(Account, 1);
        found->id = stmt_int(stmt, 0);
        found->email = g_strdup(stmt_text(stmt, 1));
        found->name = g_strdup(stmt_text(stmt, 2));
        found->lang = g_strdup(stmt_text(stmt, 3));
        found->owner = stmt_int(stmt, 4) == 1;
        return found;
}

int64_t people_find(Db *db, const char *email)
{
        return db_int(db, 0, "SELECT id FROM account WHERE email = $1", "t", email);
}

int64_t people_ensure(Db *db, const char *email, const char *name, const char *lang)
{
        return db_insert(db,
                         "INSERT INTO account(email, name, lang, created_us) VALUES($1, $2, $3, $4) "
                         "ON CONFLICT(email) DO UPDATE SET "
                         "name = CASE WHEN account.name = '' THEN excluded.name ELSE account.name END RETURNING id",
                         "ttti", email, name, lang, now_us());
}

bool people_set_name(Db *db, int64_t account, const char *name)
{
        return db_run(db, "UPDATE account SET name = $2 WHERE id = $1", "it", account, name);
}

bool people_set_email(Db *db, int64_t account, const char *email)
{
        return db_run(db,
                      "UPDATE account SET email = $2 WHERE id = $1 AND NOT EXISTS(SELECT 1 FROM account WHERE email = "
                      "$2)",
                      "it", account, email) &&
               db_changed(db) == 1;
}

bool people_forget_if_unused(Db *db, int64_t account)
{
        bool is_used = db_int(db, 1,
                              "SELECT owner OR EXISTS(SELECT 1 FROM role WHERE account_id = $1) "
                              "OR EXISTS(SELECT 1 FROM invitation WHERE account_id = $1 AND accepted_us IS NULL "
                              "AND withdrawn_us IS NULL) OR EXISTS(SELECT 1 FROM consent WHERE account_id = $1) "
                              "FROM account WHERE id = $1",
                              "i", account) != 0;
        return is_used ||
               (db_run(db, "DELETE FROM link WHERE account_id = $1", "i", account) &&
                account_end_sessions(db, account) &&
                db_run(db, "UPDATE account SET email = 'erased-' || id, name = '' WHERE id = $1", "i", account));
}

/* False for an account that is not there. */
static bool find_roles(Db *db, int64_t account, int64_t event, unsigned *ret_roles)
{
        g_autoptr(Stmt) stmt =
                db_query(db,
                         "SELECT CASE owner WHEN 1 THEN 'owner' ELSE '' END FROM account WHERE id = $1 UNION ALL "
                         "SELECT role FROM role WHERE account_id = $1 AND event_id = $2",
                         "ii", account, event);
        bool known = false;
        *ret_roles = 0;
        for (; stmt_next(stmt); known = true)
                *ret_roles |= role_by_name(stmt_text(stmt, 0));
        return known; /* no role without its account: a foreign key */
}

unsigned people_roles(Db *db, int64_t account, int64_t event)
{
        unsigned roles = 0;
        find_roles(db, account, event, &roles);
        return roles;
}

unsigned people_rights(Db *db, int64_t account, int64_t event)
{
        static const Right all[] = {
#define X(name, text) RIGHT_##name,
                RIGHTS(X)
#undef X
        };
        unsigned roles = 0, rights = 0;
        if (!find_roles(db, account, event, &roles))
                return 0;
        for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
                if (roles_satisfy(roles, true, all[i]))
                        rights |= RIGHT_BIT(all[i]);
        return rights;
}

bool people_grant(Db *db, int64_t account, int64_t event, Role role)
{
        return db_run(db,
                      "INSERT INTO role(account_id, event_id, role) VALUES($1, $2, $3) "
                      "ON CONFLICT(account_id, event_id, role) DO NOTHING",
                      "iit", account, event, role_name(role));
}

bool people_withdraw(Db *db, int64_t account, int64_t event, Role role)
{
        return db_run(db, "DELETE FROM role WHERE account_id = $1 AND event_id = $2 AND role = $3", "iit", account,
                      event, role_name(role));
}

bool account_is_privileged(Db *db, int64_t account)
{
        return db_int(db, 1,
                      "SELECT owner OR EXISTS(SELECT 1 FROM role WHERE account_id = $1 AND role <> 'attendee') "
                      "FROM account WHERE id = $1",
                      "i", account) != 0;
}

bool account_end_sessions(Db *db, int64_t account)
{
        return db_run(db, "DELETE FROM session WHERE account_id = $1", "i", account);
}

char *account_home(Db *db, int64_t account, int64_t event)
{
        g_autoptr(Stmt) stmt =
                db_query(db,
                         "SELECT event.slug, max(role.role NOT IN ('attendee', 'speaker', 'host')) FROM role "
                         "JOIN event ON event.id = role.event_id WHERE role.account_id = $1 AND $2 IN (0, event.id) "
                         "GROUP BY event.id, event.slug ORDER BY event.id DESC LIMIT 1",
                         "ii", account, event);
        if (!stmt_next(stmt))
                return g_strdup("/");
        return g_strdup_printf("/%s/%s/", stmt_text(stmt, 0), stmt_int(stmt, 1) ? "organise" : "me");
}

void event_name_free(EventName *name)
{
        if (!name)
                return;
        g_free(name->slug);
        g_free(name->title);
        g_free(name->lang);
        g_free(name->contact);
        g_free(name->theme);
        g_free(name->zone);
        g_free(name);
}

EventName *event_name(Db *db, int64_t event)
{
        g_autoptr(Stmt) stmt =
                db_query(db,
                         "SELECT slug, title, lang, contact, CASE accent WHEN '' THEN theme ELSE 'e' || id END, zone "
                         "FROM event WHERE id = $1",
                         "i", event);
        if (!stmt_next(stmt))
                return NULL;
        EventName *name = g_new0(EventName, 1);
        name->slug = g_strdup(stmt_text(stmt, 0));
        name->title = g_strdup(stmt_text(stmt, 1));
        name->lang = g_strdup(stmt_text(stmt, 2));
        name->contact = g_strdup(stmt_text(stmt, 3));
        name->theme = g_strdup(stmt_text(stmt, 4));
        name->zone = g_strdup(stmt_text(stmt, 5));
        return name;
}

static bool link_keep(Db *db, const char *token, LinkPurpose purpose, int64_t account, int64_t event,
                      int64_t invitation, const char *next, int64_t expires_us)
{
        unsigned char hash[TOKEN_HASH_BYTES];
        token_hash(token, hash);
        return db_run(db,
                      "INSERT INTO link(hash, purpose, account_id, event_id, invitation_id, next, created_us, "
                      "expires_us) VALUES($1, $2, $3, NULLIF($4, 0), NULLIF($5, 0), $6, $7, $8)",
                      "btiiitii", hash, sizeof hash, link_word(purpose), account, event, invitation, next, now_us(),
                      expires_us);
}

char *link_insert(Db *db, LinkPurpose purpose, int64_t account, int64_t event, int64_t invitation, const char *next,
                  int64_t expires_us)
{
        g_autofree char *token = people_new_token();
        bool kept = link_keep(db, token, purpose, account, event, invitation, next, expires_us);
        return kept ? g_steal_pointer(&token) : NULL;
}

Link *link_by_token(Db *db, const char *token)
{
        unsigned char hash[TOKEN_HASH_BYTES];
        token_hash(token, hash);
        g_autoptr(Stmt) stmt = db_query(db,
                                        "SELECT link.id, purpose, link.account_id, coalesce(link.event_id, 0), "
                                        "coalesce(invitation_id, 0), expires_us, coalesce(used_us, 0), "
                                        "coalesce(revoked_us, 0), invitation.withdrawn_us IS NOT NULL, next FROM link "
                                        "LEFT JOIN invitation ON invitation.id = link.invitation_id WHERE hash = $1",
                                        "b", hash, sizeof hash);
        if (!stmt_next(stmt))
                return NULL;
        Link *link = g_new0(Link, 1);
        link->id = stmt_int(stmt, 0);
        link->purpose = link_purpose(stmt_text(stmt, 1));
        link->account = stmt_int(stmt, 2);
        link->event = stmt_int(stmt, 3);
        link->invitation = stmt_int(stmt, 4);
        link->expires_us = stmt_int(stmt, 5);
        link->used_us = stmt_int(stmt, 6);
        link->revoked_us = stmt_int(stmt, 7);
        link->invitation_withdrawn = stmt_int(stmt, 8) != 0;
        link->next = g_strdup(stmt_text(stmt, 9));
        return link;
}

bool link_use(Db *db, int64_t link)
{
        return db_run(db, "UPDATE link SET used_us = $2 WHERE id = $1 AND used_us IS NULL", "ii", link, now_us()) &&
               db_changed(db) == 1;
}

bool people_keep_personal_link(Db *db, const char *token, int64_t account, int64_t event, const char *next,
                               int64_t expires_us)
{
        return link_keep(db, token, LINK_PERSONAL, account, event, 0, next, expires_us);
}

bool people_revoke_personal_links(Db *db, int64_t account, int64_t event)
{
        return db_run(
                db,
                "UPDATE link SET revoked_us = $3 WHERE account_id = $1 AND event_id = $2 AND purpose = 'personal' "
                "AND revoked_us IS NULL",
                "iii", account, event, now_us());
}

static bool make_owner(Db *db, const char *email, int64_t *ret_account)
{
        int64_t account = people_ensure(db, email, "", lang_code(lang_default()));
        *ret_account = account;
        return account > 0 && db_run(db, "UPDATE account SET owner = 1 WHERE id = $1", "i", account);
}

char *people_link_for_owner(Store *store, const char *email, const char *origin, const char *next, GError **error)
{
        g_autofree char *address = NULL;
        AddressFault fault = address_read(email, &address);
        if (fault) {
                g_set_error(error, STORE_ERROR, STORE_ERROR_CONFLICT, "%s: %s", email, address_fault_text(fault));
                return NULL;
        }
        Db *db = store_write_begin(store, WRITE_PAGE);
        int64_t account = 0;
        g_autofree char *token = NULL;
        if (make_owner(db, address, &account))
                token = link_insert(db, LINK_SIGN_IN, account, 0, 0, next ? next_path(next) : "",
                                    now_us() + link_life_us(LINK_SIGN_IN));
        if (!store_write_end(store, db, token != NULL, error) || !token)
                return NULL;
        return g_strdup_printf("%s/sign-in/link/%s/", origin, token);
}

void invitation_free(Invitation *invitation)
{
        if (!invitation)
                return;
        g_free(invitation->email);
        g_free(invitation->name);
        g_free(invitation);
}

int64_t invitation_insert(Db *db, int64_t account, int64_t event, Role role)
{
        return db_insert(db,
                         "INSERT INTO invitation(event_id, account_id, role, created_us) VALUES($1, $2, $3, $4) "
                         "ON CONFLICT DO NOTHING RETURNING id",
                         "iiti", event, account, role_name(role), now_us());
}

int64_t invitation_open_id(Db *db, int64_t account, int64_t event, Role role)
{
        return db_int(db, 0,
                      "SELECT id FROM invitation WHERE event_id = $1 AND account_id = $2 AND role = $3 "
                      "AND accepted_us IS NULL AND withdrawn_us IS NULL",
                      "iit", event, account, role_name(role));
}

static Invitation *read_invitation(Stmt *stmt)
{
        Invitation *invitation = g_new0(Invitation, 1);
        invitation->id = stmt_int(stmt, 0);
        invitation->account = stmt_int(stmt, 1);
        invitation->event = stmt_int(stmt, 2);
        invitation->role = role_by_name(stmt_text(stmt, 3));
        invitation->email = g_strdup(stmt_text(stmt, 4));
        invitation->name = g_strdup(stmt_text(stmt, 5));
        invitation->created_us = stmt_int(stmt, 6);
        invitation->expires_us = stmt_int(stmt, 7);
        invitation->open = stmt_int(stmt, 8) != 0;
        return invitation;
}

static GPtrArray *read_invitations(Stmt *stmt)
{
        GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)invitation_free);
        while (stmt_next(stmt))
                g_ptr_array_add(list, read_invitation(stmt));
        return list;
}

#define INVITATION_COLUMNS                                                                                             \
        "SELECT invitation.id, account_id, event_id, role, email, name, invitation.created_us, "                       \
        "coalesce((SELECT max(expires_us) FROM link WHERE invitation_id = invitation.id), 0), "                        \
        "accepted_us IS NULL AND withdrawn_us IS NULL FROM invitation JOIN account ON account.id = account_id "

Invitation *invitation_find(Db *db, int64_t id)
{
        g_autoptr(Stmt) stmt = db_query(db, INVITATION_COLUMNS "WHERE invitation.id = $1", "i", id);
        return stmt_next(stmt) ? read_invitation(stmt) : NULL;
}

GPtrArray *invitation_list(Db *db, int64_t event)
{
        g_autoptr(Stmt) stmt = db_query(db,
                                        INVITATION_COLUMNS "WHERE event_id = $1 AND accepted_us IS NULL "
                                                           "AND withdrawn_us IS NULL ORDER BY email, role",
                                        "i", event);
        return read_invitations(stmt);
}

GPtrArray *team_list(Db *db, int64_t event)
{
        g_autoptr(Stmt) stmt = db_query(db,
                                        "SELECT 0, account_id, event_id, role, email, name, 0, 0, 0 FROM role "
                                        "JOIN account ON account.id = account_id "
                                        "WHERE event_id = $1 AND role <> 'attendee' ORDER BY role, name, email",
                                        "i", event);
        return read_invitations(stmt);
}

int64_t team_count(Db *db, int64_t event, Role role)
{
        return db_int(db, 0, "SELECT count(*) FROM role WHERE event_id = $1 AND role = $2", "it", event,
                      role_name(role));
}

int64_t invitation_of_account(Db *db, int64_t account)
{
        return db_int(db, 0,
                      "SELECT max(id) FROM invitation WHERE account_id = $1 AND accepted_us IS NULL "
                      "AND withdrawn_us IS NULL",
                      "i", account);
}

bool invitation_accept(Db *db, int64_t id)
{
        return db_run(db, "UPDATE invitation SET accepted_us = $2 WHERE id = $1 AND accepted_us IS NULL", "ii", id,
                      now_us());
}

bool invitation_withdraw(Db *db, int64_t event, int64_t id)
{
        return db_run(db,
                      "UPDATE invitation SET withdrawn_us = $3 WHERE id = $2 AND event_id = $1 AND accepted_us IS NULL "
                      "AND withdrawn_us IS NULL",
                      "iii", event, id, now_us()) &&
               db_changed(db) == 1;
}

int64_t invitation_count_since(Db *db, int64_t event, int64_t since_us)
{
        return db_int(db, 0, "SELECT count(*) FROM invitation WHERE event_id = $1 AND created_us > $2", "ii", event,
                      since_us);
}

int64_t throttle_count(Db *db, const char *kind, const char *network, int64_t window_us, int64_t *ret_last_us)
{
        g_autoptr(Stmt) stmt =
                db_query(db, "SELECT count, last_us FROM throttle WHERE kind = $1 AND network = $2 AND since_us > $3",
                         "tti", kind, network, now_us() - window_us);
        bool found = stmt_next(stmt);
        *ret_last_us = found ? stmt_int(stmt, 1) : 0;
        return found ? stmt_int(stmt, 0) : 0;
}

bool throttle_add(Db *db, const char *kind, const char *network, int64_t window_us)
{
        int64_t at_us = now_us();
        return db_run(db,
                      "INSERT INTO throttle(kind, network, count, since_us, last_us) VALUES($1, $2, 1, $3, $3) "
                      "ON CONFLICT(kind, network) DO UPDATE SET last_us = excluded.last_us, "
                      "count = CASE WHEN throttle.since_us <= $4 THEN 1 ELSE throttle.count + 1 END, "
                      "since_us = CASE WHEN throttle.since_us <= $4 THEN excluded.since_us ELSE throttle.since_us END",
                      "ttii", kind, network, at_us, at_us - window_us);
}

Consent people_consent(Db *db, int64_t account, int64_t event)
{
        g_autoptr(Stmt) stmt = db_query(db,
                                        "SELECT given_us, coalesce(withdrawn_us, 0) FROM consent "
                                        "WHERE account_id = $1 AND event_id = $2 ORDER BY id DESC LIMIT 1",
                                        "ii", account, event);
        if (!stmt_next(stmt))
                return (Consent){ 0 };
        return (Consent){ .standing = stmt_int(stmt, 1) == 0,
                          .given_us = stmt_int(stmt, 0),
                          .withdrawn_us = stmt_int(stmt, 1) };
}

bool people_consent_give(Db *db, int64_t account, int64_t event)
{
        return db_run(db,
                      "INSERT INTO consent(account_id, event_id, given_us) VALUES($1, $2, $3) ON CONFLICT DO NOTHING",
                      "iii", account, event, now_us());
}

bool people_consent_withdraw(Db *db, int64_t account, int64_t event)
{
        return db_run(db,
                      "UPDATE consent SET withdrawn_us = $3 WHERE account_id = $1 AND event_id = $2 "
                      "AND withdrawn_us IS NULL",
                      "iii", account, event, now_us());
}
