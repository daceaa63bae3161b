/* Network byte order, read from and written to any alignment. The caller has checked the size. */
#pragma once
#include <stdint.h>

static inline uint16_t read_u16(const uint8_t *p)
{
        return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t read_u24(const uint8_t *p)
{
        return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

static inline uint32_t read_u32(const uint8_t *p)
{
        return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint64_t read_u64(const uint8_t *p)
{
        return (uint64_t)read_u32(p) << 32 | read_u32(p + 4);
}

static inline void write_u16(uint8_t *p, uint16_t value)
{
        p[0] = (uint8_t)(value >> 8);
        p[1] = (uint8_t)value;
}

static inline void write_u24(uint8_t *p, uint32_t value)
{
        p[0] = (uint8_t)(value >> 16);
        p[1] = (uint8_t)(value >> 8);
        p[2] = (uint8_t)value;
}

static inline void write_u32(uint8_t *p, uint32_t value)
{
        write_u16(p, (uint16_t)(value >> 16));
        write_u16(p + 2, (uint16_t)value);
}

static inline void write_u64(uint8_t *p, uint64_t value)
{
        write_u32(p, (uint32_t)(value >> 32));
        write_u32(p + 4, (uint32_t)value);
}
