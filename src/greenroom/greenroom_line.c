/* Measuring the network against this very server: a WebSocket like a room's, and a media room for one, in which what a
 * page publishes comes back to it. Everything but the counting runs on the socket loop's thread; no SQL. */
#include "greenroom/greenroom_private.h"

#include "base/time.h"

#include <string.h>

#define AT_ONCE 12                /* measurements under way: 2.5 Mbit/s each way at most, as a camera has */
#define LASTS_US (60 * SECOND_US) /* one of them at most */
#define LOOK_MS 1000
#define MESSAGES_MAX 60 /* of one measurement; a page of ours sends 20 */
#define OFFERS_MAX 6
#define FILL_BYTES (16 * 1024) /* of one message of the measured download, */
#define FILL_COUNT 32          /* which are so many */
#define HOUR_PEOPLE_MAX 10000  /* counted in an hour; then counting begins anew */

struct GreenRoom {
        SocketLoop *sockets;
        Sfu *sfu;
        Live *live;
        GHashTable *visits; /* set of Visit; the loop's */
        GMutex mutex;       /* of the two below */
        GHashTable *counts; /* "sort who" → how often since … */
        int64_t since_us;
};

typedef struct {
        Opening *opening;
        Socket *socket;
        SfuRoom room; /* opened with the first offer */
        SfuPeer publish, watch;
        int64_t opened_us;
        unsigned messages, offers;
        bool filled;
} Visit;

static const SfuParticipant self = { 1 };

static void look(gpointer data)
{
        GreenRoom *green = data;
        int64_t now = monotonic_us();
        GHashTableIter visits;
        gpointer visit;
        g_hash_table_iter_init(&visits, green->visits);
        while (g_hash_table_iter_next(&visits, &visit, NULL))
                if (now - ((Visit *)visit)->opened_us > LASTS_US)
                        socket_close(((Visit *)visit)->socket, 1000, "measured");
}

static void begin(gpointer data)
{
        socket_loop_every(((GreenRoom *)data)->sockets, LOOK_MS, look, data);
}

GreenRoom *greenroom_new(SocketLoop *sockets, Sfu *sfu, Live *live)
{
        GreenRoom *green = g_new0(GreenRoom, 1);
        green->sockets = sockets;
        green->sfu = sfu;
        green->live = live;
        green->visits = g_hash_table_new(NULL, NULL);
        green->counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        g_mutex_init(&green->mutex);
        socket_loop_run(sockets, begin, green);
        return green;
}

void greenroom_free(GreenRoom *green)
{
        if (!green)
                return;
        g_hash_table_unref(green->visits);
        g_hash_table_unref(green->counts);
        g_mutex_clear(&green->mutex);
        g_free(green);
}

Live *green_live(const GreenRoom *green)
{
        return green->live;
}

Sfu *green_sfu(const GreenRoom *green)
{
        return green->sfu;
}

bool green_allow(GreenRoom *green, const char *sort, const char *who, unsigned max)
{
        g_mutex_lock(&green->mutex);
        int64_t now = monotonic_us();
        if (now - green->since_us > HOUR_US || g_hash_table_size(green->counts) >= HOUR_PEOPLE_MAX) {
                g_hash_table_remove_all(green->counts);
                green->since_us = now;
        }
        char *key = g_strconcat(sort, " ", who, NULL);
        unsigned count = GPOINTER_TO_UINT(g_hash_table_lookup(green->counts, key)) + 1;
        g_hash_table_replace(green->counts, key, GUINT_TO_POINTER(count));
        g_mutex_unlock(&green->mutex);
        return count <= max;
}

void green_opening_free(gpointer data)
{
        Opening *opening = data;
        json_decref(opening->ice);
        g_free(opening);
}

/* --- Messages ----------------------------------------------------------------------------------------------------- */

static void say(const Visit *visit, json_t *message)
{
        char *text = json_dumps(message, JSON_COMPACT);
        socket_send(visit->socket, text, strlen(text));
        free(text);
        json_decref(message);
}

static void refuse(const Visit *visit, const char *of)
{
        say(visit, json_pack("{s:s, s:s}", "t", "refused", "of", of));
}

/* A page of ours is told why it cannot measure; another is closed. */
static void send_away(const Visit *visit, const char *reason)
{
        say(visit, json_pack("{s:s, s:s}", "t", "bye", "reason", reason));
        socket_close(visit->socket, 1008, reason);
}

static bool open_room(Visit *visit)
{
        if (!visit->room.value)
                visit->room = sfu_room_open(visit->opening->green->sfu);
        return visit->room.value && ++visit->offers <= OFFERS_MAX;
}

