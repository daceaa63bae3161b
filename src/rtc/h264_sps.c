/* The sequence parameter set: ITU-T H.264 7.3.2.1.1 and E.1.1, read no further than wanted. */
#include "rtc/h264.h"
#include <string.h>

enum {
        SPS_MAX_BYTES = 1024,
        NAL_SPS = 7,
        ASPECT_EXTENDED = 255,
        PROFILE_BASELINE = 66,
        CHROMA_444 = 3,
        CHROMA_420 = 1
};

/* Bits of a NAL unit without its emulation prevention bytes. Reading past the end gives zeros and sets `failed`. */
typedef struct Bits {
        uint8_t data[SPS_MAX_BYTES];
        size_t n_bits, at;
        bool failed;
} Bits;

static void bits_init(Bits *bits, const uint8_t *data, size_t size)
{
        size_t n = 0;
        unsigned zeros = 0;
        for (size_t i = 0; i < size && n < sizeof bits->data; i++) {
                if (zeros >= 2 && data[i] == 3) {
                        zeros = 0;
                        continue;
                }
                zeros = data[i] == 0 ? zeros + 1 : 0;
                bits->data[n++] = data[i];
        }
        bits->n_bits = n * 8;
        bits->at = 0;
        bits->failed = false;
}

static uint32_t take(Bits *bits, unsigned n)
{
        uint32_t value = 0;
        for (unsigned i = 0; i < n; i++) {
                bool there = bits->at < bits->n_bits;
                value = value << 1 | (there ? bits->data[bits->at / 8] >> (7 - bits->at % 8) & 1 : 0);
                bits->failed |= !there;
                bits->at++;
        }
        return value;
}

/* Exponential Golomb (9.1). */
static uint32_t take_ue(Bits *bits)
{
        unsigned zeros = 0;
        while (!bits->failed && zeros < 32 && take(bits, 1) == 0)
                zeros++;
        if (zeros >= 32)
                bits->failed = true;
        return bits->failed || zeros == 0 ? 0 : (UINT32_C(1) << zeros) - 1 + take(bits, zeros);
}

static int32_t take_se(Bits *bits)
{
        uint32_t value = take_ue(bits);
        return value & 1 ? (int32_t)(value / 2 + 1) : -(int32_t)(value / 2);
}

static bool has_chroma_fields(uint8_t profile)
{
        static const uint8_t PROFILES[] = { 100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135 };
        return memchr(PROFILES, profile, sizeof PROFILES) != NULL;
}

static void skip_scaling_list(Bits *bits, unsigned size)
{
        int32_t last = 8, next = 8;
        for (unsigned i = 0; i < size && next != 0 && !bits->failed; i++) {
                next = (int32_t)((uint32_t)last + (uint32_t)take_se(bits)) & 255;
                if (next != 0)
                        last = next;
        }
}

/* Chroma format, depths and scaling matrices; returns the chroma format (420 when not said). */
static uint32_t take_chroma(Bits *bits, uint8_t profile)
{
        if (!has_chroma_fields(profile))
                return CHROMA_420;
        uint32_t chroma = take_ue(bits);
        if (chroma > CHROMA_444)
                bits->failed = true;
        bool separate = chroma == CHROMA_444 && take(bits, 1);
        take_ue(bits);
        take_ue(bits);
        take(bits, 1);
        if (take(bits, 1))
                for (unsigned i = 0; i < (chroma == CHROMA_444 ? 12u : 8u); i++)
                        if (take(bits, 1))
                                skip_scaling_list(bits, i < 6 ? 16 : 64);
        return separate ? 0 : chroma;
}

/* Returns pic_order_cnt_type: 2 means that display order is decoding order. */
static uint32_t take_picture_order(Bits *bits)
{
        uint32_t type = take_ue(bits);
        if (type == 0)
                take_ue(bits);
        if (type == 1) {
                take(bits, 1);
                take_se(bits);
                take_se(bits);
                uint32_t cycle = take_ue(bits);
                if (cycle > 255)
                        bits->failed = true;
                for (uint32_t i = 0; i < cycle && !bits->failed; i++)
                        take_se(bits);
        }
        if (type > 2)
                bits->failed = true;
        return type;
}

