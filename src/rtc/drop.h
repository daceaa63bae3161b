/* Why a packet was not used. Nothing is logged per packet: a loop keeps `uint64_t drops[DROP_COUNT]`, counts, and shows
 * the names. One table gives the enum, the counter's name and its sentence. Lines may be added, never reordered in use.
 */
#pragma once

#define DROP_TABLE(X)                                                                                                  \
        X(DROP_NONE, "none", "the packet was used")                                                                    \
        X(DROP_UNKNOWN_KIND, "unknown_kind", "the first byte is neither STUN, DTLS nor RTP (RFC 7983)")                \
        X(DROP_UNKNOWN_PEER, "unknown_peer", "no peer has this address or this ufrag")                                 \
        X(DROP_NOT_CONNECTED, "not_connected", "media before the keys are there")                                      \
        X(DROP_RATE, "rate", "the peer sends more than it may")                                                        \
        X(DROP_POOL_FULL, "pool_full", "no free packet slot")                                                          \
        X(DROP_STUN_MALFORMED, "stun_malformed", "STUN header, length or attribute out of bounds")                     \
        X(DROP_STUN_FINGERPRINT, "stun_fingerprint", "STUN fingerprint missing or wrong")                              \
        X(DROP_STUN_INTEGRITY, "stun_integrity", "STUN message integrity missing or wrong")                            \
        X(DROP_STUN_USERNAME, "stun_username", "STUN user name missing or another peer's")                             \
        X(DROP_STUN_UNEXPECTED, "stun_unexpected", "STUN method, class or transaction that nobody asked for")          \
        X(DROP_DTLS_MALFORMED, "dtls_malformed", "not a DTLS record")                                                  \
        X(DROP_DTLS_CLOSED, "dtls_closed", "DTLS after the session ended or failed")                                   \
        X(DROP_DTLS_ADDRESS, "dtls_address", "DTLS from an address without an authenticated check")                    \
        X(DROP_SRTP_SHORT, "srtp_short", "shorter than header and tag")                                                \
        X(DROP_SRTP_TAG, "srtp_tag", "authentication failed")                                                          \
        X(DROP_REPLAY, "replay", "this index was already received")                                                    \
        X(DROP_SRTP_OLD, "srtp_old", "older than the replay window")                                                   \
        X(DROP_SRTP_SSRC_LIMIT, "srtp_ssrc_limit", "more streams in one session than allowed")                         \
        X(DROP_SRTCP_CLEAR, "srtcp_clear", "SRTCP without encryption")                                                 \
        X(DROP_RTP_MALFORMED, "rtp_malformed", "RTP version, header, extension or padding out of bounds")              \
        X(DROP_RTP_UNKNOWN_SSRC, "rtp_unknown_ssrc", "no track has this SSRC, mid or rid")                             \
        X(DROP_RTP_PAYLOAD_TYPE, "rtp_payload_type", "payload type that was not negotiated")                           \
        X(DROP_RTCP_MALFORMED, "rtcp_malformed", "RTCP version, length or padding out of bounds")                      \
        X(DROP_CODEC_MALFORMED, "codec_malformed", "VP8, H.264 or Opus payload out of bounds")                         \
        X(DROP_LATE, "late", "came after its place was given up")

typedef enum Drop {
#define X(symbol, name, text) symbol,
        DROP_TABLE(X)
#undef X
                DROP_COUNT
} Drop;

const char *drop_name(Drop drop); /* "srtp_tag": for counters and metrics */
const char *drop_text(Drop drop); /* an English sentence, for /debug/ and documents */
