/* Notes of an event's team, written by several at once. May be included by law and app. */
#pragma once
#include "live/live.h"
#include "web/socket.h"

typedef struct Notes Notes;

/* Before the first socket; sockets must outlive it. */
Notes *notes_new(SocketLoop *sockets);
/* After the socket loop has stopped; NULL is fine. */
void notes_free(Notes *notes);
/* Given by app: the routes find it by this. */
Notes *notes_of(const Request *req);

/* What somebody wrote in notes, in every event: an array, empty when there is nothing. (transfer full) */
json_t *notes_export(Db *db, int64_t account);
/* Notes belong to the team and stay; that this account wrote in them is forgotten. */
bool notes_erase(Db *db, int64_t account);
/* Forgets who wrote, a year after the event. Daily, by app. */
bool notes_expire(Db *db);

/* The tab of the team's room. */
extern const LiveFeature notes_feature;
extern const Route notes_routes[], notes_history_routes[];
