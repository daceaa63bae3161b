/* Payloads of VP8, H.264 and Opus as routing and recording read them. The first byte says which. */
#include "rtc/bytes.h"
#include "rtc/h264.h"
#include "rtc/opus.h"
#include "rtc/vp8.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_vp8(const uint8_t *data, size_t size)
{
        Vp8Descriptor descriptor, again;
        if (vp8_parse(data, size, &descriptor) != DROP_NONE)
                return;
        g_assert(descriptor.bytes < size);
        g_autofree uint8_t *copy = g_memdup2(data, size);
        vp8_rewrite(copy, &descriptor, 0x1234, 0x56);
        g_assert(vp8_parse(copy, size, &again) == DROP_NONE);
        g_assert(again.bytes == descriptor.bytes && again.tid == descriptor.tid);
        g_assert(!again.has_picture_id || again.picture_id == (again.long_picture_id ? 0x1234 : 0x34));
        g_assert(memcmp(copy + again.bytes, data + again.bytes, size - again.bytes) == 0);
}

typedef struct {
        size_t bytes;
        uint32_t timestamp;
        bool marker, lost;
        const uint8_t *payload;
} Piece;

/* Packets in a row: two bytes of length, one of flags (marker, lost, next timestamp), then the payload. */
static bool next_piece(const uint8_t **data, size_t *size, Piece *piece)
{
        if (*size < 3)
                return false;
        piece->bytes = MIN(read_u16(*data), *size - 3);
        piece->marker = (*data)[2] & 1;
        piece->lost = (*data)[2] & 2;
        piece->timestamp += (*data)[2] >> 2 & 1;
        piece->payload = *data + 3;
        *data += 3 + piece->bytes;
        *size -= 3 + piece->bytes;
        return true;
}

static void try_h264_packets(const uint8_t *data, size_t size)
{
        g_autoptr(H264Depacketizer) depacketizer = h264_depacketizer_new();
        for (Piece piece = { 0 }; next_piece(&data, &size, &piece);) {
                const uint8_t *frame;
                size_t bytes = 0;
                bool key = false;
                h264_depacketizer_push(depacketizer, piece.payload, piece.bytes, piece.timestamp, piece.marker,
                                       piece.lost, &frame, &bytes, &key);
                g_assert(!frame || (bytes >= 5 && bytes <= H264_FRAME_MAX_BYTES + 65536 && frame[3] == 1));
        }
}

static void try_vp8_packets(const uint8_t *data, size_t size)
{
        g_autoptr(Vp8Depacketizer) depacketizer = vp8_depacketizer_new();
        for (Piece piece = { 0 }; next_piece(&data, &size, &piece);) {
                const uint8_t *frame;
                size_t bytes = 0;
                bool key = false;
                vp8_depacketizer_push(depacketizer, piece.payload, piece.bytes, piece.timestamp, piece.marker,
                                      piece.lost, &frame, &bytes, &key);
                g_assert(!frame || (bytes >= 1 && bytes <= VP8_FRAME_MAX_BYTES && key == !(frame[0] & 1)));
        }
}

static void try_h264_unit(const uint8_t *data, size_t size)
{
        uint8_t out[100];
        bool last = false;
        H264Payload payload;
        H264Packetizer packetizer;
        h264_packetizer_init(&packetizer, data, size);
        for (size_t n; (n = h264_packetizer_next(&packetizer, sizeof out, out, &last)) > 0;) {
                g_assert(n <= sizeof out);
                h264_parse(out, n, &payload);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        H264Payload payload;
        H264Sps sps;
        OpusToc toc;
        if (size < 1)
                return 0;
        uint8_t kind = *data++;
        size--;
        switch (kind % 7) {
        case 0:
                try_vp8(data, size);
                break;
        case 1:
                if (h264_parse(data, size, &payload) == DROP_NONE && payload.sps)
                        g_assert(payload.sps > data && payload.sps + payload.sps_bytes <= data + size ||
                                 payload.sps == data);
                break;
        case 2:
                if (h264_sps_read(data, size, &sps))
                        g_assert(sps.width > 0 && sps.height > 0);
                break;
        case 3:
                try_h264_packets(data, size);
                break;
        case 4:
                try_h264_unit(data, size);
                break;
        case 5:
                if (opus_toc_read(data, size, &toc) == DROP_NONE)
                        g_assert(toc.duration_us >= 2500 && toc.duration_us <= 120000 && opus_toc_ticks(&toc) <= 5760);
                break;
        case 6:
                try_vp8_packets(data, size);
                break;
        }
        return 0;
}
