#include "live/live_private.h"
#include "base/time.h"

#define TICK_MS 50
#define PEOPLE_MS 250
#define LOOK_MS 5000
#define CONSENT_MS 1000
#define JOIN_WITHIN_US (10 * SECOND_US)

void live_opening_free(gpointer data)
{
        LiveOpening *opening = data;
        g_free(opening->parent_title);
        g_free(opening->room_title);
        g_free(opening->room_slug);
        g_free(opening->event_slug);
        g_free(opening->account_name);
        g_free(opening->network);
        g_free(opening);
}

static void tick(gpointer data)
{
        Live *live = data;
        int64_t now = monotonic_us(), wall_us = now_us();
        GHashTableIter iter;
        gpointer value;
        g_hash_table_iter_init(&iter, live->rooms);
        while (g_hash_table_iter_next(&iter, NULL, &value)) {
                if (!((LiveRoom *)value)->loaded)
                        continue;
                if (live_part_is_done(value)) {
                        g_hash_table_iter_remove(&iter);
                        continue;
                }
                live_room_tick(value, now);
                live_count_audience(value, wall_us);
        }
}

static void look_at_people(gpointer data)
{
        Live *live = data;
        int64_t now = monotonic_us();
        GHashTableIter iter;
        gpointer value;
        g_hash_table_iter_init(&iter, live->rooms);
        while (g_hash_table_iter_next(&iter, NULL, &value))
                if (((LiveRoom *)value)->loaded)
                        live_room_look_at_people(value, now);
        g_hash_table_iter_init(&iter, live->clients);
        while (g_hash_table_iter_next(&iter, NULL, &value)) {
                Client *client = value;
                if (!client->person && !client->waits && now - client->opened_us > JOIN_WITHIN_US)
                        socket_close(client->socket, 1008, "no join");
        }
}

static void look(gpointer data)
{
        Live *live = data;
        GHashTableIter rooms;
        gpointer room;
        g_hash_table_iter_init(&rooms, live->rooms);
        while (g_hash_table_iter_next(&rooms, NULL, &room))
                live_room_look(room);
}

static void check_consents(gpointer data)
{
        Live *live = data;
        GHashTableIter rooms;
        gpointer room;
        g_hash_table_iter_init(&rooms, live->rooms);
        while (g_hash_table_iter_next(&rooms, NULL, &room))
                live_check_consents(room);
}

static void begin(gpointer data)
{
        Live *live = data;
        socket_loop_watch(live->sockets, sfu_events_fd(live->sfu), live_sfu_events, live);
        socket_loop_every(live->sockets, TICK_MS, tick, live);
        socket_loop_every(live->sockets, PEOPLE_MS, look_at_people, live);
        socket_loop_every(live->sockets, LOOK_MS, look, live);
        socket_loop_every(live->sockets, CONSENT_MS, check_consents, live);
}

Live *live_new(Store *store, SocketLoop *sockets, Sfu *sfu, const LiveHooks *hooks)
{
        Live *live = g_new0(Live, 1);
        live->store = store;
        live->sockets = sockets;
        live->sfu = sfu;
        live->hooks = *hooks;
        live->places = ROOM_PLACES;
        live->watchers = ROOM_WATCHERS;
        live->rooms = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, live_room_free);
        live->sfu_rooms = g_hash_table_new(NULL, NULL);
        live->clients = g_hash_table_new(g_int64_hash, g_int64_equal);
        live->writer = live_writer_start(store, sockets);
        socket_loop_run(sockets, begin, live);
        return live;
}

void live_set_places(Live *live, int places, int watchers)
{
        if (places >= 0)
                live->places = (unsigned)places;
        if (watchers >= 0)
                live->watchers = (unsigned)watchers;
}

static void say_goodbye(gpointer data)
{
        GHashTableIter clients;
        gpointer client;
        g_hash_table_iter_init(&clients, ((Live *)data)->clients);
        while (g_hash_table_iter_next(&clients, NULL, &client))
                if (((Client *)client)->socket)
                        live_bye(client, 1012, "restart", N_("The server restarts. This page comes back by itself."));
}

void live_goodbye(Live *live)
{
        if (live)
                socket_loop_run(live->sockets, say_goodbye, live);
}

void live_stop(Live *live)
{
        if (!live)
                return;
        live_writer_stop(live->writer);
        socket_loop_drain(live->sockets);
}

void live_free(Live *live)
{
        if (!live)
                return;
        socket_loop_drain(live->sockets); /* notices that came meanwhile */
        live_writer_free(live->writer);
        g_hash_table_remove_all(live->rooms); /* their end looks into sfu_rooms */
        g_hash_table_unref(live->rooms);
        g_hash_table_unref(live->sfu_rooms);
        g_hash_table_unref(live->clients);
        g_free(live);
}

void live_counts(Live *live, int *ret_rooms, int *ret_people)
{
        *ret_rooms = g_atomic_int_get(&live->room_count);
        *ret_people = g_atomic_int_get(&live->people_count);
}

typedef struct {
        Live *live;
        int64_t room_id;
        char *text;
        bool left_out;
} Notice;

static void take_notice(gpointer data)
{
        Notice *notice = data;
        LiveRoom *room = g_hash_table_lookup(notice->live->rooms, &notice->room_id);
        if (room && g_strcmp0(room->notice, notice->text) != 0) {
                g_free(room->notice);
                room->notice = g_steal_pointer(&notice->text);
                live_tell_recording(room);
        }
        g_free(notice->text);
        g_free(notice);
}

void live_record_notice(Live *live, int64_t room_id, const char *text)
{
        Notice *notice = g_new(Notice, 1);
        *notice = (Notice){ live, room_id, g_strdup(text), false };
        socket_loop_run(live->sockets, take_notice, notice);
}

static void take_left_out(gpointer data)
{
        Notice *notice = data;
        LiveRoom *room = g_hash_table_lookup(notice->live->rooms, &notice->room_id);
        if (room && room->left_out != notice->left_out) {
                room->left_out = notice->left_out;
                live_tell_recording(room);
        }
        g_free(notice);
}

void live_record_left_out(Live *live, int64_t room_id, bool left_out)
{
        Notice *notice = g_new(Notice, 1);
        *notice = (Notice){ live, room_id, NULL, left_out };
        socket_loop_run(live->sockets, take_left_out, notice);
}
