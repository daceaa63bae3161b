/* New addresses until they are confirmed. Private to registration/. */
#pragma once
#include "registration/registration_store.h"

/* The token for the mail to the new address. (transfer full) */
char *address_ask(Db *db, int64_t account, int64_t event, const char *email);
int64_t address_asked_since(Db *db, int64_t account, int64_t since_us);
/* The new address that this token confirms, NULL when it does not or is older than a day. (transfer full) */
char *address_find(Db *db, int64_t event, const char *token, int64_t *ret_account);
bool address_forget(Db *db, int64_t account);
bool address_expire(Db *db);
