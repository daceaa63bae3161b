/* On to the next session of the room's programme, before its hour: the room stays, and everybody in it. */
#include "live/live_store.h"

static bool write_next(Db *db, Act *act)
{
        int64_t *start_us = act->extra;
        return live_store_session_next(db, act->session_id, act->room_id, *start_us, act->now_us, &act->flag);
}

/* As with the end of a session, but that those who lead stay on stage. */
static void close_session(LiveRoom *room)
{
        live_set_recording(room, false);
        GHashTableIter people;
        gpointer value;
        g_hash_table_iter_init(&people, room->people);
        while (g_hash_table_iter_next(&people, NULL, &value)) {
                Person *person = value;
                person->removed = person->held = false;
                if (person->role != LIVE_HOST)
                        live_off_stage(person);
        }
        g_array_set_size(room->hands, 0);
        live_broadcast(room, json_pack("{s:s, s:o}", "t", "hands", "list", json_array()));
        live_features_ended(room);
}

static void after_next(LiveRoom *room, Act *act, bool kept)
{
        Client *client = live_act_client(act);
        if (client && !kept)
                live_refuse(client, "next", NULL,
                            N_("This could not be noted: the server's disk may be full. Try again."));
        else if (client && !act->flag)
                live_refuse(client, "next", NULL,
                            N_("No session of the programme begins in this room within three hours."));
        if (!kept || !act->flag || room->session_id != act->session_id)
                return;
        close_session(room);
        live_room_look(room); /* brings the next one */
}

void live_next(Client *client, json_t *message)
{
        const LiveTalk *talk = &client->room->talk;
        int64_t start_us = talk->code ? talk->start_us : 0;
        Act *act = live_act_new(client->room, write_next, after_next);
        act->client = client->id;
        act->extra = g_memdup2(&start_us, sizeof start_us);
        act->free_extra = g_free;
        live_act_push(act);
}
