/* The server's half of a recording: takes what is on air and hands it to a child program, treteau-recorder, which
 * appends it to a folder as segments, one list (programme.m3u8: live stream, recording and replay in one) and, after
 * the end, one MP4 (replay.mp4) and a picture (poster.jpg, when the ffmpeg command is installed).
 *
 * One Recorder is one recording in one folder. It has a thread of its own that starts the child, and a new one when it
 * dies: the list goes on, all but the open segment (at most about four seconds) is kept. The same call on a folder that
 * holds an unfinished recording goes on with it, so a server that comes back calls recorder_start() again.
 *
 * recorder_video(), recorder_audio(), recorder_off_air() and their like may be called from any thread, several at once,
 * and never wait: what a child cannot take goes into a queue of 4 MiB; when that is full, pictures up to the next key
 * frame are dropped and counted.
 *
 *     g_autoptr(GError) error = NULL;
 *     Recorder *r = recorder_start(&(RecorderConfig) { .folder = folder, .program = program, .title = "Ouverture",
 *                                                      .owner = room, .on_event = on_recorder_event }, &error);
 *     recorder_video(r, frame->bytes, frame->length, frame->key, frame->capture_us);   // from the SFU's tap
 *     recorder_audio(r, frame->seat, frame->bytes, frame->length, frame->capture_us);
 *     recorder_stop(r);                                  // RECORDER_PLAYS comes at once, RECORDER_FINISHED later
 *     recorder_free(r);                                  // also without stop: then it can go on later
 *
 * May be used by live, replay and app. */
#pragma once

#include "record/converter/fault.h"
#include "record/transcode.h" /* for pictures that come as VP8: beside a Recorder, into recorder_video() */

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RECORDER_MICROPHONES = 30, RECORDER_LANGUAGES = 8 }; /* numbered from 0: by seat; by channel */

typedef struct Recorder Recorder;

/* One list: what is going on, and what the room may say of it. */
#define RECORDER_STATES(X)                                                                                             \
        X(STARTING, "the child is being started")                                                                      \
        X(RECORDING, "all is well")                                                                                    \
        X(DISK_FULL, "nothing can be written; half a minute is kept in memory, and it goes on when space returns")     \
        X(RESTARTING, "the child died, a new one goes on")                                                             \
        X(FINISHING, "stopped; the last segment is being written")                                                     \
        X(PLAYS, "the replay is complete and plays; the MP4 is being made")                                            \
        X(FINISHED, "the MP4 is there too, or could not be made; nothing follows")                                     \
        X(FAILED, "the child cannot work in this folder or on this machine; nothing follows")
typedef enum RecorderState {
#define RECORDER_STATE_ENUM(name, text) RECORDER_##name,
        RECORDER_STATES(RECORDER_STATE_ENUM)
#undef RECORDER_STATE_ENUM
} RecorderState;
const char *recorder_state_text(RecorderState state);

typedef enum RecorderEventKind {
        RECORDER_EVENT_STATE,      /* state changed */
        RECORDER_EVENT_SEGMENT,    /* a further piece is in the list */
        RECORDER_EVENT_KEY_WANTED, /* pictures come that only a key frame makes useful: ask the sender for one */
} RecorderEventKind;

typedef struct RecorderEvent {
        RecorderEventKind kind;
        RecorderState state;
        int64_t length_us;      /* of the recording so far */
        int64_t bytes;          /* of the folder's segments */
        int64_t download_bytes; /* of replay.mp4; with RECORDER_FINISHED, 0: there is none */
} RecorderEvent;

typedef struct RecorderConfig {
        const char *folder;  /* of this recording alone; created when missing */
        const char *program; /* path of treteau-recorder; NULL: recorder_program() */
        const char *title;   /* goes into the MP4; UTF-8, cut after 512 bytes */
        /* The languages that are interpreted, by channel, as BCP 47 tags; NULL or "": none. Those that the folder began
         * without are ignored. */
        const char *languages[RECORDER_LANGUAGES];
        void *owner;
        /* On the recorder's own thread; it must not call recorder_free(). NULL: nobody listens. */
        void (*on_event)(void *owner, const RecorderEvent *event);
        /* The clock of the frames, microseconds UTC; NULL: the system's as it was at the start, from which it never
         * leaps. For tests. */
        int64_t (*clock_us)(void *owner);
} RecorderConfig;

/* NULL when the folder cannot be created or the program is not there. All else is told by events. */
Recorder *recorder_start(const RecorderConfig *config, GError **error);

/* One H.264 access unit on air, Annex B; key: it begins with its parameter sets and is an IDR picture. The picture on
 * air changes hands at a key frame. time_us: when it was taken, UTC. */
