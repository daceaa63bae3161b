/* Who takes a consent back takes their part off the replay: hidden whole at once (live_replay_withheld(), at each
 * request), shown again without that part within a minute, in lists, files and the podcast. */
#include "replay/replay_rules.h"

#include "base/log.h"
#include "programme/programme.h"

/* What is left of one recording; false: nothing, or it cannot be read. */
static bool settle_one(Db *db, const Store *store, const Replay *replay, const GArray *off, bool withdrawn)
{
        bool ended = false;
        g_autofree char *path = replay_folder_path(store, replay->folder);
        g_autoptr(GArray) pieces = recorder_pieces(path, &ended);
        if (!pieces || !ended)
                return false;
        g_autoptr(GArray) kept = replay_keep(pieces, replay->from_us, replay->to_us, off);
        return kept->len > 0 && replay_store_set_kept(db, replay->id, kept, kept->len == pieces->len, withdrawn);
}

bool replay_cut(Db *db, const Store *store, const Replay *replay, int64_t from_us, int64_t to_us)
{
        Replay moved = *replay;
        moved.from_us = from_us;
        moved.to_us = to_us;
        /* Of whom it is not known when they were there, the whole is withheld anyway. The files hold what is cut off:
         * nobody has them until they are made again. */
        g_autoptr(GArray) off = live_withdrawn_spans(db, replay->talk);
        return replay_store_set_borders(db, replay->id, from_us, to_us) && settle_one(db, store, &moved, off, true);
}

/* False: undo all. A talk of which nothing would be left stays withheld. */
static bool settle(Db *db, const Store *store, int64_t talk)
{
        g_autoptr(GArray) off = live_withdrawn_spans(db, talk);
        g_autoptr(GPtrArray) replays = replay_store_of_talk(db, talk);
        if (!off)
                return false;
        bool withdrawn = live_replay_withheld(db, talk);
        for (guint i = 0; i < replays->len; i++) {
                const Replay *replay = replays->pdata[i];
                if (replay->state != REPLAY_FAILED && !settle_one(db, store, replay, off, withdrawn))
                        return false;
        }
        const Replay *first = replays->len ? replays->pdata[0] : NULL;
        return first && live_withdrawn_settle(db, talk) &&
               replay_store_log(db, first->event, talk, withdrawn ? "withdrawn" : "returned", 0);
}

void replay_settle_consents(Store *store)
{
        Db *reader = store_read_begin(store);
        g_autoptr(GArray) talks = live_withdrawn_talks(reader);
        store_read_end(store, reader);
        for (guint i = 0; i < talks->len; i++) {
                int64_t talk = g_array_index(talks, int64_t, i);
                g_autoptr(GError) error = NULL;
                Db *db = store_write_begin(store, WRITE_JOB);
                bool settled = settle(db, store, talk);
                if (!store_write_end(store, db, settled, &error))
                        log_warn("replay talk=%" G_GINT64_FORMAT " store: %s", talk, error->message);
                else if (settled)
                        log_info("replay talk=%" G_GINT64_FORMAT " consent=changed parts=taken-off", talk);
        }
}
