/* Peer connections: a person's one to publish and one to watch, joined to the SFU. */
#include "live/live_private.h"
#include "base/log.h"
#include "base/time.h"

#include <string.h>

#define BEFORE_US (10 * SECOND_US) /* the connection that is replaced is held this long */
#define RESUBSCRIBE_US (2 * SECOND_US)
#define PC_MAX 32
#define VP8_LINGER_US (10 * SECOND_US)
#define VIEW_MAX_PX 8192
#define AWAITS_MAX_KBPS 1000 /* a page says 200; more would only be padding */

static const SfuPeer no_peer;

static bool same_peer(SfuPeer a, SfuPeer b)
{
        return a.value && a.value == b.value;
}

static void close_peer(Person *person, SfuPeer *peer)
{
        if (peer->value)
                sfu_peer_close(person->room->live->sfu, *peer);
        *peer = no_peer;
}

void live_close_publish(Person *person)
{
        close_peer(person, &person->publish);
        g_clear_pointer(&person->publish_pc, g_free);
        g_clear_pointer(&person->session, g_free);
}

void live_close_media(Person *person)
{
        live_close_publish(person);
        close_peer(person, &person->subscribe);
        close_peer(person, &person->subscribe_before);
        g_clear_pointer(&person->subscribe_pc, g_free);
        person->lines_seats = 0;
}

const char *live_held_publish(const Person *person, const char *pc)
{
        return person->publish.value && g_strcmp0(person->publish_pc, pc) == 0 ? person->publish_pc : NULL;
}

/* tracks: {mid: kind}. Returns how many were read, 0 when it is malformed; the mids live as long as the message. */
static size_t read_tracks(json_t *tracks, SfuTrack *ret_tracks, size_t max)
{
        size_t count = 0;
        const char *mid;
        json_t *value;
        json_object_foreach(tracks, mid, value)
        {
                const char *word = json_string_value(value);
                int kind = word ? sfu_track_kind_from_word(word) : -1;
                if (kind < 0 || count == max)
                        return 0;
                ret_tracks[count++] = (SfuTrack){ mid, (SfuTrackKind)kind };
        }
        return count;
}

void live_tell_layers(Person *person)
{
        json_t *wanted = json_object();
        for (unsigned kind = 0; kind < SFU_N_TRACK_KINDS; kind++)
                if (person->layers[kind] >= 0)
                        json_object_set_new(wanted, sfu_track_kind_word(kind), json_integer(person->layers[kind]));
        live_send(person->socket,
                  json_pack("{s:s, s:s, s:o}", "t", "layers", "pc", person->publish_pc, "wanted", wanted));
}

bool live_may_restart(LiveRestarts *restarts)
{
        return live_rate_allows(restarts->times_us, G_N_ELEMENTS(restarts->times_us), &restarts->next, MINUTE_US,
                                monotonic_us());
}

/* The page then makes a new connection, without a word to the person. */
static void refuse_restart(Client *client, const char *pc)
{
        live_refuse(client, "restart", live_is_token(pc, PC_MAX) ? pc : NULL,
                    N_("This connection cannot be mended. A new one is made."));
}

/* ICE anew on the publish connection that the server holds: its keys, its lines and what is heard stay. */
static void publish_again(Client *client, const char *pc, const char *sdp, const SfuTrack *tracks, size_t count)
{
        Person *person = client->person;
        g_autoptr(GError) error = NULL;
        g_autofree char *answer = NULL;
        if (live_held_publish(person, pc) && live_may_restart(&person->restarts) &&
            sfu_publish_again(client->room->live->sfu, person->publish, sdp, tracks, count, &answer, &error)) {
                live_send(client->socket, json_pack("{s:s, s:s, s:s}", "t", "published", "pc", pc, "sdp", answer));
                return;
        }
        if (error)
                log_info("room=%" G_GINT64_FORMAT " person=%d restart refused: %s", client->room->id, person->id,
                         error->message);
        refuse_restart(client, pc);
}

void live_restart(Client *client, json_t *message)
{
        Person *person = client->person;
        Sfu *sfu = client->room->live->sfu;
        const char *pc = json_string_value(json_object_get(message, "pc"));
        g_autofree char *offer = NULL;
        bool held = person->subscribe.value && g_strcmp0(pc, person->subscribe_pc) == 0;
        if (held && live_may_restart(&person->restarts) && sfu_subscribe_restart(sfu, person->subscribe, &offer, NULL))
                live_send(client->socket, json_pack("{s:s, s:s, s:s, s:o}", "t", "subscribe", "pc", pc, "sdp", offer,
                                                    "ice", live_ice_servers(person)));
        else
                refuse_restart(client, pc);
}

