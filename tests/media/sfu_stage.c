/* The media server alone, driven by JSON lines: what the tests put between real browsers.
 *
 *     → {"id":1,"do":"publish","seat":0,"participant":7,"offer":"v=0…","tracks":[["0","mic"],["1","camera"]]}
 *     ← {"id":1,"peer":123,"sdp":"v=0…"}                or {"id":1,"error":"…"}
 *     ← {"event":"PEER_CONNECTED","peer":123,…}
 *
 * One room. `sfu-stage [media threads]`; the end of standard input ends it. */
#include "sfu/sfu.h"

#include <glib-unix.h>
#include <jansson.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
        LINE_BYTES = 256 * 1024,
        MAX_COUNTERS = 128,
};

/* What came out of the tap; written by its thread alone, read when it has stopped or roughly before. */
typedef struct Taped {
        FILE *video;
        _Atomic unsigned opus, units, keys, gaps;
        _Atomic int64_t opus_us, video_us; /* last capture times */
} Taped;

typedef struct Stage {
        Sfu *sfu;
        SfuRoom room;
        GMainLoop *main_loop;
        GIOChannel *input;
        Taped taped;
} Stage;

static void say(json_t *message)
{
        char *text = json_dumps(message, JSON_COMPACT);
        puts(text);
        fflush(stdout);
        free(text);
        json_decref(message);
}

static void on_frame(void *owner, const SfuFrame *frame)
{
        Taped *taped = owner;
        taped->gaps += frame->gap;
        if (frame->kind == SFU_MIC) {
                taped->opus++;
                taped->opus_us = frame->capture_us;
                return;
        }
        taped->units++;
        taped->keys += frame->key;
        taped->video_us = frame->capture_us;
        if (taped->video)
                fwrite(frame->bytes, 1, frame->length, taped->video);
}

static void on_stop(void *owner)
{
        Taped *taped = owner;
        g_clear_pointer(&taped->video, fclose);
}

static json_t *sdp_reply(SfuPeer peer, char *sdp)
{
        json_t *reply = json_pack("{s:I, s:s}", "peer", (json_int_t)peer.value, "sdp", sdp);
        g_free(sdp);
        return reply;
}

static size_t read_tracks(json_t *message, SfuTrack tracks[SFU_N_TRACK_KINDS])
{
        size_t n = 0;
        json_t *list = json_object_get(message, "tracks");
        for (size_t i = 0; i < json_array_size(list) && n < SFU_N_TRACK_KINDS; i++) {
                json_t *pair = json_array_get(list, i);
                int kind = sfu_track_kind_from_word(json_string_value(json_array_get(pair, 1)));
                if (kind >= 0)
                        tracks[n++] = (SfuTrack){ json_string_value(json_array_get(pair, 0)), kind };
        }
        return n;
}

static int integer(json_t *message, const char *key, int otherwise)
{
        json_t *value = json_object_get(message, key);
        return value ? (int)json_integer_value(value) : otherwise;
}

static SfuPeer peer_of(json_t *message)
{
        return (SfuPeer){ (uint32_t)json_integer_value(json_object_get(message, "peer")) };
}

static SfuTrackKind kind_of(json_t *message)
{
        int kind = sfu_track_kind_from_word(json_string_value(json_object_get(message, "kind")));
        return kind < 0 ? SFU_CAMERA : (SfuTrackKind)kind;
}

static json_t *publish(Stage *stage, json_t *message, GError **error)
{
        SfuTrack tracks[SFU_N_TRACK_KINDS];
        size_t n = read_tracks(message, tracks);
        const char *offer = json_string_value(json_object_get(message, "offer"));
        SfuPeer peer = peer_of(message);
        SfuParticipant participant = { (uint32_t)integer(message, "participant", 1) };
        char *answer = NULL;
        bool done = peer.value ? sfu_publish_again(stage->sfu, peer, offer, tracks, n, &answer, error)
                               : sfu_publish(stage->sfu, stage->room, participant, integer(message, "seat", 0), offer,
                                             tracks, n, &peer, &answer, error);
        return done ? sdp_reply(peer, answer) : NULL;
}

static json_t *subscribe(Stage *stage, json_t *message, GError **error)
{
        unsigned seats = (unsigned)integer(message, "seats", 4);
        SfuPeer peer = peer_of(message);
        SfuParticipant participant = { (uint32_t)integer(message, "participant", 1) };
        char *offer = NULL;
        bool done = peer.value ? sfu_subscribe_grow(stage->sfu, peer, seats, &offer, error)
                               : sfu_subscribe(stage->sfu, stage->room, participant, seats,
                                               integer(message, "own_seat", SFU_NO_SEAT), &peer, &offer, error);
        return done ? sdp_reply(peer, offer) : NULL;
}

static json_t *figures(Stage *stage)
{
        SfuCounter counters[MAX_COUNTERS];
        size_t n = sfu_counters(stage->sfu, counters, MAX_COUNTERS);
        json_t *all = json_object();
        for (size_t i = 0; i < n; i++)
                if (counters[i].value)
                        json_object_set_new(all, counters[i].name, json_integer((json_int_t)counters[i].value));
        return json_pack("{s:o}", "counters", all);
}

