#include "record/recorder/segment.h"

void samples_init(Samples *samples)
{
        samples->bytes = g_byte_array_new();
        samples->list = g_array_new(FALSE, FALSE, sizeof(Sample));
}

void samples_clear(Samples *samples)
{
        g_clear_pointer(&samples->bytes, g_byte_array_unref);
        g_clear_pointer(&samples->list, g_array_unref);
}

void samples_add(Samples *samples, const uint8_t *bytes, size_t size, int64_t time)
{
        Sample sample = { .time = time, .size_bytes = (uint32_t)size, .key = true };
        g_byte_array_append(samples->bytes, bytes, (guint)size);
        g_array_append_val(samples->list, sample);
}

void samples_move_before(Samples *from, Samples *to, int64_t time)
{
        guint n = 0, size = 0;
        while (n < from->list->len && samples_at(from, n)->time < time)
                size += samples_at(from, n++)->size_bytes;
        if (n == 0)
                return;
        g_byte_array_append(to->bytes, from->bytes->data, size);
        g_array_append_vals(to->list, from->list->data, n);
        g_byte_array_remove_range(from->bytes, 0, size);
        g_array_remove_range(from->list, 0, n);
}

Segment *segment_new(int64_t start_us, const AvcDescription *description)
{
        Segment *segment = g_new0(Segment, 1);
        segment->start_us = segment->end_us = start_us;
        segment->description = *description;
        samples_init(&segment->pictures);
        samples_init(&segment->sound);
        return segment;
}

void segment_free(Segment *segment)
{
        if (!segment)
                return;
        samples_clear(&segment->pictures);
        samples_clear(&segment->sound);
        for (unsigned i = 0; i < RECORD_LANGUAGES; i++)
                samples_clear(&segment->languages[i]);
        g_free(segment);
}

bool segment_add_picture(Segment *segment, const uint8_t *bytes, size_t length, int64_t time_us, bool key)
{
        size_t size = avc_append_sample(segment->pictures.bytes, bytes, length);
        if (size == 0)
                return false;
        Sample sample = { .time = time_us, .size_bytes = (uint32_t)size, .key = key };
        g_array_append_val(segment->pictures.list, sample);
        return true;
}

int64_t segment_last_us(const Segment *segment)
{
        guint n = segment->pictures.list->len;
        return n > 0 ? samples_at(&segment->pictures, n - 1)->time : segment->start_us;
}

size_t segment_bytes(const Segment *segment)
{
        size_t bytes = segment->pictures.bytes->len + segment->sound.bytes->len;
        for (unsigned i = 0; i < RECORD_LANGUAGES; i++)
                bytes += segment->languages[i].bytes ? segment->languages[i].bytes->len : 0;
        return bytes;
}
