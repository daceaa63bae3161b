/* Lists of events for the home page. Private to conference/. */
#pragma once
#include "conference/conference.h"

/* Published events whose last day is not before today, soonest first. (transfer full) of Event */
GPtrArray *conference_to_come(Db *db, const char *today, int limit);
/* Published events that are over, latest first. */
GPtrArray *conference_past(Db *db, const char *today, int limit);
/* Those this account organises, published or not; all of them for an owner of the server. */
GPtrArray *conference_of_account(Db *db, int64_t account, int limit);
