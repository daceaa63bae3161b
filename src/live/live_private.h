/* The room's inside, for live/ alone. Everything here runs on the socket loop's thread unless it says otherwise. */
#pragma once
#include "live/live.h"
#include "live/live_writer.h"
#include "base/time.h"

#include <jansson.h>

#define KEY_HASH_BYTES 32
#define CHAT_SHOWN 200
#define NAME_MAX_CHARS 60
#define TEXT_MAX_CHARS 1000
#define NONCE_MAX 36
#define EARLY_US (15 * MINUTE_US)   /* a room opens for its next talk this long before */
#define OVERRUN_US (60 * MINUTE_US) /* a talk that nobody ended keeps its room as long, unless the next one begins */
#define STAGE_SEATS 12              /* of a room with a stage; a workshop has SFU_SEATS */
#define ROOM_PLACES 500   /* unless configured; with those away for a moment; hosts and speakers come in all the same */
#define ROOM_WATCHERS 500 /* likewise: who is beside these and watches what is on air by HLS */
#define NETWORK_GUESTS_MAX 400 /* guests of one network at once: a hall behind one line */
#define NETWORK_NEW_MAX 600    /* and new ones in ARRIVALS_US */
#define ACCOUNT_NEW_MAX 30     /* pages of one account that come in as somebody new, likewise */
#define ARRIVALS_US (10 * MINUTE_US)
#define CUT_LEAST_US (2 * SECOND_US) /* between two cuts of what is on air */
#define NEXT_WITHIN_US (3 * HOUR_US) /* so long before its hour a session may be begun */

/* The room of an event's team stands in no programme and has no row of room: its number is far below those of parts,
 * which are live_part's with a minus. Migration 0370 knows it too. */
#define LIVE_TEAM_ROOMS (INT64_C(1) << 40)
static inline int64_t live_team_room(int64_t event_id)
{
        return -LIVE_TEAM_ROOMS - event_id;
}
static inline bool live_is_team_room(int64_t room_id)
{
        return room_id < -LIVE_TEAM_ROOMS;
}

const char *live_role_word(LiveRole role);
LiveRole live_role_from_word(const char *word);

/* What the upgrade request found out; made on the request's thread, then the socket's. */
typedef struct {
        Live *live;
        int64_t event_id, room_id, account;
        int64_t parent_id; /* of a part: the whole, and what that is called */
        char *parent_title;
        char *room_title, *room_slug, *event_slug;
        char *account_name;
        LiveRole role;
        unsigned rights; /* RIGHT_BITs */
        const Lang *lang;
        char *network; /* of the visitor, for limits; NULL: this machine, which has none */
        int64_t hall;  /* whose screen or seat this is; 0: of none */
        bool screen;
} LiveOpening;
void live_opening_free(gpointer opening);

/* Who comes in besides hosts and speakers, who always do. */
typedef enum {
        DOOR_OPEN,
        DOOR_LOBBY,     /* whom a host lets in, once: later they come back by their key */
        DOOR_LOCKED,    /* nobody new */
        DOOR_REHEARSAL, /* nobody, before the public comes in */
} LiveDoor;
const char *live_door_word(LiveDoor door);
int live_door_from_word(const char *word); /* -1: none */

/* What sort of room it is, and who comes in. */
typedef struct {
        bool workshop; /* all may speak */
        bool sealed;   /* its media is encrypted end to end: live_seal.c */
        bool voices;   /* recordings keep each speaker's voice by itself, too */
        LiveDoor door;
        LiveDoor usual; /* as the room's form says */
        int64_t since_us;
} LiveDoorway;

/* A talk of the programme as the room shows it. code NULL: none now. */
typedef struct {
        int64_t id;
        char *code, *title;
        int64_t start_us, end_us;
        bool no_recording; /* its speakers want none */
        bool recording;    /* now, as far as the store knows */
} LiveTalk;
void live_talk_clear(LiveTalk *talk);

typedef struct {
        char *text, *nonce;
        int64_t n, at_us, reply_to; /* reply_to: n of another, 0: of none */
        int person_id;
        bool waiting; /* for a host to show it */
} LiveLine;

/* How the discussion of a room is led. */
typedef struct {
        int slow_s; /* between two lines of a person who is no host, 0: no matter */
        bool moderated;
} LiveChat;

