/* The only SQL of manager/. In a turn of the writer, or a snapshot where it only reads. */
#pragma once
#include "manager/manager_private.h"

/* NULL on failure. (transfer full) */
Manager *manager_store_load(Db *db, const LiveMoment *moment);

/* A full log takes no more. */
bool manager_store_deed(Db *db, const LiveMoment *moment, const Deed *deed);
bool manager_store_begin(Db *db, const LiveMoment *moment, int64_t row, const char *what);
bool manager_store_start(Db *db, const LiveMoment *moment, int64_t start_us);
/* Sets its id. False also when as many are told as may be. */
bool manager_store_announce(Db *db, const LiveMoment *moment, int person, Announcement *announcement);
bool manager_store_unannounce(Db *db, const LiveMoment *moment, int64_t id);

/* One line of a session's log, with the names that were shown. */
typedef struct {
        Deed deed;
        char *who, *whom; /* "" where they had none, or are erased */
} LogLine;
void log_line_free(gpointer line);
/* In order; ret_total: of all, may be NULL. (transfer full) of LogLine */
GPtrArray *manager_store_log(Db *db, int64_t talk, int64_t limit, int64_t offset, int64_t *ret_total);

GPtrArray *run_store_rows(Db *db, int64_t talk); /* (transfer full) of RunRow */
/* NULL when the session has no such row. (transfer full) */
RunRow *run_store_row(Db *db, int64_t talk, int64_t id);
typedef enum { RUN_KEPT, RUN_STALE, RUN_FULL, RUN_FAILED } RunKept;
/* A row without id goes to the end, and gets one. RUN_STALE: somebody else changed or deleted it meanwhile. */
RunKept run_store_keep(Db *db, int64_t talk, RunRow *row);
bool run_store_delete(Db *db, int64_t talk, int64_t id);
/* One place up or down. */
bool run_store_move(Db *db, int64_t talk, int64_t id, bool up);

/* LiveFeature.trace: the lines of the run sheet as they were begun, and the scenes that hosts chose. */
void manager_store_trace(Db *db, int64_t session, LiveTraceKind kind, GPtrArray *into);

/* Of a person. */
bool manager_store_keeps(Db *db, int64_t room_id, int person);
json_t *manager_store_export(Db *db, int64_t room_id, int person);
bool manager_store_erase(Db *db, int64_t room_id, int person);
bool manager_store_expire(Db *db, int64_t room_id);
