/* Forms that come back filled: one table of fields gives the labels, the checks and the controls.
 *
 *   static const FormField fields[] = {
 *           { "name", N_("Name shown in the room"), .hint = N_("As you wish to be called."), .required = true },
 *           { "email", N_("E-mail address"), .kind = FIELD_EMAIL, .required = true, .autocomplete = "email" },
 *           { 0 } };
 *
 *   g_autoptr(Form) form = form_new(req, fields);          // reads what was sent, when something was
 *   form_set(form, "name", person->name);                  // or what stands there at first
 *   if (form_check(form) && !is_free(form_value(form, "email")))
 *           form_fail(form, "email", tr(lang, "This address is registered already."));
 *   if (form_is_ok(form)) … respond_redirect(…);  else … show it again
 *
 * In the view: <form class="stack" method="post" novalidate>, then {{use form_errors(v->form)}} {{use form_csrf()}}
 * {{use form_field(v->form, "name")}} … and a button. A Form belongs to its request. */
#pragma once
#include "web/html.h"

typedef enum {
        FIELD_LINE,      /* one line of text */
        FIELD_TEXT,      /* several lines */
        FIELD_EMAIL,     /* something@host.domain */
        FIELD_URL,       /* http or https */
        FIELD_SLUG,      /* a to z, 0 to 9 and -, as in addresses */
        FIELD_DATE,      /* 2021-01-28 */
        FIELD_TIME,      /* 09:30 */
        FIELD_DATE_TIME, /* 2021-01-28T09:30, in the event's zone */
        FIELD_NUMBER,    /* a whole number, min to max */
        FIELD_SELECT,    /* one of the options, as a list */
        FIELD_CHOICE,    /* one of the options, as cards */
        FIELD_COLOUR,    /* #f2b530, by the browser's own picker */
        FIELD_TICK,      /* a box: "1" or "" */
        FIELD_FILE,      /* needs <form enctype="multipart/form-data">; the handler takes request_upload() */
        FIELD_HIDDEN,
} FieldKind;

typedef struct {
        const char *value, *label, *hint; /* words marked by N_(); hint for cards, may be NULL */
        bool disabled;
} FormOption;

typedef struct {
        const char *name, *label, *hint; /* label and hint marked by N_(); they are translated when shown */
        FieldKind kind;
        bool required;
        int characters_max;        /* 0: 200, and 10,000 for FIELD_TEXT */
        int64_t min, max;          /* FIELD_NUMBER */
        const FormOption *options; /* FIELD_SELECT, FIELD_CHOICE; ends with { 0 }; or given later by form_options() */
        const char *autocomplete;  /* "name", "email"; NULL: none */
        const char *accept;        /* FIELD_FILE: ".xml,application/xml" */
        int rows;                  /* FIELD_TEXT; 0: 4 */
} FormField;

typedef struct Form Form;

/* fields ends with { 0 } and outlives the form. On POST the fields hold what was sent, else what form_set() says. */
Form *form_new(Request *req, const FormField *fields);
/* Without a request: for tests and imports. sent says whether the values stand for what a person sent. */
Form *form_new_plain(const Lang *lang, const FormField *fields, bool sent);
void form_free(Form *form);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Form, form_free)
const Lang *form_lang(const Form *form);

void form_set(Form *form, const char *name, const char *value); /* without effect on a sent form */
/* options end with { 0 } and outlive the form. */
void form_options(Form *form, const char *name, const FormOption *options);
/* Trimmed, line ends as \n, control characters dropped, valid UTF-8; "" when absent. */
const char *form_value(const Form *form, const char *name);
bool form_ticked(const Form *form, const char *name);
/* Checks every field by its kind; true when all are right. A form that was not sent has nothing to check: false. */
bool form_check(Form *form);
/* A rule of the feature refused this field; sentence is translated. The first sentence of a field stays.
 * An empty name is for the whole form. */
void form_fail(Form *form, const char *name, const char *sentence);
bool form_is_ok(const Form *form);                          /* sent, and nothing failed */
const char *form_error(const Form *form, const char *name); /* NULL when right */

/* After form_check: the number that a FIELD_NUMBER holds, otherwise when it is empty. */
int64_t form_number(const Form *form, const char *name, int64_t otherwise);

/* Components for views. */
void form_errors(Html *h, const Form *form); /* what is wrong, with links to the fields; nothing when all is right */
void form_csrf(Html *h);
void form_field(Html *h, const Form *form, const char *name);
