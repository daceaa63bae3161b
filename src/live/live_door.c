/* Who comes in: everybody, whom a host lets in, nobody new, or those of the session alone (a rehearsal). Who waits has
 * a socket and a number, and is nobody to the room: client->person is NULL, and nothing is told but `waiting`. */
#include "live/live_store.h"
#include "base/time.h"

#define GATHER_US (200 * 1000) /* many may come at once */

bool live_person_waits(const Person *person)
{
        const LiveRoom *room = person->room;
        return live_door_waits(room->doorway.door, person->role, person->outside,
                               person->rehearses && person->rehearses == room->session_id);
}

/* --- What is told ------------------------------------------------------------------------------------------------- */

static int by_id(gconstpointer a, gconstpointer b)
{
        return (*(Person *const *)a)->id - (*(Person *const *)b)->id;
}

json_t *live_lobby_json(LiveRoom *room)
{
        g_autoptr(GPtrArray) waiting = g_ptr_array_new();
        GHashTableIter people;
        gpointer value;
        g_hash_table_iter_init(&people, room->people);
        while (g_hash_table_iter_next(&people, NULL, &value))
                if (((Person *)value)->waits)
                        g_ptr_array_add(waiting, value);
        g_ptr_array_sort(waiting, by_id); /* in the order they came */
        json_t *list = json_array();
        for (guint i = 0; i < waiting->len; i++) {
                const Person *person = waiting->pdata[i];
                json_array_append_new(list, json_pack("{s:i, s:s, s:s}", "id", person->id, "name", person->name, "role",
                                                      live_role_word(person->role)));
        }
        return list;
}

void live_tell_lobby(LiveRoom *room)
{
        room->lobby_changed = true;
}

void live_lobby_tick(LiveRoom *room, int64_t mono_us)
{
        if (!room->lobby_changed || mono_us - room->lobby_us < GATHER_US)
                return;
        room->lobby_changed = false;
        room->lobby_us = mono_us;
        live_tell_hosts(room, json_pack("{s:s, s:o}", "t", "lobby", "list", live_lobby_json(room)));
}

static void tell_waiting(const Person *person)
{
        const LiveRoom *room = person->room;
        live_send(person->waits->socket,
                  json_pack("{s:s, s:{s:i, s:s, s:s, s:s}, s:o, s:o, s:s, s:I}", "t", "waiting", "me", "id", person->id,
                            "key", person->waits->key, "role", live_role_word(person->role), "name", person->name,
                            "room", live_room_json(room), "talk", live_talk_json(room), "door",
                            live_door_word(room->doorway.door), "now_us", (json_int_t)now_us()));
}

/* --- Waiting ------------------------------------------------------------------------------------------------------ */

void live_wait(Client *client, Person *person)
{
        if (person->waits && person->waits != client) {
                person->waits->waits = NULL;
                live_bye(person->waits, 1000, "elsewhere", N_("You came in from another page."));
        }
        person->waits = client;
        client->waits = person;
        client->join_pending = false;
        tell_waiting(person);
        live_tell_lobby(person->room);
}

void live_wait_end(Client *client)
{
        Person *person = client->waits;
        if (!person)
                return;
        client->waits = NULL;
        person->waits = NULL;
        person->gone_us = monotonic_us();
        live_tell_lobby(person->room);
}

void live_wait_renamed(Person *person)
{
        tell_waiting(person);
        live_tell_lobby(person->room);
}

static void come_in(Person *person)
{
        Client *client = person->waits;
        client->waits = NULL;
        person->waits = NULL;
        live_enter(client, person);
}

/* Back before the door: the public, when a rehearsal begins. */
static void go_out(Person *person)
{
        Client *client = person->socket ? socket_data(person->socket) : NULL;
        if (!client) {
                live_person_gone(person);
                return;
        }
        live_room_left(client, true);
        live_wait(client, person);
}

/* --- Letting in --------------------------------------------------------------------------------------------------- */

static bool write_let_in(Db *db, Act *act)
{
        for (guint i = 0; i < act->hands->len; i++) {
                int id = g_array_index(act->hands, int, i);
                if (!live_store_outside(db, act->room_id, id, false) ||
                    (act->flag && !live_store_rehearses(db, act->room_id, id, act->session_id)) ||
                    !live_store_came(db, act->session_id, act->room_id, id))
                        return false;
        }
        return true;
}

static void after_let_in(LiveRoom *room, Act *act, bool kept)
{
        Client *asking = live_act_client(act);
        if (!kept && asking)
                live_refuse(asking, "admit", NULL,
                            N_("This could not be noted: the server's disk may be full. Try again."));
        for (guint i = 0; kept && i < act->hands->len; i++) {
                Person *person = live_person_find(room, g_array_index(act->hands, int, i));
                if (!person)
                        continue;
                person->outside = false;
                if (act->flag)
                        person->rehearses = act->session_id;
                if (person->waits && !live_person_waits(person))
                        come_in(person);
        }
        if (kept)
                live_tell_lobby(room);
}

/* Takes ids. asking: NULL, the door was opened. */
static void let_in(LiveRoom *room, const Client *asking, GArray *ids)
{
        Act *act = live_act_new(room, write_let_in, after_let_in);
        act->client = asking ? asking->id : 0;
        act->flag = asking && room->doorway.door == DOOR_REHEARSAL;
        act->hands = ids;
        live_act_push(act);
}

