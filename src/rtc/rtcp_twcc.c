/* Transport-wide feedback, draft-holmer-rmcat-transport-wide-cc-extensions-01 3.1: which packets came, and when. */
#include "rtc/bytes.h"
#include "rtc/rtcp.h"
#include <string.h>

enum {
        FEEDBACK_BYTES = 8,
        FIXED_BYTES = 8, /* base, packet count, reference time, feedback count */
        TYPE_TRANSPORT_FEEDBACK = 205,
        FORMAT_TWCC = 15,
        REFERENCE_US = 64000,
        DELTA_US = 250,
        RUN_MAX = 0x1fff,
        SMALL_SYMBOLS = 14, /* of one bit in a vector chunk */
        LARGE_SYMBOLS = 7,  /* of two bits */
        VECTOR_BIT = 0x8000,
        TWO_BITS = 0x4000,
};
typedef enum { NOT_RECEIVED = 0, SMALL_DELTA = 1, LARGE_DELTA = 2 } Symbol;

/* Symbols of one chunk, at most `max`; 0 when one of them is reserved. */
static unsigned read_chunk(uint16_t chunk, uint8_t *symbols, unsigned max)
{
        unsigned n;
        if (!(chunk & VECTOR_BIT)) {
                n = chunk & RUN_MAX;
                n = n < max ? n : max;
                memset(symbols, chunk >> 13 & 3, n);
        } else if (chunk & TWO_BITS) {
                n = max < LARGE_SYMBOLS ? max : LARGE_SYMBOLS;
                for (unsigned i = 0; i < n; i++)
                        symbols[i] = chunk >> (12 - 2 * i) & 3;
        } else {
                n = max < SMALL_SYMBOLS ? max : SMALL_SYMBOLS;
                for (unsigned i = 0; i < n; i++)
                        symbols[i] = chunk >> (13 - i) & 1;
        }
        for (unsigned i = 0; i < n; i++)
                if (symbols[i] > LARGE_DELTA)
                        return 0;
        return n;
}

bool rtcp_twcc_read(const RtcpPacket *twcc, TwccFeedback *ret_feedback)
{
        if (twcc->body_bytes < FEEDBACK_BYTES + FIXED_BYTES)
                return false;
        const uint8_t *fixed = twcc->body + FEEDBACK_BYTES, *at = fixed + FIXED_BYTES;
        const uint8_t *end = twcc->body + twcc->body_bytes;
        unsigned n_packets = read_u16(fixed + 2), n = 0;
        if (n_packets == 0 || n_packets > TWCC_MAX_PACKETS)
                return false;

        uint8_t symbols[TWCC_MAX_PACKETS];
        for (; n < n_packets; at += 2) {
                unsigned read = end - at >= 2 ? read_chunk(read_u16(at), symbols + n, n_packets - n) : 0;
                if (read == 0)
                        return false;
                n += read;
        }
        size_t delta_bytes = 0; /* a symbol's value is its delta's size */
        for (unsigned i = 0; i < n; i++)
                delta_bytes += symbols[i];
        if ((size_t)(end - at) < delta_bytes)
                return false;

        int64_t arrival_us = 0;
        for (unsigned i = 0; i < n; at += symbols[i++]) {
                if (symbols[i] == SMALL_DELTA)
                        arrival_us += at[0] * DELTA_US;
                else if (symbols[i] == LARGE_DELTA)
                        arrival_us += (int16_t)read_u16(at) * DELTA_US;
                ret_feedback->packets[i] = (TwccStatus){
                        .sequence = (uint16_t)(read_u16(fixed) + i),
                        .received = symbols[i] != NOT_RECEIVED,
                        .arrival_us = arrival_us,
                };
        }
        ret_feedback->n_packets = n;
        ret_feedback->count = fixed[7];
        ret_feedback->reference_us = (int64_t)read_u24(fixed + 4) * REFERENCE_US;
        return true;
}

/* How many packets can go into this feedback, with their symbols and deltas in 250-µs ticks. */
static size_t plan(const int64_t *arrivals_us, size_t n, int64_t reference, uint8_t *symbols, int32_t *ticks)
{
        int64_t last_tick = reference * (REFERENCE_US / DELTA_US);
        size_t i = 0;
        for (; i < n && i < TWCC_MAX_PACKETS; i++) {
                symbols[i] = NOT_RECEIVED;
                if (arrivals_us[i] < 0)
                        continue;
                int64_t tick = arrivals_us[i] / DELTA_US, delta = tick - last_tick;
                if (delta < INT16_MIN || delta > INT16_MAX)
                        break;
                symbols[i] = delta >= 0 && delta <= UINT8_MAX ? SMALL_DELTA : LARGE_DELTA;
                ticks[i] = (int32_t)delta;
                last_tick = tick;
        }
        return i;
}

