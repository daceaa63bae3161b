/* For interpret/ alone. */
#pragma once
#include "interpret/interpret.h"

enum {
        INTERPRET_CODE_MAX = 35,  /* of a language: BCP 47 as far as people use it */
        INTERPRET_KEY_BYTES = 16, /* random, in a link */
        INTERPRET_RELAY_MAX_S = 120,
};

/* A language of the room. */
typedef struct {
        char code[INTERPRET_CODE_MAX + 1]; /* "": the room has no such channel */
        char key[2 * INTERPRET_KEY_BYTES + 1];
        int who; /* person whose voice it carries, 0: nobody's */
        int64_t since_us;
        int next; /* who takes over at next_us, 0: nobody */
        int64_t next_us;
        bool speaks;
} InterpretChannel;

/* Somebody who may interpret. */
typedef struct {
        int person;
        unsigned channels; /* bits */
} Interpreter;

/* What a room holds of it. */
typedef struct {
        InterpretChannel channels[SFU_CHANNELS];
        GArray *people; /* of Interpreter */
} Interpret;

extern const char *const interpret_room_words[];

/* --- interpret.c -------------------------------------------------------------------------------------------------- */
Interpret *interpret_of(const LiveRoom *room);
Interpret *interpret_new(void);
void interpret_free(gpointer interpret);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Interpret, interpret_free)
/* What everybody is told, whole. (transfer full) */
json_t *interpret_json(LiveRoom *room);
void interpret_tell(LiveRoom *room);

/* --- interpret_rules.c -------------------------------------------------------------------------------------------- */
/* A language tag such as "fr", "pt-BR", "zh-Hant". */
bool interpret_code_is_valid(const char *code);
/* The place of a language among the channels, or SFU_NO_CHANNEL. NULL is none. */
int interpret_channel(const Interpret *interpret, const char *code);
bool interpret_may(const Interpret *interpret, int person, int channel);
/* Makes somebody an interpreter of a language, or no longer. */
void interpret_appoint(Interpret *interpret, int person, int channel, bool on);

typedef enum {
        TURN_TAKE,  /* the person speaks in the channel, from now on */
        TURN_RELAY, /* takes over at next_us */
        TURN_DROP,  /* does neither */
} TurnKind;
typedef struct {
        TurnKind kind;
        int channel, person;
        int64_t at_us; /* TAKE: now; RELAY: when */
} Turn;
/* One person speaks in one channel at most. */
void interpret_turn(Interpret *interpret, const Turn *turn);
/* A relay that is due by now: as a TURN_TAKE. False: none. */
bool interpret_due(const Interpret *interpret, int64_t now_us, Turn *ret_turn);

/* "fr, pt-BR": at most SFU_CHANNELS, each once. NULL and a sentence in source words when it is not. (transfer full) */
char **interpret_read_languages(const char *text, const char **ret_sentence);

/* --- interpret_turn.c: the messages ------------------------------------------------------------------------------- */
void interpret_on_booth(LiveClient *client, json_t *message);
void interpret_on_turn(LiveClient *client, json_t *message);
void interpret_on_interpreter(LiveClient *client, json_t *message);
void interpret_on_key(LiveClient *client, json_t *message);
void interpret_on_listen(LiveClient *client, json_t *message);
/* Ends what this person does in the channels, without an answer. */
void interpret_leave(LiveRoom *room, int person);
/* Whoever is due takes over. */
void interpret_relay(LiveRoom *room);
/* The media server carries what the state says. */
void interpret_apply(LiveRoom *room);

/* --- interpret_store.c -------------------------------------------------------------------------------------------- */
bool interpret_store_load(Db *db, int64_t room_id, Interpret *interpret);
bool interpret_store_turn(Db *db, int64_t room_id, const Turn *turn);
bool interpret_store_appoint(Db *db, int64_t room_id, int person, const char *code, bool on);
/* The languages from now on; those that stay keep their channel, their key and whose turn it is. */
bool interpret_store_languages(Db *db, int64_t room_id, char **codes);
/* A new key: the links that were given out open nothing any more. */
bool interpret_store_new_key(Db *db, int64_t room_id, const char *code);
bool interpret_store_keeps(Db *db, int64_t room_id, int person);
json_t *interpret_store_export(Db *db, int64_t room_id, int person); /* NULL: nothing (transfer full) */
bool interpret_store_erase(Db *db, int64_t room_id, int person);
bool interpret_store_expire(Db *db, int64_t room_id);
