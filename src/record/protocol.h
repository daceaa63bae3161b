/* What the server and its recorder child say to each other over a stream socket, little endian. Used by both halves.
 *
 * A message is a header of 16 bytes (u32 body length, u8 type, u8 track, u16 flags, i64 time in microseconds UTC) and
 * its body. The reader takes bytes and says how many a whole message used; it has no socket, no state and no clock.
 *
 *     size_t used = message_read(bytes, length, MESSAGE_TO_CHILD, &message);
 *     if (used == MESSAGE_REFUSED) … else if (used == 0) … need more … else … message.body points into bytes … */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
        RECORD_PROTOCOL_VERSION = 1,
        RECORD_MICROPHONES = 30,    /* tracks 0 … 29 of a FRAME */
        RECORD_PICTURE_TRACK = 30,  /* the picture on air */
        RECORD_BESIDE_TRACK = 31,   /* the one beside it */
        RECORD_LANGUAGE_TRACK = 64, /* and above: an interpreter's voice, by channel */
        RECORD_LANGUAGES = 8,
        RECORD_LANGUAGE_BYTES = 35, /* of a BCP 47 tag */
        RECORD_TITLE_BYTES = 512,   /* of HELLO, cut by the sender */
        RECORD_FRAME_BYTES = 4 << 20,
        MESSAGE_HEADER_BYTES = 16,
        MESSAGE_BACK_BYTES = 1024, /* no message of the child is longer, header included */
};

typedef enum MessageDirection { MESSAGE_TO_CHILD, MESSAGE_TO_SERVER } MessageDirection;

/* One list: name, direction, largest body, what it says. The folder's descriptor travels with HELLO (SCM_RIGHTS).
 * Parameter sets are in band at each key frame, so no message announces a track. */
#define RECORD_MESSAGES(X)                                                                                             \
        X(HELLO, MESSAGE_TO_CHILD, 2 + RECORD_TITLE_BYTES, "u16 version, title in UTF-8")                              \
        X(LANGUAGE, MESSAGE_TO_CHILD, RECORD_LANGUAGE_BYTES, "track: a channel from 0; its BCP 47 tag; after HELLO")   \
        X(FRAME, MESSAGE_TO_CHILD, RECORD_FRAME_BYTES, "track; one Opus packet, or one H.264 access unit, Annex B")    \
        X(TICK, MESSAGE_TO_CHILD, 0, "the server's clock; sent ten times a second and before a later frame")           \
        X(OFF_AIR, MESSAGE_TO_CHILD, 0, "track 31: nobody is beside; else: show the slate until the next key frame")   \
        X(END, MESSAGE_TO_CHILD, 0, "the recording is over; time 0: it was over before")                               \
        X(READY, MESSAGE_TO_SERVER, 8, "the folder is open; i64 length in microseconds of what it holds")              \
        X(SEGMENT, MESSAGE_TO_SERVER, 16 + 32, "i64 start, i64 length in the recording; its file name")                \
        X(PROGRESS, MESSAGE_TO_SERVER, 16, "i64 length, i64 bytes; sent once a second, also while files are made")     \
        X(FAULT, MESSAGE_TO_SERVER, 256, "track is a RecordFault; what failed, in English, for the log")               \
        X(KEY_WANTED, MESSAGE_TO_SERVER, 0, "pictures come that need a key frame")                                     \
        X(DONE, MESSAGE_TO_SERVER, 16, "i64 length, i64 bytes; the list is complete and plays")                        \
        X(DOWNLOAD, MESSAGE_TO_SERVER, 8, "i64 bytes of replay.mp4, 0 when it could not be made; nothing follows")

typedef enum MessageType {
        MESSAGE_NONE,
#define MESSAGE_ENUM(name, direction, body_max, text) MESSAGE_##name,
        RECORD_MESSAGES(MESSAGE_ENUM)
#undef MESSAGE_ENUM
                N_MESSAGES
} MessageType;

enum {
        MESSAGE_KEY = 1 << 0, /* FRAME: the picture begins with parameter sets and is an IDR */
        MESSAGE_GAP = 1 << 1, /* FRAME: something is missing right before */
        MESSAGE_OWN = 1 << 2, /* FRAME: a u32 comes before the packet, whose voice it is: it is kept by itself, too */
};

typedef enum RecordFault {
        RECORD_FAULT_DISK_FULL, /* it goes on by itself when space returns */
        RECORD_FAULT_DISK,      /* a file could not be written for another reason; tried again as well */
        RECORD_FAULT_FOLDER,    /* the folder's list cannot be read: no recording is possible here */
        RECORD_FAULT_ENCODER,   /* the sound cannot be encoded on this machine */
        N_RECORD_FAULTS
} RecordFault;

typedef struct Message {
        MessageType type;
        uint8_t track;
        uint16_t flags;
        int64_t time_us;
        const uint8_t *body;
        size_t length;
} Message;

#define MESSAGE_REFUSED SIZE_MAX

/* Returns the bytes used by the first message, 0 when more are needed, MESSAGE_REFUSED when it is none of this
 * direction (then the stream is lost). *ret_message is set only in the first case. */
size_t message_read(const uint8_t *bytes, size_t length, MessageDirection direction, Message *ret_message);
/* The channel of an interpreter's FRAME, -1 for others. */
int message_language(const Message *message);
/* Header of a message; its body follows as given. */
void message_header(const Message *message, uint8_t ret_header[MESSAGE_HEADER_BYTES]);
/* The i64 at this place of a body, 0 when the body is shorter. */
int64_t message_i64(const Message *message, size_t offset);
void bytes_put_i64(uint8_t *to, int64_t value);
const char *message_name(MessageType type);