typedef struct {
        int who; /* person id, 0 for the poster */
        int seat;
        const char *what; /* "screen", "pinned", "loudest", "poster" */
} OnAir;
typedef struct {
        OnAir now;
        int64_t cut_us; /* since when, monotonic; 0: since ever */
} LiveCut;

/* ICE restarts of one connection, or of both of a page: twenty a minute at most. */
typedef struct {
        int64_t times_us[20];
        unsigned next;
} LiveRestarts;

/* Somebody known to the room: present (socket), away for a while (deadline), or gone (kept for the key). */
typedef struct {
        LiveRoom *room;
        int id;
        unsigned char key_hash[KEY_HASH_BYTES];
        int64_t account;
        char *name;
        LiveRole role;
        unsigned rights;   /* RIGHT_BITs, of the page it came in with last */
        int seat;          /* SFU_NO_SEAT: off stage */
        int seat_asked;    /* kept free until the store has it; SFU_NO_SEAT: none */
        bool seat_unsaved; /* left, and the store does not know it yet */
        int booth;         /* an interpreter's place, SFU_SEATS …; SFU_NO_SEAT: none. Never with a seat */
        int channel;       /* the language that this page lets hear, SFU_NO_CHANNEL: none */
        bool mic, camera, screen, muted;
        bool removed;
        bool outside;             /* waits to be let in, and never was */
        bool watches;             /* without a place: no connection for media, what is on air by HLS. live_watch.c */
        int64_t rehearses;        /* the session into whose rehearsal a host let them */
        struct LiveClient *waits; /* the page that waits as this person; NULL: none. live_door.c */
        int64_t of_hall;          /* whose seat this is, or whose screen, while it is here; 0: of none */
        bool projector;           /* the screen of a hall: watches, and is nobody; never stored */
        bool hall;                /* by a phone in the hall (live_hall.c): no socket, here until away_until_us */
        bool forgetting;          /* gone without a trace: its row is being taken away */
        int consent;              /* -1 not asked, 0 refused, 1 given */
        unsigned consent_turn;    /* counts the answers given here: what was read of the store before one is old */
        int64_t recorded_session; /* the session whose recording is known to hold this person */
        int64_t span_us;          /* since when a recording may hold them; 0: it does not now */
        int64_t came_session;     /* and the one that this person is known to be counted in */
        char *network;            /* of a guest who is here, for limits */
        Socket *socket;
        int64_t away_until_us, gone_us; /* away_until_us 0: gone, or present */
        bool quiet;                     /* on stage, and the page says nothing any more */
        SfuPeer publish, subscribe, subscribe_before;
        char *publish_pc, *subscribe_pc;
        int64_t before_until_us, resubscribed_us;
        LiveRestarts restarts;
        int layers[SFU_N_TRACK_KINDS]; /* of its pictures wanted, as bits; -1: not told yet */
        uint16_t view[SFU_LINES];      /* how high the page shows each line: sfu_view() */
        unsigned awaited_kbps;         /* likewise: what the line has to carry before it shows any */
        unsigned lines_seats;          /* seats its subscribe connection has lines for */
        SfuNetwork carried;            /* of what it watches, by its line: as told */
        unsigned carried_kbps;
        bool carried_lossy;
        bool speaking;
        int64_t heard_us; /* when that last changed, UTC */
        /* of a camera that came without a page (live_encoder.c) */
        int64_t encoder;     /* its key, 0: a person */
        bool held;           /* a host took it off the stage: it may not come back by itself */
        char *session;       /* what its publish connection is called in addresses; NULL: none */
        int64_t came_us[20]; /* times it was let in: twenty in a minute at most */
        unsigned came_next;
        unsigned tag;        /* counts the ICE sessions of it */
        const char *trouble; /* what is wrong with its stream: NULL, "b-frames" or "profile" */
        int64_t said_us[10]; /* times of the last lines: ten in ten seconds at most */
        unsigned said_next;
        int64_t slow_us;    /* when the last line was said, */
        char *slow_nonce;   /* and which: sent again after a cut it is no other one */
        bool kept;          /* a feature knows this person by their number: not forgotten for want of a name */
        GHashTable *counts; /* const LiveMessage * → Count: what was sent of it lately; NULL: nothing */
} Person;

