/* The handlers of people/, for its one table, and what its pages of a team share. */
#pragma once
#include "people/people.h"
#include "web/form.h"

#define INVITE_OPTIONS 10
/* The form that invites, with the roles that the reader may give; options must outlive it. (transfer full) */
Form *invite_form(Request *req, FormOption options[INVITE_OPTIONS]);
/* Only an owner of the event gives and takes the roles of its organisers and owners. */
bool may_give(const Request *req, Role role);
/* 0 when nobody can be invited to a role of that name. */
Role invitable_role(const char *name);
void show_team_with(Request *req, Db *db, const Form *form, int status);

void show_account(Request *req, Db *db);
void end_sessions(Request *req, Db *db);
void show_team(Request *req, Db *db);
void invite(Request *req, Db *db);
void invite_again(Request *req, Db *db);
void withdraw(Request *req, Db *db);
