/* Ogg pages (RFC 3533) of one stream of Opus (RFC 7845), as bytes: no file, no clock. */
#pragma once

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

enum { OGG_SEGMENTS = 255, OGG_PACKET_BYTES = 4000 };

typedef struct OggStream {
        uint32_t serial, pages; /* pages: so many are made */
        int64_t samples;        /* at 48 kHz, of all packets so far: the granule position */
        uint8_t lacing[OGG_SEGMENTS];
        unsigned segments; /* of the open page */
        GByteArray *body;  /* of the open page */
} OggStream;

void ogg_init(OggStream *stream, uint32_t serial);
void ogg_clear(OggStream *stream);
/* The two pages that an Opus file begins with: one channel, nothing to skip, no names. */
void ogg_put_head(OggStream *stream, GByteArray *to);
/* A packet of so many samples, OGG_PACKET_BYTES at most; pages that are full go into `to`. */
void ogg_packet(OggStream *stream, const uint8_t *packet, size_t size, int samples, GByteArray *to);
/* Silence of so many samples, or up to 2.5 ms (the shortest packet) less. */
void ogg_silence(OggStream *stream, int64_t samples, GByteArray *to);
/* Ends the open page, when there is anything in it. */
void ogg_flush(OggStream *stream, GByteArray *to);
