/* The page that says why a request was refused. For web/ alone. */
#pragma once
#include "web/html.h"

typedef struct {
        int status;
        const char *title, *sentence, *path;
        bool offer_sign_in;
} ErrorPage;
void error_view(Html *h, const ErrorPage *v);