void live_let_in(Person *person)
{
        GArray *ids = g_array_new(FALSE, FALSE, sizeof(int));
        g_array_append_val(ids, person->id);
        let_in(person->room, NULL, ids);
}

void live_admit_waiting(Client *client, json_t *message)
{
        LiveRoom *room = client->room;
        bool all = json_is_true(json_object_get(message, "all"));
        json_int_t who = json_integer_value(json_object_get(message, "who"));
        g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int));
        GHashTableIter people;
        gpointer value;
        g_hash_table_iter_init(&people, room->people);
        while (g_hash_table_iter_next(&people, NULL, &value)) {
                const Person *person = value;
                if (person->waits && (all || person->id == who))
                        g_array_append_val(ids, person->id);
        }
        if (ids->len)
                let_in(room, client, g_steal_pointer(&ids));
        else
                live_refuse(client, "admit", NULL, N_("This person has left."));
}

void live_turn_away(Client *client, json_t *message)
{
        Person *person = live_person_find(client->room, (int)json_integer_value(json_object_get(message, "who")));
        Client *waiting = person ? person->waits : NULL;
        if (!waiting) {
                live_refuse(client, "turn_away", NULL, N_("This person has left."));
                return;
        }
        live_note_removed(person);
        live_bye(waiting, 1008, "removed", N_("A host has asked you to leave this session."));
        live_wait_end(waiting);
}

/* --- The door ----------------------------------------------------------------------------------------------------- */

/* What was tried out is nobody's business later. The store has done the same: live_store_door(). */
static void forget_rehearsal(LiveRoom *room, int64_t since_us)
{
        for (GList *link = room->lines.head, *next; link; link = next) {
                LiveLine *line = link->data;
                next = link->next;
                if (line->at_us < since_us)
                        continue;
                live_broadcast(room, json_pack("{s:s, s:I}", "t", "unsaid", "n", (json_int_t)line->n));
                g_queue_delete_link(&room->lines, link);
                live_line_free(line);
        }
}

void live_look_at_everybody(LiveRoom *room)
{
        g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int));
        GHashTableIter people;
        gpointer value;
        g_hash_table_iter_init(&people, room->people);
        while (g_hash_table_iter_next(&people, NULL, &value)) {
                Person *person = value;
                if (person->waits && live_person_waits(person))
                        tell_waiting(person);
                else if (person->waits && person->outside)
                        g_array_append_val(ids, person->id);
                else if (person->waits)
                        come_in(person);
                else if (!person->encoder && !person->hall && live_person_here(person) && live_person_waits(person))
                        go_out(person);
        }
        if (ids->len)
                let_in(room, NULL, g_steal_pointer(&ids));
}

void live_door_look(LiveRoom *room, const LiveDoorway *doorway)
{
        LiveDoorway before = room->doorway;
        room->doorway = *doorway;
        if (before.sealed != doorway->sealed)
                live_seal_changed(room);
        if (before.workshop != doorway->workshop || before.voices != doorway->voices)
                live_broadcast(room, json_pack("{s:s, s:o}", "t", "kind", "room", live_room_json(room)));
        if (before.door == doorway->door)
                return;
        live_broadcast(room, json_pack("{s:s, s:s}", "t", "door", "door", live_door_word(doorway->door)));
        if (before.door == DOOR_REHEARSAL)
                forget_rehearsal(room, before.since_us);
        if (doorway->door == DOOR_REHEARSAL && room->recording)
                live_set_recording(room, false);
        if (doorway->door == DOOR_REHEARSAL)
                g_clear_pointer(&room->players, g_ptr_array_unref);
        live_look_at_everybody(room);
        live_tell_lobby(room);
}

static bool write_door(Db *db, Act *act)
{
        if (!live_store_door(db, act->room_id, (LiveDoor)act->number, act->now_us))
                return false;
        live_store_doorway(db, act->room_id, act->extra);
        return !db_failed(db);
}

static void after_door(LiveRoom *room, Act *act, bool kept)
{
        Client *asking = live_act_client(act);
        if (kept)
                live_door_look(room, act->extra);
        else if (asking)
                live_refuse(asking, "door", NULL,
                            N_("This could not be noted: the server's disk may be full. Try again."));
}

void live_set_door(LiveRoom *room, const Client *asking, LiveDoor door)
{
        Act *act = live_act_new(room, write_door, after_door);
        act->client = asking ? asking->id : 0;
        act->number = (int)door;
        act->extra = g_new0(LiveDoorway, 1);
        act->free_extra = g_free;
        live_act_push(act);
}

void live_door(Client *client, json_t *message)
{
        int door = live_door_from_word(json_string_value(json_object_get(message, "door")));
        if (door < 0 || client->room->parent_id)
                live_refuse(client, "door", NULL, N_("Choose who comes in: everybody, whom you let in, nobody new."));
        else if (door == DOOR_REHEARSAL && client->room->recording)
                live_refuse(client, "door", NULL, N_("Stop the recording first: a rehearsal is not recorded."));
        else
                live_set_door(client->room, client, (LiveDoor)door);
}
