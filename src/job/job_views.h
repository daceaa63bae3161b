/* What the pages of job/ show. Private to job/. */
#pragma once
#include "job/job_private.h"

typedef struct {
        const JobKind *kind;
        const JobRow *row;
        char *progress, *at, *at_iso, *size; /* size: of its file, NULL when there is none */
        int percent;
        bool may_cancel;
} JobEntry;
typedef struct {
        const char *base; /* "/slug/organise/jobs" or "/admin/jobs" */
        const JobKind *const *kinds;
        size_t kind_count;
        const JobEntry *entries;
        size_t count;
} JobsPage;
typedef struct {
        const char *base;
        const JobEntry *entry;
} JobPage;
void job_entry_view(Html *h, const JobPage *v);
void jobs_view(Html *h, const JobsPage *v);
void job_view(Html *h, const JobPage *v);
