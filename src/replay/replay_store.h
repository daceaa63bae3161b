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
        int64_t from_us, to_us; /* its borders; 0: its own */
        int64_t sound_bytes, stale, bytes;
        bool withdrawn;      /* its files hold what must not be seen any more */
        int64_t voices_room; /* whose people's own voices it keeps; 0: nobody's */
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
/* Those that keep voices by themselves. (transfer full) of Replay */
GPtrArray *replay_store_with_voices(Db *db);
/* The session whose recording this folder is, when its event is published and it may be recorded; else 0. */
int64_t replay_store_public_talk(Db *db, const char *folder);
/* Whether it is being appended to. */
bool replay_store_is_recorded_now(Db *db, const char *folder);

/* Folders whose row is gone, at most limit. (transfer full) of char * */
GPtrArray *replay_store_gone(Db *db, int64_t limit);
bool replay_store_has(Db *db, const char *folder);
bool replay_store_forget_gone(Db *db, const char *folder);

/* --- What is shown of it ------------------------------------------------------------------------------------------ */

/* The pieces that are shown, all when nothing was cut. NULL: there is no list. (transfer full) of RecorderPiece */
GArray *replay_shown_pieces(Db *db, const Store *store, const Replay *replay, bool *ret_ended);
/* Of a public folder. (transfer full) */
Replay *replay_store_of_folder(Db *db, const char *folder);
bool replay_store_is_cut(Db *db, int64_t recording);
bool replay_store_keeps(Db *db, int64_t recording, int64_t segment);
/* Which segments are shown from now on (of RecorderPiece; all: none is cut off), and how long that lasts; the files are
 * to be made again. withdrawn: and not to be shown before. */
bool replay_store_set_kept(Db *db, int64_t recording, const GArray *pieces, bool all, bool withdrawn);
bool replay_store_set_borders(Db *db, int64_t recording, int64_t from_us, int64_t to_us);
bool replay_store_log(Db *db, int64_t event, int64_t talk, const char *act, int64_t account);
/* Ready recordings whose files are not what is shown; event 0: of all. (transfer full) of Replay */
GPtrArray *replay_store_stale(Db *db, int64_t event);
/* The files were made of what was shown at this count of changes. */
bool replay_store_made(Db *db, const Replay *replay, int64_t download_bytes, int64_t sound_bytes);
/* They could not be made: replay_store_stale() leaves this one out for ten minutes. */
bool replay_store_tried(Db *db, int64_t recording);
/* Moves the borders of an ended recording, without what somebody took back. False: nothing would be left, or it failed.
 */
bool replay_cut(Db *db, const Store *store, const Replay *replay, int64_t from_us, int64_t to_us);

typedef struct {
        char *act, *name; /* name: "" for nobody */
        int64_t at_us;
} ReplayLogged;
/* The latest first. (transfer full) of ReplayLogged */
GPtrArray *replay_store_logged(Db *db, int64_t talk, int limit);

/* --- Each speaker's own voice ------------------------------------------------------------------------------------- */

typedef struct {
        int person, part; /* part from 1: the recorder began anew */
        char *file;       /* in the recording's folder, below apart/ */
        char *name;       /* "": not known any more */
        int64_t bytes;
} ReplayVoice;
/* Of those who agree. (transfer full) of ReplayVoice */
GPtrArray *replay_voices(Db *db, const Store *store, const Replay *replay);
/* Where this one lies; NULL: there is none, or its speaker does not agree. (transfer full) */
char *replay_voice_path(Db *db, const Store *store, const Replay *replay, const char *file);
