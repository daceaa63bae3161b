#include "sfu/capture.h"

#include "base/mailbox.h"
#include "rtc/bytes.h"
#include "rtc/dtls.h"
#include "rtc/rtcp.h"
#include "rtc/rtp.h"

#include <stdatomic.h>
#include <string.h>

enum { CAPTURE_PACKETS = 8192, STUN_HEADER = 20, DTLS_HEADER = 13 };

struct SfuCapture {
        _Atomic int holders;
        SfuParticipant participant;
        int64_t utc_offset_us; /* UTC − monotonic */
        Mailbox *box;
        _Atomic uint64_t lost;
};

SfuCapture *capture_new(SfuParticipant participant, int64_t utc_offset_us)
{
        SfuCapture *capture = g_new0(SfuCapture, 1);
        capture->holders = 1;
        capture->participant = participant;
        capture->utc_offset_us = utc_offset_us;
        capture->box = mailbox_new(sizeof(SfuCaptured), CAPTURE_PACKETS, -1);
        if (!capture->box)
                g_clear_pointer(&capture, g_free);
        return capture;
}

SfuCapture *capture_ref(SfuCapture *capture)
{
        atomic_fetch_add(&capture->holders, 1);
        return capture;
}

void capture_unref(SfuCapture *capture)
{
        if (!capture || atomic_fetch_sub(&capture->holders, 1) > 1)
                return;
        mailbox_free(capture->box);
        g_free(capture);
}

SfuParticipant capture_participant(const SfuCapture *capture)
{
        return capture->participant;
}

/* The header with its contributors and its extension (RFC 3550, 5.1). */
static size_t rtp_header(const uint8_t *bytes, size_t known)
{
        size_t size = RTP_HEADER_BYTES + 4 * (bytes[0] & 15u);
        if (bytes[0] & 0x10 && size + 4 <= known)
                size += 4 + 4 * (size_t)read_u16(bytes + size + 2);
        return size;
}

static size_t kept(const uint8_t *bytes, size_t known)
{
        if (dtls_is(bytes, known))
                return DTLS_HEADER;
        if (rtcp_is(bytes, known))
                return known;
        return rtp_is(bytes, known) ? rtp_header(bytes, known) : STUN_HEADER;
}

void capture_note(SfuCapture *capture, bool out, int64_t now_us, const uint8_t *bytes, size_t known, size_t size)
{
        SfuCaptured packet = { .at_us = now_us + capture->utc_offset_us, .out = out, .size = (uint16_t)size };
        packet.kept = (uint16_t)MIN(MIN(kept(bytes, known), known), sizeof packet.bytes);
        memcpy(packet.bytes, bytes, packet.kept);
        if (!mailbox_push(capture->box, &packet))
                atomic_fetch_add(&capture->lost, 1);
}

bool sfu_capture_next(SfuCapture *capture, SfuCaptured *ret_packet)
{
        return mailbox_pop(capture->box, ret_packet);
}

uint64_t sfu_capture_lost(const SfuCapture *capture)
{
        return capture->lost;
}
