#include "load/speakers.h"
#include "base/log.h"
#include "base/time.h"
#include "load/media.h"
#include "load/publisher.h"
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define SPEAKERS_MAX 30 /* as a workshop has places */
#define RETRY_US SECOND_US
#define RETRY_MAX_US (5 * SECOND_US)
#define TAKE_AFTER_US (3 * SECOND_US) /* the stage has been empty of people for so long */
#define TAKE_AGAIN_US (15 * SECOND_US)
#define VP8_TRACK 2

typedef struct Troupe Troupe;

typedef struct {
        Troupe *troupe;
        unsigned number;
        const char *name, *key;
        RoomMember *member;
        bool gone;      /* the connection is: to be cleared by the next turn */
        bool sent_away; /* by the room: does not come back by itself */
        bool welcome;
        int id;
        bool on_stage, vp8;
        GHashTable *people_on_stage; /* ids of everyone on stage, ourselves included */
        Publisher *publisher;
        unsigned publishers; /* so far, for the connection's name */
        int64_t next_try_us, retry_us, next_take_us;
} Speaker;

struct Troupe {
        Loop *loop;
        Network *network;
        const RoomAddress *address;
        Speaker speakers[SPEAKERS_MAX];
        unsigned count;
        const SpeakersOptions *options;
        bool stopping;
        Watch signals;
        int signal_fd;
};

static bool is_sample(const Troupe *troupe, int id)
{
        for (unsigned i = 0; i < troupe->count; i++)
                if (troupe->speakers[i].welcome && troupe->speakers[i].id == id)
                        return true;
        return false;
}

static bool person_on_stage(const Speaker *speaker)
{
        GHashTableIter iter;
        gpointer id;
        g_hash_table_iter_init(&iter, speaker->people_on_stage);
        while (g_hash_table_iter_next(&iter, &id, NULL))
                if (!is_sample(speaker->troupe, GPOINTER_TO_INT(id)))
                        return true;
        return false;
}

static Source *voice_of(const Speaker *speaker)
{
        static const double tones_hz[] = { 440, 660, 550, 880 };
        const SpeakersOptions *options = speaker->troupe->options;
        if (options->tone_hz > 0)
                return word_source_new(options->tone_hz);
        return tone_source_new(tones_hz[speaker->number % G_N_ELEMENTS(tones_hz)],
                               options->together ? 0 : speaker->number, options->together ? 1 : speaker->troupe->count);
}

static void publish(Speaker *speaker)
{
        g_autoptr(GError) error = NULL;
        bool first = speaker->number % 2 == 0;
        Source *h264 =
                first ? loop_source_new(CODEC_H264, media_first_h264, media_first_h264_size, MEDIA_FRAMES_PER_SECOND)
                      : loop_source_new(CODEC_H264, media_second_h264, media_second_h264_size, MEDIA_FRAMES_PER_SECOND);
        Source *vp8 =
                first ? loop_source_new(CODEC_VP8, media_first_vp8, media_first_vp8_size, MEDIA_FRAMES_PER_SECOND)
                      : loop_source_new(CODEC_VP8, media_second_vp8, media_second_vp8_size, MEDIA_FRAMES_PER_SECOND);
        const Track tracks[] = { { "0", "mic", CODEC_OPUS, voice_of(speaker), false },
                                 { "1", "camera", CODEC_H264, h264, false },
                                 { "2", "camera-vp8", CODEC_VP8, vp8, !speaker->vp8 } };
        speaker->publisher = publisher_new(speaker->troupe->network, tracks, G_N_ELEMENTS(tracks), 0, &error);
        if (!speaker->publisher) {
                log_warn("speaker=%u cannot publish: %s", speaker->number, error->message);
                speaker->gone = true; /* comes back after a while */
                return;
        }
        g_autofree char *offer = publisher_offer(speaker->publisher);
        g_autofree char *pc = g_strdup_printf("sample%d-%u", (int)getpid(), ++speaker->publishers);
        room_member_say(speaker->member, json_pack("{s:s, s:b}", "t", "consent", "yes", true));
        room_member_say(speaker->member,
                        json_pack("{s:s, s:s, s:s, s:{s:s, s:s, s:s}}", "t", "publish", "pc", pc, "sdp", offer,
                                  "tracks", "0", "mic", "1", "camera", "2", "camera-vp8"));
        room_member_say(speaker->member,
                        json_pack("{s:s, s:b, s:b, s:b}", "t", "state", "mic", true, "camera", true, "screen", false));
}