static size_t read_tracks(const json_t *message, SfuTrack tracks[SFU_N_TRACK_KINDS])
{
        size_t count = 0;
        const char *mid;
        json_t *value;
        json_object_foreach(json_object_get(message, "tracks"), mid, value)
        {
                int kind = sfu_track_kind_from_word(json_string_value(value));
                if (kind >= 0 && count < SFU_N_TRACK_KINDS)
                        tracks[count++] = (SfuTrack){ mid, (SfuTrackKind)kind };
        }
        return count;
}

static void publish(Visit *visit, json_t *message)
{
        Sfu *sfu = visit->opening->green->sfu;
        const char *sdp = json_string_value(json_object_get(message, "sdp"));
        SfuTrack tracks[SFU_N_TRACK_KINDS];
        size_t count = read_tracks(message, tracks);
        g_autofree char *answer = NULL;
        if (!sdp || !count || !open_room(visit) ||
            !sfu_publish(sfu, visit->room, self, 0, sdp, tracks, count, &visit->publish, &answer, NULL)) {
                refuse(visit, "publish");
                return;
        }
        say(visit, json_pack("{s:s, s:s}", "t", "published", "sdp", answer));
}

/* One's own seat is sent back here, which a room never does: that is the measurement. */
static void watch(Visit *visit, json_t *message)
{
        Sfu *sfu = visit->opening->green->sfu;
        g_autofree char *offer = NULL;
        if (visit->watch.value)
                sfu_peer_close(sfu, visit->watch);
        visit->watch = (SfuPeer){ 0 };
        if (!open_room(visit) || !sfu_subscribe(sfu, visit->room, self, 1, SFU_NO_SEAT, &visit->watch, &offer, NULL)) {
                refuse(visit, "watch");
                return;
        }
        say(visit, json_pack("{s:s, s:s}", "t", "subscribe", "sdp", offer));
}

static void subscribed(Visit *visit, json_t *message)
{
        const char *sdp = json_string_value(json_object_get(message, "sdp"));
        if (!sdp || !sfu_subscribed(visit->opening->green->sfu, visit->watch, sdp, NULL))
                refuse(visit, "subscribed");
}

/* Half a megabyte, once: what a page gets while it looks at the clock. Random, so that nothing on the way makes it
 * smaller. */
static void fill(Visit *visit, json_t *message)
{
        if (visit->filled) {
                refuse(visit, "fill");
                return;
        }
        visit->filled = true;
        g_autofree guint32 *noise = g_new(guint32, FILL_BYTES * 3 / 4 / sizeof(guint32));
        for (int i = 0; i < FILL_COUNT; i++) {
                for (size_t word = 0; word < FILL_BYTES * 3 / 4 / sizeof *noise; word++)
                        noise[word] = g_random_int();
                g_autofree char *text = g_base64_encode((const guchar *)noise, FILL_BYTES * 3 / 4);
                say(visit, json_pack("{s:s, s:s, s:i}", "t", "fill", "noise", text, "left", FILL_COUNT - 1 - i));
        }
}

static void ping(Visit *visit, json_t *message)
{
        say(visit, json_pack("{s:s}", "t", "pong"));
}

static const struct {
        const char *type;
        void (*handle)(Visit *visit, json_t *message);
} messages[] = {
        { "ping", ping }, { "publish", publish }, { "watch", watch }, { "subscribed", subscribed }, { "fill", fill }
};

static void on_message(Socket *socket, const char *text, size_t length)
{
        Visit *visit = socket_data(socket);
        json_t *message = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);
        const char *type = json_string_value(json_object_get(message, "t"));
        size_t i = 0;
        while (i < G_N_ELEMENTS(messages) && g_strcmp0(type, messages[i].type) != 0)
                i++;
        if (++visit->messages > MESSAGES_MAX || i == G_N_ELEMENTS(messages))
                socket_close(socket, 1008, "no such message, or too many");
        else
                messages[i].handle(visit, message);
        json_decref(message);
}

static void on_opened(Socket *socket, gpointer opening)
{
        Visit *visit = g_new0(Visit, 1);
        visit->opening = opening;
        visit->socket = socket;
        visit->opened_us = monotonic_us();
        socket_set_data(socket, visit);
        GreenRoom *green = visit->opening->green;
        bool busy = g_hash_table_size(green->visits) >= AT_ONCE;
        g_hash_table_add(green->visits, visit);
        if (visit->opening->too_often)
                send_away(visit, "often");
        else if (busy)
                send_away(visit, "busy");
        else
                say(visit, json_pack("{s:s, s:O, s:b}", "t", "hello", "ice", visit->opening->ice, "tcp",
                                     sfu_tcp_port(green->sfu) != 0));
}

static void on_closed(Socket *socket, uint16_t code)
{
        Visit *visit = socket_data(socket);
        GreenRoom *green = visit->opening->green;
        if (visit->room.value)
                sfu_room_close(green->sfu, visit->room);
        g_hash_table_remove(green->visits, visit);
        green_opening_free(visit->opening);
        g_free(visit);
}

const SocketHandler green_socket_handler = { on_opened, on_message, on_closed };