void live_publish(Client *client, json_t *message)
{
        Person *person = client->person;
        const char *pc = json_string_value(json_object_get(message, "pc"));
        const char *sdp = json_string_value(json_object_get(message, "sdp"));
        SfuTrack tracks[SFU_N_TRACK_KINDS];
        size_t count = read_tracks(json_object_get(message, "tracks"), tracks, G_N_ELEMENTS(tracks));
        int place = live_place_of(person);
        if (place == SFU_NO_SEAT) {
                live_refuse(client, "publish", NULL, N_("You are not on stage."));
                return;
        }
        if (!live_is_token(pc, PC_MAX) || !sdp || count == 0) {
                live_refuse(client, "publish", NULL, N_("The browser's offer is not usable. Reload the page."));
                return;
        }
        if (json_is_true(json_object_get(message, "restart"))) {
                publish_again(client, pc, sdp, tracks, count);
                return;
        }
        g_autoptr(GError) error = NULL;
        g_autofree char *answer = NULL;
        SfuPeer peer;
        if (!sfu_publish(client->room->live->sfu, client->room->sfu_room, (SfuParticipant){ (uint32_t)person->id },
                         place, sdp, tracks, count, &peer, &answer, &error)) {
                log_info("room=%" G_GINT64_FORMAT " person=%d publish refused: %s", client->room->id, person->id,
                         error->message);
                live_refuse(client, "publish", NULL, N_("The browser's offer is not usable. Reload the page."));
                return;
        }
        person->publish = peer;
        memset(person->layers, -1, sizeof person->layers);
        g_free(person->publish_pc);
        person->publish_pc = g_strdup(pc);
        live_send(client->socket, json_pack("{s:s, s:s, s:s}", "t", "published", "pc", pc, "sdp", answer));
}

void live_offer_subscribe(Person *person)
{
        LiveRoom *room = person->room;
        if (!person->socket || person->watches)
                return;
        g_autoptr(GError) error = NULL;
        g_autofree char *offer = NULL;
        SfuPeer peer;
        if (!sfu_subscribe(room->live->sfu, room->sfu_room, (SfuParticipant){ (uint32_t)person->id }, room->seats,
                           live_own_seat(person), &peer, &offer, &error)) {
                log_warn("room=%" G_GINT64_FORMAT " person=%d subscribe: %s", room->id, person->id, error->message);
                return;
        }
        close_peer(person, &person->subscribe_before);
        person->subscribe_before = person->subscribe;
        person->before_until_us = monotonic_us() + BEFORE_US;
        person->subscribe = peer;
        person->carried = SFU_NETWORK_FULL;
        person->carried_lossy = false;
        person->lines_seats = room->seats;
        g_free(person->subscribe_pc);
        person->subscribe_pc = g_strdup_printf("s%u", peer.value);
        live_send(person->socket, json_pack("{s:s, s:s, s:s, s:o}", "t", "subscribe", "pc", person->subscribe_pc, "sdp",
                                            offer, "ice", live_ice_servers(person)));
}

void live_subscribed(Client *client, json_t *message)
{
        Person *person = client->person;
        const char *pc = json_string_value(json_object_get(message, "pc"));
        const char *sdp = json_string_value(json_object_get(message, "sdp"));
        if (!sdp || g_strcmp0(pc, person->subscribe_pc) != 0)
                return; /* the answer to an offer that was replaced meanwhile */
        g_autoptr(GError) error = NULL;
        if (sfu_subscribed(client->room->live->sfu, person->subscribe, sdp, &error)) {
                sfu_view(client->room->live->sfu, person->subscribe, person->view, person->awaited_kbps);
                live_listen_again(person);
                return;
        }
        log_info("room=%" G_GINT64_FORMAT " person=%d answer refused: %s", client->room->id, person->id,
                 error->message);
        live_refuse(client, "subscribed", NULL, N_("The browser's answer is not usable. Reload the page."));
}

void live_view(Client *client, json_t *message)
{
        Person *person = client->person;
        live_forget_view(person);
        const char *name;
        json_t *value;
        json_object_foreach(json_object_get(message, "sizes"), name, value)
        {
                int line = sfu_line_from_word(name);
                if (line >= 0 && json_is_integer(value))
                        person->view[line] = (uint16_t)CLAMP(json_integer_value(value), 0, VIEW_MAX_PX);
        }
        json_t *awaits = json_object_get(message, "awaits");
        person->awaited_kbps =
                json_is_integer(awaits) ? (unsigned)CLAMP(json_integer_value(awaits), 0, AWAITS_MAX_KBPS) : 0;
        sfu_view(client->room->live->sfu, person->subscribe, person->view, person->awaited_kbps);
}

void live_forget_view(Person *person)
{
        for (unsigned line = 0; line < SFU_LINES; line++)
                person->view[line] = SFU_ANY_HEIGHT;
        person->awaited_kbps = 0;
}

