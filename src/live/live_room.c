/* A room's life: made and loaded when the first comes, looked at while it lasts, its session as the programme says. */
#include "live/live_store.h"
#include "base/time.h"

#include <string.h>

#define AWAY_AFTER_START_US (30 * SECOND_US)
#define GATHER_US (200 * 1000)
#define SPEAKING_US (250 * 1000)

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
        person->seat_asked = SFU_NO_SEAT;
        person->gone_us = monotonic_us();
        person->removed = stored->removed;
        person->encoder = stored->encoder;
        person->held = stored->held;
        person->hall = stored->hall;
        person->outside = stored->outside;
        person->rehearses = stored->rehearses;
        person->of_hall = stored->of_hall;
        person->consent = stored->consent;
        return person;
}

typedef struct {
        uint64_t client;
        json_t *message;
} PendingJoin;

static void pending_free(gpointer data)
{
        json_decref(((PendingJoin *)data)->message);
        g_free(data);
}

void live_room_wait(Client *client, json_t *message)
{
        PendingJoin *pending = g_new(PendingJoin, 1);
        *pending = (PendingJoin){ client->id, json_incref(message) };
        LiveRoom *room = client->room,
                 *whole = room->parent_id ? g_hash_table_lookup(room->live->rooms, &room->parent_id) : NULL;
        g_ptr_array_add(room->loaded && whole ? whole->waiting : room->waiting, pending);
}

typedef struct {
        int person;
        int64_t account;
        bool in_team; /* as the store has it */
} Member;

typedef struct {
        StoredRoom stored;
        StoredSession session;
        GArray *members;    /* Member: who is in a team's room; NULL: it is none */
        bool gone;          /* the team's event is no more */
        gpointer *features; /* NULL: the session is the one that the room holds */
} Loaded;

static void loaded_free(gpointer data)
{
        Loaded *loaded = data;
        stored_room_clear(&loaded->stored);
        live_talk_clear(&loaded->session.talk);
        live_features_free(loaded->features);
        g_clear_pointer(&loaded->members, g_array_unref);
        g_free(loaded);
}

void live_talk_clear(LiveTalk *talk)
{
        g_clear_pointer(&talk->code, g_free);
        g_clear_pointer(&talk->title, g_free);
        talk->id = 0;
}

/* A team's room lasts as long as its event, and holds who is in the team still. */
static void look_at_team(Db *db, const Act *act, Loaded *loaded)
{
        loaded->gone = live_is_team_room(act->room_id) && !live_store_room_stands(db, act->room_id);
        for (guint i = 0; loaded->members && i < loaded->members->len; i++) {
                Member *member = &g_array_index(loaded->members, Member, i);
                member->in_team = live_store_in_team(db, act->event_id, member->account);
        }
}

/* Which session it is now, and what the features hold of it when it is another one than the room's. */
static bool write_session(Db *db, Act *act)
{
        Loaded *loaded = act->extra;
        look_at_team(db, act, loaded);
        if (loaded->gone)
                return true;
        if (!live_store_session(db, act->room_id, act->now_us, &loaded->session))
                return false;
        g_clear_pointer(&loaded->features, live_features_free); /* of a turn that was undone */
        if (loaded->session.session_id == act->session_id)
                return true;
        loaded->features = live_features_load(db, &(LiveMoment){ .event_id = act->event_id,
                                                                 .room_id = act->room_id,
                                                                 .session_id = loaded->session.session_id,
                                                                 .talk_id = loaded->session.talk.id,
                                                                 .now_us = act->now_us });
        return loaded->features != NULL;
}

static bool write_load(Db *db, Act *act)
{
        live_store_load(db, act->room_id, &((Loaded *)act->extra)->stored);
        return write_session(db, act);
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
        if (!same) {
                room->pinned = session->pinned;
                room->scene = session->scene;
        }
}

