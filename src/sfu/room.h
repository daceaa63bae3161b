/* Who is on stage, who watches, and which track each watcher's line shows; forwards a turn's packets. Owned by a loop.
 */
#pragma once

#include "sfu/loop.h"
#include "sfu/forward.h"
#include "sfu/peer.h"
#include "sfu/track.h"

Room *room_new(Loop *loop, SfuRoom id);
void room_free(Room *room); /* its peers are gone before */
SfuRoom room_id(const Room *room);
/* The room's peers, of both sorts: borrowed, for closing them. */
const GPtrArray *room_peers(const Room *room);
void room_add_peer(Room *room, Peer *peer);

/* --- From its peers ----------------------------------------------------------------------------------------------- */

void room_peer_connected(Room *room, Peer *peer);
/* The peer watches no more and its tracks, if any, are taken off; it is freed later. */
void room_peer_gone(Room *room, Peer *peer);
void room_add_track(Room *room, Track *track);
/* Its first packet came, or the first after a pause. */
void room_track_began(Room *room, Track *track, bool first);
/* A layer is sent no more for now. */
void room_track_paused(Room *room, Track *track);
/* Its height is known, or another. */
void room_track_sized(Room *room, Track *track);
/* Forwards what waits first, since that refers to the track. */
void room_remove_track(Room *room, Track *track);
/* A packet lies in its track's ring and shall go to the watchers at the end of the turn. */
void room_forward(Room *room, Packet *packet);
void room_hear(Room *room, const Track *track, uint8_t level);
void room_want_key(Room *room, Track *track); /* NULL is fine */

/* Chooses anew what each watcher's lines want. */
void room_assign(Room *room);
/* The highest layer (0 … TRACK_LAYERS − 1, SLOT_NO_LAYER for no picture) and temporal layer that a watcher's line may
 * show: what the network carries. Taken down at once, up at the layer's next key frame. */
void room_set_target(Room *room, Peer *watcher, unsigned slot, int layer, unsigned temporal);
/* How high each line is shown on the page, in device pixels: 0 not at all, SFU_ANY_HEIGHT not told. */
void room_set_view(Room *room, Peer *watcher, const uint16_t heights[SLOT_COUNT], uint32_t awaited_bps);
/* The track of that id behind a line, or NULL. */
Track *room_find_track(const Room *room, unsigned slot, uint32_t id);
/* Likewise behind a line of this watcher, which may play what is on air. */
Track *room_line_track(const Room *room, const Watcher *watcher, unsigned line, uint32_t id);
/* What its timestamps are at a server time, from the publisher's reports. */
bool room_timestamp_at(const Room *room, const Track *track, int64_t utc_us, uint32_t *ret_timestamp);

/* --- From the loop ------------------------------------------------------------------------------------------------ */

/* Encrypts for every watcher what came in, into the send arena. */
void room_fan_out(Room *room);
/* Sends what is due of a paced watcher's pictures. */
void room_pump(Room *room, Peer *peer);
/* Fans out, and asks publishers for what is missing. */
void room_end_turn(Room *room);
void room_tick(Room *room);
void room_mute(Room *room, int seat, SfuTrackKind kind, bool muted);
void room_key_frame(Room *room, int seat, SfuTrackKind kind);
/* What those who play see (WHEP): seat SFU_NO_SEAT for nothing. */
void room_on_air(Room *room, int seat, SfuTrackKind kind);
void room_own_seat(Room *room, Peer *watcher, int own_seat);
/* What a watcher's line "c" lets hear, and whom a channel carries: sfu_listen(), sfu_channel(). */
void room_listen(Room *room, Peer *watcher, int channel);
void room_channel(Room *room, int channel, int seat);
/* The publisher that holds a seat, or NULL. */
Peer *room_publisher(const Room *room, int seat);

/* For the feed of the tap. */
/* The biggest layer that is sent and may be shown, or NULL. */
Track *room_best_layer(const Room *room, int seat, SfuTrackKind kind);
Track *room_track(const Room *room, uint32_t id); /* NULL also for 0 */
bool room_capture_us(const Room *room, const Track *track, uint32_t timestamp, int64_t *ret_capture_us);
/* The channel that carries a booth's voice, SFU_NO_CHANNEL. */
int room_channel_of(const Room *room, int seat);
int64_t room_now_us(const Room *room);
Counters *room_counters(Room *room);
bool room_emit(Room *room, const SfuEvent *event);

void room_tap_start(Room *room, Tap *tap);
void room_tap_video(Room *room, SfuTapPicture picture, int seat, SfuTrackKind kind);
void room_tap_stop(Room *room);
/* Takes it; NULL: none any more. */
void room_capture(Room *room, SfuCapture *capture);
