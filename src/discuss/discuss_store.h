/* The only SQL of discuss/. Private to it. In a turn of the writer, which may run again. */
#pragma once
#include "discuss/discuss_private.h"

/* What a session holds; the voters of the room's other sessions are forgotten meanwhile. */
bool discuss_store_load(Db *db, const LiveMoment *moment, Discussion *into);
void discuss_store_setting_of(Db *db, int64_t session, bool *ret_moderated, bool *ret_nameless);
/* For the hall's page: what everybody may see and what waits of this person's own, the most wanted first
 * (HallQuestion); the open polls, and the last that was closed, its most frequent words first (Poll). */
void discuss_store_hall_questions(Db *db, int64_t session, int person, GArray *questions);
void discuss_store_hall_polls(Db *db, int64_t session, GPtrArray *polls);
/* The same nonce of the same person is the same question, given back as it is. */
bool discuss_store_ask(Db *db, const LiveMoment *moment, Question *question);
/* False: it is not there, or may not be voted on. */
bool discuss_store_vote(Db *db, const LiveMoment *moment, int64_t question, int person, bool on);
bool discuss_store_withdraw(Db *db, const LiveMoment *moment, int64_t question, int person);
/* Of `answering` there is one at most: another one becomes `answered`. */
bool discuss_store_state(Db *db, const LiveMoment *moment, int64_t question, const char *state);
bool discuss_store_setting(Db *db, const LiveMoment *moment, bool moderated, bool nameless);
/* Nobody's vote and answer are known any more, their numbers stay. except: a session, 0: none */
bool discuss_store_settle(Db *db, int64_t room_id, int64_t except);

/* A draft, new (id 0) or instead of the one with this id. */
bool discuss_store_poll(Db *db, const LiveMoment *moment, const Poll *poll, int64_t *ret_id);
/* state: "open", "closed", or "none": it is deleted. False: not from where it is. */
bool discuss_store_poll_state(Db *db, const LiveMoment *moment, int64_t poll, const char *state);
/* Counts it, once a person: *ret_counted false when they have answered already. picks: numbers of choices; words: NULL,
 * or what they wrote. Gives the poll back as it is then. */
bool discuss_store_answer(Db *db, const LiveMoment *moment, Poll *poll, int person, const GArray *picks,
                          char *const *words, bool *ret_counted);

bool discuss_store_keeps(Db *db, int64_t room_id, int person);
json_t *discuss_store_export(Db *db, int64_t room_id, int person);
bool discuss_store_erase(Db *db, int64_t room_id, int person);
bool discuss_store_expire(Db *db, int64_t room_id);

/* Questions of a session, for its replay: all that were shown, and as chapters those that were answered. */
void discuss_store_trace(Db *db, int64_t session, LiveTraceKind kind, GPtrArray *into);
/* All of a talk's sessions, as organisers get it. (transfer full) */
json_t *discuss_store_talk(Db *db, int64_t talk_id);
