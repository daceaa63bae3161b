/* How many are in a session: once a minute a number, without names, for the statistics of organisers. */
#include "live/live_store.h"
#include "base/time.h"

/* People of the room; the pages of one account are one. ret_uncounted: ids of those who may not have been counted as
 * having come to the session yet. */
static int count_people(LiveRoom *room, GArray *ret_uncounted)
{
        g_autoptr(GHashTable) accounts = g_hash_table_new(g_int64_hash, g_int64_equal);
        int count = 0;
        GHashTableIter people;
        gpointer value;
        g_hash_table_iter_init(&people, room->people);
        while (g_hash_table_iter_next(&people, NULL, &value)) {
                Person *person = value;
                if (person->encoder || person->hall || person->projector || !live_person_here(person))
                        continue;
                if (person->came_session != room->session_id)
                        g_array_append_val(ret_uncounted, person->id);
                count += !person->account || g_hash_table_add(accounts, &person->account);
        }
        return count;
}

static bool write_audience(Db *db, Act *act)
{
        for (guint i = 0; i < act->hands->len; i++)
                if (!live_store_came(db, act->session_id, act->room_id, g_array_index(act->hands, int, i)))
                        return false;
        return live_store_audience(db, act->session_id, act->now_us / MINUTE_US, act->number);
}

static void after_audience(LiveRoom *room, Act *act, bool kept)
{
        for (guint i = 0; kept && i < act->hands->len; i++) {
                Person *person = live_person_find(room, g_array_index(act->hands, int, i));
                if (person)
                        person->came_session = act->session_id;
        }
}

/* What begins within a minute, or ends, counts for as many as are there when the next one begins: in the mean, that is
 * as long as they stayed. */
void live_count_audience(LiveRoom *room, int64_t at_us)
{
        int64_t minute = at_us / MINUTE_US, before = room->audience_minute;
        room->audience_minute = minute;
        if (before == minute || room->ended || room->doorway.door == DOOR_REHEARSAL ||
            !live_talk_counts(&room->talk, at_us))
                return;
        g_autoptr(GArray) uncounted = g_array_new(FALSE, FALSE, sizeof(int));
        int people = count_people(room, uncounted);
        if (people == 0)
                return;
        Act *act = live_act_new(room, write_audience, after_audience);
        act->now_us = at_us;
        act->number = people;
        act->hands = g_steal_pointer(&uncounted);
        live_act_push(act);
}
