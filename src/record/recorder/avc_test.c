#include "record/recorder/avc.h"
#include "record/recorder/sample_h264.h"
#include "record/recorder/slate.h"

static void test_describe(void)
{
        AvcDescription small, large;
        g_assert_true(avc_describe(small_key, sizeof(small_key), &small));
        g_assert_cmpuint(small.width, ==, 320);
        g_assert_cmpuint(small.height, ==, 180);
        /* Version, profile, compatibility, level; lengths of 4 bytes; one SPS of 24 bytes, one PPS of 5. */
        static const uint8_t head[] = { 1, 0x42, 0xc0, 0x0c, 0xff, 0xe1, 0, 24, 0x67 };
        static const uint8_t tail[] = { 1, 0, 5, 0x68, 0xce, 0x0f, 0x2c, 0x80 };
        g_assert_cmpmem(small.avcc, sizeof(head), head, sizeof(head));
        g_assert_cmpmem(small.avcc + small.avcc_size - sizeof(tail), sizeof(tail), tail, sizeof(tail));

        g_assert_true(avc_describe(large_key, sizeof(large_key), &large));
        g_assert_cmpuint(large.width, ==, 1280);
        g_assert_cmpuint(large.height, ==, 720);
        g_assert_cmpint(large.avcc[large.avcc_size - 4], ==, 0xfd);
        g_assert_true(avc_description_equal(&large, &large));
        g_assert_false(avc_description_equal(&large, &small));
}

static void test_not_described(void)
{
        AvcDescription description = { .width = 7 };
        g_assert_false(avc_describe(delta, sizeof(delta), &description));
        g_assert_false(avc_describe(NULL, 0, &description));
        /* Sets without a picture, and a picture that is no IDR. */
        g_assert_false(avc_describe(small_key, sizeof(small_key) - 8, &description));
        uint8_t changed[sizeof(small_key)];
        memcpy(changed, small_key, sizeof(changed));
        changed[sizeof(changed) - 5] = 0x41;
        g_assert_false(avc_describe(changed, sizeof(changed), &description));
        /* Cut anywhere it never reads too far. */
        for (size_t n = 0; n + 5 < sizeof(small_key); n++) {
                g_autofree uint8_t *cut = g_memdup2(small_key, n);
                g_assert_false(avc_describe(cut, n, &description));
        }
        g_assert_cmpuint(description.width, ==, 7);
}

static void test_sample(void)
{
        g_autoptr(GByteArray) out = g_byte_array_new();
        size_t size = avc_append_sample(out, large_key, sizeof(large_key));
        g_assert_cmpuint(size, ==, out->len);
        /* The delimiter is gone, the sets stay, each behind its length. */
        static const uint8_t head[] = { 0, 0, 0, 22, 0x67, 0x64 };
        static const uint8_t tail[] = { 0, 0, 0, 4, 0x65, 0x88, 0x84, 0x33 };
        g_assert_cmpmem(out->data, sizeof(head), head, sizeof(head));
        g_assert_cmpmem(out->data + out->len - sizeof(tail), sizeof(tail), tail, sizeof(tail));
        /* No picture, nothing added. */
        g_assert_cmpuint(avc_append_sample(out, small_key, sizeof(small_key) - 8), ==, 0);
        g_assert_cmpuint(avc_append_sample(out, (const uint8_t *)"\0\0\1", 3), ==, 0);
        g_assert_cmpuint(out->len, ==, size);
}

/* Two pictures that look alike and differ in idr_pic_id, with one description. */
static void test_slate(void)
{
        size_t lengths[3];
        const uint8_t *pictures[3];
        AvcDescription first, second;
        for (unsigned i = 0; i < 3; i++)
                pictures[i] = slate_picture(i, &lengths[i]);
        g_assert_true(pictures[0] == pictures[2] && lengths[0] == lengths[2]);
        g_assert_true(lengths[0] != lengths[1] || memcmp(pictures[0], pictures[1], lengths[0]) != 0);
        g_assert_true(avc_describe(pictures[0], lengths[0], &first));
        g_assert_true(avc_describe(pictures[1], lengths[1], &second));
        g_assert_true(avc_description_equal(&first, &second));
        g_assert_cmpuint(first.width, ==, 640);
        g_assert_true(slate_is(&second));
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/recorder-avc/describe", test_describe);
        g_test_add_func("/recorder-avc/not-described", test_not_described);
        g_test_add_func("/recorder-avc/sample", test_sample);
        g_test_add_func("/recorder-avc/slate", test_slate);
        return g_test_run();
}
