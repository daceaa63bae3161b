/* VP8 into H.264: the budget, one lane, and all of it through the real child. */
#include "record/transcode.h"

#include "base/time.h"
#include "record/transcoder/lane.h"

#include <libavcodec/avcodec.h>
#include <libavutil/opt.h>
#include <signal.h>
#include <string.h>

#define BEGIN_US INT64_C(1790000000000000)
#define PICTURE_US INT64_C(40000)
#define PATIENCE_US (30 * SECOND_US)

/* --- A camera: a bright bar on dark ground, whose place says which picture it is ---------------------------------- */

enum { BARS = 16 };

typedef struct Camera {
        AVCodecContext *encoder;
        AVFrame *frame;
        AVPacket *packet;
} Camera;

static void camera_open(Camera *camera, int width, int height)
{
        const AVCodec *codec = avcodec_find_encoder_by_name("libvpx");
        g_assert_nonnull(codec);
        camera->encoder = avcodec_alloc_context3(codec);
        camera->encoder->width = width;
        camera->encoder->height = height;
        camera->encoder->pix_fmt = AV_PIX_FMT_YUV420P;
        camera->encoder->time_base = (AVRational){ 1, 25 };
        camera->encoder->bit_rate = 2000000;
        camera->encoder->thread_count = 1;
        camera->encoder->gop_size = 1000;
        av_opt_set(camera->encoder->priv_data, "deadline", "realtime", 0);
        av_opt_set(camera->encoder->priv_data, "cpu-used", "8", 0);
        av_opt_set(camera->encoder->priv_data, "lag-in-frames", "0", 0);
        g_assert_cmpint(avcodec_open2(camera->encoder, codec, NULL), ==, 0);
        camera->frame = av_frame_alloc();
        camera->frame->width = width;
        camera->frame->height = height;
        camera->frame->format = AV_PIX_FMT_YUV420P;
        g_assert_cmpint(av_frame_get_buffer(camera->frame, 0), ==, 0);
        camera->packet = av_packet_alloc();
}

static void camera_close(Camera *camera)
{
        avcodec_free_context(&camera->encoder);
        av_frame_free(&camera->frame);
        av_packet_free(&camera->packet);
}

/* The n-th picture; its bytes live until the next. */
static TranscoderPicture camera_picture(Camera *camera, int n, bool key)
{
        AVFrame *frame = camera->frame;
        int bar = frame->width / BARS, from = n % BARS * bar;
        g_assert_cmpint(av_frame_make_writable(frame), ==, 0);
        for (int y = 0; y < frame->height; y++) {
                memset(frame->data[0] + y * frame->linesize[0], 30, (size_t)frame->width);
                memset(frame->data[0] + y * frame->linesize[0] + from, 220, (size_t)bar);
        }
        for (int y = 0; y < (frame->height + 1) / 2; y++) {
                memset(frame->data[1] + y * frame->linesize[1], 128, (size_t)(frame->width + 1) / 2);
                memset(frame->data[2] + y * frame->linesize[2], 128, (size_t)(frame->width + 1) / 2);
        }
        frame->pts = n;
        frame->pict_type = key ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
        av_packet_unref(camera->packet);
        g_assert_cmpint(avcodec_send_frame(camera->encoder, frame), ==, 0);
        g_assert_cmpint(avcodec_receive_packet(camera->encoder, camera->packet), ==, 0);
        return (TranscoderPicture){ .bytes = camera->packet->data,
                                    .length = (size_t)camera->packet->size,
                                    .key = camera->packet->flags & AV_PKT_FLAG_KEY,
                                    .time_us = BEGIN_US + n * PICTURE_US };
}

/* --- A viewer: decodes what comes out ----------------------------------------------------------------------------- */

typedef struct Viewer {
        AVCodecContext *decoder;
        AVFrame *frame;
        AVPacket *packet;
} Viewer;

static void viewer_open(Viewer *viewer)
{
        const AVCodec *codec = avcodec_find_decoder(AV_CODEC_ID_H264);
        viewer->decoder = avcodec_alloc_context3(codec);
        viewer->decoder->thread_count = 1;
        viewer->decoder->flags |= AV_CODEC_FLAG_LOW_DELAY;
        g_assert_cmpint(avcodec_open2(viewer->decoder, codec, NULL), ==, 0);
        viewer->frame = av_frame_alloc();
        viewer->packet = av_packet_alloc();
}

