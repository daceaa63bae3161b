#include "record/recorder/box.h"

#include <string.h>

void put_bytes(GByteArray *out, const void *bytes, size_t n)
{
        g_byte_array_append(out, bytes, (guint)n);
}

void put_u8(GByteArray *out, uint8_t value)
{
        put_bytes(out, &value, 1);
}

void put_u16(GByteArray *out, uint16_t value)
{
        uint16_t big_endian = GUINT16_TO_BE(value);
        put_bytes(out, &big_endian, 2);
}

void put_u32(GByteArray *out, uint32_t value)
{
        uint32_t big_endian = GUINT32_TO_BE(value);
        put_bytes(out, &big_endian, 4);
}

void put_u64(GByteArray *out, uint64_t value)
{
        uint64_t big_endian = GUINT64_TO_BE(value);
        put_bytes(out, &big_endian, 8);
}

void put_zeros(GByteArray *out, size_t n)
{
        guint before = out->len;
        g_byte_array_set_size(out, before + (guint)n);
        memset(out->data + before, 0, n);
}

void put_text(GByteArray *out, const char *text)
{
        put_bytes(out, text, strlen(text));
}

void set_u32(GByteArray *out, size_t at, uint32_t value)
{
        uint32_t big_endian = GUINT32_TO_BE(value);
        memcpy(out->data + at, &big_endian, 4);
}

size_t box_open(GByteArray *out, const char type[4])
{
        size_t begin = out->len;
        put_u32(out, 0);
        put_bytes(out, type, 4);
        return begin;
}

size_t full_box_open(GByteArray *out, const char type[4], uint8_t version, uint32_t flags)
{
        size_t begin = box_open(out, type);
        put_u32(out, (uint32_t)version << 24 | flags);
        return begin;
}

void box_close(GByteArray *out, size_t begin)
{
        set_u32(out, begin, (uint32_t)(out->len - begin));
}

void put_matrix(GByteArray *out)
{
        static const uint32_t unity[] = { 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000 };
        for (size_t i = 0; i < G_N_ELEMENTS(unity); i++)
                put_u32(out, unity[i]);
}