void live_resubscribe(Client *client, json_t *message)
{
        int64_t now = monotonic_us();
        if (now - client->person->resubscribed_us < RESUBSCRIBE_US)
                return;
        client->person->resubscribed_us = now;
        live_offer_subscribe(client->person);
}

void live_set_vp8(LiveRoom *room, bool on)
{
        room->vp8_off_us = 0;
        if (room->vp8 == on)
                return;
        room->vp8 = on;
        live_broadcast(room, json_pack("{s:s, s:b}", "t", "vp8", "on", on));
}

/* --- what the SFU tells ------------------------------------------------------------------------------------------ */

static void on_connected(Person *person, SfuPeer peer)
{
        if (same_peer(peer, person->subscribe))
                close_peer(person, &person->subscribe_before);
}

static void on_gone(Person *person, const SfuEvent *event)
{
        log_info("room=%" G_GINT64_FORMAT " person=%d peer gone: %s", person->room->id, person->id,
                 sfu_gone_reason_text(event->reason));
        if (same_peer(event->peer, person->publish)) {
                person->publish = no_peer;
                g_clear_pointer(&person->publish_pc, g_free);
                if (person->encoder)
                        live_encoder_lost(person);
        } else if (same_peer(event->peer, person->subscribe_before)) {
                person->subscribe_before = no_peer;
        } else if (same_peer(event->peer, person->subscribe)) {
                person->subscribe = no_peer;
                live_offer_subscribe(person); /* the page stays: give it a new connection without being asked */
        }
}

static void on_speaking(LiveRoom *room, int seat, bool on)
{
        Person *person = live_seat_holder(room, seat);
        if (!person || person->speaking == on)
                return;
        person->speaking = on;
        person->heard_us = now_us();
        room->speaking_changed = true;
}

int live_heard_unrecorded(LiveRoom *room, int64_t since_us)
{
        GHashTableIter people;
        gpointer value;
        g_hash_table_iter_init(&people, room->people);
        while (g_hash_table_iter_next(&people, NULL, &value)) {
                const Person *person = value;
                if (person->consent != 1 && (person->speaking || person->heard_us >= since_us))
                        return person->id;
        }
        return 0;
}

static void on_layers(Person *person, const SfuEvent *event)
{
        person->layers[event->track] = event->layers;
        if (person->socket)
                live_send(person->socket, json_pack("{s:s, s:s, s:{s:i}}", "t", "layers", "pc", person->publish_pc,
                                                    "wanted", sfu_track_kind_word(event->track), event->layers));
}

void live_tell_network(Person *person)
{
        static const char *const words[] = { "full", "reduced", "audio" };
        if (person->socket)
                live_send(person->socket,
                          json_pack("{s:s, s:s, s:i, s:b}", "t", "network", "mode", words[person->carried], "kbps",
                                    (int)person->carried_kbps, "lossy", person->carried_lossy));
}

static void on_network(Person *person, const SfuEvent *event)
{
        person->carried = event->network;
        person->carried_kbps = event->kbps;
        person->carried_lossy = event->lossy;
        live_tell_network(person);
}

static void on_event(LiveRoom *room, const SfuEvent *event)
{
        Person *person = live_person_find(room, (int)event->participant.value);
        switch (event->kind) {
        case SFU_PEER_CONNECTED:
                if (person)
                        on_connected(person, event->peer);
                break;
        case SFU_PEER_GONE:
                live_player_gone(room, event->peer);
                if (person)
                        on_gone(person, event);
                break;
        case SFU_CODECS_WANTED:
                room->vp8_off_us = event->on ? 0 : monotonic_us() + VP8_LINGER_US;
                if (event->on)
                        live_set_vp8(room, true);
                break;
        case SFU_SPEAKING:
                if (event->seat >= SFU_SEATS)
                        live_booth_speaks(room, event->seat, event->on);
                else
                        on_speaking(room, event->seat, event->on);
                break;
        case SFU_DOMINANT:
                room->dominant_seat = event->seat;
                live_update_air(room);
                break;
        case SFU_LAYERS_WANTED:
                if (person && same_peer(event->peer, person->publish))
                        on_layers(person, event);
                break;
        case SFU_TROUBLE:
                if (person && same_peer(event->peer, person->publish))
                        live_encoder_trouble(person, event->trouble);
                break;
        case SFU_NETWORK:
                if (person && same_peer(event->peer, person->subscribe))
                        on_network(person, event);
                break;
        }
}

void live_sfu_events(gpointer data)
{
        Live *live = data;
        SfuEvent event;
        while (sfu_next_event(live->sfu, &event)) {
                LiveRoom *room = g_hash_table_lookup(live->sfu_rooms, GUINT_TO_POINTER(event.room.value));
                if (room)
                        on_event(room, &event);
        }
}
