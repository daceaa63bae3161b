/* What the page shows. Private to upload/. */
#pragma once
#include "upload/upload_private.h"
#include "web/form.h"

typedef struct {
        const Film *film;
        const char *replay; /* its page */
        const char *fault;  /* sentence, translated; "" */
        char *size;         /* "12,4 GB" */
        int percent;
} FilmRow;

typedef struct {
        const Event *event;
        const char *base;   /* of this page */
        bool has_talks;     /* some session has begun that may be recorded */
        bool waits;         /* something is under way */
        const GArray *rows; /* of FilmRow */
        const Form *form;
        const char *done; /* sentence, NULL */
} FilmsPage;
void upload_view(Html *h, const FilmsPage *v);
