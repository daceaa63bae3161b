/* A stored message as its reader sees it: for the demo's outbox. Private to mail/. Pure. */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef struct {
        char *from, *to, *subject, *text, *calendar; /* calendar: NULL when there is none */
} Letter;
Letter *letter_read(const char *message);
void letter_free(Letter *letter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Letter, letter_free)

/* A piece of a letter's text: an address to follow when is_link. */
typedef struct {
        char *text;
        bool is_link;
} LetterRun;
/* Cuts a text into runs (LetterRun) at its http and https addresses. */
GArray *letter_runs(const char *text);
