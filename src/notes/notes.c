/* The tab of the team's room: its script finds the notes by their own addresses, so the room holds nothing of them. */
#include "notes/notes_private.h"

static gpointer load(Db *db, const LiveMoment *moment)
{
        return g_new0(char, 1);
}

static json_t *welcome(LiveRoom *room, int person)
{
        return json_pack("{s:b}", "here", (int)live_room_is_team(room));
}

static const LiveMessage messages[] = { { 0 } };

const LiveFeature notes_feature = {
        .name = "notes",
        .messages = messages,
        .script = "notes/notes.js",
        .style = "notes/notes.css",
        .team_only = true,
        .words = notes_room_words,
        .load = load,
        .free = g_free,
        .welcome = welcome,
};
