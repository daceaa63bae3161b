/* Inside web/: what form.c, its checks and its views share. */
#pragma once
#include "web/form.h"

struct Form {
        const FormField *fields;
        const Lang *lang;
        Request *request;    /* NULL, or where sent values are read */
        GHashTable *values;  /* name → tidied value */
        GHashTable *options; /* name → const FormOption * */
        GPtrArray *faults;   /* FormFault *, in the order they were found, one per name */
        bool sent;
};

typedef struct {
        char *name, *sentence;
        char *label; /* translated; NULL for the whole form */
} FormFault;

const FormField *form_find_field(const Form *form, const char *name); /* NULL when there is none */
const FormOption *form_field_options(const Form *form, const FormField *field);

/* What the view of one control needs. */
typedef struct {
        const FormField *field;
        const FormOption *options;
        const char *value, *error;
        const char *type, *input_mode; /* of <input> */
        const char *described_by;      /* ids of error and hint; NULL when there is neither */
        int rows;
} Control;

void fault_view(Html *h, const FormFault *v);
void form_errors_view(Html *h, const GPtrArray *faults);
void form_csrf_view(Html *h, const char *token);
void input_view(Html *h, const Control *v);
void text_area_view(Html *h, const Control *v);
void select_view(Html *h, const Control *v);
void choices_view(Html *h, const Control *v);
void tick_view(Html *h, const Control *v);
void hidden_view(Html *h, const Control *v);