static void viewer_close(Viewer *viewer)
{
        avcodec_free_context(&viewer->decoder);
        av_frame_free(&viewer->frame);
        av_packet_free(&viewer->packet);
}

/* Which bar is lit, -1: none, or nothing to see. */
static int viewer_sees(Viewer *viewer, const uint8_t *bytes, size_t length)
{
        int brightest = -1, light = 120;
        g_assert_cmpint(av_new_packet(viewer->packet, (int)length), ==, 0);
        memcpy(viewer->packet->data, bytes, length);
        int sent = avcodec_send_packet(viewer->decoder, viewer->packet);
        av_packet_unref(viewer->packet);
        if (sent < 0 || avcodec_receive_frame(viewer->decoder, viewer->frame) < 0)
                return -1;
        AVFrame *frame = viewer->frame;
        for (int bar = 0; bar < BARS; bar++) {
                int value = frame->data[0][frame->height / 2 * frame->linesize[0] +
                                           (2 * bar + 1) * frame->width / BARS / 2];
                if (value > light) {
                        light = value;
                        brightest = bar;
                }
        }
        return brightest;
}

/* --- One lane ----------------------------------------------------------------------------------------------------- */

typedef struct Out {
        Viewer viewer;
        unsigned pictures, keys;
        int bar, profile;
        int64_t time_us, key_us, key_apart_us;
} Out;

static void on_lane(void *owner, const TranscodeFrame *frame)
{
        Out *out = owner;
        bool key = frame->flags & TRANSCODE_KEY;
        out->pictures++;
        out->keys += key;
        out->bar = viewer_sees(&out->viewer, frame->bytes, frame->length);
        out->time_us = frame->time_us;
        if (key && out->key_us)
                out->key_apart_us = MAX(out->key_apart_us, frame->time_us - out->key_us);
        if (key) {
                g_assert_cmpuint(frame->bytes[4] & 31, ==, 7); /* its parameter sets come first */
                out->key_us = frame->time_us;
                out->profile = frame->bytes[5];
        }
}

static TranscodeFrame frame_of(const TranscoderPicture *picture, uint16_t generation)
{
        return (TranscodeFrame){ .flags = (picture->key ? TRANSCODE_KEY : 0) | (picture->gap ? TRANSCODE_GAP : 0),
                                 .generation = generation,
                                 .time_us = picture->time_us,
                                 .bytes = picture->bytes,
                                 .length = picture->length };
}

static void feed(Lane *lane, const TranscoderPicture *picture, uint16_t generation)
{
        TranscodeFrame frame = frame_of(picture, generation);
        lane_frame(lane, &frame);
}

static void test_lane(void)
{
        static const struct {
                int width, height, out_width, out_height;
        } sizes[] = {
                { 1920, 1080, 1280, 720 }, { 640, 360, 640, 360 }, { 601, 433, 600, 432 }, { 720, 1280, 404, 720 }
        };
        for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
                Camera camera;
                Out out = { 0 };
                camera_open(&camera, sizes[i].width, sizes[i].height);
                viewer_open(&out.viewer);
                Lane *lane = lane_new(on_lane, &out);
                g_assert_nonnull(lane);
                int n = i == 1 ? 120 : 10;
                for (int k = 0; k < n; k++) {
                        TranscoderPicture picture = camera_picture(&camera, k, k == 0);
                        feed(lane, &picture, 1);
                        g_assert_cmpuint(out.pictures, ==, k + 1); /* none waits inside */
                        g_assert_cmpint(out.bar, ==, k % BARS);
                        g_assert_cmpint(out.time_us, ==, picture.time_us);
                }
                g_assert_cmpint(out.viewer.decoder->width, ==, sizes[i].out_width);
                g_assert_cmpint(out.viewer.decoder->height, ==, sizes[i].out_height);
                g_assert_cmpint(out.profile, ==, 66); /* baseline: no B pictures */
                g_assert_cmpuint(out.keys, ==, i == 1 ? 3 : 1);
                g_assert_cmpint(out.key_apart_us, <=, LANE_KEY_US + PICTURE_US);
                lane_free(lane);
                viewer_close(&out.viewer);
                camera_close(&camera);
        }
}

