#include "record/converter/pieces.h"

#include "record/converter/fault.h"
#include "record/recorder/aac.h"
#include "record/recorder/mixer.h"
#include "record/recorder/slate.h"

enum {
        OPEN_BYTES_MOST = 48 << 20,     /* of pictures without a key frame that may begin a segment */
        WAITING_BYTES_MOST = 128 << 20, /* of segments whose sound has not come */
        LEAST_US = 3 * 1000000,
        OPEN_US_MOST = 20 * 1000000,
        PICTURE_US_USUAL = 40000,
};

struct Pieces {
        PieceSink sink;
        void *owner;
        int64_t begin_us; /* of the open segment, or of the first one */
        Segment *open;
        GArray *shown;   /* int64_t, of the open segment's pictures in the order of decoding */
        int64_t last_us; /* the latest picture shown */
        GQueue waiting;  /* of Segment: closed, without their sound */
        size_t waiting_bytes;
        Samples sound;
        int64_t sound_end; /* position */
        bool sound_over;
        unsigned slates;
        AvcDescription description; /* of what was given out last */
};

Pieces *pieces_new(int64_t from_us, PieceSink sink, void *owner)
{
        Pieces *pieces = g_new0(Pieces, 1);
        pieces->sink = sink;
        pieces->owner = owner;
        pieces->begin_us = pieces->last_us = from_us;
        pieces->sound_end = position_of_time(from_us);
        pieces->shown = g_array_new(FALSE, FALSE, sizeof(int64_t));
        samples_init(&pieces->sound);
        g_queue_init(&pieces->waiting);
        return pieces;
}

void pieces_free(Pieces *pieces)
{
        if (!pieces)
                return;
        segment_free(pieces->open);
        g_queue_clear_full(&pieces->waiting, (GDestroyNotify)segment_free);
        g_array_unref(pieces->shown);
        samples_clear(&pieces->sound);
        g_free(pieces);
}

/* --- Giving out --------------------------------------------------------------------------------------------------- */

static bool give(Pieces *pieces, Segment *segment)
{
        samples_move_before(&pieces->sound, &segment->sound, position_of_time(segment->end_us));
        bool is_new = !avc_description_equal(&pieces->description, &segment->description);
        pieces->description = segment->description;
        return pieces->sink(pieces->owner, segment, is_new);
}

/* Those whose sound is there, or will not come; all of them when they weigh too much. */
static PieceEnd give_ready(Pieces *pieces, bool all)
{
        for (;;) {
                g_autoptr(Segment) segment = g_queue_peek_head(&pieces->waiting);
                bool heavy = pieces->waiting_bytes > WAITING_BYTES_MOST;
                if (!segment ||
                    !(all || heavy || pieces->sound_over || pieces->sound_end >= position_of_time(segment->end_us))) {
                        g_steal_pointer(&segment);
                        return PIECE_GOES_ON;
                }
                g_queue_pop_head(&pieces->waiting);
                pieces->waiting_bytes -= segment->pictures.bytes->len;
                if (!give(pieces, segment))
                        return PIECE_LOST;
        }
}

/* --- Cutting ------------------------------------------------------------------------------------------------------ */

static gint earlier(gconstpointer a, gconstpointer b)
{
        int64_t one = *(const int64_t *)a, other = *(const int64_t *)b;
        return (one > other) - (one < other);
}

/* Times of decoding: those of showing, in order. */
static void order(Pieces *pieces)
{
        Segment *segment = pieces->open;
        g_autoptr(GArray) sorted = g_array_copy(pieces->shown);
        g_array_sort(sorted, earlier);
        for (guint i = 0; i < sorted->len; i++) {
                Sample *sample = &g_array_index(segment->pictures.list, Sample, i);
                sample->time = g_array_index(sorted, int64_t, i);
                sample->shown_after = (int32_t)(g_array_index(pieces->shown, int64_t, i) - sample->time);
        }
        /* What begins late is shown from the beginning. */
        Sample *first = &g_array_index(segment->pictures.list, Sample, 0);
        first->shown_after += (int32_t)(first->time - segment->start_us);
        first->time = segment->start_us;
}

/* false: a picture is shown before the segment or after its end, so it leads into another one. */
static bool fits(const Pieces *pieces, int64_t end_us)
{
        for (guint i = 0; i < pieces->shown->len; i++) {
                int64_t at_us = g_array_index(pieces->shown, int64_t, i);
                if (at_us < pieces->open->start_us || at_us >= end_us)
                        return false;
        }
        return true;
}

