#pragma once
#include <stddef.h>
#include <stdint.h>

/* Numbers of n bytes, 8 at most, the lowest first: what the server and its children say to each other. */

static inline uint64_t get_little(const uint8_t *bytes, size_t n)
{
        uint64_t value = 0;
        for (size_t i = n; i > 0; i--)
                value = value << 8 | bytes[i - 1];
        return value;
}

static inline void put_little(uint8_t *bytes, uint64_t value, size_t n)
{
        for (size_t i = 0; i < n; i++)
                bytes[i] = (uint8_t)(value >> (8 * i));
}
