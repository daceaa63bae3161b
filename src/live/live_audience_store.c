#include "live/live_store.h"
#include "base/time.h"

/* Also of another page of the same account. */
static bool has_come(Db *db, int64_t session_id, int64_t room_id, int id)
{
        int64_t account = db_int(db, 0, "SELECT account_id FROM live_person WHERE room_id = $1 AND id = $2", "ii",
                                 room_id, (int64_t)id);
        return db_int(db, 0,
                      "SELECT EXISTS(SELECT 1 FROM live_person WHERE room_id = $2 AND id = $3 AND came_session = $1)"
                      " OR EXISTS(SELECT 1 FROM live_person WHERE account_id = $4 AND room_id = $2 AND"
                      " came_session = $1)",
                      "iiii", session_id, room_id, (int64_t)id, account) != 0;
}

bool live_store_came(Db *db, int64_t session_id, int64_t room_id, int id)
{
        if (!has_come(db, session_id, room_id, id) &&
            !db_run(db,
                    "INSERT INTO live_came(session_id, people) SELECT s.id, 1 FROM live_session s JOIN talk t"
                    " ON t.id = s.talk_id WHERE s.id = $1 AND s.ended_us IS NULL"
                    " ON CONFLICT (session_id) DO UPDATE SET people = live_came.people + 1",
                    "i", session_id))
                return false;
        return db_run(db,
                      "UPDATE live_person SET came_session = $1 WHERE room_id = $2 AND id = $3 AND"
                      " coalesce(came_session, 0) <> $1",
                      "iii", session_id, room_id, (int64_t)id);
}

bool live_store_audience(Db *db, int64_t session_id, int64_t minute, int people)
{
        return db_run(
                db,
                "INSERT INTO live_audience(session_id, minute, people) SELECT s.id, $2, $3 FROM live_session s"
                " JOIN talk t ON t.id = s.talk_id WHERE s.id = $1 AND s.ended_us IS NULL"
                " ON CONFLICT (session_id, minute) DO UPDATE SET people = max(live_audience.people, excluded.people)",
                "iii", session_id, minute, (int64_t)people);
}

/* People come in the first ten minutes, then one leaves now and then. */
static int sample_people(int64_t minute, int64_t length_min)
{
        int64_t staying = 70 - 24 * minute / MAX(length_min, 1);
        return (int)MAX(1, staying * MIN(minute + 1, 10) / 10);
}

bool live_sample_audience(Db *db, int64_t room_id, int64_t talk, int64_t start_us, int64_t end_us)
{
        int64_t session = db_insert(db,
                                    "INSERT INTO live_session(room_id, talk_id, started_us) SELECT $1, $2, $3 WHERE "
                                    "NOT EXISTS(SELECT 1 FROM live_session WHERE room_id = $1 AND talk_id = $2)"
                                    " RETURNING id",
                                    "iii", room_id, talk, start_us);
        int64_t first = start_us / MINUTE_US, length = end_us / MINUTE_US - first;
        for (int64_t minute = 0; session && minute < length; minute++)
                if (!live_store_audience(db, session, first + minute, sample_people(minute, length)))
                        return false;
        if (!session)
                return !db_failed(db);
        return db_run(db, "INSERT INTO live_came(session_id, people) VALUES($1, 83)", "i", session) &&
               db_run(db, "UPDATE live_session SET ended_us = $2 WHERE id = $1", "ii", session, end_us);
}
