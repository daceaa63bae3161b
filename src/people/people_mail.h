/* The mails of people/, in the reader's language. Private to people/. */
#pragma once
#include "people/people_store.h"

/* A new sign-in link to this account, or, when it has an open invitation, that invitation again. Says nothing and does
 * nothing when one was sent in the last two minutes, or too many today. False only when the store refused. */
bool people_mail_sign_in(Db *db, int64_t account, const char *next, const char *origin);
/* A new link for an invitation, for 14 days. False only when the store refused. */
bool people_mail_invitation(Db *db, const Invitation *invitation, const char *origin);
