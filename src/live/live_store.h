/* The room's SQL: what a room is loaded from, and what each act writes. Runs on the writer's thread, inside its turn.
 */
#pragma once
#include "live/live_private.h"

typedef struct {
        int id, seat, consent;
        unsigned char key_hash[KEY_HASH_BYTES];
        int64_t account;
        char *name;
        LiveRole role;
        bool removed, held, hall, outside;
        int64_t rehearses;
        int64_t encoder; /* 0: a person */
        int64_t of_hall; /* 0: no hall's seat */
} StoredPerson;

typedef struct {
        GArray *people;   /* StoredPerson */
        GPtrArray *lines; /* LiveLine, in order */
        GArray *hands;    /* int ids, in order */
        LiveChat chat;
} StoredRoom;
void stored_room_clear(StoredRoom *stored);
void live_store_load(Db *db, int64_t room_id, StoredRoom *ret_stored);

/* Whether the event of the room is still there; whether the account is in its team. */
bool live_store_room_stands(Db *db, int64_t room_id);
bool live_store_in_team(Db *db, int64_t event_id, int64_t account);

typedef struct {
        int64_t session_id, started_us;
        LiveTalk talk;
        LiveDoorway doorway;
        bool ended, recording, recorded;
        int pinned;
        LiveScene scene;
} StoredSession;
/* What a part of the room is called; NULL: it has none of this number. (transfer full) */
char *live_store_part(Db *db, int64_t room_id, int64_t part);

/* --- live_door_store.c */
void live_store_doorway(Db *db, int64_t room_id, LiveDoorway *ret_doorway);
/* What was written during a rehearsal goes when it is over. */
bool live_store_door(Db *db, int64_t room_id, LiveDoor door, int64_t now_us);
bool live_store_outside(Db *db, int64_t room_id, int id, bool outside);
bool live_store_rehearses(Db *db, int64_t room_id, int id, int64_t session_id);

/* The talk whose time it is, that overran, or that is about to begin; untouched when there is none. */
void live_store_talk_now(Db *db, int64_t room_id, int64_t now_us, LiveTalk *ret_talk);
/* Which talk the room holds at now_us; makes its session when it has none. */
bool live_store_session(Db *db, int64_t room_id, int64_t now_us, StoredSession *ret_session);
/* The session of this talk as it is, without making it; 0: there is none. */
int64_t live_store_session_known(Db *db, int64_t room_id, int64_t talk_id, bool *ret_ended);
bool live_store_session_flags(Db *db, int64_t session_id, bool recording, int pinned, LiveScene scene);
/* Ends the session that began at start_us (0: none of the programme) and begins the next of the room's programme before
 * its hour; *ret_found: there is one that begins soon enough. */
bool live_store_session_next(Db *db, int64_t session_id, int64_t room_id, int64_t start_us, int64_t now_us,
                             bool *ret_found);
bool live_store_session_end(Db *db, int64_t session_id, int64_t room_id, int64_t now_us);

bool live_store_person_add(Db *db, int64_t room_id, const StoredPerson *person, int64_t now_us);
bool live_store_person_seat(Db *db, int64_t room_id, int id, int seat);
/* From now on another key brings this person back. */
bool live_store_person_key(Db *db, int64_t room_id, int id, const unsigned char *key_hash);
bool live_store_person_update(Db *db, int64_t room_id, int id, const char *name, LiveRole role, int64_t account,
                              int64_t now_us);
bool live_store_person_remove(Db *db, int64_t room_id, int id);
/* What came on stage by a key without a page: its key, its seat, and the consent that came with the key. */
bool live_store_encoder(Db *db, int64_t room_id, int id, int64_t encoder, bool consents, int seat, int64_t now_us);
/* This person is the seat of a hall. */
bool live_store_seat_of(Db *db, int64_t room_id, int id, int64_t hall);
/* This person came by the hall's page. */
bool live_store_in_hall(Db *db, int64_t room_id, int id);
typedef struct {
        int person;       /* 0: not known here */
        char *name;       /* owned; NULL: not known here, "": none yet */
        int place, hands; /* in the queue from 1, 0: no hand up; how many are up */
} HallSeat;
/* Who came to this room's hall by a key. */
void live_store_hall_seat(Db *db, int64_t room_id, const unsigned char *key_hash, HallSeat *ret_seat);
bool live_store_encoder_held(Db *db, int64_t room_id, int id, bool held);
/* trouble: NULL when all is well */
bool live_store_encoder_trouble(Db *db, int64_t room_id, int id, const char *trouble);
/* Somebody is in this session: counted once, however often they come back and with how many pages of one account. */
bool live_store_came(Db *db, int64_t session_id, int64_t room_id, int id);
/* So many were in the session in a minute since 1970; of two counts the greater stays. A session that has ended, or
 * that is none of the programme, takes none. */
bool live_store_audience(Db *db, int64_t session_id, int64_t minute, int people);
/* Only one who left nothing: no name, account, line or choice. */
bool live_store_person_forget(Db *db, int64_t room_id, int id);
/* The recording of this session holds this person from now on. */
/* Whether this person's account was erased meanwhile; what was said since is erased too. */
bool live_store_forgotten(Db *db, int64_t room_id, int id, bool *ret_forgotten);
bool live_store_recorded(Db *db, int64_t session_id, int64_t room_id, int id, int64_t account, int64_t now_us);
/* The account's choice where there is one, also when it was made elsewhere; else what was said in the room. */
bool live_store_consents(Db *db, int64_t room_id, int64_t account, int64_t said);
/* The recording may hold this person from now on, or no more (on false): from when it began to. */
bool live_store_span(Db *db, int64_t session_id, int id, bool on, int64_t from_us, int64_t now_us);
/* What the account has chosen on its own page or in a room of the event: -1 nothing yet, 0 no, 1 yes. */
int live_store_account_consent(Db *db, int64_t room_id, int64_t account);
/* Of somebody with an account it is the account's choice too: one is enough for every room, and as good to take back.
 */
bool live_store_consent(Db *db, int64_t room_id, int id, bool given, int64_t now_us);
/* Moves a hand to another place of the queue, from 0; beyond its end: the last. ret_hands as above. */
bool live_store_hand_place(Db *db, int64_t room_id, int id, int place, GArray *ret_hands);
/* Known by another key before, if at all: the name is theirs again. */
int live_store_sample_speaker(Db *db, int64_t room_id, const char *name, const unsigned char *key_hash, int64_t now_us);
/* A nonce that is known gives back its line unchanged; *ret_new tells. text is replaced by what is stored. */
bool live_store_line(Db *db, int64_t room_id, LiveLine *line, bool *ret_new);
/* Who said it; 0: there is no such line, or it was taken out. */
int live_store_line_author(Db *db, int64_t room_id, int64_t n);
/* The line's number stays, its text does not. */
bool live_store_unsay(Db *db, int64_t room_id, int64_t n);
bool live_store_show(Db *db, int64_t room_id, int64_t n);
bool live_store_chat(Db *db, int64_t room_id, const LiveChat *chat);
/* ret_hands: ids in order after the change. */
bool live_store_hand(Db *db, int64_t room_id, int id, bool up, int64_t now_us, GArray *ret_hands);
