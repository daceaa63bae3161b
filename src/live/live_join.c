/* Coming in: by a key or as somebody new, with a name or without; the welcome. */
#include "live/live_store.h"
#include "base/time.h"

#include <sodium.h>
#include <string.h>

#define KEY_BYTES 16
#define FORGET_US (10 * MINUTE_US) /* after leaving, those who left nothing */
#define FORGET_AT_ONCE 100

json_t *live_talk_json(const LiveRoom *room)
{
        if (!room->talk.code)
                return json_null();
        return json_pack("{s:s, s:s, s:I, s:I}", "code", room->talk.code, "title", room->talk.title, "start_us",
                         (json_int_t)room->talk.start_us, "end_us", (json_int_t)room->talk.end_us);
}

json_t *live_room_json(const LiveRoom *room)
{
        return json_pack("{s:s, s:s, s:s, s:I, s:b, s:b}", "title", room->title, "slug", room->slug, "kind",
                         room->doorway.workshop ? "workshop" : "stage", "part", (json_int_t)live_room_part(room),
                         "sealed", room->doorway.sealed, "voices", room->doorway.voices);
}

static json_t *people_json(LiveRoom *room)
{
        json_t *list = json_array();
        GHashTableIter people;
        gpointer person;
        g_hash_table_iter_init(&people, room->people);
        while (g_hash_table_iter_next(&people, NULL, &person))
                if (live_person_here(person) && !((Person *)person)->projector)
                        json_array_append_new(list, live_person_json(person));
        return list;
}

static json_t *chat_json(LiveRoom *room, const Person *to)
{
        json_t *list = json_array();
        for (GList *link = room->lines.head; link; link = link->next)
                if (live_line_is_for(link->data, to))
                        json_array_append_new(list, live_line_json(room, link->data, to));
        return list;
}

static void send_welcome(Person *person, const char *key, const char *publish)
{
        LiveRoom *room = person->room;
        json_t *welcome = json_pack(
                "{s:s, s:{s:i, s:s, s:s, s:s}, s:o, s:o, s:i, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:b}", "t", "welcome",
                "me", "id", person->id, "key", key, "role", live_role_word(person->role), "name", person->name, "room",
                live_room_json(room), "talk", live_talk_json(room), "seats", (int)room->seats, "people",
                people_json(room), "chat", chat_json(room, person), "hands", live_hands_json(room), "recording",
                room->recording, "record_text", live_record_text(person), "onair", live_on_air_json(room), "pinned",
                room->pinned ? json_integer(room->pinned) : json_null(), "vp8", room->vp8);
        if (person->of_hall)
                json_object_set_new(json_object_get(welcome, "me"), "hall", json_integer(person->of_hall));
        json_object_set_new(welcome, "publish", publish ? json_string(publish) : json_null());
        json_object_set_new(welcome, "scene", json_string(live_scene_word(room->scene)));
        json_object_set_new(welcome, "chat_rules", live_chat_json(room));
        json_object_set_new(welcome, "door", json_string(live_door_word(room->doorway.door)));
        json_object_set_new(welcome, "lobby", person->role == LIVE_HOST ? live_lobby_json(room) : json_array());
        json_object_set_new(welcome, "ice", live_ice_servers(person));
        json_object_set_new(welcome, "now_us", json_integer(now_us()));
        json_object_set_new(welcome, "watching", live_watching_json(person));
        json_object_set_new(welcome, "ended",
                            room->ended ? json_pack("{s:s?}", "replay_url", room->replay_url) : json_null());
        if (live_is_team_room(room->id))
                json_object_set_new(json_object_get(welcome, "room"), "team", json_true());
        live_features_welcome(room, person->id, welcome);
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
        person->room->present--;
}

