/* Who is there: coming in, being away for a moment, leaving; and the gathered news about people. */
#include "live/live_store.h"
#include "base/time.h"

#include <sodium.h>
#include <string.h>

#define AWAY_US (15 * SECOND_US)
#define AWAY_AFTER_START_US (30 * SECOND_US)
#define GATHER_US (200 * 1000)
#define SPEAKING_US (250 * 1000)
#define KEY_BYTES 16

/* --- people ------------------------------------------------------------------------------------------------------ */

static guint hash_key(gconstpointer hash)
{
        guint value;
        memcpy(&value, hash, sizeof value);
        return value;
}

static gboolean same_key(gconstpointer a, gconstpointer b)
{
        return memcmp(a, b, KEY_HASH_BYTES) == 0;
}

void live_person_free(gpointer data)
{
        Person *person = data;
        live_close_media(person);
        g_free(person->name);
        g_free(person);
}

Person *live_person_find(LiveRoom *room, int id)
{
        return g_hash_table_lookup(room->people, GINT_TO_POINTER(id));
}

bool live_person_here(const Person *person)
{
        return person->socket || person->away_until_us;
}

void live_person_changed(Person *person)
{
        LiveRoom *room = person->room;
        if (g_hash_table_size(room->changed) == 0)
                room->changed_us = monotonic_us();
        g_hash_table_add(room->changed, GINT_TO_POINTER(person->id));
}

static void add_person(LiveRoom *room, Person *person)
{
        g_hash_table_insert(room->people, GINT_TO_POINTER(person->id), person);
        g_hash_table_insert(room->by_key, person->key_hash, person);
        room->next_id = MAX(room->next_id, person->id + 1);
}

static json_t *person_json(const Person *person)
{
        json_t *consent = person->consent < 0 ? json_null() : json_boolean(person->consent);
        return json_pack("{s:i, s:s, s:s, s:o, s:b, s:b, s:b, s:b, s:o}", "id", person->id, "name", person->name,
                         "role", live_role_word(person->role), "stage",
                         person->seat == SFU_NO_SEAT ? json_null() : json_integer(person->seat), "mic", person->mic,
                         "camera", person->camera, "screen", person->screen, "away", !person->socket, "consent",
                         consent);
}

static Person *person_from_stored(LiveRoom *room, const StoredPerson *stored)
{
        Person *person = g_new0(Person, 1);
        person->room = room;
        person->id = stored->id;
        memcpy(person->key_hash, stored->key_hash, KEY_HASH_BYTES);
        person->account = stored->account;
        person->name = g_strdup(stored->name);
        person->role = stored->role;
        person->seat = stored->seat;
        person->removed = stored->removed;
        person->consent = stored->consent;
        return person;
}

/* --- the room ---------------------------------------------------------------------------------------------------- */

typedef struct {
        uint64_t client;
        json_t *message;
} PendingJoin;

static void pending_free(gpointer data)
{
        json_decref(((PendingJoin *)data)->message);
        g_free(data);
}

typedef struct {
        StoredRoom stored;
        StoredSession session;
} Loaded;

static void loaded_free(gpointer data)
{
        Loaded *loaded = data;
        stored_room_clear(&loaded->stored);
        live_talk_clear(&loaded->session.talk);
        g_free(loaded);
}

void live_talk_clear(LiveTalk *talk)
{
        g_clear_pointer(&talk->code, g_free);
        g_clear_pointer(&talk->title, g_free);
        talk->id = 0;
}

static bool write_load(Db *db, Act *act)
{
        Loaded *loaded = act->extra;
        live_store_load(db, act->room_id, &loaded->stored);
        return live_store_session(db, act->room_id, act->now_us, &loaded->session);
}

void live_note_replay(LiveRoom *room)
{
        if (!room->replay_url && room->talk.code)
                room->replay_url = g_strdup_printf("/%s/talk/%s/replay/", room->event_slug, room->talk.code);
}

static void set_session(LiveRoom *room, StoredSession *session)
{
        bool same = room->session_id == session->session_id;
        room->session_id = session->session_id;
        live_talk_clear(&room->talk);
        room->talk = session->talk;
        session->talk = (LiveTalk){ 0 };
        room->ended = session->ended;
        g_clear_pointer(&room->replay_url, g_free);
        if (session->recorded)
                live_note_replay(room);
        if (!same)
                room->pinned = session->pinned;
}

