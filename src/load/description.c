#include "load/description.h"
#include <stdio.h>
#include <string.h>

enum { VIDEO_FEEDBACK = SDP_NACK | SDP_NACK_PLI | SDP_CCM_FIR | SDP_REMB | SDP_TRANSPORT_CC };
#define H264_CONSTRAINED_BASELINE_31 0x42e01f

static Codec codec_of(SdpCodecName name)
{
        static const Codec codecs[] = {
                [SDP_OPUS] = CODEC_OPUS, [SDP_H264] = CODEC_H264, [SDP_VP8] = CODEC_VP8, [SDP_RTX] = CODEC_RTX
        };
        return name < G_N_ELEMENTS(codecs) ? codecs[name] : CODEC_NONE;
}

/* rtc/sdp leaves the other side's candidates out, since a lite agent does not need them; a checking one does. */
static void read_candidates(const char *text, Description *description)
{
        for (const char *at = text; (at = strstr(at, "\na=candidate:")); at++) {
                SdpCandidate candidate = { 0 };
                char protocol[8], type[8];
                unsigned component, port;
                if (sscanf(at, "\na=candidate:%*s %u %7s %*s %45s %u typ %7s", &component, protocol, candidate.address,
                           &port, type) != 5 ||
                    component != 1 || g_ascii_strcasecmp(protocol, "udp") != 0 || strcmp(type, "host") != 0 ||
                    port > UINT16_MAX || description->candidate_count == SDP_MAX_CANDIDATES)
                        continue;
                candidate.port = (uint16_t)port;
                description->candidates[description->candidate_count++] = candidate;
        }
}

static void read_media(const SdpMedia *media, Description *description)
{
        for (unsigned i = 0; i < media->n_codecs; i++) {
                const SdpCodec *codec = &media->codecs[i];
                description->payloads[codec->payload_type & 127] = (Payload){ codec_of(codec->name), codec->apt & 127 };
        }
        for (unsigned i = 0; i < RTP_EXTENSION_COUNT; i++)
                if (media->extensions.id[i])
                        description->extensions.id[i] = media->extensions.id[i];
}

bool description_read(const char *text, Description *ret_description)
{
        g_autoptr(Sdp) sdp = sdp_parse(text, strlen(text), NULL);
        if (!sdp || !sdp->has_fingerprint || !*sdp->ufrag || !*sdp->pwd || !sdp->n_media)
                return false;
        Description description = { .active = sdp->setup == SDP_ACTIVE, .reduced_size = sdp->media[0].rtcp_rsize };
        g_strlcpy(description.ufrag, sdp->ufrag, sizeof description.ufrag);
        g_strlcpy(description.password, sdp->pwd, sizeof description.password);
        memcpy(description.fingerprint, sdp->fingerprint, sizeof description.fingerprint);
        read_candidates(text, &description);
        for (unsigned i = 0; i < sdp->n_media; i++) {
                read_media(&sdp->media[i], &description);
                description.rejected[i] = sdp->media[i].rejected;
        }
        *ret_description = description;
        return true;
}

static void set_transport(Sdp *sdp, const Transport *transport)
{
        sdp->session_id = sdp->version = 1;
        sdp->ice_lite = transport->lite;
        g_strlcpy(sdp->ufrag, transport->ufrag, sizeof sdp->ufrag);
        g_strlcpy(sdp->pwd, transport->password, sizeof sdp->pwd);
        sdp->has_fingerprint = true;
        memcpy(sdp->fingerprint, transport->fingerprint, sizeof sdp->fingerprint);
        sdp->setup = transport->setup;
        sdp->n_candidates = 0;
        if (!transport->address)
                return;
        sdp->n_candidates = 1;
        g_strlcpy(sdp->candidates[0].address, transport->address, sizeof sdp->candidates[0].address);
        sdp->candidates[0].port = transport->port;
}

