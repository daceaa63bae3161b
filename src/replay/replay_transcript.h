/* What was said in a recorded session. Private to replay/. Any thread. */
#pragma once
#include "base/vtt.h"
#include "replay/replay_store.h"

enum { TRANSCRIPT_LINE_CHARS = 600, TRANSCRIPT_HISTORY = 30 };

/* In order of time, times UTC; a line that was taken out has the text "". (transfer full) of VttLine */
GPtrArray *transcript_lines(Db *db, int64_t talk);
/* What stands in `lines` is kept from now on; lines that are kept already stay. origin: "captions", "command" */
bool transcript_keep(Db *db, int64_t talk, const GPtrArray *lines, const char *origin);
bool transcript_has(Db *db, int64_t talk);
/* Of a line that is kept. False: there is none. */
bool transcript_change(Db *db, int64_t talk, int64_t n, const char *text, int64_t account);
/* How many corrections an account has made since then. */
int64_t transcript_changes_since(Db *db, int64_t account, int64_t since_us);

typedef struct {
        char *was, *text, *name; /* name: "" when it is not known any more */
        char *when;              /* for the page; NULL until it says so */
        int64_t at_us;
} TranscriptChange;
/* The latest first. (transfer full) of TranscriptChange */
GPtrArray *transcript_changes(Db *db, int64_t talk, int64_t n, int limit);

/* The lines as they lie in what is shown of a recording (of RecorderPiece; NULL: its clock begins at started_us): times
 * from its beginning, without what is not shown. (transfer full) of VttLine */
GPtrArray *transcript_of(const GPtrArray *lines, const GArray *pieces, int64_t started_us);
