/* The discussion, led: lines taken out by their author or a host, shown by a host, one at a time. */
#include "live/live_store.h"
#include "base/time.h"

#define SLOW_MAX_S 600

static GList *find_line(LiveRoom *room, int64_t n)
{
        for (GList *link = room->lines.head; link; link = link->next)
                if (((const LiveLine *)link->data)->n == n)
                        return link;
        return NULL;
}

/* One that was said long ago is not in the room's memory any more. */
static LiveLine *line_of(Client *client, json_t *message, const char *of)
{
        GList *link = find_line(client->room, json_integer_value(json_object_get(message, "n")));
        if (!link)
                live_refuse(client, of, NULL, N_("This message is not there any more."));
        return link ? link->data : NULL;
}

static void push(Client *client, int64_t n, bool (*write)(Db *db, Act *act),
                 void (*after)(LiveRoom *room, Act *act, bool kept))
{
        Act *act = live_act_new(client->room, write, after);
        act->client = client->id;
        act->line = g_new0(LiveLine, 1);
        act->line->n = n;
        act->person = client->person->id;
        act->flag = client->person->role == LIVE_HOST;
        live_act_push(act);
}

static void refuse_unkept(Act *act, const char *of)
{
        Client *client = live_act_client(act);
        if (client)
                live_refuse(client, of, NULL, N_("This could not be noted. Try again."));
}

/* Of a line that the room's memory does not hold any more the store knows whose it was. flag: a host asks. */
static bool write_unsay(Db *db, Act *act)
{
        int author = live_store_line_author(db, act->room_id, act->line->n);
        act->was_new = author && (act->flag || author == act->person);
        return !act->was_new || live_store_unsay(db, act->room_id, act->line->n);
}

static void after_unsay(LiveRoom *room, Act *act, bool kept)
{
        GList *link = find_line(room, act->line->n);
        if (!kept) {
                refuse_unkept(act, "unsay");
                return;
        }
        if (!act->was_new) {
                Client *client = live_act_client(act);
                if (client)
                        live_refuse(client, "unsay", NULL, N_("This message is not there any more."));
                return;
        }
        if (link) {
                live_line_free(link->data);
                g_queue_delete_link(&room->lines, link);
        }
        live_broadcast(room, json_pack("{s:s, s:I}", "t", "unsaid", "n", (json_int_t)act->line->n));
}

void live_unsay(Client *client, json_t *message)
{
        int64_t n = json_integer_value(json_object_get(message, "n"));
        GList *link = find_line(client->room, n);
        if (link && ((const LiveLine *)link->data)->person_id != client->person->id &&
            client->person->role != LIVE_HOST)
                live_refuse(client, "unsay", NULL, N_("One deletes only one's own messages."));
        else
                push(client, n, write_unsay, after_unsay);
}

static bool write_show(Db *db, Act *act)
{
        return live_store_show(db, act->room_id, act->line->n);
}

static void after_show(LiveRoom *room, Act *act, bool kept)
{
        GList *link = find_line(room, act->line->n);
        if (!kept)
                refuse_unkept(act, "show");
        if (!kept || !link)
                return;
        LiveLine *line = link->data;
        line->waiting = false;
        live_line_tell(room, line);
}

void live_show(Client *client, json_t *message)
{
        const LiveLine *line = line_of(client, message, "show");
        if (line)
                push(client, line->n, write_show, after_show);
}

json_t *live_chat_json(const LiveRoom *room)
{
        return json_pack("{s:i, s:b}", "slow_s", room->chat.slow_s, "moderated", room->chat.moderated);
}

static bool write_chat(Db *db, Act *act)
{
        return live_store_chat(db, act->room_id, &(LiveChat){ act->number, act->flag });
}

static void after_chat(LiveRoom *room, Act *act, bool kept)
{
        if (!kept) {
                room->chat_asked = room->chat;
                refuse_unkept(act, "chat");
                return;
        }
        room->chat = (LiveChat){ act->number, act->flag };
        live_broadcast(room, json_pack("{s:s, s:o}", "t", "chat", "rules", live_chat_json(room)));
}

void live_chat(Client *client, json_t *message)
{
        LiveRoom *room = client->room;
        const json_t *slow = json_object_get(message, "slow_s"), *moderated = json_object_get(message, "moderated");
        json_int_t slow_s = slow ? json_integer_value(slow) : room->chat_asked.slow_s;
        if (slow_s < 0 || slow_s > SLOW_MAX_S) {
                live_refuse(client, "chat", NULL, N_("Between two messages lie 0 to 600 seconds."));
                return;
        }
        room->chat_asked = (LiveChat){ (int)slow_s, moderated ? json_is_true(moderated) : room->chat_asked.moderated };
        Act *act = live_act_new(room, write_chat, after_chat);
        act->client = client->id;
        act->number = room->chat_asked.slow_s;
        act->flag = room->chat_asked.moderated;
        live_act_push(act);
}
