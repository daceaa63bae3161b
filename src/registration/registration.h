/* Registration: a form without an account, a place, a mail with a personal link and a calendar file.
 *
 * Places, on site and in sessions, are counted in the writer's turn: never more are given than there are. Who comes
 * when there is none stands in a line that moves by itself. Needs stand apart and are erased the day after the event,
 * the rest 30 days after it. May be included by replay and above. */
#pragma once
#include <jansson.h>

#include "store/db.h"
#include "web/request.h"

/* Places on site of an event; 0: it is held at a distance only. */
bool registration_set_places(Db *db, int64_t event, int64_t places);
/* How many come, by path. */
typedef struct {
        int64_t remote, onsite, places;
} RegistrationCount;
RegistrationCount registration_count(Db *db, int64_t event);

/* What a statistic shows: of a day ("2026-01-28", in the event's zone), a path ("remote", "onsite") or a session (its
 * title). places: 0 where there is no limit. */
typedef struct {
        char *label;
        int64_t talk, count, waiting, places;
} RegistrationFigure;
void registration_figure_free(RegistrationFigure *figure);
/* In the order of days, of paths, of the programme; days and sessions without anybody are left out. (transfer full) of
 * RegistrationFigure */
GPtrArray *registration_by_day(Db *db, int64_t event);
GPtrArray *registration_by_path(Db *db, int64_t event);
GPtrArray *registration_by_session(Db *db, int64_t event);

/* All that registration/ keeps of a person, in every event: an array, empty when there is nothing. (transfer full) */
json_t *registration_export(Db *db, int64_t account);
/* Erases it: places go to the next in line. False on failure. */
bool registration_erase(Db *db, int64_t account);

/* Somebody pressed the button of a mail's link: the address is theirs, and with event > 0 their registration for it is
 * confirmed. One of people_link_followers. */
void registration_link_used(Request *req, Db *db, int64_t account, int64_t event);

/* Erases what the form promised to erase: daily, by app. */
bool registration_expire(Db *db);
/* What has its hour: reminders, an event that is cancelled. Every minute, by app, on a thread that may wait; takes
 * short turns of the writer. origin: of the links in the mails. */
void registration_minute(Store *store, const char *origin);
/* What need not wait for the minute: lapses, offers, lines, changes. When nothing is due, a few look-ups by a reader.
 */
void registration_prompt(Store *store, const char *origin);

extern const Route registration_routes[];
