/* Sending, lines of chat, raised hands. */
#include "live/live_call.h"
#include "live/live_store.h"
#include "base/time.h"

#include <string.h>

#define HANDS_US (20 * 1000)
#define GATHER_US_A_PERSON 280

static void send_text(Socket *socket, const char *text)
{
        if (socket && text) /* no text: something in the message is no UTF-8 */
                socket_send(socket, text, strlen(text));
}

void live_send(Socket *socket, json_t *message)
{
        char *text = json_dumps(message, JSON_COMPACT);
        send_text(socket, text);
        free(text);
        json_decref(message);
}

/* The more people, the longer what is said to all may wait for more of it: 140 ms among 500. Each write costs the proxy
 * as much as it costs us, and more. */
static int gather_ms(const LiveRoom *room)
{
        return MIN(room->present, ROOM_PLACES) * GATHER_US_A_PERSON / 1000;
}

/* except: this one is told otherwise; line NULL: for everybody. */
static void tell_all(LiveRoom *room, json_t *message, const Person *except, const LiveLine *line)
{
        char *text = json_dumps(message, JSON_COMPACT);
        size_t length = text ? strlen(text) : 0;
        int wait_ms = gather_ms(room);
        GHashTableIter people;
        gpointer value;
        g_hash_table_iter_init(&people, room->people);
        while (text && g_hash_table_iter_next(&people, NULL, &value)) {
                const Person *person = value;
                if (person->socket && person != except && (!line || live_line_is_for(line, person)))
                        socket_send_gathered(person->socket, text, length, wait_ms);
        }
        free(text);
        json_decref(message);
}

void live_broadcast(LiveRoom *room, json_t *message)
{
        tell_all(room, message, NULL, NULL);
}

void live_tell_hosts(LiveRoom *room, json_t *message)
{
        char *text = json_dumps(message, JSON_COMPACT);
        GHashTableIter people;
        gpointer person;
        g_hash_table_iter_init(&people, room->people);
        while (g_hash_table_iter_next(&people, NULL, &person))
                if (((Person *)person)->role == LIVE_HOST)
                        send_text(((Person *)person)->socket, text);
        free(text);
        json_decref(message);
}

void live_tell_person(LiveRoom *room, int person, json_t *message)
{
        Person *known = live_person_find(room, person);
        live_send(known ? known->socket : NULL, message);
}

void live_answer(Client *client, json_t *message)
{
        if (client->call)
                live_call_refuse(client->call, LIVE_DONE);
        if (!client->socket) { /* a phone without script, whose answer is its next page */
                json_decref(message);
                return;
        }
        /* As long as the rest: of two hundred votes at once each would be a write of its own, and one the proxy too. */
        char *text = json_dumps(message, JSON_COMPACT);
        if (text)
                socket_send_gathered(client->socket, text, strlen(text), gather_ms(client->room));
        free(text);
        json_decref(message);
}

void live_refuse(Client *client, const char *of, const char *id, const char *sentence)
{
        if (client->call)
                live_call_answer(client->call, (LiveReply){ .verdict = LIVE_REFUSED,
                                                            .sdp = g_strdup(tr(client->opening->lang, sentence)) });
        json_t *message =
                json_pack("{s:s, s:s, s:s}", "t", "refused", "of", of, "text", tr(client->opening->lang, sentence));
        client->refused = true;
        if (id)
                json_object_set_new(message, "id", json_string(id));
        live_send(client->socket, message);
}

void live_bye(Client *client, uint16_t code, const char *reason, const char *sentence)
{
        live_send(client->socket, json_pack("{s:s, s:s, s:s}", "t", "bye", "reason", reason, "text",
                                            tr(client->opening->lang, sentence)));
        socket_close(client->socket, code, reason);
}

