#include "record/recorder/session.h"

#include "record/little.h"
#include "record/recorder/apart.h"
#include "record/recorder/beside.h"
#include "record/recorder/mixer.h"
#include "record/recorder/outbox.h"
#include "record/recorder/programme.h"
#include "record/recorder/slate.h"
#include "record/recorder/voice.h"

#include <stdlib.h>
#include <string.h>

#define SOUND_BEHIND_US INT64_C(200000)
#define PICTURE_BEHIND_US INT64_C(280000)
#define FIRST_PICTURE_US INT64_C(1000000) /* how long a recording waits for its first picture */
#define SILENCE_US INT64_C(2000000)
#define SLATE_EVERY_US INT64_C(1000000)
#define CUT_US INT64_C(1950000) /* two seconds, and encoders that are a frame early */
#define SEGMENT_MOST_US INT64_C(10000000)
#define CLOCK_OFF_US INT64_C(2000000) /* a source whose clock is further off is taken as now */
#define BUNCHED_US INT64_C(1000000)   /* pictures that could only be shown so late are not */
#define LEAP_US INT64_C(60000000)     /* a clock that leaps so far ends this process */
#define ASK_EVERY_US INT64_C(1000000)
#define PROGRESS_EVERY_US INT64_C(1000000)
#define PICTURES_WAITING_BYTES ((size_t)32 << 20)

/* An access unit on its way, or (no bytes) the moment from which nobody is on air. */
typedef struct Picture {
        int64_t time_us;
        bool key;
        size_t length;
        uint8_t bytes[];
} Picture;

struct Session {
        SessionSend send;
        void *owner;
        Programme *programme;
        Voice *voice;
        Languages *languages;
        Beside *beside;
        Apart *apart;
        Outbox outbox;

        int64_t now_us, started_us;                                 /* 0: no message yet */
        int64_t ahead_us;                                           /* added to all times */
        int64_t shift_us[RECORD_LANGUAGE_TRACK + RECORD_LANGUAGES]; /* added to a source's times */
        GQueue waiting;                                             /* of Picture, in order of arrival */
        size_t waiting_bytes;

        Segment *open;
        bool on_air; /* what was shown last is a picture that the next one may refer to */
        int64_t last_us;
        unsigned slates;
        int64_t asked_us, told_us;
        bool ending, done, refused, lost;
};

/* --- Answers ------------------------------------------------------------------------------------------------------ */

static void answer(Session *session, MessageType type, int64_t first, int64_t second, const char *text)
{
        uint8_t body[16 + FILE_NAME_BYTES];
        size_t length = 0;
        if (type != MESSAGE_KEY_WANTED) {
                bytes_put_i64(body, first);
                length = 8;
        }
        if (type != MESSAGE_KEY_WANTED && type != MESSAGE_READY) {
                bytes_put_i64(body + 8, second);
                length = 16;
        }
        if (text) {
                memcpy(body + 16, text, strlen(text));
                length += strlen(text);
        }
        Message message = { .type = type, .time_us = session->now_us, .body = body, .length = length };
        session->send(session->owner, &message);
}

static void answer_fault(Session *session, const GError *error)
{
        bool full = g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
        Message message = { .type = MESSAGE_FAULT,
                            .track = full ? RECORD_FAULT_DISK_FULL : RECORD_FAULT_DISK,
                            .time_us = session->now_us,
                            .body = (const uint8_t *)error->message,
                            .length = MIN(strlen(error->message), 200) };
        session->send(session->owner, &message);
}

static void ask_for_key(Session *session)
{
        if (session->now_us - session->asked_us < ASK_EVERY_US)
                return;
        session->asked_us = session->now_us;
        answer(session, MESSAGE_KEY_WANTED, 0, 0, NULL);
}

static void answer_length(Session *session, MessageType type)
{
        session->told_us = session->now_us;
        answer(session, type, playlist_length_us(programme_list(session->programme)),
               programme_bytes(session->programme) + apart_bytes(), NULL);
}

/* --- Segments ----------------------------------------------------------------------------------------------------- */

