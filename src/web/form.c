#include "web/form.h"
#include "web/form_private.h"
#include <string.h>

static void fault_free(gpointer data)
{
        FormFault *fault = data;
        g_free(fault->name);
        g_free(fault->sentence);
        g_free(fault->label);
        g_free(fault);
}

Form *form_new_plain(const Lang *lang, const FormField *fields, bool sent)
{
        Form *form = g_new0(Form, 1);
        form->fields = fields;
        form->lang = lang;
        form->sent = sent;
        form->values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
        form->options = g_hash_table_new(g_str_hash, g_str_equal);
        form->faults = g_ptr_array_new_with_free_func(fault_free);
        return form;
}

/* Trims, writes line ends as \n and drops other control characters, which no field of ours means. */
static char *tidy(const char *text)
{
        g_autoptr(GString) out = g_string_sized_new(strlen(text));
        for (const char *p = text; *p; p = g_utf8_next_char(p)) {
                gunichar ch = g_utf8_get_char(p);
                if (ch == '\r')
                        g_string_append(out, p[1] == '\n' ? "" : "\n");
                else if (ch == '\n' || ch == '\t' || !g_unichar_iscntrl(ch))
                        g_string_append_unichar(out, ch);
        }
        return g_strstrip(g_strdup(out->str));
}

static void read_sent_values(Form *form)
{
        for (const FormField *field = form->fields; field->name; field++)
                g_hash_table_replace(form->values, g_strdup(field->name),
                                     tidy(request_field(form->request, field->name)));
}

Form *form_new(Request *req, const FormField *fields)
{
        Form *form = form_new_plain(request_lang(req), fields, request_method(req) == POST);
        form->request = req;
        if (form->sent)
                read_sent_values(form);
        return form;
}

void form_free(Form *form)
{
        if (!form)
                return;
        g_hash_table_unref(form->values);
        g_hash_table_unref(form->options);
        g_ptr_array_unref(form->faults);
        g_free(form);
}

const Lang *form_lang(const Form *form)
{
        return form->lang;
}

const FormField *form_find_field(const Form *form, const char *name)
{
        for (const FormField *field = form->fields; field->name; field++)
                if (!strcmp(field->name, name))
                        return field;
        return NULL;
}

void form_set(Form *form, const char *name, const char *value)
{
        if (form->sent && form->request)
                return;
        g_hash_table_replace(form->values, g_strdup(name), value ? tidy(value) : g_strdup(""));
}

void form_options(Form *form, const char *name, const FormOption *options)
{
        const FormField *field = form_find_field(form, name);
        g_return_if_fail(field);
        g_hash_table_replace(form->options, (gpointer)field->name, (gpointer)options);
}

const FormOption *form_field_options(const Form *form, const FormField *field)
{
        static const FormOption none[] = { { 0 } };
        const FormOption *given = g_hash_table_lookup(form->options, field->name);
        return given ? given : field->options ? field->options : none;
}

const char *form_value(const Form *form, const char *name)
{
        const char *value = g_hash_table_lookup(form->values, name);
        return value ? value : "";
}

bool form_ticked(const Form *form, const char *name)
{
        return *form_value(form, name) != '\0';
}

int64_t form_number(const Form *form, const char *name, int64_t otherwise)
{
        const char *value = form_value(form, name);
        return *value ? g_ascii_strtoll(value, NULL, 10) : otherwise;
}

const char *form_error(const Form *form, const char *name)
{
        for (guint i = 0; i < form->faults->len; i++) {
                const FormFault *fault = g_ptr_array_index(form->faults, i);
                if (!strcmp(fault->name, name))
                        return fault->sentence;
        }
        return NULL;
}

/* A tick's label is a whole sentence: the summary needs its beginning. */
static char *short_label(const Form *form, const FormField *field)
{
        enum { CHARACTERS_MAX = 48 };
        const char *label = tr(form->lang, field->label);
        if (g_utf8_strlen(label, -1) <= CHARACTERS_MAX)
                return g_strdup(label);
        g_autofree char *beginning = g_utf8_substring(label, 0, CHARACTERS_MAX);
        return g_strconcat(g_strchomp(beginning), "…", NULL);
}

void form_fail(Form *form, const char *name, const char *sentence)
{
        if (form_error(form, name))
                return;
        const FormField *field = form_find_field(form, name);
        FormFault *fault = g_new0(FormFault, 1);
        fault->name = g_strdup(name);
        fault->sentence = g_strdup(sentence);
        fault->label = field && field->label ? short_label(form, field) : NULL;
        g_ptr_array_add(form->faults, fault);
}

bool form_is_ok(const Form *form)
{
        return form->sent && form->faults->len == 0;
}

/* --- Components --- */

void form_errors(Html *h, const Form *form)
{
        if (form->faults->len)
                form_errors_view(h, form->faults);
}

void form_csrf(Html *h)
{
        form_csrf_view(h, request_csrf(html_request(h)));
}

static const char *input_type(FieldKind kind)
{
        switch (kind) {
        case FIELD_EMAIL:
                return "email";
        case FIELD_URL:
                return "url";
        case FIELD_DATE:
                return "date";
        case FIELD_TIME:
                return "time";
        case FIELD_DATE_TIME:
                return "datetime-local";
        case FIELD_FILE:
                return "file";
        case FIELD_COLOUR:
                return "color";
        default:
                return "text";
        }
}

static char *described_by(const FormField *field, const char *error)
{
        if (!error && !field->hint)
                return NULL;
        return g_strdup_printf("%s%s%s%s%s", error ? field->name : "", error ? "-e" : "",
                               error && field->hint ? " " : "", field->hint ? field->name : "",
                               field->hint ? "-h" : "");
}

void form_field(Html *h, const Form *form, const char *name)
{
        const FormField *field = form_find_field(form, name);
        g_return_if_fail(field);
        const char *error = form_error(form, name);
        g_autofree char *ids = described_by(field, error);
        const Control control = {
                .field = field,
                .options = form_field_options(form, field),
                .value = form_value(form, name),
                .error = error,
                .type = input_type(field->kind),
                .input_mode = field->kind == FIELD_NUMBER ? "numeric" : NULL,
                .described_by = ids,
                .rows = field->rows ? field->rows : 4,
        };
        switch (field->kind) {
        case FIELD_TEXT:
                text_area_view(h, &control);
                break;
        case FIELD_SELECT:
                select_view(h, &control);
                break;
        case FIELD_CHOICE:
                choices_view(h, &control);
                break;
        case FIELD_TICK:
                tick_view(h, &control);
                break;
        case FIELD_HIDDEN:
                hidden_view(h, &control);
                break;
        default:
                input_view(h, &control);
        }
}
