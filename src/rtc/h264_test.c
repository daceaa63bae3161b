#include "rtc/h264.h"
#include <string.h>

static size_t from_hex(const char *hex, uint8_t *bytes)
{
        size_t size = 0;
        for (; hex[0] && hex[1]; hex += 2)
                bytes[size++] = (uint8_t)(g_ascii_xdigit_value(hex[0]) << 4 | g_ascii_xdigit_value(hex[1]));
        return size;
}

static H264Payload parse(const char *hex)
{
        static uint8_t payload[256];
        H264Payload parsed = { 0 };
        g_assert_cmpint(h264_parse(payload, from_hex(hex, payload), &parsed), ==, DROP_NONE);
        return parsed;
}

static void test_parse(void)
{
        H264Payload parsed = parse("65888409"); /* IDR in one packet */
        g_assert_true(parsed.key_frame && parsed.has_idr && parsed.start);
        parsed = parse("419a3813"); /* P */
        g_assert_false(parsed.key_frame || parsed.b_slice);
        g_assert_true(parse("019e4178").b_slice);

        parsed = parse("78"
                       "000467"
                       "42c01e"
                       "0002"
                       "68ce"); /* STAP-A of SPS and PPS */
        g_assert_true(parsed.key_frame && parsed.has_sps && parsed.has_pps && !parsed.has_idr);
        g_assert_cmpuint(parsed.sps_bytes, ==, 4);
        g_assert_cmphex(parsed.sps[0], ==, 0x67);

        parsed = parse("7c85888409"); /* FU-A, first piece of an IDR */
        g_assert_true(parsed.key_frame && parsed.start);
        g_assert_cmpuint(parsed.type, ==, 5);
        parsed = parse("7c05888409"); /* a middle piece is none */
        g_assert_false(parsed.key_frame || parsed.start);
        g_assert_true(parse("1c819e4178").b_slice);
}

static void test_refused(void)
{
        static const char *const REFUSED[] = {
                "",     "65",     "e588",       /* nothing; no content; forbidden bit */
                "0000", "1900",   "1d850000",   /* type 0, STAP-B, FU-B */
                "7800", "780000", "78000467",   /* STAP-A: half a length, nothing, too little */
                "7c85", "7cc588", "78000167ff", /* FU-A: nothing, start and end at once; STAP-A with a rest */
        };
        for (unsigned i = 0; i < G_N_ELEMENTS(REFUSED); i++) {
                uint8_t payload[16];
                H264Payload parsed;
                g_assert_cmpint(h264_parse(payload, from_hex(REFUSED[i], payload), &parsed), ==, DROP_CODEC_MALFORMED);
        }
}

/* Parameter sets as libx264 writes them. */
static const struct {
        const char *hex;
        H264Sps sps;
} SETS[] = {
        { "6742c01ed900a02ff970110000030001000003003c0f162e48", { 66, 0xc0, 30, 640, 360, 3, false } },
        { "674d401feca02802dd8088000003000800000301e078c18cb0", { 77, 0x40, 31, 1280, 720, 4, true } },
        { "67640028acb200f0044fcb8088000003000800000301e078c19240", { 100, 0, 40, 1920, 1080, 4, false } },
        { "67640028acd94078044fde0220000003002000000783e2c5b2c0", { 100, 0, 40, 1920, 1080, 4, true } },
        { "67f4000d91964054678f8bc044000003000400000300f03c50a920", { 244, 0, 13, 322, 182, 4, false } },
        { "6764001facd9405005bb0110000003001000000303c626000f424001e84e4c30078c18cb",
          { 100, 0, 31, 1280, 720, 4, true } },
};

static void test_sps(void)
{
        for (unsigned i = 0; i < G_N_ELEMENTS(SETS); i++) {
                uint8_t nal[64];
                H264Sps sps = { 0 };
                const H264Sps *expected = &SETS[i].sps;
                g_assert_true(h264_sps_read(nal, from_hex(SETS[i].hex, nal), &sps));
                g_assert_cmpuint(sps.profile, ==, expected->profile);
                g_assert_cmphex(sps.constraints, ==, expected->constraints);
                g_assert_cmpuint(sps.level, ==, expected->level);
                g_assert_cmpuint(sps.width, ==, expected->width);
                g_assert_cmpuint(sps.height, ==, expected->height);
                g_assert_cmpint(sps.b_frames_possible, ==, expected->b_frames_possible);
        }
}

