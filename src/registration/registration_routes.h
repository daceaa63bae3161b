/* The handlers of registration/, for its one table, and what they share. */
#pragma once
#include "conference/conference.h"
#include "registration/registration_store.h"
#include "web/form.h"

void show_register(Request *req, Db *db);
void register_visitor(Request *req, Db *none);
void show_registered(Request *req, Db *db);
void show_cancelled(Request *req, Db *db);
void show_me(Request *req, Db *db);
void go_in(Request *req, Db *db);
void change_me(Request *req, Db *db);
void change_consent(Request *req, Db *db);
void revoke_links(Request *req, Db *db);
void send_my_data(Request *req, Db *db);
void show_cancel(Request *req, Db *db);
void cancel_registration(Request *req, Db *db);
void show_registrations(Request *req, Db *db);
void change_places(Request *req, Db *db);

/* The two paths, with the places left told in *ret_hint (yours to free, after the options). may_choose_full: for a form
 * that was sent, where a choice that came too late gets its own sentence. */
void path_options(FormOption ret_options[3], const Event *event, const Places *places, const Lang *lang,
                  bool may_choose_full, char **ret_hint);
