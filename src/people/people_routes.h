/* The handlers of the team's page, for the one table of people/. */
#pragma once
#include "people/people.h"

void show_team(Request *req, Db *db);
void invite(Request *req, Db *db);
void withdraw(Request *req, Db *db);