struct LiveRoom {
        Live *live;
        int64_t id, event_id;
        int64_t parent_id; /* of a part: the whole; 0: a room of the event */
        bool closing;      /* a part that ends when all have left it */
        char *title, *slug, *event_slug;
        LiveDoorway doorway;
        bool loaded;
        GPtrArray *waiting; /* joins that came before it was loaded: PendingJoin */
        SfuRoom sfu_room;
        GHashTable *people; /* id → Person, all ever known */
        GHashTable *by_key; /* key_hash → Person */
        int next_id;
        int present;               /* with a page */
        GQueue lines;              /* LiveLine, the last CHAT_SHOWN */
        LiveChat chat, chat_asked; /* asked: with changes that are not kept yet */
        GArray *hands;             /* int ids, in order */
        bool hands_changed;        /* since they were told, at hands_us */
        int64_t hands_us;
        unsigned seats; /* 4, 8, 12, 16, 24 or 30 */
        /* the session */
        int64_t session_id;
        LiveTalk talk;
        bool ended;
        char *replay_url;
        int64_t audience_minute; /* the last one that was looked at, since 1970 */
        /* on air */
        int air_seat;              /* what the SFU was told last */
        GPtrArray *players;        /* who plays what is on air without a page: live_player.c */
        int pinned, dominant_seat; /* person id or 0; seat or SFU_NO_SEAT */
        LiveScene scene;
        LiveCut cut, beside;           /* what is on air, and whose picture stands beside a shared screen */
        int64_t air_again_us;          /* when a cut that waits may be made, monotonic; 0: none waits */
        char *languages[SFU_CHANNELS]; /* of the channels; NULL or "": none */
        bool recording, vp8;
        char *list_url;     /* where what is on air is appended, for HLS; NULL: nothing is recorded */
        char *list_told;    /* and as who watches was told, */
        bool free_told;     /* with whether a place is free */
        int64_t vp8_off_us; /* when the copies may end, 0: not asked to: a page that reloads does not make them flap */
        bool left_out;      /* the picture on air is not in the recording: live_record_left_out() */
        char *notice;       /* the recorder's, for hosts */
        /* gathered for the next people message */
        GHashTable *changed; /* ids */
        int64_t changed_us;
        bool seats_changed;
        bool lobby_changed; /* who waits: likewise for hosts */
        int64_t lobby_us;
        /* who came in as somebody new lately: network or account → how many */
        GHashTable *arrivals;
        int64_t arrivals_since_us;
        int joining; /* admitted, not yet written */
        int64_t spoke_us;
        bool speaking_changed;
        gpointer *features; /* their states, in the order of live_features; NULL until loaded */
};

typedef struct Call Call;
/* One socket; or one form of the hall's page, which stands for a message of somebody without a socket. */
typedef struct LiveClient {
        uint64_t id; /* in live->clients, to be found again when the store has answered */
        LiveOpening *opening;
        LiveRoom *room;
        Person *person; /* NULL until join */
        Person *waits;  /* before the door */
        char *key;      /* by which it comes back; NULL until join */
        json_t *join;   /* the message it came in with */
        Socket *socket; /* NULL: a form, */
        Call *call;     /* whose sender hears by this */
        int64_t opened_us;
        int64_t bad_since_us, counted_since_us;
        int bad, counted; /* messages since then */
        bool join_pending;
        bool refused; /* what it has just sent */
} Client;

struct Live {
        Store *store;
        SocketLoop *sockets;
        Sfu *sfu;
        LiveHooks hooks;
        LiveTurn turn;
        unsigned places, watchers; /* of a room: live_watch.c */
        LiveWriter *writer;
        GHashTable *rooms;     /* room id → LiveRoom */
        GHashTable *sfu_rooms; /* SfuRoom value → LiveRoom */
        GHashTable *clients;   /* id → Client */
        uint64_t next_client;
        gint room_count, people_count; /* atomic */
};

extern const SocketHandler live_socket_handler;
/* The call's message, as if this person had sent it by a page of the room; the answer is the call's. The client lives
 * until live_form_end(). */
