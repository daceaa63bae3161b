/* The tables of law/, for its own files alone. */
#pragma once
#include "law/law.h"
#include "law/law_rules.h"

/* The text that was written for a page, NULL when none was. event: 0 for the server's own pages. (transfer full) */
char *law_text(Db *db, int64_t event, LawPage page, const char *lang);
/* Keeps it; an empty text goes back to the usual one. */
bool law_text_keep(Db *db, int64_t event, LawPage page, const char *lang, const char *text);

typedef struct {
        char *name, *address, *contact, *source_url; /* "" when not said */
} LawHost;
void law_host_free(LawHost *host);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LawHost, law_host_free)
LawHost *law_host(Db *db);
bool law_host_keep(Db *db, const LawHost *host);

/* Erases consents of events that ended so long ago and have nothing published that was recorded. */
bool law_expire_consents(Db *db, int64_t ended_before_us);
/* Accounts older than that which hold no role, invitation or consent. (transfer full) of int64_t */
GArray *law_idle_accounts(Db *db, int64_t older_than_us);
