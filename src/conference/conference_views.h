/* What the views of conference/ show. Private to conference/. */
#pragma once
#include "conference/conference.h"
#include "web/form.h"

typedef struct {
        const char *slug; /* NULL for an event that is not there yet */
        const Form *form;
        bool saved;
} EventFormPage;
void event_form_view(Html *h, const EventFormPage *v);