/* Cut or changed sets give false or some size, never more than that. */
static void test_sps_damaged(void)
{
        for (unsigned i = 0; i < G_N_ELEMENTS(SETS); i++) {
                uint8_t nal[64];
                H264Sps sps;
                size_t size = from_hex(SETS[i].hex, nal);
                for (size_t cut = 0; cut < 9; cut++)
                        g_assert_false(h264_sps_read(nal, cut, &sps));
                for (size_t bit = 0; bit < size * 8; bit++) {
                        nal[bit / 8] ^= 1 << bit % 8;
                        h264_sps_read(nal, size, &sps);
                        nal[bit / 8] ^= 1 << bit % 8;
                }
        }
        uint8_t zeros[64] = { 0x67, 66 };
        H264Sps sps;
        g_assert_false(h264_sps_read(zeros, sizeof zeros, &sps));
}

typedef struct Packet {
        uint8_t data[1200];
        size_t size;
        bool marker;
} Packet;

/* An access unit: SPS, PPS when `key`, then slices of the given sizes. */
static GByteArray *make_unit(bool key, const size_t *sizes, unsigned n_sizes)
{
        static const uint8_t SETS_OF_KEY[] = { 0, 0, 0, 1, 0x67, 66, 0xc0, 30, 9, 0, 0, 0, 1, 0x68, 0xce, 0x3c };
        static const uint8_t START_CODE[] = { 0, 0, 0, 1 };
        GByteArray *unit = g_byte_array_new();
        if (key)
                g_byte_array_append(unit, SETS_OF_KEY, sizeof SETS_OF_KEY);
        for (unsigned i = 0; i < n_sizes; i++) {
                g_byte_array_append(unit, START_CODE, sizeof START_CODE);
                for (size_t k = 0; k < sizes[i]; k++) {
                        uint8_t byte = k == 0 ? (key ? 0x65 : 0x41) : (uint8_t)(k % 250 + 4);
                        g_byte_array_append(unit, &byte, 1);
                }
        }
        return unit;
}

static unsigned packetize(const GByteArray *unit, Packet *packets, unsigned max)
{
        H264Packetizer packetizer;
        unsigned n = 0;
        h264_packetizer_init(&packetizer, unit->data, unit->len);
        for (; n < max; n++) {
                Packet *packet = &packets[n];
                packet->size = h264_packetizer_next(&packetizer, sizeof packet->data, packet->data, &packet->marker);
                if (packet->size == 0)
                        break;
        }
        return n;
}

static void test_round_trip(void)
{
        static Packet packets[64];
        g_autoptr(H264Depacketizer) depacketizer = h264_depacketizer_new();
        static const size_t SIZES[][2] = { { 2, 0 }, { 1200, 0 }, { 1201, 0 }, { 40000, 0 }, { 600, 3000 } };
        for (unsigned i = 0; i < 2 * G_N_ELEMENTS(SIZES); i++) {
                const size_t *sizes = SIZES[i / 2];
                g_autoptr(GByteArray) unit = make_unit(i % 2, sizes, sizes[1] ? 2 : 1);
                unsigned n = packetize(unit, packets, G_N_ELEMENTS(packets));
                g_assert_cmpuint(n, <, G_N_ELEMENTS(packets));
                for (unsigned k = 0; k < n; k++) {
                        const uint8_t *frame;
                        size_t size = 0;
                        bool key_frame = false;
                        g_assert_cmpint(packets[k].marker, ==, k == n - 1);
                        g_assert_cmpint(h264_depacketizer_push(depacketizer, packets[k].data, packets[k].size, i,
                                                               packets[k].marker, false, &frame, &size, &key_frame),
                                        ==, DROP_NONE);
                        g_assert_true((frame != NULL) == (k == n - 1));
                        if (!frame)
                                continue;
                        g_assert_cmpmem(frame, size, unit->data, unit->len);
                        g_assert_cmpint(key_frame, ==, i % 2);
                }
        }
}

