#include "live/live_private.h"
#include "base/time.h"

void live_line_free(gpointer data)
{
        LiveLine *line = data;
        if (!line)
                return;
        g_free(line->text);
        g_free(line->nonce);
        g_free(line);
}

static bool act_work(Db *db, LiveJob *job)
{
        Act *act = (Act *)job;
        return act->write(db, act);
}

static void act_done(LiveJob *job, bool kept)
{
        Act *act = (Act *)job;
        LiveRoom *room = g_hash_table_lookup(act->live->rooms, &act->room_id);
        if (room && act->after)
                act->after(room, act, kept);
}

static void act_free(LiveJob *job)
{
        Act *act = (Act *)job;
        live_line_free(act->line);
        if (act->hands)
                g_array_unref(act->hands);
        if (act->free_extra)
                act->free_extra(act->extra);
        g_free(act->key);
        g_free(act->name);
        g_free(act);
}

Act *live_act_new(LiveRoom *room, bool (*write)(Db *db, Act *act), void (*after)(LiveRoom *room, Act *act, bool kept))
{
        Act *act = g_new0(Act, 1);
        act->job = (LiveJob){ act_work, act_done, act_free };
        act->live = room->live;
        act->room_id = room->id;
        act->event_id = room->event_id;
        act->session_id = room->session_id;
        act->talk_id = room->talk.id;
        act->now_us = now_us();
        act->write = write;
        act->after = after;
        return act;
}

void live_act_push(Act *act)
{
        live_writer_push(act->live->writer, &act->job);
}

Client *live_act_client(Act *act)
{
        return g_hash_table_lookup(act->live->clients, &act->client);
}
