/* Which pages may be answered from web/page_cache.h, and which may be kept there. For server.c alone. */
#pragma once
#include "web/request_private.h"

/* What a page that everybody gets alike depends on: path, query, language. NULL when this reader or this address is to
 * be asked for by itself: a session, a form, a right. (transfer full) */
char *shared_page_key(const Request *req);
/* Answers with the kept page, if there is one. */
bool shared_page_answer(Request *req, const char *key, int64_t version);
/* Keeps what was rendered, unless it looked at who reads it. */
void shared_page_keep(const Request *req, const char *key, int64_t version);
