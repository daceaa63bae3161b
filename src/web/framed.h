/* Pages that other sites may show in a frame of theirs: none but those that say so. */
#pragma once
#include "web/request.h"

/* This answer may be framed by any site (CSP 3, 6.4.2 frame-ancestors); it is not kept for others (page_cache.h). */
void respond_framed(Request *req);
