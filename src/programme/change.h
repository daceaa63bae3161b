/* What changes in a session that people count on: its facts before and after, compared in the same turn.
 *
 *   g_autoptr(TalkFacts) before = talk_facts(db, talk);     // NULL for one that is new
 *   … write …
 *   talk_changed(db, talk, before);
 *
 * Of a published event each difference becomes a talk_change, to be told; the session's sequence goes up in any case.
 * Private to programme/. */
#pragma once
#include "programme/programme.h"

typedef struct {
        int64_t event, room, start_us, end_us;
        char *title, *room_name, *persons; /* persons: their names */
        char *person_ids;                  /* sorted: the same people in another order are no news */
        bool cancelled;
} TalkFacts;
TalkFacts *talk_facts(Db *db, int64_t talk);
void talk_facts_free(TalkFacts *facts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TalkFacts, talk_facts_free)
/* before: NULL when the session was not there. In the turn that wrote it; also counts its version and sequence up. */
bool talk_changed(Db *db, int64_t talk, const TalkFacts *before);

/* What one writing makes of a session, pure: a set of 1 << TalkChangeKind. before NULL: it is new. */
unsigned talk_differences(const TalkFacts *before, const TalkFacts *now);

/* The history of an event's programme, latest first; told: of what was told alone. (transfer full) of TalkChange */
GPtrArray *change_list(Db *db, int64_t event, bool told, int64_t limit, int64_t offset, int64_t *ret_total);
/* A change of it that nobody was told of yet and that came after this moment. */
bool change_waits(Db *db, int64_t talk, int64_t since_us);
