/* Reactions: gathered, told as numbers twice a second at most, never kept and never with a name. */
#include "discuss/discuss_private.h"
#include "base/time.h"

#include <string.h>

#define GATHER_US (SECOND_US / 2)

static const char *const names[] = {
#define DISCUSS_REACTION_WORD(name, word) word,
        DISCUSS_REACTIONS(DISCUSS_REACTION_WORD)
#undef DISCUSS_REACTION_WORD
};

void discuss_react(LiveClient *client, json_t *message)
{
        const char *what = json_string_value(json_object_get(message, "what"));
        for (int i = 0; what && i < REACTIONS; i++)
                if (strcmp(names[i], what) == 0) {
                        discussion_of(live_client_room(client))->reacted[i]++;
                        return;
                }
        live_refuse(client, "react", NULL, N_("The server does not know this message. Reload the page."));
}

void discuss_tell_reactions(LiveRoom *room, int64_t mono_us)
{
        Discussion *discussion = discussion_of(room);
        if (mono_us - discussion->told_us < GATHER_US)
                return;
        json_t *counts = json_object();
        for (int i = 0; i < REACTIONS; i++)
                if (discussion->reacted[i])
                        json_object_set_new(counts, names[i], json_integer(discussion->reacted[i]));
        if (json_object_size(counts) == 0) {
                json_decref(counts);
                return;
        }
        memset(discussion->reacted, 0, sizeof discussion->reacted);
        discussion->told_us = mono_us;
        live_broadcast(room, json_pack("{s:s, s:o}", "t", "reacted", "counts", counts));
}
