/* The tables of people/, for its own files alone. */
#pragma once
#include "people/link_rules.h"
#include "people/people_rules.h"

/* A new link. invitation: 0 for none; next: "" for none. Gives the token, yours to free; NULL on failure. */
char *link_insert(Db *db, LinkPurpose purpose, int64_t account, int64_t event, int64_t invitation, const char *next,
                  int64_t expires_us);
/* NULL when no such token was ever made, or it is long erased. */
Link *link_by_token(Db *db, const char *token);
/* Marks it used; false when someone else was first. */
bool link_use(Db *db, int64_t link);

typedef struct {
        int64_t id, account, event;
        Role role;
        char *email, *name;
        int64_t created_us, expires_us; /* of its newest link */
        bool open;                      /* neither accepted nor withdrawn */
} Invitation;
void invitation_free(Invitation *invitation);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Invitation, invitation_free)
/* 0 when the same is open already, or on failure. */
int64_t invitation_insert(Db *db, int64_t account, int64_t event, Role role);
int64_t invitation_open_id(Db *db, int64_t account, int64_t event, Role role);
Invitation *invitation_find(Db *db, int64_t id);
/* The newest open one of this account, 0 for none. */
int64_t invitation_of_account(Db *db, int64_t account);
bool invitation_accept(Db *db, int64_t id);
/* False when the event has no such open invitation. */
bool invitation_withdraw(Db *db, int64_t event, int64_t id);
int64_t invitation_count_since(Db *db, int64_t event, int64_t since_us);
/* Open ones of an event, by address. */
GPtrArray *invitation_list(Db *db, int64_t event);

/* How many have this role in the event. */
int64_t team_count(Db *db, int64_t event, Role role);
/* Who has a role above attendee in the event, one row a role: Invitation with id 0. */
GPtrArray *team_list(Db *db, int64_t event);

/* The zone whose clocks this person knows: of the latest of their events, else the server's. (transfer full) */
GTimeZone *account_zone(Db *db, int64_t account);

/* What an account is in events, the latest first; where it is signed in, newest first. (transfer full) */
typedef struct {
        char *slug, *title;
        Role role;
} MyRole;
void my_role_free(MyRole *mine);
GPtrArray *my_roles(Db *db, int64_t account);
typedef struct {
        char *key; /* as session_key() */
        int64_t created_us, expires_us;
} MySession;
void my_session_free(MySession *session);
GPtrArray *my_sessions(Db *db, int64_t account);
/* Only of this account: another's key ends nothing. */
bool my_session_end(Db *db, int64_t account, const char *key);
bool my_sessions_end_others(Db *db, int64_t account, const char *key);

/* Whether the account has more than an attendee's rights anywhere. */
bool account_is_privileged(Db *db, int64_t account);
/* Ends every session of the account: what was opened by a lesser key does not grow. */
bool account_end_sessions(Db *db, int64_t account);
/* Where someone belongs after signing in without a wish: the path of this event, or with 0 of the newest of theirs.
 * (transfer full) */
char *account_home(Db *db, int64_t account, int64_t event);

typedef struct {
        char *slug, *title, *lang, *contact, *theme, *zone;
} EventName;
void event_name_free(EventName *name);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EventName, event_name_free)
EventName *event_name(Db *db, int64_t event);

/* How often this network did it in its present window; *ret_last_us is the last time, 0 for none. */
int64_t throttle_count(Db *db, const char *kind, const char *network, int64_t window_us, int64_t *ret_last_us);
/* Adds one; a count that began longer ago than window_us starts again. */
bool throttle_add(Db *db, const char *kind, const char *network, int64_t window_us);
