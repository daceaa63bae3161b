/* Descriptions as text; sdp.c reads them. */
#include "rtc/sdp_words.h"

static void print_codec(GString *out, const SdpCodec *codec)
{
        unsigned type = codec->payload_type;
        switch (codec->name) {
        case SDP_OPUS:
                g_string_append_printf(out, "a=rtpmap:%u opus/48000/2\r\n", type);
                g_string_append_printf(out, "a=fmtp:%u minptime=10;useinbandfec=1;usedtx=1\r\n", type);
                break;
        case SDP_H264:
                g_string_append_printf(out, "a=rtpmap:%u H264/90000\r\n", type);
                g_string_append_printf(out,
                                       "a=fmtp:%u level-asymmetry-allowed=1;packetization-mode=%u;"
                                       "profile-level-id=%06x\r\n",
                                       type, codec->packetization_mode, codec->profile_level_id);
                break;
        case SDP_VP8:
                g_string_append_printf(out, "a=rtpmap:%u VP8/90000\r\n", type);
                break;
        case SDP_RTX:
                g_string_append_printf(out, "a=rtpmap:%u rtx/90000\r\na=fmtp:%u apt=%u\r\n", type, type, codec->apt);
                break;
        case SDP_RED:
                g_string_append_printf(out, "a=rtpmap:%u red/48000/2\r\na=fmtp:%u %u/%u\r\n", type, type, codec->apt,
                                       codec->apt);
                break;
        case SDP_OTHER_CODEC:
                break;
        }
        static const char *const feedback[] = { "nack", "nack pli", "ccm fir", "goog-remb", "transport-cc" };
        for (unsigned i = 0; i < G_N_ELEMENTS(feedback); i++)
                if (codec->feedback & 1u << i)
                        g_string_append_printf(out, "a=rtcp-fb:%u %s\r\n", type, feedback[i]);
}

static void print_sources(GString *out, const SdpMedia *media)
{
        if (media->msid[0])
                g_string_append_printf(out, "a=msid:%s %s\r\n", media->msid, media->mid);
        if (!media->ssrc)
                return;
        if (media->rtx_ssrc)
                g_string_append_printf(out, "a=ssrc-group:FID %u %u\r\n", media->ssrc, media->rtx_ssrc);
        const char *cname = media->cname[0] ? media->cname : "-";
        g_string_append_printf(out, "a=ssrc:%u cname:%s\r\n", media->ssrc, cname);
        if (media->rtx_ssrc)
                g_string_append_printf(out, "a=ssrc:%u cname:%s\r\n", media->rtx_ssrc, cname);
}

/* RFC 8853, 5.1: each stream's a=rid, then the list. */
static void print_simulcast(GString *out, const SdpMedia *media)
{
        const char *direction = media->layers_direction == SDP_SENDONLY ? "send" : "recv";
        for (unsigned i = 0; i < media->n_layers; i++)
                g_string_append_printf(out, "a=rid:%s %s\r\n", media->layers[i], direction);
        for (unsigned i = 0; i < media->n_layers; i++) {
                if (i == 0)
                        g_string_append_printf(out, "a=simulcast:%s ", direction);
                g_string_append_printf(out, i ? ";%s" : "%s", media->layers[i]);
        }
        if (media->n_layers)
                g_string_append(out, "\r\n");
}

static void print_transport(GString *out, const Sdp *sdp)
{
        g_string_append_printf(out, "a=ice-ufrag:%s\r\na=ice-pwd:%s\r\n", sdp->ufrag, sdp->pwd);
        if (sdp->has_fingerprint) {
                g_string_append(out, "a=fingerprint:sha-256 ");
                for (unsigned i = 0; i < SDP_FINGERPRINT_SIZE; i++)
                        g_string_append_printf(out, i ? ":%02X" : "%02X", sdp->fingerprint[i]);
                g_string_append(out, "\r\n");
        }
        if (sdp->setup)
                g_string_append_printf(out, "a=setup:%s\r\n", setup_words[sdp->setup]);
}

