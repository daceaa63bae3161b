#include "capture/capture_private.h"

bool capture_store_load(Db *db, const LiveMoment *moment, GArray *kept)
{
        g_autoptr(Stmt) row = db_query(db,
                                       "SELECT id, began_us, person_id FROM live_capture "
                                       "WHERE room_id = $1 AND began_us > $2 ORDER BY began_us",
                                       "ii", moment->room_id, moment->now_us - CAPTURE_KEPT_US);
        while (stmt_next(row)) {
                CaptureKept one = { stmt_int(row, 0), stmt_int(row, 1), (int)stmt_int(row, 2) };
                g_array_append_val(kept, one);
        }
        return !db_failed(db);
}

bool capture_store_keep(Db *db, const LiveMoment *moment, CaptureKept *capture, uint64_t lost, GByteArray *pcap)
{
        if (!db_run(db, "DELETE FROM live_capture WHERE began_us <= $1", "i", moment->now_us - CAPTURE_KEPT_US))
                return false;
        g_autoptr(Stmt) row = db_query(db,
                                       "INSERT INTO live_capture(room_id, session_id, person_id, began_us, lost, pcap) "
                                       "VALUES($1, $2, $3, $4, $5, $6) RETURNING id",
                                       "iiiiib", moment->room_id, moment->session_id, (int64_t)capture->who,
                                       capture->began_us, (int64_t)lost, pcap->data, (size_t)pcap->len);
        if (!stmt_next(row))
                return false;
        capture->id = stmt_int(row, 0);
        return !db_failed(db);
}

GBytes *capture_store_pcap(Db *db, int64_t room_id, int64_t id, int64_t now_us)
{
        g_autoptr(Stmt) row =
                db_query(db, "SELECT pcap FROM live_capture WHERE id = $1 AND room_id = $2 AND began_us > $3", "iii",
                         id, room_id, now_us - CAPTURE_KEPT_US);
        size_t size = 0;
        const void *bytes = stmt_next(row) ? stmt_blob(row, 0, &size) : NULL;
        return bytes ? g_bytes_new(bytes, size) : NULL;
}

bool capture_store_erase(Db *db, int64_t room_id, int person)
{
        return db_run(db, "DELETE FROM live_capture WHERE room_id = $1 AND person_id = $2", "ii", room_id,
                      (int64_t)person);
}

bool capture_store_expire(Db *db, int64_t room_id)
{
        return db_run(db, "DELETE FROM live_capture WHERE room_id = $1", "i", room_id);
}

json_t *capture_store_export(Db *db, int64_t room_id, int person)
{
        g_autoptr(Stmt) row = db_query(db,
                                       "SELECT began_us, length(pcap) FROM live_capture "
                                       "WHERE room_id = $1 AND person_id = $2 ORDER BY began_us",
                                       "ii", room_id, (int64_t)person);
        json_t *list = NULL;
        while (stmt_next(row)) {
                list = list ? list : json_array();
                json_array_append_new(list, json_pack("{s:I, s:I}", "began_us", (json_int_t)stmt_int(row, 0), "bytes",
                                                      (json_int_t)stmt_int(row, 1)));
        }
        return list;
}
