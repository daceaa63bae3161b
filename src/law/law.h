/* What the law asks: legal notice, privacy, accessibility and contact as pages; what is kept of whom and for how long;
 * one person's data, given out or erased everywhere.
 *
 * Stands above every feature that keeps something of a person, since it asks them all. May be included by app alone. */
#pragma once
#include <jansson.h>

#include "store/db.h"
#include "web/request.h"

/* One kind of personal data: what the privacy notice and the register of processing say of it. Source words for tr().
 */
typedef struct {
        const char *key;                /* for the tests */
        const char *tables;             /* where it is kept, space-separated; "" outside the store */
        const char *what, *why, *basis; /* basis: of article 6 of the GDPR, in plain words */
        const char *kept, *seen_by;     /* how long; who sees it besides oneself */
        const char *job;                /* the function that erases it daily; "": by hand, or it ends by itself */
        int days;                       /* that `kept` speaks of: what a test holds the job to; 0: none */
} Retention;
/* The whole table. */
const Retention *law_retention(size_t *ret_count);

/* All that is kept of this account, by feature. (transfer full) */
json_t *law_export(Db *db, int64_t account);
/* Erases the person everywhere: what stays stays without the name (README.md says what and why). False when the store
 * refused; then the caller's turn is undone. An owner of the server is refused too: give the server away first. */
bool law_erase(Db *db, int64_t account);

/* Erases what no feature holds any more: daily, by app, after the features' own jobs. */
bool law_expire(Db *db);

extern const Route law_routes[];
