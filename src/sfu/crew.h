/* Threads that help a media loop over a turn too large for one core.
 *
 * The loop cuts what it has to send into parts, by watchers; whoever is free takes the next part, the loop too, and the
 * loop goes on when all are done. So nothing else in sfu/ knows of them: while they work, the loop's state stands
 * still, and each helper has an arena and counters of its own. All loops share one crew. */
#pragma once

#include "sfu/port.h"

typedef struct Crew Crew;

/* Does part `part` of `job`, and sends by `sender`. */
typedef void (*CrewWork)(void *job, unsigned part, Sender *sender);

/* NULL for no helpers, or when not one thread can be started: crew_run() is content with that. */
Crew *crew_new(unsigned helpers, const Port *port);
void crew_free(Crew *crew);

/* Does parts 0 … n − 1, the caller's by `own`, whose messages from before leave first; the helpers' have left when it
 * returns, the caller's wait in `own`. What helpers counted is added to own->counters. */
void crew_run(Crew *crew, CrewWork work, void *job, unsigned parts, Sender *own);
