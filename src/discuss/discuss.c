#include "discuss/discuss_private.h"

Discussion *discussion_of(const LiveRoom *room)
{
        return live_room_state(room, &discuss_feature);
}

static gpointer load(Db *db, const LiveMoment *moment)
{
        return g_new0(Discussion, 1);
}

static json_t *welcome(LiveRoom *room, int person)
{
        return json_object();
}

static const LiveMessage messages[] = {
        { "react", LIVE_GUEST, 10, 10, discuss_react },
        { 0 },
};

const LiveFeature discuss_feature = {
        .name = "discuss",
        .messages = messages,
        .script = "discuss/discuss.js",
        .style = "discuss/discuss.css",
        .words = discuss_room_words,
        .load = load,
        .free = g_free,
        .welcome = welcome,
        .tick = discuss_tell_reactions,
};