static void note_person(Speaker *speaker, json_t *person)
{
        gpointer id = GINT_TO_POINTER((int)json_integer_value(json_object_get(person, "id")));
        bool on_stage = json_is_integer(json_object_get(person, "stage"));
        if (on_stage)
                g_hash_table_add(speaker->people_on_stage, id);
        else
                g_hash_table_remove(speaker->people_on_stage, id);
        if (GPOINTER_TO_INT(id) == speaker->id)
                speaker->on_stage = on_stage;
}

static void note_people(Speaker *speaker, json_t *set, json_t *gone)
{
        size_t i;
        json_t *each;
        json_array_foreach(set, i, each) note_person(speaker, each);
        json_array_foreach(gone, i, each)
        {
                g_hash_table_remove(speaker->people_on_stage, GINT_TO_POINTER((int)json_integer_value(each)));
        }
}

static void on_welcome(Speaker *speaker, json_t *message)
{
        speaker->id = (int)json_integer_value(json_object_get(json_object_get(message, "me"), "id"));
        speaker->welcome = true;
        speaker->on_stage = false;
        speaker->vp8 = json_is_true(json_object_get(message, "vp8"));
        speaker->retry_us = RETRY_US;
        speaker->next_take_us = 0;
        g_hash_table_remove_all(speaker->people_on_stage);
        note_people(speaker, json_object_get(message, "people"), NULL);
}

static void on_message(void *owner, const char *type, json_t *message)
{
        Speaker *speaker = owner;
        const char *sdp = json_string_value(json_object_get(message, "sdp"));
        if (!type) {
                speaker->gone = true;
        } else if (strcmp(type, "welcome") == 0) {
                on_welcome(speaker, message);
        } else if (strcmp(type, "people") == 0) {
                note_people(speaker, json_object_get(message, "set"), json_object_get(message, "gone"));
        } else if (strcmp(type, "published") == 0) {
                if (speaker->publisher && (!sdp || !publisher_accept(speaker->publisher, sdp, monotonic_us())))
                        log_warn("speaker=%u the answer is of no use", speaker->number);
        } else if (strcmp(type, "vp8") == 0) {
                speaker->vp8 = json_is_true(json_object_get(message, "on"));
                if (speaker->publisher)
                        publisher_enable(speaker->publisher, VP8_TRACK, speaker->vp8);
        } else if (strcmp(type, "bye") == 0) {
                const char *reason = json_string_value(json_object_get(message, "reason"));
                speaker->sent_away = g_strcmp0(reason, "restart") != 0;
                log_info("speaker=%u bye=%s", speaker->number, reason ? reason : "?");
        } else if (strcmp(type, "refused") == 0) {
                const char *of = json_string_value(json_object_get(message, "of"));
                log_info("speaker=%u refused=%s", speaker->number, of ? of : "?");
        }
}

static void disconnect(Speaker *speaker)
{
        g_clear_pointer(&speaker->publisher, publisher_free);
        g_clear_pointer(&speaker->member, room_member_free);
        speaker->gone = speaker->welcome = speaker->on_stage = false;
}

static void connect_again(Speaker *speaker, int64_t now_us)
{
        g_autoptr(GError) error = NULL;
        Troupe *troupe = speaker->troupe;
        if (now_us < speaker->next_try_us)
                return;
        speaker->member = room_member_open(troupe->loop, troupe->address, speaker->name, speaker->key, on_message,
                                           speaker, &error);
        if (!speaker->member && speaker->retry_us == RETRY_US)
                log_info("speaker=%u waits for the room: %s", speaker->number, error->message);
        speaker->next_try_us = now_us + speaker->retry_us;
        speaker->retry_us = MIN(2 * speaker->retry_us, RETRY_MAX_US);
}

