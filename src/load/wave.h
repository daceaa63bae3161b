/* What many do at once: when each saw that the room has it of them, and when everybody saw it of all. Pure: time comes
 * in. */
#pragma once
#include "load/figures.h"

#define WAVES(X)                                                                                                       \
        X(RAISE, "raise")                                                                                              \
        X(REACT, "react")                                                                                              \
        X(VOTE, "vote")                                                                                                \
        X(ANSWER, "answer")                                                                                            \
        X(LOWER, "lower")

typedef enum {
#define WAVE_ENUM(name, word) WAVE_##name,
        WAVES(WAVE_ENUM)
#undef WAVE_ENUM
                N_WAVES
} WaveKind;

typedef struct Wave Wave;
Wave *wave_new(WaveKind kind);
void wave_free(Wave *wave);
/* `people` of `everybody` do it; `from`: what the room counted before. */
void wave_begin(Wave *wave, unsigned people, unsigned everybody, int64_t from, int64_t now_us);
bool wave_begun(const Wave *wave);
/* One of those who did it has their own answer; of a reaction there is none. */
void wave_answered(Wave *wave, int64_t now_us);
/* Whether this number is what the room counts when it has it of all. */
bool wave_whole(const Wave *wave, int64_t count);
/* One more page knows it of all. */
void wave_reached(Wave *wave, int64_t now_us);
bool wave_done(const Wave *wave);
const char *wave_word(const Wave *wave);
/* "WORD_own_ms_p95", "WORD_all_ms_p95", …; nothing when it has not begun. */
void wave_put(Wave *wave, json_t *figures);