void live_form_begin(LiveRoom *room, Person *person, Call *call);
void live_form_end(Call *call);

/* --- live_act.c: what is written ---------------------------------------------------------------------------------- */
/* One thing to write for a room, and what follows on the loop when it is kept or not. */
typedef struct Act Act;
struct Act {
        LiveJob job;
        Live *live;
        int64_t event_id, room_id, session_id, talk_id, now_us;
        uint64_t client; /* whom to answer; 0: nobody */
        int person, number;
        int consent; /* as Person.consent */
        bool flag, was_new, outside;
        LiveScene scene;
        LiveLine *line;
        GArray *hands;
        unsigned char key_hash[KEY_HASH_BYTES];
        char *key, *name;
        LiveRole role;
        int64_t account, hall;
        gpointer extra;
        GDestroyNotify free_extra;
        bool (*write)(Db *db, Act *act);
        void (*after)(LiveRoom *room, Act *act, bool kept); /* not called when the room is gone */
};
Act *live_act_new(LiveRoom *room, bool (*write)(Db *db, Act *act), void (*after)(LiveRoom *room, Act *act, bool kept));
void live_act_push(Act *act);
Client *live_act_client(Act *act); /* NULL when it has gone meanwhile */
void live_line_free(gpointer line);

/* --- live_room.c: a room's life ----------------------------------------------------------------------------------- */
LiveRoom *live_room_get(Live *live, const LiveOpening *opening); /* made and loading if new */
void live_room_free(gpointer room);
/* A join that came before the room was loaded: taken up then. */
void live_room_wait(Client *client, json_t *message);
/* Something of this session is recorded: where it will be seen. */
void live_note_replay(LiveRoom *room);
void live_room_tick(LiveRoom *room, int64_t mono_us);
/* Who is away too long, or quiet: four times a second, since it visits everybody. */
void live_room_look_at_people(LiveRoom *room, int64_t mono_us);
/* Asks the store which talk the room holds now. */
void live_room_look(LiveRoom *room);

/* --- live_join.c: coming in --------------------------------------------------------------------------------------- */
void live_room_join(Client *client, json_t *message);
void live_hash_key(const char *key, unsigned char ret_hash[KEY_HASH_BYTES]);
char *live_new_key(void); /* (transfer full) */
void live_rename(Client *client, json_t *message);
/* Takes those away, here and in the store, who left long ago and left nothing: no name, no word, no choice. */
void live_forget_strangers(LiveRoom *room);
json_t *live_talk_json(const LiveRoom *room);

json_t *live_room_json(const LiveRoom *room);
/* The person takes the client's socket and is welcome, by client->key and client->join. */
void live_enter(Client *client, Person *person);

/* --- live_door.c: who comes in ------------------------------------------------------------------------------------ */
/* Whether this person has to wait now. */
bool live_person_waits(const Person *person);
void live_wait(Client *client, Person *person);
void live_wait_end(Client *client); /* it has gone, or was sent away */
void live_wait_renamed(Person *person);
void live_let_in(Person *person);
json_t *live_lobby_json(LiveRoom *room);
void live_tell_lobby(LiveRoom *room); /* soon */
void live_lobby_tick(LiveRoom *room, int64_t mono_us);
void live_admit_waiting(Client *client, json_t *message);
void live_turn_away(Client *client, json_t *message);
void live_door(Client *client, json_t *message);
void live_set_door(LiveRoom *room, const Client *asking, LiveDoor door);
/* The door or the session is another: who waits comes in, or hears of it; who may not be here goes out. */
void live_look_at_everybody(LiveRoom *room);
/* As the store has it now. */
/* --- end-to-end encryption: live_seal.c */
/* Whether this page encrypts as the room wants it; else it has been told what to do. message: its `join`. */
bool live_seal_fits(Client *client, json_t *message);
/* After the room's form was changed: whoever is there, and what the server did with the media, begins anew. */
void live_seal_changed(LiveRoom *room);
const char *live_sealed_sentence(void); /* in source words: why something is refused there */
void live_door_look(LiveRoom *room, const LiveDoorway *doorway);