/* Those who were on stage or had a hand up are away, and have half a minute to come back. */
static void restore_people(LiveRoom *room, const StoredRoom *stored)
{
        int64_t until_us = monotonic_us() + AWAY_AFTER_START_US;
        for (guint i = 0; i < stored->people->len; i++) {
                Person *person = person_from_stored(room, &g_array_index(stored->people, StoredPerson, i));
                add_person(room, person);
                if (person->seat != SFU_NO_SEAT)
                        person->away_until_us = until_us;
        }
        for (guint i = 0; i < stored->hands->len; i++) {
                Person *person = live_person_find(room, g_array_index(stored->hands, int, i));
                if (person)
                        person->away_until_us = until_us;
        }
}

/* Nothing can be said in a room that cannot be read: all its pages, also those that said nothing yet, come back by
 * themselves and find another. */
static void give_up(LiveRoom *room)
{
        GHashTableIter clients;
        gpointer value;
        g_hash_table_iter_init(&clients, room->live->clients);
        while (g_hash_table_iter_next(&clients, NULL, &value)) {
                Client *client = value;
                if (client->room != room)
                        continue;
                client->room = NULL;
                socket_close(client->socket, 1011, "store");
        }
        g_hash_table_remove(room->live->rooms, &room->id);
}

static void after_load(LiveRoom *room, Act *act, bool kept)
{
        Loaded *loaded = act->extra;
        if (!kept) {
                give_up(room);
                return;
        }
        restore_people(room, &loaded->stored);
        for (guint i = 0; i < loaded->stored.lines->len; i++)
                g_queue_push_tail(&room->lines, g_ptr_array_index(loaded->stored.lines, i));
        g_ptr_array_set_free_func(loaded->stored.lines, NULL);
        g_array_append_vals(room->hands, loaded->stored.hands->data, loaded->stored.hands->len);
        bool recording = loaded->session.recording && !loaded->session.ended;
        set_session(room, &loaded->session);
        room->loaded = true;
        live_update_seats(room);
        if (recording)
                live_set_recording(room, true);
        g_autoptr(GPtrArray) waiting = g_steal_pointer(&room->waiting);
        room->waiting = g_ptr_array_new_with_free_func(pending_free);
        for (guint i = 0; i < waiting->len; i++) {
                PendingJoin *pending = g_ptr_array_index(waiting, i);
                Client *client = g_hash_table_lookup(room->live->clients, &pending->client);
                if (client)
                        live_room_join(client, pending->message);
        }
}

LiveRoom *live_room_get(Live *live, const LiveOpening *opening)
{
        LiveRoom *room = g_hash_table_lookup(live->rooms, &opening->room_id);
        if (room)
                return room;
        room = g_new0(LiveRoom, 1);
        room->live = live;
        room->id = opening->room_id;
        room->event_id = opening->event_id;
        room->title = g_strdup(opening->room_title);
        room->slug = g_strdup(opening->room_slug);
        room->event_slug = g_strdup(opening->event_slug);
        room->waiting = g_ptr_array_new_with_free_func(pending_free);
        room->people = g_hash_table_new_full(NULL, NULL, NULL, live_person_free);
        room->by_key = g_hash_table_new(hash_key, same_key);
        room->changed = g_hash_table_new(NULL, NULL);
        room->hands = g_array_new(FALSE, TRUE, sizeof(int));
        room->next_id = 1;
        room->seats = 4;
        room->dominant_seat = SFU_NO_SEAT;
        room->on_air_what = "poster";
        room->sfu_room = sfu_room_open(live->sfu);
        g_hash_table_insert(live->rooms, &room->id, room);
        g_hash_table_insert(live->sfu_rooms, GUINT_TO_POINTER(room->sfu_room.value), room);
        g_atomic_int_inc(&live->room_count);
        Act *act = live_act_new(room, write_load, after_load);
        act->extra = g_new0(Loaded, 1);
        act->free_extra = loaded_free;
        live_act_push(act);
        return room;
}

void live_room_free(gpointer data)
{
        LiveRoom *room = data;
        g_hash_table_remove(room->live->sfu_rooms, GUINT_TO_POINTER(room->sfu_room.value));
        g_hash_table_unref(room->by_key);
        g_hash_table_unref(room->people);
        g_hash_table_unref(room->changed);
        sfu_room_close(room->live->sfu, room->sfu_room);
        g_queue_clear_full(&room->lines, live_line_free);
        g_array_unref(room->hands);
        g_ptr_array_unref(room->waiting);
        live_talk_clear(&room->talk);
        g_free(room->replay_url);
        g_free(room->notice);
        g_free(room->title);
        g_free(room->slug);
        g_free(room->event_slug);
        g_atomic_int_add(&room->live->room_count, -1);
        g_free(room);
}

