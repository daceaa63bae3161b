/* What a session left in time, as its replay's page shows it. Private to replay/. */
#pragma once
#include "replay/replay_store.h"

/* A moment of a replay that has words: a line of what was said, of the chat, a chapter, a question. */
typedef struct {
        int64_t n, at_us;        /* at_us from the beginning of what is shown; -1: at no moment */
        char *at;                /* "1:09:00" */
        char *name;              /* "" for none */
        char *head, *hit, *tail; /* the text; hit: what was searched in it */
        char *url;               /* hit is this address: NULL, it is none */
        int votes, part;         /* part of the recording, from 1 */
} ReplayMoment;
GArray *replay_moments_new(void);
/* at_us as in ReplayMoment; text is split at the first web address when there is one. */
void replay_moments_add(GArray *moments, int64_t n, int64_t at_us, const char *name, const char *text);

/* For the addresses of moments. */
void replay_moments_set_part(GArray *moments, int part);

/* Where a replay can be entered; the first is its beginning. Empty when there is but that one. */
GArray *replay_chapters(Db *db, const Replay *replay, const GArray *pieces, const Lang *lang);
/* What was asked, the most wanted first. */
GArray *replay_questions(Db *db, const Replay *replay, const GArray *pieces);
/* The chat while it was recorded. */
GArray *replay_chat(Db *db, const Replay *replay, const GArray *pieces);