/* After a gap, and after what is no VP8, nothing comes until a key frame; another source begins with one, in any order
 * of times; pictures that come too fast are left out. */
static void test_lane_faults(void)
{
        Camera camera;
        Out out = { 0 };
        camera_open(&camera, 320, 180);
        viewer_open(&out.viewer);
        Lane *lane = lane_new(on_lane, &out);
        TranscoderPicture picture = camera_picture(&camera, 0, true);
        feed(lane, &picture, 1);
        picture = camera_picture(&camera, 1, false);
        picture.gap = true;
        feed(lane, &picture, 1);
        picture = camera_picture(&camera, 2, false);
        feed(lane, &picture, 1);
        g_assert_cmpuint(out.pictures, ==, 1);
        picture = camera_picture(&camera, 3, true);
        feed(lane, &picture, 1);
        g_assert_cmpuint(out.pictures, ==, 2);
        uint8_t rubbish[500];
        for (size_t i = 0; i < sizeof rubbish; i++)
                rubbish[i] = (uint8_t)(i * 37 + 11);
        for (unsigned i = 0; i < 200; i++) {
                rubbish[i] ^= 0x5a;
                TranscoderPicture bad = { rubbish, 1 + i * 2, i % 3 == 0, false,
                                          picture.time_us + (i + 1) * PICTURE_US };
                feed(lane, &bad, 1);
        }
        out.pictures = 0;
        picture = camera_picture(&camera, 4, false);
        feed(lane, &picture, 2);
        g_assert_cmpuint(out.pictures, ==, 0);      /* another source, but no key frame */
        picture = camera_picture(&camera, 5, true); /* earlier than the rubbish */
        feed(lane, &picture, 2);
        g_assert_cmpuint(out.pictures, ==, 1);
        g_assert_cmpint(out.bar, ==, 5);
        picture = camera_picture(&camera, 6, false);
        picture.time_us -= PICTURE_US / 2;
        feed(lane, &picture, 2);
        g_assert_cmpuint(out.pictures, ==, 1);
        picture = camera_picture(&camera, 7, false);
        feed(lane, &picture, 2);
        g_assert_cmpint(out.bar, ==, 7);
        lane_free(lane);
        viewer_close(&out.viewer);
        camera_close(&camera);
}

/* --- Budget and frames -------------------------------------------------------------------------------------------- */

static void test_budget(void)
{
        g_autoptr(TranscodeBudget) budget = transcode_budget_new(50);
        int a, b;
        g_assert_cmpuint(transcode_cost(1280, 720), ==, 34);
        g_assert_cmpuint(transcode_cost(640, 360), ==, 8);
        g_assert_true(transcode_budget_take(budget, &a, 34));
        g_assert_false(transcode_budget_take(budget, &b, 34));
        g_assert_true(transcode_budget_measure(budget, &a, 15)); /* it costs less than was thought */
        g_assert_true(transcode_budget_take(budget, &b, 34));
        g_assert_true(transcode_budget_measure(budget, &a, 40)); /* over, but it is not the last one */
        g_assert_false(transcode_budget_measure(budget, &b, 20));
        transcode_budget_leave(budget, &b);
        g_assert_cmpuint(transcode_budget_taken(budget), ==, 40);
        g_assert_false(transcode_budget_take(budget, &a, 51)); /* keeps what it had */
        g_assert_cmpuint(transcode_budget_taken(budget), ==, 40);
        g_autoptr(TranscodeBudget) none = transcode_budget_new(0);
        g_assert_false(transcode_budget_take(none, &a, 6));
        g_autoptr(TranscodeBudget) own = transcode_budget_new(TRANSCODE_BUDGET_BY_CORES);
        g_assert_cmpuint(transcode_budget_percent(own), ==, 25 * g_get_num_processors());
}

