/* sfu-host: one room of src/sfu and nothing else, told by JSON lines on standard input what to do (src/load/host.c is
 * the other side). What this process costs is what forwarding costs.
 *
 *   {"t":"publish","seat":0,"sdp":offer,"tracks":{"0":"mic","1":"camera"}}   → {"t":"published","seat":0,"sdp":answer}
 *   {"t":"subscribe","who":7,"seats":1}   → {"t":"subscribe","who":7,"sdp":offer}; "own":0 is the watcher's own seat
 *   {"t":"own","who":7,"seat":0}          it takes a seat, or leaves it (-1)
 *   {"t":"publish","seat":0,"restart":true,…}, {"t":"restart","who":7}   ICE anew on the same connection
 *   {"t":"subscribed","who":7,"sdp":answer}      {"t":"leave","who":7}
 *   {"t":"view","who":7,"sizes":{"v0":360}}      heights that the watcher's page shows; "awaits": kbit/s
 *
 * It says {"t":"vp8","on":true} while someone cannot receive H.264, {"t":"speaking","seat":0,"on":true},
 * {"t":"layers","seat":0,"wanted":{"camera":5}} and {"t":"gone","who":7} by itself. It ends with its standard input;
 * --counters then shows what it counted. --port N is its port, of UDP and TCP.
 */
#include "sfu/sfu.h"
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_BYTES (256 * 1024)
#define TRACKS_MAX 8
#define COUNTERS_MAX 256

typedef struct {
        Sfu *sfu;
        SfuRoom room;
        GHashTable *watchers; /* who → peer */
        SfuPeer publishers[SFU_SEATS];
        GString *input;
} Host;

static void tell(json_t *message)
{
        char *text = json_dumps(message, JSON_COMPACT | JSON_ENSURE_ASCII);
        puts(text);
        fflush(stdout);
        free(text);
        json_decref(message);
}

static void complain(const GError *error)
{
        tell(json_pack("{s:s, s:s}", "t", "refused", "text", error->message));
}

static void publish(Host *host, json_t *message)
{
        g_autoptr(GError) error = NULL;
        g_autofree char *answer = NULL;
        SfuTrack tracks[TRACKS_MAX];
        size_t count = 0;
        int seat = (int)json_integer_value(json_object_get(message, "seat"));
        const char *offer = json_string_value(json_object_get(message, "sdp")), *mid;
        json_t *word;
        json_object_foreach(json_object_get(message, "tracks"), mid, word)
        {
                int kind = sfu_track_kind_from_word(json_string_value(word));
                if (kind >= 0 && count < TRACKS_MAX)
                        tracks[count++] = (SfuTrack){ mid, (SfuTrackKind)kind };
        }
        SfuParticipant participant = { (uint32_t)seat + 1 };
        SfuPeer *peer = &host->publishers[CLAMP(seat, 0, SFU_SEATS - 1)];
        bool again = json_is_true(json_object_get(message, "restart"));
        offer = offer ? offer : "";
        if (again ? sfu_publish_again(host->sfu, *peer, offer, tracks, count, &answer, &error)
                  : sfu_publish(host->sfu, host->room, participant, seat, offer, tracks, count, peer, &answer, &error))
                tell(json_pack("{s:s, s:i, s:s}", "t", "published", "seat", seat, "sdp", answer));
        else
                complain(error);
}

static void subscribe(Host *host, json_t *message)
{
        g_autoptr(GError) error = NULL;
        g_autofree char *offer = NULL;
        unsigned who = (unsigned)json_integer_value(json_object_get(message, "who"));
        unsigned seats = (unsigned)json_integer_value(json_object_get(message, "seats"));
        SfuPeer peer;
        SfuParticipant participant = { SFU_SEATS + 1 + who };
        json_t *own = json_object_get(message, "own");
        int own_seat = own ? (int)json_integer_value(own) : SFU_NO_SEAT;
        if (!sfu_subscribe(host->sfu, host->room, participant, seats, own_seat, &peer, &offer, &error)) {
                complain(error);
                return;
        }
        g_hash_table_insert(host->watchers, GUINT_TO_POINTER(who), GUINT_TO_POINTER(peer.value));
        tell(json_pack("{s:s, s:i, s:s}", "t", "subscribe", "who", (int)who, "sdp", offer));
}

static SfuPeer watcher(Host *host, json_t *message)
{
        gpointer who = GUINT_TO_POINTER((guint)json_integer_value(json_object_get(message, "who")));
        return (SfuPeer){ GPOINTER_TO_UINT(g_hash_table_lookup(host->watchers, who)) };
}

static void restart(Host *host, json_t *message)
{
        g_autoptr(GError) error = NULL;
        g_autofree char *offer = NULL;
        json_t *who = json_object_get(message, "who");
        if (sfu_subscribe_restart(host->sfu, watcher(host, message), &offer, &error))
                tell(json_pack("{s:s, s:O, s:s, s:b}", "t", "subscribe", "who", who, "sdp", offer, "restart", true));
        else
                complain(error);
}

