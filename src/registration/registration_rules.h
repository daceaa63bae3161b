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

/* What is kept until when, from the midnight at the event's end: needs to the day after, everything else 30 days. */
int64_t needs_end_us(int64_t event_end_us);
int64_t registration_end_us(int64_t event_end_us);
/* Whether one may still register. */
bool registration_is_open(int64_t event_end_us, int64_t at_us);
