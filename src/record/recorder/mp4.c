#include "record/recorder/mp4.h"

#include "record/recorder/aac.h"
#include "record/recorder/box.h"
#include "record/recorder/mixer.h"

#include <string.h>

enum { MOVIE_RATE = 1000 };

/* --- Sample descriptions ------------------------------------------------------------------------------------------ */

void mp4_put_picture_entry(GByteArray *out, const AvcDescription *description)
{
        size_t entry = box_open(out, "avc1");
        put_zeros(out, 6);
        put_u16(out, 1); /* data_reference_index */
        put_zeros(out, 16);
        put_u16(out, (uint16_t)description->width);
        put_u16(out, (uint16_t)description->height);
        put_u32(out, 0x480000); /* 72 dpi, twice */
        put_u32(out, 0x480000);
        put_u32(out, 0);
        put_u16(out, 1); /* frame_count */
        put_zeros(out, 32);
        put_u16(out, 24); /* depth */
        put_u16(out, 0xffff);
        size_t avcc = box_open(out, "avcC");
        put_bytes(out, description->avcc, description->avcc_size);
        box_close(out, avcc);
        box_close(out, entry);
}

/* ISO/IEC 14496-1 7.2.6: descriptors of one-byte length. */
static void put_esds(GByteArray *out, const uint8_t *aac_config, size_t config_size)
{
        size_t esds = full_box_open(out, "esds", 0, 0);
        put_u8(out, 3); /* ES_Descriptor */
        put_u8(out, (uint8_t)(23 + config_size));
        put_u16(out, SOUND_TRACK_ID);
        put_u8(out, 0);
        put_u8(out, 4); /* DecoderConfigDescriptor */
        put_u8(out, (uint8_t)(15 + config_size));
        put_u8(out, 0x40); /* MPEG-4 audio */
        put_u8(out, 0x15); /* an audio stream */
        put_zeros(out, 3);
        put_u32(out, AAC_BITS_PER_SECOND);
        put_u32(out, AAC_BITS_PER_SECOND);
        put_u8(out, 5); /* DecoderSpecificInfo */
        put_u8(out, (uint8_t)config_size);
        put_bytes(out, aac_config, config_size);
        put_u8(out, 6); /* SLConfigDescriptor */
        put_u8(out, 1);
        put_u8(out, 2);
        box_close(out, esds);
}

void mp4_put_sound_entry(GByteArray *out, const uint8_t *aac_config, size_t config_size)
{
        size_t entry = box_open(out, "mp4a");
        put_zeros(out, 6);
        put_u16(out, 1); /* data_reference_index */
        put_zeros(out, 8);
        /* channelConfiguration of the AudioSpecificConfig (ISO/IEC 14496-3 1.6.2.1) */
        put_u16(out, config_size >= 2 ? aac_config[1] >> 3 & 15 : 1);
        put_u16(out, 16); /* bits */
        put_u32(out, 0);
        put_u32(out, (uint32_t)SOUND_RATE << 16);
        put_esds(out, aac_config, config_size);
        box_close(out, entry);
}

/* --- Heads of movie and tracks ------------------------------------------------------------------------------------ */

void mp4_put_movie_header(GByteArray *out, uint64_t movie_length)
{
        size_t header = full_box_open(out, "mvhd", 1, 0);
        put_zeros(out, 16); /* no times of creation: equal input, equal bytes */
        put_u32(out, MOVIE_RATE);
        put_u64(out, movie_length);
        put_u32(out, 0x10000);
        put_u16(out, 0x100);
        put_zeros(out, 10);
        put_matrix(out);
        put_zeros(out, 24);
        put_u32(out, SOUND_TRACK_ID + 1);
        box_close(out, header);
}

static void put_track_header(GByteArray *out, const Mp4TrackHead *head)
{
        size_t header = full_box_open(out, "tkhd", 1, 3);
        put_zeros(out, 16);
        put_u32(out, head->id);
        put_u32(out, 0);
        put_u64(out, head->movie_length);
        put_zeros(out, 12);
        put_u16(out, head->width > 0 ? 0 : 0x100);
        put_u16(out, 0);
        put_matrix(out);
        put_u32(out, head->width << 16);
        put_u32(out, head->height << 16);
        box_close(out, header);
}

/* Three letters in five bits each (8.4.2.3); players know those of two by the table, the tag itself says the rest. */
static uint16_t iso_639_2(const char *tag)
{
        static const char known[][7] = { "ar ara", "br bre", "ca cat", "cs ces", "da dan", "de deu", "el ell", "en eng",
                                         "es spa", "eu eus", "fi fin", "fr fra", "he heb", "hi hin", "hu hun", "it ita",
                                         "ja jpn", "ko kor", "nl nld", "no nor", "oc oci", "pl pol", "pt por", "ro ron",
                                         "ru rus", "sv swe", "tr tur", "uk ukr", "vi vie", "zh zho" };
        const char *letters = "und";
        for (size_t i = 0; tag && i < G_N_ELEMENTS(known); i++)
                if (strncmp(known[i], tag, 2) == 0 && !g_ascii_isalpha(tag[2]))
                        letters = known[i] + 3;
        if (tag && g_ascii_isalpha(tag[2]))
                letters = tag;
        return (uint16_t)((letters[0] - 'a' + 1) << 10 | (letters[1] - 'a' + 1) << 5 | (letters[2] - 'a' + 1));
}

