#include "web/form.h"
#include "web/form_private.h"
#include "base/when.h"
#include <string.h>

/* Each check answers NULL when the value is right, else a sentence in the form's language; values are not empty. */

enum { EMAIL_CHARACTERS_MAX = 254, SLUG_CHARACTERS_MAX = 40 }; /* RFC 5321 4.5.3.1.3 */

static const char *check_email(const Lang *lang, const char *value)
{
        const char *at = strrchr(value, '@');
        if (!at)
                return tr(lang, "There is no @ in this address.");
        const char *dot = strrchr(at, '.');
        if (!dot || !dot[1])
                return tr(lang, "The end of the address is missing, for example “.org”.");
        bool odd = at == value || at[1] == '.' || strpbrk(value, " \t\n<>()[],;:\\\"") || strchr(value, '@') != at ||
                   strstr(value, "..") || g_utf8_strlen(value, -1) > EMAIL_CHARACTERS_MAX;
        return odd ? tr(lang, "This is not an e-mail address such as name@example.org.") : NULL;
}

static const char *check_url(const Lang *lang, const char *value)
{
        g_autoptr(GUri) uri = g_uri_parse(value, G_URI_FLAGS_NONE, NULL);
        const char *scheme = uri ? g_uri_get_scheme(uri) : "";
        bool web = !g_strcmp0(scheme, "http") || !g_strcmp0(scheme, "https");
        return web && g_uri_get_host(uri) && *g_uri_get_host(uri)
                       ? NULL
                       : tr(lang, "This is not a web address such as https://example.org/page.");
}

static const char *check_slug(const Lang *lang, const char *value)
{
        size_t length = strspn(value, "abcdefghijklmnopqrstuvwxyz0123456789-");
        if (value[length] || length > SLUG_CHARACTERS_MAX || value[0] == '-' || value[length - 1] == '-')
                return tr(lang, "Only small letters from a to z, digits and hyphens between them, 40 at most.");
        return NULL;
}

/* Which zone it is read in makes no difference to whether it is a date. */
static bool is_date_of(const char *value, size_t length)
{
        g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
        int64_t at_us = 0;
        return strlen(value) == length && when_parse(utc, value, &at_us);
}

static const char *check_date(const Lang *lang, const char *value)
{
        return is_date_of(value, strlen("2021-01-28")) ? NULL : tr(lang, "This is not a date such as 2021-01-28.");
}

static const char *check_date_time(const Lang *lang, const char *value)
{
        return is_date_of(value, strlen("2021-01-28T09:30"))
                       ? NULL
                       : tr(lang, "This is not a date and time such as 2021-01-28T09:30.");
}

static const char *check_time(const Lang *lang, const char *value)
{
        g_autofree char *on_a_day = g_strconcat("2021-01-28T", value, NULL);
        return is_date_of(on_a_day, strlen("2021-01-28T09:30")) ? NULL : tr(lang, "This is not a time such as 09:30.");
}

static void check_number(Form *form, const FormField *field, const char *value)
{
        gint64 number = 0;
        if (!g_ascii_string_to_signed(value, 10, field->min, field->max, &number, NULL)) {
                g_autofree char *sentence = g_strdup_printf(tr(form->lang, "A whole number from %ld to %ld, please."),
                                                            (long)field->min, (long)field->max);
                form_fail(form, field->name, sentence);
        }
}

static void check_option(Form *form, const FormField *field, const char *value)
{
        for (const FormOption *option = form_field_options(form, field); option->value; option++)
                if (!strcmp(option->value, value) && !option->disabled)
                        return;
        form_fail(form, field->name, tr(form->lang, "Choose one of these."));
}

static void check_length(Form *form, const FormField *field, const char *value)
{
        int characters_max = field->characters_max ? field->characters_max : field->kind == FIELD_TEXT ? 10000 : 200;
        if (field->kind == FIELD_EMAIL)
                characters_max = EMAIL_CHARACTERS_MAX;
        if (g_utf8_strlen(value, -1) <= characters_max)
                return;
        g_autofree char *sentence = g_strdup_printf(
                tr_n(form->lang, "At most %d character.", "At most %d characters.", (unsigned long)characters_max),
                characters_max);
        form_fail(form, field->name, sentence);
}

static const char *missing_sentence(const Lang *lang, FieldKind kind)
{
        switch (kind) {
        case FIELD_SELECT:
        case FIELD_CHOICE:
                return tr(lang, "Choose one of these.");
        case FIELD_TICK:
                return tr(lang, "Tick this box to go on.");
        case FIELD_FILE:
                return tr(lang, "Choose a file.");
        default:
                return tr(lang, "Fill this in.");
        }
}

static const char *check_line(const Lang *lang, const char *value)
{
        return strchr(value, '\n') ? tr(lang, "One line only, please.") : NULL;
}

static const char *check_colour(const Lang *lang, const char *value)
{
        bool right = value[0] == '#' && strlen(value) == 7 && strspn(value + 1, "0123456789abcdefABCDEF") == 6;
        return right ? NULL : tr(lang, "A colour is written as # and six digits or letters from a to f: #f2b530.");
}

typedef const char *(*Check)(const Lang *lang, const char *value);

static void check_content(Form *form, const FormField *field, const char *value)
{
        static const Check checks[FIELD_HIDDEN + 1] = {
                [FIELD_LINE] = check_line,           [FIELD_EMAIL] = check_email, [FIELD_URL] = check_url,
                [FIELD_SLUG] = check_slug,           [FIELD_DATE] = check_date,   [FIELD_TIME] = check_time,
                [FIELD_DATE_TIME] = check_date_time, [FIELD_HIDDEN] = check_line, [FIELD_COLOUR] = check_colour,
        };
        check_length(form, field, value);
        if (field->kind == FIELD_NUMBER)
                check_number(form, field, value);
        else if (field->kind == FIELD_SELECT || field->kind == FIELD_CHOICE)
                check_option(form, field, value);
        else if (checks[field->kind]) {
                const char *sentence = checks[field->kind](form->lang, value);
                if (sentence)
                        form_fail(form, field->name, sentence);
        }
}

bool form_check(Form *form)
{
        for (const FormField *field = form->fields; form->sent && field->name; field++) {
                const char *value = form_value(form, field->name);
                bool present = field->kind == FIELD_FILE ? form->request && request_upload(form->request, field->name)
                                                         : *value != '\0';
                if (!present && field->required)
                        form_fail(form, field->name, missing_sentence(form->lang, field->kind));
                else if (present && field->kind != FIELD_FILE && field->kind != FIELD_TICK)
                        check_content(form, field, value);
        }
        return form_is_ok(form);
}