/* --- live_watch.c: places, and who watches without one ------------------------------------------------------------ */
/* Whether there can be something to watch from outside: in rooms of the programme. */
bool live_may_watch(const LiveRoom *room);
/* How many have a place (or wait for one before the door), and how many watch; without this one. */
void live_count_places(LiveRoom *room, const Person *but, unsigned *ret_places, unsigned *ret_watchers);
/* Somebody comes in: in the room, or watching alone. asked: for the latter; had_place: until a moment ago. */
void live_choose_place(Person *person, bool asked, bool had_place);
/* For `welcome` and `watching`. (transfer full) */
json_t *live_watching_json(Person *person);
/* Those who watch hear that a place is free or none is any more; everybody, that the list is another one. */
void live_tell_watchers(LiveRoom *room);
void live_watch(Client *client, json_t *message);

/* --- live_part.c: parts of a room --------------------------------------------------------------------------------- */
/* Who comes into a part, as the whole knows them by their key's hash; NULL, and told so: may not. */
Person *live_part_guest(Client *client, const unsigned char hash[KEY_HASH_BYTES]);
/* Somebody was removed here: if it is a part, from the whole as well. */
void live_part_removed(LiveRoom *room, int person);
bool live_part_is_done(const LiveRoom *room); /* it ends, and nobody is there */

/* --- live_hall_door.c: a hall's screen and its seat ----------------------------------------------------------------
 */
void live_projector_join(Client *client, json_t *message);
/* Whose voice and picture are not sent to this person: their own, or those of their hall. */
int live_own_seat(const Person *person);
/* The seat of somebody changed: the hall's screens leave out another one, if any. */
void live_leave_out(const Person *person);

/* --- live_audience.c: how many are there -------------------------------------------------------------------------- */
/* Notes how many are in the session, once in each minute of the wall clock. */
void live_count_audience(LiveRoom *room, int64_t at_us);

/* --- live_people.c: who is there ---------------------------------------------------------------------------------- */
void live_person_free(gpointer person);
Person *live_person_find(LiveRoom *room, int id);
bool live_person_here(const Person *person); /* present or away */
/* Whom this account was in the room, where no page of it is there now; or whom a host removed. NULL: nobody. */
Person *live_person_of_account(LiveRoom *room, int64_t account);
/* Somebody on stage whose page died without a goodbye is told as away. */
void live_look_whether_quiet(Person *person, int64_t mono_us);
void live_person_changed(Person *person);             /* will be told in the next people message */
void live_person_add(LiveRoom *room, Person *person); /* takes person */
void live_person_gone(Person *person);
json_t *live_person_json(const Person *person);
void live_room_left(Client *client, bool for_good);
void live_tell_people(LiveRoom *room);
void live_tell_speaking(LiveRoom *room);
Person *live_seat_holder(LiveRoom *room, int seat);

/* --- live_booth.c: interpreters --------------------------------------------------------------------------------- */
/* Where a person's voice goes: a seat on stage, a booth, or SFU_NO_SEAT. */
int live_place_of(const Person *person);
Person *live_place_holder(LiveRoom *room, int place);
/* The person's page said what it sends. */
void live_booth_state(Person *person, bool mic);
/* A voice in a booth begins or stops. */
void live_booth_speaks(LiveRoom *room, int booth, bool on);
void live_booth_clear(Person *person);
/* A new connection to watch was answered: it lets hear what the one before did. */
void live_listen_again(const Person *person);

/* --- live_encoder.c: cameras without a page ----------------------------------------------------------------------- */
/* A host takes it off the stage, or lets it come back. */
void live_encoder_hold(Person *person, bool held);
/* Its connection was lost: it has a moment to come back to its seat. */
void live_encoder_lost(Person *person);

/* The SFU found something in its pictures that browsers cannot show. */
void live_encoder_trouble(Person *person, SfuTrouble trouble);

/* --- live_player.c: players without a page ------------------------------------------------------------------------ */
/* A player's connection is no more, if it was one. */
void live_player_gone(LiveRoom *room, SfuPeer peer);
/* A key is no more: whoever plays by it ends. */
void live_players_revoke(LiveRoom *room, int64_t key);