/* Three units with one packet left out: never a frame that was not sent, and the next whole one comes through. */
static void test_loss(void)
{
        static Packet packets[3][16];
        unsigned n[3];
        GByteArray *units[3];
        for (unsigned i = 0; i < 3; i++) {
                units[i] = make_unit(i == 2, (size_t[]){ 4000 }, 1);
                n[i] = packetize(units[i], packets[i], 16);
        }
        for (unsigned lost_unit = 0; lost_unit < 2; lost_unit++)
                for (unsigned lost_packet = 0; lost_packet < n[lost_unit]; lost_packet++) {
                        g_autoptr(H264Depacketizer) depacketizer = h264_depacketizer_new();
                        bool lost = false, last_came = false;
                        for (unsigned i = 0; i < 3; i++)
                                for (unsigned k = 0; k < n[i]; k++) {
                                        const uint8_t *frame;
                                        size_t size;
                                        bool key_frame;
                                        if (i == lost_unit && k == lost_packet) {
                                                lost = true;
                                                continue;
                                        }
                                        h264_depacketizer_push(depacketizer, packets[i][k].data, packets[i][k].size,
                                                               i * 3000, packets[i][k].marker, lost, &frame, &size,
                                                               &key_frame);
                                        lost = false;
                                        if (!frame)
                                                continue;
                                        g_assert_cmpuint(i, !=, lost_unit);
                                        g_assert_cmpmem(frame, size, units[i]->data, units[i]->len);
                                        last_came |= i == 2;
                                }
                        g_assert_true(last_came); /* a key frame, also right after a lost end */
                }
        for (unsigned i = 0; i < 3; i++)
                g_byte_array_unref(units[i]);
}

static void test_too_large(void)
{
        g_autoptr(H264Depacketizer) depacketizer = h264_depacketizer_new();
        static uint8_t piece[60000] = { 0x7c, 0x85 };
        const uint8_t *frame = NULL;
        size_t size;
        bool key_frame;
        for (unsigned i = 0; i < 100; i++) {
                h264_depacketizer_push(depacketizer, piece, sizeof piece, 1, false, false, &frame, &size, &key_frame);
                piece[1] = 0x05;
        }
        piece[1] = 0x45;
        h264_depacketizer_push(depacketizer, piece, sizeof piece, 1, true, false, &frame, &size, &key_frame);
        g_assert_null(frame);
}

static void test_packetizer_shapes(void)
{
        Packet packets[8];
        g_autoptr(GByteArray) key = make_unit(true, (size_t[]){ 100 }, 1);
        g_assert_cmpuint(packetize(key, packets, 8), ==, 2); /* the sets together, then the slice */
        g_assert_cmphex(packets[0].data[0] & 31, ==, 24);

        g_autoptr(GByteArray) nothing = g_byte_array_new();
        g_assert_cmpuint(packetize(nothing, packets, 8), ==, 0);
        g_byte_array_append(nothing, (const uint8_t *)"\0\0\1\0\0\0\1\0\0", 9); /* start codes around nothing */
        g_assert_cmpuint(packetize(nothing, packets, 8), ==, 0);
        g_byte_array_append(nothing, (const uint8_t *)"\0\0\1\x41\x9a\0\0\0",
                            8); /* trailing zeros are not the slice's */
        g_assert_cmpuint(packetize(nothing, packets, 8), ==, 1);
        g_assert_cmpuint(packets[0].size, ==, 2);
        g_assert_true(packets[0].marker);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/h264/parse", test_parse);
        g_test_add_func("/h264/refused", test_refused);
        g_test_add_func("/h264/sps", test_sps);
        g_test_add_func("/h264/sps-damaged", test_sps_damaged);
        g_test_add_func("/h264/round-trip", test_round_trip);
        g_test_add_func("/h264/loss", test_loss);
        g_test_add_func("/h264/too-large", test_too_large);
        g_test_add_func("/h264/packetizer-shapes", test_packetizer_shapes);
        return g_test_run();
}
