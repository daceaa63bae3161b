#include "rtc/sdp_words.h"

#include "base/i18n.h"

#include <string.h>

static const char *const result_texts[SDP_N_RESULTS] = {
        [SDP_OK] = N_("well formed"),
        [SDP_TOO_LONG] = N_("the description is longer than 64 KiB"),
        [SDP_NOT_SDP] = N_("this is not a session description"),
        [SDP_BAD_LINE] = N_("a line is not of the form x=value"),
        [SDP_BAD_MEDIA] = N_("a media line is malformed"),
        [SDP_TOO_MANY_MEDIA] = N_("there are more than 32 media lines"),
        [SDP_TOO_MANY_CODECS] = N_("a media line has more than 48 payload types"),
        [SDP_BAD_MID] = N_("a media identifier is malformed, missing or used twice"),
        [SDP_BAD_ICE] = N_("an ICE user name or password is malformed"),
        [SDP_BAD_FINGERPRINT] = N_("a SHA-256 certificate fingerprint is malformed"),
        [SDP_BAD_ATTRIBUTE] = N_("an attribute is malformed"),
        [SDP_NOT_BUNDLED] = N_("the media lines do not share one transport"),
};

const char *sdp_result_text(SdpResult result)
{
        return result < SDP_N_RESULTS ? result_texts[result] : "unknown";
}

Sdp *sdp_new(void)
{
        return g_new0(Sdp, 1);
}

void sdp_free(Sdp *sdp)
{
        if (!sdp)
                return;
        g_free(sdp->media);
        g_free(sdp);
}

SdpMedia *sdp_add_media(Sdp *sdp)
{
        if (sdp->n_media == SDP_MAX_MEDIA)
                return NULL;
        sdp->media = g_renew(SdpMedia, sdp->media, sdp->n_media + 1);
        SdpMedia *media = &sdp->media[sdp->n_media++];
        memset(media, 0, sizeof *media);
        return media;
}

/* --- A piece of text, and what is cut from its front -------------------------------------------------------------- */

typedef struct Span {
        const char *at;
        size_t length;
} Span;

static Span span_cut(Span *rest, char separator)
{
        const char *end = rest->length ? memchr(rest->at, separator, rest->length) : NULL;
        Span word = { rest->at, end ? (size_t)(end - rest->at) : rest->length };
        size_t used = word.length + (end ? 1 : 0);
        rest->at += used;
        rest->length -= used;
        return word;
}

static bool span_is(Span span, const char *word)
{
        return span.length == strlen(word) && !memcmp(span.at, word, span.length);
}

static bool span_is_nocase(Span span, const char *word)
{
        return span.length == strlen(word) && !g_ascii_strncasecmp(span.at, word, span.length);
}

static bool span_skip(Span *span, const char *prefix)
{
        size_t length = strlen(prefix);
        if (span->length < length || memcmp(span->at, prefix, length))
                return false;
        span->at += length;
        span->length -= length;
        return true;
}

/* A whole span of digits up to a limit. */
static bool span_number(Span span, uint64_t limit, uint64_t *ret_value)
{
        uint64_t value = 0;
        if (span.length == 0 || span.length > 20)
                return false;
        for (size_t i = 0; i < span.length; i++) {
                if (!g_ascii_isdigit(span.at[i]))
                        return false;
                unsigned digit = span.at[i] - '0';
                if (value > (limit - digit) / 10)
                        return false;
                value = value * 10 + digit;
        }
        *ret_value = value;
        return true;
}

static bool span_copy(Span span, char *to, size_t size)
{
        if (span.length >= size)
                return false;
        memcpy(to, span.at, span.length);
        to[span.length] = '\0';
        return true;
}

static bool span_all(Span span, const char *allowed)
{
        for (size_t i = 0; i < span.length; i++)
                if (!g_ascii_isalnum(span.at[i]) && (!span.at[i] || !strchr(allowed, span.at[i])))
                        return false;
        return true;
}

