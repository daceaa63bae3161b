/* What the demo's outbox pages show. Private to mail/. */
#pragma once
#include "mail/letter.h"
#include "mail/outbox.h"
#include "web/html.h"

typedef struct {
        int64_t id;
        const char *to, *subject, *at;
} OutboxRow;
typedef struct {
        const OutboxRow *rows; /* the newest first */
        size_t count;
} OutboxPage;

typedef struct {
        const Letter *letter;
        int64_t id;
        const char *at;
        const LetterRun *runs;
        size_t run_count;
} LetterPage;

void outbox_view(Html *h, const OutboxPage *v);
void letter_view(Html *h, const LetterPage *v);
