#include "workshop/workshop_private.h"
#include "base/time.h"

#define TELL_US (500 * 1000)     /* who is where, gathered */
#define AGAIN_US (2 * SECOND_US) /* before an end that could not be noted is asked for again */

Workshop *workshop_of(LiveRoom *room)
{
        return live_room_state(live_part_of(room), &workshop_feature);
}

static void workshop_free(gpointer data)
{
        Workshop *workshop = data;
        round_free(workshop->round);
        g_free(workshop);
}

static gpointer load(Db *db, const LiveMoment *moment)
{
        Round *round = workshop_store_load(db, moment->room_id);
        if (!round)
                return NULL;
        Workshop *workshop = g_new0(Workshop, 1);
        workshop->round = round;
        return workshop;
}

/* --- What is told ------------------------------------------------------------------------------------------------- */

/* With names: who is in a group is not in the list of the room. */
static json_t *group_json(LiveRoom *room, const Round *round, const Group *group)
{
        json_t *people = json_array();
        for (guint i = 0; i < round->members->len; i++) {
                const Member *member = &g_array_index(round->members, Member, i);
                if (member->part == group->part)
                        json_array_append_new(people, json_pack("{s:i, s:s}", "id", member->person, "name",
                                                                live_person_name(room, member->person)));
        }
        return json_pack("{s:I, s:s, s:o, s:i}", "id", (json_int_t)group->part, "name", group->name, "people", people,
                         "there", (int)live_part_count(room, group->part));
}

/* What is prepared is the hosts' alone. */
static json_t *round_json(LiveRoom *room, const Round *round, bool host)
{
        static const char *const words[] = { "", "prepared", "open", "closing" };
        if (round->state == ROUND_NONE || (round->state == ROUND_PREPARED && !host))
                return json_null();
        json_t *groups = json_array();
        for (guint i = 0; i < round->groups->len; i++)
                json_array_append_new(groups, group_json(room, round, &g_array_index(round->groups, Group, i)));
        return json_pack("{s:I, s:s, s:b, s:i, s:I, s:s, s:I, s:o}", "id", (json_int_t)round->id, "state",
                         words[round->state], "choice", round->choice, "minutes", round->minutes, "ends_us",
                         (json_int_t)round->ends_us, "said", round->said ? round->said : "", "said_us",
                         (json_int_t)round->said_us, "groups", groups);
}

static json_t *welcome(LiveRoom *room, int person)
{
        LiveRoom *whole = live_part_of(room);
        Workshop *workshop = workshop_of(room);
        workshop->stale |= whole != room; /* one more is there */
        bool host = live_person_role(room, person) == LIVE_HOST;
        return json_pack("{s:o}", "round", round_json(whole, workshop->round, host));
}

static void tell_in(LiveRoom *place, LiveRoom *whole, const Round *round)
{
        live_broadcast(place, json_pack("{s:s, s:o}", "t", "groups", "round", round_json(whole, round, false)));
        if (round->state == ROUND_PREPARED)
                live_tell_hosts(place, json_pack("{s:s, s:o}", "t", "groups", "round", round_json(whole, round, true)));
}

void workshop_tell(LiveRoom *room)
{
        Workshop *workshop = workshop_of(room);
        LiveRoom *whole = live_part_of(room);
        const Round *round = workshop->round;
        workshop->stale = false;
        workshop->told_us = monotonic_us();
        tell_in(whole, whole, round);
        for (guint i = 0; i < round->groups->len; i++) {
                LiveRoom *part = live_part(whole, g_array_index(round->groups, Group, i).part);
                if (part)
                        tell_in(part, whole, round);
        }
}

/* --- The round as it is now --------------------------------------------------------------------------------------- */

static bool is_open(const Round *round)
{
        return round->state == ROUND_OPEN || round->state == ROUND_CLOSING;
}

/* Who was led elsewhere, and everybody of groups that are no more, comes back; the page then goes where it should. */
static void bring_back(LiveRoom *room, const Round *before, const Round *now)
{
        for (guint i = 0; i < before->groups->len; i++) {
                int64_t part = g_array_index(before->groups, Group, i).part;
                if (!is_open(now) || !round_group(now, part))
                        live_part_close(room, part);
        }
        for (guint i = 0; is_open(now) && i < before->members->len; i++) {
                const Member *member = &g_array_index(before->members, Member, i);
                if (round_part_of(now, member->person) != member->part &&
                    live_person_role(room, member->person) != LIVE_HOST)
                        live_part_send_back(room, member->part, member->person);
        }
}

void workshop_take(LiveRoom *room, Round *round)
{
        Workshop *workshop = workshop_of(room);
        Round *before = workshop->round;
        workshop->round = round;
        for (guint i = 0; i < round->groups->len; i++) {
                const Group *group = &g_array_index(round->groups, Group, i);
                live_part_rename(room, group->part, group->name);
        }
        workshop_tell(room);
        bring_back(room, before, round);
        round_free(before);
}

static void tick(LiveRoom *room, int64_t mono_us)
{
        if (live_room_part(room))
                return;
        Workshop *workshop = workshop_of(room);
        const Round *round = workshop->round;
        if (is_open(round) && round->ends_us && live_room_moment(room).now_us >= round->ends_us &&
            mono_us - workshop->ended_us >= AGAIN_US) {
                workshop->ended_us = mono_us;
                workshop_end_round(room);
        }
        if (workshop->stale && mono_us - workshop->told_us >= TELL_US)
                workshop_tell(room);
}

static void gone(LiveRoom *room, int person)
{
        if (live_room_part(room))
                workshop_of(room)->stale = true;
}

static void ended(LiveRoom *room)
{
        if (is_open(workshop_of(room)->round))
                workshop_end_round(room);
}

/* The row is workshop_store_erase()'s. */
static void forgotten(LiveRoom *room, int person)
{
        Workshop *workshop = workshop_of(room);
        for (guint i = workshop->round->members->len; i > 0; i--)
                if (!live_room_part(room) && g_array_index(workshop->round->members, Member, i - 1).person == person)
                        g_array_remove_index(workshop->round->members, i - 1);
        workshop->stale = true;
}

static bool admits(LiveRoom *room, int64_t part, int person)
{
        return workshop_lets_in(workshop_of(room)->round, part, person, live_person_role(room, person));
}

const LiveFeature workshop_feature = {
        .name = "workshop",
        .messages = workshop_messages,
        .script = "workshop/workshop.js",
        .style = "workshop/groups.css",
        .words = workshop_room_words,
        .load = load,
        .free = workshop_free,
        .welcome = welcome,
        .tick = tick,
        .ended = ended,
        .gone = gone,
        .forgotten = forgotten,
        .admits = admits,
        .keeps = workshop_store_keeps,
        .export = workshop_store_export,
        .erase = workshop_store_erase,
        .expire = workshop_store_expire,
};
