/* The live rooms: what the application starts, joins to the recorder, and stops.
 *
 * Room state lives on the socket loop's thread alone; what must last goes through one writer thread (live_writer) and
 * is acknowledged after its commit. Media is src/sfu's; recording is joined by the hooks, since live does not know it.
 */
#pragma once
#include "sfu/sfu.h"
#include "web/request.h"
#include "web/socket.h"

#include <jansson.h>

typedef struct Live Live;

/* What a recording is of. */
typedef struct {
        int64_t event_id, room_id, talk_id, session_id;
        const char *title; /* of the talk */
        SfuRoom sfu_room;
} LiveRecording;

/* How the application records; all called on the socket loop's thread, none may block. */
typedef struct {
        void *owner;
        /* Begins, or goes on with, the recording of this session; false: it could not, *ret_text says why (owned). */
        bool (*record_start)(void *owner, const LiveRecording *recording, char **ret_text);
        void (*record_stop)(void *owner, const LiveRecording *recording);
        /* Who on stage may be heard: participant numbers; everyone else is left out. */
        void (*record_people)(void *owner, int64_t room_id, const uint32_t *participants, size_t count);
        /* Nobody's picture is on air: the poster. */
        void (*record_picture)(void *owner, int64_t room_id, bool on_air);
} LiveHooks;

/* A TURN server that knows the secret (coturn: use-auth-secret), for those whose network lets through little. */
typedef struct {
        const char *const *urls; /* "turn:…", "turns:…"; NULL: none */
        const char *secret;
} LiveTurn;

Live *live_new(Store *store, SocketLoop *sockets, Sfu *sfu, const LiveHooks *hooks);
/* Before the first socket; its strings must live as long as live. */
void live_set_turn(Live *live, const LiveTurn *turn);
/* Tells every page that the server restarts: it comes back by itself. Any thread; NULL is fine. */
void live_goodbye(Live *live);
/* After the socket loop has stopped: writes what was asked for; no hook is called any more. NULL is fine. */
void live_stop(Live *live);
/* After live_stop(). */
void live_free(Live *live);
/* Makes somebody who comes into the room by the key that is given back: a sample speaker of the demo, who consents to
 * be recorded. db is the writer. (transfer full) */
char *live_sample_speaker(Db *db, int64_t room_id, const char *name);
/* A session of the sample that is over had this audience, an invented one; nothing when it has one already. db is the
 * writer. */
bool live_sample_audience(Db *db, int64_t room_id, int64_t talk, int64_t start_us, int64_t end_us);
/* For /metrics and /debug/: people present, sockets, rooms. Any thread. */
void live_counts(Live *live, int *ret_rooms, int *ret_people);
/* The recorder has something to say to the hosts of a room (disk full, …), or NULL when it is well again. Any thread.
 */
void live_record_notice(Live *live, int64_t room_id, const char *text);

/* --- Cameras and players without a page, for whip/ ------------------------------------------------------------------
 *
 * Called on the thread of a request; each waits for the socket loop, a few seconds at most. */
typedef struct {
        int64_t event_id, room_id;
        const char *room_title, *room_slug, *event_slug;
} LivePlace;

#define LIVE_VERDICTS(X)                                                                                               \
        X(DONE, "done")                                                                                                \
        X(NO_SESSION, "there is no such session, or it has ended")                                                     \
        X(STALE, "the entity tag is not that of the session now")                                                      \
        X(BAD_OFFER, "the description cannot be used; the reply's sdp says why")                                       \
        X(HELD, "a host took it off the stage")                                                                        \
        X(REMOVED, "a host removed it until the session ends")                                                         \
        X(OVER, "the session in the room is over")                                                                     \
        X(FULL, "all seats are taken, or too many play")                                                               \
        X(FAST, "it has come too often")                                                                               \
        X(BUSY, "the room did not answer in time, or could not note it")

