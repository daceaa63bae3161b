/* An account that was erased while its person is in a room: the room forgets it too, for everybody who is there. */
#include "live/live_store.h"

typedef struct {
        int person;
        bool erased;
} Erased;

static void forget_lines(LiveRoom *room, int person)
{
        for (GList *link = room->lines.head, *next; link; link = next) {
                LiveLine *line = link->data;
                next = link->next;
                if (line->person_id != person)
                        continue;
                g_queue_delete_link(&room->lines, link);
                live_line_free(line);
        }
        live_broadcast(room, json_pack("{s:s, s:i}", "t", "unsaid", "who", person));
}

/* Who comes again is somebody new: the key that leads here is known to nobody. */
static void forget_person(LiveRoom *room, Person *person)
{
        Client *client = person->socket ? socket_data(person->socket) : NULL;
        person->account = 0;
        person->consent = 0;
        person->consent_turn++;
        g_free(person->name);
        person->name = g_strdup("");
        g_hash_table_remove(room->by_key, person->key_hash);
        live_person_changed(person);
        if (client) {
                live_room_left(client, true);
                live_bye(client, 1000, "closed", N_("Your data are erased, here too. You may come back as a guest."));
        } else if (person->waits) {
                live_bye(person->waits, 1000, "closed",
                         N_("Your data are erased, here too. You may come back as a guest."));
                live_wait_end(person->waits);
        } else {
                live_person_gone(person);
        }
        forget_lines(room, person->id);
        live_features_forgotten(room, person->id);
        live_update_air(room);
}

static bool write_erased(Db *db, Act *act)
{
        GArray *people = act->extra;
        bool done = true;
        for (guint i = 0; i < people->len && done; i++) {
                Erased *one = &g_array_index(people, Erased, i);
                done = live_store_forgotten(db, act->room_id, one->person, &one->erased) &&
                       (!one->erased || live_features_erase(db, act->room_id, one->person));
        }
        return done;
}

static void after_erased(LiveRoom *room, Act *act, bool kept)
{
        GArray *people = act->extra;
        for (guint i = 0; kept && i < people->len; i++) {
                const Erased *one = &g_array_index(people, Erased, i);
                Person *person = live_person_find(room, one->person);
                if (person && one->erased)
                        forget_person(room, person);
        }
}

static void people_free(gpointer people)
{
        g_array_unref(people);
}

/* The store is asked, in a turn after the one that erased: what was not kept is not forgotten here. */
static void forget_in(LiveRoom *room, int64_t account)
{
        g_autoptr(GArray) people = g_array_new(FALSE, TRUE, sizeof(Erased));
        GHashTableIter iter;
        gpointer value;
        g_hash_table_iter_init(&iter, room->people);
        while (g_hash_table_iter_next(&iter, NULL, &value)) {
                Erased one = { .person = ((const Person *)value)->id };
                if (((const Person *)value)->account == account)
                        g_array_append_val(people, one);
        }
        if (people->len == 0)
                return;
        Act *act = live_act_new(room, write_erased, after_erased);
        act->extra = g_steal_pointer(&people);
        act->free_extra = people_free;
        live_act_push(act);
}

typedef struct {
        Live *live;
        int64_t account;
} Forgotten;

static void forget_everywhere(gpointer data)
{
        g_autofree Forgotten *forgotten = data;
        GHashTableIter rooms;
        gpointer room;
        g_hash_table_iter_init(&rooms, forgotten->live->rooms);
        while (g_hash_table_iter_next(&rooms, NULL, &room))
                forget_in(room, forgotten->account);
}

void live_forget(Live *live, int64_t account)
{
        if (!live)
                return;
        Forgotten *forgotten = g_new(Forgotten, 1);
        *forgotten = (Forgotten){ live, account };
        socket_loop_run(live->sockets, forget_everywhere, forgotten);
}