static void write_segments(Session *session)
{
        for (;;) {
                g_autoptr(GError) error = NULL;
                g_autoptr(Segment) segment = outbox_write(&session->outbox, session->now_us, &error);
                if (error)
                        answer_fault(session, error);
                if (!segment)
                        return;
                const Playlist *list = programme_list(session->programme);
                char name[FILE_NAME_BYTES];
                segment_file_name(playlist_last(list)->segment, name);
                int64_t length_us = segment->end_us - segment->start_us;
                answer(session, MESSAGE_SEGMENT, playlist_length_us(list) - length_us, length_us, name);
        }
}

static void close_segment(Session *session, int64_t end_us)
{
        if (!session->open)
                return;
        session->open->end_us = MAX(end_us, segment_last_us(session->open) + 1000);
        voice_take(session->voice, session->open->end_us, &session->open->sound);
        languages_take(session->languages, position_of_time(session->open->end_us), session->open);
        outbox_put(&session->outbox, g_steal_pointer(&session->open));
        write_segments(session);
}

static bool is_too_long(const Session *session, int64_t time_us)
{
        const Segment *open = session->open;
        return open && (segment_bytes(open) > SEGMENT_BYTES_MOST || open->pictures.list->len >= SEGMENT_PICTURES_MOST ||
                        time_us - open->start_us > SEGMENT_MOST_US);
}

static void show(Session *session, const uint8_t *bytes, size_t length, int64_t time_us,
                 const AvcDescription *new_description)
{
        bool key = new_description != NULL;
        if (key && session->open &&
            (time_us - session->open->start_us >= CUT_US || is_too_long(session, time_us) ||
             !avc_description_equal(&session->open->description, new_description)))
                close_segment(session, time_us);
        if (!session->open) {
                g_assert(key);
                voice_start(session->voice, time_us);
                apart_start(session->apart, time_us);
                session->open = segment_new(time_us, new_description);
        }
        if (segment_add_picture(session->open, bytes, length, time_us, key))
                session->last_us = time_us;
}

/* --- Slate -------------------------------------------------------------------------------------------------------- */

static void show_slate(Session *session, int64_t time_us)
{
        size_t length;
        const uint8_t *picture = slate_picture(session->slates++, &length);
        AvcDescription description;
        bool known = avc_describe(picture, length, &description);
        g_assert(known);
        session->on_air = false;
        show(session, picture, length, time_us, &description);
}

/* When the next slate is due if nothing else is shown. */
static int64_t slate_due_us(const Session *session)
{
        if (session->last_us == 0)
                return session->started_us + FIRST_PICTURE_US;
        return session->last_us + (session->on_air ? SILENCE_US : SLATE_EVERY_US);
}

static void show_slates(Session *session, int64_t until_us)
{
        while (session->started_us > 0 && slate_due_us(session) <= until_us)
                /* Who speaks before the first picture is heard from the first second on. */
                show_slate(session, session->last_us == 0 ? session->started_us : slate_due_us(session));
}

/* --- Pictures ----------------------------------------------------------------------------------------------------- */

static void picture_in(Session *session, const Picture *picture)
{
        show_slates(session, picture->time_us - 1);
        int64_t time_us = MAX(picture->time_us, session->last_us + 1000);
        if (picture->length == 0) {
                if (session->on_air)
                        show_slate(session, time_us);
                return;
        }
        AvcDescription description;
        bool key = picture->key && avc_describe(picture->bytes, picture->length, &description);
        if (time_us - picture->time_us > BUNCHED_US) {
                session->on_air = false; /* what follows refers to this one */
                return;
        }
        if (!key && session->on_air && is_too_long(session, time_us))
                show_slate(session, time_us);
        if (!key && !session->on_air) {
                ask_for_key(session);
                return;
        }
        session->on_air = true;
        show(session, picture->bytes, picture->length, time_us, key ? &description : NULL);
}

static void pictures_in(Session *session, int64_t until_us)
{
        Picture *picture;
        while ((picture = g_queue_peek_head(&session->waiting)) &&
               (picture->time_us <= until_us || session->waiting_bytes > PICTURES_WAITING_BYTES)) {
                g_queue_pop_head(&session->waiting);
                session->waiting_bytes -= sizeof(*picture) + picture->length;
                picture_in(session, picture);
                g_free(picture);
        }
        show_slates(session, until_us);
}

