/* What the pages of people/ show. Private to people/. */
#pragma once
#include "people/people_store.h"
#include "web/form.h"

typedef struct {
        const char *signed_in_as; /* NULL when nobody is */
        const Form *form;
        bool link_is_dead; /* the page that a dead link leads to */
} SignInPage;

typedef struct {
        const char *token;
        const char *email, *name, *event; /* name and event: "" when there is none */
        LinkPurpose purpose;
        Role role; /* of an invitation */
} LinkPage;

/* A member, or an invitation nobody has answered yet. */
typedef struct {
        const Invitation *person;
        const char *slug; /* of the event */
        char *handle;     /* what its button sends: "member-ACCOUNT-ROLE" or "invitation-ID" */
        char *until;      /* of an invitation, in words */
        bool is_invitation, is_me;
        bool is_fixed; /* not the reader's to take away */
} TeamRow;
typedef struct {
        const char *slug;
        const Form *form;
        const char *notice; /* source text of what has just been done, "" for nothing */
        const TeamRow *rows;
        size_t count;
        int page, page_count;
        bool may_act; /* there is a row with a button: else there is nothing to send */
} TeamPage;

typedef struct {
        const char *key;
        char *since, *until;
        bool is_this;
} SessionRow;
typedef struct {
        const char *email, *name;
        const char *notice;     /* source text, "" for nothing */
        const GPtrArray *roles; /* MyRole */
        bool is_owner;
        const SessionRow *sessions;
        size_t session_count;
} AccountPage;
void my_role_view(Html *h, const MyRole *v);
void session_row_view(Html *h, const SessionRow *v);
void account_view(Html *h, const AccountPage *v);

void sign_in_view(Html *h, const SignInPage *v);
void sent_view(Html *h, const char *next); /* where the link will lead, "": home */
void link_view(Html *h, const LinkPage *v);
void team_row_view(Html *h, const TeamRow *v);
void team_view(Html *h, const TeamPage *v);
/* What a role is called on a page: source text. */
const char *role_label(Role role);
/* What it may do, in a sentence: source text. */
const char *role_may(Role role);
