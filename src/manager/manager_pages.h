/* What the pages of manager/ share. Private to it. */
#pragma once
#include "manager/manager_views.h"

/* The event and the session of the address; false: the answer is given already. */
bool run_place(Request *req, Db *db, Event **ret_event, Talk **ret_talk);
/* The page of a list that the address asks for, from 1. */
int64_t turning_page(const Request *req);
Turning turning_of(int64_t page, int64_t rows_a_page, int64_t total);

void show_sheets(Request *req, Db *db);
void show_run(Request *req, Db *db);
void save_run(Request *req, Db *db);
void act_on_run(Request *req, Db *db);
void show_log(Request *req, Db *db);
void send_log(Request *req, Db *db);
