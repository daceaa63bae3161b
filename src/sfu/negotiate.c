#include "sfu/negotiate.h"

#include "base/i18n.h"

#include <string.h>

G_STATIC_ASSERT((int)SDP_MAX_LAYERS == (int)TRACK_LAYERS);

/* text: source words, since they reach people. */
static bool refuse(GError **error, const char *text)
{
        g_set_error_literal(error, SFU_ERROR, SFU_ERROR_SDP, text);
        return false;
}

/* --- Both sides --------------------------------------------------------------------------------------------------- */

static Sdp *begin_local(const LocalSide *local, SdpSetup setup)
{
        Sdp *sdp = sdp_new();
        sdp->session_id = local->session_id;
        sdp->version = local->version;
        sdp->ice_lite = true;
        sdp->setup = setup;
        g_strlcpy(sdp->ufrag, local->credentials.ufrag, sizeof sdp->ufrag);
        g_strlcpy(sdp->pwd, local->credentials.pwd, sizeof sdp->pwd);
        memcpy(sdp->fingerprint, local->fingerprint, sizeof sdp->fingerprint);
        sdp->has_fingerprint = true;
        sdp->n_candidates = MIN(local->n_candidates, SDP_MAX_CANDIDATES);
        if (sdp->n_candidates)
                memcpy(sdp->candidates, local->candidates, sdp->n_candidates * sizeof *local->candidates);
        return sdp;
}

static bool read_remote(const Sdp *remote, PeerPlan *plan, GError **error)
{
        if (!ice_credentials_set(&plan->remote, remote->ufrag, remote->pwd))
                return refuse(error, N_("the description lacks ICE credentials"));
        if (!remote->has_fingerprint)
                return refuse(error, N_("the description lacks a SHA-256 certificate fingerprint"));
        if (remote->setup != SDP_ACTPASS && remote->setup != SDP_ACTIVE)
                return refuse(error, N_("the browser must be able to open the DTLS connection (a=setup:active)"));
        memcpy(plan->fingerprint, remote->fingerprint, sizeof plan->fingerprint);
        return true;
}

/* A further description is of the same DTLS association (RFC 8842, 5.1), and names another user with another password
 * or the same with the same (RFC 8839, 4.4.1.1.1). */
static bool check_connection(const Sdp *remote, const PeerPlan *plan, GError **error)
{
        if (!remote->has_fingerprint || memcmp(plan->fingerprint, remote->fingerprint, sizeof plan->fingerprint))
                return refuse(error,
                              N_("a further description must keep its certificate: open a new connection instead"));
        if (!strcmp(plan->remote.ufrag, remote->ufrag) != !strcmp(plan->remote.pwd, remote->pwd))
                return refuse(error, N_("a restart of ICE changes user name and password"));
        return true;
}

static uint8_t rtx_type(const SdpMedia *media, const SdpCodec *codec)
{
        const SdpCodec *rtx = codec ? sdp_find_rtx(media, codec->payload_type) : NULL;
        return rtx ? rtx->payload_type : 0;
}

static void add_codec(SdpMedia *media, const SdpCodec *codec)
{
        media->codecs[media->n_codecs++] = *codec;
}

static void add_video_codec(SdpMedia *media, SdpCodec codec, uint8_t more_feedback, uint8_t rtx)
{
        codec.feedback = SDP_NACK | SDP_NACK_PLI | SDP_CCM_FIR | SDP_REMB | more_feedback;
        add_codec(media, &codec);
        if (rtx)
                add_codec(media, &(SdpCodec){ .payload_type = rtx, .name = SDP_RTX, .apt = codec.payload_type });
}

/* --- Publishers --------------------------------------------------------------------------------------------------- */

static const SfuTrack *find_track(const SfuTrack *tracks, size_t n_tracks, const char *mid)
{
        for (size_t i = 0; i < n_tracks; i++)
                if (!g_strcmp0(tracks[i].mid, mid))
                        return &tracks[i];
        return NULL;
}

static const SdpCodec *choose_codec(const SdpMedia *media, SfuTrackKind kind)
{
        if (kind == SFU_MIC)
                return media->kind == SDP_AUDIO ? sdp_find_codec(media, SDP_OPUS) : NULL;
        if (media->kind != SDP_VIDEO)
                return NULL;
        const SdpCodec *h264 = kind == SFU_CAMERA || kind == SFU_SCREEN ? sdp_find_h264_baseline(media) : NULL;
        const SdpCodec *vp8 = h264 ? NULL : sdp_find_codec(media, SDP_VP8);
        if (h264 || vp8 || (kind != SFU_CAMERA && kind != SFU_SCREEN))
                return h264 ? h264 : vp8;
        /* Of an encoder that names another profile alone: nearly every decoder takes Main and High too. */
        return sdp_find_codec(media, SDP_H264);
}

