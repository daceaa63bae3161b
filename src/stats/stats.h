/* Statistics of an event: who registered when, by which path, for which session, who came into which room; as plots
 * with their table beneath, and as CSV.
 *
 * No figure under five is shown, nor one that would give it away by subtraction. May be included by app. */
#pragma once
#include "store/db.h"
#include "web/request.h"

/* The same figures as on the page, for a spreadsheet. (transfer full) */
char *stats_csv(Db *db, int64_t event, const Lang *lang);

extern const Route stats_routes[];
