/* The handlers of those who make the programme. Private to programme/. */
#pragma once
#include "programme/programme_routes.h"
#include "programme/session_views.h"

void show_sessions(Request *req, Db *db);
void show_new_session(Request *req, Db *db);
void save_new_session(Request *req, Db *db);
void show_session(Request *req, Db *db);
void save_session(Request *req, Db *db);
void act_on_session(Request *req, Db *db);
void show_move(Request *req, Db *db);
void save_move(Request *req, Db *db);
void show_changes(Request *req, Db *db);
void show_public_changes(Request *req, Db *db);
void show_grid(Request *req, Db *db);
void show_persons(Request *req, Db *db);
void show_new_person(Request *req, Db *db);
void save_new_person(Request *req, Db *db);
void show_one_person(Request *req, Db *db);
void save_person(Request *req, Db *db);
void invite_person(Request *req, Db *db);
void merge_person(Request *req, Db *db);
void show_own_person(Request *req, Db *db);
void save_own_person(Request *req, Db *db);

/* The session of the address; NULL when the event has none, then "not found" was answered. */
Talk *talk_of_request(Request *req, Db *db, const Event *event);
/* The number that a hidden field holds, 0 for none. */
int64_t number_sent(const Request *req, const char *field);
/* "Thursday 28 January, 9:30 – 10:15, Main stage" (transfer full) */
char *place_of_talk(const Event *event, const Talk *talk, const Lang *lang);
extern const char *const session_styles[]; /* for Page.styles */
