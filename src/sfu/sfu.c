#include "sfu/sfu_private.h"

#include "sfu/candidates.h"

#include "base/i18n.h"
#include "rtc/sdp_fragment.h"

#include <string.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define NO_RANDOM "the machine gives no random numbers"

enum {
        DEFAULT_CAMERA_KBPS = 2500,
        GENERATIONS = 1 << 15, /* of peers in one place */
        CREW_FROM = 1024,      /* half a millisecond's work: ./bench crew */
};

G_DEFINE_QUARK(sfu - error, sfu_error)

static const char *const kind_words[] = {
#define KIND_WORD(name, word) word,
        SFU_TRACK_KINDS(KIND_WORD)
};
static const char *const gone_texts[] = {
#define GONE_TEXT(name, text) text,
        SFU_GONE_REASONS(GONE_TEXT)
};

int sfu_track_kind_from_word(const char *word)
{
        for (int i = 0; word && i < SFU_N_TRACK_KINDS; i++)
                if (!strcmp(word, kind_words[i]))
                        return i;
        return -1;
}

int sfu_line_from_word(const char *word)
{
        guint64 seat;
        if (!strcmp(word, "s") || !strcmp(word, "c"))
                return word[0] == 's' ? SLOT_SCREEN : SLOT_CHANNEL;
        if ((word[0] != 'a' && word[0] != 'v') ||
            !g_ascii_string_to_unsigned(word + 1, 10, 0, SFU_SEATS - 1, &seat, NULL))
                return -1;
        return (int)slot_of((int)seat, word[0] == 'a' ? SFU_MIC : SFU_CAMERA);
}

const char *sfu_track_kind_word(SfuTrackKind kind)
{
        return kind_words[kind];
}

const char *sfu_gone_reason_text(SfuGoneReason reason)
{
        return gone_texts[reason];
}

bool sfu_refuse(GError **error, SfuError code, const char *text)
{
        g_set_error_literal(error, SFU_ERROR, code, text);
        return false;
}

/* --- Start and stop ----------------------------------------------------------------------------------------------- */

/* A number that was asked for must be had. Else it is that of UDP; where another program has it for TCP, a free one
 * when UDP's is such, or none: firewalls know one number. */
static bool open_tcp(Sfu *sfu, const SfuConfig *config, GError **error)
{
        Port *port = &sfu->shared.port;
        if (config->tcp_port > 0)
                return port_listen(port, (uint16_t)config->tcp_port, error);
        if (config->tcp_port != SFU_NO_TCP && !port_listen(port, port->number, NULL) && config->media_port == 0)
                return port_listen(port, 0, error);
        return true;
}

static int64_t utc_offset_us(void)
{
        struct timespec monotonic;
        clock_gettime(CLOCK_MONOTONIC, &monotonic);
        return g_get_real_time() - (monotonic.tv_sec * G_USEC_PER_SEC + monotonic.tv_nsec / 1000);
}

static bool start_loops(Sfu *sfu, const SfuConfig *config, GError **error)
{
        long cores = sysconf(_SC_NPROCESSORS_ONLN);
        unsigned n = config->media_threads ? config->media_threads : (unsigned)MAX(1, cores - 1);
        sfu->shared.n_loops = MIN(n, SFU_MAX_LOOPS);
        sfu->shared.crew = crew_new((unsigned)MAX(1, cores) - 1, &sfu->shared.port);
        sfu->shared.crew_from = config->crew_from ? config->crew_from : CREW_FROM;
        for (unsigned i = 0; i < sfu->shared.n_loops; i++) {
                sfu->shared.loops[i] = loop_new(&sfu->shared, i, sfu->events_fd, error);
                if (!sfu->shared.loops[i])
                        return false;
                sfu->fronts[i] = g_new0(Front *, SFU_MAX_PEERS);
        }
        for (unsigned i = 0; i < sfu->shared.n_loops; i++, sfu->started++)
                if (!loop_start(sfu->shared.loops[i], error))
                        return false;
        return true;
}

static void front_free(Front *front)
{
        if (!front)
                return;
        sdp_free(front->answer);
        g_free(front);
}

