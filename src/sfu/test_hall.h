/* A media server over loopback with one room, and browsers of test_peer in it: for tests of what they do to each other.
 */
#pragma once

#include "sfu/test_peer.h"

enum {
        TEST_HALL_BROWSERS = 12,
        TEST_HALL_SPEAKER = 7,  /* participant of all who publish */
        TEST_HALL_WATCHER = 20, /* plus how many browsers there are: of who watches */
};

typedef struct TestHall {
        Sfu *sfu;
        SfuRoom room;
        TestPeer *browsers[TEST_HALL_BROWSERS]; /* freed with the hall */
        unsigned n, speakers;
        GArray *events;    /* SfuEvent, all that its loop told */
        char *description; /* the server's, of the last who came */
        SfuPeer peer;      /* likewise */
} TestHall;

void test_hall_init(TestHall *hall, unsigned media_threads);
void test_hall_clear(TestHall *hall);
void test_hall_turn(TestHall *hall);
uint64_t test_hall_counter(TestHall *hall, const char *name);
/* Not connected yet. */
TestPeer *test_hall_come(TestHall *hall, bool tcp);
/* The last event of a kind, NULL without one; it stays where it is until the next turn. */
const SfuEvent *test_hall_event(const TestHall *hall, SfuEventKind kind);
/* A speaker with a microphone on the next seat, from 0; a watcher of four seats. Connected. */
TestPeer *test_hall_publish(TestHall *hall, bool tcp);
TestPeer *test_hall_watch(TestHall *hall, bool tcp);
/* A speaker on that seat with a microphone and a camera (H.264), and its small copy (VP8) if asked. */
TestPeer *test_hall_film(TestHall *hall, int seat, bool copy);
/* A speaker on that seat whose browser makes this offer (taken) of these tracks. */
void test_hall_go_on_stage(TestHall *hall, TestPeer *browser, int seat, char *offer, const SfuTrack *tracks,
                           unsigned n_tracks);
/* A watcher without H.264. */
TestPeer *test_hall_watch_vp8(TestHall *hall);
/* So many packets of sound. */
void test_hall_speak(TestHall *hall, TestPeer *browser, unsigned packets);

/* Turns until the condition holds, or says that it never did. */
#define WAIT_FOR(hall, condition)                                                                                      \
        do {                                                                                                           \
                int64_t until_us = g_get_monotonic_time() + TEST_WAIT_US;                                              \
                while (!(condition) && g_get_monotonic_time() < until_us)                                              \
                        test_hall_turn(hall);                                                                          \
                g_assert_true(condition);                                                                              \
        } while (0)
