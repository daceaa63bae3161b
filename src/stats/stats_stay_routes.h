/* The pages of how long people stayed. Private to stats/. */
#pragma once
#include "web/request.h"

void stats_show_stays(Request *req, Db *db);
void stats_show_stay(Request *req, Db *db); /* of the session ":code" */
