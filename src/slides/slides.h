/* Slides as pictures: a PDF of a speaker is drawn on the server, page by page, and shown in the room.
 * May be included by app and the features above. */
#pragma once
#include "live/live.h"

extern const LiveFeature slides_feature;
extern const Route slides_routes[];

/* Draws what waits, one file after the other, on a thread of its own; what was interrupted is begun again. */
typedef struct SlidesPainter SlidesPainter;
SlidesPainter *slides_painter_start(Store *store);
/* The file at hand is left for the next start. NULL is fine. */
void slides_painter_stop(SlidesPainter *painter);
/* The application gives it to the routes. */
SlidesPainter *slides_painter_of(const Request *req);

/* Removes the folders of files that lost their row. Takes a reader itself. */
void slides_tidy(Store *store);
/* Whether everybody may have slides of this session: for the programme's page of it. */
bool slides_are_shared(Db *db, int64_t talk);
/* The files that an account sent; NULL when none (transfer full). They belong to the sessions and stay, without a
 * name: erasing forgets who sent them. */
json_t *slides_export(Db *db, int64_t account);
bool slides_erase(Db *db, int64_t account);