static void test_frames(void)
{
        uint8_t bytes[TRANSCODE_HEAD_BYTES + 3] = { 0 };
        TranscodeFrame frame = { 1, TRANSCODE_GAP, 700, BEGIN_US, 3, NULL }, again;
        transcode_head_write(&frame, bytes);
        for (size_t n = 0; n < sizeof bytes; n++)
                g_assert_cmpuint(transcode_frame_read(bytes, n, &again), ==, 0);
        g_assert_cmpuint(transcode_frame_read(bytes, sizeof bytes, &again), ==, sizeof bytes);
        g_assert_true(again.lane == 1 && again.flags == TRANSCODE_GAP && again.generation == 700 &&
                      again.time_us == BEGIN_US && again.length == 3 && again.bytes == bytes + TRANSCODE_HEAD_BYTES);
        bytes[4] = TRANSCODE_LANES;
        g_assert_cmpuint(transcode_frame_read(bytes, sizeof bytes, &again), ==, SIZE_MAX);
        bytes[4] = 0;
        bytes[3] = 1;
        g_assert_cmpuint(transcode_frame_read(bytes, sizeof bytes, &again), ==, SIZE_MAX);
}

/* --- Through the child -------------------------------------------------------------------------------------------- */

typedef struct Show {
        GMutex lock;
        GCond news;
        Viewer viewer;
        unsigned pictures[TRANSCODE_LANES], keys;
        int bar;
        int64_t time_us;
        int refused; /* 1: yes; 0: never told; -1: no more */
} Show;

static void on_picture(void *owner, unsigned lane, const TranscoderPicture *picture)
{
        Show *show = owner;
        g_mutex_lock(&show->lock);
        show->pictures[lane]++;
        show->keys += picture->key;
        show->bar = viewer_sees(&show->viewer, picture->bytes, picture->length);
        show->time_us = picture->time_us;
        g_cond_signal(&show->news);
        g_mutex_unlock(&show->lock);
}

static void on_refused(void *owner, unsigned lane, bool refused)
{
        Show *show = owner;
        g_mutex_lock(&show->lock);
        show->refused = refused ? 1 : -1;
        g_cond_signal(&show->news);
        g_mutex_unlock(&show->lock);
}

static bool wait_for_time(Show *show, int64_t time_us)
{
        int64_t until_us = g_get_monotonic_time() + PATIENCE_US;
        g_mutex_lock(&show->lock);
        bool there = true;
        while (there && show->time_us != time_us)
                there = g_cond_wait_until(&show->news, &show->lock, until_us);
        g_mutex_unlock(&show->lock);
        return there;
}

static void show_open(Show *show)
{
        *show = (Show){ 0 };
        g_mutex_init(&show->lock);
        g_cond_init(&show->news);
        viewer_open(&show->viewer);
}

static void show_close(Show *show)
{
        viewer_close(&show->viewer);
        g_mutex_clear(&show->lock);
        g_cond_clear(&show->news);
}

static Transcoder *transcoder_for(Show *show, TranscodeBudget *budget, const char *program)
{
        return transcoder_new(&(TranscoderConfig){ .program = program,
                                                   .budget = budget,
                                                   .owner = show,
                                                   .on_picture = on_picture,
                                                   .on_refused = on_refused },
                              NULL);
}

static void test_child(void)
{
        Camera camera;
        Show show;
        show_open(&show);
        camera_open(&camera, 640, 360);
        g_autoptr(TranscodeBudget) budget = transcode_budget_new(50);
        Transcoder *transcoder = transcoder_for(&show, budget, TRANSCODER_PROGRAM);
        TranscoderPicture picture;
        for (int i = 0; i < 20; i++) {
                picture = camera_picture(&camera, i, i == 0);
                transcoder_frame(transcoder, 0, &picture);
        }
        g_assert_true(wait_for_time(&show, picture.time_us));
        g_assert_cmpuint(show.pictures[0], ==, 20);
        g_assert_cmpint(show.bar, ==, 19 % BARS);
        g_assert_cmpuint(transcode_budget_taken(budget), >, 0);

        /* The child is killed: what it held is lost, the next key frame is shown by the next child. */
        int pid = transcoder_child_pid(transcoder);
        g_assert_cmpint(pid, >, 0);
        if (pid > 0)
                kill(pid, SIGKILL);
        int64_t until_us = g_get_monotonic_time() + PATIENCE_US;
        for (int i = 20; show.time_us < BEGIN_US + 20 * PICTURE_US && g_get_monotonic_time() < until_us; i++) {
                picture = camera_picture(&camera, i, true);
                transcoder_frame(transcoder, 0, &picture);
                g_thread_yield();
        }
        g_assert_cmpint(show.time_us, >=, BEGIN_US + 20 * PICTURE_US);
        g_assert_cmpint(transcoder_child_pid(transcoder), !=, pid);

        /* After the cut nothing of before comes any more, though the child still has it. */
        picture = camera_picture(&camera, 10000, true);
        for (int i = 0; i < 5; i++)
                transcoder_frame(transcoder, 0, &picture);
        transcoder_cut(transcoder, 0);
        g_mutex_lock(&show.lock);
        unsigned before = show.pictures[0];
        g_mutex_unlock(&show.lock);
        picture = camera_picture(&camera, 10001, false);
        transcoder_frame(transcoder, 0, &picture); /* no key frame: not let in */
        g_assert_cmpuint(transcode_budget_taken(budget), ==, 0);
        picture = camera_picture(&camera, 10002, true);
        transcoder_frame(transcoder, 0, &picture);
        g_assert_true(wait_for_time(&show, picture.time_us));
        g_assert_cmpuint(show.pictures[0], ==, before + 1);
        g_assert_cmpint(show.refused, ==, 0);
        transcoder_free(transcoder);
        g_assert_cmpuint(transcode_budget_taken(budget), ==, 0);
        camera_close(&camera);
        show_close(&show);
}