static MediaCodec media_codec(const SdpCodec *codec)
{
        switch (codec->name) {
        case SDP_H264:
                return CODEC_H264;
        case SDP_VP8:
                return CODEC_VP8;
        default:
                return CODEC_OPUS;
        }
}

static void accept_extension(const SdpMedia *offered, SdpMedia *line, RtpExtension extension, RtpExtensionIds *ids)
{
        uint8_t id = offered->extensions.id[extension];
        SdpDirection direction = offered->extension_directions[extension];
        if (!id || direction == SDP_RECVONLY || direction == SDP_INACTIVE)
                return;
        line->extensions.id[extension] = id;
        line->extension_directions[extension] = sdp_reverse(direction);
        ids->id[extension] = id; /* one number space in a bundle (RFC 8843, 15) */
}

static void add_track(const SdpMedia *offered, const char *rid, unsigned layer, SfuTrackKind kind,
                      const SdpCodec *codec, uint8_t rtx, PeerPlan *plan)
{
        TrackFormat *track = &plan->tracks[plan->n_tracks++];
        *track = (TrackFormat){ .kind = kind,
                                .codec = media_codec(codec),
                                .payload_type = codec->payload_type,
                                .rtx_payload_type = kind == SFU_MIC ? 0 : rtx,
                                .layer = (uint8_t)layer };
        g_strlcpy(track->mid, offered->mid, sizeof track->mid);
        g_strlcpy(track->rid, rid, sizeof track->rid);
        if (*rid)
                return; /* the layers' SSRCs are learnt from their packets: descriptions list them in no known order */
        track->ssrc = offered->ssrc;
        track->rtx_ssrc = offered->rtx_ssrc;
}

/* A camera or screen of several layers, when its packets can say which one they belong to; else the one stream. */
static void add_layers(const SdpMedia *offered, SfuTrackKind kind, const SdpCodec *codec, uint8_t rtx, SdpMedia *line,
                       PeerPlan *plan)
{
        if (kind != SFU_MIC && offered->n_layers && offered->layers_direction == SDP_SENDONLY)
                accept_extension(offered, line, RTP_EXTENSION_RID, &plan->extensions);
        if (!line->extensions.id[RTP_EXTENSION_RID] || !line->extensions.id[RTP_EXTENSION_MID]) {
                add_track(offered, "", 0, kind, codec, rtx, plan);
                return;
        }
        accept_extension(offered, line, RTP_EXTENSION_REPAIRED_RID, &plan->extensions);
        line->layers_direction = SDP_RECVONLY;
        line->n_layers = offered->n_layers;
        memcpy(line->layers, offered->layers, sizeof line->layers);
        for (unsigned i = 0; i < offered->n_layers; i++)
                add_track(offered, offered->layers[i], i, kind, codec, rtx, plan);
}

static void accept_line(const SdpMedia *offered, SfuTrackKind kind, const SdpCodec *codec, SdpMedia *line,
                        PeerPlan *plan)
{
        bool sends = offered->direction == SDP_SENDONLY || offered->direction == SDP_SENDRECV;
        uint8_t rtx = rtx_type(offered, codec);
        line->direction = sends ? SDP_RECVONLY : SDP_INACTIVE;
        line->rtcp_mux = true;
        line->rtcp_rsize = offered->rtcp_rsize;
        accept_extension(offered, line, RTP_EXTENSION_MID, &plan->extensions);
        uint8_t feedback = 0;
        if (codec->feedback & SDP_TRANSPORT_CC) {
                accept_extension(offered, line, RTP_EXTENSION_TRANSPORT_CC, &plan->extensions);
                feedback = line->extensions.id[RTP_EXTENSION_TRANSPORT_CC] ? SDP_TRANSPORT_CC : 0;
        }
        if (kind == SFU_MIC) {
                SdpCodec opus = *codec;
                opus.feedback = feedback;
                accept_extension(offered, line, RTP_EXTENSION_AUDIO_LEVEL, &plan->extensions);
                add_codec(line, &opus);
        } else {
                add_video_codec(line, *codec, feedback, rtx);
        }
        if (sends)
                add_layers(offered, kind, codec, rtx, line, plan);
}

