/* The live rooms: what the application starts, joins to the recorder, and stops.
 *
 * Room state lives on the socket loop's thread alone; what must last goes through one writer thread (live_writer) and
 * is acknowledged after its commit. Media is src/sfu's; recording is joined by the hooks, since live does not know it.
 */
#pragma once
#include "conference/conference.h"
#include "sfu/sfu.h"
#include "web/html.h"
#include "web/socket.h"

#include <jansson.h>

typedef struct Live Live;

/* What a recording is of. */
typedef struct {
        int64_t event_id, room_id, talk_id, session_id;
        const char *title; /* of the talk */
        SfuRoom sfu_room;
        const char *languages[SFU_CHANNELS]; /* that are interpreted, by channel; NULL: none */
        bool voices;                         /* each speaker's own is kept by itself, too */
} LiveRecording;

/* How the application records; all called on the socket loop's thread, none may block. */
typedef struct {
        void *owner;
        /* Begins, or goes on with, the recording of this session; false: it could not, *ret_text says why (owned). */
        bool (*record_start)(void *owner, const LiveRecording *recording, char **ret_text);
        void (*record_stop)(void *owner, const LiveRecording *recording);
        /* Who on stage may be heard: participant numbers; everyone else is left out. */
        void (*record_people)(void *owner, int64_t room_id, const uint32_t *participants, size_t count);
        /* Whether somebody's picture is on air, else the poster; and whether one stands beside it. */
        void (*record_picture)(void *owner, int64_t room_id, bool on_air, bool beside);
        /* The address of the list that the recording under way is appended to. NULL: there is none. (transfer full) */
        char *(*record_list)(void *owner, int64_t room_id);
} LiveHooks;

/* A TURN server that knows the secret (coturn: use-auth-secret), for those whose network lets through little. */
typedef struct {
        const char *const *urls; /* "turn:…", "turns:…"; NULL: none */
        const char *secret;
} LiveTurn;

Live *live_new(Store *store, SocketLoop *sockets, Sfu *sfu, const LiveHooks *hooks);
/* Before the first socket; its strings must live as long as live. */
void live_set_turn(Live *live, const LiveTurn *turn);
/* How many a room holds by WebRTC, and how many more watch what is on air by HLS, with the discussion; −1: as usual.
 * Before the first socket. */
void live_set_places(Live *live, int places, int watchers);
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
/* The picture on air comes as VP8 and is left out of the recording, since this machine has nothing left for turning it
 * into H.264; or is in it again. Hosts are told. Any thread. */
void live_record_left_out(Live *live, int64_t room_id, bool left_out);

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
        X(CLOSED, "the room is not open to the public now")                                                            \
        X(REMOVED, "a host removed it until the session ends")                                                         \
        X(OVER, "the session in the room is over")                                                                     \
        X(FULL, "all seats are taken, or too many play")                                                               \
        X(SEALED, "the room's media is encrypted end to end")                                                          \
        X(FAST, "it has come too often")                                                                               \
        X(REFUSED, "the room refused what was asked; the reply's sdp says why, in words for who asked")                \
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

/* --- Halls, for hall/ -----------------------------------------------------------------------------------------------
 *
 * A hall comes into its room by two pages without an account: its screen, which watches and is nobody, and its seat,
 * which brings the hall's camera and mixer on stage. What the seat sends never comes back to the screen. */
typedef struct {
        int64_t id; /* of the hall */
        const char *name;
        const char *slug; /* of its event */
        const EventRoom *room;
        bool screen; /* else its seat */
} LiveHallDoor;
/* Opens the socket of such a page. On a WEBSOCKET route. */
void live_hall_socket(Request *req, const LiveHallDoor *door);
/* The room's page with this socket, as a hall's seat of this name. */
void live_seat_page(Request *req, const Event *event, const EventRoom *room, const char *socket_url, const char *name);
/* What the room's scripts and those of its features say, as JSON for data-words. (transfer full) */
char *live_room_words(const Lang *lang);
/* Scripts of the features, before `own`. (transfer full) of asset names, ended by NULL */
GPtrArray *live_room_scripts(const char *own);
/* The hall's links are no more: whoever came by them is let go. Any thread. */
void live_hall_revoke(Live *live, int64_t room_id, int64_t hall);

