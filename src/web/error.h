/* The page that says why a request was refused. For web/ alone. */
#pragma once
#include "web/event_look.h"

typedef struct {
        int status;
        const char *title, *sentence, *path;
        const EventLook *look; /* of the event it happened in; NULL: none */
        bool offer_sign_in;
} ErrorPage;
void error_view(Html *h, const ErrorPage *v);