/* --- Reading ------------------------------------------------------------------------------------------------------ */

/* Transport attributes stand at session level or repeated in each line; the first line that is on decides. */
typedef struct Transport {
        char ufrag[SDP_UFRAG_SIZE];
        char pwd[SDP_PWD_SIZE];
        uint8_t fingerprint[SDP_FINGERPRINT_SIZE];
        bool has_fingerprint;
        SdpSetup setup;
} Transport;

enum { RIDS_READ = 8 };

typedef struct RidList {
        char names[RIDS_READ][SDP_RID_SIZE];
        unsigned n;
} RidList;

typedef struct Reader {
        Sdp *sdp;
        SdpMedia *media; /* NULL in the session part */
        bool zero_port, bundle_only;
        Span bundle; /* the mids of the group, in the text that is read */
        Transport session, line;
        bool transport_taken;
        /* Of the line being read: what a=rid and a=simulcast say, joined when the line ends, whichever came first. */
        RidList rids[2], simulcast[2]; /* by direction: send, receive */
} Reader;

static SdpCodec *codec_of(SdpMedia *media, Span payload_type)
{
        uint64_t number;
        if (!span_number(payload_type, 127, &number))
                return NULL;
        for (unsigned i = 0; i < media->n_codecs; i++)
                if (media->codecs[i].payload_type == number)
                        return &media->codecs[i];
        return NULL;
}

static SdpResult read_ice_word(Span value, size_t minimum, char *to, size_t size)
{
        /* ice-char: letters, digits, + and / (RFC 8839, 5.4). */
        if (value.length < minimum || !span_all(value, "+/") || !span_copy(value, to, size))
                return SDP_BAD_ICE;
        return SDP_OK;
}

static SdpResult read_fingerprint(Span value, Transport *transport)
{
        if (!span_is_nocase(span_cut(&value, ' '), "sha-256"))
                return SDP_OK; /* another hash: there may be a second line */
        if (value.length != SDP_FINGERPRINT_SIZE * 3 - 1)
                return SDP_BAD_FINGERPRINT;
        for (unsigned i = 0; i < SDP_FINGERPRINT_SIZE; i++) {
                int high = g_ascii_xdigit_value(value.at[3 * i]), low = g_ascii_xdigit_value(value.at[3 * i + 1]);
                if (high < 0 || low < 0 || (i + 1 < SDP_FINGERPRINT_SIZE && value.at[3 * i + 2] != ':'))
                        return SDP_BAD_FINGERPRINT;
                transport->fingerprint[i] = (uint8_t)(high << 4 | low);
        }
        transport->has_fingerprint = true;
        return SDP_OK;
}

static SdpResult read_setup(Span value, Transport *transport)
{
        for (unsigned i = SDP_ACTPASS; i <= SDP_PASSIVE; i++)
                if (span_is(value, setup_words[i]))
                        transport->setup = i;
        return SDP_OK;
}

static SdpResult read_mid(Reader *reader, Span value)
{
        /* A token (RFC 8866); kept short since it comes back in our answers. */
        if (value.length == 0 || value.length >= SDP_MID_SIZE || !span_all(value, "-_.+") || reader->media->mid[0])
                return SDP_BAD_MID;
        char mid[SDP_MID_SIZE];
        span_copy(value, mid, sizeof mid);
        if (sdp_find_media(reader->sdp, mid))
                return SDP_BAD_MID;
        memcpy(reader->media->mid, mid, sizeof mid);
        return SDP_OK;
}

