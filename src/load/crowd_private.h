/* The crowd's inside, for crowd.c and crowd_wave.c alone. */
#pragma once
#include "load/crowd.h"
#include "load/deliveries.h"
#include "load/wave.h"

typedef struct Crowd Crowd;

typedef struct {
        Crowd *crowd;
        RoomMember *member;
        int id;                      /* -1 before the welcome */
        int64_t opened_us, asked_us; /* asked: when the hand was moved; 0: nothing is waited for */
        bool hand;
        bool owed, reached; /* of the wave under way: its own answer has not come; it knows of all */
        int64_t reacted;    /* what it heard since that wave began */
} Page;

struct Crowd {
        Loop *loop;
        const CrowdOptions *options;
        Page *pages;
        unsigned count, welcome; /* pages opened; those who are in */
        unsigned next_say, next_hand;
        char mark[16]; /* of this run: other people's lines are no deliveries */
        Deliveries *deliveries;
        Times *joins, *hands;
        uint64_t hand_messages, messages; /* messages: all but the answers to pings */
        Wave *waves[N_WAVES];
        WaveKind under_way;                       /* N_WAVES: none */
        int64_t counted[N_WAVES], question, poll; /* as the room said last; 0: there is none */
        char *failure;
};

void crowd_fail(Crowd *crowd, const char *what, const char *why);
/* A question to vote for, when nobody has asked one. A poll is there or not: only a host opens one. */
void crowd_wave_prepare(Crowd *crowd);
/* The one before must be done by then. A poll that is not there is passed over. */
void crowd_wave_begin(Crowd *crowd, WaveKind kind);
void crowd_wave_hear(Page *page, const char *type, json_t *message);
