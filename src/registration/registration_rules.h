/* What is decided without the store. Private to registration/. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define NEED_CHARACTERS_MAX 500

typedef struct {
        bool captions, sign, audio, wheelchair;
        const char *other;
} Needs;
bool needs_are_empty(const Needs *needs);

/* Midnight UTC at the end of a day "2026-01-29"; 0 when it is no day. */
int64_t day_end_us(const char *day);
/* Needs go the day after the event, everything else 30 days after it: half a day more, for the zones. */
int64_t needs_end_us(const char *last_day);
int64_t registration_end_us(const char *last_day);
