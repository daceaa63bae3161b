/* Words of a file on their way into a Programme: cleaned, capped, and what was lost is told. Pure. Private to
 * programme/. */
#pragma once
#include "programme/schedule.h"

#define DRAFT_TEXT_MAX_BYTES (256 * 1024)
#define DRAFT_TALKS_MAX 10000

/* text (valid UTF-8; NULL stays NULL) without control characters, trimmed; white space becomes single spaces when it is
 * to be one line. what: the name of the field, for the notice. */
const char *draft_text(Programme *programme, const char *text, const char *what, int line, bool one_line);
/* Whether the bytes are UTF-8 text of a size that is taken; else *ret_fault says why not. */
bool draft_bytes_are_text(const char *bytes, size_t size, size_t max_bytes, ProgrammeNotice *ret_fault);
