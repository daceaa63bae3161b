/* Replays: what was recorded of a session, its page, and its files under /media/.
 *
 * Whoever records tells what becomes of it; the page follows. The functions take a turn at the store's writer, so they
 * belong on the recorder's own thread (RecorderConfig.on_event) or a job's, never on the socket loop:
 *
 *     static void on_recorder_event(void *owner, const RecorderEvent *event)
 *     {
 *             replay_note(store, &(ReplayOf){ .event = …, .talk = …, .folder = "s12", .title = … }, event);
 *     }
 *
 * May be included by app and the features above. */
#pragma once
#include "job/job.h"
#include "record/record.h"
#include "web/request.h"

#include <jansson.h>

/* Which recording. Its files lie in media/FOLDER of the data folder. */
typedef struct {
        int64_t event, talk; /* talk 0: held outside the programme; kept, shown nowhere */
        const char *folder;  /* letters, digits and "-", 64 at most; the same for the recording's whole life */
        const char *title;
        int64_t started_us;  /* 0: now */
        int64_t voices_room; /* of live: whose people's own voices it keeps in apart/; 0: nobody's */
} ReplayOf;

/* Keeps what the recorder tells: that it began, plays, can be downloaded, or failed. Other events are nothing. False is
 * logged already. */
bool replay_note(Store *store, const ReplayOf *of, const RecorderEvent *event);

/* Where a recording's files lie. (transfer full) */
char *replay_folder_path(const Store *store, const char *folder);

/* Removes the folders of recordings that lost their row, as when their event was deleted. Takes the writer itself. */
void replay_tidy(Store *store);

/* Ends recordings that were stopped while the server went away, one after the other, on a thread of its own: at once
 * those whose session is over, after patience_us those that nobody has gone on with. */
typedef struct ReplayMender ReplayMender;
/* recorder: the program, NULL for the usual place. */
ReplayMender *replay_mender_start(Store *store, int64_t patience_us, const char *recorder);
/* A folder is one recorder's at a time: false when it is taken, by a recording or by the mender. Any thread. */
bool replay_claim(ReplayMender *mender, const char *folder);
void replay_release(ReplayMender *mender, const char *folder);
/* Nothing is mended any more; what is not done is left for the next start. Claims can still be given back. NULL is
 * fine. */
void replay_mender_stop(ReplayMender *mender);
void replay_mender_free(ReplayMender *mender);

/* A session of the event with a replay, in the programme's order. */
typedef struct {
        char *code, *title, *room_name;
        int64_t talk, start_us, length_us;
} ReplayRow;
/* Those whose consent is missing among them: ask live_replay_withheld(). (transfer full) of ReplayRow; ret_total: of
 * all pages */
GPtrArray *replay_list(Db *db, int64_t event, int64_t limit, int64_t offset, int64_t *ret_total);

/* Long work of the kind "replay-files": the files to take away are made again of what is shown. For app's table. */
bool replay_files_job(Job *job, GError **error);
/* Long work of the kind "transcript": the replays of an event that have no words get them from a command, which is
 * given the path of a sound file and writes WebVTT; NULL: there is none. */
bool replay_transcribe_job(Job *job, const char *command, GError **error);
/* Removes recordings whose time is over. Daily, by app. */
bool replay_expire(Db *db);
/* Asks for "replay-files" where it is due; every minute, by app. */
void replay_ask_files(Store *store, JobRunner *runner);
/* Takes off what somebody does not agree to any more, and lets it come back; every minute, by app. */
void replay_settle_consents(Store *store);

/* Deletes the own voices of those who do not agree any more; likewise. */
void replay_settle_voices(Store *store);

/* The corrections that an account has made to transcripts; forgets who made them: the words stay. */
json_t *replay_export(Db *db, int64_t account);
bool replay_erase(Db *db, int64_t account);

extern const Route replay_routes[], replay_page_routes[], replay_transcript_routes[], replay_share_routes[];
extern const Route replay_cut_routes[], replay_room_routes[];