/* --- coming in --------------------------------------------------------------------------------------------------- */

static json_t *talk_json(const LiveRoom *room)
{
        if (!room->talk.code)
                return json_null();
        return json_pack("{s:s, s:s, s:I, s:I}", "code", room->talk.code, "title", room->talk.title, "start_us",
                         (json_int_t)room->talk.start_us, "end_us", (json_int_t)room->talk.end_us);
}

static json_t *people_json(LiveRoom *room)
{
        json_t *list = json_array();
        GHashTableIter people;
        gpointer person;
        g_hash_table_iter_init(&people, room->people);
        while (g_hash_table_iter_next(&people, NULL, &person))
                if (live_person_here(person))
                        json_array_append_new(list, person_json(person));
        return list;
}

static json_t *chat_json(LiveRoom *room, const Person *to)
{
        json_t *list = json_array();
        for (GList *link = room->lines.head; link; link = link->next)
                json_array_append_new(list, live_line_json(room, link->data, to));
        return list;
}

static void send_welcome(Person *person, const char *key, const char *publish)
{
        LiveRoom *room = person->room;
        json_t *welcome = json_pack(
                "{s:s, s:{s:i, s:s, s:s, s:s}, s:{s:s, s:s}, s:o, s:i, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:b}", "t",
                "welcome", "me", "id", person->id, "key", key, "role", live_role_word(person->role), "name",
                person->name, "room", "title", room->title, "slug", room->slug, "talk", talk_json(room), "seats",
                (int)room->seats, "people", people_json(room), "chat", chat_json(room, person), "hands",
                live_hands_json(room), "recording", room->recording, "record_text", live_record_text(person), "onair",
                live_on_air_json(room), "pinned", room->pinned ? json_integer(room->pinned) : json_null(), "vp8",
                room->vp8);
        json_object_set_new(welcome, "publish", publish ? json_string(publish) : json_null());
        json_object_set_new(welcome, "now_us", json_integer(now_us()));
        json_object_set_new(welcome, "ended",
                            room->ended ? json_pack("{s:s?}", "replay_url", room->replay_url) : json_null());
        live_send(person->socket, welcome);
}

static void replace_older(Person *person)
{
        if (!person->socket)
                return;
        Client *older = socket_data(person->socket);
        live_bye(older, 1000, "elsewhere", N_("You came in from another page."));
        older->person = NULL;
        person->socket = NULL;
        g_atomic_int_add(&person->room->live->people_count, -1);
}

/* The person takes this socket; what is still open of its media is kept. */
static void enter(Client *client, Person *person, const char *key, json_t *message)
{
        replace_older(person);
        client->person = person;
        client->join_pending = false;
        person->socket = client->socket;
        person->away_until_us = 0;
        g_atomic_int_inc(&person->room->live->people_count);
        const char *publish = json_string_value(json_object_get(message, "publish"));
        const char *subscribe = json_string_value(json_object_get(message, "subscribe"));
        const char *held = live_held_publish(person, publish);
        if (!held)
                live_close_publish(person);
        send_welcome(person, key, held);
        live_person_changed(person);
        bool watches = person->subscribe.value && g_strcmp0(person->subscribe_pc, subscribe) == 0 &&
                       person->lines_seats >= person->room->seats;
        if (!watches)
                live_offer_subscribe(person);
}

static bool write_join(Db *db, Act *act)
{
        StoredPerson person = { .id = act->person, .account = act->account, .name = act->name, .role = act->role };
        memcpy(person.key_hash, act->key_hash, KEY_HASH_BYTES);
        act->consent = live_store_account_consent(db, act->room_id, act->account);
        if (act->was_new)
                return live_store_person_add(db, act->room_id, &person, act->now_us);
        return live_store_person_update(db, act->room_id, act->person, act->name, act->role, act->account, act->now_us);
}