/* On stage while no person is, off as soon as one comes; unless it is to stay. */
static void play(Speaker *speaker, int64_t now_us)
{
        bool person = person_on_stage(speaker);
        if (speaker->on_stage && person && !speaker->troupe->options->stays) {
                g_clear_pointer(&speaker->publisher, publisher_free);
                speaker->on_stage = false;
                room_member_say(speaker->member, json_pack("{s:s}", "t", "leave"));
        } else if (speaker->on_stage) {
                if (speaker->publisher && publisher_state(speaker->publisher) == LINK_FAILED)
                        g_clear_pointer(&speaker->publisher, publisher_free);
                if (!speaker->publisher)
                        publish(speaker);
        } else {
                g_clear_pointer(&speaker->publisher, publisher_free);
        }
        if (speaker->on_stage || person)
                speaker->next_take_us = now_us + TAKE_AFTER_US;
        else if (now_us >= speaker->next_take_us) {
                speaker->next_take_us = now_us + TAKE_AGAIN_US;
                room_member_say(speaker->member, json_pack("{s:s}", "t", "take"));
        }
}

static void speaker_turn(Speaker *speaker, int64_t now_us)
{
        if (speaker->gone)
                disconnect(speaker);
        if (!speaker->member && !speaker->sent_away)
                connect_again(speaker, now_us);
        if (!speaker->member)
                return;
        room_member_turn(speaker->member, now_us);
        if (speaker->welcome)
                play(speaker, now_us);
        if (speaker->publisher)
                publisher_turn(speaker->publisher, now_us);
}

static void on_signal(void *owner, int64_t now_us)
{
        Troupe *troupe = owner;
        struct signalfd_siginfo signal;
        troupe->stopping = read(troupe->signal_fd, &signal, sizeof signal) == sizeof signal;
}

static void watch_signals(Troupe *troupe)
{
        sigset_t signals;
        sigemptyset(&signals);
        sigaddset(&signals, SIGTERM);
        sigaddset(&signals, SIGINT);
        sigprocmask(SIG_BLOCK, &signals, NULL);
        troupe->signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
        troupe->signals = (Watch){ on_signal, troupe };
        loop_add(troupe->loop, troupe->signal_fd, &troupe->signals);
}

bool speakers_run(Loop *loop, Network *network, const RoomAddress *address, const SpeakersOptions *options)
{
        Troupe troupe = { .loop = loop, .network = network, .address = address, .options = options };
        const char *const *names = options->names, *const *keys = options->keys;
        for (unsigned i = 0; keys[i] && i < SPEAKERS_MAX; i++) {
                const char *name = names && troupe.count < g_strv_length((char **)names) ? names[i] : "exemple";
                const char *key = *keys[i] ? keys[i] : NULL; /* none: takes a place as anybody may in a workshop */
                troupe.speakers[troupe.count++] = (Speaker){ .troupe = &troupe,
                                                             .number = i,
                                                             .name = name,
                                                             .key = key,
                                                             .people_on_stage = g_hash_table_new(NULL, NULL),
                                                             .retry_us = RETRY_US };
        }
        watch_signals(&troupe);
        while (!troupe.stopping) {
                int64_t now_us = loop_turn(loop);
                for (unsigned i = 0; i < troupe.count; i++)
                        speaker_turn(&troupe.speakers[i], now_us);
        }
        for (unsigned i = 0; i < troupe.count; i++) {
                disconnect(&troupe.speakers[i]);
                g_hash_table_unref(troupe.speakers[i].people_on_stage);
        }
        loop_remove(loop, troupe.signal_fd, &troupe.signals);
        close(troupe.signal_fd);
        return true;
}
