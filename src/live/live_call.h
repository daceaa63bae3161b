/* What a request's thread asks of a room, for live_encoder.c and live_player.c: it is done on the socket loop, and by
 * the writer where something must last; the thread waits for the outcome. */
#pragma once
#include "live/live_private.h"

/* Of a session that lives: is it there, end it, restart its ICE. */
typedef enum { CALL_LOOK, CALL_END, CALL_RESTART } CallWish;

struct Call {
        GMutex mutex;
        GCond done;
        int refs; /* the waiting thread, and whoever carries it on; under the mutex, as the next two */
        bool answered, given_up;
        LiveReply reply;
        /* what is asked; owned */
        Live *live;
        LiveOpening *opening;
        LiveEncoder encoder;
        void (*go_on)(LiveRoom *room, Call *call);
        char *name, *offer, *session, *network, *ufrag, *pwd;
        unsigned char key_hash[KEY_HASH_BYTES]; /* of somebody in the hall, */
        json_t *message;                        /* who says this to a feature; NULL: it is about the hand, */
        bool hand;                              /* which shall be up */
        Client *client;                         /* the loop's: who says it; NULL: nobody yet */
        int64_t room_id;
        CallWish wish;
};

Call *live_call_new(Live *live, int64_t room_id);
Call *live_call_of_session(Live *live, int64_t room_id, const char *session, CallWish wish);
Call *live_call_ref(Call *call);
/* When nobody carries it on any more, the thread need not wait longer. */
void live_call_unref(gpointer call);
/* Takes what reply holds. False when nobody waits any more: what was done is to be undone. */
bool live_call_answer(Call *call, LiveReply reply);
void live_call_refuse(Call *call, LiveVerdict verdict);
bool live_call_is_wanted(Call *call);
/* Asks the loop and waits. Ends the caller's hold on it. */
void live_call_run(Call *call, void (*ask)(gpointer call), LiveReply *ret_reply);

LiveOpening *live_call_opening(Live *live, const LivePlace *place);
/* What a new session is called in addresses: random. (transfer full) */
char *live_call_session(void);
/* On the loop: opens the room of call->opening and goes on when it is loaded. Ends its hold on the call. */
void live_call_when_loaded(Call *call, void (*go_on)(LiveRoom *room, Call *call));
/* What the SFU's refusal is to who asked. */
LiveVerdict live_call_verdict(const GError *error);
/* Restarts ICE of a connection by the call's credentials, as often as it may; the tag counts. */
void live_call_restart(Call *call, SfuPeer peer, LiveRestarts *restarts, unsigned *tag, LiveReply *ret_reply);
/* What is asked about a session from outside the loop; `ask` runs on it, with the Call. */
LiveVerdict live_call_end(Live *live, int64_t room_id, const char *session, void (*ask)(gpointer call));
void live_call_ask_restart(Live *live, int64_t room_id, const char *session, const char *ufrag, const char *pwd,
                           void (*ask)(gpointer call), LiveReply *ret_reply);
