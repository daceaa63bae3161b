/* The outbox as rows: what the sender thread and the demo's page see of it. Private to mail/. */
#pragma once
#include "mail/mail.h"

typedef struct {
        int64_t id, created_us;
        char *recipient, *kind, *state, *message; /* message: "" once erased */
        int tries;
} OutboxMail;
void outbox_mail_free(OutboxMail *mail);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OutboxMail, outbox_mail_free)

/* The server's own address, yours to free. */
char *outbox_sender(Db *db);
bool outbox_set_sender(Db *db, const char *address);
/* The one that has waited longest among those due, NULL when none is. */
OutboxMail *outbox_next(Db *db, int64_t at_us);
OutboxMail *outbox_find(Db *db, int64_t id);
/* The newest first, without their messages' parts read; at most limit. */
GPtrArray *outbox_list(Db *db, int limit);

bool outbox_sent(Db *db, int64_t id, int64_t at_us);
bool outbox_put_off(Db *db, int64_t id, int64_t until_us, const char *reason);
bool outbox_refused(Db *db, int64_t id, int64_t at_us, const char *reason);

/* When to try again after so many failures: 1, 5, 30 minutes, then every 3 hours; -1 after four days: give up. */
int64_t outbox_wait_us(int tries);
