/* Boxes of ISO base media files, written into a byte array: open one, put its content, close it.
 *
 *     size_t free_box = box_open(out, "free");
 *     put_u32(out, 7);
 *     box_close(out, free_box);
 *
 * ISO/IEC 14496-12 4.2. */
#pragma once

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

void put_u8(GByteArray *out, uint8_t value);
void put_u16(GByteArray *out, uint16_t value);
void put_u32(GByteArray *out, uint32_t value);
void put_u64(GByteArray *out, uint64_t value);
void put_zeros(GByteArray *out, size_t n);
void put_bytes(GByteArray *out, const void *bytes, size_t n);
/* The four letters of a type, or any text, without its end. */
void put_text(GByteArray *out, const char *text);
void set_u32(GByteArray *out, size_t at, uint32_t value);

/* Returns what box_close() wants back: where the box begins. */
size_t box_open(GByteArray *out, const char type[4]);
size_t full_box_open(GByteArray *out, const char type[4], uint8_t version, uint32_t flags);
void box_close(GByteArray *out, size_t begin);

/* The unity transformation of tkhd and mvhd. */
void put_matrix(GByteArray *out);

static inline uint32_t get_u32(const uint8_t *from)
{
        return (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 8 | from[3];
}

static inline uint64_t get_u64(const uint8_t *from)
{
        return (uint64_t)get_u32(from) << 32 | get_u32(from + 4);
}
