/* What a page says of itself to search engines and to those who share it: its one address (canonical), OpenGraph,
 * structured data of schema.org as JSON-LD, and a feed. The result goes into Page.head_links.
 *
 *   g_autofree char *head = head_markup(&(Head){ .title = talk->title, .url = url, .data = json });
 *
 * Everything is escaped here. Inside a script element nothing ends it but "</script" and "<!--", so that the data's
 * "<", ">" and "&" are written as \u003c and the like, which JSON reads the same. Pure. */
#pragma once
#include <glib.h>
#include <jansson.h>
#include <stdint.h>

typedef struct {
        const char *type; /* OpenGraph: "website", "article", "video.other" */
        const char *title, *description, *site;
        const char *url, *image;       /* whole addresses; image may be NULL */
        const char *feed, *feed_title; /* of Atom, NULL for none */
        json_t *data;                  /* JSON-LD, taken; NULL for none */
} Head;

char *head_markup(const Head *head);

/* For building the data: a text, left out when NULL or empty; a moment (microseconds UTC) as ISO 8601 in a zone. */
void head_put(json_t *object, const char *name, const char *text);
void head_put_time(json_t *object, const char *name, GTimeZone *zone, int64_t at_us);