static void put_media_header(GByteArray *out, const Mp4TrackHead *head)
{
        bool picture = head->width > 0;
        size_t header = full_box_open(out, "mdhd", 1, 0);
        put_zeros(out, 16);
        put_u32(out, picture ? PICTURE_RATE : SOUND_RATE);
        put_u64(out, head->media_length);
        put_u16(out, iso_639_2(head->language));
        put_u16(out, 0);
        box_close(out, header);
        header = full_box_open(out, "hdlr", 0, 0);
        put_u32(out, 0);
        put_text(out, picture ? "vide" : "soun");
        put_zeros(out, 13);
        box_close(out, header);
        if (!head->language)
                return;
        header = full_box_open(out, "elng", 0, 0); /* 8.4.6 */
        put_text(out, head->language);
        put_zeros(out, 1);
        box_close(out, header);
}

/* The samples lie in this very file. */
static void put_data_information(GByteArray *out)
{
        size_t information = box_open(out, "dinf");
        size_t reference = full_box_open(out, "dref", 0, 0);
        put_u32(out, 1);
        size_t here = full_box_open(out, "url ", 0, 1);
        box_close(out, here);
        box_close(out, reference);
        box_close(out, information);
}

void mp4_open_track(GByteArray *out, const Mp4TrackHead *head, size_t ret_boxes[4])
{
        ret_boxes[0] = box_open(out, "trak");
        put_track_header(out, head);
        ret_boxes[1] = box_open(out, "mdia");
        put_media_header(out, head);
        ret_boxes[2] = box_open(out, "minf");
        bool picture = head->width > 0;
        size_t header = full_box_open(out, picture ? "vmhd" : "smhd", 0, picture ? 1 : 0);
        put_zeros(out, picture ? 8 : 4);
        box_close(out, header);
        put_data_information(out);
        ret_boxes[3] = box_open(out, "stbl");
}

/* --- Init --------------------------------------------------------------------------------------------------------- */

/* Tables that a movie of fragments leaves empty. */
static void put_empty_tables(GByteArray *out)
{
        static const char types[][5] = { "stts", "stsc", "stsz", "stco" };
        for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
                size_t table = full_box_open(out, types[i], 0, 0);
                put_zeros(out, strcmp(types[i], "stsz") == 0 ? 8 : 4);
                box_close(out, table);
        }
}

static void put_extends(GByteArray *out, uint32_t first_id, uint32_t last_id)
{
        size_t extends = box_open(out, "mvex");
        for (uint32_t id = first_id; id <= last_id; id++) {
                size_t track = full_box_open(out, "trex", 0, 0);
                put_u32(out, id);
                put_u32(out, 1);
                put_zeros(out, 12);
                box_close(out, track);
        }
        box_close(out, extends);
}

/* description: NULL for sound alone; aac_config: NULL for pictures alone. */
static void put_init(GByteArray *out, const AvcDescription *description, const uint8_t *aac_config, size_t config_size)
{
        uint32_t first_id = description ? PICTURE_TRACK_ID : SOUND_TRACK_ID;
        uint32_t last_id = aac_config ? SOUND_TRACK_ID : PICTURE_TRACK_ID;
        size_t type = box_open(out, "ftyp");
        put_text(out, "iso6");
        put_u32(out, 0);
        put_text(out, "iso6cmfcmp41");
        box_close(out, type);
        size_t movie = box_open(out, "moov");
        mp4_put_movie_header(out, 0);
        for (uint32_t id = first_id; id <= last_id; id++) {
                bool picture = id == PICTURE_TRACK_ID;
                Mp4TrackHead head = { .id = id,
                                      .width = picture ? description->width : 0,
                                      .height = picture ? description->height : 0 };
                size_t boxes[4];
                mp4_open_track(out, &head, boxes);
                size_t descriptions = full_box_open(out, "stsd", 0, 0);
                put_u32(out, 1);
                if (picture)
                        mp4_put_picture_entry(out, description);
                else
                        mp4_put_sound_entry(out, aac_config, config_size);
                box_close(out, descriptions);
                put_empty_tables(out);
                for (size_t i = G_N_ELEMENTS(boxes); i > 0; i--)
                        box_close(out, boxes[i - 1]);
        }
        put_extends(out, first_id, last_id);
        box_close(out, movie);
}

void mp4_put_init(GByteArray *out, const AvcDescription *description, const uint8_t *aac_config, size_t config_size)
{
        put_init(out, description, aac_config, config_size);
}

void mp4_put_sound_init(GByteArray *out, const uint8_t *aac_config, size_t config_size)
{
        put_init(out, NULL, aac_config, config_size);
}

/* --- Media segment ------------------------------------------------------------------------------------------------ */

enum { SAMPLE_IS_KEY = 0x2000000, SAMPLE_IS_NOT_KEY = 0x1010000 };