static void print_candidates(GString *out, const Sdp *sdp)
{
        for (unsigned i = 0; i < sdp->n_candidates; i++) {
                const SdpCandidate *one = &sdp->candidates[i];
                /* RFC 8445, 5.1.2.1: type preference 126 (host), component 1; earlier ones are preferred. TCP comes
                 * after all of UDP: type preference 90, direction preference 4 (passive), RFC 6544, 4.2. */
                uint32_t preference = one->tcp ? 4u << 13 | (8191u - i) : 65535u - i;
                uint32_t priority = (one->tcp ? 90u : 126u) << 24 | preference << 8 | 255u;
                g_string_append_printf(out, "a=candidate:%u 1 %s %u %s %u typ host%s\r\n", i + 1,
                                       one->tcp ? "tcp" : "udp", priority, one->address, one->port,
                                       one->tcp ? " tcptype passive" : "");
        }
        if (sdp->n_candidates)
                g_string_append(out, "a=end-of-candidates\r\n");
}

static void print_media_line(GString *out, const SdpMedia *media)
{
        static const char *const kinds[] = { "audio", "video", "application" };
        unsigned port = media->rejected ? 0 : 9;
        if (media->kind == SDP_OTHER_KIND) {
                g_string_append_printf(out, "m=application %u UDP/DTLS/SCTP webrtc-datachannel\r\n", port);
                return;
        }
        g_string_append_printf(out, "m=%s %u UDP/TLS/RTP/SAVPF", kinds[media->kind], port);
        for (unsigned i = 0; i < media->n_codecs; i++)
                g_string_append_printf(out, " %u", media->codecs[i].payload_type);
        if (media->n_codecs == 0)
                g_string_append(out, " 0"); /* the grammar wants one, even where the line is rejected */
        g_string_append(out, "\r\n");
}

static void print_media(GString *out, const Sdp *sdp, const SdpMedia *media, bool first)
{
        print_media_line(out, media);
        g_string_append(out, "c=IN IP4 0.0.0.0\r\n");
        g_string_append_printf(out, "a=mid:%s\r\n", media->mid);
        if (media->rejected) {
                g_string_append(out, "a=inactive\r\n");
                return;
        }
        print_transport(out, sdp);
        g_string_append_printf(out, "a=%s\r\n", direction_words[media->direction]);
        if (media->rtcp_mux)
                g_string_append(out, "a=rtcp-mux\r\n");
        if (media->rtcp_rsize)
                g_string_append(out, "a=rtcp-rsize\r\n");
        for (unsigned i = 0; i < RTP_EXTENSION_COUNT; i++) {
                if (!media->extensions.id[i])
                        continue;
                SdpDirection direction = media->extension_directions[i];
                g_string_append_printf(out, "a=extmap:%u%s%s %s\r\n", media->extensions.id[i], direction ? "/" : "",
                                       direction ? direction_words[direction] : "", rtp_extension_uri(i));
        }
        for (unsigned i = 0; i < media->n_codecs; i++)
                print_codec(out, &media->codecs[i]);
        print_sources(out, media);
        print_simulcast(out, media);
        if (first)
                print_candidates(out, sdp);
}

char *sdp_print(const Sdp *sdp)
{
        GString *out = g_string_sized_new(2048);
        g_string_append_printf(out, "v=0\r\no=- %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " IN IP4 127.0.0.1\r\n",
                               sdp->session_id, sdp->version);
        g_string_append(out, "s=-\r\nt=0 0\r\na=group:BUNDLE");
        for (unsigned i = 0; i < sdp->n_media; i++)
                if (!sdp->media[i].rejected)
                        g_string_append_printf(out, " %s", sdp->media[i].mid);
        g_string_append(out, "\r\na=msid-semantic:WMS *\r\n");
        if (sdp->ice_lite)
                g_string_append(out, "a=ice-lite\r\n");
        bool first = true;
        for (unsigned i = 0; i < sdp->n_media; i++) {
                print_media(out, sdp, &sdp->media[i], first && !sdp->media[i].rejected);
                first = first && sdp->media[i].rejected;
        }
        return g_string_free(out, FALSE);
}
