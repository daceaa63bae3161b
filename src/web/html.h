/* What compiled views write into, and how a page is framed.
 *
 * Views are HTML files beside their feature, compiled to C by tools/html2c; each value is escaped for the place it
 * stands in (README.md says how to write one). A view is a function (Html *h, const T *v). A handler frames it:
 *
 *   Html *h = page_begin(req, &(Page){ .title = talk->title, … });
 *   show_talk_view(h, &page);
 *   page_end(req, h, 200);
 *
 * An Html belongs to one request and its thread.
 */
#pragma once
#include "web/asset.h"
#include "web/icon.h"
#include "web/request.h"

typedef struct Html Html;

/* Without a frame and, when req is NULL, without a request: mails, fragments, tests. */
Html *html_new(Request *req, const Lang *lang);
void html_free(Html *h);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Html, html_free)
const char *html_markup(const Html *h, size_t *ret_length); /* what was written so far; ret_length may be NULL */
const Lang *html_lang(const Html *h);
Request *html_request(const Html *h);

/* Called by compiled views. A NULL text writes nothing. */
void html_raw(Html *h, const char *markup, size_t length); /* from the template only */
void html_text(Html *h, const char *text);                 /* element content */
void html_attribute(Html *h, const char *text);            /* inside a quoted attribute */
void html_int(Html *h, int64_t number);
/* An address: http, https, mailto, tel, or one of this origin ("/…", "?…", "#…", relative); else "#" is written. */
void html_url(Html *h, const char *url);
void html_url_segment(Html *h, const char *text); /* one part of a path, percent-encoded; an empty one becomes "." */
void html_url_query(Html *h, const char *text);   /* a value in a query or fragment, percent-encoded */
/* tr() then escaped; with printf arguments, which are escaped too; plural by n (the arguments hold
 * it again, and "one" may leave it out: "One place left"). */
void html_translated(Html *h, const char *source);
void html_translated_attribute(Html *h, const char *source);
void html_words(Html *h, const char *format, ...) G_GNUC_PRINTF(2, 3);
void html_words_attribute(Html *h, const char *format, ...) G_GNUC_PRINTF(2, 3);
void html_plural(Html *h, const char *one, const char *many, unsigned long n, ...) G_GNUC_PRINTF(3, 5);
void html_plural_attribute(Html *h, const char *one, const char *many, unsigned long n, ...) G_GNUC_PRINTF(3, 5);
/* Markup made by a function of ours whose output is safe by construction (Markdown filter). */
void html_trusted(Html *h, const char *markup);
void html_take_trusted(Html *h, char *markup); /* frees it */
/* <svg class="i"> that uses the page's sprite, which holds only the icons that were asked for. */
void html_icon(Html *h, Icon icon);
void html_need_icon(Html *h, Icon icon); /* into the sprite only: for scripts that draw it later */

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
        const char *main_class; /* NULL: "wrap page"; "": none, for pages that open with a poster */
        const char *note;       /* NULL; else a sentence in the footer */
        const char *head_links; /* NULL; else <link rel=alternate …> made by the feature (trusted) */
        bool dark, bare;        /* bare: no header and footer (the room) */
        bool no_index;
} Page;
/* Writes the frame down to <main>; page is not needed afterwards. */
Html *page_begin(Request *req, const Page *page);
/* Takes h; sends it with this status. */
void page_end(Request *req, Html *h, int status);
