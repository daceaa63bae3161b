#include "record/recorder/h264.h"

#include <string.h>

enum { UNIT_SLICE = 1, UNIT_IDR = 5, UNIT_SPS = 7, UNIT_PPS = 8, UNIT_DELIMITER = 9, UNIT_FILLER = 12 };
enum { SPS_BYTES = 256, PPS_MOST = 4 };

static unsigned unit_type(const uint8_t *unit)
{
        return unit[0] & 31;
}

/* Where the next 00 00 01 begins, or length. */
static size_t find_start_code(const uint8_t *bytes, size_t length, size_t from)
{
        for (size_t i = from; i + 3 <= length; i++)
                if (bytes[i] == 0 && bytes[i + 1] == 0 && bytes[i + 2] == 1)
                        return i;
        return length;
}

bool h264_next_unit(const uint8_t *bytes, size_t length, size_t *offset, const uint8_t **ret_unit, size_t *ret_size)
{
        for (;;) {
                size_t start = find_start_code(bytes, length, *offset);
                if (start == length)
                        return false;
                start += 3;
                size_t end = find_start_code(bytes, length, start);
                *offset = end;
                /* Zeros before the next start code do not belong to the unit (trailing_zero_8bits). */
                while (end > start && bytes[end - 1] == 0)
                        end--;
                if (end == start)
                        continue;
                *ret_unit = bytes + start;
                *ret_size = end - start;
                return true;
        }
}

/* --- Sequence parameter set ----------------------------------------------------------------------------------------
 */

typedef struct Bits {
        uint8_t bytes[SPS_BYTES];
        size_t n_bits, at;
        bool over; /* read past the end: nothing read counts */
} Bits;

static unsigned bits_read(Bits *bits, unsigned n)
{
        unsigned value = 0;
        for (; n > 0; n--, bits->at++) {
                if (bits->at >= bits->n_bits) {
                        bits->over = true;
                        return 0;
                }
                value = value << 1 | (bits->bytes[bits->at / 8] >> (7 - bits->at % 8) & 1);
        }
        return value;
}

/* ue(v), 9.1; larger values than 16 bits hold have no place in a parameter set. */
static unsigned bits_read_ue(Bits *bits)
{
        unsigned zeros = 0;
        while (!bits->over && bits_read(bits, 1) == 0)
                if (++zeros > 16)
                        bits->over = true;
        return bits->over ? 0 : (1u << zeros) - 1 + bits_read(bits, zeros);
}

static int bits_read_se(Bits *bits)
{
        unsigned code = bits_read_ue(bits);
        return code & 1 ? (int)(code + 1) / 2 : -(int)(code / 2);
}

/* Leaves out the emulation prevention bytes (7.4.1). */
static void bits_init(Bits *bits, const uint8_t *unit, size_t size)
{
        *bits = (Bits){ 0 };
        size_t n = 0;
        for (size_t i = 1; i < size && n < SPS_BYTES; i++)
                if (!(i > 2 && unit[i] == 3 && unit[i - 1] == 0 && unit[i - 2] == 0))
                        bits->bytes[n++] = unit[i];
        bits->n_bits = n * 8;
}

static void skip_scaling_list(Bits *bits, unsigned size)
{
        int last = 8, next = 8;
        for (unsigned i = 0; i < size && !bits->over; i++) {
                if (next != 0)
                        next = (last + bits_read_se(bits) + 256) % 256;
                if (next != 0)
                        last = next;
        }
}

/* The part that only High and its relatives have. Returns chroma_format_idc. */
static unsigned read_high_part(Bits *bits)
{
        unsigned chroma = bits_read_ue(bits);
        if (chroma == 3)
                bits_read(bits, 1);
        bits_read_ue(bits);
        bits_read_ue(bits);
        bits_read(bits, 1);
        if (bits_read(bits, 1))
                for (unsigned i = 0; i < (chroma == 3 ? 12u : 8u); i++)
                        if (bits_read(bits, 1))
                                skip_scaling_list(bits, i < 6 ? 16 : 64);
        return chroma;
}

static void skip_picture_order(Bits *bits)
{
        unsigned type = bits_read_ue(bits);
        if (type == 0)
                bits_read_ue(bits);
        if (type != 1)
                return;
        bits_read(bits, 1);
        bits_read_se(bits);
        bits_read_se(bits);
        for (unsigned n = MIN(bits_read_ue(bits), 255); n > 0; n--)
                bits_read_se(bits);
}

static bool profile_is_high(unsigned profile)
{
        static const uint8_t high[] = { 100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135 };
        return memchr(high, (int)profile, sizeof(high)) != NULL;
}

