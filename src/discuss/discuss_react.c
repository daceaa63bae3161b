/* Reactions: gathered, told as numbers, never kept and never with a name. */
#include "discuss/discuss_private.h"

#include <string.h>

static const char *const names[] = {
#define DISCUSS_REACTION_WORD(name, word) word,
        DISCUSS_REACTIONS(DISCUSS_REACTION_WORD)
#undef DISCUSS_REACTION_WORD
};

void discuss_react(LiveClient *client, json_t *message)
{
        Discussion *discussion = discussion_of(live_client_room(client));
        const char *what = json_string_value(json_object_get(message, "what"));
        for (int i = 0; what && i < REACTIONS; i++)
                if (strcmp(names[i], what) == 0) {
                        discussion->reacted[i]++;
                        discussion->changed = true;
                        return;
                }
        live_refuse(client, "react", NULL, N_("The server does not know this message. Reload the page."));
}

void discuss_tell_reactions(LiveRoom *room, Discussion *discussion)
{
        json_t *counts = json_object();
        for (int i = 0; i < REACTIONS; i++)
                if (discussion->reacted[i])
                        json_object_set_new(counts, names[i], json_integer(discussion->reacted[i]));
        if (json_object_size(counts) == 0) {
                json_decref(counts);
                return;
        }
        memset(discussion->reacted, 0, sizeof discussion->reacted);
        live_broadcast(room, json_pack("{s:s, s:o}", "t", "reacted", "counts", counts));
}
