/* What the recorder tells becomes a row, and a word to the programme. */
#include "replay/replay_store.h"

#include "base/log.h"
#include "programme/programme.h"

char *replay_folder_path(const Store *store, const char *folder)
{
        return g_build_filename(store_folder(store), "media", folder, NULL);
}

/* Whether the event changes anything here, and to what. A disk that is full is the room's to say. */
static bool state_of(const RecorderEvent *event, ReplayState *ret_state)
{
        if (event->kind != RECORDER_EVENT_STATE)
                return false;
        switch (event->state) {
        case RECORDER_RECORDING:
                *ret_state = REPLAY_RECORDING;
                return true;
        case RECORDER_FINISHING:
                *ret_state = REPLAY_FINISHING;
                return true;
        case RECORDER_PLAYS:
        case RECORDER_FINISHED:
                *ret_state = REPLAY_READY;
                return true;
        case RECORDER_FAILED:
                *ret_state = REPLAY_FAILED;
                return true;
        default:
                return false;
        }
}

static bool keep(Db *db, const ReplayOf *of, ReplayState state, const RecorderEvent *event)
{
        /* Stopped before anything was on air: nothing to show. */
        if (state == REPLAY_READY && event->length_us == 0)
                return replay_store_forget(db, of->folder);
        if (!replay_store_save(db, of, state, event))
                return false;
        if (state != REPLAY_READY || of->talk == 0)
                return true;
        return talk_set_replay(db, of->talk, true);
}

bool replay_note(Store *store, const ReplayOf *of, const RecorderEvent *event)
{
        ReplayState state;
        if (!state_of(event, &state))
                return true;
        g_autoptr(GError) error = NULL;
        Db *db = store_write_begin(store, WRITE_ROOM);
        bool ok = keep(db, of, state, event);
        if (store_write_end(store, db, ok, &error) && ok)
                return true;
        log_warn("recording=%s cannot be noted: %s", of->folder, error ? error->message : "the store refused it");
        return false;
}