typedef enum LiveVerdict {
#define LIVE_VERDICT_ENUM(name, text) LIVE_##name,
        LIVE_VERDICTS(LIVE_VERDICT_ENUM)
#undef LIVE_VERDICT_ENUM
} LiveVerdict;

typedef struct {
        LiveVerdict verdict;
        char *session; /* of DONE: what the connection is called in addresses */
        unsigned tag;  /* its ICE session, for entity tags */
        char *sdp;     /* of DONE: our description or fragment; of BAD_OFFER: why, source words */
} LiveReply;
void live_reply_clear(LiveReply *reply);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LiveReply, live_reply_clear)

#define LIVE_SEAT_KEY_BYTES 32
/* A camera: who it is in the room. */
typedef struct {
        int64_t key;                                 /* encoder.id */
        const char *name;                            /* as it stands on stage */
        unsigned char seat_key[LIVE_SEAT_KEY_BYTES]; /* by which it is known again; a secret */
} LiveEncoder;
/* Takes a seat, the one it had if it comes back, and answers its offer. A stream that still came by this key ends. */
void live_encoder_publish(Live *live, const LivePlace *place, const LiveEncoder *encoder, const char *offer,
                          LiveReply *ret_reply);
/* The TURN servers of the configuration as values of Link headers (RFC 9725 4.6), each with a password good for twelve
 * hours; empty without one. (transfer full) Any thread. */
char **live_ice_links(const Live *live, int64_t room_id);
/* Ends a session: off the stage at once. */
LiveVerdict live_encoder_end(Live *live, int64_t room_id, const char *session);
/* DONE and the tag, when the session lives. */
void live_encoder_look(Live *live, int64_t room_id, const char *session, LiveReply *ret_reply);
/* Restarts ICE of a session by the client's new credentials, at most twenty times a minute: DONE with the new tag, and
 * our fragment (RFC 8840) in sdp; BAD_OFFER leaves the session as it was. */
void live_encoder_restart(Live *live, int64_t room_id, const char *session, const char *ufrag, const char *pwd,
                          LiveReply *ret_reply);
/* A player's offer, answered with what is on air in the room. key: what it came by, 0: none, then network limits how
 * many (NULL: this machine). */
void live_player_start(Live *live, const LivePlace *place, int64_t key, const char *network, const char *offer,
                       LiveReply *ret_reply);
LiveVerdict live_player_end(Live *live, int64_t room_id, const char *session);
void live_player_look(Live *live, int64_t room_id, const char *session, LiveReply *ret_reply);
void live_player_restart(Live *live, int64_t room_id, const char *session, const char *ufrag, const char *pwd,
                         LiveReply *ret_reply);
/* The key is no more: what came by it ends. */
void live_encoder_revoke(Live *live, int64_t room_id, int64_t key);

/* True while somebody whose voice or picture a recording of this session holds has not agreed to that, or has taken it
 * back, in the room or on their own page: the replay is then shown to nobody. */
bool live_replay_withheld(Db *db, int64_t talk);
/* Erases 30 days after an event's last day, as registration does: the lines, the hands, the names and keys. Who is in a
 * recording stays as a number, with the consent that the recording needs. Daily, by app. */
bool live_expire(Db *db);
/* All that the rooms keep of a person, in every event: an array, empty when there is nothing. (transfer full) */
json_t *live_export(Db *db, int64_t account);
/* Erases it: name, key, hand and every line. Where a recording holds this person, the number stays with a "no": the
 * replay is not shown any more. Open rooms hear of it by live_forget(). False on failure. */
bool live_erase(Db *db, int64_t account);
/* The account was erased in the turn under way, or before: once that is kept, open rooms forget its people and their
 * lines, for everybody there. Any thread; NULL is fine. */
void live_forget(Live *live, int64_t account);

/* request_context() must give a LiveContext-bearing application: the routes find Live by this. */
Live *live_of(const Request *req);
extern const Route live_routes[];