/* A budget of zero: nothing is started, and it is told; of one picture: the second is refused until the first is gone.
 * What is beside goes before what is on air. */
static void test_refused(void)
{
        Camera camera;
        Show first, second;
        show_open(&first);
        show_open(&second);
        camera_open(&camera, 1280, 720);
        TranscoderPicture picture = camera_picture(&camera, 0, true);
        g_autoptr(TranscodeBudget) none = transcode_budget_new(0), one = transcode_budget_new(50);
        Transcoder *poor = transcoder_for(&first, none, TRANSCODER_PROGRAM);
        transcoder_frame(poor, 0, &picture);
        g_assert_cmpint(first.refused, ==, 1);
        g_assert_cmpint(transcoder_child_pid(poor), ==, 0);
        transcoder_free(poor);
        g_assert_cmpuint(first.pictures[0], ==, 0);

        first.refused = 0;
        Transcoder *a = transcoder_for(&first, one, TRANSCODER_PROGRAM);
        Transcoder *b = transcoder_for(&second, one, TRANSCODER_PROGRAM);
        transcoder_frame(a, 0, &picture);
        transcoder_frame(b, 0, &picture);
        transcoder_frame(a, 1, &picture);
        g_assert_true(wait_for_time(&first, picture.time_us));
        g_assert_cmpint(second.refused, ==, 1);
        g_assert_cmpint(first.refused, ==, 1);
        g_assert_cmpuint(first.pictures[1], ==, 0);
        transcoder_free(a);
        transcoder_cut(b, 0); /* another speaker: asked for anew */
        transcoder_frame(b, 0, &picture);
        g_assert_true(wait_for_time(&second, picture.time_us));
        transcoder_free(b);
        camera_close(&camera);
        show_close(&first);
        show_close(&second);
}

/* A program that is not what it should be: told, not tried for ever. */
static void test_child_useless(void)
{
        Camera camera;
        Show show;
        show_open(&show);
        camera_open(&camera, 320, 180);
        g_autoptr(TranscodeBudget) budget = transcode_budget_new(50);
        Transcoder *transcoder = transcoder_for(&show, budget, "/bin/false");
        int64_t until_us = g_get_monotonic_time() + PATIENCE_US;
        int refused = 0;
        for (int i = 0; refused != 1 && g_get_monotonic_time() < until_us; i++) {
                TranscoderPicture picture = camera_picture(&camera, i, true);
                transcoder_frame(transcoder, 0, &picture);
                g_thread_yield();
                g_mutex_lock(&show.lock);
                refused = show.refused;
                g_mutex_unlock(&show.lock);
        }
        g_assert_cmpint(refused, ==, 1);
        g_assert_cmpuint(transcode_budget_taken(budget), ==, 0);
        transcoder_free(transcoder);
        camera_close(&camera);
        show_close(&show);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/transcode/budget", test_budget);
        g_test_add_func("/transcode/frames", test_frames);
        g_test_add_func("/transcode/lane", test_lane);
        g_test_add_func("/transcode/lane-faults", test_lane_faults);
        g_test_add_func("/transcode/child", test_child);
        g_test_add_func("/transcode/refused", test_refused);
        g_test_add_func("/transcode/child-useless", test_child_useless);
        return g_test_run();
}