static void skip_hrd(Bits *bits)
{
        uint32_t n = take_ue(bits) + 1;
        if (n > 32)
                bits->failed = true;
        take(bits, 8);
        for (uint32_t i = 0; i < n && !bits->failed; i++) {
                take_ue(bits);
                take_ue(bits);
                take(bits, 1);
        }
        take(bits, 20);
}

/* True when the VUI promises that no frame is shown before one decoded earlier (max_num_reorder_frames = 0). */
static bool take_vui_no_reorder(Bits *bits)
{
        if (take(bits, 1) && take(bits, 8) == ASPECT_EXTENDED)
                take(bits, 32);
        if (take(bits, 1))
                take(bits, 1);
        if (take(bits, 1)) {
                take(bits, 4);
                if (take(bits, 1))
                        take(bits, 24);
        }
        if (take(bits, 1)) {
                take_ue(bits);
                take_ue(bits);
        }
        if (take(bits, 1)) {
                take(bits, 32);
                take(bits, 32);
                take(bits, 1);
        }
        bool nal_hrd = take(bits, 1);
        if (nal_hrd)
                skip_hrd(bits);
        bool vcl_hrd = take(bits, 1);
        if (vcl_hrd)
                skip_hrd(bits);
        if (nal_hrd || vcl_hrd)
                take(bits, 1);
        take(bits, 1);
        if (!take(bits, 1))
                return false;
        take(bits, 1);
        for (unsigned i = 0; i < 4; i++)
                take_ue(bits);
        return take_ue(bits) == 0 && !bits->failed;
}

/* Frame size in pixels after cropping (7-19 to 7-22); false when impossible. */
static bool take_size(Bits *bits, uint32_t chroma, H264Sps *sps)
{
        uint64_t width = 16 * ((uint64_t)take_ue(bits) + 1), map_units = (uint64_t)take_ue(bits) + 1;
        bool frames_only = take(bits, 1);
        uint64_t height = 16 * map_units * (frames_only ? 1 : 2);
        if (!frames_only)
                take(bits, 1);
        take(bits, 1);
        if (take(bits, 1)) {
                uint64_t unit_x = chroma == 1 || chroma == 2 ? 2 : 1;
                uint64_t unit_y = (chroma == 1 ? 2 : 1) * (frames_only ? 1 : 2);
                uint64_t crop_x = (uint64_t)take_ue(bits), crop_y;
                crop_x = unit_x * (crop_x + take_ue(bits));
                crop_y = (uint64_t)take_ue(bits);
                crop_y = unit_y * (crop_y + take_ue(bits));
                if (crop_x >= width || crop_y >= height)
                        return false;
                width -= crop_x;
                height -= crop_y;
        }
        if (width > UINT16_MAX || height > UINT16_MAX)
                return false;
        sps->width = (uint16_t)width;
        sps->height = (uint16_t)height;
        return true;
}

bool h264_sps_read(const uint8_t *nal, size_t size, H264Sps *ret_sps)
{
        if (size < 5 || (nal[0] & 31) != NAL_SPS)
                return false;
        Bits bits;
        bits_init(&bits, nal + 1, size - 1);
        H264Sps sps = { 0 };
        sps.profile = (uint8_t)take(&bits, 8);
        sps.constraints = (uint8_t)take(&bits, 8);
        sps.level = (uint8_t)take(&bits, 8);
        take_ue(&bits);
        uint32_t chroma = take_chroma(&bits, sps.profile);
        take_ue(&bits);
        uint32_t order = take_picture_order(&bits);
        uint32_t references = take_ue(&bits);
        take(&bits, 1);
        if (!take_size(&bits, chroma, &sps) || references > 16 || bits.failed)
                return false;

        sps.max_reference_frames = (uint8_t)references;
        bool no_reorder = take(&bits, 1) && take_vui_no_reorder(&bits);
        sps.b_frames_possible = sps.profile != PROFILE_BASELINE && order != 2 && references > 0 && !no_reorder;
        *ret_sps = sps;
        return true;
}
