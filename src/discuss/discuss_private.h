/* The inside of discuss/, for it alone. On the socket loop's thread unless it says otherwise. */
#pragma once
#include "discuss/discuss.h"

#define DISCUSS_REACTIONS(X) X(CLAP, "clap") X(HEART, "heart") X(LAUGH, "laugh") X(AGREE, "agree") X(CHEER, "cheer")
typedef enum Reaction {
#define DISCUSS_REACTION_ENUM(name, word) REACTION_##name,
        DISCUSS_REACTIONS(DISCUSS_REACTION_ENUM)
#undef DISCUSS_REACTION_ENUM
                REACTIONS
} Reaction;

/* What a room holds of its session. */
typedef struct {
        unsigned reacted[REACTIONS]; /* since they were told */
        int64_t told_us;             /* on the monotonic clock */
} Discussion;
Discussion *discussion_of(const LiveRoom *room);

/* --- discuss_react.c: never stored -------------------------------------------------------------------------------- */
void discuss_react(LiveClient *client, json_t *message);
void discuss_tell_reactions(LiveRoom *room, int64_t mono_us);

extern const char *const discuss_room_words[];
