#include "rtc/h264.h"
#include "rtc/bytes.h"
#include <string.h>

enum {
        NAL_SLICE = 1,
        NAL_IDR = 5,
        NAL_SPS = 7,
        NAL_PPS = 8,
        NAL_SINGLE_MAX = 23,
        NAL_STAP_A = 24,
        NAL_FU_A = 28,
        TYPE_MASK = 0x1f,
        REFERENCE_MASK = 0x60, /* nal_ref_idc */
        FORBIDDEN_BIT = 0x80,
        FU_START_BIT = 0x80,
        FU_END_BIT = 0x40,
        FU_HEAD_BYTES = 2,
        STAP_LENGTH_BYTES = 2,
};

/* slice_type of a slice header (7.3.3): the second Exp-Golomb number. B is 1, or 6 when all slices are. */
static bool is_b_slice(const uint8_t *slice, size_t size)
{
        uint64_t bits = 0;
        unsigned n_bits = 0, numbers[2] = { 0, 0 };
        for (; n_bits < 64 && n_bits / 8 < size; n_bits += 8)
                bits |= (uint64_t)slice[n_bits / 8] << (56 - n_bits);
        unsigned at = 0;
        for (unsigned i = 0; i < 2; i++) {
                unsigned zeros = 0;
                while (at + zeros < n_bits && !(bits >> (63 - at - zeros) & 1))
                        zeros++;
                if (zeros > 16 || at + 2 * zeros + 1 > n_bits)
                        return false;
                numbers[i] = (unsigned)((bits << (at + zeros)) >> (63 - zeros)) - 1;
                at += 2 * zeros + 1;
        }
        return numbers[1] == 1 || numbers[1] == 6;
}

/* A NAL unit, or its beginning in a FU-A when not `whole`. */
static void note_nal(H264Payload *result, uint8_t type, const uint8_t *nal, size_t size, bool whole)
{
        switch (type) {
        case NAL_SLICE:
                result->b_slice |= is_b_slice(nal + 1, size - 1);
                break;
        case NAL_IDR:
                result->has_idr = true;
                break;
        case NAL_SPS:
                result->has_sps = true;
                if (whole) {
                        result->sps = nal;
                        result->sps_bytes = size;
                }
                break;
        case NAL_PPS:
                result->has_pps = true;
                break;
        }
        result->key_frame = result->has_idr || result->has_sps;
}

static Drop parse_stap(const uint8_t *payload, size_t size, H264Payload *result)
{
        result->start = true;
        for (size_t at = 1; at < size;) {
                size_t bytes = at + STAP_LENGTH_BYTES <= size ? read_u16(payload + at) : 0;
                const uint8_t *nal = payload + at + STAP_LENGTH_BYTES;
                at += STAP_LENGTH_BYTES + bytes;
                if (bytes == 0 || at > size)
                        return DROP_CODEC_MALFORMED;
                note_nal(result, nal[0] & TYPE_MASK, nal, bytes, true);
        }
        return DROP_NONE;
}

static Drop parse_fragment(const uint8_t *payload, size_t size, H264Payload *result)
{
        if (size <= FU_HEAD_BYTES || (payload[1] & FU_START_BIT && payload[1] & FU_END_BIT))
                return DROP_CODEC_MALFORMED;
        result->type = payload[1] & TYPE_MASK;
        result->start = payload[1] & FU_START_BIT;
        if (result->start)
                note_nal(result, result->type, payload + 1, size - 1, false);
        return DROP_NONE;
}

Drop h264_parse(const uint8_t *payload, size_t size, H264Payload *ret_payload)
{
        if (size < 2 || payload[0] & FORBIDDEN_BIT)
                return DROP_CODEC_MALFORMED;
        H264Payload result = { .type = payload[0] & TYPE_MASK };
        Drop drop = DROP_NONE;
        if (result.type == NAL_STAP_A) {
                drop = parse_stap(payload, size, &result);
        } else if (result.type == NAL_FU_A) {
                drop = parse_fragment(payload, size, &result);
        } else if (result.type >= 1 && result.type <= NAL_SINGLE_MAX) {
                result.start = true;
                note_nal(&result, result.type, payload, size, true);
        } else {
                drop = DROP_CODEC_MALFORMED; /* reserved, or of the interleaved mode that nobody offers */
        }
        result.slice = result.type == NAL_SLICE;
        result.unreferenced = !(payload[0] & REFERENCE_MASK);
        if (drop == DROP_NONE)
                *ret_payload = result;
        return drop;
}

