/* Inside web/: what page.c and html.c share, and the views of the frame. Nobody else includes this. */
#pragma once
#include "web/html.h"

/* Keeps what was written from main_at on for later: up to end_at, then the sprite, then the rest. */
void html_split(Html *h, size_t main_at, size_t end_at);
void html_join(Html *h);

typedef struct {
        const Page *page;
        const Lang *lang;         /* of the page */
        const Lang *const *langs; /* all, NULL-terminated */
        const char *law[4];       /* legal notice, privacy, accessibility, contact: of the event or of the server */
        size_t *main_at, *end_at; /* where the main part and the sprite go, set while page_view runs */
} Frame;
void page_view(Html *h, const Frame *v);
void page_mark(Html *h, size_t *ret_offset);
char *page_links_html(const Page *page);
void header_view(Html *h, const Frame *v);
void footer_view(Html *h, const Frame *v);
void icon_view(Html *h, const char *name);
void icon_sprite_view(Html *h, const bool *used);
