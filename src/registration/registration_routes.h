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
/* The sentence for "?done=…" of the personal page, "" for none: source words. */
const char *me_notice(const char *done);
void show_my_sessions(Request *req, Db *db);
void change_place(Request *req, Db *db);
void show_answers(Request *req, Db *db);
void change_answers(Request *req, Db *db);
void show_address(Request *req, Db *db);
void ask_address(Request *req, Db *db);
void show_address_link(Request *req, Db *db);
void change_address(Request *req, Db *db);
void show_quiet(Request *req, Db *db);
void set_quiet(Request *req, Db *db);
void show_settings(Request *req, Db *db);
void change_settings(Request *req, Db *db);
void cancel_event(Request *req, Db *db);
void show_questions(Request *req, Db *db);
void add_question(Request *req, Db *db);
void show_question(Request *req, Db *db);
void change_question(Request *req, Db *db);
void show_add(Request *req, Db *db);
void add_registration(Request *req, Db *db);
void export_registrations(Request *req, Db *db);
void show_registration(Request *req, Db *db);
void change_registration(Request *req, Db *db);
void show_mails(Request *req, Db *db);
void retry_mails(Request *req, Db *db);
