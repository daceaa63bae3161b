/* A form takes any value of any field without fault; what its checks let through is what others may rely on. */
#include "base/when.h"
#include "web/form.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const FormOption options[] = { { "a", "A" }, { "b", "B", .disabled = true }, { 0 } };
static const FormField fields[] = {
        { "line", "Line" },
        { "text", "Text", .kind = FIELD_TEXT },
        { "email", "Mail", .kind = FIELD_EMAIL },
        { "url", "Site", .kind = FIELD_URL },
        { "slug", "Address", .kind = FIELD_SLUG },
        { "date", "Day", .kind = FIELD_DATE },
        { "time", "Hour", .kind = FIELD_TIME },
        { "start", "Start", .kind = FIELD_DATE_TIME },
        { "number", "Number", .kind = FIELD_NUMBER, .min = -5, .max = 5 },
        { "choice", "Choice", .kind = FIELD_CHOICE, .options = options },
        { 0 },
};

static bool is_sound(const FormField *field, const char *value)
{
        g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
        int64_t at_us = 0, number = 0;
        switch (field->kind) {
        case FIELD_TEXT:
                return g_utf8_strlen(value, -1) <= 10000;
        case FIELD_EMAIL:
                return strchr(value, '@') && strchr(value, '@') == strrchr(value, '@') &&
                       !strpbrk(value, " \r\n\t<>,;");
        case FIELD_URL:
                return !g_ascii_strncasecmp(value, "http", 4);
        case FIELD_SLUG:
                return !strpbrk(value, "/.?#%& \n");
        case FIELD_DATE:
        case FIELD_DATE_TIME:
                return when_parse(utc, value, &at_us);
        case FIELD_TIME:
                return strlen(value) == 5;
        case FIELD_NUMBER:
                number = g_ascii_strtoll(value, NULL, 10);
                return number >= -5 && number <= 5;
        case FIELD_CHOICE:
                return !strcmp(value, "a");
        default:
                return !strchr(value, '\n') && g_utf8_strlen(value, -1) <= 200;
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        g_autofree char *text = g_utf8_make_valid((const char *)data, (gssize)size);
        g_autoptr(Form) form = form_new_plain(lang_find("en"), fields, true);
        for (const FormField *field = fields; field->name; field++)
                form_set(form, field->name, text);
        form_check(form);
        for (const FormField *field = fields; field->name; field++) {
                const char *value = form_value(form, field->name);
                if (!g_utf8_validate(value, -1, NULL) || strpbrk(value, "\r\x01\x1b\x7f"))
                        abort();
                if (*value && !form_error(form, field->name) && !is_sound(field, value))
                        abort();
        }
        return 0;
}
