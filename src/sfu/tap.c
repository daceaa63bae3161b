#include "sfu/tap.h"

#include "rtc/h264.h"
#include "rtc/vp8.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>

typedef struct PictureAssembler {
        H264Depacketizer *h264;
        Vp8Depacketizer *vp8;
        bool gap; /* since the last unit that was delivered */
} PictureAssembler;

struct TapAssembler {
        SfuTapSink sink;
        PictureAssembler pictures[SFU_TAP_PICTURES];
};

struct Tap {
        SfuTapSink sink;
        Mailbox *box;
        pthread_t thread;
        _Atomic bool ended;
};

/* --- Assembling --------------------------------------------------------------------------------------------------- */

TapAssembler *tap_assembler_new(const SfuTapSink *sink)
{
        TapAssembler *assembler = g_new0(TapAssembler, 1);
        assembler->sink = *sink;
        for (unsigned i = 0; i < SFU_TAP_PICTURES; i++) {
                assembler->pictures[i].h264 = h264_depacketizer_new();
                assembler->pictures[i].vp8 = vp8_depacketizer_new();
        }
        return assembler;
}

void tap_assembler_free(TapAssembler *assembler)
{
        if (!assembler)
                return;
        for (unsigned i = 0; i < SFU_TAP_PICTURES; i++) {
                h264_depacketizer_free(assembler->pictures[i].h264);
                vp8_depacketizer_free(assembler->pictures[i].vp8);
        }
        g_free(assembler);
}

static SfuFrame frame_of(const TapPacket *packet)
{
        return (SfuFrame){ .picture = packet->picture,
                           .seat = packet->seat,
                           .channel = packet->channel,
                           .participant = packet->participant,
                           .kind = packet->kind,
                           .capture_us = packet->capture_us };
}

static void push_video(TapAssembler *assembler, const TapPacket *packet)
{
        SfuFrame frame = frame_of(packet);
        PictureAssembler *from = &assembler->pictures[packet->picture];
        if (packet->first)
                from->gap = false;
        from->gap |= packet->lost;
        frame.bytes = NULL;
        frame.vp8 = packet->codec == CODEC_VP8;
        bool lost = packet->lost || packet->first;
        Drop drop = frame.vp8 ? vp8_depacketizer_push(from->vp8, packet->bytes, packet->size, packet->timestamp,
                                                      packet->marker, lost, &frame.bytes, &frame.length, &frame.key)
                              : h264_depacketizer_push(from->h264, packet->bytes, packet->size, packet->timestamp,
                                                       packet->marker, lost, &frame.bytes, &frame.length, &frame.key);
        if (drop)
                from->gap = true;
        if (drop || !frame.bytes || frame.length == 0)
                return;
        frame.gap = from->gap;
        from->gap = false;
        assembler->sink.on_frame(assembler->sink.owner, &frame);
}

void tap_assembler_push(TapAssembler *assembler, const TapPacket *packet)
{
        if (packet->kind != SFU_MIC) {
                push_video(assembler, packet);
                return;
        }
        SfuFrame frame = frame_of(packet);
        frame.bytes = packet->bytes;
        frame.length = packet->size;
        frame.key = true;
        frame.gap = packet->lost;
        assembler->sink.on_frame(assembler->sink.owner, &frame);
}

/* --- The thread --------------------------------------------------------------------------------------------------- */

static void push_waiting(Tap *tap, TapAssembler *assembler, TapPacket *packet)
{
        while (mailbox_pop(tap->box, packet))
                tap_assembler_push(assembler, packet);
}

static void *run(void *data)
{
        Tap *tap = data;
        TapAssembler *assembler = tap_assembler_new(&tap->sink);
        g_autofree TapPacket *packet = g_new(TapPacket, 1);
        for (bool ended = false; !ended;) {
                struct pollfd wait = { mailbox_fd(tap->box), POLLIN, 0 };
                if (poll(&wait, 1, -1) < 0 && errno != EINTR)
                        break;
                mailbox_clear_fd(mailbox_fd(tap->box)); /* first: a wake that comes now is for the next turn */
                push_waiting(tap, assembler, packet);
                /* Only now that an empty box has asked to be woken: an end told while it was being emptied wakes
                 * nobody. */
                ended = atomic_load(&tap->ended);
        }
        push_waiting(tap, assembler, packet); /* what came before the end, after the last look */
        tap_assembler_free(assembler);
        tap->sink.on_stop(tap->sink.owner);
        return NULL;
}

Tap *tap_new(const SfuTapSink *sink, GError **error)
{
        Tap *tap = g_new0(Tap, 1);
        tap->sink = *sink;
        tap->box = mailbox_new(sizeof(TapPacket), TAP_PACKETS, -1);
        if (tap->box && pthread_create(&tap->thread, NULL, run, tap) == 0)
                return tap;
        g_set_error_literal(error, SFU_ERROR, SFU_ERROR_SYSTEM, "no thread or descriptor is left for the recording");
        mailbox_free(tap->box);
        g_free(tap);
        return NULL;
}

void tap_join(Tap *tap)
{
        pthread_join(tap->thread, NULL);
        mailbox_free(tap->box);
        g_free(tap);
}

bool tap_push(Tap *tap, const TapPacket *packet)
{
        return mailbox_push(tap->box, packet);
}

void tap_end(Tap *tap)
{
        atomic_store(&tap->ended, true);
        mailbox_wake(tap->box);
}