size_t negotiate_guess_tracks(const Sdp *offer, SfuTrack ret_tracks[2])
{
        size_t n = 0;
        bool sound = false, picture = false;
        for (unsigned i = 0; i < offer->n_media; i++) {
                const SdpMedia *line = &offer->media[i];
                bool sends = line->direction == SDP_SENDONLY || line->direction == SDP_SENDRECV;
                bool *seen = line->kind == SDP_AUDIO ? &sound : line->kind == SDP_VIDEO ? &picture : NULL;
                if (!seen || *seen || line->rejected || !sends)
                        continue;
                *seen = true;
                ret_tracks[n++] = (SfuTrack){ line->mid, line->kind == SDP_AUDIO ? SFU_MIC : SFU_CAMERA };
        }
        return n;
}

static bool check_tracks(const Sdp *offer, const SfuTrack *tracks, size_t n_tracks, GError **error)
{
        unsigned seen = 0;
        for (size_t i = 0; i < n_tracks; i++) {
                if ((unsigned)tracks[i].kind >= SFU_N_TRACK_KINDS || seen & 1u << tracks[i].kind)
                        return refuse(error, N_("a kind of track is named twice or unknown"));
                seen |= 1u << tracks[i].kind;
                if (!tracks[i].mid || !sdp_find_media(offer, tracks[i].mid))
                        return refuse(error, N_("a track names a line that the offer does not have"));
        }
        return true;
}

/* A further offer keeps the lines it had (RFC 8829, 5.2.2), and the connection. */
static bool check_again(const Sdp *offer, const Sdp *before, const PeerPlan *plan, GError **error)
{
        if (offer->n_media < before->n_media)
                return refuse(error, N_("a further offer must keep the lines of the first"));
        for (unsigned i = 0; i < before->n_media; i++)
                if (strcmp(offer->media[i].mid, before->media[i].mid) && !before->media[i].rejected)
                        return refuse(error, N_("a further offer must keep the order of its lines"));
        return check_connection(offer, plan, error);
}

static void reject_line(const SdpMedia *offered, SdpMedia *line)
{
        line->rejected = true;
        line->n_codecs = 0;
        if (offered->n_codecs)
                add_codec(line,
                          &(SdpCodec){ .payload_type = offered->codecs[0].payload_type, .name = SDP_OTHER_CODEC });
}

Sdp *negotiate_publish(const Sdp *offer, const SfuTrack *tracks, size_t n_tracks, const LocalSide *local,
                       const Sdp *before, PeerPlan *plan, GError **error)
{
        if (!check_tracks(offer, tracks, n_tracks, error) || (before && !check_again(offer, before, plan, error)) ||
            !read_remote(offer, plan, error))
                return NULL;
        g_autoptr(Sdp) answer = begin_local(local, SDP_PASSIVE);
        plan->n_tracks = 0;
        memset(&plan->extensions, 0, sizeof plan->extensions);
        bool any = false;
        for (unsigned i = 0; i < offer->n_media; i++) {
                const SdpMedia *offered = &offer->media[i];
                SdpMedia *line = sdp_add_media(answer);
                line->kind = offered->kind;
                memcpy(line->mid, offered->mid, sizeof line->mid);
                const SfuTrack *track = find_track(tracks, n_tracks, offered->mid);
                const SdpCodec *codec = track ? choose_codec(offered, track->kind) : NULL;
                if (codec && !offered->rejected && offered->rtcp_mux) {
                        accept_line(offered, track->kind, codec, line, plan);
                        any = true;
                        continue;
                }
                reject_line(offered, line);
        }
        if (!any) {
                refuse(error, N_("the offer has no line we can receive: Opus, H.264 baseline or VP8 are needed"));
                return NULL;
        }
        return g_steal_pointer(&answer);
}

/* --- Watchers ----------------------------------------------------------------------------------------------------- */

static void slot_mid(unsigned slot, char mid[SDP_MID_SIZE])
{
        if (slot < SLOT_SEATS)
                g_strlcpy(mid, slot == SLOT_SCREEN ? "s" : "c", SDP_MID_SIZE);
        else
                g_snprintf(mid, SDP_MID_SIZE, "%c%d", slot_is_audio(slot) ? 'a' : 'v', slot_seat(slot));
}