static SdpResult read_rtpmap(SdpMedia *media, Span value)
{
        SdpCodec *codec = codec_of(media, span_cut(&value, ' '));
        if (!codec)
                return SDP_OK; /* of a payload type that the line does not list */
        Span name = span_cut(&value, '/');
        Span clock = span_cut(&value, '/');
        bool video = span_is(clock, "90000") && media->kind == SDP_VIDEO;
        if (media->kind == SDP_AUDIO && span_is_nocase(name, "opus") && span_is(clock, "48000"))
                codec->name = SDP_OPUS;
        else if (media->kind == SDP_AUDIO && span_is_nocase(name, "red") && span_is(clock, "48000"))
                codec->name = SDP_RED;
        else if (video && span_is_nocase(name, "H264"))
                codec->name = SDP_H264;
        else if (video && span_is_nocase(name, "VP8"))
                codec->name = SDP_VP8;
        else if (video && span_is_nocase(name, "rtx"))
                codec->name = SDP_RTX;
        return SDP_OK;
}

static SdpResult read_profile(Span text, uint32_t *ret_profile)
{
        uint32_t profile = 0;
        if (text.length != 6)
                return SDP_BAD_ATTRIBUTE;
        for (unsigned i = 0; i < 6; i++) {
                int digit = g_ascii_xdigit_value(text.at[i]);
                if (digit < 0)
                        return SDP_BAD_ATTRIBUTE;
                profile = profile << 4 | (uint32_t)digit;
        }
        *ret_profile = profile;
        return SDP_OK;
}

static SdpResult read_fmtp(SdpMedia *media, Span value)
{
        SdpCodec *codec = codec_of(media, span_cut(&value, ' '));
        while (codec && value.length) {
                Span parameter = span_cut(&value, ';');
                while (span_skip(&parameter, " "))
                        ;
                Span key = span_cut(&parameter, '=');
                uint64_t number;
                if (span_is_nocase(key, "apt")) {
                        if (!span_number(parameter, 127, &number))
                                return SDP_BAD_ATTRIBUTE;
                        codec->apt = (uint8_t)number;
                } else if (span_is_nocase(key, "packetization-mode")) {
                        if (!span_number(parameter, 2, &number))
                                return SDP_BAD_ATTRIBUTE;
                        codec->packetization_mode = (uint8_t)number;
                } else if (span_is_nocase(key, "profile-level-id")) {
                        SdpResult result = read_profile(parameter, &codec->profile_level_id);
                        if (result)
                                return result;
                }
        }
        return SDP_OK;
}

static SdpResult read_feedback(SdpMedia *media, Span value)
{
        static const struct {
                const char *words;
                uint8_t bit;
        } known[] = { { "nack", SDP_NACK },
                      { "nack pli", SDP_NACK_PLI },
                      { "ccm fir", SDP_CCM_FIR },
                      { "goog-remb", SDP_REMB },
                      { "transport-cc", SDP_TRANSPORT_CC } };
        Span payload_type = span_cut(&value, ' ');
        uint8_t bit = 0;
        for (unsigned i = 0; i < G_N_ELEMENTS(known); i++)
                if (span_is(value, known[i].words))
                        bit = known[i].bit;
        if (span_is(payload_type, "*")) {
                for (unsigned i = 0; i < media->n_codecs; i++)
                        media->codecs[i].feedback |= bit;
                return SDP_OK;
        }
        SdpCodec *codec = codec_of(media, payload_type);
        if (codec)
                codec->feedback |= bit;
        return SDP_OK;
}

static SdpResult read_extmap(SdpMedia *media, Span value)
{
        Span number_text = span_cut(&value, ' ');
        Span uri = span_cut(&value, ' ');
        Span id_text = span_cut(&number_text, '/');
        uint64_t id;
        if (!span_number(id_text, 4351, &id) || id == 0)
                return SDP_BAD_ATTRIBUTE;
        SdpDirection direction = SDP_SENDRECV;
        for (unsigned i = 0; number_text.length && i < G_N_ELEMENTS(direction_words); i++)
                if (span_is(number_text, direction_words[i]))
                        direction = i;
        for (unsigned i = 0; id <= 14 && i < RTP_EXTENSION_COUNT; i++) {
                if (!span_is(uri, rtp_extension_uri(i)))
                        continue;
                media->extensions.id[i] = (uint8_t)id;
                media->extension_directions[i] = direction;
        }
        return SDP_OK;
}

