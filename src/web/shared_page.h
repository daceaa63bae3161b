/* Which answers are pages that many readers get alike, and under what name they are kept (page_cache.h).
 *
 * A public page is the same for two readers when they ask for the same address in the same language, are both signed in
 * or both not, and have the same rights on the event: a handler that looks at more of who reads (account, cookie,
 * header, network address, form's token) makes the page this reader's own, and it is kept for nobody. */
#pragma once
#include "web/request_private.h"

/* NULL for what is never shared. (transfer full) */
char *shared_page_key(const Request *req);
/* Whether nothing more need be known about the reader: there is no session's cookie. */
bool shared_page_is_open(const Request *req);
/* Once the guard knows who reads: the page of all who have these rights; takes the key. (transfer full) */
char *shared_page_key_of_reader(Request *req, char *key);
/* Answers from what is kept; false when it has to be rendered. moment: of the store, before the reader's snapshot. */
bool shared_page_answer(Request *req, const char *key, StoreMoment moment);
/* Keeps what the handler answered, if it is alike for all of them. */
void shared_page_keep(Request *req, const char *key, const PageSource *source);
