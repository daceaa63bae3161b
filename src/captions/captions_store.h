/* The only SQL of captions/. Private to it. Any thread. */
#pragma once
#include "captions/captions_private.h"

/* NULL on failure. (transfer full) */
Captions *captions_store_load(Db *db, int64_t session);
/* A new line, or another text of one that is there; its times stay, and so does spoken_by: whose words they are where
 * that person is not to be recorded, 0 for others. False on failure. */
bool captions_store_save(Db *db, int64_t session, const Caption *line, int person, int spoken_by);
/* person 0: nobody. */
bool captions_store_sign(Db *db, int64_t session, int person);
/* All of a talk, in order, without the words of who does not agree to be recorded. (transfer full) of Caption */
GPtrArray *captions_store_of_talk(Db *db, int64_t talk);
/* The lines of a session, for its replay: likewise. */
void captions_store_trace(Db *db, int64_t session, LiveTraceKind kind, GPtrArray *into);
/* When part (0 …) of its recording began, or the session itself when it was not recorded; -1: neither. */
int64_t captions_store_began(Db *db, int64_t talk, int64_t part);
/* The lines that a person of a room typed: an array, NULL when there are none. (transfer full) */
json_t *captions_store_export(Db *db, int64_t room, int person);
/* Forgets who typed (person 0: of all the room) and who interpreted; the words are the session's and stay. */
bool captions_store_forget(Db *db, int64_t room, int person);
