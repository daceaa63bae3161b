/* People: accounts by address, ways in by link, roles per event, consent to be recorded.
 *
 * Nobody has a password. A mail brings a link; its page has one button; only the button (a POST) uses the link, so that
 * whatever opens links in mails burns nothing. Everything not granted here is refused.
 *
 * May be included by conference and above. Functions that take a Db run in the caller's turn or snapshot. */
#pragma once
#include <jansson.h>

#include "store/db.h"
#include "web/request.h"

/* Roles are a set: one person may be host and speaker. */
typedef enum {
        ROLE_ATTENDEE = 1 << 0,
        ROLE_SPEAKER = 1 << 1,
        ROLE_HOST = 1 << 2,
        ROLE_READER = 1 << 3, /* sees what is being prepared, changes nothing */
        ROLE_CHECKIN = 1 << 4,
        ROLE_CAPTIONER = 1 << 5,
        ROLE_STAGE = 1 << 6, /* stage manager */
        ROLE_PROGRAMME = 1 << 7,
        ROLE_ORGANISER = 1 << 8,
        ROLE_EVENT_OWNER = 1 << 9,
        ROLE_OWNER = 1 << 10, /* of the server: stands for every role of every event */
} Role;

/* The hook of the web server: the set (RIGHT_BIT) of the account's rights on the event (0: outside any); nobody's and
 * an unknown account's is empty. */
unsigned people_rights(Db *db, int64_t account, int64_t event);
/* The set of Role of the account in the event, 0 for none. */
unsigned people_roles(Db *db, int64_t account, int64_t event);
/* Gives one role; true also when it was there already. */
bool people_grant(Db *db, int64_t account, int64_t event, Role role);
bool people_withdraw(Db *db, int64_t account, int64_t event, Role role);
/* Invites an address (as it was typed) to the request's event, in this language; *ret_account is then its account, also
 * when it has that role already: then nothing is sent. "" or why not: source words. */
const char *people_invite_address(Request *req, Db *db, const char *address, Role role, const char *lang,
                                  int64_t *ret_account);
/* "attendee", "speaker", "host", "read-only", "check-in", "captioner", "stage-manager", "programme", "organiser",
 * "event-owner", "owner". */
const char *role_name(Role role);

typedef struct {
        int64_t id;
        char *email, *name, *lang;
        bool owner;
} Account;
void account_free(Account *account);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Account, account_free)
/* NULL when there is none. */
Account *people_account(Db *db, int64_t account);
int64_t people_find(Db *db, const char *email);
/* The account of this address (from address_read), made when there is none; name fills an empty one. 0 on failure. */
int64_t people_ensure(Db *db, const char *email, const char *name, const char *lang);
bool people_set_name(Db *db, int64_t account, const char *name);
/* Another address for an account, confirmed there by its owner; false when it is another account's already. */
bool people_set_email(Db *db, int64_t account, const char *email);
/* Erases address and name of an account that holds nothing any more: no role, invitation or consent, no server. What it
 * said stays where it was said, under a number. */
bool people_forget_if_unused(Db *db, int64_t account);

/* Invites an account to a role, by mail, in the turn of db; true also when it has the role or an open invitation
 * already: then nothing is sent. */
bool people_invite(Db *db, int64_t account, int64_t event, Role role, const char *origin);

/* The lasting link of a registration: an attendee's key to one event, "/sign-in/link/TOKEN/" after the origin. It is
 * not used up; it opens nothing to an account that has a greater role anywhere (such a person gets a sign-in link by
 * mail instead). Made first, so that the mail can be composed before the turn that keeps it. (transfer full) */
char *people_new_token(void);
bool people_keep_personal_link(Db *db, const char *token, int64_t account, int64_t event, const char *next,
                               int64_t expires_us);
/* Ends every personal link of this account to this event. */
bool people_revoke_personal_links(Db *db, int64_t account, int64_t event);

/* Given by app: what follows when somebody presses the button of a link that lay in their mailbox, in the turn of that
 * press: the address is theirs. event: of a personal link, else 0. Ends with NULL. */
extern void (*const people_link_followers[])(Request *req, Db *db, int64_t account, int64_t event);

/* `treteau link EMAIL`: the owner's account, made when there is none, and a sign-in link for it: the whole address.
 * next: where it leads, NULL for the start page. NULL with an error when the address is none or the store refuses. */
char *people_link_for_owner(Store *store, const char *email, const char *origin, const char *next, GError **error);

/* Consent to be recorded and published, one standing choice per person and event. */
typedef struct {
        bool standing;
        int64_t given_us, withdrawn_us; /* 0 when it never was; both dates of the last choice */
} Consent;
Consent people_consent(Db *db, int64_t account, int64_t event);
bool people_consent_give(Db *db, int64_t account, int64_t event);
bool people_consent_withdraw(Db *db, int64_t account, int64_t event);

/* The last choice of each person who made one in the event, by name. (transfer full) of ConsentChoice */
typedef struct {
        char *name; /* the address where there is none */
        Consent consent;
} ConsentChoice;
void consent_choice_free(ConsentChoice *choice);
GPtrArray *people_consents(Db *db, int64_t event, int64_t offset, int64_t limit);
int64_t people_consent_count(Db *db, int64_t event);

/* What people/ keeps of an account, times in microseconds UTC; NULL when there is no such account. (transfer full) */
json_t *people_export(Db *db, int64_t account);
/* Erases address and name, and ends roles, invitations, links, sessions and standing consents. The account's number
 * stays, with nothing that says whose it was, and the dates of consents with it: they show what was agreed to. */
bool people_erase(Db *db, int64_t account);

/* Erases what has had its time: dead links, ended sessions, old invitations, helpers' roles a year after the event, and
 * what slows floods down. Daily, by app. */
bool people_expire(Db *db);

/* "192.0.2.0/24", "2001:db8::/64": what limits are counted by. (transfer full) */
char *network_of(const char *address);

extern const Route people_routes[];