struct H264Depacketizer {
        GByteArray *frame;
        bool under_way;   /* `timestamp` is that of packets taken */
        bool broken;      /* what comes with `timestamp` is thrown away */
        bool in_fragment; /* a FU-A has begun and not ended */
        bool delivered;   /* `frame` is borrowed by the caller */
        bool key_frame;
        uint32_t timestamp;
};

H264Depacketizer *h264_depacketizer_new(void)
{
        H264Depacketizer *depacketizer = g_new0(H264Depacketizer, 1);
        depacketizer->frame = g_byte_array_new();
        return depacketizer;
}

void h264_depacketizer_free(H264Depacketizer *depacketizer)
{
        if (!depacketizer)
                return;
        g_byte_array_unref(depacketizer->frame);
        g_free(depacketizer);
}

static void append_nal(GByteArray *frame, const uint8_t *nal, size_t size)
{
        static const uint8_t START_CODE[] = { 0, 0, 0, 1 };
        g_byte_array_append(frame, START_CODE, sizeof START_CODE);
        g_byte_array_append(frame, nal, (unsigned)size);
}

/* A payload that h264_parse has taken; false when its fragments do not join. */
static bool append_payload(H264Depacketizer *depacketizer, const uint8_t *payload, size_t size)
{
        GByteArray *frame = depacketizer->frame;
        uint8_t type = payload[0] & TYPE_MASK;
        if (type == NAL_FU_A) {
                bool start = payload[1] & FU_START_BIT;
                if (start == depacketizer->in_fragment)
                        return false;
                uint8_t head = (payload[0] & REFERENCE_MASK) | (payload[1] & TYPE_MASK);
                if (start)
                        append_nal(frame, &head, 1);
                g_byte_array_append(frame, payload + FU_HEAD_BYTES, (unsigned)(size - FU_HEAD_BYTES));
                depacketizer->in_fragment = !(payload[1] & FU_END_BIT);
                return true;
        }
        if (depacketizer->in_fragment)
                return false;
        if (type != NAL_STAP_A) {
                append_nal(frame, payload, size);
                return true;
        }
        for (size_t at = 1; at < size;) {
                size_t bytes = read_u16(payload + at);
                append_nal(frame, payload + at + STAP_LENGTH_BYTES, bytes);
                at += STAP_LENGTH_BYTES + bytes;
        }
        return true;
}

static void begin_frame(H264Depacketizer *depacketizer, uint32_t timestamp, bool broken)
{
        g_byte_array_set_size(depacketizer->frame, 0);
        depacketizer->under_way = true;
        depacketizer->timestamp = timestamp;
        depacketizer->broken = broken;
        depacketizer->in_fragment = depacketizer->key_frame = depacketizer->delivered = false;
}

Drop h264_depacketizer_push(H264Depacketizer *depacketizer, const uint8_t *payload, size_t size, uint32_t timestamp,
                            bool marker, bool lost, const uint8_t **ret_frame, size_t *ret_size, bool *ret_key_frame)
{
        H264Payload parsed;
        *ret_frame = NULL;
        Drop drop = h264_parse(payload, size, &parsed);
        bool fresh = !depacketizer->under_way || depacketizer->timestamp != timestamp || depacketizer->delivered;
        if (fresh) /* with a loss before it, only a unit that begins with an SPS is surely whole so far */
                begin_frame(depacketizer, timestamp, lost && (drop || !parsed.has_sps));
        else if (lost)
                depacketizer->broken = true;

        if (drop || size + depacketizer->frame->len > H264_FRAME_MAX_BYTES ||
            (!depacketizer->broken && !append_payload(depacketizer, payload, size)))
                depacketizer->broken = true;
        if (drop)
                return drop;
        depacketizer->key_frame |= parsed.has_idr;
        if (!marker)
                return DROP_NONE;

        bool whole = !depacketizer->broken && !depacketizer->in_fragment;
        depacketizer->delivered = true;
        if (whole) {
                *ret_frame = depacketizer->frame->data;
                *ret_size = depacketizer->frame->len;
                *ret_key_frame = depacketizer->key_frame;
        }
        return DROP_NONE;
}
