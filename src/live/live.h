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
/* base64(HMAC-SHA1(secret, user)), as coturn's use-auth-secret wants it; user: "1700000000:name", the UNIX seconds of
 * its end. (transfer full) */
char *live_turn_password(const char *secret, const char *user);
/* For RTCPeerConnection's iceServers, outside any room; [] without a TURN server. (transfer full) Any thread. */
json_t *live_ice_servers_of_nobody(const Live *live);
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

/* --- What a feature above live adds to the room ----------------------------------------------------------------------
 *
 * A folder above live (questions, captions, …) gives one LiveFeature; the application lists them. README.md,
 * "Features", says how. All functions are called on the socket loop's thread, which never waits, unless it says
 * otherwise here. */
typedef enum { LIVE_GUEST, LIVE_ATTENDEE, LIVE_SPEAKER, LIVE_HOST } LiveRole;
typedef struct LiveRoom LiveRoom;
typedef struct LiveClient LiveClient; /* the page a message came from; not to be kept */

/* The session that a room holds, and when. talk_id 0: outside the programme. */
typedef struct {
        int64_t event_id, room_id, session_id, talk_id, now_us;
} LiveMoment;

typedef struct {
        const char *type; /* unique among all messages of the room */
        LiveRole least;
        unsigned most, within_s; /* of one person: so many in so many seconds; 0: no limit but that of all messages */
        void (*handle)(LiveClient *client, json_t *message);
} LiveMessage;

/* What a session leaves in time, for its replay. Times are UTC. */
typedef enum {
        LIVE_WORDS,    /* a line of what was said, of the kind that the replay shows as captions */
        LIVE_CHAPTER,  /* something begins that a reader may want to go to */
        LIVE_QUESTION, /* was asked; answered when it has a time */
        LIVE_LINE,     /* of the chat */
} LiveTraceKind;
typedef struct {
        LiveTraceKind kind;
        int64_t at_us, end_us; /* at_us 0: at no moment; end_us 0: it has no end of its own */
        int64_t n;             /* a number of its own among its kind */
        int votes;
        char *text, *name; /* name: NULL, or of somebody who agreed to be named in a recording */
} LiveTrace;
/* Takes text and name. For trace() of features. */
void live_trace_add(GPtrArray *traces, const LiveTrace *trace);
/* What the sessions of a talk left, in order of time. (transfer full) of LiveTrace. Any thread. */
GPtrArray *live_traces(Db *db, int64_t talk, LiveTraceKind kind);
/* Whether this person of a room agrees to be recorded and named. */
bool live_agrees(Db *db, int64_t room_id, int person);

typedef struct {
        const char *name;            /* of its member in `welcome`, its folder, its part of a person's export */
        const LiveMessage *messages; /* ended by { 0 } */
        const char *script, *style;  /* assets of the room's page, before room.js; may be NULL */
        const char *const *words;    /* what its scripts say, ended by NULL: tools/check-room-words; may be NULL */
        /* What the room holds, when it opens and when another session begins in it; on the writer's thread, may run
         * again. NULL: failed, the room does not open. (transfer full) */
        gpointer (*load)(Db *db, const LiveMoment *moment);
        void (*free)(gpointer state); /* the room closes, or another session has been loaded */
        /* Its member in `welcome` for this person, and in `renewed` when another session has begun. (transfer full) */
        json_t *(*welcome)(LiveRoom *room, int person);
        /* The rest may be NULL. Every 50 ms, with the monotonic clock: for what is gathered. */
        void (*tick)(LiveRoom *room, int64_t mono_us);
        void (*ended)(LiveRoom *room);            /* a host ended the session */
        void (*gone)(LiveRoom *room, int person); /* left, stayed away, or was removed */
        /* The account was erased: out of the state, and out of every page. Its rows are erase()'s. */
        void (*forgotten)(LiveRoom *room, int person);
        /* Of the store; on any thread, in a turn. Whether somebody without a name must be known again. */
        bool (*keeps)(Db *db, int64_t room_id, int person);
        json_t *(*export)(Db *db, int64_t room_id, int person); /* NULL: nothing (transfer full) */
        bool (*erase)(Db *db, int64_t room_id, int person);
        bool (*expire)(Db *db, int64_t room_id); /* 30 days after the event, before the people go */
        /* Adds what it has of this kind in a session (live_session.id) by live_trace_add(); may be NULL. */
        void (*trace)(Db *db, int64_t session_id, LiveTraceKind kind, GPtrArray *into);
} LiveFeature;
/* The application's list, ended by NULL. */
extern const LiveFeature *const live_features[];

/* What load() gave. */
gpointer live_room_state(const LiveRoom *room, const LiveFeature *feature);
LiveMoment live_room_moment(const LiveRoom *room);
bool live_room_ended(const LiveRoom *room);
LiveRoom *live_client_room(const LiveClient *client);
int live_client_person(const LiveClient *client);
bool live_person_known(LiveRoom *room, int person);
/* Of anybody the room knows, present or not; else "" and LIVE_GUEST. */
const char *live_person_name(LiveRoom *room, int person);
LiveRole live_person_role(LiveRoom *room, int person);
/* By what this person's page came in with. */
bool live_person_may(LiveRoom *room, int person, Right right);
/* These take the message. */
void live_broadcast(LiveRoom *room, json_t *message);
void live_tell_hosts(LiveRoom *room, json_t *message);
void live_tell_person(LiveRoom *room, int person, json_t *message);
void live_answer(LiveClient *client, json_t *message);
/* `refused {of, id?, text}`; the sentence in source words. id: the message's own, NULL: the page may send it again. */
void live_refuse(LiveClient *client, const char *of, const char *id, const char *sentence);
/* 1 … max_chars characters, no control character but (if lines) line feed; a stripped copy, NULL if not. */
char *live_clean_text(const char *text, size_t max_chars, bool lines);
bool live_is_token(const char *text, size_t max_length); /* A-Za-z0-9_- */

typedef struct {
        /* On the writer's thread, in a turn; false undoes it; may run again from the start. */
        bool (*write)(Db *db, const LiveMoment *moment, gpointer data);
        /* After the commit, in the order of live_write(). client: NULL when it has gone. Not called when the room is
         * gone or holds another session: every page has got that one's state. */
        void (*after)(LiveRoom *room, LiveClient *client, gpointer data, bool kept);
        void (*free)(gpointer data); /* may be NULL */
} LiveWrite;
/* Writes for the room's session of this moment. Takes data; client may be NULL. */
void live_write(LiveRoom *room, const LiveClient *client, const LiveWrite *write, gpointer data);

/* request_context() must give a LiveContext-bearing application: the routes find Live by this. */
Live *live_of(const Request *req);
extern const Route live_routes[], live_hall_routes[];