static void after_join(LiveRoom *room, Act *act, bool kept)
{
        Client *client = live_act_client(act);
        Person *person = live_person_find(room, act->person);
        if (!client)
                return;
        client->join_pending = false;
        if (!kept || (!act->was_new && !person)) {
                live_refuse(client, "join", NULL, N_("The room cannot note your arrival now. The page tries again."));
                return;
        }
        if (!person) {
                person = g_new0(Person, 1);
                person->room = room;
                person->id = act->person;
                memcpy(person->key_hash, act->key_hash, KEY_HASH_BYTES);
                person->seat = SFU_NO_SEAT;
                person->consent = -1;
                add_person(room, person);
        }
        g_free(person->name);
        person->name = g_strdup(act->name);
        person->role = act->role;
        if (act->account)
                person->account = act->account;
        if (act->consent >= 0)
                person->consent = act->consent;
        enter(client, person, act->key, act->extra);
}

static void hash_of_key(const char *key, unsigned char ret_hash[KEY_HASH_BYTES])
{
        crypto_generichash(ret_hash, KEY_HASH_BYTES, (const unsigned char *)key, strlen(key), NULL, 0);
}

static char *new_key(void)
{
        unsigned char bytes[KEY_BYTES];
        char text[KEY_BYTES * 2 + 1];
        randombytes_buf(bytes, sizeof bytes);
        return g_strdup(sodium_bin2hex(text, sizeof text, bytes, sizeof bytes));
}

char *live_sample_speaker(Db *db, int64_t room_id, const char *name)
{
        char *key = new_key();
        unsigned char hash[KEY_HASH_BYTES];
        hash_of_key(key, hash);
        int64_t now = now_us();
        int id = live_store_sample_speaker(db, room_id, name, hash, now);
        if (id)
                live_store_consent(db, room_id, id, true, now);
        return key;
}

static void json_free(gpointer json)
{
        json_decref(json);
}

/* Name: the account's, else what the guest typed, else what the key was given to, else none yet: "". */
static char *join_name(const Client *client, json_t *message, const Person *known)
{
        if (client->opening->account_name && *client->opening->account_name)
                return g_strdup(client->opening->account_name);
        char *typed = live_clean_text(json_string_value(json_object_get(message, "name")), NAME_MAX_CHARS, false);
        return typed ? typed : g_strdup(known ? known->name : "");
}

void live_room_join(Client *client, json_t *message)
{
        LiveRoom *room = client->room;
        if (client->person || client->join_pending)
                return;
        if (!room->loaded) {
                PendingJoin *pending = g_new(PendingJoin, 1);
                *pending = (PendingJoin){ client->id, json_incref(message) };
                g_ptr_array_add(room->waiting, pending);
                return;
        }
        const char *key = json_string_value(json_object_get(message, "key"));
        unsigned char hash[KEY_HASH_BYTES];
        if (key)
                hash_of_key(key, hash);
        Person *known = key ? g_hash_table_lookup(room->by_key, hash) : NULL;
        if (known && known->removed) {
                live_bye(client, 1008, "removed", N_("A host has asked you to leave this session."));
                return;
        }
        Act *act = live_act_new(room, write_join, after_join);
        act->client = client->id;
        act->was_new = !known;
        act->person = known ? known->id : room->next_id++;
        act->key = known ? g_strdup(key) : new_key();
        hash_of_key(act->key, act->key_hash);
        act->name = join_name(client, message, known);
        /* a key keeps the role it was made with (sample speakers have no account); signing in can only add to it */
        act->role = known && !known->account ? MAX(known->role, client->opening->role) : client->opening->role;
        act->account = client->opening->account;
        act->extra = json_incref(message);
        act->free_extra = json_free;
        client->join_pending = true;
        live_act_push(act);
}

static void after_name(LiveRoom *room, Act *act, bool kept)
{
        Person *person = live_person_find(room, act->person);
        Client *client = live_act_client(act);
        if (!kept && client)
                live_refuse(client, "name", NULL, N_("Your name could not be saved. Try again."));
        if (!kept || !person)
                return;
        g_free(person->name);
        person->name = g_steal_pointer(&act->name);
        live_person_changed(person);
}

/* A guest who came in without a name has one now, or another. Names of accounts are not changed here. */
void live_rename(Client *client, json_t *message)
{
        Person *person = client->person;
        bool has_account = client->opening->account_name && *client->opening->account_name;
        char *name = live_clean_text(json_string_value(json_object_get(message, "name")), NAME_MAX_CHARS, false);
        if (has_account || !name) {
                g_free(name);
                live_refuse(client, "name", NULL, N_("Say your name: 1 to 60 characters."));
                return;
        }
        Act *act = live_act_new(client->room, write_join, after_name);
        act->client = client->id;
        act->person = person->id;
        act->name = name;
        act->role = person->role;
        live_act_push(act);
}