json_t *live_line_json(LiveRoom *room, const LiveLine *line, const Person *to)
{
        Person *author = live_person_find(room, line->person_id);
        json_t *json = json_pack("{s:I, s:i, s:s, s:s, s:I}", "n", (json_int_t)line->n, "who", line->person_id, "name",
                                 author ? author->name : "", "text", line->text, "at_us", (json_int_t)line->at_us);
        if (to && to->id == line->person_id)
                json_object_set_new(json, "id", json_string(line->nonce));
        if (line->reply_to)
                json_object_set_new(json, "reply", json_integer(line->reply_to));
        if (line->waiting)
                json_object_set_new(json, "waiting", json_true());
        return json;
}

bool live_line_is_for(const LiveLine *line, const Person *to)
{
        return !line->waiting || to->role == LIVE_HOST || to->id == line->person_id;
}

static json_t *said(LiveRoom *room, const LiveLine *line, const Person *to)
{
        json_t *message = live_line_json(room, line, to);
        json_object_set_new(message, "t", json_string("said"));
        return message;
}

void live_line_tell(LiveRoom *room, const LiveLine *line)
{
        Person *author = live_person_find(room, line->person_id);
        tell_all(room, said(room, line, NULL), author, line);
        if (author && author->socket)
                live_send(author->socket, said(room, line, author));
}

static bool write_line(Db *db, Act *act)
{
        return live_store_line(db, act->room_id, act->line, &act->was_new);
}

static void keep_line(LiveRoom *room, LiveLine *line)
{
        g_queue_push_tail(&room->lines, line);
        while (room->lines.length > CHAT_SHOWN)
                live_line_free(g_queue_pop_head(&room->lines));
}

static void after_line(LiveRoom *room, Act *act, bool kept)
{
        Client *client = live_act_client(act);
        if (!kept) {
                if (client)
                        live_refuse(client, "say", NULL, /* without its nonce the page keeps the line */
                                    N_("Your message could not be saved. It will be sent again; tell the hosts if it "
                                       "lasts."));
                return;
        }
        Person *author = live_person_find(room, act->line->person_id);
        if (!act->was_new) {
                if (client)
                        live_send(client->socket, said(room, act->line, author));
                return;
        }
        LiveLine *line = g_steal_pointer(&act->line);
        keep_line(room, line);
        live_line_tell(room, line);
}

/* Whether so many seconds lie between the person's last line and this one, which is the last from now on. */
static bool may_say_now(Person *person, int slow_s, const char *nonce)
{
        int64_t now = monotonic_us();
        if (!g_strcmp0(person->slow_nonce, nonce))
                return true;
        if (slow_s && person->slow_us && now - person->slow_us < slow_s * SECOND_US)
                return false;
        person->slow_us = now;
        g_free(person->slow_nonce);
        person->slow_nonce = g_strdup(nonce);
        return true;
}

void live_say(Client *client, json_t *message)
{
        const char *nonce = json_string_value(json_object_get(message, "id"));
        if (!live_is_token(nonce, NONCE_MAX)) {
                live_refuse(client, "say", NULL, N_("This message has no proper number. Reload the page."));
                return;
        }
        Person *person = client->person;
        if (!*person->name) {
                live_refuse(client, "say", nonce, N_("Say your name: 1 to 60 characters."));
                return;
        }
        g_autofree char *text =
                live_clean_text(json_string_value(json_object_get(message, "text")), TEXT_MAX_CHARS, true);
        if (!text) {
                live_refuse(client, "say", nonce, N_("A message has 1 to 1,000 characters."));
                return;
        }
        if (!live_rate_allows(person->said_us, G_N_ELEMENTS(person->said_us), &person->said_next, 10 * SECOND_US,
                              monotonic_us())) {
                live_refuse(client, "say", nonce, N_("That was many messages at once. Wait a few seconds."));
                return;
        }
        const LiveChat *chat = &client->room->chat;
        bool led = person->role != LIVE_HOST;
        if (!may_say_now(person, led ? chat->slow_s : 0, nonce)) {
                live_refuse(client, "say", nonce, N_("The discussion is slowed down: wait before your next message."));
                return;
        }
        Act *act = live_act_new(client->room, write_line, after_line);
        act->client = client->id;
        act->line = g_new0(LiveLine, 1);
        act->line->person_id = person->id;
        act->line->nonce = g_strdup(nonce);
        act->line->text = g_steal_pointer(&text);
        act->line->at_us = act->now_us;
        act->line->reply_to = MAX(0, json_integer_value(json_object_get(message, "reply")));
        act->line->waiting = led && chat->moderated;
        live_act_push(act);
}

