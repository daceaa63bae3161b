#include "live/live_call.h"
#include "base/time.h"

#include <sodium.h>

#define WAIT_US (5 * SECOND_US) /* encoders themselves give up after 8 s */
#define SESSION_BYTES 16

void live_reply_clear(LiveReply *reply)
{
        g_clear_pointer(&reply->session, g_free);
        g_clear_pointer(&reply->sdp, g_free);
}

Call *live_call_new(Live *live, int64_t room_id)
{
        Call *call = g_new0(Call, 1);
        g_mutex_init(&call->mutex);
        g_cond_init(&call->done);
        call->refs = 2;
        call->live = live;
        call->room_id = room_id;
        return call;
}

static void call_free(Call *call)
{
        live_reply_clear(&call->reply);
        if (call->opening)
                live_opening_free(call->opening);
        g_free(call->name);
        json_decref(call->message);
        g_free(call->offer);
        g_free(call->session);
        g_free(call->network);
        g_free(call->ufrag);
        g_free(call->pwd);
        g_mutex_clear(&call->mutex);
        g_cond_clear(&call->done);
        g_free(call);
}

void live_call_unref(gpointer data)
{
        Call *call = data;
        g_mutex_lock(&call->mutex);
        bool last = --call->refs == 0;
        if (call->refs == 1 && !call->answered) {
                call->reply.verdict = LIVE_BUSY;
                call->answered = true;
                g_cond_signal(&call->done);
        }
        g_mutex_unlock(&call->mutex);
        if (last)
                call_free(call);
}

Call *live_call_ref(Call *call)
{
        g_mutex_lock(&call->mutex);
        call->refs++;
        g_mutex_unlock(&call->mutex);
        return call;
}

bool live_call_answer(Call *call, LiveReply reply)
{
        g_mutex_lock(&call->mutex);
        bool heard = !call->given_up;
        live_reply_clear(&call->reply);
        call->reply = reply;
        call->answered = true;
        g_cond_signal(&call->done);
        g_mutex_unlock(&call->mutex);
        return heard;
}

bool live_call_is_wanted(Call *call)
{
        g_mutex_lock(&call->mutex);
        bool wanted = !call->given_up;
        g_mutex_unlock(&call->mutex);
        return wanted;
}

void live_call_run(Call *call, void (*ask)(gpointer call), LiveReply *ret_reply)
{
        gint64 until_us = g_get_monotonic_time() + WAIT_US;
        socket_loop_run(call->live->sockets, ask, call);
        g_mutex_lock(&call->mutex);
        while (!call->answered && g_cond_wait_until(&call->done, &call->mutex, until_us))
                ;
        call->given_up = !call->answered;
        *ret_reply = call->answered ? call->reply : (LiveReply){ .verdict = LIVE_BUSY };
        call->reply = (LiveReply){ 0 };
        g_mutex_unlock(&call->mutex);
        live_call_unref(call);
}

LiveVerdict live_call_verdict(const GError *error)
{
        return g_error_matches(error, SFU_ERROR, SFU_ERROR_SDP) ? LIVE_BAD_OFFER : LIVE_BUSY;
}

LiveOpening *live_call_opening(Live *live, const LivePlace *place)
{
        LiveOpening *opening = g_new0(LiveOpening, 1);
        *opening = (LiveOpening){ .live = live,
                                  .event_id = place->event_id,
                                  .room_id = place->room_id,
                                  .room_title = g_strdup(place->room_title),
                                  .room_slug = g_strdup(place->room_slug),
                                  .event_slug = g_strdup(place->event_slug) };
        return opening;
}

char *live_call_session(void)
{
        unsigned char bytes[SESSION_BYTES];
        char text[SESSION_BYTES * 2 + 1];
        randombytes_buf(bytes, sizeof bytes);
        return g_strdup(sodium_bin2hex(text, sizeof text, bytes, sizeof bytes));
}

void live_call_refuse(Call *call, LiveVerdict verdict)
{
        live_call_answer(call, (LiveReply){ .verdict = verdict });
}

Call *live_call_of_session(Live *live, int64_t room_id, const char *session, CallWish wish)
{
        Call *call = live_call_new(live, room_id);
        call->session = g_strdup(session);
        call->wish = wish;
        return call;
}

void live_call_restart(Call *call, SfuPeer peer, LiveRestarts *restarts, unsigned *tag, LiveReply *ret_reply)
{
        g_autoptr(GError) error = NULL;
        if (!live_may_restart(restarts)) {
                ret_reply->verdict = LIVE_FAST;
        } else if (!sfu_restart(call->live->sfu, peer, call->ufrag, call->pwd, &ret_reply->sdp, &error)) {
                ret_reply->verdict = live_call_verdict(error);
                ret_reply->sdp = g_strdup(error->message);
        } else {
                ret_reply->tag = ++*tag;
        }
}

LiveVerdict live_call_end(Live *live, int64_t room_id, const char *session, void (*ask)(gpointer call))
{
        g_auto(LiveReply) reply = { 0 };
        live_call_run(live_call_of_session(live, room_id, session, CALL_END), ask, &reply);
        return reply.verdict;
}

void live_call_ask_restart(Live *live, int64_t room_id, const char *session, const char *ufrag, const char *pwd,
                           void (*ask)(gpointer call), LiveReply *ret_reply)
{
        Call *call = live_call_of_session(live, room_id, session, CALL_RESTART);
        call->ufrag = g_strdup(ufrag);
        call->pwd = g_strdup(pwd);
        live_call_run(call, ask, ret_reply);
}

static bool write_nothing(Db *db, Act *act)
{
        return true;
}

static void after_loaded(LiveRoom *room, Act *act, bool kept)
{
        Call *call = act->extra;
        if (room->loaded)
                call->go_on(room, call);
}

void live_call_when_loaded(Call *call, void (*go_on)(LiveRoom *room, Call *call))
{
        LiveRoom *room = live_room_get(call->live, call->opening);
        call->go_on = go_on;
        if (room->loaded) {
                go_on(room, call);
        } else { /* the writer keeps its order: this comes after the loading that has just been asked for */
                Act *act = live_act_new(room, write_nothing, after_loaded);
                act->extra = live_call_ref(call);
                act->free_extra = live_call_unref;
                live_act_push(act);
        }
        live_call_unref(call);
}
