/* The inside of discuss/, for it alone. On the socket loop's thread unless it says otherwise. */
#pragma once
#include "discuss/discuss.h"
#include "web/form.h"

#define QUESTIONS_MAX 300 /* of a session */
#define QUESTION_MAX_CHARS 500
#define NONCE_MAX 36
#define POLLS_MAX 40 /* of a session */
#define CHOICES_MAX 12
#define CHOICE_MAX_CHARS 120
#define WORDS_MAX 500 /* different ones of a word cloud */
#define WORDS_EACH 3
#define WORD_MAX_CHARS 40

#define DISCUSS_REACTIONS(X) X(CLAP, "clap") X(HEART, "heart") X(LAUGH, "laugh") X(AGREE, "agree") X(CHEER, "cheer")
typedef enum Reaction {
#define DISCUSS_REACTION_ENUM(name, word) REACTION_##name,
        DISCUSS_REACTIONS(DISCUSS_REACTION_ENUM)
#undef DISCUSS_REACTION_ENUM
                REACTIONS
} Reaction;

typedef struct {
        int64_t id, asked_us, answered_us;
        int person;
        bool named;
        char *nonce, *text, *state; /* as in the store */
        int votes;                  /* those whose voters are kept no more, and: */
        GHashTable *voters;         /* person ids */
        bool changed;               /* its votes are to be told */
} Question;

typedef struct {
        char *text;
        int votes;
} Choice;

typedef struct {
        int64_t id;
        char *kind, *question, *state; /* as in the store */
        int answers;
        GPtrArray *choices; /* Choice */
        GHashTable *who;    /* person ids that have answered; not what */
        bool changed;       /* its figures are to be told */
} Poll;

/* What a room holds of its session. */
typedef struct {
        bool moderated, nameless;
        GPtrArray *questions; /* Question, as asked */
        GPtrArray *polls;     /* Poll, as made */
        unsigned reacted[REACTIONS];
        bool changed;
        int64_t told_us; /* reactions, votes, figures: on the monotonic clock */
} Discussion;
Discussion *discussion_of(const LiveRoom *room);
/* Refuses when the session is over. */
bool discuss_is_open(LiveClient *client, const char *of, const char *id);
/* The message's nonce; NULL: it has none that will do. */
const char *discuss_nonce(json_t *message);

/* --- discuss_react.c: never stored -------------------------------------------------------------------------------- */
void discuss_react(LiveClient *client, json_t *message);
void discuss_tell_reactions(LiveRoom *room, Discussion *discussion);

/* --- discuss_question.c ------------------------------------------------------------------------------------------- */
Question *discuss_question_new(void);
void discuss_question_free(gpointer question);
void discuss_ask(LiveClient *client, json_t *message);
void discuss_vote(LiveClient *client, json_t *message);
void discuss_withdraw(LiveClient *client, json_t *message);
void discuss_question(LiveClient *client, json_t *message);
void discuss_asking(LiveClient *client, json_t *message);
/* Those this person may see. (transfer full) */
json_t *discuss_questions_json(LiveRoom *room, int person);
void discuss_tell_votes(LiveRoom *room, Discussion *discussion);
void discuss_forget_questions(LiveRoom *room, int person);
/* The session is over: who voted is kept no more. */
void discuss_settle(LiveRoom *room);

/* --- discuss_poll.c ----------------------------------------------------------------------------------------------- */
Poll *discuss_poll_new(void);
void discuss_poll_free(gpointer poll);
void discuss_choice_free(gpointer choice);
void discuss_poll_add_choice(Poll *poll, const char *text, int votes);
void discuss_poll(LiveClient *client, json_t *message);
void discuss_poll_state(LiveClient *client, json_t *message);
void discuss_answer(LiveClient *client, json_t *message);
json_t *discuss_polls_json(LiveRoom *room, int person);
/* The session is over. Their rows are discuss_store_settle()'s. */
void discuss_close_polls(LiveRoom *room);
void discuss_tell_figures(LiveRoom *room, Discussion *discussion);

/* --- discuss_hall.c: on the hall's light page, on a request's thread ------------------------------------------------
 */
typedef struct {
        int64_t id;
        char *text, *state, *name; /* name NULL: asked without one */
        int votes;
        bool voted; /* by who looks */
} HallQuestion;
typedef struct {
        const LiveHall *hall;
        const char *nonce; /* of the next question */
        bool moderated, nameless;
        const HallQuestion *questions;
        size_t waiting, count; /* the first ones wait for a host: one's own */
        Poll *const *polls;
        size_t poll_count;
} DiscussHall;
void discuss_hall(Html *h, Db *db, const LiveHall *hall);
json_t *discuss_hall_form(Request *req);
const Choice *discuss_choice(const Poll *poll, guint i);
int discuss_percent(const Poll *poll, guint i);   /* of those who answered */
int discuss_word_size(const Poll *poll, guint i); /* 1 … 4; 0: nobody said it */
void discuss_hall_view(Html *h, const DiscussHall *v);
bool discuss_hall_done(const DiscussHall *page, const Poll *poll); /* who looks has answered */

extern const char *const discuss_room_words[];
