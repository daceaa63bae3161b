/* What the media loops tell: events, the tap, figures. */
#include "sfu/capture.h"
#include "sfu/sfu_private.h"

/* --- Events ------------------------------------------------------------------------------------------------------- */

int sfu_events_fd(const Sfu *sfu)
{
        return sfu->events_fd;
}

/* Of a room or peer that the caller has closed since, nothing more is told. */
static bool is_current(Sfu *sfu, const SfuEvent *event)
{
        return event->peer.value ? sfu_find_front(sfu, event->peer) != NULL : sfu_find_room(sfu, event->room) != NULL;
}

bool sfu_next_event(Sfu *sfu, SfuEvent *ret_event)
{
        mailbox_clear_fd(sfu->events_fd);
        for (unsigned i = 0; i < sfu->shared.n_loops; i++) {
                while (mailbox_pop(sfu->shared.loops[i]->events, ret_event)) {
                        if (!is_current(sfu, ret_event))
                                continue;
                        if (ret_event->kind == SFU_PEER_GONE)
                                sfu_front_forget(sfu, sfu_find_front(sfu, ret_event->peer));
                        return true;
                }
        }
        return false;
}

/* --- Tap ---------------------------------------------------------------------------------------------------------- */

bool sfu_tap_start(Sfu *sfu, SfuRoom id, const SfuTapSink *sink, GError **error)
{
        FrontRoom *room = sfu_find_room(sfu, id);
        if (!room || room->tap)
                return sfu_refuse(error, SFU_ERROR_STATE, room ? "the room is being recorded" : "the room is not open");
        Tap *tap = tap_new(sink, error);
        if (!tap)
                return false;
        if (!sfu_post(sfu, room->loop, &(Command){ .kind = COMMAND_TAP_START, .room = id, .tap = tap })) {
                tap_end(tap);
                tap_join(tap);
                return sfu_refuse(error, SFU_ERROR_FULL, "the media server is too busy");
        }
        room->tap = tap;
        return true;
}

SfuCapture *sfu_capture_start(Sfu *sfu, SfuRoom id, SfuParticipant participant)
{
        FrontRoom *room = sfu_find_room(sfu, id);
        SfuCapture *capture = room ? capture_new(participant, sfu->shared.utc_offset_us) : NULL;
        if (!capture)
                return NULL;
        Command command = { .kind = COMMAND_CAPTURE, .room = id, .capture = capture_ref(capture) };
        if (sfu_post(sfu, room->loop, &command))
                return capture;
        capture_unref(capture);
        capture_unref(capture);
        return NULL;
}

void sfu_capture_stop(Sfu *sfu, SfuRoom id, SfuCapture *capture)
{
        if (capture)
                sfu_post_for_room(sfu, (Command){ .kind = COMMAND_CAPTURE, .room = id });
        capture_unref(capture);
}

void sfu_tap_video(Sfu *sfu, SfuRoom room, SfuTapPicture picture, int seat, SfuTrackKind kind)
{
        sfu_post_for_room(sfu, (Command){ .kind = COMMAND_TAP_VIDEO,
                                          .room = room,
                                          .channel = (int)picture,
                                          .seat = seat,
                                          .track = kind });
}

void sfu_tap_stop(Sfu *sfu, SfuRoom id)
{
        FrontRoom *room = sfu_find_room(sfu, id);
        if (!room || !room->tap)
                return;
        while (!sfu_post(sfu, room->loop, &(Command){ .kind = COMMAND_TAP_STOP, .room = id }))
                g_usleep(1000);
        tap_join(g_steal_pointer(&room->tap));
}

/* --- Figures ------------------------------------------------------------------------------------------------------ */

static const struct {
        const char *name, *help;
} counter_words[] = {
#define X(symbol, name, help) { name, help },
        COUNTER_TABLE(X)
#undef X
#define X(symbol, name, help) { "drop_" name, help },
                DROP_TABLE(X)
#undef X
};

static uint64_t counter_value(const Counters *counters, size_t i)
{
        const _Atomic uint64_t *value = i < COUNTER_COUNT ? &counters->values[i] : &counters->drops[i - COUNTER_COUNT];
        return atomic_load_explicit(value, memory_order_relaxed);
}

size_t sfu_counters(Sfu *sfu, SfuCounter *ret_counters, size_t n)
{
        for (size_t i = 0; i < n && i < G_N_ELEMENTS(counter_words); i++) {
                ret_counters[i] = (SfuCounter){ counter_words[i].name, counter_words[i].help, 0 };
                for (unsigned loop = 0; loop < sfu->shared.n_loops; loop++)
                        ret_counters[i].value += counter_value(&sfu->shared.loops[loop]->counters, i);
        }
        return G_N_ELEMENTS(counter_words);
}
