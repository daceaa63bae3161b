/* Who is there in a run: publishers and subscribers, and the signalling that brings them in and out. */
#pragma once
#include "load/signalling.h"

typedef struct {
        Loop *loop;
        Network *network;
        Signalling *signalling;
        Codec video;
        SubscriberOptions subscriber;
        bool simulcast; /* cameras in three layers, of VP8 with temporal layers; sizes change at will (house_view) */
        unsigned stage; /* how many publishers there will be: they are spread over a frame's time, as cameras are */
        GPtrArray *publishers, *subscribers;
        unsigned numbers; /* of subscribers so far */
        int64_t next_turn_us;
} House;

void house_init(House *house, Loop *loop, Network *network, Signalling *signalling);
/* Everybody leaves. */
void house_clear(House *house);
/* One turn of the loop and of everybody; the time, monotonic. */
int64_t house_turn(House *house);
/* False (NULL) when there is no socket for one more; the signalling's failure then says so. */
bool house_add_publisher(House *house);
Subscriber *house_add_subscriber(House *house);
void house_remove_subscriber(House *house, Subscriber *subscriber);
/* The publisher at a place leaves and another one comes in its stead. */
bool house_replace_publisher(House *house, unsigned place);
/* A subscriber shows all pictures at this height from now on, where the signalling knows of it. */
void house_view(House *house, Subscriber *subscriber, unsigned height);
bool house_publishers_connected(const House *house);
