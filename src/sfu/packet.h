/* A packet from a publisher, decrypted in place, and the pool it comes from. A packet lies in exactly one place: the
 * pool, the loop's receive batch, or a track's ring; it changes place by swapping pointers. One loop owns them all. */
#pragma once

#include "rtc/net_address.h"
#include "rtc/vp8.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum {
        PACKET_BYTES = 1536, /* longer datagrams are cut by the kernel and fail authentication */
        PACKET_NO_INDEX = 0,
        TEMPORAL_LAYERS = 3, /* 0 … 2; a higher one counts as 2 */
};

typedef enum MediaCodec {
        CODEC_OPUS,
        CODEC_H264,
        CODEC_VP8,
} MediaCodec;

typedef struct Track Track;

typedef struct Packet {
        /* As received */
        NetAddress from;
        uint16_t size;
        /* As parsed */
        bool marker;
        bool key_start;   /* a watcher may begin here; always true for audio */
        bool frame_start; /* the picture's first packet */
        bool late;        /* came after one with a higher index: the watchers' numbers count it as sent */
        uint8_t temporal; /* a picture that those of lower layers do without; 0 where the codec does not say */
        MediaCodec codec;
        uint16_t payload_offset, payload_size;
        uint32_t timestamp;
        uint64_t index; /* extended sequence number of its track; PACKET_NO_INDEX in an empty ring slot */
        int64_t arrival_us;
        Track *track;
        /* How many packets, and pictures, with a temporal layer above each came before, in order: what a watcher's
         * numbers leave out who gets that layer and those below. [TEMPORAL_LAYERS - 1] stays 0. */
        uint32_t above[TEMPORAL_LAYERS];
        uint16_t pictures_above[TEMPORAL_LAYERS];
        Vp8Descriptor vp8;
        uint8_t bytes[PACKET_BYTES];
} Packet;

static inline uint8_t *packet_payload(Packet *packet)
{
        return packet->bytes + packet->payload_offset;
}

/* Packets are made 64 at a time and kept until the pool is cleared, so that media never waits for malloc. */
typedef struct PacketPool {
        GPtrArray *slabs;
        GPtrArray *free;
} PacketPool;

void packet_pool_init(PacketPool *pool);
void packet_pool_clear(PacketPool *pool); /* every packet, wherever it lies, is gone */
Packet *packet_pool_take(PacketPool *pool);
void packet_pool_give(PacketPool *pool, Packet *packet); /* NULL is fine */
