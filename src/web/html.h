/* What compiled views write into, and how a page is framed.
 *
 * Views are HTML files beside their feature, compiled to C by tools/html2c; each value is escaped for the place it
 * stands in. A view is a function (Html *h, const T *v). A handler frames it:
 *
 *   Html *h = page_begin(req, &(Page){ .title = talk->title, … });
 *   show_talk_view(h, &page);
 *   page_end(req, h, 200);
 */
#pragma once
#include "web/request.h"

typedef struct Html Html;

/* Called by compiled views. */
void html_raw(Html *h, const char *markup, size_t length); /* from the template only */
void html_text(Html *h, const char *text);                 /* element content */
void html_attribute(Html *h, const char *text);            /* inside a quoted attribute */
void html_url(Html *h, const char *url);                   /* href, src, action: http(s), mailto or same origin */
void html_int(Html *h, int64_t number);
void html_translated(Html *h, const char *source); /* tr() then escaped */
const Lang *html_lang(const Html *h);
Request *html_request(const Html *h);
/* Markup made by a function of ours whose output is safe by construction (Markdown filter). */
void html_trusted(Html *h, const char *markup);

typedef struct {
        const char *label, *url;
        bool current;
} NavItem;
typedef struct {
        const char *title, *description;
        const char *brand, *brand_url; /* NULL: Tréteau itself */
        const NavItem *nav;
        size_t nav_count;
        const char *theme;          /* class for the accent: "theme-nec" */
        const char *const *styles;  /* asset names, NULL-terminated: "live/room.css" */
        const char *const *scripts; /* ES modules, likewise */
        const char *body_class;
        const char *head_links; /* NULL; else <link rel=alternate …> made by the feature (trusted) */
        bool dark, bare;        /* bare: no header and footer (the room) */
        bool no_index;
} Page;
Html *page_begin(Request *req, const Page *page);
/* Takes h; sends it with this status. */
void page_end(Request *req, Html *h, int status);

/* The address of an asset inside the program, with its content hash: "/static/live/room-3f9a….js". */
const char *asset_url(const char *name);