/* The person takes this socket; what is still open of its media is kept. */
void live_enter(Client *client, Person *person)
{
        json_t *message = client->join;
        bool had_place = live_person_here(person) && !person->watches;
        replace_older(person);
        client->person = person;
        client->join_pending = false;
        person->socket = client->socket;
        person->quiet = false;
        person->rights = client->opening->rights;
        person->of_hall = client->opening->hall;
        person->away_until_us = 0;
        g_free(person->network);
        person->network = person->role == LIVE_GUEST ? g_strdup(client->opening->network) : NULL;
        g_atomic_int_inc(&person->room->live->people_count);
        person->room->present++;
        live_choose_place(person, json_is_true(json_object_get(message, "watch")), had_place);
        const char *publish = json_string_value(json_object_get(message, "publish"));
        const char *subscribe = json_string_value(json_object_get(message, "subscribe"));
        const char *held = live_held_publish(person, publish);
        if (!held)
                live_close_publish(person);
        send_welcome(person, client->key, held);
        if (held)
                live_tell_layers(person);
        if (person->carried != SFU_NETWORK_FULL || person->carried_lossy)
                live_tell_network(person);
        live_person_changed(person);
        bool watches = person->subscribe.value && g_strcmp0(person->subscribe_pc, subscribe) == 0 &&
                       person->lines_seats >= person->room->seats;
        if (!watches)
                live_offer_subscribe(person);
        live_leave_out(person);
}

static bool write_join(Db *db, Act *act)
{
        StoredPerson person = { .id = act->person, .account = act->account, .name = act->name, .role = act->role };
        memcpy(person.key_hash, act->key_hash, KEY_HASH_BYTES);
        act->consent = live_store_account_consent(db, act->room_id, act->account);
        bool known = act->was_new ? live_store_person_add(db, act->room_id, &person, act->now_us)
                                  : live_store_person_update(db, act->room_id, act->person, act->name, act->role,
                                                             act->account, act->now_us);
        if (known && act->flag)
                known = live_store_person_key(db, act->room_id, act->person, act->key_hash);
        return known && live_store_outside(db, act->room_id, act->person, act->outside) &&
               (!act->hall || live_store_seat_of(db, act->room_id, act->person, act->hall)) &&
               (act->outside || live_store_came(db, act->session_id, act->room_id, act->person));
}

/* The page of before has no way back: what it chose for itself is not this page's. */
static void take_key(Person *person, const unsigned char key_hash[KEY_HASH_BYTES])
{
        g_hash_table_remove(person->room->by_key, person->key_hash);
        memcpy(person->key_hash, key_hash, KEY_HASH_BYTES);
        g_hash_table_insert(person->room->by_key, person->key_hash, person);
        live_forget_view(person);
        person->channel = SFU_NO_CHANNEL;
}

static void after_join(LiveRoom *room, Act *act, bool kept)
{
        Client *client = live_act_client(act);
        Person *person = live_person_find(room, act->person);
        room->joining--;
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
                person->seat = person->seat_asked = SFU_NO_SEAT;
                person->consent = -1;
                live_person_add(room, person);
        }
        g_free(person->name);
        person->name = g_strdup(act->name);
        person->role = act->role;
        if (act->account)
                person->account = act->account;
        if (act->consent >= 0)
                person->consent = act->consent;
        person->outside = act->outside;
        if (!act->outside)
                person->came_session = act->session_id;
        if (act->flag)
                take_key(person, act->key_hash);
        g_free(client->key);
        client->key = g_strdup(act->key);
        json_decref(client->join);
        client->join = json_incref(act->extra);
        if (live_person_waits(person) || person->outside)
                live_wait(client, person);
        else
                live_enter(client, person);
        if (person->outside && !live_person_waits(person)) /* the door was opened meanwhile */
                live_let_in(person);
}

void live_hash_key(const char *key, unsigned char ret_hash[KEY_HASH_BYTES])
{
        crypto_generichash(ret_hash, KEY_HASH_BYTES, (const unsigned char *)key, strlen(key), NULL, 0);
}

char *live_new_key(void)
{
        unsigned char bytes[KEY_BYTES];
        char text[KEY_BYTES * 2 + 1];
        randombytes_buf(bytes, sizeof bytes);
        return g_strdup(sodium_bin2hex(text, sizeof text, bytes, sizeof bytes));
}