static void wait_picture(Session *session, const uint8_t *bytes, size_t length, int64_t time_us, bool key)
{
        Picture *picture = g_malloc(sizeof(*picture) + length);
        picture->time_us = time_us;
        picture->key = key;
        picture->length = length;
        if (length > 0)
                memcpy(picture->bytes, bytes, length);
        session->waiting_bytes += sizeof(*picture) + length;
        g_queue_push_tail(&session->waiting, picture);
        /* Also where no tick comes in between. */
        if (session->waiting_bytes > PICTURES_WAITING_BYTES)
                pictures_in(session, session->now_us - PICTURE_BEHIND_US);
}

/* --- Messages ----------------------------------------------------------------------------------------------------- */

static void finish_list(Session *session)
{
        write_segments(session);
        if (!g_queue_is_empty(&session->outbox.segments))
                return;
        g_autoptr(GError) error = NULL;
        if (!programme_finish(session->programme, &error)) {
                answer_fault(session, error);
                return;
        }
        beside_finish(session->beside, true);
        apart_finish(session->apart); /* what a full disk held up */
        session->done = true;
        answer_length(session, MESSAGE_DONE);
}

/* A clock that was set back while nobody recorded (a machine that begins in the wrong year): what is there already is
 * not overwritten, this recording's dates go on behind it. */
static void go_on_behind(Session *session, int64_t time_us)
{
        int64_t end_us = programme_end_us(session->programme);
        if (session->started_us == 0 && time_us < end_us)
                session->ahead_us = end_us - time_us;
}

static void on_tick(Session *session, int64_t time_us)
{
        session->now_us = MAX(session->now_us, time_us);
        if (session->ending) {
                finish_list(session);
                return;
        }
        if (session->started_us == 0)
                session->started_us = time_us;
        voice_mix(session->voice, session->now_us - SOUND_BEHIND_US);
        pictures_in(session, session->now_us - PICTURE_BEHIND_US);
        beside_tick(session->beside, session->now_us - PICTURE_BEHIND_US);
        apart_tick(session->apart, session->now_us);
        write_segments(session);
        if (session->now_us - session->told_us >= PROGRESS_EVERY_US)
                answer_length(session, MESSAGE_PROGRESS);
}

/* The time of a source's frame by the server's clock; one that is far off is taken as now from here on. */
static int64_t source_time_us(Session *session, unsigned track, int64_t time_us)
{
        int64_t shifted = time_us + session->shift_us[track];
        if (session->now_us > 0 && llabs(shifted - session->now_us) > CLOCK_OFF_US) {
                session->shift_us[track] = session->now_us - time_us;
                shifted = session->now_us;
        }
        return shifted;
}

static void on_voice(Session *session, const Message *message, int64_t time_us)
{
        size_t head = message->flags & MESSAGE_OWN ? 4 : 0;
        const uint8_t *opus = message->body + head;
        if (head)
                apart_packet(session->apart, (uint32_t)get_little(message->body, 4), opus, message->length - head,
                             time_us);
        voice_packet(session->voice, message->track, opus, message->length - head, time_us);
}

static void on_frame(Session *session, const Message *message)
{
        int64_t time_us = source_time_us(session, message->track, message->time_us);
        if (time_us < programme_end_us(session->programme) && !session->open)
                return;
        if (message_language(message) >= 0)
                languages_packet(session->languages, (unsigned)message_language(message), message->body,
                                 message->length, position_of_time(time_us));
        else if (message->track < RECORD_PICTURE_TRACK)
                on_voice(session, message, time_us);
        else if (message->track == RECORD_BESIDE_TRACK)
                beside_picture(session->beside, message->body, message->length, time_us, message->flags & MESSAGE_KEY);
        else
                wait_picture(session, message->body, message->length, time_us, message->flags & MESSAGE_KEY);
}

/* Everything up to the end is shown and heard; the last picture lasts until then. Less than a second without a picture
 * is nothing: so an unfinished recording is ended without adding to it. */
static void on_end(Session *session, int64_t end_us)
{
        session->ending = true;
        end_us = MIN(end_us, session->now_us + LEAP_US);
        session->now_us = MAX(session->now_us, end_us);
        apart_finish(session->apart);
        if (end_us > 0 && session->started_us > 0) {
                voice_mix(session->voice, end_us);
                pictures_in(session, end_us);
                voice_finish(session->voice, MAX(end_us, session->last_us));
                close_segment(session, end_us);
        }
        finish_list(session);
}