static SdpResult read_ssrc(SdpMedia *media, Span value)
{
        uint64_t ssrc;
        if (!span_number(span_cut(&value, ' '), UINT32_MAX, &ssrc))
                return SDP_BAD_ATTRIBUTE;
        if (!media->ssrc)
                media->ssrc = (uint32_t)ssrc;
        if (span_skip(&value, "cname:") && !media->cname[0] && span_all(value, "-_.+/{}"))
                span_copy(value, media->cname, sizeof media->cname);
        return SDP_OK;
}

static SdpResult read_ssrc_group(SdpMedia *media, Span value)
{
        if (!span_is(span_cut(&value, ' '), "FID"))
                return SDP_OK;
        uint64_t ssrc, rtx;
        if (!span_number(span_cut(&value, ' '), UINT32_MAX, &ssrc) || !span_number(value, UINT32_MAX, &rtx))
                return SDP_BAD_ATTRIBUTE;
        if (!media->rtx_ssrc) {
                media->ssrc = (uint32_t)ssrc;
                media->rtx_ssrc = (uint32_t)rtx;
        }
        return SDP_OK;
}

static bool rid_list_has(const RidList *list, const char *name)
{
        for (unsigned i = 0; i < list->n; i++)
                if (!strcmp(list->names[i], name))
                        return true;
        return false;
}

static void rid_list_add(RidList *list, Span name)
{
        if (list->n < RIDS_READ && name.length && span_all(name, "-_") &&
            span_copy(name, list->names[list->n], SDP_RID_SIZE) && !rid_list_has(list, list->names[list->n]))
                list->n++;
}

static RidList *list_of(RidList lists[2], Span direction)
{
        return span_is(direction, "send") ? &lists[0] : span_is(direction, "recv") ? &lists[1] : NULL;
}

/* a=rid:<name> <direction>[ <restrictions>]; what is restricted is for the sender to know. */
static void read_rid(Reader *reader, Span value)
{
        Span name = span_cut(&value, ' ');
        RidList *list = list_of(reader->rids, span_cut(&value, ' '));
        if (list)
                rid_list_add(list, name);
}

/* a=simulcast:send q;~h;f,g[ recv …]: streams by ";", of the alternatives of one (",") the first, "~" is one that
 * begins paused. */
static void read_simulcast(Reader *reader, Span value)
{
        while (value.length) {
                RidList *list = list_of(reader->simulcast, span_cut(&value, ' '));
                Span streams = span_cut(&value, ' ');
                while (list && streams.length) {
                        Span stream = span_cut(&streams, ';'), name = span_cut(&stream, ',');
                        span_skip(&name, "~");
                        rid_list_add(list, name);
                }
        }
}

/* One direction only: nobody both sends and receives layers in one line. */
static void end_simulcast(Reader *reader)
{
        SdpMedia *media = reader->media;
        for (unsigned i = 0; i < 2 && !media->n_layers; i++) {
                const RidList *wanted = &reader->simulcast[i];
                media->layers_direction = i == 0 ? SDP_SENDONLY : SDP_RECVONLY;
                for (unsigned k = 0; k < wanted->n && media->n_layers < SDP_MAX_LAYERS; k++)
                        if (rid_list_has(&reader->rids[i], wanted->names[k]))
                                memcpy(media->layers[media->n_layers++], wanted->names[k], SDP_RID_SIZE);
        }
        if (!media->n_layers)
                media->layers_direction = SDP_SENDRECV;
}

