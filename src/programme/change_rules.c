#include "programme/change.h"

#include <string.h>

unsigned talk_differences(const TalkFacts *before, const TalkFacts *now)
{
        if (!before)
                return now->cancelled ? 0 : 1 << TALK_ADDED;
        unsigned kinds = 0;
        if (before->start_us != now->start_us || before->end_us != now->end_us)
                kinds |= 1 << TALK_MOVED;
        if (before->room != now->room)
                kinds |= 1 << TALK_ROOM;
        if (strcmp(before->title, now->title) != 0)
                kinds |= 1 << TALK_TITLE;
        if (strcmp(before->person_ids, now->person_ids) != 0)
                kinds |= 1 << TALK_PERSONS;
        if (before->cancelled != now->cancelled)
                kinds |= 1 << (now->cancelled ? TALK_CANCELLED : TALK_RESTORED);
        return kinds;
}

void talk_facts_free(TalkFacts *facts)
{
        if (!facts)
                return;
        g_free(facts->title);
        g_free(facts->room_name);
        g_free(facts->persons);
        g_free(facts->person_ids);
        g_free(facts);
}

void talk_change_free(TalkChange *change)
{
        if (!change)
                return;
        g_free(change->title);
        g_free(change->was);
        g_free(change->now);
        g_free(change);
}