/* Opens traf, writes its heads and opens trun for n samples. Returns where the data offset is to be set. reordered:
 * each sample also says when it is shown, as a signed number (8.8.8.2, version 1). */
static size_t open_fragment(GByteArray *out, uint32_t id, int64_t time, guint n, bool reordered, size_t ret_boxes[2])
{
        ret_boxes[0] = box_open(out, "traf");
        size_t header = full_box_open(out, "tfhd", 0, 0x20000); /* default-base-is-moof */
        put_u32(out, id);
        box_close(out, header);
        header = full_box_open(out, "tfdt", 1, 0);
        put_u64(out, (uint64_t)time);
        box_close(out, header);
        /* offset; duration, size and flags of each */
        ret_boxes[1] = full_box_open(out, "trun", reordered, reordered ? 0xf01 : 0x701);
        put_u32(out, n);
        put_u32(out, 0);
        return out->len - 4;
}

static bool is_reordered(const Samples *pictures)
{
        for (guint i = 0; i < pictures->list->len; i++)
                if (samples_at(pictures, i)->shown_after != 0)
                        return true;
        return false;
}

static size_t put_picture_fragment(GByteArray *out, const Segment *segment, const Anchor *anchor)
{
        const Samples *pictures = &segment->pictures;
        size_t boxes[2];
        int64_t at = anchor_picture_units(anchor, segment->start_us);
        bool reordered = is_reordered(pictures);
        size_t offset_at = open_fragment(out, PICTURE_TRACK_ID, at, pictures->list->len, reordered, boxes);
        for (guint i = 0; i < pictures->list->len; i++) {
                bool last = i + 1 == pictures->list->len;
                int64_t next_us = last ? segment->end_us : samples_at(pictures, i + 1)->time;
                int64_t next = anchor_picture_units(anchor, next_us);
                put_u32(out, (uint32_t)(next - at));
                put_u32(out, samples_at(pictures, i)->size_bytes);
                put_u32(out, samples_at(pictures, i)->key ? SAMPLE_IS_KEY : SAMPLE_IS_NOT_KEY);
                if (reordered) {
                        const Sample *picture = samples_at(pictures, i);
                        int64_t shown = anchor_picture_units(anchor, picture->time + picture->shown_after);
                        put_u32(out, (uint32_t)(int32_t)(shown - at));
                }
                at = next;
        }
        box_close(out, boxes[1]);
        box_close(out, boxes[0]);
        return offset_at;
}

static size_t put_sound_fragment(GByteArray *out, const Samples *sound, const Anchor *anchor)
{
        size_t boxes[2];
        int64_t since_anchor = samples_at(sound, 0)->time - position_of_time(anchor->clock_us);
        int64_t at = position_of_time(anchor->media_us) + since_anchor;
        size_t offset_at = open_fragment(out, SOUND_TRACK_ID, MAX(at, 0), sound->list->len, false, boxes);
        for (guint i = 0; i < sound->list->len; i++) {
                put_u32(out, AAC_FRAME_SAMPLES);
                put_u32(out, samples_at(sound, i)->size_bytes);
                put_u32(out, SAMPLE_IS_KEY);
        }
        box_close(out, boxes[1]);
        box_close(out, boxes[0]);
        return offset_at;
}

/* Returns the moof, open. */
static size_t open_segment(GByteArray *out, unsigned number)
{
        size_t type = box_open(out, "styp");
        put_text(out, "msdh");
        put_u32(out, 0);
        put_text(out, "msdhmsix");
        box_close(out, type);

        size_t moof = box_open(out, "moof");
        size_t header = full_box_open(out, "mfhd", 0, 0);
        put_u32(out, number + 1);
        box_close(out, header);
        return moof;
}

void mp4_put_sound_segment(GByteArray *out, unsigned number, const Samples *sound, const Anchor *anchor)
{
        size_t moof = open_segment(out, number);
        size_t offset_at = sound->list->len > 0 ? put_sound_fragment(out, sound, anchor) : 0;
        box_close(out, moof);
        size_t data = box_open(out, "mdat");
        if (offset_at)
                set_u32(out, offset_at, (uint32_t)(out->len - moof));
        put_bytes(out, sound->bytes->data, sound->bytes->len);
        box_close(out, data);
}

void mp4_put_segment(GByteArray *out, unsigned number, const Segment *segment, const Anchor *anchor)
{
        size_t moof = open_segment(out, number);
        bool has_sound = segment->sound.list->len > 0;
        size_t picture_offset_at = put_picture_fragment(out, segment, anchor);
        size_t sound_offset_at = has_sound ? put_sound_fragment(out, &segment->sound, anchor) : 0;
        box_close(out, moof);

        size_t data = box_open(out, "mdat");
        set_u32(out, picture_offset_at, (uint32_t)(out->len - moof));
        put_bytes(out, segment->pictures.bytes->data, segment->pictures.bytes->len);
        if (has_sound)
                set_u32(out, sound_offset_at, (uint32_t)(out->len - moof));
        put_bytes(out, segment->sound.bytes->data, segment->sound.bytes->len);
        box_close(out, data);
}