/* Attributes that are allowed at session level and in a line. */
static SdpResult read_transport_attribute(Span name, Span value, Transport *transport, bool *ret_known)
{
        *ret_known = true;
        if (span_is(name, "ice-ufrag"))
                return read_ice_word(value, 4, transport->ufrag, sizeof transport->ufrag);
        if (span_is(name, "ice-pwd"))
                return read_ice_word(value, 22, transport->pwd, sizeof transport->pwd);
        if (span_is(name, "fingerprint"))
                return read_fingerprint(value, transport);
        if (span_is(name, "setup"))
                return read_setup(value, transport);
        *ret_known = false;
        return SDP_OK;
}

static SdpResult read_media_attribute(Reader *reader, Span name, Span value)
{
        SdpMedia *media = reader->media;
        if (span_is(name, "mid"))
                return read_mid(reader, value);
        if (span_is(name, "rtpmap"))
                return read_rtpmap(media, value);
        if (span_is(name, "fmtp"))
                return read_fmtp(media, value);
        if (span_is(name, "rtcp-fb"))
                return read_feedback(media, value);
        if (span_is(name, "extmap"))
                return read_extmap(media, value);
        if (span_is(name, "ssrc"))
                return read_ssrc(media, value);
        if (span_is(name, "ssrc-group"))
                return read_ssrc_group(media, value);
        if (span_is(name, "rid"))
                read_rid(reader, value);
        else if (span_is(name, "simulcast"))
                read_simulcast(reader, value);
        else if (span_is(name, "rtcp-mux"))
                media->rtcp_mux = true;
        else if (span_is(name, "rtcp-rsize"))
                media->rtcp_rsize = true;
        else if (span_is(name, "bundle-only"))
                reader->bundle_only = true;
        for (unsigned i = 0; i < G_N_ELEMENTS(direction_words); i++)
                if (span_is(name, direction_words[i]))
                        media->direction = i;
        return SDP_OK;
}

static SdpResult read_attribute(Reader *reader, Span value)
{
        Span name = span_cut(&value, ':');
        Transport *transport = reader->media ? &reader->line : &reader->session;
        bool known;
        SdpResult result = read_transport_attribute(name, value, transport, &known);
        if (known)
                return result;
        if (reader->media)
                return read_media_attribute(reader, name, value);
        if (span_is(name, "ice-lite"))
                reader->sdp->ice_lite = true;
        if (span_is(name, "group") && span_is(span_cut(&value, ' '), "BUNDLE"))
                reader->bundle = value;
        return SDP_OK;
}

static bool is_bundled(const Reader *reader, const char *mid)
{
        Span group = reader->bundle;
        while (group.length)
                if (span_is(span_cut(&group, ' '), mid))
                        return true;
        return false;
}

/* Closes the line that was being read: is it on, and what is its transport? */
static SdpResult end_media(Reader *reader)
{
        SdpMedia *media = reader->media;
        if (!media)
                return SDP_OK;
        if (!media->mid[0])
                return SDP_BAD_MID;
        end_simulcast(reader);
        media->rejected = reader->zero_port && !reader->bundle_only;
        if (media->rejected)
                return SDP_OK;
        const Transport *line = &reader->line, *session = &reader->session;
        const char *ufrag = line->ufrag[0] ? line->ufrag : session->ufrag;
        const char *pwd = line->pwd[0] ? line->pwd : session->pwd;
        Sdp *sdp = reader->sdp;
        if (reader->transport_taken) {
                /* A bundled line may repeat the transport, or leave it out. Another one is an offer for who does not
                 * bundle (RFC 8843, 7.2): of a line that stands in the group it is left alone. */
                return ufrag[0] && strcmp(ufrag, sdp->ufrag) && !is_bundled(reader, media->mid) ? SDP_NOT_BUNDLED
                                                                                                : SDP_OK;
        }
        const Transport *hash = line->has_fingerprint ? line : session;
        g_strlcpy(sdp->ufrag, ufrag, sizeof sdp->ufrag);
        g_strlcpy(sdp->pwd, pwd, sizeof sdp->pwd);
        memcpy(sdp->fingerprint, hash->fingerprint, sizeof sdp->fingerprint);
        sdp->has_fingerprint = hash->has_fingerprint;
        sdp->setup = line->setup ? line->setup : session->setup;
        reader->transport_taken = true;
        return SDP_OK;
}

