#include "record/recorder/avc.h"

#include "rtc/h264.h"

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

bool avc_next_unit(const uint8_t *bytes, size_t length, size_t *offset, const uint8_t **ret_unit, size_t *ret_size)
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

/* ISO/IEC 14496-15 5.3.3.1.2: these describe chroma format and depths as well. */
static bool profile_is_high(unsigned profile)
{
        static const uint8_t high[] = { 100, 110, 122, 144 };
        return memchr(high, (int)profile, sizeof(high)) != NULL;
}

/* --- Description -------------------------------------------------------------------------------------------------- */

typedef struct ParameterSet {
        const uint8_t *unit;
        size_t size;
} ParameterSet;

static void put_parameter_set(AvcDescription *description, ParameterSet set)
{
        uint8_t *to = description->avcc + description->avcc_size;
        to[0] = (uint8_t)(set.size >> 8);
        to[1] = (uint8_t)set.size;
        memcpy(to + 2, set.unit, set.size);
        description->avcc_size += 2 + set.size;
}

bool avc_describe(const uint8_t *bytes, size_t length, AvcDescription *ret_description)
{
        ParameterSet sps = { 0 }, pps[PPS_MOST] = { 0 };
        size_t n_pps = 0, total = 16, offset = 0;
        bool idr = false;
        ParameterSet unit;
        while (avc_next_unit(bytes, length, &offset, &unit.unit, &unit.size)) {
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
        AvcDescription description = { 0 };
        H264Sps read;
        if (!idr || !sps.unit || n_pps == 0 || total + sps.size > AVCC_BYTES ||
            !h264_sps_read(sps.unit, sps.size, &read))
                return false;
        description.width = read.width;
        description.height = read.height;

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

bool avc_description_equal(const AvcDescription *a, const AvcDescription *b)
{
        return a->avcc_size == b->avcc_size && memcmp(a->avcc, b->avcc, a->avcc_size) == 0;
}

size_t avc_append_sample(GByteArray *out, const uint8_t *bytes, size_t length)
{
        guint before = out->len;
        bool picture = false;
        size_t offset = 0, size;
        const uint8_t *unit;
        while (avc_next_unit(bytes, length, &offset, &unit, &size)) {
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
