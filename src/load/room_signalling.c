#include "load/signalling.h"
#include "base/time.h"
#include <string.h>

#define SEATS_MAX 30 /* of a workshop */

typedef struct Room Room;

typedef struct {
        Room *room;
        RoomMember *member;
        int id;
        bool on_stage;
        Publisher *publisher; /* one of the two */
        Subscriber *subscriber;
} Participant;

struct Room {
        Signalling signalling;
        Loop *loop;
        const RoomAddress *address;
        char *key;
        GPtrArray *participants;
};

static void participant_free(void *data)
{
        Participant *participant = data;
        room_member_free(participant->member);
        g_free(participant);
}

static void publish(Participant *participant)
{
        g_autofree char *offer = publisher_offer(participant->publisher);
        json_t *tracks = json_object();
        for (unsigned i = 0; publisher_track(participant->publisher, i); i++) {
                const Track *track = publisher_track(participant->publisher, i);
                json_object_set_new(tracks, track->mid, json_string(track->name));
        }
        room_member_say(participant->member, json_pack("{s:s, s:s, s:s, s:o}", "t", "publish", "pc", "load", "sdp",
                                                       offer, "tracks", tracks));
        room_member_say(participant->member,
                        json_pack("{s:s, s:b, s:b, s:b}", "t", "state", "mic", true, "camera", true, "screen", false));
}

/* Once on stage, the offer leaves. */
static void look_for_seat(Participant *participant, json_t *people)
{
        size_t i;
        json_t *person;
        json_array_foreach(people, i, person)
        {
                if (json_integer_value(json_object_get(person, "id")) != participant->id ||
                    !json_is_integer(json_object_get(person, "stage")) || participant->on_stage)
                        continue;
                participant->on_stage = true;
                publish(participant);
        }
}

static void subscribed(Participant *participant, json_t *message)
{
        const char *pc = json_string_value(json_object_get(message, "pc"));
        const char *offer = json_string_value(json_object_get(message, "sdp"));
        if (!participant->subscriber || subscriber_state(participant->subscriber) != LINK_NEW)
                return; /* publishers do not watch; a further offer (more seats) is not followed */
        g_autofree char *answer = subscriber_answer(participant->subscriber, offer ? offer : "", monotonic_us());
        if (answer && pc)
                room_member_say(participant->member,
                                json_pack("{s:s, s:s, s:s}", "t", "subscribed", "pc", pc, "sdp", answer));
        else
                signalling_fail(&participant->room->signalling, "an offer that cannot be answered");
}

static void on_message(void *owner, const char *type, json_t *message)
{
        Participant *participant = owner;
        Signalling *signalling = &participant->room->signalling;
        const char *sdp = json_string_value(json_object_get(message, "sdp"));
        const char *text = json_string_value(json_object_get(message, "text"));
        if (!type) {
                signalling_fail(signalling, "the server closed a socket");
        } else if (strcmp(type, "welcome") == 0) {
                participant->id = (int)json_integer_value(json_object_get(json_object_get(message, "me"), "id"));
                look_for_seat(participant, json_object_get(message, "people"));
                if (participant->publisher && !participant->on_stage)
                        room_member_say(participant->member, json_pack("{s:s}", "t", "take"));
        } else if (strcmp(type, "people") == 0 && participant->publisher) {
                look_for_seat(participant, json_object_get(message, "set"));
        } else if (strcmp(type, "published") == 0 && participant->publisher) {
                if (!sdp || !publisher_accept(participant->publisher, sdp, monotonic_us()))
                        signalling_fail(signalling, "no usable answer to the publisher's offer");
        } else if (strcmp(type, "layers") == 0 && participant->publisher) {
                json_t *wanted = json_object_get(json_object_get(message, "wanted"), "camera");
                if (wanted)
                        publisher_want_layers(participant->publisher, "camera", (unsigned)json_integer_value(wanted));
        } else if (strcmp(type, "subscribe") == 0) {
                subscribed(participant, message);
        } else if (strcmp(type, "refused") == 0 || strcmp(type, "bye") == 0) {
                signalling_fail(signalling, "the room says: %s", text ? text : type);
        }
}

static void come_in(Room *room, Publisher *publisher, Subscriber *subscriber)
{
        g_autoptr(GError) error = NULL;
        Participant *participant = g_new0(Participant, 1);
        *participant = (Participant){ .room = room, .publisher = publisher, .subscriber = subscriber };
        participant->member = room_member_open(room->loop, room->address, "load", publisher ? room->key : NULL,
                                               on_message, participant, &error);
        if (participant->member) {
                g_ptr_array_add(room->participants, participant);
                return;
        }
        signalling_fail(&room->signalling, "%s", error->message);
        g_free(participant);
}

static void room_publish(Signalling *signalling, Publisher *publisher)
{
        come_in((Room *)signalling, publisher, NULL);
}

static void room_subscribe(Signalling *signalling, Subscriber *subscriber)
{
        come_in((Room *)signalling, NULL, subscriber);
}

static void go_out(Room *room, const Publisher *publisher, const Subscriber *subscriber)
{
        for (guint i = 0; i < room->participants->len; i++) {
                Participant *participant = room->participants->pdata[i];
                if (participant->publisher != publisher || participant->subscriber != subscriber)
                        continue;
                g_ptr_array_remove_index(room->participants, i);
                return;
        }
}

static void room_leave(Signalling *signalling, Subscriber *subscriber)
{
        go_out((Room *)signalling, NULL, subscriber);
}

static void room_view(Signalling *signalling, Subscriber *subscriber, unsigned height)
{
        Room *room = (Room *)signalling;
        for (guint i = 0; i < room->participants->len; i++) {
                Participant *participant = room->participants->pdata[i];
                if (participant->subscriber != subscriber)
                        continue;
                json_t *sizes = json_object();
                for (unsigned seat = 0; seat < SEATS_MAX; seat++) {
                        g_autofree char *line = g_strdup_printf("v%u", seat);
                        json_object_set_new(sizes, line, json_integer((int)height));
                }
                room_member_say(participant->member, json_pack("{s:s, s:o}", "t", "view", "sizes", sizes));
        }
}

static void room_withdraw(Signalling *signalling, Publisher *publisher)
{
        go_out((Room *)signalling, publisher, NULL);
}

static void room_turn(Signalling *signalling, int64_t now_us)
{
        Room *room = (Room *)signalling;
        for (guint i = 0; i < room->participants->len; i++)
                room_member_turn(((Participant *)room->participants->pdata[i])->member, now_us);
}

static bool room_free(Signalling *signalling)
{
        Room *room = (Room *)signalling;
        g_ptr_array_unref(room->participants);
        g_free(room->key);
        g_free(room->signalling.failure);
        g_free(room);
        return true;
}

Signalling *room_open(Loop *loop, const RoomAddress *address, const char *key)
{
        Room *room = g_new0(Room, 1);
        *room = (Room){ .signalling = { .publish = room_publish,
                                        .subscribe = room_subscribe,
                                        .leave = room_leave,
                                        .withdraw = room_withdraw,
                                        .view = room_view,
                                        .turn = room_turn,
                                        .free = room_free },
                        .loop = loop,
                        .address = address,
                        .key = g_strdup(key),
                        .participants = g_ptr_array_new_with_free_func(participant_free) };
        return &room->signalling;
}