static SdpResult read_media_line(Reader *reader, Span value)
{
        SdpResult result = end_media(reader);
        if (result)
                return result;
        reader->media = sdp_add_media(reader->sdp);
        if (!reader->media)
                return SDP_TOO_MANY_MEDIA;
        memset(&reader->line, 0, sizeof reader->line);
        memset(reader->rids, 0, sizeof reader->rids);
        memset(reader->simulcast, 0, sizeof reader->simulcast);
        reader->bundle_only = false;
        Span kind = span_cut(&value, ' '), port = span_cut(&value, ' '), protocol = span_cut(&value, ' ');
        uint64_t number;
        if (!span_number(port, 65535, &number) || protocol.length == 0)
                return SDP_BAD_MEDIA;
        reader->zero_port = number == 0;
        SdpMedia *media = reader->media;
        media->kind = span_is(kind, "audio") ? SDP_AUDIO : span_is(kind, "video") ? SDP_VIDEO : SDP_OTHER_KIND;
        if (media->kind == SDP_OTHER_KIND)
                return SDP_OK; /* a data channel's line lists no payload types */
        if (!span_is(protocol, "UDP/TLS/RTP/SAVPF"))
                return SDP_BAD_MEDIA;
        while (value.length) {
                Span type = span_cut(&value, ' ');
                if (!span_number(type, 127, &number) || codec_of(media, type))
                        return SDP_BAD_MEDIA; /* none, or one listed twice */
                if (media->n_codecs == SDP_MAX_CODECS)
                        return SDP_TOO_MANY_CODECS;
                media->codecs[media->n_codecs++] = (SdpCodec){ .payload_type = (uint8_t)number,
                                                               .name = SDP_OTHER_CODEC,
                                                               .profile_level_id = 0x420010 };
        }
        return SDP_OK;
}

static SdpResult read_origin(Sdp *sdp, Span value)
{
        span_cut(&value, ' ');
        if (!span_number(span_cut(&value, ' '), UINT64_MAX, &sdp->session_id) ||
            !span_number(span_cut(&value, ' '), UINT64_MAX, &sdp->version))
                return SDP_BAD_LINE;
        return SDP_OK;
}

static SdpResult read_line(Reader *reader, Span line)
{
        if (line.length < 2 || line.at[1] != '=' || !g_ascii_islower(line.at[0]))
                return SDP_BAD_LINE;
        Span value = { line.at + 2, line.length - 2 };
        switch (line.at[0]) {
        case 'o':
                return read_origin(reader->sdp, value);
        case 'm':
                return read_media_line(reader, value);
        case 'a':
                return read_attribute(reader, value);
        default:
                return SDP_OK;
        }
}

static SdpResult read_all(Reader *reader, Span text)
{
        if (text.length > SDP_MAX_BYTES)
                return SDP_TOO_LONG;
        if (text.length < 3 || memcmp(text.at, "v=0", 3))
                return SDP_NOT_SDP;
        while (text.length) {
                Span line = span_cut(&text, '\n');
                if (line.length && line.at[line.length - 1] == '\r')
                        line.length--;
                if (line.length == 0 && text.length == 0)
                        break;
                SdpResult result = read_line(reader, line);
                if (result)
                        return result;
        }
        return end_media(reader);
}

Sdp *sdp_parse(const char *text, size_t length, SdpResult *ret_result)
{
        g_autoptr(Sdp) sdp = sdp_new();
        Reader reader = { .sdp = sdp };
        SdpResult result = read_all(&reader, (Span){ text, length });
        if (ret_result)
                *ret_result = result;
        return result == SDP_OK ? g_steal_pointer(&sdp) : NULL;
}
