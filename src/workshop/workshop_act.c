/* What is asked of the groups, and by whom. Each act is written, the round read back in the same turn, and told after
 * the commit. */
#include "workshop/workshop_private.h"
#include "base/time.h"

#include <string.h>

typedef enum { ACT_MAKE, ACT_PUT, ACT_NAME, ACT_STATE, ACT_SAY } What;

typedef struct {
        What what;
        const char *type; /* of the message */
        int person;
        int64_t part, ends_us;
        RoundState state;
        char *text;
        Round like; /* of ACT_MAKE: choice and minutes */
        GPtrArray *names;
        GArray *people;
        Round *round; /* after it */
} Change;

static void change_free(gpointer data)
{
        Change *change = data;
        g_free(change->text);
        g_clear_pointer(&change->names, g_ptr_array_unref);
        g_clear_pointer(&change->people, g_array_unref);
        round_free(change->round);
        g_free(change);
}

static bool write_it(Db *db, const LiveMoment *moment, const Change *change)
{
        switch (change->what) {
        case ACT_MAKE:
                return workshop_store_make(db, moment->room_id, &change->like, change->names, change->people);
        case ACT_PUT:
                return workshop_store_put(db, moment->room_id, change->person, change->part);
        case ACT_NAME:
                return workshop_store_name(db, moment->room_id, change->part, change->text);
        case ACT_STATE:
                return workshop_store_state(db, moment->room_id, change->state, change->ends_us);
        case ACT_SAY:
                return workshop_store_say(db, moment->room_id, change->text, moment->now_us);
        }
        return false;
}

static bool write_change(Db *db, const LiveMoment *moment, gpointer data)
{
        Change *change = data;
        g_clear_pointer(&change->round, round_free); /* of a turn that was undone */
        if (!write_it(db, moment, change))
                return false;
        change->round = workshop_store_load(db, moment->room_id);
        return change->round != NULL;
}

static void after_change(LiveRoom *room, LiveClient *client, gpointer data, bool kept)
{
        Change *change = data;
        if (kept)
                workshop_take(room, g_steal_pointer(&change->round));
        else if (client)
                live_refuse(client, change->type, NULL,
                            N_("This could not be noted: the server's disk may be full. Try again."));
}

static const LiveWrite changing = { write_change, after_change, change_free };

static void push(LiveRoom *room, const LiveClient *client, Change change)
{
        live_write(live_part_of(room), client, &changing, g_memdup2(&change, sizeof change));
}

static const Round *round_of(LiveClient *client)
{
        return workshop_of(live_client_room(client))->round;
}

/* --- Making them -------------------------------------------------------------------------------------------------- */

static GPtrArray *read_names(json_t *names)
{
        size_t count = json_array_size(names), i;
        json_t *value;
        if (count < GROUPS_MIN || count > GROUPS_MAX)
                return NULL;
        g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(g_free);
        json_array_foreach(names, i, value)
        {
                char *name = live_clean_text(json_string_value(value), GROUP_NAME_MAX_CHARS, false);
                if (!name)
                        return NULL;
                g_ptr_array_add(list, name);
        }
        return g_steal_pointer(&list);
}

static uint32_t random_below(uint32_t below)
{
        return (uint32_t)g_random_int_range(0, (gint32)below);
}

static GArray *deal(LiveRoom *room)
{
        GArray *people = live_present(room);
        for (guint i = people->len; i > 0; i--)
                if (live_person_role(room, g_array_index(people, int, i - 1)) == LIVE_HOST)
                        g_array_remove_index(people, i - 1);
        workshop_shuffle(people, random_below);
        return people;
}

static void make(LiveClient *client, json_t *message)
{
        LiveRoom *room = live_part_of(live_client_room(client));
        RoundState state = round_of(client)->state;
        const char *how = json_string_value(json_object_get(message, "how"));
        json_int_t minutes = json_integer_value(json_object_get(message, "minutes"));
        g_autoptr(GPtrArray) names = read_names(json_object_get(message, "names"));
        bool chance = g_strcmp0(how, "random") == 0, choice = g_strcmp0(how, "choice") == 0;
        if (!live_room_is_workshop(room))
                live_refuse(client, "groups_make", NULL,
                            N_("Groups are made in a workshop: the room's form says what it is."));
        else if (state == ROUND_OPEN || state == ROUND_CLOSING)
                live_refuse(client, "groups_make", NULL, N_("Groups are open: call everybody back first."));
        else if (!names || (!chance && !choice && g_strcmp0(how, "hand") != 0) || minutes < 0 ||
                 minutes > GROUP_MINUTES_MAX)
                live_refuse(client, "groups_make", NULL,
                            N_("Make 2 to 12 groups, each with a name of 1 to 40 characters, for at most four hours."));
        else
                push(room, client,
                     (Change){ .what = ACT_MAKE,
                               .type = "groups_make",
                               .like = { .choice = choice, .minutes = (int)minutes },
                               .names = g_steal_pointer(&names),
                               .people = chance ? deal(room) : g_array_new(FALSE, FALSE, sizeof(int)) });
}

/* The group that a message names; 0: none of this round. */
static int64_t group_in(LiveClient *client, json_t *message)
{
        int64_t part = json_integer_value(json_object_get(message, "group"));
        return round_group(round_of(client), part) ? part : 0;
}

