/* RTCP (RFC 3550 6, feedback RFC 4585 and 5104, REMB draft-alvestrand-rmcat-remb-03, transport-wide feedback
 * draft-holmer-rmcat-transport-wide-cc-extensions-01). A compound is checked once as a whole, then walked:
 *
 *      RtcpReader reader;
 *      Drop drop = rtcp_reader_init(&reader, data, size);
 *      for (RtcpPacket packet; !drop && rtcp_reader_next(&reader, &packet);)
 *              switch (rtcp_kind(&packet)) { case RTCP_NACK: …
 *
 * Builders append to an RtcpWriter over the caller's buffer; one that does not fit leaves it as it was. */
#pragma once
#include "rtc/drop.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
        RTCP_OTHER, /* XR, APP, unknown feedback: skip */
        RTCP_SR,
        RTCP_RR,
        RTCP_SDES,
        RTCP_BYE,
        RTCP_NACK,
        RTCP_PLI,
        RTCP_FIR,
        RTCP_REMB,
        RTCP_TWCC,
} RtcpKind;

typedef struct RtcpPacket {
        uint8_t type;        /* 200–206 … */
        uint8_t count;       /* report count or feedback format */
        const uint8_t *body; /* behind the 4-byte head, without padding */
        size_t body_bytes;
} RtcpPacket;

typedef struct RtcpReader {
        const uint8_t *next, *end;
} RtcpReader;

/* Every length inside the compound is checked here. Reduced-size RTCP (RFC 5506) is taken. */
Drop rtcp_reader_init(RtcpReader *reader, const uint8_t *data, size_t size);
bool rtcp_reader_next(RtcpReader *reader, RtcpPacket *ret_packet);
RtcpKind rtcp_kind(const RtcpPacket *packet); /* RTCP_OTHER also when its body is too short */
/* Sender of any kind but SDES and OTHER. */
uint32_t rtcp_sender(const RtcpPacket *packet);
/* Media source of NACK, PLI and TWCC. */
uint32_t rtcp_media(const RtcpPacket *packet);

typedef struct RtcpSenderInfo {
        uint64_t ntp; /* 32.32 */
        uint32_t rtp_timestamp, packets, bytes;
} RtcpSenderInfo;
void rtcp_sender_info(const RtcpPacket *sr, RtcpSenderInfo *ret_info);

typedef struct RtcpReport {
        uint32_t ssrc;
        uint8_t fraction_lost; /* of 256 */
        int32_t lost;          /* 24 bits with sign */
        uint32_t highest;      /* cycles << 16 | sequence */
        uint32_t jitter;       /* timestamp units */
        uint32_t last_sr;      /* middle 32 bits of the SR's NTP */
        uint32_t delay;        /* since that SR, 1/65536 s */
} RtcpReport;
unsigned rtcp_reports(const RtcpPacket *sr_or_rr); /* how many there are, at most 31 */
void rtcp_report(const RtcpPacket *sr_or_rr, unsigned i, RtcpReport *ret_report);
/* Round trip from a report, RFC 3550 6.4.1; −1 when it has no SR to go by. `now_ntp` is rtcp_ntp at arrival. */
int64_t rtcp_round_trip_us(const RtcpReport *report, uint64_t now_ntp);
uint64_t rtcp_ntp(int64_t utc_us); /* microseconds since 1970 to NTP */
int64_t rtcp_utc_us(uint64_t ntp); /* and back; before 1970 it is negative */

/* The canonical name of the first chunk, cut to `size` − 1; false when there is none. */
bool rtcp_sdes_cname(const RtcpPacket *sdes, uint32_t *ret_ssrc, char *ret_cname, size_t size);
unsigned rtcp_bye_count(const RtcpPacket *bye);
uint32_t rtcp_bye_ssrc(const RtcpPacket *bye, unsigned i);

/* Lost sequence numbers, at most `max` of them; returns how many. */
size_t rtcp_nack_read(const RtcpPacket *nack, uint16_t *ret_sequences, size_t max);
unsigned rtcp_fir_count(const RtcpPacket *fir);
void rtcp_fir(const RtcpPacket *fir, unsigned i, uint32_t *ret_ssrc, uint8_t *ret_sequence);

typedef struct RtcpRemb {
        uint64_t bitrate_bps;
        unsigned n_ssrcs; /* those kept here */
        uint32_t ssrcs[16];
} RtcpRemb;
bool rtcp_remb_read(const RtcpPacket *remb, RtcpRemb *ret_remb);

enum { TWCC_MAX_PACKETS = 1024 };
typedef struct TwccStatus {
        uint16_t sequence;
        bool received;
        int64_t arrival_us; /* since the feedback's reference time */
} TwccStatus;
typedef struct TwccFeedback {
        int64_t reference_us; /* of the receiver's clock, wraps every 2^24 × 64 ms */
        uint8_t count;        /* of feedback packets, to see lost ones */
        unsigned n_packets;
        TwccStatus packets[TWCC_MAX_PACKETS];
} TwccFeedback;
/* All or nothing; false also for more than TWCC_MAX_PACKETS. */
bool rtcp_twcc_read(const RtcpPacket *twcc, TwccFeedback *ret_feedback);

typedef struct RtcpWriter {
        uint8_t *data;
        size_t size, capacity;
} RtcpWriter;

void rtcp_writer_init(RtcpWriter *writer, uint8_t *data, size_t capacity);
/* SR when `info` is given, else RR. At most 31 reports. */
bool rtcp_write_report(RtcpWriter *writer, uint32_t sender, const RtcpSenderInfo *info, const RtcpReport *reports,
                       unsigned n_reports);
bool rtcp_write_sdes_cname(RtcpWriter *writer, uint32_t ssrc, const char *cname);
bool rtcp_write_bye(RtcpWriter *writer, const uint32_t *ssrcs, unsigned n_ssrcs);
/* Sequences in rising (serial) order, joined into FCI entries; returns how many of them fitted. */
size_t rtcp_write_nack(RtcpWriter *writer, uint32_t sender, uint32_t media, const uint16_t *sequences, size_t n);
bool rtcp_write_pli(RtcpWriter *writer, uint32_t sender, uint32_t media);
bool rtcp_write_fir(RtcpWriter *writer, uint32_t sender, uint32_t media, uint8_t sequence);
bool rtcp_write_remb(RtcpWriter *writer, uint32_t sender, uint64_t bitrate_bps, const uint32_t *ssrcs,
                     unsigned n_ssrcs);
/* `arrivals_us[i]` is when transport sequence base + i came, −1 for never; one of them must have come. Returns how
 * many of the `n` are covered: fewer when a delta does not fit 16 bits (the rest goes into the next feedback) or the
 * buffer is full; 0 writes nothing. */
size_t rtcp_write_twcc(RtcpWriter *writer, uint32_t sender, uint32_t media, uint8_t count, uint16_t base,
                       const int64_t *arrivals_us, size_t n);