/* True while somebody whose voice or picture a recording of this session holds has not agreed to that, or has taken it
 * back, in the room or on their own page: the replay is then shown to nobody. */
bool live_replay_withheld(Db *db, int64_t talk);
/* When somebody was to be heard or seen in a recording, UTC. */
typedef struct {
        int64_t from_us, to_us;
} LiveSpan;
/* When those of a talk's recordings were on stage who do not agree, for replay/ to take that off. NULL: of somebody it
 * is not known, or nothing of the kind is to be done. (transfer full) of LiveSpan */
GArray *live_withdrawn_spans(Db *db, int64_t talk);
/* Their part was taken off: live_replay_withheld() counts them no more, until they agree or take back anew. False on
 * failure. db is the writer. */
bool live_withdrawn_settle(Db *db, int64_t talk);
/* Whether somebody's part was taken off who agrees by now: it may come back. */
bool live_withdrawn_returned(Db *db, int64_t talk);
/* Talks with recordings that are withheld, or were settled. (transfer full) of int64_t */
GArray *live_withdrawn_talks(Db *db);
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

/* What is on air. AUTO: a shared screen with its speaker beside it, else the speaker. */
#define LIVE_SCENES(X) X(AUTO, "auto") X(SPEAKER, "speaker") X(SCREEN, "screen") X(BOTH, "both") X(GALLERY, "gallery")
typedef enum LiveScene {
#define LIVE_SCENE_ENUM(name, word) LIVE_SCENE_##name,
        LIVE_SCENES(LIVE_SCENE_ENUM)
#undef LIVE_SCENE_ENUM
                LIVE_N_SCENES
} LiveScene;
const char *live_scene_word(LiveScene scene);
/* False when there is no such scene. */
bool live_scene_from_word(const char *word, LiveScene *ret_scene);

typedef struct {
        const char *type; /* unique among all messages of the room */
        LiveRole least;
        unsigned most, within_s; /* of one person: so many in so many seconds; 0: no limit but that of all messages */
        void (*handle)(LiveClient *client, json_t *message);
        bool needs_clear_media; /* refused in a room whose media is encrypted end to end */
} LiveMessage;

/* Who looks at the hall's light page, and at what. */
typedef struct {
        int64_t event_id, room_id, session_id; /* session_id 0: nobody was in the room for this session yet */
        int64_t talk_id;                       /* 0: outside the programme */
        int person;                            /* 0: not known here */
        const char *name;                      /* "": none yet */
        bool is_over;
} LiveHall;

