#include "record/recorder/fragment.h"

#include "record/recorder/box.h"
#include "record/recorder/mp4.h"

#include <string.h>

enum { SAMPLES_MOST = 100000, NOT_SYNC = 0x10000 };

/* A stretch of bytes holding boxes, or one box's content. */
typedef struct Bytes {
        const uint8_t *at;
        size_t length;
} Bytes;

/* Takes the next box off the front. False at the end, or when its size is not to be believed. */
static bool next_box(Bytes *from, char ret_type[5], Bytes *ret_content)
{
        if (from->length < 8)
                return false;
        uint32_t size = get_u32(from->at);
        if (size < 8 || size > from->length)
                return false;
        memcpy(ret_type, from->at + 4, 4);
        ret_type[4] = '\0';
        *ret_content = (Bytes){ from->at + 8, size - 8 };
        from->at += size;
        from->length -= size;
        return true;
}

static bool find_box(Bytes in, const char *type, Bytes *ret_content)
{
        char found[5];
        while (next_box(&in, found, ret_content))
                if (g_str_equal(found, type))
                        return true;
        return false;
}

static void track_clear(FragmentTrack *track)
{
        g_clear_pointer(&track->samples, g_array_unref);
        *track = (FragmentTrack){ 0 };
}

void fragment_clear(Fragment *fragment)
{
        track_clear(&fragment->picture);
        track_clear(&fragment->sound);
}

/* trun as mp4.c writes it: flags 0x701, or version 1 and 0xf01 where pictures are decoded in another order than shown.
 */
static bool read_run(Bytes run, uint64_t moof_offset, uint64_t file_size, FragmentTrack *track)
{
        if (run.length < 12)
                return false;
        bool reordered = get_u32(run.at) == 0x1000f01;
        size_t each = reordered ? 16 : 12;
        if (!reordered && (get_u32(run.at) & 0xffffff) != 0x701)
                return false;
        uint32_t n = get_u32(run.at + 4);
        if (n > SAMPLES_MOST || run.length != 12 + (size_t)n * each)
                return false;
        track->offset = moof_offset + get_u32(run.at + 8);
        track->samples = g_array_sized_new(FALSE, FALSE, sizeof(FragmentSample), n);
        for (uint32_t i = 0; i < n; i++) {
                const uint8_t *from = run.at + 12 + (size_t)i * each;
                FragmentSample sample = { .duration = get_u32(from),
                                          .size_bytes = get_u32(from + 4),
                                          .shown_after = reordered ? (int32_t)get_u32(from + 12) : 0,
                                          .key = (get_u32(from + 8) & NOT_SYNC) == 0 };
                track->bytes += sample.size_bytes;
                g_array_append_val(track->samples, sample);
        }
        return track->offset <= file_size && track->bytes <= file_size - track->offset;
}

static bool read_track(Bytes traf, uint64_t moof_offset, uint64_t file_size, Fragment *fragment)
{
        Bytes head, time, run;
        if (!find_box(traf, "tfhd", &head) || head.length < 8 || !find_box(traf, "tfdt", &time) || time.length < 12 ||
            time.at[0] != 1 || !find_box(traf, "trun", &run))
                return false;
        FragmentTrack *track = get_u32(head.at + 4) == PICTURE_TRACK_ID ? &fragment->picture : &fragment->sound;
        if (track->samples)
                return false;
        track->time = get_u64(time.at + 4);
        return track->time < UINT64_C(1) << 48 && read_run(run, moof_offset, file_size, track);
}

static bool parse(const uint8_t *head, size_t length, uint64_t file_size, bool picture, Fragment *ret_fragment)
{
        Fragment fragment = { 0 };
        Bytes file = { head, length }, moof = { 0 }, traf;
        char type[5] = "";
        bool ok = false;
        while (next_box(&file, type, &moof) && !g_str_equal(type, "moof"))
                continue;
        if (g_str_equal(type, "moof")) {
                uint64_t moof_offset = (uint64_t)(moof.at - 8 - head);
                ok = true;
                while (ok && next_box(&moof, type, &traf))
                        if (g_str_equal(type, "traf"))
                                ok = read_track(traf, moof_offset, file_size, &fragment);
        }
        const GArray *needed = picture ? fragment.picture.samples : fragment.sound.samples;
        if (!ok || !needed || needed->len == 0) {
                fragment_clear(&fragment);
                return false;
        }
        if (!fragment.sound.samples)
                fragment.sound.samples = g_array_new(FALSE, FALSE, sizeof(FragmentSample));
        *ret_fragment = fragment;
        return true;
}

bool fragment_parse(const uint8_t *head, size_t length, uint64_t file_size, Fragment *ret_fragment)
{
        return parse(head, length, file_size, true, ret_fragment);
}

bool fragment_parse_sound(const uint8_t *head, size_t length, uint64_t file_size, Fragment *ret_fragment)
{
        return parse(head, length, file_size, false, ret_fragment);
}

/* Enters mdia, minf, stbl, stsd of a trak and takes the first entry. */
static bool track_entry(Bytes trak, const uint8_t **ret_entry, size_t *ret_size)
{
        static const char *const path[] = { "mdia", "minf", "stbl", "stsd" };
        Bytes at = trak, entry;
        char type[5];
        for (size_t i = 0; i < G_N_ELEMENTS(path); i++)
                if (!find_box(at, path[i], &at))
                        return false;
        if (at.length < 8)
                return false;
        at = (Bytes){ at.at + 8, at.length - 8 };
        *ret_entry = at.at;
        if (!next_box(&at, type, &entry))
                return false;
        *ret_size = entry.length + 8;
        return true;
}

bool init_entry(const uint8_t *bytes, size_t length, uint32_t track_id, const uint8_t **ret_entry, size_t *ret_size)
{
        Bytes file = { bytes, length }, movie, trak, head;
        char type[5];
        if (!find_box(file, "moov", &movie))
                return false;
        while (next_box(&movie, type, &trak))
                if (g_str_equal(type, "trak") && find_box(trak, "tkhd", &head) && head.length >= 24 &&
                    head.at[0] == 1 && get_u32(head.at + 20) == track_id)
                        return track_entry(trak, ret_entry, ret_size);
        return false;
}
