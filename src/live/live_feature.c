/* What features above live add to a room: their states, their messages, their part of a welcome and of a person's data.
 */
#include "live/live_pages.h"
#include "base/time.h"

#include <string.h>

static size_t count_features(void)
{
        size_t count = 0;
        while (live_features[count])
                count++;
        return count;
}

/* --- states ------------------------------------------------------------------------------------------------------ */

gpointer *live_features_load(Db *db, const LiveMoment *moment)
{
        gpointer *states = g_new0(gpointer, count_features() + 1);
        for (size_t i = 0; live_features[i]; i++) {
                states[i] = live_features[i]->load(db, moment);
                if (!states[i]) {
                        live_features_free(states);
                        return NULL;
                }
        }
        return states;
}

void live_features_free(gpointer *states)
{
        for (size_t i = 0; states && live_features[i]; i++)
                if (states[i])
                        live_features[i]->free(states[i]);
        g_free(states);
}

gpointer live_room_state(const LiveRoom *room, const LiveFeature *feature)
{
        for (size_t i = 0; live_features[i]; i++)
                if (live_features[i] == feature)
                        return room->features[i];
        g_assert_not_reached();
}

void live_features_welcome(LiveRoom *room, int person, json_t *welcome)
{
        for (size_t i = 0; live_features[i]; i++)
                json_object_set_new(welcome, live_features[i]->name, live_features[i]->welcome(room, person));
}

void live_features_renew(LiveRoom *room, gpointer *states)
{
        live_features_free(room->features);
        room->features = states;
        GHashTableIter people;
        gpointer value;
        g_hash_table_iter_init(&people, room->people);
        while (g_hash_table_iter_next(&people, NULL, &value)) {
                const Person *person = value;
                if (!person->socket)
                        continue;
                json_t *renewed = json_pack("{s:s}", "t", "renewed");
                live_features_welcome(room, person->id, renewed);
                live_send(person->socket, renewed);
        }
}

/* --- messages ---------------------------------------------------------------------------------------------------- */

const LiveMessage *live_feature_message(const char *type)
{
        for (size_t i = 0; type && live_features[i]; i++)
                for (const LiveMessage *message = live_features[i]->messages; message->type; message++)
                        if (strcmp(message->type, type) == 0)
                                return message;
        return NULL;
}

typedef struct {
        int64_t since_us;
        unsigned sent;
} Count;

bool live_feature_allows(Person *person, const LiveMessage *message)
{
        if (message->most == 0)
                return true;
        if (!person->counts)
                person->counts = g_hash_table_new_full(NULL, NULL, NULL, g_free);
        Count *count = g_hash_table_lookup(person->counts, message);
        if (!count) {
                count = g_new0(Count, 1);
                g_hash_table_insert(person->counts, (gpointer)message, count);
        }
        int64_t now = monotonic_us();
        if (now - count->since_us >= message->within_s * SECOND_US)
                *count = (Count){ .since_us = now };
        return ++count->sent <= message->most;
}

/* --- what happens in a room -------------------------------------------------------------------------------------- */

void live_features_tick(LiveRoom *room, int64_t mono_us)
{
        for (size_t i = 0; live_features[i]; i++)
                if (live_features[i]->tick)
                        live_features[i]->tick(room, mono_us);
}

void live_features_ended(LiveRoom *room)
{
        for (size_t i = 0; live_features[i]; i++)
                if (live_features[i]->ended)
                        live_features[i]->ended(room);
}

void live_features_gone(LiveRoom *room, int person)
{
        for (size_t i = 0; room->features && live_features[i]; i++)
                if (live_features[i]->gone)
                        live_features[i]->gone(room, person);
}

void live_features_forgotten(LiveRoom *room, int person)
{
        for (size_t i = 0; live_features[i]; i++)
                if (live_features[i]->forgotten)
                        live_features[i]->forgotten(room, person);
}

/* --- a person's data --------------------------------------------------------------------------------------------- */

