/* A peer's line to the server, as bad as it is told to be: loss, delay, jitter, reorder, a rate with a short queue, by
 * the code of the tests' UDP relay (support/impair.h). And the packets that are under way on such lines.
 *
 *   const char *const words[] = { "down rate 800", "loss 2", NULL };     without a direction: both
 *   BadLine *line = bad_line_new(words, seed);
 *   int64_t at_us = bad_line_pass(line, LINE_DOWN, now_us, size);            LINE_LOST, or when it arrives
 *   if (at_us > now_us) line_queue_put(queue, at_us, …);
 */
#pragma once
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINE_LOST (-1)

typedef enum { LINE_UP, LINE_DOWN } LineDirection; /* to the server, from it */

typedef struct BadLine BadLine;
/* Whether these are words that a line understands; *ret_bad is the first one that is not. */
bool bad_line_words_good(const char *const *words, const char **ret_bad);
/* NULL without words: a good line costs nothing. */
BadLine *bad_line_new(const char *const *words, uint32_t seed);
void bad_line_free(BadLine *line);
int64_t bad_line_pass(BadLine *line, LineDirection direction, int64_t now_us, size_t size_bytes);

typedef struct {
        void *owner;
        LineDirection direction;
        struct sockaddr_in peer; /* where it goes, or comes from */
        size_t size;
        uint8_t *bytes;
} LinePacket;

typedef struct LineQueue LineQueue;
LineQueue *line_queue_new(void);
void line_queue_free(LineQueue *queue);
/* Copies the bytes. A full queue takes no more: then the packet is lost. */
void line_queue_put(LineQueue *queue, int64_t at_us, const LinePacket *packet);
/* The first that is due, in order of time: NULL when none is. To be freed by line_packet_free. */
LinePacket *line_queue_take(LineQueue *queue, int64_t now_us);
void line_packet_free(LinePacket *packet);
/* Whatever is under way to or from its owner is not any more. */
void line_queue_forget(LineQueue *queue, const void *owner);