/* Those who were on stage or had a hand up are away, and have half a minute to come back. */
static void restore_people(LiveRoom *room, const StoredRoom *stored)
{
        int64_t until_us = monotonic_us() + AWAY_AFTER_START_US;
        for (guint i = 0; i < stored->people->len; i++) {
                Person *person = person_from_stored(room, &g_array_index(stored->people, StoredPerson, i));
                live_person_add(room, person);
                if (person->seat != SFU_NO_SEAT)
                        person->away_until_us = until_us;
        }
        for (guint i = 0; i < stored->hands->len; i++) {
                Person *person = live_person_find(room, g_array_index(stored->hands, int, i));
                if (person)
                        person->away_until_us = person->hall ? monotonic_us() + live_hall_stay_us(true) : until_us;
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
                if (client->person) { /* of a room that had been read, and is no more */
                        client->person->socket = NULL;
                        client->person = NULL;
                        g_atomic_int_add(&room->live->people_count, -1);
                }
                client->room = NULL;
                if (client->socket)
                        socket_close(client->socket, 1011, "store");
        }
        g_hash_table_remove(room->live->rooms, &room->id);
}

static void after_load(LiveRoom *room, Act *act, bool kept)
{
        Loaded *loaded = act->extra;
        if (!kept || loaded->gone) {
                give_up(room);
                return;
        }
        restore_people(room, &loaded->stored);
        for (guint i = 0; i < loaded->stored.lines->len; i++)
                g_queue_push_tail(&room->lines, g_ptr_array_index(loaded->stored.lines, i));
        g_ptr_array_set_free_func(loaded->stored.lines, NULL);
        room->chat = room->chat_asked = loaded->stored.chat;
        g_array_append_vals(room->hands, loaded->stored.hands->data, loaded->stored.hands->len);
        room->doorway = loaded->session.doorway;
        bool recording = loaded->session.recording && !loaded->session.ended;
        set_session(room, &loaded->session);
        room->features = g_steal_pointer(&loaded->features);
        room->loaded = true;
        live_features_begun(room);
        room->audience_minute = act->now_us / MINUTE_US;
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
        if (opening->parent_id) { /* the whole first: its people are this one's */
                LiveOpening whole = *opening;
                whole.room_id = opening->parent_id;
                whole.parent_id = 0;
                whole.room_title = opening->parent_title;
                live_room_get(live, &whole);
        }
        LiveRoom *room = g_hash_table_lookup(live->rooms, &opening->room_id);
        if (room)
                return room;
        room = g_new0(LiveRoom, 1);
        room->live = live;
        room->parent_id = opening->parent_id;
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
        room->arrivals = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        room->next_id = 1;
        room->seats = 4;
        room->free_told = true;
        room->dominant_seat = room->air_seat = SFU_NO_SEAT;
        room->cut.now = room->beside.now = (OnAir){ 0, SFU_NO_SEAT, "poster" };
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
        g_hash_table_unref(room->arrivals);
        sfu_room_close(room->live->sfu, room->sfu_room);
        g_queue_clear_full(&room->lines, live_line_free);
        g_array_unref(room->hands);
        g_ptr_array_unref(room->waiting);
        g_clear_pointer(&room->players, g_ptr_array_unref);
        live_talk_clear(&room->talk);
        live_features_free(room->features);
        g_free(room->replay_url);
        g_free(room->list_url);
        g_free(room->list_told);
        g_free(room->notice);
        for (int i = 0; i < SFU_CHANNELS; i++)
                g_free(room->languages[i]);
        g_free(room->title);
        g_free(room->slug);
        g_free(room->event_slug);
        g_atomic_int_add(&room->live->room_count, -1);
        g_free(room);
}

void live_room_look_at_people(LiveRoom *room, int64_t mono_us)
{
        GHashTableIter people;
        gpointer value;
        g_hash_table_iter_init(&people, room->people);
        while (g_hash_table_iter_next(&people, NULL, &value)) {
                Person *person = value;
                if (!person->socket && person->away_until_us && mono_us > person->away_until_us)
                        live_person_gone(person);
                live_look_whether_quiet(person, mono_us);
                if (person->subscribe_before.value && mono_us > person->before_until_us) {
                        sfu_peer_close(room->live->sfu, person->subscribe_before);
                        person->subscribe_before = (SfuPeer){ 0 };
                }
        }
}

