/* The handlers of programme_routes, and what they share. Private to programme/. */
#pragma once
#include "programme/programme_views.h"

void show_home(Request *req, Db *db);
void show_poster(Request *req, Db *db);
void show_schedule(Request *req, Db *db);
void show_rooms(Request *req, Db *db);
void show_tracks(Request *req, Db *db);
void show_talk(Request *req, Db *db);
void show_speakers(Request *req, Db *db);
void show_speaker(Request *req, Db *db);
void show_organise(Request *req, Db *db);
void show_my(Request *req, Db *db);
void show_keep(Request *req, Db *db);
void save_keep(Request *req, Db *db);
void send_my_codes(Request *req, Db *db);
void send_my_calendar(Request *req, Db *db);
void show_import(Request *req, Db *db);
void import_upload(Request *req, Db *db);
void show_import_preview(Request *req, Db *db);
void import_apply_preview(Request *req, Db *db);
void show_import_result(Request *req, Db *db);

/* The event of the address; NULL when there is none to see, then "not found" was answered. */
Event *event_of_request(Request *req, Db *db);

/* Rows for a list. with_day: the day stands before the hour. (transfer full) of TalkRow, which own their talks */
GArray *talk_rows(const Event *event, GPtrArray *talks, const Lang *lang, bool with_day);

#define PAGER_TABS_MAX 18
/* The numbers of a list's pages, around the current one when there are many. query: "" or "day=…&". */
typedef struct {
        Tab tabs[PAGER_TABS_MAX];
        Pager pager;
} PagerTabs;
void pager_fill(PagerTabs *tabs, const char *query, int64_t total, int64_t per_page, int64_t page, const Lang *lang);
void pager_clear(PagerTabs *tabs);
/* ?page=, at least 1. */
int64_t page_of_request(const Request *req);