static json_t *taped(const Taped *taped)
{
        return json_pack("{s:i, s:i, s:i, s:i, s:I, s:I}", "opus", (int)taped->opus, "units", (int)taped->units, "keys",
                         (int)taped->keys, "gaps", (int)taped->gaps, "opus_us", (json_int_t)taped->opus_us, "video_us",
                         (json_int_t)taped->video_us);
}

static json_t *tap(Stage *stage, json_t *message, GError **error)
{
        const char *path = json_string_value(json_object_get(message, "file"));
        SfuTapSink sink = { &stage->taped, on_frame, on_stop };
        stage->taped.video = path ? fopen(path, "wb") : NULL;
        return sfu_tap_start(stage->sfu, stage->room, &sink, error) ? json_object() : NULL;
}

static json_t *obey(Stage *stage, json_t *message, GError **error)
{
        const char *what = json_string_value(json_object_get(message, "do"));
        int seat = integer(message, "seat", SFU_NO_SEAT);
        if (!g_strcmp0(what, "publish"))
                return publish(stage, message, error);
        if (!g_strcmp0(what, "subscribe"))
                return subscribe(stage, message, error);
        if (!g_strcmp0(what, "subscribed"))
                return sfu_subscribed(stage->sfu, peer_of(message),
                                      json_string_value(json_object_get(message, "answer")), error)
                               ? json_object()
                               : NULL;
        if (!g_strcmp0(what, "counters"))
                return figures(stage);
        if (!g_strcmp0(what, "tap"))
                return tap(stage, message, error);
        if (!g_strcmp0(what, "taped"))
                return taped(&stage->taped);
        if (!g_strcmp0(what, "tap_stop"))
                sfu_tap_stop(stage->sfu, stage->room);
        else if (!g_strcmp0(what, "tap_video"))
                sfu_tap_video(stage->sfu, stage->room, SFU_TAP_ON_AIR, seat, kind_of(message));
        else if (!g_strcmp0(what, "close"))
                sfu_peer_close(stage->sfu, peer_of(message));
        else if (!g_strcmp0(what, "mute"))
                sfu_mute(stage->sfu, stage->room, seat, kind_of(message), integer(message, "on", 1));
        else if (!g_strcmp0(what, "own_seat"))
                sfu_own_seat(stage->sfu, peer_of(message), seat);
        else {
                g_set_error_literal(error, SFU_ERROR, SFU_ERROR_STATE, "unknown command");
                return NULL;
        }
        return json_object();
}

static gboolean on_input(GIOChannel *channel, GIOCondition condition, gpointer data)
{
        Stage *stage = data;
        g_autofree char *line = NULL;
        if (g_io_channel_read_line(channel, &line, NULL, NULL, NULL) != G_IO_STATUS_NORMAL) {
                g_main_loop_quit(stage->main_loop);
                return G_SOURCE_REMOVE;
        }
        json_t *message = json_loads(line, 0, NULL);
        g_autoptr(GError) error = NULL;
        json_t *reply = message ? obey(stage, message, &error) : NULL;
        if (!reply)
                reply = json_pack("{s:s}", "error", error ? error->message : "not JSON");
        if (json_object_get(message, "id"))
                json_object_set(reply, "id", json_object_get(message, "id"));
        say(reply);
        json_decref(message);
        return G_SOURCE_CONTINUE;
}

static gboolean on_event(int fd, GIOCondition condition, gpointer data)
{
        static const char *const names[] = {
#define NAME(name, text) #name,
                SFU_EVENTS(NAME)
#undef NAME
        };
        Stage *stage = data;
        SfuEvent event;
        while (sfu_next_event(stage->sfu, &event))
                say(json_pack("{s:s, s:I, s:I, s:i, s:b, s:s, s:s}", "event", names[event.kind], "peer",
                              (json_int_t)event.peer.value, "participant", (json_int_t)event.participant.value, "seat",
                              event.seat, "on", (int)event.on, "kind", sfu_track_kind_word(event.track), "reason",
                              event.kind == SFU_PEER_GONE ? sfu_gone_reason_text(event.reason) : ""));
        return G_SOURCE_CONTINUE;
}

int main(int argc, char **argv)
{
        SfuConfig config = { .media_threads = argc > 1 ? (unsigned)g_ascii_strtoull(argv[1], NULL, 10) : 0 };
        g_autoptr(GError) error = NULL;
        Stage stage = { .sfu = sfu_start(&config, &error) };
        if (!stage.sfu) {
                g_printerr("%s\n", error->message);
                return 1;
        }
        stage.room = sfu_room_open(stage.sfu);
        stage.main_loop = g_main_loop_new(NULL, FALSE);
        stage.input = g_io_channel_unix_new(STDIN_FILENO);
        g_io_add_watch(stage.input, G_IO_IN | G_IO_HUP, on_input, &stage);
        g_unix_fd_add(sfu_events_fd(stage.sfu), G_IO_IN, on_event, &stage);
        say(json_pack("{s:i}", "port", (int)sfu_media_port(stage.sfu)));
        g_main_loop_run(stage.main_loop);
        sfu_stop(stage.sfu);
        g_io_channel_unref(stage.input);
        g_main_loop_unref(stage.main_loop);
        return 0;
}