static void offer_line(SdpMedia *line, unsigned slot, uint32_t first_ssrc)
{
        line->direction = SDP_SENDONLY;
        line->rtcp_mux = line->rtcp_rsize = true;
        line->ssrc = first_ssrc + 2 * slot;
        slot_mid(slot, line->mid);
        /* One stream and one CNAME a seat: what the browser plays in step (RFC 8834, 4.9). */
        if (slot < SLOT_SEATS)
                g_strlcpy(line->msid, slot == SLOT_SCREEN ? "screen" : "channel", sizeof line->msid);
        else
                g_snprintf(line->msid, sizeof line->msid, "seat-%d", slot_seat(slot));
        memcpy(line->cname, line->msid, sizeof line->cname);
        line->extensions.id[RTP_EXTENSION_TRANSPORT_CC] = EXTENSION_TRANSPORT_CC;
        if (slot_is_audio(slot)) {
                line->kind = SDP_AUDIO;
                add_codec(line,
                          &(SdpCodec){ .payload_type = PAYLOAD_OPUS, .name = SDP_OPUS, .feedback = SDP_TRANSPORT_CC });
                add_codec(line, &(SdpCodec){ .payload_type = PAYLOAD_RED, .name = SDP_RED, .apt = PAYLOAD_OPUS });
                return;
        }
        line->kind = SDP_VIDEO;
        line->rtx_ssrc = line->ssrc + 1;
        line->extensions.id[RTP_EXTENSION_PLAYOUT_DELAY] = EXTENSION_PLAYOUT_DELAY;
        add_video_codec(line,
                        (SdpCodec){ .payload_type = PAYLOAD_H264,
                                    .name = SDP_H264,
                                    .packetization_mode = 1,
                                    .profile_level_id = 0x42e01f },
                        SDP_TRANSPORT_CC, PAYLOAD_H264_RTX);
        add_video_codec(line, (SdpCodec){ .payload_type = PAYLOAD_VP8, .name = SDP_VP8 }, SDP_TRANSPORT_CC,
                        PAYLOAD_VP8_RTX);
}

Sdp *negotiate_offer(unsigned seats, uint32_t first_ssrc, const LocalSide *local)
{
        Sdp *offer = begin_local(local, SDP_ACTPASS);
        for (unsigned slot = 0; slot < SLOT_SEATS + 2 * seats; slot++)
                offer_line(sdp_add_media(offer), slot, first_ssrc);
        return offer;
}

/* The numbers go out only where feedback about them will come back. */
static uint8_t transport_cc(const SdpMedia *line, const SdpCodec *codec)
{
        return codec && codec->feedback & SDP_TRANSPORT_CC ? line->extensions.id[RTP_EXTENSION_TRANSPORT_CC] : 0;
}

static bool read_answer_line(const SdpMedia *line, unsigned slot, PeerPlan *plan, GError **error)
{
        char mid[SDP_MID_SIZE];
        slot_mid(slot, mid);
        if (strcmp(line->mid, mid) || (line->kind == SDP_AUDIO) != slot_is_audio(slot))
                return refuse(error, N_("the answer's lines are not those of the offer"));
        if (line->rejected)
                return true;
        if (slot_is_audio(slot)) {
                const SdpCodec *opus = sdp_find_codec(line, SDP_OPUS);
                const SdpCodec *red = sdp_find_codec(line, SDP_RED);
                plan->opus = opus ? opus->payload_type : plan->opus;
                plan->red = red ? red->payload_type : 0;
                plan->audio_transport_cc = transport_cc(line, opus);
                return true;
        }
        plan->playout_delay = line->extensions.id[RTP_EXTENSION_PLAYOUT_DELAY];
        const SdpCodec *h264 = sdp_find_h264_baseline(line), *vp8 = sdp_find_codec(line, SDP_VP8);
        plan->video_transport_cc = transport_cc(line, h264 ? h264 : vp8);
        if (h264) {
                plan->h264 = h264->payload_type;
                plan->h264_rtx = rtx_type(line, h264);
        }
        if (vp8) {
                plan->vp8 = vp8->payload_type;
                plan->vp8_rtx = rtx_type(line, vp8);
        }
        return true;
}

