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
        bool key_start; /* a watcher may begin here; always true for audio */
        MediaCodec codec;
        uint16_t payload_offset, payload_size;
        uint32_t timestamp;
        uint64_t index; /* extended sequence number of its track; PACKET_NO_INDEX in an empty ring slot */
        int64_t arrival_us;
        Track *track;
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
