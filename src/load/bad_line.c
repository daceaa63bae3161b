#include "load/bad_line.h"
#include "support/impair.h"
#include <stdio.h>
#include <string.h>

#define PACKETS_MAX 200000

struct BadLine {
        Impairment ways[2];
};

/* "loss 5", "down rate 300" */
static bool apply(Impairment ways[2], const char *words)
{
        char first[16], name[16];
        double value;
        int end = 0;
        bool directed = sscanf(words, "%15s %15s %lf%n", first, name, &value, &end) == 3;
        if (!directed) {
                if (sscanf(words, "%15s %lf%n", name, &value, &end) != 2)
                        return false;
                first[0] = '\0';
        }
        bool up = strcmp(first, "up") == 0, down = strcmp(first, "down") == 0;
        if (words[end] || (directed && !up && !down))
                return false;
        return (down || impairment_set(&ways[LINE_UP], name, value)) &&
               (up || impairment_set(&ways[LINE_DOWN], name, value));
}

bool bad_line_words_good(const char *const *words, const char **ret_bad)
{
        Impairment ways[2] = { 0 };
        for (size_t i = 0; words && words[i]; i++) {
                if (apply(ways, words[i]))
                        continue;
                *ret_bad = words[i];
                return false;
        }
        return true;
}

BadLine *bad_line_new(const char *const *words, uint32_t seed)
{
        if (!words || !words[0])
                return NULL;
        BadLine *line = g_new0(BadLine, 1);
        impairment_init(&line->ways[LINE_UP], seed);
        impairment_init(&line->ways[LINE_DOWN], seed + 1);
        for (size_t i = 0; words[i]; i++)
                apply(line->ways, words[i]);
        return line;
}

void bad_line_free(BadLine *line)
{
        if (!line)
                return;
        impairment_clear(&line->ways[LINE_UP]);
        impairment_clear(&line->ways[LINE_DOWN]);
        g_free(line);
}

int64_t bad_line_pass(BadLine *line, LineDirection direction, int64_t now_us, size_t size_bytes)
{
        int64_t at_us = impairment_pass(&line->ways[direction], now_us, size_bytes);
        return at_us == IMPAIRMENT_LOST ? LINE_LOST : at_us;
}

typedef struct {
        LinePacket packet; /* first: line_packet_free frees the whole */
        int64_t at_us;
        uint64_t serial; /* keeps the order of packets due at the same time */
        uint8_t bytes[];
} Waiting;

struct LineQueue {
        GSequence *waiting;
        uint64_t serial;
};

LineQueue *line_queue_new(void)
{
        LineQueue *queue = g_new0(LineQueue, 1);
        queue->waiting = g_sequence_new(NULL);
        return queue;
}

static void free_waiting(gpointer waiting, gpointer data)
{
        g_free(waiting);
}

void line_queue_free(LineQueue *queue)
{
        if (!queue)
                return;
        g_sequence_foreach(queue->waiting, free_waiting, NULL);
        g_sequence_free(queue->waiting);
        g_free(queue);
}

static gint compare(gconstpointer one, gconstpointer other, gpointer data)
{
        const Waiting *a = one, *b = other;
        if (a->at_us != b->at_us)
                return a->at_us < b->at_us ? -1 : 1;
        return a->serial < b->serial ? -1 : a->serial > b->serial;
}

void line_queue_put(LineQueue *queue, int64_t at_us, const LinePacket *packet)
{
        if (g_sequence_get_length(queue->waiting) >= PACKETS_MAX)
                return;
        Waiting *waiting = g_malloc(sizeof *waiting + packet->size);
        waiting->packet = *packet;
        waiting->packet.bytes = waiting->bytes;
        waiting->at_us = at_us;
        waiting->serial = queue->serial++;
        memcpy(waiting->bytes, packet->bytes, packet->size);
        g_sequence_insert_sorted(queue->waiting, waiting, compare, NULL);
}

LinePacket *line_queue_take(LineQueue *queue, int64_t now_us)
{
        GSequenceIter *first = g_sequence_get_begin_iter(queue->waiting);
        if (g_sequence_iter_is_end(first))
                return NULL;
        Waiting *waiting = g_sequence_get(first);
        if (waiting->at_us > now_us)
                return NULL;
        g_sequence_remove(first);
        return &waiting->packet;
}

void line_packet_free(LinePacket *packet)
{
        g_free(packet);
}

void line_queue_forget(LineQueue *queue, const void *owner)
{
        GSequenceIter *next;
        for (GSequenceIter *at = g_sequence_get_begin_iter(queue->waiting); !g_sequence_iter_is_end(at); at = next) {
                Waiting *waiting = g_sequence_get(at);
                next = g_sequence_iter_next(at);
                if (waiting->packet.owner != owner)
                        continue;
                g_sequence_remove(at);
                g_free(waiting);
        }
}
