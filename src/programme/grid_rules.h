/* The grid of those who make the programme: which rooms stand on a page, which hours are its rows. Pure. Private. */
#pragma once
#include "programme/session.h"

#define GRID_ROOMS 4
#define GRID_TALKS 20  /* of one page, which has at most 298 nodes */
#define GRID_NODES 150 /* of its rows */

/* Rooms of pages: counts holds the sessions of each room that day; as many rooms a page as fit. (transfer full) of
 * guint: the first room of each page, and the end */
GArray *grid_pages(const GArray *counts);

/* Whether a session runs through the hour that begins at_us, but began before. */
bool grid_runs_on(const Talk *talk, int64_t at_us);