/* --- live_say.c: sending, lines, hands ---------------------------------------------------------------------------- */
void live_send(Socket *socket, json_t *message); /* takes message */
/* The last word to a page, with the code its socket is closed with (RFC 6455 7.4). */
void live_bye(Client *client, uint16_t code, const char *reason, const char *sentence);
json_t *live_line_json(LiveRoom *room, const LiveLine *line, const Person *to);
/* One that waits is for hosts and its author. */
bool live_line_is_for(const LiveLine *line, const Person *to);
void live_line_tell(LiveRoom *room, const LiveLine *line);
void live_say(Client *client, json_t *message);
void live_hand(Client *client, json_t *message);
void live_lower(Client *client, json_t *message);
void live_place(Client *client, json_t *message);
void live_hand_drop(Person *person); /* goes down by itself: came on stage, left */
json_t *live_hands_json(const LiveRoom *room);
/* The queue as the store has it now: told to everybody, soon, when it is another one. Takes hands. True when it was. */
bool live_set_hands(LiveRoom *room, GArray *hands);
/* Tells everybody, when they changed and were not told a moment ago: the next tick tells then. */
void live_tell_hands(LiveRoom *room);

/* --- live_chat.c: the discussion, led ----------------------------------------------------------------------------- */
void live_unsay(Client *client, json_t *message);
void live_show(Client *client, json_t *message);
void live_chat(Client *client, json_t *message);
json_t *live_chat_json(const LiveRoom *room);

/* --- live_turn.c: ways around a narrow network -------------------------------------------------------------------- */
/* For RTCPeerConnection's iceServers: with a password of this person's own, good for hours. (transfer full) */
json_t *live_ice_servers(const Person *person);

/* --- live_media.c: peer connections ------------------------------------------------------------------------------- */
void live_publish(Client *client, json_t *message);
void live_subscribed(Client *client, json_t *message);
void live_resubscribe(Client *client, json_t *message);
void live_restart(Client *client, json_t *message);
bool live_may_restart(LiveRestarts *restarts); /* and counts it */
void live_view(Client *client, json_t *message);
void live_forget_view(Person *person);
/* What its publish connection was told to send: again, after its socket came back. */
void live_tell_layers(Person *person);
/* How much of what it watches its line carries: on change, and again after its socket came back. */
void live_tell_network(Person *person);
void live_offer_subscribe(Person *person);
void live_close_publish(Person *person);
void live_close_media(Person *person);
void live_sfu_events(gpointer live);
/* Stage browsers add or take away the small VP8 copies. */
void live_set_vp8(LiveRoom *room, bool on);
const char *live_held_publish(const Person *person, const char *pc);

/* --- live_stage.c: seats and the host's tools --------------------------------------------------------------------- */
void live_take(Client *client, json_t *message);
void live_leave(Client *client, json_t *message);
void live_stage(Client *client, json_t *message);
void live_mute(Client *client, json_t *message);
void live_remove(Client *client, json_t *message);
void live_state(Client *client, json_t *message);
void live_consent(Client *client, json_t *message);
void live_off_stage(Person *person);
int live_free_seat(LiveRoom *room); /* SFU_NO_SEAT: all are taken */
void live_set_seat(Person *person, int seat);
void live_update_seats(LiveRoom *room);
/* Writes again what the store has not noted. */
void live_save_seats(LiveRoom *room);
/* Out until the session ends: noted here and in the store. */
void live_note_removed(Person *person);
int live_room_places(const LiveRoom *room); /* how many seats it has */
/* Looks for what those on stage have chosen elsewhere, on their own page. */
void live_check_consents(LiveRoom *room);

/* --- live_air.c: what is on air, recording, the end --------------------------------------------------------------- */
void live_pin(Client *client, json_t *message);
void live_record(Client *client, json_t *message);
void live_end(Client *client, json_t *message);
void live_update_air(LiveRoom *room);
void live_set_recording(LiveRoom *room, bool on);
/* Writes again what the store has not noted: recording and pinned are its own. */
void live_check_flags(LiveRoom *room, bool recording, int pinned, LiveScene scene);
void live_scene(Client *client, json_t *message);
json_t *live_record_text(const Person *to); /* what a host should know of it, in their language; null */
void live_tell_recording(LiveRoom *room);
json_t *live_on_air_json(const LiveRoom *room);

/* --- live_next.c: on to the next session -------------------------------------------------------------------------- */
void live_next(Client *client, json_t *message);

