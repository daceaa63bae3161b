/* Packets in a stream of bytes, each after its length in 16 bits (RFC 4571 2), as ICE-TCP carries them (RFC 6544 3).
 * A plain value: zeroed memory is an empty reader; no allocation.
 *
 *      size_t room;
 *      uint8_t *to = frame_reader_room(&reader, &room);
 *      frame_reader_filled(&reader, recv(fd, to, room, 0));
 *      while (frame_reader_next(&reader, &frame, &size) == FRAME_WHOLE) …frame[0 … size) until the next call of room…
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

enum {
        FRAME_HEADER_BYTES = 2,
        FRAME_MAX_BYTES = 1536,    /* of a packet; longer ones end the connection: nobody here sends them */
        FRAME_READER_BYTES = 4096, /* what one read may bring */
};

typedef enum FrameResult {
        FRAME_WHOLE,
        FRAME_PART,     /* the rest has not come yet */
        FRAME_TOO_LONG, /* the stream is of no use any more */
} FrameResult;

typedef struct FrameReader {
        uint16_t begin, end; /* what is unread */
        uint8_t bytes[FRAME_READER_BYTES];
} FrameReader;

/* Where to read into; *ret_size is at least 1 as long as frames are taken out and none was too long. */
uint8_t *frame_reader_room(FrameReader *reader, size_t *ret_size);
void frame_reader_filled(FrameReader *reader, size_t size);
/* The next packet, which may be empty (size 0); it lies in the reader. */
FrameResult frame_reader_next(FrameReader *reader, const uint8_t **ret_frame, size_t *ret_size);
