#include "interpret/interpret_views.h"

Interpret *interpret_of(const LiveRoom *room)
{
        return live_room_state(room, &interpret_feature);
}

Interpret *interpret_new(void)
{
        Interpret *interpret = g_new0(Interpret, 1);
        interpret->people = g_array_new(FALSE, TRUE, sizeof(Interpreter));
        return interpret;
}

void interpret_free(gpointer data)
{
        Interpret *interpret = data;
        g_array_unref(interpret->people);
        g_free(interpret);
}

static gpointer load(Db *db, const LiveMoment *moment)
{
        g_autoptr(Interpret) interpret = interpret_new();
        return interpret_store_load(db, moment->room_id, interpret) ? g_steal_pointer(&interpret) : NULL;
}

/* --- telling ------------------------------------------------------------------------------------------------------ */

static json_t *channels_json(LiveRoom *room, const Interpret *interpret)
{
        json_t *list = json_array();
        for (int i = 0; i < SFU_CHANNELS; i++) {
                const InterpretChannel *channel = &interpret->channels[i];
                bool there = channel->who && live_in_booth(room, channel->who);
                if (*channel->code)
                        json_array_append_new(
                                list, json_pack("{s:s, s:i, s:s, s:b, s:I, s:i, s:s, s:I, s:b}", "code", channel->code,
                                                "who", channel->who, "name", live_person_name(room, channel->who),
                                                "there", there, "since_us", (json_int_t)channel->since_us, "next",
                                                channel->next, "next_name", live_person_name(room, channel->next),
                                                "next_us", (json_int_t)channel->next_us, "speaks", channel->speaks));
        }
        return list;
}

static json_t *people_json(LiveRoom *room, const Interpret *interpret)
{
        json_t *list = json_array();
        for (guint i = 0; i < interpret->people->len; i++) {
                const Interpreter *one = &g_array_index(interpret->people, Interpreter, i);
                json_t *codes = json_array();
                for (int channel = 0; channel < SFU_CHANNELS; channel++)
                        if (one->channels & 1u << channel)
                                json_array_append_new(codes, json_string(interpret->channels[channel].code));
                json_array_append_new(list, json_pack("{s:i, s:s, s:o, s:b}", "who", one->person, "name",
                                                      live_person_name(room, one->person), "languages", codes, "booth",
                                                      live_in_booth(room, one->person)));
        }
        return list;
}

json_t *interpret_json(LiveRoom *room)
{
        const Interpret *interpret = interpret_of(room);
        return json_pack("{s:o, s:o}", "channels", channels_json(room, interpret), "people",
                         people_json(room, interpret));
}

static json_t *welcome(LiveRoom *room, int person)
{
        return interpret_json(room);
}

void interpret_tell(LiveRoom *room)
{
        json_t *message = interpret_json(room);
        json_object_set_new(message, "t", json_string("interpret"));
        live_broadcast(room, message);
}

/* --- what happens in the room ------------------------------------------------------------------------------------- */

static void tick(LiveRoom *room, int64_t mono_us)
{
        interpret_relay(room);
}

static void booth(LiveRoom *room, int person, bool speaks)
{
        Interpret *interpret = interpret_of(room);
        for (int i = 0; i < SFU_CHANNELS; i++) {
                InterpretChannel *channel = &interpret->channels[i];
                if (channel->who != person || channel->speaks == speaks)
                        continue;
                channel->speaks = speaks;
                live_broadcast(room, json_pack("{s:s, s:s, s:b}", "t", "interpreting", "language", channel->code, "on",
                                               speaks));
        }
}

static void ended(LiveRoom *room)
{
        const Interpret *interpret = interpret_of(room);
        for (guint i = 0; i < interpret->people->len; i++) {
                int person = g_array_index(interpret->people, Interpreter, i).person;
                live_booth_leave(room, person);
                interpret_leave(room, person);
        }
}

/* The row is interpret_store_erase()'s. */
static void forgotten(LiveRoom *room, int person)
{
        Interpret *interpret = interpret_of(room);
        for (int i = 0; i < SFU_CHANNELS; i++) {
                interpret_turn(interpret, &(Turn){ TURN_DROP, i, person, 0 });
                interpret_appoint(interpret, person, i, false);
        }
        interpret_apply(room);
        interpret_tell(room);
}

static void hall(Html *h, Db *db, const LiveHall *hall)
{
        g_autoptr(Interpret) interpret = interpret_new();
        InterpretHall page = { 0 };
        if (hall->is_over || !interpret_store_load(db, hall->room_id, interpret))
                return;
        for (int i = 0; i < SFU_CHANNELS; i++)
                if (*interpret->channels[i].code) {
                        InterpretLink *link = &page.links[page.count++];
                        link->code = interpret->channels[i].code;
                        g_snprintf(link->url, sizeof link->url, "../#hall=%s", link->code);
                }
        interpret_hall_view(h, &page);
}

static const LiveMessage messages[] = {
        { "booth", LIVE_GUEST, 20, 10, interpret_on_booth },
        { "turn", LIVE_GUEST, 20, 10, interpret_on_turn },
        { "interpreter", LIVE_HOST, 30, 10, interpret_on_interpreter },
        { "booth_key", LIVE_GUEST, 5, 60, interpret_on_key }, /* it is no place to try keys */
        { "listen", LIVE_GUEST, 60, 30, interpret_on_listen },
        { 0 },
};

const LiveFeature interpret_feature = {
        .name = "interpret",
        .messages = messages,
        .script = "interpret/interpret.js",
        .style = "interpret/interpret.css",
        .words = interpret_room_words,
        .load = load,
        .free = interpret_free,
        .begun = interpret_apply,
        .welcome = welcome,
        .tick = tick,
        .ended = ended,
        .booth = booth,
        .gone = interpret_leave,
        .forgotten = forgotten,
        .keeps = interpret_store_keeps,
        .export = interpret_store_export,
        .erase = interpret_store_erase,
        .expire = interpret_store_expire,
        .hall = hall,
};
