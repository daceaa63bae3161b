/* What hundreds do at once in the room. */
#include "load/crowd_private.h"
#include "base/time.h"
#include <string.h>

static json_int_t integer(json_t *object, const char *member)
{
        return json_integer_value(json_object_get(object, member));
}

/* --- doing it ---------------------------------------------------------------------------------------------------- */

void crowd_wave_prepare(Crowd *crowd)
{
        if (crowd->question)
                return;
        g_autofree char *nonce = g_strdup_printf("%s-q", crowd->mark);
        room_member_say(crowd->pages[0].member, json_pack("{s:s, s:s, s:s, s:b}", "t", "ask", "id", nonce, "text",
                                                          "What does a crowd ask?", "named", true));
}

static json_t *words_of(const Crowd *crowd, WaveKind kind)
{
        switch (kind) {
        case WAVE_RAISE:
        case WAVE_LOWER:
                return json_pack("{s:s, s:b}", "t", "hand", "up", kind == WAVE_RAISE);
        case WAVE_REACT:
                return json_pack("{s:s, s:s}", "t", "react", "what", "clap");
        case WAVE_VOTE:
                return json_pack("{s:s, s:I, s:b}", "t", "vote", "id", (json_int_t)crowd->question, "on", true);
        case WAVE_ANSWER:
                return json_pack("{s:s, s:I, s:[i]}", "t", "answer", "poll", (json_int_t)crowd->poll, "choices", 0);
        case N_WAVES:
                break;
        }
        g_assert_not_reached();
}

void crowd_wave_begin(Crowd *crowd, WaveKind kind)
{
        if (crowd->under_way != N_WAVES && !wave_done(crowd->waves[crowd->under_way])) {
                crowd_fail(crowd, "not everybody had heard of all when the next wave came",
                           wave_word(crowd->waves[crowd->under_way]));
                return;
        }
        if ((kind == WAVE_ANSWER && !crowd->poll) || (kind == WAVE_VOTE && !crowd->question))
                return;
        unsigned people = (unsigned)crowd->options->wave;
        crowd->under_way = kind;
        wave_begin(crowd->waves[kind], people, crowd->count, crowd->counted[kind], monotonic_us());
        for (unsigned i = 0; i < crowd->count; i++) {
                crowd->pages[i].owed = i < people;
                crowd->pages[i].reached = false;
                crowd->pages[i].reacted = 0;
        }
        for (unsigned i = 0; i < people; i++)
                room_member_say(crowd->pages[i].member, words_of(crowd, kind));
}

/* --- hearing of it ----------------------------------------------------------------------------------------------- */

static void note_count(Page *page, WaveKind kind, int64_t count)
{
        Crowd *crowd = page->crowd;
        if (kind != WAVE_REACT)
                crowd->counted[kind] = count;
        if (crowd->under_way != kind || page->reached || !wave_whole(crowd->waves[kind], count))
                return;
        page->reached = true;
        wave_reached(crowd->waves[kind], monotonic_us());
}

static void note_answer(Page *page, WaveKind kind)
{
        if (page->crowd->under_way != kind || !page->owed)
                return;
        page->owed = false;
        wave_answered(page->crowd->waves[kind], monotonic_us());
}

static void hear_hands(Page *page, json_t *list)
{
        size_t i;
        json_t *each;
        bool up = false;
        json_array_foreach(list, i, each) up |= json_integer_value(each) == page->id;
        note_answer(page, up ? WAVE_RAISE : WAVE_LOWER);
        note_count(page, WAVE_RAISE, (int64_t)json_array_size(list));
        note_count(page, WAVE_LOWER, (int64_t)json_array_size(list));
}

static void hear_votes(Page *page, json_t *list)
{
        size_t i;
        json_t *each;
        json_array_foreach(list, i, each) if (json_integer_value(json_array_get(each, 0)) == page->crowd->question)
                note_count(page, WAVE_VOTE, json_integer_value(json_array_get(each, 1)));
}

static void hear_question(Page *page, json_t *question)
{
        Crowd *crowd = page->crowd;
        const char *state = json_string_value(json_object_get(question, "state"));
        if (crowd->question || g_strcmp0(state, "open") != 0)
                return;
        crowd->question = integer(question, "id");
        crowd->counted[WAVE_VOTE] = integer(question, "votes");
}

static void hear_poll(Page *page, json_t *poll)
{
        Crowd *crowd = page->crowd;
        const char *state = json_string_value(json_object_get(poll, "state"));
        const char *kind = json_string_value(json_object_get(poll, "kind"));
        if (crowd->poll || g_strcmp0(state, "open") != 0 || g_strcmp0(kind, "words") == 0)
                return;
        crowd->poll = integer(poll, "id");
        crowd->counted[WAVE_ANSWER] = integer(poll, "answers");
}

static void hear_welcome(Page *page, json_t *welcome)
{
        json_t *discuss = json_object_get(welcome, "discuss"), *each;
        size_t i;
        json_array_foreach(json_object_get(discuss, "questions"), i, each) hear_question(page, each);
        json_array_foreach(json_object_get(discuss, "polls"), i, each) hear_poll(page, each);
        hear_hands(page, json_object_get(welcome, "hands"));
}

void crowd_wave_hear(Page *page, const char *type, json_t *message)
{
        if (strcmp(type, "welcome") == 0) {
                hear_welcome(page, message);
        } else if (strcmp(type, "hands") == 0) {
                hear_hands(page, json_object_get(message, "list"));
        } else if (strcmp(type, "reacted") == 0) {
                page->reacted += integer(json_object_get(message, "counts"), "clap");
                note_count(page, WAVE_REACT, page->reacted);
        } else if (strcmp(type, "question") == 0) {
                hear_question(page, json_object_get(message, "question"));
        } else if (strcmp(type, "poll") == 0) {
                hear_poll(page, json_object_get(message, "poll"));
        } else if (strcmp(type, "voted") == 0) {
                note_answer(page, WAVE_VOTE);
        } else if (strcmp(type, "votes") == 0) {
                hear_votes(page, json_object_get(message, "list"));
        } else if (strcmp(type, "answered") == 0) {
                if (json_is_true(json_object_get(message, "counted")))
                        note_answer(page, WAVE_ANSWER);
        } else if (strcmp(type, "polled") == 0 && integer(message, "id") == page->crowd->poll) {
                note_count(page, WAVE_ANSWER, integer(message, "answers"));
        }
}
