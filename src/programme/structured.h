/* The head of public pages: structured data (schema.org), OpenGraph, the one address. Private to programme/.
 * (transfer full); for Page.head_links */
#pragma once
#include "programme/programme.h"

/* talks: of Talk, the first of them are named. description, image: may be NULL; image is an address of this origin. */
char *event_head_markup(Request *req, const Event *event, const GPtrArray *talks, const char *image);
char *talk_head_markup(Request *req, const Event *event, const Talk *talk, const GPtrArray *persons,
                       const char *description, const char *image);