/* Commands are small and a loop empties its mailbox each turn: one that is full means a loop that stands still. */
bool sfu_post(Sfu *sfu, unsigned loop, const Command *command)
{
        if (loop_post(sfu->shared.loops[loop], command))
                return true;
        g_free(command->plan);
        g_free(command->heights);
        return false;
}

static void stop_loops(Sfu *sfu)
{
        for (unsigned i = 0; i < sfu->started; i++)
                while (!sfu_post(sfu, i, &(Command){ .kind = COMMAND_STOP }))
                        g_usleep(1000);
        for (unsigned i = 0; i < sfu->started; i++)
                loop_join(sfu->shared.loops[i]);
        for (unsigned i = 0; i < sfu->shared.n_loops; i++)
                loop_free(sfu->shared.loops[i]);
        crew_free(sfu->shared.crew);
}

int64_t sfu_now_us(const Sfu *sfu)
{
        return g_get_monotonic_time() + sfu->shared.utc_offset_us;
}

void sfu_stop(Sfu *sfu)
{
        if (!sfu)
                return;
        for (unsigned i = 0; i < SFU_MAX_ROOMS; i++)
                if (sfu->rooms[i].tap)
                        sfu_tap_stop(sfu, sfu->rooms[i].id);
        stop_loops(sfu);
        for (unsigned i = 0; i < sfu->shared.n_loops; i++) {
                for (unsigned place = 0; sfu->fronts[i] && place < SFU_MAX_PEERS; place++)
                        front_free(sfu->fronts[i][place]);
                g_free(sfu->fronts[i]);
        }
        port_close(&sfu->shared.port);
        dtls_identity_free(sfu->shared.identity);
        if (sfu->events_fd >= 0)
                close(sfu->events_fd);
        g_free(sfu);
}

Sfu *sfu_start(const SfuConfig *config, GError **error)
{
        Sfu *sfu = g_new0(Sfu, 1);
        sfu->shared.port.fd = -1;
        sfu->shared.camera_kbps = config->camera_kbps ? config->camera_kbps : DEFAULT_CAMERA_KBPS;
        sfu->shared.utc_offset_us = utc_offset_us();
        sfu->generation = (uint32_t)g_random_int_range(1, GENERATIONS);
        sfu->next_ssrc = g_random_int() | 0x10000;
        sfu->events_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
        sfu->shared.identity = dtls_identity_new();
        if (sfu->events_fd < 0 || !sfu->shared.identity)
                sfu_refuse(error, SFU_ERROR_SYSTEM, "no descriptor or no key for the media server");
        else if (port_open(&sfu->shared.port, config->media_port, error) && open_tcp(sfu, config, error) &&
                 candidates_choose(&sfu->shared.port, config->advertised, sfu->candidates, &sfu->n_candidates, error) &&
                 start_loops(sfu, config, error))
                return sfu;
        sfu_stop(sfu);
        return NULL;
}

uint16_t sfu_media_port(const Sfu *sfu)
{
        return sfu->shared.port.number;
}

uint16_t sfu_tcp_port(const Sfu *sfu)
{
        return sfu->shared.port.tcp_number;
}

/* --- Rooms -------------------------------------------------------------------------------------------------------- */

FrontRoom *sfu_find_room(Sfu *sfu, SfuRoom id)
{
        FrontRoom *room = &sfu->rooms[ROOM_PLACE(id)];
        return id.value && room->id.value == id.value ? room : NULL;
}

static unsigned least_loop(const Sfu *sfu)
{
        unsigned best = 0;
        for (unsigned i = 1; i < sfu->shared.n_loops; i++)
                if (sfu->rooms_of_loop[i] < sfu->rooms_of_loop[best])
                        best = i;
        return best;
}

SfuRoom sfu_room_open(Sfu *sfu)
{
        for (uint32_t place = 0; place < SFU_MAX_ROOMS; place++) {
                FrontRoom *room = &sfu->rooms[place];
                if (room->id.value)
                        continue;
                room->generation = room->generation % 0x3fffff + 1;
                SfuRoom id = { room->generation << 10 | place };
                room->loop = least_loop(sfu);
                if (!sfu_post(sfu, room->loop, &(Command){ .kind = COMMAND_ROOM_OPEN, .room = id }))
                        break;
                room->id = id;
                sfu->rooms_of_loop[room->loop]++;
                return id;
        }
        return (SfuRoom){ 0 };
}

