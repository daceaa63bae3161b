#include "discuss/discuss_store.h"

#include "base/time.h"

#define GATHER_US (SECOND_US / 2)

Discussion *discussion_of(const LiveRoom *room)
{
        return live_room_state(room, &discuss_feature);
}

bool discuss_is_open(LiveClient *client, const char *of, const char *id)
{
        if (!live_room_ended(live_client_room(client)))
                return true;
        live_refuse(client, of, id, N_("The session is over."));
        return false;
}

const char *discuss_nonce(json_t *message)
{
        const char *nonce = json_string_value(json_object_get(message, "id"));
        return live_is_token(nonce, NONCE_MAX) ? nonce : NULL;
}

static void discussion_free(gpointer data)
{
        Discussion *discussion = data;
        g_ptr_array_unref(discussion->questions);
        g_ptr_array_unref(discussion->polls);
        g_free(discussion);
}

static gpointer load(Db *db, const LiveMoment *moment)
{
        Discussion *discussion = g_new0(Discussion, 1);
        discussion->questions = g_ptr_array_new_with_free_func(discuss_question_free);
        discussion->polls = g_ptr_array_new_with_free_func(discuss_poll_free);
        if (discuss_store_load(db, moment, discussion))
                return discussion;
        discussion_free(discussion);
        return NULL;
}

static json_t *welcome(LiveRoom *room, int person)
{
        const Discussion *discussion = discussion_of(room);
        return json_pack("{s:b, s:b, s:o, s:o}", "moderated", discussion->moderated, "nameless", discussion->nameless,
                         "questions", discuss_questions_json(room, person), "polls", discuss_polls_json(room, person));
}

static void tick(LiveRoom *room, int64_t mono_us)
{
        Discussion *discussion = discussion_of(room);
        if (!discussion->changed || mono_us - discussion->told_us < GATHER_US)
                return;
        discussion->changed = false;
        discussion->told_us = mono_us;
        discuss_tell_reactions(room, discussion);
        discuss_tell_votes(room, discussion);
        discuss_tell_figures(room, discussion);
}

static const LiveMessage messages[] = {
        { "react", LIVE_GUEST, 10, 10, discuss_react },      { "ask", LIVE_GUEST, 5, 60, discuss_ask },
        { "vote", LIVE_GUEST, 30, 10, discuss_vote },        { "withdraw", LIVE_GUEST, 10, 10, discuss_withdraw },
        { "question", LIVE_HOST, 60, 10, discuss_question }, { "asking", LIVE_HOST, 20, 10, discuss_asking },
        { "poll", LIVE_HOST, 20, 10, discuss_poll },         { "poll_state", LIVE_HOST, 20, 10, discuss_poll_state },
        { "answer", LIVE_GUEST, 20, 10, discuss_answer },    { 0 },
};

const LiveFeature discuss_feature = {
        .name = "discuss",
        .messages = messages,
        .script = "discuss/discuss.js",
        .style = "discuss/discuss.css",
        .words = discuss_room_words,
        .load = load,
        .free = discussion_free,
        .welcome = welcome,
        .tick = tick,
        .ended = discuss_settle,
        .forgotten = discuss_forget_questions,
        .keeps = discuss_store_keeps,
        .export = discuss_store_export,
        .erase = discuss_store_erase,
        .expire = discuss_store_expire,
        .hall = discuss_hall,
        .hall_form = discuss_hall_form,
        .trace = discuss_store_trace,
};
