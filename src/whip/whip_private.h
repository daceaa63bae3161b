/* Private to whip/. */
#pragma once
#include "whip/whip.h"

#include "conference/conference.h"
#include "live/live.h"
#include "web/form.h"

enum {
        WHIP_HASH_BYTES = 32,
        WHIP_KEY_CHARS = 32,
        WHIP_KEYS_MAX = 100, /* of an event */
        WHIP_SDP_BYTES = 64 * 1024,
        WHIP_NAME_CHARS = 60,
};

/* --- whip_rules.c: pure ------------------------------------------------------------------------------------------- */

/* The token of "Bearer TOKEN", NULL when the header is none, or not of the form of a key of ours. Borrowed. */
const char *whip_bearer(const char *authorization);
/* Whether a Content-Type header names this type, parameters or not. */
bool whip_is_type(const char *header, const char *type);
/* Whether an Accept header (NULL: absent) allows this type. */
bool whip_accepts(const char *header, const char *type);
/* If-Match against the session's tag. */
typedef enum { MATCH_MISSING, MATCH_ANY, MATCH_SAME, MATCH_OTHER } WhipMatch;
WhipMatch whip_match(const char *header, unsigned tag);

/* --- whip_store.c ------------------------------------------------------------------------------------------------- */

/* A key, without what it is: only its hash is kept. */
typedef struct {
        int64_t id, room_id;
        char *name, *room_name, *room_slug;
        bool plays;
        int64_t made_us, told_us, used_us; /* 0: not */
        char *trouble;                     /* "", or a word of live/README.md */
} WhipKey;
void whip_key_free(WhipKey *key);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WhipKey, whip_key_free)

/* An event's, by room and name. (transfer full) of WhipKey */
GPtrArray *whip_keys(Db *db, int64_t event);
int64_t whip_key_count(Db *db, int64_t event);
/* *ret_key: the key itself, to be shown once. (transfer full) False on failure. */
bool whip_key_make(Db *db, int64_t room_id, const char *name, bool plays, char **ret_key);
/* False when the event has no such key; *ret_room_id is where it was for. */
bool whip_key_remove(Db *db, int64_t event, int64_t id, int64_t *ret_room_id);
bool whip_key_used(Db *db, int64_t id);
/* Of a key as it came. NULL when there is none. */
WhipKey *whip_key_find(Db *db, const char *key);
void whip_key_seat(const char *key, unsigned char ret_seat[LIVE_SEAT_KEY_BYTES]);

/* A room by the slugs of an address. */
typedef struct {
        int64_t event_id, room_id;
        char *event_slug, *room_slug, *room_name;
        bool is_public;
} WhipRoom;
void whip_room_free(WhipRoom *room);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WhipRoom, whip_room_free)
/* NULL when there is none, or none that is live (on site only). */
WhipRoom *whip_room_find(Db *db, const char *event_slug, const char *room_slug);

/* --- whip_http.c, whip_routes.c ----------------------------------------------------------------------------------- */

void whip_endpoint(Request *req, Db *unused);
void whip_session(Request *req, Db *unused);
void whep_endpoint(Request *req, Db *unused);
void whep_session(Request *req, Db *unused);

/* Source words for what is wrong with a stream; NULL: nothing. */
const char *whip_trouble_text(const char *trouble);

typedef struct {
        const WhipKey *key;
        char *used; /* "never", or when */
        bool first; /* of its room */
} WhipRow;

typedef struct {
        const Event *event;
        const WhipRow *rows;
        size_t count;
        const Form *form;
        const char *done;
        /* a key that was just made */
        const char *key, *name;
        bool plays;
        char *url;
} WhipPage;
void whip_view(Html *h, const WhipPage *v);