static void forget_peers(Sfu *sfu, const FrontRoom *room)
{
        for (unsigned place = 0; place < SFU_MAX_PEERS; place++) {
                Front **front = &sfu->fronts[room->loop][place];
                if (*front && (*front)->plan.room.value == room->id.value)
                        g_clear_pointer(front, front_free);
        }
}

void sfu_room_close(Sfu *sfu, SfuRoom id)
{
        FrontRoom *room = sfu_find_room(sfu, id);
        if (!room)
                return;
        if (room->tap)
                sfu_tap_stop(sfu, id);
        sfu_post(sfu, room->loop, &(Command){ .kind = COMMAND_ROOM_CLOSE, .room = id });
        forget_peers(sfu, room);
        sfu->rooms_of_loop[room->loop]--;
        room->id.value = 0;
}

void sfu_post_for_room(Sfu *sfu, Command command)
{
        const FrontRoom *room = sfu_find_room(sfu, command.room);
        bool seat = command.seat >= 0 && command.seat < SFU_PLACES;
        bool nobody =
                command.kind == COMMAND_TAP_VIDEO || command.kind == COMMAND_ON_AIR || command.kind == COMMAND_CHANNEL;
        if (room && (unsigned)command.track < SFU_N_TRACK_KINDS && (seat || (nobody && command.seat == SFU_NO_SEAT)))
                sfu_post(sfu, room->loop, &command);
}

void sfu_mute(Sfu *sfu, SfuRoom room, int seat, SfuTrackKind kind, bool muted)
{
        sfu_post_for_room(sfu,
                          (Command){ .kind = COMMAND_MUTE, .room = room, .seat = seat, .track = kind, .on = muted });
}

void sfu_key_frame(Sfu *sfu, SfuRoom room, int seat, SfuTrackKind kind)
{
        sfu_post_for_room(sfu, (Command){ .kind = COMMAND_KEY_FRAME, .room = room, .seat = seat, .track = kind });
}

/* --- Peers -------------------------------------------------------------------------------------------------------- */

Front *sfu_find_front(Sfu *sfu, SfuPeer peer)
{
        if (!peer.value || PEER_LOOP(peer) >= sfu->shared.n_loops)
                return NULL;
        Front *front = sfu->fronts[PEER_LOOP(peer)][PEER_PLACE(peer)];
        return front && front->plan.peer.value == peer.value ? front : NULL;
}

/* The user name begins with the peer's number, so that the first packet of a browser finds it: loop.c. */
static bool make_credentials(SfuPeer peer, IceCredentials *credentials)
{
        uint8_t random[ICE_RANDOM_BYTES];
        if (getrandom(random, sizeof random, 0) != sizeof random)
                return false;
        ice_credentials_make(credentials, random);
        char secret[9];
        g_strlcpy(secret, credentials->ufrag, sizeof secret);
        g_snprintf(credentials->ufrag, sizeof credentials->ufrag, "%08x%s", peer.value, secret);
        return true;
}

/* A front with a fresh number and credentials; its place is taken. */
static Front *front_new(Sfu *sfu, SfuRoom id, SfuParticipant participant, GError **error)
{
        const FrontRoom *room = sfu_find_room(sfu, id);
        if (!room) {
                sfu_refuse(error, SFU_ERROR_STATE, "the room is not open");
                return NULL;
        }
        for (unsigned tried = 0; tried < SFU_MAX_PEERS; tried++) {
                unsigned place = sfu->next_place[room->loop]++ % SFU_MAX_PEERS;
                if (sfu->fronts[room->loop][place])
                        continue;
                Front *front = g_new0(Front, 1);
                front->plan.peer.value = sfu->generation << 17 | room->loop << 12 | place;
                front->plan.room = id;
                front->plan.participant = participant;
                sfu->generation = sfu->generation % (GENERATIONS - 1) + 1;
                if (make_credentials(front->plan.peer, &front->plan.local)) {
                        sfu->fronts[room->loop][place] = front;
                        return front;
                }
                g_free(front);
                break;
        }
        sfu_refuse(error, SFU_ERROR_FULL, "the media server has no room for another connection");
        return NULL;
}