static void refuse_group(LiveClient *client, const char *type)
{
        live_refuse(client, type, NULL, N_("This group is not there any more."));
}

static void put(LiveClient *client, json_t *message)
{
        LiveRoom *room = live_part_of(live_client_room(client));
        json_int_t who = json_integer_value(json_object_get(message, "who"));
        bool out = json_is_null(json_object_get(message, "group"));
        int64_t part = group_in(client, message);
        if (!part && !out)
                refuse_group(client, "groups_put");
        else if (who <= 0 || who > INT32_MAX || !live_person_known(room, (int)who))
                live_refuse(client, "groups_put", NULL, N_("This person has left."));
        else
                push(room, client, (Change){ .what = ACT_PUT, .type = "groups_put", .person = (int)who, .part = part });
}

static void choose(LiveClient *client, json_t *message)
{
        const Round *round = round_of(client);
        int64_t part = group_in(client, message);
        if (!part || round->state != ROUND_OPEN)
                refuse_group(client, "groups_choose");
        else if (!round->choice)
                live_refuse(client, "groups_choose", NULL, N_("A host says who is in which group."));
        else
                push(live_client_room(client), client,
                     (Change){ .what = ACT_PUT,
                               .type = "groups_choose",
                               .person = live_client_person(client),
                               .part = part });
}

static void name_group(LiveClient *client, json_t *message)
{
        int64_t part = group_in(client, message);
        char *name = live_clean_text(json_string_value(json_object_get(message, "name")), GROUP_NAME_MAX_CHARS, false);
        if (part && name)
                push(live_client_room(client), client,
                     (Change){ .what = ACT_NAME, .type = "groups_name", .part = part, .text = g_steal_pointer(&name) });
        else if (part)
                live_refuse(client, "groups_name", NULL, N_("A group's name has 1 to 40 characters."));
        else
                refuse_group(client, "groups_name");
        g_free(name);
}

/* --- Their time --------------------------------------------------------------------------------------------------- */

static void set_state(LiveRoom *room, LiveClient *client, const char *type, RoundState state, int64_t ends_us)
{
        push(room, client, (Change){ .what = ACT_STATE, .type = type, .state = state, .ends_us = ends_us });
}

void workshop_end_round(LiveRoom *room)
{
        set_state(room, NULL, "", ROUND_NONE, 0);
}

static bool is_open(LiveClient *client, const char *type)
{
        RoundState state = round_of(client)->state;
        if (state == ROUND_OPEN || state == ROUND_CLOSING)
                return true;
        live_refuse(client, type, NULL, N_("No groups are open."));
        return false;
}

static void open_groups(LiveClient *client, json_t *message)
{
        LiveRoom *room = live_client_room(client);
        const Round *round = round_of(client);
        if (round->state != ROUND_PREPARED)
                live_refuse(client, "groups_open", NULL, N_("No groups are prepared."));
        else
                set_state(room, client, "groups_open", ROUND_OPEN,
                          workshop_end_after(0, round->minutes, live_room_moment(room).now_us));
}

static void more(LiveClient *client, json_t *message)
{
        LiveRoom *room = live_client_room(client);
        json_int_t minutes = json_integer_value(json_object_get(message, "minutes"));
        if (!is_open(client, "groups_more"))
                return;
        if (minutes < 1 || minutes > GROUP_MORE_MAX)
                live_refuse(client, "groups_more", NULL, N_("Give them 1 to 60 minutes more."));
        else
                set_state(room, client, "groups_more", ROUND_OPEN,
                          workshop_end_after(round_of(client)->ends_us, (int)minutes, live_room_moment(room).now_us));
}

static void call_back(LiveClient *client, json_t *message)
{
        LiveRoom *room = live_client_room(client);
        if (is_open(client, "groups_call"))
                set_state(room, client, "groups_call", ROUND_CLOSING, live_room_moment(room).now_us + CALL_US);
}

static void drop(LiveClient *client, json_t *message)
{
        if (round_of(client)->state == ROUND_PREPARED)
                set_state(live_client_room(client), client, "groups_drop", ROUND_NONE, 0);
        else
                live_refuse(client, "groups_drop", NULL, N_("No groups are prepared."));
}

static void say(LiveClient *client, json_t *message)
{
        char *text = live_clean_text(json_string_value(json_object_get(message, "text")), GROUP_SAID_MAX_CHARS, false);
        if (!text)
                live_refuse(client, "groups_say", NULL, N_("A message to all groups has 1 to 300 characters."));
        else if (is_open(client, "groups_say"))
                push(live_client_room(client), client,
                     (Change){ .what = ACT_SAY, .type = "groups_say", .text = g_steal_pointer(&text) });
        g_free(text);
}

const LiveMessage workshop_messages[] = {
        { "groups_make", LIVE_HOST, 10, 10, make },       { "groups_put", LIVE_HOST, 60, 10, put },
        { "groups_name", LIVE_HOST, 30, 10, name_group }, { "groups_open", LIVE_HOST, 10, 10, open_groups },
        { "groups_more", LIVE_HOST, 10, 10, more },       { "groups_call", LIVE_HOST, 10, 10, call_back },
        { "groups_drop", LIVE_HOST, 10, 10, drop },       { "groups_say", LIVE_HOST, 10, 10, say },
        { "groups_choose", LIVE_GUEST, 10, 10, choose },  { 0 },
};
