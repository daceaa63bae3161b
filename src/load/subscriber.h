/* A watcher: takes what a server sends and answers as a browser does: a receiver report for each video stream
 * about every second and for each sound every five, NACK for video (again every 40 ms), RTX, and PLI when a gap is too
 * large to mend.
 *
 * Most packets are counted by their header alone; one in `open_every` is decrypted and checked, so that the generator
 * does not cost more than the server it measures.
 */
#pragma once
#include "load/link.h"
#include "load/pictures.h"
#include <jansson.h>

typedef struct {
        bool transport_cc;   /* answer with transport-wide feedback where the server offers it */
        Codec unwanted;      /* video codec not taken, CODEC_NONE: both */
        unsigned open_every; /* 1: decrypt all */
        bool pictures;       /* look at what a decoder would make of it, too; decrypts all */
} SubscriberOptions;

typedef struct {
        uint64_t packets, bytes; /* RTP as received, RTX apart */
        uint64_t rtx;            /* packets on RTX streams */
        uint64_t repaired;       /* gaps filled, by RTX or otherwise, after a NACK or late */
        uint64_t nacked, reports, plis;
        uint64_t expected;       /* by the sequence numbers */
        uint64_t opened, spoilt; /* decrypted, and those that could not be */
} SubscriberCounts;

typedef struct Subscriber Subscriber;
Subscriber *subscriber_new(Network *network, const SubscriberOptions *options, unsigned number, GError **error);
void subscriber_free(Subscriber *subscriber);
unsigned subscriber_number(const Subscriber *subscriber);
/* The server's offer in, our answer out (transfer full), NULL when it is of no use. The transport then starts. */
char *subscriber_answer(Subscriber *subscriber, const char *offer, int64_t now_us);
void subscriber_turn(Subscriber *subscriber, int64_t now_us);
LinkState subscriber_state(const Subscriber *subscriber);
SrtpProfile subscriber_profile(const Subscriber *subscriber);
/* Adds its counts so far. */
void subscriber_count(const Subscriber *subscriber, SubscriberCounts *counts);
/* Microseconds from subscriber_new to the connection and to the first packet; −1: not yet. */
int64_t subscriber_connected_us(const Subscriber *subscriber);
int64_t subscriber_first_packet_us(const Subscriber *subscriber);
/* Adds what became of its pictures (where options.pictures), all streams of them. first_us: from subscriber_new on. */
void subscriber_count_pictures(const Subscriber *subscriber, PictureCounts *counts);
/* Likewise from subscriber_new to the first whole picture. */
int64_t subscriber_first_picture_us(const Subscriber *subscriber);
/* Packets of sound that did not come, by the sequence numbers. */
uint64_t subscriber_sound_lost(const Subscriber *subscriber);
