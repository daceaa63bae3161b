/* The tables behind notices. Private to registration/. */
#pragma once
#include "programme/programme.h"
#include "registration/registration_store.h"

/* True when it had not been told: once, whatever restarts. */
bool told_mark(Db *db, int64_t registration, const char *what);
/* Confirmed registrations made before then that have not been told it; of those with a place in talk alone when it is
 * not 0. (transfer full) of Registration */
GPtrArray *untold_list(Db *db, int64_t event, const char *what, int64_t before_us, int64_t talk, int limit);

typedef struct {
        int64_t event, account;
} Unconfirmed;
GArray *unconfirmed_list(Db *db, int64_t before_us, int limit);
/* Ids of events with registrations that take place; of those cancelled. */
GArray *events_to_remind(Db *db);
GArray *events_cancelled(Db *db);
/* The first session that takes place; 0 when there is none. */
int64_t first_talk(Db *db, int64_t event);
/* Ids of sessions with limited places that begin within so long, in their order. */
GArray *talks_to_remind(Db *db, int64_t event, int64_t at_us, int64_t within_us);

/* A change is put down for those it concerns: who has a place in the session, or a favourite, its speakers, the event's
 * hosts. */
bool news_add(Db *db, const TalkChange *change);
/* Somebody who is still to be told. */
bool news_next(Db *db, int64_t *ret_account, int64_t *ret_event);
/* Those of sessions in which the person stands first, then in order of time; at most NEWS_MAX. places_only: what
 * concerns a place of theirs, a session cancelled or restored, and nothing else. (transfer full) of TalkChange */
#define NEWS_MAX 1000
GPtrArray *news_of(Db *db, int64_t account, int64_t event, bool places_only);
bool news_clear(Db *db, int64_t account, int64_t event);

/* The key of one's unsubscribe address, made at first. (transfer full) */
char *quiet_key(Db *db, int64_t account, int64_t event);
bool is_quiet(Db *db, int64_t account, int64_t event);
bool quiet_known(Db *db, int64_t event, const char *key);
bool quiet_set(Db *db, int64_t event, const char *key, bool quiet);
bool quiet_is_set(Db *db, int64_t event, const char *key);