void sfu_front_forget(Sfu *sfu, Front *front)
{
        SfuPeer peer = front->plan.peer;
        sfu->fronts[PEER_LOOP(peer)][PEER_PLACE(peer)] = NULL;
        front_free(front);
}

static bool front_post(Sfu *sfu, Front *front, GError **error)
{
        Command command = { .kind = front->posted ? COMMAND_PEER_UPDATE : COMMAND_PEER_ADD,
                            .room = front->plan.room,
                            .peer = front->plan.peer,
                            .plan = g_memdup2(&front->plan, sizeof front->plan) };
        if (!sfu_post(sfu, PEER_LOOP(front->plan.peer), &command))
                return sfu_refuse(error, SFU_ERROR_FULL, "the media server is too busy");
        front->posted = true;
        return true;
}

static LocalSide local_side(const Sfu *sfu, const Front *front)
{
        return (LocalSide){ .session_id = front->plan.peer.value,
                            .version = front->version,
                            .credentials = front->plan.local,
                            .fingerprint = dtls_identity_fingerprint(sfu->shared.identity),
                            .candidates = sfu->candidates,
                            .n_candidates = sfu->n_candidates };
}

static Sdp *parse(const char *text, GError **error)
{
        SdpResult result;
        Sdp *sdp = sdp_parse(text, strnlen(text, SDP_MAX_BYTES + 1), &result);
        if (!sdp)
                sfu_refuse(error, SFU_ERROR_SDP, sdp_result_text(result));
        return sdp;
}

static bool is_sound_alone(const SfuTrack *tracks, size_t n_tracks)
{
        for (size_t i = 0; i < n_tracks; i++)
                if (tracks[i].kind != SFU_MIC)
                        return false;
        return true;
}

static bool front_publish(Sfu *sfu, Front *front, const char *offer_text, const SfuTrack *tracks, size_t n_tracks,
                          char **ret_answer, GError **error)
{
        g_autoptr(Sdp) offer = parse(offer_text, error);
        if (!offer)
                return false;
        SfuTrack guessed[2];
        if (!tracks) {
                n_tracks = negotiate_guess_tracks(offer, guessed);
                tracks = guessed;
        }
        if (front->plan.seat >= SFU_SEATS && !is_sound_alone(tracks, n_tracks))
                return sfu_refuse(error, SFU_ERROR_SDP, N_("an interpreter's booth takes a microphone alone"));
        PeerPlan before = front->plan;
        front->plan.encoder = tracks == guessed;
        bool restarts = front->answer && strcmp(offer->ufrag, before.remote.ufrag) != 0;
        if (restarts && !make_credentials(before.peer, &front->plan.local))
                return sfu_refuse(error, SFU_ERROR_SYSTEM, NO_RANDOM);
        front->version++;
        LocalSide local = local_side(sfu, front);
        g_autoptr(Sdp) answer = negotiate_publish(offer, tracks, n_tracks, &local, front->answer, &front->plan, error);
        if (!answer || !front_post(sfu, front, error)) {
                front->plan = before;
                return false;
        }
        *ret_answer = sdp_print(answer);
        sdp_free(front->answer);
        front->answer = g_steal_pointer(&answer);
        return true;
}

bool sfu_publish(Sfu *sfu, SfuRoom room, SfuParticipant participant, int seat, const char *offer,
                 const SfuTrack *tracks, size_t n_tracks, SfuPeer *ret_peer, char **ret_answer, GError **error)
{
        if (seat < 0 || seat >= SFU_PLACES)
                return sfu_refuse(error, SFU_ERROR_STATE, "there is no such seat");
        Front *front = front_new(sfu, room, participant, error);
        if (!front)
                return false;
        front->plan.publisher = true;
        front->plan.seat = seat;
        if (!front_publish(sfu, front, offer, tracks, n_tracks, ret_answer, error)) {
                sfu_front_forget(sfu, front);
                return false;
        }
        *ret_peer = front->plan.peer;
        return true;
}

