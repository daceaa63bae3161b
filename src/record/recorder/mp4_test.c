#include "record/recorder/box.h"
#include "record/recorder/fragment.h"
#include "record/recorder/mp4.h"
#include "record/recorder/sample_h264.h"

static const uint8_t aac_config[] = { 0x11, 0x88 };
#define CLOCK_US INT64_C(1767225600000000)

static Segment *sample_segment(void)
{
        AvcDescription description;
        g_assert_true(avc_describe(small_key, sizeof(small_key), &description));
        Segment *segment = segment_new(CLOCK_US, &description);
        g_assert_true(segment_add_picture(segment, small_key, sizeof(small_key), CLOCK_US, true));
        g_assert_true(segment_add_picture(segment, delta, sizeof(delta), CLOCK_US + 33333, false));
        g_assert_false(segment_add_picture(segment, (const uint8_t *)"\0\0\1\11\20", 5, CLOCK_US + 50000, false));
        g_assert_cmpint(segment_last_us(segment), ==, CLOCK_US + 33333);
        samples_add(&segment->sound, (const uint8_t *)"abc", 3, CLOCK_US / 1000 * 48 + 5);
        samples_add(&segment->sound, (const uint8_t *)"defg", 4, CLOCK_US / 1000 * 48 + 1029);
        segment->end_us = CLOCK_US + 100000;
        return segment;
}

static void test_segment(void)
{
        g_autoptr(Segment) segment = sample_segment();
        g_autoptr(GByteArray) out = g_byte_array_new();
        Anchor anchor = { CLOCK_US - 1000000, 7000000 };
        mp4_put_segment(out, 3, segment, &anchor);
        Fragment fragment;
        g_assert_true(fragment_parse(out->data, out->len, out->len, &fragment));
        g_assert_cmpuint(fragment.picture.time, ==, 8 * 90000);
        g_assert_cmpuint(fragment.sound.time, ==, 8 * 48000 + 5);
        g_assert_cmpuint(fragment.picture.samples->len, ==, 2);
        const FragmentSample *pictures = (const FragmentSample *)fragment.picture.samples->data;
        g_assert_cmpuint(pictures[0].duration + pictures[1].duration, ==, 9000);
        g_assert_true(pictures[0].key && !pictures[1].key);
        g_assert_cmpmem(out->data + fragment.sound.offset, fragment.sound.bytes, "abcdefg", 7);
        g_assert_cmpmem(out->data + fragment.picture.offset + pictures[0].size_bytes, 8, "\0\0\0\4\x41\x9a\1\2", 8);
        fragment_clear(&fragment);
}

/* Pictures that are shown in another order than they are decoded in, as encoders elsewhere send them. */
static void test_reordered(void)
{
        g_autoptr(Segment) segment = sample_segment();
        g_array_index(segment->pictures.list, Sample, 0).shown_after = 33333;
        g_array_index(segment->pictures.list, Sample, 1).shown_after = -33333;
        g_autoptr(GByteArray) out = g_byte_array_new();
        mp4_put_segment(out, 0, segment, &(Anchor){ CLOCK_US, 0 });
        Fragment fragment;
        g_assert_true(fragment_parse(out->data, out->len, out->len, &fragment));
        const FragmentSample *pictures = (const FragmentSample *)fragment.picture.samples->data;
        g_assert_cmpint(pictures[0].shown_after, ==, 2999);
        g_assert_cmpint(pictures[1].shown_after, ==, -2999);
        g_assert_cmpuint(pictures[0].duration + pictures[1].duration, ==, 9000);
        g_assert_cmpmem(out->data + fragment.sound.offset, fragment.sound.bytes, "abcdefg", 7);
        fragment_clear(&fragment);
}

static void test_channels(void)
{
        g_autoptr(GByteArray) one = g_byte_array_new(), two = g_byte_array_new();
        mp4_put_sound_entry(one, aac_config, sizeof(aac_config));
        mp4_put_sound_entry(two, (const uint8_t[]){ 0x11, 0x90 }, 2);
        g_assert_cmpuint(one->data[25], ==, 1);
        g_assert_cmpuint(two->data[25], ==, 2);
}

static void test_init(void)
{
        g_autoptr(GByteArray) out = g_byte_array_new(), entry = g_byte_array_new();
        AvcDescription description;
        g_assert_true(avc_describe(large_key, sizeof(large_key), &description));
        mp4_put_init(out, &description, aac_config, sizeof(aac_config));
        mp4_put_picture_entry(entry, &description);
        const uint8_t *found;
        size_t size;
        g_assert_true(init_entry(out->data, out->len, PICTURE_TRACK_ID, &found, &size));
        g_assert_cmpmem(found, size, entry->data, entry->len);
        g_assert_true(init_entry(out->data, out->len, SOUND_TRACK_ID, &found, &size));
        g_assert_cmpmem(found + 4, 4, "mp4a", 4);
        g_assert_false(init_entry(out->data, out->len, 3, &found, &size));
        for (size_t n = 0; n < out->len; n++) {
                g_autofree uint8_t *cut = g_memdup2(out->data, n);
                g_assert_false(init_entry(cut, n, PICTURE_TRACK_ID, &found, &size));
        }
}

/* Cut short or changed anywhere, a segment is refused or read within its bytes; the sanitizers watch. */
static void test_damaged(void)
{
        g_autoptr(Segment) segment = sample_segment();
        g_autoptr(GByteArray) out = g_byte_array_new();
        mp4_put_segment(out, 0, segment, &(Anchor){ CLOCK_US, 0 });
        size_t moof_end = 24 + get_u32(out->data + 24);
        Fragment fragment;
        for (size_t n = 0; n < moof_end; n++) {
                g_autofree uint8_t *cut = g_memdup2(out->data, n);
                g_assert_false(fragment_parse(cut, n, n, &fragment));
        }
        g_assert_false(fragment_parse(out->data, out->len, out->len - 1, &fragment));
        for (size_t n = 0; n < out->len; n++) {
                g_autofree uint8_t *changed = g_memdup2(out->data, out->len);
                changed[n] ^= 0xff;
                if (!fragment_parse(changed, out->len, out->len, &fragment))
                        continue;
                g_assert_cmpuint(fragment.picture.offset + fragment.picture.bytes, <=, out->len);
                fragment_clear(&fragment);
        }
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/recorder-mp4/segment", test_segment);
        g_test_add_func("/recorder-mp4/reordered", test_reordered);
        g_test_add_func("/recorder-mp4/channels", test_channels);
        g_test_add_func("/recorder-mp4/init", test_init);
        g_test_add_func("/recorder-mp4/damaged", test_damaged);
        return g_test_run();
}
