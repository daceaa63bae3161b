/* SRTP against libsrtp2: the same packets, in any order, repeated or damaged, get the same verdict and the same bytes.
 * Input: profile, then steps of four bytes: kind and size, a signed step of the index, and what to spoil. */
#include "rtc/bytes.h"
#include "rtc/srtp.h"

#include <srtp2/srtp.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SSRCS = 2, STEPS_MAX = 64 };

static srtp_t theirs(const SrtpKeys *keys)
{
        uint8_t key[30];
        bool gcm = keys->profile == SRTP_PROFILE_GCM;
        memcpy(key, keys->key, 16);
        memcpy(key + 16, keys->salt, 14);
        srtp_policy_t policy = { .window_size = SRTP_WINDOW, .key = key, .ssrc.type = ssrc_any_inbound };
        void (*set)(srtp_crypto_policy_t *) =
                gcm ? srtp_crypto_policy_set_aes_gcm_128_16_auth : srtp_crypto_policy_set_rtp_default;
        set(&policy.rtp);
        set(&policy.rtcp);
        srtp_t session = NULL;
        g_assert(srtp_create(&session, &policy) == srtp_err_status_ok);
        return session;
}

static void spoil(uint8_t *packet, size_t *size, uint8_t how)
{
        if (how & 0x80)
                packet[how & 0x3f] ^= 1;
        else if (how & 0x40)
                *size -= MIN(*size, how & 0x3f);
}

static void compare(SrtpReceiver *receiver, srtp_t session, uint8_t *packet, size_t size, bool rtcp)
{
        uint8_t copy[512] = { 0 };
        int their_bytes = (int)size;
        size_t our_bytes = 0;
        uint64_t index = 0;
        memcpy(copy, packet, size);
        Drop drop = rtcp ? srtp_receiver_unprotect_rtcp(receiver, packet, size, &our_bytes)
                         : srtp_receiver_unprotect(receiver, packet, size, &our_bytes, &index);
        if (rtcp && drop == DROP_SRTCP_CLEAR) /* they would take it when its tag is right */
                return;
        srtp_err_status_t status = size < 12 ? srtp_err_status_bad_param
                                   : rtcp    ? srtp_unprotect_rtcp(session, copy, &their_bytes)
                                             : srtp_unprotect(session, copy, &their_bytes);
        g_assert((drop == DROP_NONE) == (status == srtp_err_status_ok));
        if (drop == DROP_NONE)
                g_assert(our_bytes == (size_t)their_bytes && memcmp(packet, copy, our_bytes) == 0);
}

/* One session of theirs for each profile, because making one costs two milliseconds; its streams are forgotten after
 * each input. Only authentic packets make streams, so there are no others. */
static srtp_t their_session(const SrtpKeys *keys)
{
        static srtp_t gcm, cm;
        srtp_t *session = keys->profile == SRTP_PROFILE_GCM ? &gcm : &cm;
        if (!gcm && !cm)
                g_assert(srtp_init() == srtp_err_status_ok);
        if (!*session)
                *session = theirs(keys);
        for (uint32_t ssrc = 1; ssrc <= SSRCS; ssrc++)
                srtp_remove_stream(*session, g_htonl(ssrc));
        return *session;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        if (size < 5)
                return 0;
        SrtpKeys keys = { .profile = data[0] & 1 ? SRTP_PROFILE_GCM : SRTP_PROFILE_CM, .key = "0123456789abcde" };
        g_autoptr(SrtpSender) sender = srtp_sender_new(&keys);
        g_autoptr(SrtpReceiver) receiver = srtp_receiver_new(&keys);
        srtp_t session = their_session(&keys);
        int64_t index = 100 + (data[0] >> 1) * 600;
        size = MIN(size, 1 + 4 * STEPS_MAX);
        for (data++, size--; size >= 4; data += 4, size -= 4) {
                bool rtcp = data[0] & 1;
                uint8_t packet[512] = { 0x80, rtcp ? 201 : 96 };
                size_t bytes = 12 + data[0] / 4;
                index = CLAMP(index + (int16_t)read_u16(data + 1) / 8, 0, 1 << 20);
                write_u32(packet + (rtcp ? 4 : 8), 1 + (data[0] >> 1) % SSRCS);
                if (rtcp) {
                        bytes = srtp_sender_protect_rtcp(sender, packet, bytes & ~(size_t)3);
                } else {
                        write_u16(packet + 2, (uint16_t)index);
                        bytes = srtp_sender_protect(sender, (uint64_t)index, packet, 12, packet + 12, bytes - 12,
                                                    packet);
                }
                spoil(packet, &bytes, data[3]);
                compare(receiver, session, packet, bytes, rtcp);
        }
        return 0;
}