char *live_sample_speaker(Db *db, int64_t room_id, const char *name)
{
        char *key = live_new_key();
        unsigned char hash[KEY_HASH_BYTES];
        live_hash_key(key, hash);
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

/* Nobody else has this in a part: the same key is known in the whole. */
static void hash_of_part(const char *key, int64_t room_id, unsigned char ret_hash[KEY_HASH_BYTES])
{
        g_autofree char *text = g_strdup_printf("part %" G_GINT64_FORMAT " %s", room_id, key);
        live_hash_key(text, ret_hash);
}

/* --- who may come in --------------------------------------------------------------------------------------------- */

/* Guests of this network who are here. */
static unsigned count_network(LiveRoom *room, const char *network)
{
        unsigned count = 0;
        GHashTableIter people;
        gpointer person;
        g_hash_table_iter_init(&people, room->people);
        while (g_hash_table_iter_next(&people, NULL, &person))
                count += network && g_strcmp0(((Person *)person)->network, network) == 0;
        return count;
}

/* Without the one who comes, and also those who were admitted and are not noted yet. */
static void count_people(LiveRoom *room, const Person *known, LiveComing *coming)
{
        live_count_places(room, known, &coming->people, &coming->watchers);
        coming->people += (unsigned)room->joining;
        coming->watchers += (unsigned)room->joining;
        coming->places = room->live->places;
        coming->watchers_max = live_may_watch(room) ? room->live->watchers : 0;
}

/* Whom the room cannot take watches without its words, where something is recorded. */
static void say_full(Client *client)
{
        const char *sentence =
                N_("The room is full, and so are the places for those who watch with its discussion. Come back in a "
                   "moment.");
        live_send(client->socket, json_pack("{s:s, s:s, s:s, s:s?}", "t", "bye", "reason", "full", "text",
                                            tr(client->opening->lang, sentence), "watch_url",
                                            client->room->recording ? client->room->replay_url : NULL));
        socket_close(client->socket, 1008, "full");
}

/* What its arrivals are counted by. (transfer full) */
static char *arrival_name(const LiveOpening *opening)
{
        if (opening->account)
                return g_strdup_printf("account %" G_GINT64_FORMAT, opening->account);
        return g_strdup(opening->network ? opening->network : "");
}

/* Tells the page why not, and returns false. */
static bool admit(Client *client, const Person *known)
{
        LiveRoom *room = client->room;
        const LiveOpening *opening = client->opening;
        g_autofree char *name = arrival_name(opening);
        int64_t now = monotonic_us();
        if (now - room->arrivals_since_us > ARRIVALS_US) {
                room->arrivals_since_us = now;
                g_hash_table_remove_all(room->arrivals);
        }
        LiveComing coming = { .role = known ? MAX(known->role, opening->role) : opening->role,
                              .here = known && live_person_here(known) && !known->watches,
                              .local = !opening->network,
                              .arrivals_max = opening->account ? ACCOUNT_NEW_MAX : NETWORK_NEW_MAX,
                              .arrivals = known ? 0 : GPOINTER_TO_UINT(g_hash_table_lookup(room->arrivals, name)) };
        count_people(room, known, &coming);
        coming.of_network = count_network(room, opening->network);
        switch (live_admit(&coming)) {
        case LIVE_ROOM_FULL:
                say_full(client);
                return false;
        case LIVE_NETWORK_FULL:
                live_bye(client, 1008, "full",
                         N_("Too many have come in from your network without being registered. Enter by the link of "
                            "your registration, or come back in ten minutes."));
                return false;
        case LIVE_WELCOME:
                break;
        }
        if (!known)
                g_hash_table_insert(room->arrivals, g_steal_pointer(&name), GUINT_TO_POINTER(coming.arrivals + 1));
        return true;
}

/* known: as this room knows them already; guest: as the whole does, of which this is a part; either may be NULL. key:
 * NULL when the person comes back without the one that was given before. */
static void push_join(Client *client, json_t *message, const Person *known, const Person *guest, const char *key)
{
        LiveRoom *room = client->room;
        const Person *before = known ? known : guest;
        Act *act = live_act_new(room, write_join, after_join);
        act->client = client->id;
        act->was_new = !known;
        act->person = before ? before->id : room->next_id++;
        act->flag = before && !key;
        act->key = before && key ? g_strdup(key) : live_new_key();
        if (guest)
                hash_of_part(act->key, room->id, act->key_hash);
        else
                live_hash_key(act->key, act->key_hash);
        act->name = join_name(client, message, guest ? guest : known);
        /* a key keeps the role it was made with (sample speakers have no account); signing in can only add to it */
        act->role = before && !before->account ? MAX(before->role, client->opening->role) : client->opening->role;
        act->account = client->opening->account;
        act->hall = client->opening->hall;
        act->outside = (!known || known->outside) && live_door_waits(room->doorway.door, act->role, true, false);
        act->extra = json_incref(message);
        act->free_extra = json_free;
        client->join_pending = true;
        room->joining++;
        live_act_push(act);
}

void live_room_join(Client *client, json_t *message)
{
        LiveRoom *room = client->room;
        LiveRoom *whole = room->parent_id ? g_hash_table_lookup(room->live->rooms, &room->parent_id) : NULL;
        if (client->person || client->waits || client->join_pending)
                return;
        if (!room->loaded || (whole && !whole->loaded)) {
                live_room_wait(client, message);
                return;
        }
        if (!live_seal_fits(client, message))
                return;
        if (client->opening->screen) {
                live_projector_join(client, message);
                return;
        }
        const char *key = json_string_value(json_object_get(message, "key"));
        unsigned char hash[KEY_HASH_BYTES] = { 0 };
        if (key)
                live_hash_key(key, hash);
        Person *guest = room->parent_id ? live_part_guest(client, hash) : NULL;
        if (room->parent_id && !guest)
                return;
        Person *known = guest ? live_person_find(room, guest->id)
                        : key ? g_hash_table_lookup(room->by_key, hash)
                              : NULL;
        if (!known && !room->parent_id) { /* by another device, or another tab, than before */
                known = live_person_of_account(room, client->opening->account);
                key = NULL;
        }
        if (known && known->removed) {
                live_bye(client, 1008, "removed", N_("A host has asked you to leave this session."));
                return;
        }
        if (known && known->forgetting)
                known = NULL;
        if (admit(client, known))
                push_join(client, message, known, guest, key);
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
        if (person->waits)
                live_wait_renamed(person);
        else
                live_person_changed(person);
}

/* A guest who came in without a name has one now, or another. Names of accounts are not changed here. */
void live_rename(Client *client, json_t *message)
{
        Person *person = client->person ? client->person : client->waits;
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
        act->outside = person->outside;
        live_act_push(act);
}

/* --- forgetting -------------------------------------------------------------------------------------------------- */

static bool is_forgotten(const Person *person, int64_t mono_us)
{
        return !live_person_here(person) && !person->waits && !*person->name && !person->account &&
               person->consent < 0 && !person->removed && !person->forgetting && !person->kept &&
               mono_us - person->gone_us > FORGET_US;
}

static bool write_forget(Db *db, Act *act)
{
        for (guint i = 0; i < act->hands->len; i++) {
                int *id = &g_array_index(act->hands, int, i);
                if (*id > 0 && live_features_keep(db, act->room_id, *id))
                        *id = -*id;
                if (*id > 0 && !live_store_person_forget(db, act->room_id, *id))
                        return false;
        }
        return true;
}

static void after_forget(LiveRoom *room, Act *act, bool kept)
{
        for (guint i = 0; i < act->hands->len; i++) {
                int id = g_array_index(act->hands, int, i);
                Person *person = live_person_find(room, ABS(id));
                if (!person)
                        continue;
                person->forgetting = false; /* not kept: the next look tries again */
                person->kept = id < 0;
                if (!kept || id < 0)
                        continue;
                g_hash_table_remove(room->by_key, person->key_hash);
                g_hash_table_remove(room->people, GINT_TO_POINTER(person->id));
        }
}

void live_forget_strangers(LiveRoom *room)
{
        g_autoptr(GArray) ids = g_array_new(FALSE, TRUE, sizeof(int));
        int64_t now = monotonic_us();
        GHashTableIter people;
        gpointer value;
        g_hash_table_iter_init(&people, room->people);
        while (ids->len < FORGET_AT_ONCE && g_hash_table_iter_next(&people, NULL, &value)) {
                Person *person = value;
                if (!is_forgotten(person, now))
                        continue;
                person->forgetting = true;
                g_array_append_val(ids, person->id);
        }
        if (ids->len == 0)
                return;
        Act *act = live_act_new(room, write_forget, after_forget);
        act->hands = g_steal_pointer(&ids);
        live_act_push(act);
}