/* --- live_feature.c: what features above live add ----------------------------------------------------------------- */
/* On the writer's thread: the states of all, in the order of live_features; NULL on failure. (transfer full) */
gpointer *live_features_load(Db *db, const LiveMoment *moment);
void live_features_free(gpointer *states); /* NULL is fine */
/* Their messages; NULL: none is called so. */
const LiveMessage *live_feature_message(const char *type);
/* Counts it; false: this person has sent too many. */
bool live_feature_allows(Person *person, const LiveMessage *message);
void live_features_welcome(LiveRoom *room, int person, json_t *welcome);
/* Another session was loaded: everybody gets its state. */
void live_features_renew(LiveRoom *room, gpointer *states); /* takes states */
/* On a request's thread: their parts of the hall's page, and the message that a form of it stands for; NULL: none. */
void live_features_hall(Html *h, Db *db, const LiveHall *hall, bool top);
json_t *live_features_form(Request *req);
void live_features_begun(LiveRoom *room);
void live_features_tick(LiveRoom *room, int64_t mono_us);
/* A host's message has been taken. */
void live_features_host_did(LiveRoom *room, int person, const json_t *message, bool for_hosts_alone);
void live_features_booth(LiveRoom *room, int person, bool speaks);
void live_features_ended(LiveRoom *room);
bool live_features_admit(LiveRoom *room, int64_t part, int person);
void live_features_gone(LiveRoom *room, int person);
void live_features_forgotten(LiveRoom *room, int person);
bool live_features_keep(Db *db, int64_t room_id, int person);
void live_features_export(Db *db, int64_t room_id, int person, json_t *into);
bool live_features_erase(Db *db, int64_t room_id, int person);
bool live_features_expire(Db *db, int64_t room_id);

/* --- live_rules.c: pure ------------------------------------------------------------------------------------------- */
/* Whether somebody has to wait. outside: was never let in; rehearses: a host let them into this rehearsal. */
bool live_door_waits(LiveDoor door, LiveRole role, bool outside, bool rehearses);
/* The smallest of 4, 8, 12, 16, 24, 30 that holds the highest seat in use (−1: none). */
unsigned live_seats_for(int highest_seat);
typedef struct {
        int id, seat; /* seat SFU_NO_SEAT: off stage */
        bool camera, screen;
} OnStage;
/* The shared screen where the scene shows it, else whom the host pinned, else the loudest, else who alone has a camera,
 * else the poster. */
OnAir live_on_air(const OnStage *people, size_t count, int pinned, int dominant_seat, LiveScene scene);
/* Whose camera stands beside a shared screen that is on air, by the same order; who 0: nobody's. */
OnAir live_beside(const OnStage *people, size_t count, int pinned, int dominant_seat, LiveScene scene);
/* Whether this can still be shown. */
bool live_is_there(const OnStage *people, size_t count, const OnAir *air);
/* Cuts to what is wanted, unless the last cut was less than two seconds ago: then returns when to look again, else 0.
 * What is not there any more goes at once: the poster is no worse than nothing. */
int64_t live_cut(LiveCut *cut, const OnAir *wanted, bool there, int64_t mono_us);
typedef struct {
        LiveRole role;
        bool here;                       /* comes back: already counted */
        bool local;                      /* from this machine itself */
        unsigned people, places;         /* in the room, and for how many it has places */
        unsigned watchers, watchers_max; /* beside them */
        unsigned of_network;             /* guests of the same network in the room */
        unsigned arrivals_max;           /* how many may come as somebody new … */
        unsigned arrivals;               /* … and how many did */
} LiveComing;
typedef enum { LIVE_WELCOME, LIVE_ROOM_FULL, LIVE_NETWORK_FULL } LiveAdmission;
LiveAdmission live_admit(const LiveComing *coming);
/* Whether a minute of this talk counts: a clock that jumped is no time of it. */
bool live_talk_counts(const LiveTalk *talk, int64_t at_us);
/* How long somebody in the hall counts as there after the last form, with a hand up or without. */
int64_t live_hall_stay_us(bool hand);
bool live_rate_allows(int64_t *times_us, unsigned count, unsigned *next, int64_t window_us, int64_t now_us);
