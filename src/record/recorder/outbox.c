#include "record/recorder/outbox.h"

void outbox_init(Outbox *outbox, Programme *programme)
{
        *outbox = (Outbox){ .programme = programme };
        g_queue_init(&outbox->segments);
}

void outbox_clear(Outbox *outbox)
{
        Segment *segment;
        while ((segment = g_queue_pop_head(&outbox->segments)))
                segment_free(segment);
}

bool outbox_put(Outbox *outbox, Segment *segment)
{
        size_t size = segment_bytes(segment);
        /* One is always taken: it is what finds out that space has returned. */
        if (!g_queue_is_empty(&outbox->segments) && outbox->bytes + size > OUTBOX_BYTES_MOST) {
                outbox->lost++;
                segment_free(segment);
                return false;
        }
        outbox->bytes += size;
        g_queue_push_tail(&outbox->segments, segment);
        return true;
}

Segment *outbox_write(Outbox *outbox, int64_t now_us, GError **error)
{
        Segment *segment = g_queue_peek_head(&outbox->segments);
        if (!segment || now_us < outbox->retry_at_us)
                return NULL;
        if (!programme_publish(outbox->programme, segment, error)) {
                outbox->retry_at_us = now_us + OUTBOX_RETRY_US;
                return NULL;
        }
        outbox->retry_at_us = 0;
        outbox->bytes -= segment_bytes(segment);
        return g_queue_pop_head(&outbox->segments);
}
