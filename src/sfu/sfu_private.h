/* The socket loop's side of the SFU, for sfu.c and sfu_events.c alone. */
#pragma once

#include "sfu/forward.h"
#include "sfu/loop.h"
#include "sfu/sfu.h"
#include "sfu/tap.h"

/* The socket loop's side of a peer: what is needed to describe it again. */
typedef struct Front {
        PeerPlan plan;
        Sdp *answer;      /* our last one to a publisher or a player */
        unsigned seats;   /* a watcher's, as offered */
        bool posted;      /* the loop has it: a watcher only from its first answer on */
        uint64_t version; /* of our descriptions */
} Front;

typedef struct FrontRoom {
        SfuRoom id; /* 0: free */
        unsigned loop;
        uint32_t generation;
        Tap *tap;
} FrontRoom;

struct Sfu {
        LoopShared shared;
        SdpCandidate candidates[SDP_MAX_CANDIDATES];
        unsigned n_candidates;
        int events_fd;
        unsigned started; /* loops whose thread runs */
        FrontRoom rooms[SFU_MAX_ROOMS];
        unsigned rooms_of_loop[SFU_MAX_LOOPS];
        Front **fronts[SFU_MAX_LOOPS]; /* by PEER_PLACE */
        unsigned next_place[SFU_MAX_LOOPS];
        uint32_t generation; /* of the next peer */
        uint32_t next_ssrc;
};

bool sfu_refuse(GError **error, SfuError code, const char *text);
/* False when the loop's mailbox is full: then what the command owns is freed. */
bool sfu_post(Sfu *sfu, unsigned loop, const Command *command);
FrontRoom *sfu_find_room(Sfu *sfu, SfuRoom id);
Front *sfu_find_front(Sfu *sfu, SfuPeer peer);
/* To the loop of an open room, when seat and kind are real. */
void sfu_post_for_room(Sfu *sfu, Command command);
void sfu_front_forget(Sfu *sfu, Front *front);
