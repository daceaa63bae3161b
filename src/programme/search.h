/* The index that sessions are found by follows the store a moment behind: what is written is marked, and taken in a few
 * sessions a turn. Private to programme/. */
#pragma once
#include "programme/programme.h"

/* In the turn that writes or deletes the session. */
bool search_mark(Db *db, int64_t talk);
/* Takes in up to so many; false when the store fails. */
bool search_refresh(Db *db, int64_t limit);
/* Takes in all that is marked, in short turns of its own. */
void search_catch_up(Store *store);