/* What a session leaves in time, for its replay. Times are UTC. */
typedef enum {
        LIVE_WORDS,    /* a line of what was said, of the kind that the replay shows as captions */
        LIVE_CHAPTER,  /* something begins that a reader may want to go to */
        LIVE_QUESTION, /* was asked; answered when it has a time */
        LIVE_LINE,     /* of the chat */
} LiveTraceKind;
/* Where a chapter comes from: of two that are close to each other the one further down here stays. */
typedef enum {
        LIVE_CHAPTER_SCENE,    /* what is on air is chosen anew; n is the LiveScene */
        LIVE_CHAPTER_FLOOR,    /* somebody gets the floor; name */
        LIVE_CHAPTER_SLIDES,   /* slides are shown for the first time; text is their title */
        LIVE_CHAPTER_QUESTION, /* a question is answered; text */
        LIVE_CHAPTER_RUN,      /* a line of the run sheet begins; text, and name when it is somebody's turn */
} LiveChapter;
typedef struct {
        LiveTraceKind kind;
        LiveChapter chapter;   /* of LIVE_CHAPTER */
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
/* Somebody heard on stage since then (UTC) who does not agree to be recorded, 0: nobody. What is written down of them
 * is not for the replay. The socket loop's thread. */
int live_heard_unrecorded(LiveRoom *room, int64_t since_us);

typedef struct {
        const char *name;            /* of its member in `welcome`, its folder, its part of a person's export */
        const LiveMessage *messages; /* ended by { 0 } */
        const char *script, *style;  /* assets of the room's page, before room.js; may be NULL */
        bool team_only;              /* of the team's room alone: the other pages do not load them */
        bool sealed_only;            /* likewise, of rooms that are encrypted end to end */
        const char *const *words;    /* what its scripts say, ended by NULL: tools/check-room-words; may be NULL */
        /* What the room holds, when it opens and when another session begins in it; on the writer's thread, may run
         * again. NULL: failed, the room does not open. (transfer full) */
        gpointer (*load)(Db *db, const LiveMoment *moment);
        void (*free)(gpointer state); /* the room closes, or another session has been loaded */
        /* Its member in `welcome` for this person, and in `renewed` when another session has begun. (transfer full) */
        json_t *(*welcome)(LiveRoom *room, int person);
        /* The rest may be NULL. Every 50 ms, with the monotonic clock: for what is gathered. */
        void (*tick)(LiveRoom *room, int64_t mono_us);
        /* A host has sent this message, of whatever feature, and it was not refused at once. for_hosts_alone: nobody
         * else may send it. */
        void (*host_did)(LiveRoom *room, int person, const json_t *message, bool for_hosts_alone);
        void (*ended)(LiveRoom *room);                          /* a host ended the session */
        void (*gone)(LiveRoom *room, int person);               /* left, stayed away, or was removed */
        void (*begun)(LiveRoom *room);                          /* after load(): the state is the room's */
        void (*booth)(LiveRoom *room, int person, bool speaks); /* an interpreter's voice begins or stops */
        /* The account was erased: out of the state, and out of every page. Its rows are erase()'s. */
        void (*forgotten)(LiveRoom *room, int person);
        /* Whether this person of the whole room may come into a part of it. */
        bool (*admits)(LiveRoom *room, int64_t part, int person);
        /* Of the store; on any thread, in a turn. Whether somebody without a name must be known again. */
        bool (*keeps)(Db *db, int64_t room_id, int person);
        json_t *(*export)(Db *db, int64_t room_id, int person); /* NULL: nothing (transfer full) */
        bool (*erase)(Db *db, int64_t room_id, int person);
        bool (*expire)(Db *db, int64_t room_id); /* 30 days after the event, before the people go */
        /* Of the hall's light page, on a request's thread. Its part of it, at the top or below the hand; and the
         * message that a form in there stands for, as a page of the room would send it: NULL when it is none of this
         * feature's (transfer full). What the room answers, live_answer() or live_refuse(), is what the person reads.
         */
        void (*hall_top)(Html *h, Db *db, const LiveHall *hall);
        void (*hall)(Html *h, Db *db, const LiveHall *hall);
        json_t *(*hall_form)(Request *req);
        /* Adds what it has of this kind in a session (live_session.id) by live_trace_add(); may be NULL. */
        void (*trace)(Db *db, int64_t session_id, LiveTraceKind kind, GPtrArray *into);
} LiveFeature;
/* The application's list, ended by NULL. */
extern const LiveFeature *const live_features[];
/* Each message that a page may send, of the room and of its features, with the least role. */
void live_each_message(void (*function)(const char *type, LiveRole least, gpointer data), gpointer data);

/* What load() gave. */
gpointer live_room_state(const LiveRoom *room, const LiveFeature *feature);
LiveMoment live_room_moment(const LiveRoom *room);
bool live_room_ended(const LiveRoom *room);
bool live_room_is_team(const LiveRoom *room); /* of an event's team: no session, nothing recorded, never ended */
/* From any thread: the room of this number, if it is open, gets this on the loop, after what the turn under way writes
 * can be read by live_write(). */
void live_in_room(Live *live, int64_t room_id, void (*function)(LiveRoom *room));
/* Every open room of the same event, this one too. */
void live_each_room(LiveRoom *room, void (*function)(LiveRoom *room, gpointer data), gpointer data);
/* As a host's message does. */
void live_set_scene(LiveRoom *room, LiveScene scene);
/* Whom the stage shows for sure, 0: nobody; false: they are not on stage. */
bool live_set_pinned(LiveRoom *room, int person);
/* Somebody on stage by their name, whatever its case; 0: nobody. */
int live_on_stage_named(LiveRoom *room, const char *name);
LiveRoom *live_client_room(const LiveClient *client);
int live_client_person(const LiveClient *client);
bool live_person_known(LiveRoom *room, int person);
/* Of anybody the room knows, present or not; else "" and LIVE_GUEST. */
const char *live_person_name(LiveRoom *room, int person);
LiveRole live_person_role(LiveRoom *room, int person);
/* Of this person's page; the source's where there is none. */
const Lang *live_person_lang(LiveRoom *room, int person);
int64_t live_person_account(LiveRoom *room, int person); /* 0: a guest */
bool live_person_present(LiveRoom *room, int person);    /* or away for a moment */
bool live_person_speaks(LiveRoom *room, int person);     /* on stage or in a booth */
/* By what this person's page came in with. */
bool live_person_may(LiveRoom *room, int person, Right right);
/* --- Parts of a room: README.md, "Parts". A room that is no part is its own whole. */
LiveRoom *live_part_of(LiveRoom *room);                 /* the whole */
int64_t live_room_part(const LiveRoom *room);           /* live_part(id); 0: it is whole */
LiveRoom *live_part(LiveRoom *room, int64_t part);      /* NULL: nobody has come there */
unsigned live_part_count(LiveRoom *room, int64_t part); /* how many are there */
/* Everybody there, or one, goes back to the whole. */
void live_part_close(LiveRoom *room, int64_t part);
void live_part_send_back(LiveRoom *room, int64_t part, int person);
void live_part_rename(LiveRoom *room, int64_t part, const char *name);
bool live_room_is_workshop(const LiveRoom *room);
bool live_room_is_sealed(const LiveRoom *room); /* its media is encrypted end to end */
/* Ids of those who are here with a page. (transfer full) of int */
GArray *live_present(LiveRoom *room);
/* --- interpreters: live_booth.c
 *
 * A place beside the stage, for a microphone alone, which is heard in the channel that it is given to. */
/* False when all are taken, or this person is on stage or not here. */
bool live_booth_enter(LiveRoom *room, int person);
void live_booth_leave(LiveRoom *room, int person);
bool live_in_booth(LiveRoom *room, int person);
/* The language of a channel (0 … SFU_CHANNELS − 1), "": it is none, and whose voice it carries; 0, or who is in no
 * booth: nobody's. */
void live_channel(LiveRoom *room, int channel, const char *language, int person);
/* The channel that a person's page lets hear beside the floor, SFU_NO_CHANNEL for none. */
void live_listen(LiveRoom *room, int person, int channel);
/* Another thread changed what a feature's load() reads: an open room loads it again, and tells everybody by `renewed`.
 * Any thread; NULL is fine. */
void live_reload(Live *live, int64_t room_id, const LiveFeature *feature);

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

/* The headers of this person's media packets from now on, by this connection and later ones; ask the person first.
 * sfu_capture_start() says more. NULL: not now. */
typedef struct LiveCapture LiveCapture;
LiveCapture *live_capture_start(LiveRoom *room, int person);
bool live_capture_next(LiveCapture *capture, SfuCaptured *ret_packet);
uint64_t live_capture_lost(const LiveCapture *capture);
void live_capture_stop(LiveCapture *capture); /* frees; NULL is fine */

/* request_context() must give a LiveContext-bearing application: the routes find Live by this. */
Live *live_of(const Request *req);
extern const Route live_routes[], live_hall_routes[];