void live_room_tick(LiveRoom *room, int64_t mono_us)
{
        if (room->vp8_off_us && mono_us > room->vp8_off_us)
                live_set_vp8(room, false);
        if (g_hash_table_size(room->changed) && mono_us - room->changed_us >= GATHER_US) {
                live_tell_people(room);
                live_tell_watchers(room);
        }
        live_tell_hands(room);
        live_lobby_tick(room, mono_us);
        if (room->air_again_us && mono_us >= room->air_again_us)
                live_update_air(room);
        live_features_tick(room, mono_us);
        if (room->speaking_changed && mono_us - room->spoke_us >= SPEAKING_US) {
                room->spoke_us = mono_us;
                live_tell_speaking(room);
        }
}

/* Whoever is in the team no more leaves its room, by whatever page they came. */
static void send_out(LiveRoom *room, const GArray *members)
{
        for (guint i = 0; members && i < members->len; i++) {
                const Member *member = &g_array_index(members, Member, i);
                Person *person = live_person_find(room, member->person);
                if (member->in_team || !person || !person->socket || person->account != member->account)
                        continue;
                Client *client = socket_data(person->socket);
                live_off_stage(person);
                live_hand_drop(person);
                live_bye(client, 1008, "removed", N_("You are not in the team of this event any more."));
                live_room_left(client, true);
        }
}

static GArray *members_of(LiveRoom *room)
{
        GArray *members = g_array_new(FALSE, TRUE, sizeof(Member));
        GHashTableIter people;
        gpointer value;
        g_hash_table_iter_init(&people, room->people);
        while (g_hash_table_iter_next(&people, NULL, &value)) {
                const Person *person = value;
                Member member = { .person = person->id, .account = person->account };
                if (person->socket)
                        g_array_append_val(members, member);
        }
        return members;
}

/* The programme moved on: the recording of the session before ends, the next one begins open. */
static void after_look(LiveRoom *room, Act *act, bool kept)
{
        Loaded *loaded = act->extra;
        StoredSession *session = &loaded->session;
        if (!kept || !room->loaded)
                return;
        if (loaded->gone) {
                give_up(room);
                return;
        }
        send_out(room, loaded->members);
        if (session->session_id == room->session_id) {
                live_check_flags(room, session->recording, session->pinned, session->scene);
                live_door_look(room, &session->doorway);
                return;
        }
        if (!loaded->features) /* asked when the room held this one: the next look brings it */
                return;
        live_set_recording(room, false);
        set_session(room, session);
        json_t *message = json_pack("{s:s, s:o}", "t", "talk", "talk", live_talk_json(room));
        live_broadcast(room, message);
        live_features_renew(room, g_steal_pointer(&loaded->features));
        live_broadcast(room, json_pack("{s:s, s:o}", "t", "pinned", "who", json_null()));
        live_broadcast(room, json_pack("{s:s, s:s}", "t", "scene", "scene", live_scene_word(room->scene)));
        live_update_air(room);
        live_door_look(room, &session->doorway);
        live_look_at_everybody(room);
        if (room->doorway.door == DOOR_LOCKED) /* it was for the session before */
                live_set_door(room, NULL, room->doorway.usual);
}

void live_room_look(LiveRoom *room)
{
        if (!room->loaded)
                return;
        live_save_seats(room);
        live_forget_strangers(room);
        Act *act = live_act_new(room, write_session, after_look);
        Loaded *loaded = g_new0(Loaded, 1);
        loaded->members = live_is_team_room(room->id) ? members_of(room) : NULL;
        act->extra = loaded;
        act->free_extra = loaded_free;
        live_act_push(act);
}
