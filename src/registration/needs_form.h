/* What somebody needs, as a part of a form; nothing of it is kept without its own consent. Private to registration/. */
#pragma once
#include "registration/registration_rules.h"
#include "web/form.h"

/* Adds the fields to an array of FormField, without its end. */
void needs_fields_add(GArray *fields);
/* Shows what was told before. */
void needs_form_set(Form *form, const Needs *needs);
/* Borrows from the form; fails needs without consent. */
Needs needs_form_read(Form *form);

typedef struct {
        const Form *form;
        bool asks_path; /* one may come on site */
} NeedsFields;
void needs_fields_view(Html *h, const NeedsFields *v);