/* --- leaving ----------------------------------------------------------------------------------------------------- */

static void gone(Person *person)
{
        person->away_until_us = 0;
        live_off_stage(person);
        live_hand_drop(person);
        live_close_media(person);
        live_person_changed(person);
}

void live_room_left(Client *client, bool for_good)
{
        Person *person = client->person;
        if (!person)
                return;
        client->person = NULL;
        person->socket = NULL;
        g_atomic_int_add(&person->room->live->people_count, -1);
        person->away_until_us = monotonic_us() + AWAY_US;
        live_person_changed(person);
        if (for_good)
                gone(person);
}

/* --- news -------------------------------------------------------------------------------------------------------- */

static void tell_changes(LiveRoom *room)
{
        json_t *set = json_array(), *left = json_array();
        GHashTableIter ids;
        gpointer id;
        g_hash_table_iter_init(&ids, room->changed);
        while (g_hash_table_iter_next(&ids, &id, NULL)) {
                Person *person = live_person_find(room, GPOINTER_TO_INT(id));
                if (person && live_person_here(person))
                        json_array_append_new(set, person_json(person));
                else
                        json_array_append_new(left, json_integer(GPOINTER_TO_INT(id)));
        }
        g_hash_table_remove_all(room->changed);
        json_t *message = json_pack("{s:s, s:o, s:o}", "t", "people", "set", set, "gone", left);
        if (room->seats_changed)
                json_object_set_new(message, "seats", json_integer(room->seats));
        room->seats_changed = false;
        live_broadcast(room, message);
}

static void tell_speaking(LiveRoom *room)
{
        json_t *list = json_array();
        for (int seat = 0; seat < SFU_SEATS; seat++) {
                Person *person = live_seat_holder(room, seat);
                if (!person || !person->speaking)
                        continue;
                if (seat == room->dominant_seat)
                        json_array_insert_new(list, 0, json_integer(person->id));
                else
                        json_array_append_new(list, json_integer(person->id));
        }
        room->speaking_changed = false;
        live_broadcast(room, json_pack("{s:s, s:o}", "t", "speaking", "list", list));
}

void live_room_tick(LiveRoom *room, int64_t mono_us)
{
        GHashTableIter people;
        gpointer value;
        g_hash_table_iter_init(&people, room->people);
        while (g_hash_table_iter_next(&people, NULL, &value)) {
                Person *person = value;
                if (!person->socket && person->away_until_us && mono_us > person->away_until_us)
                        gone(person);
                if (person->subscribe_before.value && mono_us > person->before_until_us) {
                        sfu_peer_close(room->live->sfu, person->subscribe_before);
                        person->subscribe_before = (SfuPeer){ 0 };
                }
        }
        if (room->vp8_off_us && mono_us > room->vp8_off_us)
                live_set_vp8(room, false);
        if (g_hash_table_size(room->changed) && mono_us - room->changed_us >= GATHER_US)
                tell_changes(room);
        if (room->speaking_changed && mono_us - room->spoke_us >= SPEAKING_US) {
                room->spoke_us = mono_us;
                tell_speaking(room);
        }
}

static bool write_look(Db *db, Act *act)
{
        return live_store_session(db, act->room_id, act->now_us, &((Loaded *)act->extra)->session);
}

/* The programme moved on: the recording of the session before ends, the next one begins open. */
static void after_look(LiveRoom *room, Act *act, bool kept)
{
        StoredSession *session = &((Loaded *)act->extra)->session;
        if (!kept || !room->loaded)
                return;
        if (session->session_id == room->session_id) {
                live_check_flags(room, session->recording, session->pinned);
                return;
        }
        live_set_recording(room, false);
        set_session(room, session);
        json_t *message = json_pack("{s:s, s:o}", "t", "talk", "talk", talk_json(room));
        live_broadcast(room, message);
        live_broadcast(room, json_pack("{s:s, s:o}", "t", "pinned", "who", json_null()));
        live_update_air(room);
}

void live_room_look(LiveRoom *room)
{
        if (!room->loaded)
                return;
        Act *act = live_act_new(room, write_look, after_look);
        act->extra = g_new0(Loaded, 1);
        act->free_extra = loaded_free;
        live_act_push(act);
}