bool sfu_publish_again(Sfu *sfu, SfuPeer peer, const char *offer, const SfuTrack *tracks, size_t n_tracks,
                       char **ret_answer, GError **error)
{
        Front *front = sfu_find_front(sfu, peer);
        if (!front || !front->plan.publisher)
                return sfu_refuse(error, SFU_ERROR_STATE, "the connection is closed");
        return front_publish(sfu, front, offer, tracks, n_tracks, ret_answer, error);
}

static char *front_offer(Sfu *sfu, Front *front, unsigned seats)
{
        front->seats = seats;
        front->version++;
        LocalSide local = local_side(sfu, front);
        g_autoptr(Sdp) offer = negotiate_offer(seats, front->plan.first_ssrc, &local);
        return sdp_print(offer);
}

static bool own_seat_is_valid(int seat)
{
        return seat >= SFU_NO_SEAT && seat < SFU_PLACES;
}

bool sfu_subscribe(Sfu *sfu, SfuRoom room, SfuParticipant participant, unsigned seats, int own_seat, SfuPeer *ret_peer,
                   char **ret_offer, GError **error)
{
        if (seats < 1 || seats > SFU_SEATS || !own_seat_is_valid(own_seat))
                return sfu_refuse(error, SFU_ERROR_STATE, "there is no such seat");
        Front *front = front_new(sfu, room, participant, error);
        if (!front)
                return false;
        front->plan.seat = own_seat;
        front->plan.first_ssrc = sfu->next_ssrc;
        sfu->next_ssrc += 2 * SLOT_COUNT;
        *ret_offer = front_offer(sfu, front, seats);
        *ret_peer = front->plan.peer;
        return true;
}

bool sfu_subscribe_grow(Sfu *sfu, SfuPeer peer, unsigned seats, char **ret_offer, GError **error)
{
        Front *front = sfu_find_front(sfu, peer);
        if (!front || front->plan.publisher)
                return sfu_refuse(error, SFU_ERROR_STATE, "the connection is closed");
        if (seats <= front->seats || seats > SFU_SEATS)
                return sfu_refuse(error, SFU_ERROR_STATE, "a watcher's lines can only become more, up to twelve seats");
        *ret_offer = front_offer(sfu, front, seats);
        return true;
}

bool sfu_subscribe_restart(Sfu *sfu, SfuPeer peer, char **ret_offer, GError **error)
{
        Front *front = sfu_find_front(sfu, peer);
        if (!front || front->plan.publisher || front->plan.plays || !front->posted)
                return sfu_refuse(error, SFU_ERROR_STATE, "the connection is closed, or was not answered yet");
        PeerPlan before = front->plan;
        if (!make_credentials(peer, &front->plan.local))
                return sfu_refuse(error, SFU_ERROR_SYSTEM, NO_RANDOM);
        front->plan.remote = (IceCredentials){ 0 }; /* the loop must know ours when a check comes before the answer */
        if (!front_post(sfu, front, error)) {
                front->plan = before;
                return false;
        }
        *ret_offer = front_offer(sfu, front, front->seats);
        return true;
}

bool sfu_subscribed(Sfu *sfu, SfuPeer peer, const char *answer_text, GError **error)
{
        Front *front = sfu_find_front(sfu, peer);
        if (!front || front->plan.publisher)
                return sfu_refuse(error, SFU_ERROR_STATE, "the connection is closed");
        g_autoptr(Sdp) answer = parse(answer_text, error);
        if (!answer)
                return false;
        PeerPlan before = front->plan;
        if (negotiate_answer(answer, front->seats, &front->plan, error) && front_post(sfu, front, error))
                return true;
        front->plan = before;
        return false;
}

bool sfu_play(Sfu *sfu, SfuRoom room, const char *offer_text, SfuPeer *ret_peer, char **ret_answer, GError **error)
{
        g_autoptr(Sdp) offer = parse(offer_text, error);
        Front *front = offer ? front_new(sfu, room, (SfuParticipant){ 0 }, error) : NULL;
        if (!front)
                return false;
        front->plan.seat = SFU_NO_SEAT;
        front->plan.first_ssrc = sfu->next_ssrc;
        sfu->next_ssrc += 2 * SLOT_COUNT;
        front->version++;
        LocalSide local = local_side(sfu, front);
        g_autoptr(Sdp) answer = negotiate_play(offer, &local, &front->plan, error);
        if (!answer || !front_post(sfu, front, error)) {
                sfu_front_forget(sfu, front);
                return false;
        }
        *ret_answer = sdp_print(answer);
        *ret_peer = front->plan.peer;
        front->answer = g_steal_pointer(&answer);
        return true;
}