/* 7.3.2.1.1 up to the cropping rectangle, which gives the size. */
static bool sps_size(const uint8_t *unit, size_t size, unsigned *ret_width, unsigned *ret_height)
{
        Bits bits;
        bits_init(&bits, unit, size);
        unsigned profile = bits_read(&bits, 8);
        bits_read(&bits, 16);
        bits_read_ue(&bits);
        unsigned chroma = profile_is_high(profile) ? read_high_part(&bits) : 1;
        bits_read_ue(&bits);
        skip_picture_order(&bits);
        bits_read_ue(&bits);
        bits_read(&bits, 1);
        unsigned width = (bits_read_ue(&bits) + 1) * 16, height = (bits_read_ue(&bits) + 1) * 16;
        unsigned frames_only = bits_read(&bits, 1);
        height *= 2 - frames_only;
        if (!frames_only)
                bits_read(&bits, 1);
        bits_read(&bits, 1);
        unsigned left = 0, right = 0, top = 0, bottom = 0;
        if (bits_read(&bits, 1)) {
                left = bits_read_ue(&bits);
                right = bits_read_ue(&bits);
                top = bits_read_ue(&bits);
                bottom = bits_read_ue(&bits);
        }
        unsigned crop_x = (left + right) * (chroma == 1 || chroma == 2 ? 2 : 1);
        unsigned crop_y = (top + bottom) * (chroma == 1 ? 2 : 1) * (2 - frames_only);
        if (bits.over || crop_x >= width || crop_y >= height || width > 16384 || height > 16384)
                return false;
        *ret_width = width - crop_x;
        *ret_height = height - crop_y;
        return true;
}

/* --- Description ---------------------------------------------------------------------------------------------------
 */

typedef struct ParameterSet {
        const uint8_t *unit;
        size_t size;
} ParameterSet;

static void put_parameter_set(H264Description *description, ParameterSet set)
{
        uint8_t *to = description->avcc + description->avcc_size;
        to[0] = (uint8_t)(set.size >> 8);
        to[1] = (uint8_t)set.size;
        memcpy(to + 2, set.unit, set.size);
        description->avcc_size += 2 + set.size;
}

bool h264_describe(const uint8_t *bytes, size_t length, H264Description *ret_description)
{
        ParameterSet sps = { 0 }, pps[PPS_MOST] = { 0 };
        size_t n_pps = 0, total = 16, offset = 0;
        bool idr = false;
        ParameterSet unit;
        while (h264_next_unit(bytes, length, &offset, &unit.unit, &unit.size)) {
                unsigned type = unit_type(unit.unit);
                idr = type == UNIT_IDR;
                if (idr || type == UNIT_SLICE)
                        break;
                if (type == UNIT_SPS && unit.size >= 4 && unit.size <= SPS_BYTES)
                        sps = unit;
                if (type == UNIT_PPS && n_pps < PPS_MOST) {
                        pps[n_pps++] = unit;
                        total += 2 + unit.size;
                }
        }
        H264Description description = { 0 };
        if (!idr || !sps.unit || n_pps == 0 || total + sps.size > H264_AVCC_BYTES ||
            !sps_size(sps.unit, sps.size, &description.width, &description.height))
                return false;

        /* Version 1, profile, compatibility and level as in the set, 4-byte lengths, one SPS. */
        const uint8_t head[] = { 1, sps.unit[1], sps.unit[2], sps.unit[3], 0xff, 0xe1 };
        memcpy(description.avcc, head, sizeof(head));
        description.avcc_size = sizeof(head);
        put_parameter_set(&description, sps);
        description.avcc[description.avcc_size++] = (uint8_t)n_pps;
        for (size_t i = 0; i < n_pps; i++)
                put_parameter_set(&description, pps[i]);
        if (profile_is_high(sps.unit[1])) {
                /* High profiles end with chroma format and depths; browsers send 4:2:0 at 8 bits. */
                const uint8_t tail[] = { 0xfc | 1, 0xf8, 0xf8, 0 };
                memcpy(description.avcc + description.avcc_size, tail, sizeof(tail));
                description.avcc_size += sizeof(tail);
        }
        *ret_description = description;
        return true;
}

bool h264_description_equal(const H264Description *a, const H264Description *b)
{
        return a->avcc_size == b->avcc_size && memcmp(a->avcc, b->avcc, a->avcc_size) == 0;
}

size_t h264_append_sample(GByteArray *out, const uint8_t *bytes, size_t length)
{
        guint before = out->len;
        bool picture = false;
        size_t offset = 0, size;
        const uint8_t *unit;
        while (h264_next_unit(bytes, length, &offset, &unit, &size)) {
                unsigned type = unit_type(unit);
                if (type == UNIT_DELIMITER || type == UNIT_FILLER)
                        continue;
                picture |= type >= UNIT_SLICE && type <= UNIT_IDR;
                uint32_t big_endian = GUINT32_TO_BE((uint32_t)size);
                g_byte_array_append(out, (const uint8_t *)&big_endian, 4);
                g_byte_array_append(out, unit, (guint)size);
        }
        if (!picture)
                g_byte_array_set_size(out, before);
        return out->len - before;
}