/* One chunk for the symbols from here on, as long as it can be; how many it covers. A vector's unused places are zeros
 * behind the packet count. */
static size_t chunk_make(const uint8_t *symbols, size_t n, uint16_t *ret_chunk)
{
        size_t run = 1, small = 0;
        while (run < n && run < RUN_MAX && symbols[run] == symbols[0])
                run++;
        while (small < n && small < SMALL_SYMBOLS && symbols[small] != LARGE_DELTA)
                small++;
        bool large = small < SMALL_SYMBOLS && small < n;
        size_t vector = large ? LARGE_SYMBOLS : SMALL_SYMBOLS;
        if (run >= vector || run == n) {
                *ret_chunk = (uint16_t)(symbols[0] << 13 | run);
                return run;
        }
        uint16_t chunk = (uint16_t)(VECTOR_BIT | (large ? TWO_BITS : 0));
        size_t covered = n < vector ? n : vector;
        for (size_t i = 0; i < covered; i++)
                chunk |= (uint16_t)(symbols[i] << (large ? 12 - 2 * i : 13 - i));
        *ret_chunk = chunk;
        return covered;
}

static size_t encoded_bytes(const uint8_t *symbols, size_t n)
{
        size_t bytes = 0;
        uint16_t chunk;
        for (size_t i = 0; i < n; i += chunk_make(symbols + i, n - i, &chunk))
                bytes += 2;
        for (size_t i = 0; i < n; i++)
                bytes += symbols[i];
        return (bytes + 3) & ~(size_t)3;
}

static void encode(uint8_t *out, size_t bytes, const uint8_t *symbols, const int32_t *ticks, size_t n)
{
        uint8_t *at = out;
        uint16_t chunk;
        for (size_t i = 0; i < n; at += 2) {
                i += chunk_make(symbols + i, n - i, &chunk);
                write_u16(at, chunk);
        }
        for (size_t i = 0; i < n; i++) {
                if (symbols[i] == SMALL_DELTA)
                        at[0] = (uint8_t)ticks[i];
                else if (symbols[i] == LARGE_DELTA)
                        write_u16(at, (uint16_t)ticks[i]);
                at += symbols[i];
        }
        memset(at, 0, (size_t)(out + bytes - at));
}

size_t rtcp_write_twcc(RtcpWriter *writer, uint32_t sender, uint32_t media, uint8_t count, uint16_t base,
                       const int64_t *arrivals_us, size_t n)
{
        enum { FRONT_BYTES = 4 + FEEDBACK_BYTES + FIXED_BYTES };
        uint8_t symbols[TWCC_MAX_PACKETS];
        int32_t ticks[TWCC_MAX_PACKETS];
        size_t space = writer->capacity - writer->size, first = 0;
        while (first < n && arrivals_us[first] < 0)
                first++;
        if (first == n || space < FRONT_BYTES)
                return 0;
        int64_t reference = arrivals_us[first] / REFERENCE_US;
        size_t covered = plan(arrivals_us, n, reference, symbols, ticks);
        while (covered > first && encoded_bytes(symbols, covered) > space - FRONT_BYTES)
                covered = covered > 16 ? covered - 16 : covered - 1;
        if (covered <= first) /* a feedback has a time, so it needs one that came */
                return 0;

        size_t bytes = encoded_bytes(symbols, covered);
        uint8_t *head = writer->data + writer->size;
        head[0] = 2 << 6 | FORMAT_TWCC;
        head[1] = TYPE_TRANSPORT_FEEDBACK;
        write_u16(head + 2, (uint16_t)((FRONT_BYTES + bytes) / 4 - 1));
        write_u32(head + 4, sender);
        write_u32(head + 8, media);
        write_u16(head + 12, base);
        write_u16(head + 14, (uint16_t)covered);
        write_u24(head + 16, (uint32_t)reference & 0xffffff);
        head[19] = count;
        encode(head + FRONT_BYTES, bytes, symbols, ticks, covered);
        writer->size += FRONT_BYTES + bytes;
        return covered;
}
