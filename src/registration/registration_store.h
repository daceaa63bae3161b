/* The tables of registration/, for its own files alone. */
#pragma once
#include "registration/registration.h"
#include "registration/registration_rules.h"

typedef struct {
        int64_t id, event, account, created_us, confirmed_us; /* confirmed: 0 while the mail's link is unused */
        int sequence;
        bool onsite;
        char *name, *email;
        const Lang *lang; /* of the person */
} Registration;
void registration_free(Registration *registration);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Registration, registration_free)
Registration *registration_of(Db *db, int64_t event, int64_t account);
/* In the order they came; at most limit after the first offset. */
GPtrArray *registration_list(Db *db, int64_t event, int64_t offset, int64_t limit);

/* What an organiser looks for; "" and 0 for everything. */
typedef struct {
        const char *words; /* in name or address */
        const char *path;  /* "remote", "onsite" */
        const char *state; /* "confirmed", "unconfirmed", "waiting" (in some line) */
        int64_t talk;      /* stands in this session */
} RegistrationFilter;
int64_t registration_count_found(Db *db, int64_t event, const RegistrationFilter *filter);
GPtrArray *registration_find_all(Db *db, int64_t event, const RegistrationFilter *filter, int64_t offset,
                                 int64_t limit);
/* NULL when the event has none of this number. */
Registration *registration_by_id(Db *db, int64_t event, int64_t id);

/* On site. taken is not counted where there are none: pages and forms ask at each visit. */
typedef struct {
        int64_t all, taken;
} Places;
Places registration_places(Db *db, int64_t event);
/* Whether one more may come on site. */
bool registration_has_place(Db *db, int64_t event);
/* One more; 0 when no place is left, or when this account has one already. */
int64_t registration_insert(Db *db, int64_t event, int64_t account, bool onsite);
/* False when no place is left on site. */
bool registration_change_path(Db *db, int64_t registration, int64_t event, bool onsite);
/* True when its link has not been sent since; then it counts as sent at at_us, now or later. The first mail begins the
 * day in which the registration is to be confirmed. */
bool registration_mark_mailed(Db *db, int64_t event, int64_t account, int64_t since_us, int64_t at_us);
/* What stands in this person's calendar changes: its entries count one more. */
bool registration_touch(Db *db, int64_t registration);
/* Told by whoever came in by a mail's link: the address is this person's. True when it was not confirmed before. */
bool registration_confirm(Db *db, int64_t event, int64_t account);
/* Erases the registration, its needs and the attendee's role; the account too when nothing else holds it. */
bool registration_end(Db *db, int64_t event, int64_t account);

/* For its owner's export. (transfer full) */
json_t *registration_json(Db *db, const Registration *registration);

/* Empty ones are erased. When they were agreed to is the time of their last change. */
bool needs_keep(Db *db, int64_t registration, const Needs *needs);
/* All false when there are none; *ret_other is what other points to. (transfer full) */
Needs needs_read(Db *db, int64_t registration, char **ret_other);
/* When keeping them was agreed to, 0 when there are none. */
int64_t needs_agreed_us(Db *db, int64_t registration);

/* In plain words of the columns, for its owner's export; NULL when there are none. (transfer full) */
char *needs_text(Db *db, int64_t registration);

/* How many asked for each, and what was written, in no order that tells who. */
typedef struct {
        int64_t captions, sign, audio, wheelchair;
        GPtrArray *others; /* char * */
} NeedsSummary;
NeedsSummary *needs_summary(Db *db, int64_t event);
void needs_summary_free(NeedsSummary *summary);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NeedsSummary, needs_summary_free)
