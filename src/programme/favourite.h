/* The sessions that a reader keeps: in a cookie of this event alone, without an account; with one, in the store too, so
 * that word of changes can reach them. Private to programme/. */
#pragma once
#include "programme/programme.h"

#define FAVOURITES_MAX 60

/* The codes of a cookie's value, "ABC123.DEF456": each once, well formed, so many at most. (transfer full) of char * */
GPtrArray *favourite_codes(const char *text);
char *favourite_text(const GPtrArray *codes);
/* Adds or takes away; false when there are too many. */
bool favourite_put(GPtrArray *codes, const char *code, bool kept);

/* An account's of an event, in order of time. (transfer full) of char *: codes */
GPtrArray *favourite_list(Db *db, int64_t event, int64_t account);
bool favourite_set(Db *db, int64_t account, int64_t talk, bool kept);

/* Of sessions in order of start: the place of one that runs at the same time as this, -1 when none does. Cancelled ones
 * disturb nobody. */
int favourite_clash(const GPtrArray *talks, guint place);
