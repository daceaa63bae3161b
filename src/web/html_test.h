/* What html_test.html shows. */
#pragma once
#include "web/html.h"

typedef struct {
        const char *text, *url;
        int64_t number;
        int count;
        const char *const *list;
} Sample;
void text_view(Html *h, const Sample *v);
void attribute_view(Html *h, const Sample *v);
void address_view(Html *h, const Sample *v);
void address_part_view(Html *h, const Sample *v);
void plain_view(Html *h, const Sample *v);
void words_view(Html *h, const Sample *v);
void branches_view(Html *h, const Sample *v);
void loop_view(Html *h, const Sample *v);
void space_view(Html *h, const Sample *v);
void component_view(Html *h, const Sample *v);
char *sample_html(const char *text);