bool sfu_restart(Sfu *sfu, SfuPeer peer, const char *ufrag, const char *pwd, char **ret_fragment, GError **error)
{
        Front *front = sfu_find_front(sfu, peer);
        if (!front || !front->answer)
                return sfu_refuse(error, SFU_ERROR_STATE, "the connection is closed");
        PeerPlan before = front->plan;
        if (!ice_credentials_set(&front->plan.remote, ufrag, pwd) || !strcmp(ufrag, before.remote.ufrag) ||
            !strcmp(pwd, before.remote.pwd)) {
                front->plan = before;
                return sfu_refuse(error, SFU_ERROR_SDP, N_("a restart of ICE changes user name and password"));
        }
        bool made = make_credentials(peer, &front->plan.local);
        if (!made || !front_post(sfu, front, error)) {
                front->plan = before;
                return made ? false : sfu_refuse(error, SFU_ERROR_SYSTEM, NO_RANDOM);
        }
        g_strlcpy(front->answer->ufrag, front->plan.local.ufrag, sizeof front->answer->ufrag);
        g_strlcpy(front->answer->pwd, front->plan.local.pwd, sizeof front->answer->pwd);
        *ret_fragment = sdp_fragment_print(front->answer);
        return true;
}

void sfu_on_air(Sfu *sfu, SfuRoom room, int seat, SfuTrackKind kind)
{
        sfu_post_for_room(sfu, (Command){ .kind = COMMAND_ON_AIR, .room = room, .seat = seat, .track = kind });
}

void sfu_own_seat(Sfu *sfu, SfuPeer peer, int own_seat)
{
        Front *front = sfu_find_front(sfu, peer);
        if (!front || front->plan.publisher || !own_seat_is_valid(own_seat))
                return;
        front->plan.seat = own_seat;
        if (front->posted)
                sfu_post(sfu, PEER_LOOP(peer), &(Command){ .kind = COMMAND_OWN_SEAT, .peer = peer, .seat = own_seat });
}

void sfu_listen(Sfu *sfu, SfuPeer peer, int channel)
{
        const Front *front = sfu_find_front(sfu, peer);
        bool known = channel >= SFU_NO_CHANNEL && channel < SFU_CHANNELS;
        if (known && front && !front->plan.publisher && !front->plan.plays && front->posted)
                sfu_post(sfu, PEER_LOOP(peer), &(Command){ .kind = COMMAND_LISTEN, .peer = peer, .channel = channel });
}

void sfu_channel(Sfu *sfu, SfuRoom room, int channel, int seat)
{
        bool booth = seat == SFU_NO_SEAT || (seat >= SFU_SEATS && seat < SFU_PLACES);
        if (booth && channel >= 0 && channel < SFU_CHANNELS)
                sfu_post_for_room(sfu,
                                  (Command){ .kind = COMMAND_CHANNEL, .room = room, .seat = seat, .channel = channel });
}

void sfu_view(Sfu *sfu, SfuPeer peer, const uint16_t heights[SFU_LINES], unsigned awaited_kbps)
{
        const Front *front = sfu_find_front(sfu, peer);
        if (!front || front->plan.publisher || !front->posted)
                return;
        Command command = { .kind = COMMAND_VIEW,
                            .peer = peer,
                            .heights = g_memdup2(heights, SFU_LINES * sizeof *heights),
                            .awaited_bps = awaited_kbps * 1000 };
        sfu_post(sfu, PEER_LOOP(peer), &command);
}

void sfu_peer_close(Sfu *sfu, SfuPeer peer)
{
        Front *front = sfu_find_front(sfu, peer);
        if (!front)
                return;
        if (front->posted)
                sfu_post(sfu, PEER_LOOP(peer), &(Command){ .kind = COMMAND_PEER_CLOSE, .peer = peer });
        sfu_front_forget(sfu, front);
}
