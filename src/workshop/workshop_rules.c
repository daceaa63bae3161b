/* Pure decisions of the groups: no I/O, no clock. */
#include "workshop/workshop_private.h"
#include "base/time.h"

void round_free(gpointer data)
{
        Round *round = data;
        if (!round)
                return;
        for (guint i = 0; i < round->groups->len; i++)
                g_free(g_array_index(round->groups, Group, i).name);
        g_array_unref(round->groups);
        g_array_unref(round->members);
        g_free(round->said);
        g_free(round);
}

const Group *round_group(const Round *round, int64_t part)
{
        for (guint i = 0; i < round->groups->len; i++)
                if (g_array_index(round->groups, Group, i).part == part)
                        return &g_array_index(round->groups, Group, i);
        return NULL;
}

int64_t round_part_of(const Round *round, int person)
{
        for (guint i = 0; i < round->members->len; i++)
                if (g_array_index(round->members, Member, i).person == person)
                        return g_array_index(round->members, Member, i).part;
        return 0;
}

void workshop_shuffle(GArray *people, uint32_t (*random)(uint32_t below))
{
        for (guint left = people->len; left > 1; left--) {
                int *a = &g_array_index(people, int, left - 1), *b = &g_array_index(people, int, random(left));
                int other = *a;
                *a = *b;
                *b = other;
        }
}

int64_t workshop_end_after(int64_t ends_us, int minutes, int64_t now_us)
{
        return minutes <= 0 ? ends_us : MAX(ends_us, now_us) + minutes * MINUTE_US;
}

bool workshop_lets_in(const Round *round, int64_t part, int person, LiveRole role)
{
        if ((round->state != ROUND_OPEN && round->state != ROUND_CLOSING) || !round_group(round, part))
                return false;
        return role == LIVE_HOST || round_part_of(round, person) == part;
}