bool negotiate_answer(const Sdp *answer, unsigned seats, PeerPlan *plan, GError **error)
{
        /* An answer to an earlier, shorter offer may still be on its way; lines never become fewer. */
        if (answer->n_media > SLOT_SEATS + 2 * seats || answer->n_media < MAX(plan->n_slots, SLOT_SEATS + 2) ||
            answer->n_media % 2)
                return refuse(error, N_("the answer has not as many lines as the offer"));
        if (plan->n_slots && !check_connection(answer, plan, error))
                return false;
        /* Known unless our offer restarts ICE: then the browser's are new as well. */
        if (plan->n_slots && plan->remote.ufrag[0] && strcmp(plan->remote.ufrag, answer->ufrag))
                return refuse(error, N_("an answer restarts ICE only where the offer does"));
        if (!read_remote(answer, plan, error))
                return false;
        plan->opus = plan->red = plan->h264 = plan->h264_rtx = plan->vp8 = plan->vp8_rtx = plan->playout_delay = 0;
        plan->audio_transport_cc = plan->video_transport_cc = 0;
        for (unsigned slot = 0; slot < answer->n_media; slot++)
                if (!read_answer_line(&answer->media[slot], slot, plan, error))
                        return false;
        if (!plan->opus && !plan->h264 && !plan->vp8)
                return refuse(error, N_("the answer takes neither Opus, H.264 baseline nor VP8"));
        plan->n_slots = answer->n_media;
        return true;
}

/* --- Players ------------------------------------------------------------------------------------------------------ */

static bool play_sound(const SdpMedia *offered, SdpMedia *line, PeerPlan *plan)
{
        const SdpCodec *opus = sdp_find_codec(offered, SDP_OPUS);
        if (!opus || (plan->opus && plan->opus != opus->payload_type))
                return false;
        plan->opus = opus->payload_type;
        add_codec(line, &(SdpCodec){ .payload_type = opus->payload_type, .name = SDP_OPUS });
        return true;
}

static bool play_picture(const SdpMedia *offered, SdpMedia *line, PeerPlan *plan)
{
        const SdpCodec *h264 = sdp_find_h264_baseline(offered), *vp8 = sdp_find_codec(offered, SDP_VP8);
        h264 = h264 ? h264 : sdp_find_codec(offered, SDP_H264);
        if (plan->picture_lines || (!h264 && !vp8))
                return false;
        if (h264) {
                plan->h264 = h264->payload_type;
                plan->h264_rtx = rtx_type(offered, h264);
                add_video_codec(line, *h264, 0, plan->h264_rtx);
        }
        if (vp8) {
                plan->vp8 = vp8->payload_type;
                plan->vp8_rtx = rtx_type(offered, vp8);
                add_video_codec(line, *vp8, 0, plan->vp8_rtx);
        }
        plan->picture_lines |= 1u << plan->n_slots;
        return true;
}

static bool play_line(const SdpMedia *offered, SdpMedia *line, PeerPlan *plan)
{
        bool receives = offered->direction == SDP_RECVONLY || offered->direction == SDP_SENDRECV;
        if (offered->rejected || !offered->rtcp_mux || !receives || plan->n_slots == PLAY_SLOTS_MAX)
                return false;
        bool sound = offered->kind == SDP_AUDIO;
        if (sound ? !play_sound(offered, line, plan) : offered->kind != SDP_VIDEO || !play_picture(offered, line, plan))
                return false;
        line->direction = SDP_SENDONLY;
        line->rtcp_mux = true;
        line->rtcp_rsize = offered->rtcp_rsize;
        line->ssrc = plan->first_ssrc + 2 * plan->n_slots;
        bool rtx = !sound && (plan->h264_rtx || plan->vp8_rtx);
        line->rtx_ssrc = rtx ? line->ssrc + 1 : 0;
        g_strlcpy(line->msid, "stage", sizeof line->msid);
        g_strlcpy(line->cname, "stage", sizeof line->cname);
        plan->n_slots++;
        return true;
}

Sdp *negotiate_play(const Sdp *offer, const LocalSide *local, PeerPlan *plan, GError **error)
{
        if (!read_remote(offer, plan, error))
                return NULL;
        g_autoptr(Sdp) answer = begin_local(local, SDP_PASSIVE);
        plan->plays = true;
        for (unsigned i = 0; i < offer->n_media; i++) {
                const SdpMedia *offered = &offer->media[i];
                SdpMedia *line = sdp_add_media(answer);
                line->kind = offered->kind;
                memcpy(line->mid, offered->mid, sizeof line->mid);
                if (!play_line(offered, line, plan))
                        reject_line(offered, line);
        }
        if (plan->n_slots == 0) {
                refuse(error,
                       N_("the offer has no line that we can fill: Opus, H.264 or VP8 are needed, to be received"));
                return NULL;
        }
        return g_steal_pointer(&answer);
}