/* Who sends frames to a recording that has its end must be told that nothing is kept. */
static void refuse(Session *session)
{
        static const char text[] = "this recording has ended, it cannot go on";
        if (session->refused)
                return;
        session->refused = true;
        Message message = { .type = MESSAGE_FAULT,
                            .track = RECORD_FAULT_FOLDER,
                            .time_us = session->now_us,
                            .body = (const uint8_t *)text,
                            .length = strlen(text) };
        session->send(session->owner, &message);
}

static void on_language(Session *session, const Message *message)
{
        g_autofree char *code = g_strndup((const char *)message->body, message->length);
        if (languages_code_is_sound(code))
                languages_offer(session->languages, message->track, code);
}

/* Whether so much would have to be made up between the last message and this one that it is better to begin anew. */
static bool leaps(const Session *session, const Message *message)
{
        return session->now_us > 0 && message->type == MESSAGE_TICK && message->time_us - session->now_us > LEAP_US;
}

static void on_message(Session *session, const Message *message)
{
        bool recording = !session->ending && !programme_list(session->programme)->ended;
        if (message->type == MESSAGE_TICK && (recording || session->ending))
                on_tick(session, message->time_us);
        else if (message->type == MESSAGE_FRAME && recording)
                on_frame(session, message);
        else if (message->type == MESSAGE_LANGUAGE && recording)
                on_language(session, message);
        else if (message->type == MESSAGE_OFF_AIR && message->track == RECORD_BESIDE_TRACK && recording)
                beside_off(session->beside, message->time_us);
        else if (message->type == MESSAGE_OFF_AIR && recording)
                wait_picture(session, NULL, 0, MIN(message->time_us, session->now_us + CLOCK_OFF_US), false);
        else if (message->type == MESSAGE_END && !session->ending)
                on_end(session, recording ? message->time_us : 0);
        else if (message->type == MESSAGE_FRAME && !session->ending)
                refuse(session);
}

void session_message(Session *session, const Message *message)
{
        if (session->done || session->lost)
                return;
        if (message->type == MESSAGE_TICK)
                go_on_behind(session, message->time_us);
        Message own = *message;
        if (own.time_us > 0)
                own.time_us += session->ahead_us;
        if (leaps(session, &own)) {
                session_abandon(session);
                session->lost = true;
                return;
        }
        on_message(session, &own);
}

bool session_is_lost(const Session *session)
{
        return session->lost;
}

void session_abandon(Session *session)
{
        beside_finish(session->beside, false);
        apart_finish(session->apart);
        if (session->ending || !session->open)
                return;
        int64_t end_us = MAX(session->now_us - PICTURE_BEHIND_US, session->last_us + 40000);
        voice_finish(session->voice, end_us);
        close_segment(session, end_us);
}

bool session_is_done(const Session *session)
{
        return session->done;
}

const Playlist *session_list(const Session *session)
{
        return programme_list(session->programme);
}

/* --- Life --------------------------------------------------------------------------------------------------------- */

Session *session_new(SessionSend send, void *owner, GError **error)
{
        g_autoptr(Session) session = g_new0(Session, 1);
        session->send = send;
        session->owner = owner;
        g_queue_init(&session->waiting);
        outbox_init(&session->outbox, NULL);
        session->voice = voice_new(error);
        if (!session->voice)
                return NULL;
        size_t config_size;
        const uint8_t *config = voice_config(session->voice, &config_size);
        session->programme = programme_open(config, config_size, error);
        session->languages = session->programme ? languages_new(programme_list(session->programme), error) : NULL;
        if (!session->languages)
                return NULL;
        session->beside = beside_new();
        session->apart = apart_new(playlist_length_us(programme_list(session->programme)));
        voice_set_languages(session->voice, session->languages);
        programme_set_languages(session->programme, session->languages);
        outbox_init(&session->outbox, session->programme);
        answer(session, MESSAGE_READY, playlist_length_us(programme_list(session->programme)), 0, NULL);
        return g_steal_pointer(&session);
}

void session_free(Session *session)
{
        if (!session)
                return;
        g_queue_clear_full(&session->waiting, g_free);
        segment_free(session->open);
        outbox_clear(&session->outbox);
        programme_free(session->programme);
        voice_free(session->voice);
        languages_free(session->languages);
        beside_free(session->beside);
        apart_free(session->apart);
        g_free(session);
}