static PieceEnd close_open(Pieces *pieces, int64_t end_us)
{
        if (!pieces->open)
                return PIECE_GOES_ON;
        if (!fits(pieces, end_us))
                return PIECE_UNFIT;
        pieces->open->end_us = pieces->begin_us = end_us;
        order(pieces);
        pieces->waiting_bytes += pieces->open->pictures.bytes->len;
        g_queue_push_tail(&pieces->waiting, g_steal_pointer(&pieces->open));
        g_array_set_size(pieces->shown, 0);
        return give_ready(pieces, false);
}

/* Begins a segment with this key frame; one that is open ends here. */
static PieceEnd begin(Pieces *pieces, const AvcDescription *description, int64_t shown_us)
{
        PieceEnd end = close_open(pieces, shown_us);
        if (end)
                return end;
        /* The first picture may come late; what was to be seen before it is itself. */
        pieces->open = segment_new(pieces->begin_us, description);
        return PIECE_GOES_ON;
}

static bool begins(const Pieces *pieces, const AvcDescription *description, int64_t shown_us)
{
        return !pieces->open || shown_us - pieces->open->start_us >= LEAST_US ||
               !avc_description_equal(&pieces->open->description, description);
}

static void remember(Pieces *pieces, int64_t shown_us)
{
        pieces->last_us = MAX(pieces->last_us, shown_us);
        g_array_append_val(pieces->shown, shown_us);
}

PieceEnd pieces_picture(Pieces *pieces, const uint8_t *bytes, size_t length, int64_t shown_us)
{
        AvcDescription description;
        bool key = avc_describe(bytes, length, &description);
        if (key && begins(pieces, &description, shown_us)) {
                PieceEnd end = begin(pieces, &description, shown_us);
                if (end)
                        return end;
        }
        if (!pieces->open)
                return PIECE_GOES_ON; /* nothing shows it */
        if (!segment_add_picture(pieces->open, bytes, length, shown_us, key))
                return PIECE_GOES_ON;
        remember(pieces, shown_us);
        bool endless = shown_us - pieces->open->start_us > OPEN_US_MOST && pieces->shown->len > 1;
        return endless || pieces->open->pictures.bytes->len > OPEN_BYTES_MOST ? PIECE_UNFIT : PIECE_GOES_ON;
}

PieceEnd pieces_sound(Pieces *pieces, const uint8_t *bytes, size_t length, int64_t position)
{
        samples_add(&pieces->sound, bytes, length, position);
        pieces->sound_end = MAX(pieces->sound_end, position + AAC_FRAME_SAMPLES);
        return give_ready(pieces, false);
}

int64_t pieces_sound_end_us(const Pieces *pieces)
{
        return pieces->sound_end * 125 / 6;
}

int64_t pieces_picture_end_us(const Pieces *pieces)
{
        if (!pieces->open)
                return pieces->begin_us;
        /* The last one lasts as long as they do. */
        guint n = pieces->shown->len;
        int64_t each_us = n > 1 ? (pieces->last_us - pieces->open->start_us) / (n - 1) : PICTURE_US_USUAL;
        return pieces->last_us + MAX(each_us, 1);
}

void pieces_sound_is_over(Pieces *pieces)
{
        pieces->sound_over = true;
}

PieceEnd pieces_slate(Pieces *pieces, int64_t until_us)
{
        PieceEnd end = close_open(pieces, pieces_picture_end_us(pieces));
        while (!end && pieces->begin_us < until_us) {
                size_t length;
                int64_t at_us = pieces->begin_us, next_us = at_us + CONVERT_PIECE_S * G_USEC_PER_SEC;
                const uint8_t *picture = slate_picture(pieces->slates++, &length);
                end = pieces_picture(pieces, picture, length, at_us);
                if (!end)
                        end = close_open(pieces, MAX(MIN(next_us, until_us), at_us + PICTURE_US_USUAL));
        }
        return end;
}

PieceEnd pieces_finish(Pieces *pieces, int64_t end_us)
{
        PieceEnd end = close_open(pieces, MAX(end_us, pieces_picture_end_us(pieces)));
        return end ? end : give_ready(pieces, true);
}
