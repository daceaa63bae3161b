/* The table of recordings. Private to replay/. */
#pragma once
#include "replay/replay.h"

#include "live/live.h"

typedef enum { REPLAY_RECORDING, REPLAY_FINISHING, REPLAY_READY, REPLAY_FAILED } ReplayState;

typedef struct {
        int64_t id, event, talk;
        char *folder, *title;
        ReplayState state;
        int64_t started_us, length_us, download_bytes;
} Replay;
void replay_free(Replay *replay);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Replay, replay_free)

/* Inserts it, or updates the one of the same folder. */
bool replay_store_save(Db *db, const ReplayOf *of, ReplayState state, const RecorderEvent *event);
bool replay_store_forget(Db *db, const char *folder);
/* Those of a session, the earliest first. (transfer full) of Replay */
GPtrArray *replay_store_of_talk(Db *db, int64_t talk);
/* Those that were stopped, or left for good, and are not whole; abandoned: and those still being recorded, which are so
 * only by name when nobody writes them. (transfer full) of Replay */
GPtrArray *replay_store_unfinished(Db *db, bool abandoned);
/* The session whose recording this folder is, when its event is published and it may be recorded; else 0. */
int64_t replay_store_public_talk(Db *db, const char *folder);
/* Whether it is being appended to. */
bool replay_store_is_recorded_now(Db *db, const char *folder);

/* Folders whose row is gone, at most limit. (transfer full) of char * */
GPtrArray *replay_store_gone(Db *db, int64_t limit);
bool replay_store_has(Db *db, const char *folder);
bool replay_store_forget_gone(Db *db, const char *folder);