static void add_video_codec(SdpMedia *media, Codec codec)
{
        bool h264 = codec == CODEC_H264;
        media->codecs[media->n_codecs++] = (SdpCodec){ .payload_type = h264 ? OFFER_H264 : OFFER_VP8,
                                                       .name = h264 ? SDP_H264 : SDP_VP8,
                                                       .packetization_mode = 1,
                                                       .profile_level_id = H264_CONSTRAINED_BASELINE_31,
                                                       .feedback = VIDEO_FEEDBACK };
        media->codecs[media->n_codecs++] = (SdpCodec){ .payload_type = h264 ? OFFER_H264_RTX : OFFER_VP8_RTX,
                                                       .name = SDP_RTX,
                                                       .apt = h264 ? OFFER_H264 : OFFER_VP8 };
}

static void add_layers(SdpMedia *media, const Offered *section)
{
        media->layers_direction = SDP_SENDONLY;
        for (unsigned i = 0; i < section->layer_count; i++)
                g_strlcpy(media->layers[media->n_layers++], section->layers[i], SDP_RID_SIZE);
        media->extensions.id[RTP_EXTENSION_RID] = 10;
        media->extensions.id[RTP_EXTENSION_REPAIRED_RID] = 11;
}

static void add_offered(Sdp *sdp, const Offered *section)
{
        SdpMedia *media = sdp_add_media(sdp);
        bool audio = section->codec == CODEC_OPUS;
        media->kind = audio ? SDP_AUDIO : SDP_VIDEO;
        g_strlcpy(media->mid, section->mid, sizeof media->mid);
        g_strlcpy(media->cname, "load", sizeof media->cname);
        g_strlcpy(media->msid, "load", sizeof media->msid);
        media->direction = SDP_SENDONLY;
        media->rtcp_mux = media->rtcp_rsize = true;
        media->ssrc = section->layer_count ? 0 : section->ssrc;
        media->rtx_ssrc = audio || section->layer_count ? 0 : section->repair_ssrc;
        media->extensions.id[RTP_EXTENSION_TRANSPORT_CC] = 3;
        media->extensions.id[RTP_EXTENSION_MID] = 4;
        if (audio) {
                media->extensions.id[RTP_EXTENSION_AUDIO_LEVEL] = 1;
                media->codecs[media->n_codecs++] = (SdpCodec){ .payload_type = OFFER_OPUS, .name = SDP_OPUS };
        } else {
                add_video_codec(media, section->codec);
        }
        if (section->layer_count)
                add_layers(media, section);
}

char *description_offer(const Transport *transport, const Offered *sections, unsigned count)
{
        g_autoptr(Sdp) sdp = sdp_new();
        set_transport(sdp, transport);
        for (unsigned i = 0; i < count; i++)
                add_offered(sdp, &sections[i]);
        return sdp_print(sdp);
}

static bool wanted(const SdpMedia *media, const SdpCodec *codec, Codec unwanted)
{
        SdpCodecName name = codec->name;
        for (unsigned i = 0; name == SDP_RTX && i < media->n_codecs; i++)
                if (media->codecs[i].payload_type == codec->apt)
                        name = media->codecs[i].name;
        return codec_of(name) != CODEC_NONE && codec_of(name) != CODEC_RTX && codec_of(name) != unwanted;
}

static void answer_media(SdpMedia *media, Codec unwanted, bool transport_cc)
{
        SdpMedia answer = *media;
        answer.n_codecs = 0;
        for (unsigned i = 0; i < media->n_codecs; i++) {
                if (!wanted(media, &media->codecs[i], unwanted))
                        continue;
                SdpCodec *codec = &answer.codecs[answer.n_codecs++];
                *codec = media->codecs[i];
                if (!transport_cc)
                        codec->feedback &= (uint8_t)~SDP_TRANSPORT_CC;
        }
        answer.direction = sdp_reverse(media->direction);
        answer.rejected = media->rejected || answer.n_codecs == 0;
        answer.ssrc = answer.rtx_ssrc = 0;
        answer.msid[0] = '\0';
        if (!transport_cc)
                answer.extensions.id[RTP_EXTENSION_TRANSPORT_CC] = 0;
        *media = answer;
}

char *description_answer(const char *offer, const Transport *transport, Codec unwanted, bool transport_cc)
{
        g_autoptr(Sdp) sdp = sdp_parse(offer, strlen(offer), NULL);
        if (!sdp)
                return NULL;
        for (unsigned i = 0; i < sdp->n_media; i++)
                answer_media(&sdp->media[i], unwanted, transport_cc);
        set_transport(sdp, transport);
        return sdp_print(sdp);
}