static void view(Host *host, json_t *message)
{
        uint16_t heights[SFU_LINES];
        for (unsigned line = 0; line < SFU_LINES; line++)
                heights[line] = SFU_ANY_HEIGHT;
        const char *name;
        json_t *height;
        json_object_foreach(json_object_get(message, "sizes"), name, height)
        {
                int line = sfu_line_from_word(name);
                if (line >= 0)
                        heights[line] = (uint16_t)json_integer_value(height);
        }
        unsigned awaited_kbps = (unsigned)json_integer_value(json_object_get(message, "awaits"));
        sfu_view(host->sfu, watcher(host, message), heights, awaited_kbps);
}

static void print_counters(Host *host)
{
        SfuCounter counters[COUNTERS_MAX];
        size_t count = sfu_counters(host->sfu, counters, COUNTERS_MAX);
        for (size_t i = 0; i < count; i++)
                fprintf(stderr, "%s %" G_GUINT64_FORMAT "\n", counters[i].name, counters[i].value);
}

static void obey(Host *host, json_t *message)
{
        g_autoptr(GError) error = NULL;
        const char *type = json_string_value(json_object_get(message, "t"));
        const char *sdp = json_string_value(json_object_get(message, "sdp"));
        if (g_strcmp0(type, "publish") == 0)
                publish(host, message);
        else if (g_strcmp0(type, "subscribe") == 0)
                subscribe(host, message);
        else if (g_strcmp0(type, "restart") == 0)
                restart(host, message);
        else if (g_strcmp0(type, "subscribed") == 0)
                sfu_subscribed(host->sfu, watcher(host, message), sdp ? sdp : "", &error);
        else if (g_strcmp0(type, "own") == 0)
                sfu_own_seat(host->sfu, watcher(host, message),
                             (int)json_integer_value(json_object_get(message, "seat")));
        else if (g_strcmp0(type, "view") == 0)
                view(host, message);
        else if (g_strcmp0(type, "leave") == 0)
                sfu_peer_close(host->sfu, watcher(host, message));
        if (error)
                complain(error);
}

static bool read_input(Host *host)
{
        char bytes[16384];
        ssize_t size = read(STDIN_FILENO, bytes, sizeof bytes);
        if (size <= 0 || host->input->len > LINE_MAX_BYTES)
                return false;
        g_string_append_len(host->input, bytes, size);
        for (char *newline; (newline = memchr(host->input->str, '\n', host->input->len));) {
                gsize length = (gsize)(newline - host->input->str);
                json_t *message = json_loadb(host->input->str, length, 0, NULL);
                obey(host, message);
                json_decref(message);
                g_string_erase(host->input, 0, (gssize)length + 1);
        }
        return true;
}

static void tell_event(const SfuEvent *event)
{
        int who = (int)event->participant.value - SFU_SEATS - 1;
        if (event->kind == SFU_CODECS_WANTED)
                tell(json_pack("{s:s, s:b}", "t", "vp8", "on", event->on));
        else if (event->kind == SFU_SPEAKING)
                tell(json_pack("{s:s, s:i, s:b}", "t", "speaking", "seat", event->seat, "on", event->on));
        else if (event->kind == SFU_LAYERS_WANTED)
                tell(json_pack("{s:s, s:i, s:{s:i}}", "t", "layers", "seat", event->seat, "wanted",
                               sfu_track_kind_word(event->track), event->layers));
        else if (event->kind == SFU_PEER_GONE && event->seat == SFU_NO_SEAT)
                tell(json_pack("{s:s, s:i}", "t", "gone", "who", who));
        if (event->kind == SFU_PEER_GONE && event->reason != SFU_GONE_CLOSED)
                fprintf(stderr, "sfu-host: a peer is gone: %s\n", sfu_gone_reason_text(event->reason));
}

static void run(Host *host)
{
        struct pollfd polled[] = { { STDIN_FILENO, POLLIN, 0 }, { sfu_events_fd(host->sfu), POLLIN, 0 } };
        for (bool running = true; running && poll(polled, 2, -1) >= 0;) {
                SfuEvent event;
                while (sfu_next_event(host->sfu, &event))
                        tell_event(&event);
                if (polled[0].revents)
                        running = read_input(host);
        }
}

int main(int argc, char **argv)
{
        g_autoptr(GError) error = NULL;
        SfuConfig config = { .media_threads = 1 };
        bool counters = false;
        for (int i = 1; i < argc; i++) {
                counters = counters || strcmp(argv[i], "--counters") == 0;
                if (strcmp(argv[i], "--port") == 0 && i + 1 < argc)
                        config.media_port = (uint16_t)atoi(argv[i + 1]);
                if (strcmp(argv[i], "--crew-from") == 0 && i + 1 < argc)
                        config.crew_from = (unsigned)atoi(argv[i + 1]);
        }
        Host host = { .sfu = sfu_start(&config, &error) };
        if (!host.sfu) {
                fprintf(stderr, "sfu-host: %s\n", error->message);
                return 1;
        }
        host.room = sfu_room_open(host.sfu);
        host.watchers = g_hash_table_new(NULL, NULL);
        host.input = g_string_new(NULL);
        run(&host);
        if (counters)
                print_counters(&host);
        sfu_stop(host.sfu);
        g_hash_table_unref(host.watchers);
        g_string_free(host.input, TRUE);
        return 0;
}