void recorder_video(Recorder *recorder, const uint8_t *bytes, size_t length, bool key, int64_t time_us);
/* The same of whoever stands beside a shared screen: kept as a second programme (beside.m3u8), pictures alone. */
void recorder_beside(Recorder *recorder, const uint8_t *bytes, size_t length, bool key, int64_t time_us);
/* One Opus packet of a microphone. Muted ones are simply not given. */
void recorder_audio(Recorder *recorder, unsigned microphone, const uint8_t *opus, size_t length, int64_t time_us);
/* The same, and kept by itself, too, as apart/PERSON-PART.opus of the folder (recorder/apart.h). person: a number that
 * says whose voice it is, the same in all recordings of a folder. */
void recorder_voice(Recorder *recorder, unsigned microphone, uint32_t person, const uint8_t *opus, size_t length,
                    int64_t time_us);
/* One of an interpreter, into the language of that channel. */
void recorder_language(Recorder *recorder, unsigned channel, const uint8_t *opus, size_t length, int64_t time_us);
/* Nobody is on air: the slate is shown from now to the next key frame. Sound goes on. */
void recorder_off_air(Recorder *recorder);
/* Nobody stands beside what is on air from now on. */
void recorder_nobody_beside(Recorder *recorder);
/* Ends the recording now. Further frames are ignored. */
void recorder_stop(Recorder *recorder);
/* Waits for the child, at most five seconds, when it still writes. No event comes after. NULL is fine. */
void recorder_free(Recorder *recorder);

typedef struct RecorderFigures {
        RecorderState state;
        int64_t length_us, bytes;
        int child_pid;                              /* 0: none is running */
        unsigned restarts;                          /* of the child */
        uint64_t dropped_pictures, dropped_packets; /* because the queue was full */
        size_t queued_bytes;
} RecorderFigures;
/* Any thread. */
void recorder_figures(Recorder *recorder, RecorderFigures *ret_figures);

/* Whether the recording in this folder has its end: then it cannot go on, another folder is needed. */
bool recorder_has_ended(const char *folder);

/* --- What lies in a recording's folder, for whoever shows it --------------------------------------------------------
 */

/* A segment of the list. */
typedef struct RecorderPiece {
        unsigned segment, init; /* numbers of the files */
        bool begins_stretch;    /* what comes before it does not lead into it */
        int64_t clock_us;       /* when it was, UTC */
        int64_t length_us;
} RecorderPiece;
/* In order. NULL: there is no list, or it cannot be read. (transfer full) of RecorderPiece */
GArray *recorder_pieces(const char *folder, bool *ret_ended);
/* programme.m3u8 of these pieces, all or some of those of the folder, where one that follows a gap begins a stretch.
 * Players begin start_us after the first. language: the list of its own files, NULL: the recording's. (transfer full)
 */
char *recorder_list(const GArray *pieces, bool ended, int64_t start_us, const char *language);

typedef struct RecorderChapter {
        int64_t at_us; /* from the beginning of what is shown */
        const char *title;
} RecorderChapter;
/* The files to take away, made again without transcoding from some of the pieces: replay.mp4 and sound.m4a, with title
 * and chapters inside. */
typedef struct RecorderRemake {
        const char *folder, *program; /* program NULL: recorder_program() */
        const char *title;
        const GArray *pieces; /* of RecorderPiece */
        const RecorderChapter *chapters;
        size_t chapter_count;
        const GArray *dark; /* of int64_t, two by two: between which moments of the whole recording the strip of its
                             * pictures and its sound show nothing, in microseconds; NULL: none */
        bool (*on_progress)(void *owner, int64_t done, int64_t total); /* about once a second; false: it shall end */
        void *owner;
} RecorderRemake;
/* In a child; waits for it. False: the files are as they were. */
bool recorder_remake(const RecorderRemake *wish, GError **error);

/* --- A recording made elsewhere ----------------------------------------------------------------------------------- */

typedef struct ConvertPlan {
        const char *file;   /* as it was sent; nothing of it is believed */
        const char *folder; /* of the recording; what is there already is gone on with */
        int64_t clock_us;   /* when it began, UTC */
        /* A further piece is on the disk: made so far, of what the file says it holds (0: it does not), and whether the
         * picture is made anew. false stops it. */
        bool (*on_piece)(void *owner, int64_t made_us, int64_t length_us, bool anew);
        bool (*stops)(void *owner); /* asked twice a second: true stops it */
        void *owner;
} ConvertPlan;

/* Makes of the file what a recorder would have made: pieces, and a list that has its end. H.264 and AAC are taken as
 * they are, all else is made anew, by a child that is confined (treteau-converter); it blocks as long as that takes.
 * After a stop or a crash the same call goes on behind the last piece. *ret_stopped: on_piece() or stops() ended it. */
ConvertFault recorder_convert(const ConvertPlan *plan, bool *ret_stopped);

/* Where the child program lies: beside the running program as the build and the installation put it. (transfer full) */
char *recorder_program(void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Recorder, recorder_free)
