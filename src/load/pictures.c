#include "load/pictures.h"
#include "rtc/h264.h"
#include "rtc/vp8.h"

#define ASK_AGAIN_US INT64_C(300000)

typedef struct {
        int64_t index; /* sequence, unwrapped; 0: nothing is kept here */
        uint32_t timestamp;
        uint16_t picture_id;
        bool empty, begins, key, ends, has_picture_id;
} Piece;

struct Pictures {
        bool started;
        int64_t next, highest; /* the index that is waited for, and the highest that came */
        int64_t waiting_since_us;
        Piece window[PICTURES_WINDOW];
        /* The picture under way. */
        bool inside, complete, key;
        uint32_t timestamp;
        /* The one before. */
        bool decodable, has_picture_id;
        uint16_t picture_id;
        int64_t last_us;
        bool asks; /* for a key frame, since it was last told */
        int64_t asked_us;
        PictureCounts counts;
};

Pictures *pictures_new(void)
{
        Pictures *pictures = g_new0(Pictures, 1);
        pictures->counts.first_us = -1;
        return pictures;
}

void pictures_free(Pictures *pictures)
{
        g_free(pictures);
}

static bool read_vp8(const uint8_t *payload, size_t size, Piece *piece)
{
        Vp8Descriptor vp8;
        if (vp8_parse(payload, size, &vp8) != DROP_NONE)
                return false;
        piece->begins = vp8.start;
        piece->key = vp8.start && vp8.key_frame;
        piece->has_picture_id = vp8.has_picture_id && vp8.long_picture_id;
        piece->picture_id = vp8.picture_id;
        return true;
}

static bool read_h264(const uint8_t *payload, size_t size, Piece *piece)
{
        H264Payload h264;
        if (h264_parse(payload, size, &h264) != DROP_NONE)
                return false;
        piece->begins = h264.start;
        piece->key = h264.key_frame;
        return true;
}

static void lose(Pictures *pictures)
{
        pictures->inside = pictures->decodable = false;
}

static void begin(Pictures *pictures, const Piece *piece)
{
        pictures->inside = true;
        pictures->complete = piece->begins;
        pictures->key = false;
        pictures->timestamp = piece->timestamp;
        if (piece->has_picture_id && pictures->has_picture_id && pictures->decodable &&
            piece->picture_id != ((pictures->picture_id + 1) & 0x7fff))
                pictures->counts.jumps++;
        pictures->has_picture_id = piece->has_picture_id;
        pictures->picture_id = piece->picture_id;
}

static void end_picture(Pictures *pictures, int64_t now_us)
{
        PictureCounts *counts = &pictures->counts;
        pictures->inside = false;
        pictures->decodable = pictures->complete && (pictures->key || pictures->decodable);
        if (!pictures->decodable) {
                counts->stray++;
                pictures->asks = true;
                return;
        }
        counts->whole++;
        counts->key_frames += pictures->key;
        if (counts->first_us < 0)
                counts->first_us = now_us;
        else
                counts->pause_us = MAX(counts->pause_us, now_us - pictures->last_us);
        pictures->last_us = now_us;
}

static void take(Pictures *pictures, const Piece *piece, int64_t now_us)
{
        if (piece->empty) /* padding, or the place of a layer that was left out */
                return;
        if (pictures->inside && piece->timestamp != pictures->timestamp) {
                pictures->counts.torn++;
                lose(pictures);
        }
        if (!pictures->inside)
                begin(pictures, piece);
        pictures->key = pictures->key || piece->key;
        if (piece->ends)
                end_picture(pictures, now_us);
}

static Piece *at(Pictures *pictures, int64_t index)
{
        return &pictures->window[index % PICTURES_WINDOW];
}

static void take_ready(Pictures *pictures, int64_t now_us)
{
        int64_t before = pictures->next;
        for (Piece *piece; (piece = at(pictures, pictures->next))->index == pictures->next; pictures->next++)
                take(pictures, piece, now_us);
        if (pictures->next != before)
                pictures->waiting_since_us = now_us;
}

/* Goes on behind a gap, with whatever was kept first. */
static void give_up(Pictures *pictures, int64_t now_us)
{
        while (pictures->next < pictures->highest && at(pictures, pictures->next)->index != pictures->next)
                pictures->next++;
        pictures->counts.gaps++;
        pictures->asks = true;
        lose(pictures);
        take_ready(pictures, now_us);
}

/* As browsers do: a key frame is asked for again while nothing can be shown, not with every picture. */
static bool tell_wish(Pictures *pictures, int64_t now_us)
{
        if (!pictures->asks || (pictures->asked_us && now_us - pictures->asked_us < ASK_AGAIN_US))
                return false;
        pictures->asks = false;
        pictures->asked_us = now_us;
        return true;
}

bool pictures_turn(Pictures *pictures, int64_t now_us)
{
        bool waits = pictures->started && pictures->next <= pictures->highest;
        if (waits && now_us - pictures->waiting_since_us >= PICTURES_GAP_MAX_US)
                give_up(pictures, now_us);
        return tell_wish(pictures, now_us);
}

bool pictures_receive(Pictures *pictures, Codec codec, const RtpHeader *header, const uint8_t *payload, int64_t now_us)
{
        if (!pictures->started) {
                pictures->started = true;
                pictures->next = pictures->highest = 0x10000 + header->sequence;
                pictures->waiting_since_us = now_us;
        }
        int64_t index = rtp_unwrap_sequence(pictures->highest, header->sequence);
        if (index < pictures->next || at(pictures, index)->index == index)
                return false;
        Piece piece = { .index = index, .timestamp = header->timestamp, .ends = header->marker };
        piece.empty =
                header->payload_bytes == 0 || !(codec == CODEC_VP8 ? read_vp8(payload, header->payload_bytes, &piece)
                                                                   : read_h264(payload, header->payload_bytes, &piece));
        if (index >= pictures->next + PICTURES_WINDOW) {
                pictures->highest =
                        index; /* so far ahead that the window cannot hold both: everything before is lost */
                pictures->next = index;
                pictures->counts.gaps++;
                pictures->asks = true;
                lose(pictures);
        }
        if (pictures->next > pictures->highest) /* nothing waited: from now on something may */
                pictures->waiting_since_us = now_us;
        pictures->highest = MAX(pictures->highest, index);
        *at(pictures, index) = piece;
        take_ready(pictures, now_us);
        return pictures_turn(pictures, now_us);
}

const PictureCounts *pictures_counts(const Pictures *pictures)
{
        return &pictures->counts;
}

void picture_counts_add(PictureCounts *sum, const PictureCounts *more)
{
        sum->whole += more->whole;
        sum->key_frames += more->key_frames;
        sum->gaps += more->gaps;
        sum->torn += more->torn;
        sum->stray += more->stray;
        sum->jumps += more->jumps;
        sum->pause_us = MAX(sum->pause_us, more->pause_us);
        if (more->first_us >= 0)
                sum->first_us = sum->first_us < 0 ? more->first_us : MIN(sum->first_us, more->first_us);
}
