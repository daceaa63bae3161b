/* Persons of a programme as they are edited. Private to programme/. */
#pragma once
#include "programme/session.h"

/* In a turn. id 0: a new person, its id and code are set. photo: -1 leaves it, 0 takes it away, else the picture's. */
SessionKept person_keep(Db *db, int64_t event, Person *person, int64_t version, int64_t photo);
/* Others of exactly this name. (transfer full) of Person */
GPtrArray *person_twins(Db *db, int64_t event, const Person *person);
/* The twin's sessions become the person's; what the person lacks (text, photo, account) comes along; the twin goes. */
bool person_merge(Db *db, int64_t event, const Person *person, const Person *twin);