/* --- hands ------------------------------------------------------------------------------------------------------- */

json_t *live_hands_json(const LiveRoom *room)
{
        json_t *list = json_array();
        for (guint i = 0; i < room->hands->len; i++)
                json_array_append_new(list, json_integer(g_array_index(room->hands, int, i)));
        return list;
}

static bool write_hand(Db *db, Act *act)
{
        return live_store_hand(db, act->room_id, act->person, act->flag, act->now_us, act->hands);
}

static json_t *hands_message(const LiveRoom *room)
{
        return json_pack("{s:s, s:o}", "t", "hands", "list", live_hands_json(room));
}

static bool same_hands(const GArray *one, const GArray *two)
{
        return one->len == two->len && (one->len == 0 || memcmp(one->data, two->data, one->len * sizeof(int)) == 0);
}

/* One hand is told at once; of two hundred that go up together each would tell five hundred people the whole list. */
void live_tell_hands(LiveRoom *room)
{
        int64_t now = monotonic_us();
        if (!room->hands_changed || now - room->hands_us < HANDS_US)
                return;
        room->hands_changed = false;
        room->hands_us = now;
        live_broadcast(room, hands_message(room));
}

bool live_set_hands(LiveRoom *room, GArray *hands)
{
        bool same = same_hands(hands, room->hands);
        g_array_unref(room->hands);
        room->hands = hands;
        room->hands_changed |= !same;
        live_tell_hands(room);
        return !same;
}

static void after_hand(LiveRoom *room, Act *act, bool kept)
{
        Client *client = live_act_client(act);
        if (!kept) {
                if (client)
                        live_refuse(client, "hand", NULL, N_("Your hand could not be noted. Try again."));
                return;
        }
        if (!live_set_hands(room, g_steal_pointer(&act->hands)) && client)
                live_send(client->socket, hands_message(room));
}

static void change_hand(LiveRoom *room, int person, bool up, uint64_t client)
{
        Act *act = live_act_new(room, write_hand, after_hand);
        act->person = person;
        act->flag = up;
        act->client = client;
        act->hands = g_array_new(FALSE, TRUE, sizeof(int));
        live_act_push(act);
}

void live_hand(Client *client, json_t *message)
{
        if (!*client->person->name) {
                live_refuse(client, "hand", NULL, N_("Say your name: 1 to 60 characters."));
                return;
        }
        change_hand(client->room, client->person->id, json_is_true(json_object_get(message, "up")), client->id);
}

void live_lower(Client *client, json_t *message)
{
        change_hand(client->room, (int)json_integer_value(json_object_get(message, "who")), false, client->id);
}

static bool write_place(Db *db, Act *act)
{
        return live_store_hand_place(db, act->room_id, act->person, act->number, act->hands);
}

void live_place(Client *client, json_t *message)
{
        json_int_t place = json_integer_value(json_object_get(message, "to"));
        Act *act = live_act_new(client->room, write_place, after_hand);
        act->person = (int)json_integer_value(json_object_get(message, "who"));
        act->number = (int)CLAMP(place, 0, G_MAXINT);
        act->client = client->id;
        act->hands = g_array_new(FALSE, TRUE, sizeof(int));
        live_act_push(act);
}

void live_hand_drop(Person *person)
{
        for (guint i = 0; i < person->room->hands->len; i++)
                if (g_array_index(person->room->hands, int, i) == person->id)
                        change_hand(person->room, person->id, false, 0);
}
