/* What a hall adds to the room's page: it holds nothing, its words and its script are there. */
#include "hall/hall_private.h"

static gpointer load(Db *db, const LiveMoment *moment)
{
        return g_new0(char, 1);
}

static json_t *welcome(LiveRoom *room, int person)
{
        return json_object();
}

static const LiveMessage messages[] = { { 0 } };

const LiveFeature hall_feature = {
        .name = "hall",
        .messages = messages,
        .script = "hall/hall.js",
        .words = hall_room_words,
        .load = load,
        .free = g_free,
        .welcome = welcome,
};