bool live_features_keep(Db *db, int64_t room_id, int person)
{
        for (size_t i = 0; live_features[i]; i++)
                if (live_features[i]->keeps && live_features[i]->keeps(db, room_id, person))
                        return true;
        return false;
}

void live_features_export(Db *db, int64_t room_id, int person, json_t *into)
{
        for (size_t i = 0; live_features[i]; i++) {
                json_t *part = live_features[i]->export ? live_features[i]->export(db, room_id, person) : NULL;
                if (part)
                        json_object_set_new(into, live_features[i]->name, part);
        }
}

bool live_features_erase(Db *db, int64_t room_id, int person)
{
        for (size_t i = 0; live_features[i]; i++)
                if (live_features[i]->erase && !live_features[i]->erase(db, room_id, person))
                        return false;
        return true;
}

bool live_features_expire(Db *db, int64_t room_id)
{
        for (size_t i = 0; live_features[i]; i++)
                if (live_features[i]->expire && !live_features[i]->expire(db, room_id))
                        return false;
        return true;
}

/* --- the hall's page --------------------------------------------------------------------------------------------- */

void hall_features_view(Html *h, const HallPage *v)
{
        for (size_t i = 0; live_features[i]; i++)
                if (live_features[i]->hall)
                        live_features[i]->hall(h, v->db, v->event->id, v->room->id, v->talk_id);
}

/* --- what features may ask and do -------------------------------------------------------------------------------- */

static LiveMoment moment_of(const Act *act)
{
        return (LiveMoment){ act->event_id, act->room_id, act->session_id, act->talk_id, act->now_us };
}

LiveMoment live_room_moment(const LiveRoom *room)
{
        return (LiveMoment){ room->event_id, room->id, room->session_id, room->talk.id, now_us() };
}

bool live_room_ended(const LiveRoom *room)
{
        return room->ended;
}

LiveRoom *live_client_room(const LiveClient *client)
{
        return client->room;
}

int live_client_person(const LiveClient *client)
{
        return client->person->id;
}

bool live_person_known(LiveRoom *room, int person)
{
        return live_person_find(room, person) != NULL;
}

const char *live_person_name(LiveRoom *room, int person)
{
        const Person *known = live_person_find(room, person);
        return known ? known->name : "";
}

LiveRole live_person_role(LiveRoom *room, int person)
{
        const Person *known = live_person_find(room, person);
        return known ? known->role : LIVE_GUEST;
}

int64_t live_person_account(LiveRoom *room, int person)
{
        const Person *known = live_person_find(room, person);
        return known ? known->account : 0;
}

bool live_person_may(LiveRoom *room, int person, Right right)
{
        const Person *known = live_person_find(room, person);
        return known && (known->rights & RIGHT_BIT(right));
}

typedef struct {
        const LiveWrite *how;
        gpointer data;
} Writing;

static void writing_free(gpointer data)
{
        Writing *writing = data;
        if (writing->how->free)
                writing->how->free(writing->data);
        g_free(writing);
}

static bool write_feature(Db *db, Act *act)
{
        const Writing *writing = act->extra;
        LiveMoment moment = moment_of(act);
        return writing->how->write(db, &moment, writing->data);
}

static void after_feature(LiveRoom *room, Act *act, bool kept)
{
        const Writing *writing = act->extra;
        Client *client = live_act_client(act);
        if (room->session_id == act->session_id && writing->how->after)
                writing->how->after(room, client && client->person ? client : NULL, writing->data, kept);
}

void live_write(LiveRoom *room, const LiveClient *client, const LiveWrite *how, gpointer data)
{
        Writing *writing = g_new(Writing, 1);
        *writing = (Writing){ how, data };
        Act *act = live_act_new(room, write_feature, after_feature);
        act->client = client ? client->id : 0;
        act->extra = writing;
        act->free_extra = writing_free;
        live_act_push(act);
}
