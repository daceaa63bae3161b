#include "programme/formats/ical_line.h"

#include "programme/schedule_time.h"

#include <string.h>

#define LINE_MAX_BYTES (512 * 1024)
#define DURATION_MAX_S (400 * 86400)

/* One line of the file without its end; a line that is longer than any is cut. */
static void append_line(IcalReader *reader)
{
        const char *end = memchr(reader->next, '\n', (size_t)(reader->end - reader->next));
        const char *stop = end ? end : reader->end;
        size_t length = (size_t)(stop - reader->next);
        if (length && reader->next[length - 1] == '\r')
                length--;
        if (reader->text->len < LINE_MAX_BYTES)
                g_string_append_len(reader->text, reader->next, (gssize)MIN(length, LINE_MAX_BYTES));
        reader->next = end ? end + 1 : reader->end;
        reader->line++;
}

/* The ":" that begins the value, and ";" of parameters, do not count inside quotes. */
static char *find_outside_quotes(char *text, const char *wanted)
{
        bool quoted = false;
        for (char *c = text; *c; c++) {
                if (*c == '"')
                        quoted = !quoted;
                else if (!quoted && strchr(wanted, *c))
                        return c;
        }
        return NULL;
}

static void split(IcalReader *reader, IcalLine *ret_line)
{
        char *text = reader->text->str;
        char *colon = find_outside_quotes(text, ":");
        if (!colon) /* a quote that is not closed */
                colon = strchr(text, ':');
        ret_line->bad = !colon;
        if (!colon)
                return;
        *colon = 0;
        ret_line->value = colon + 1;
        char *semicolon = strchr(text, ';');
        if (semicolon) {
                *semicolon = 0;
                ret_line->parameters = semicolon + 1;
        }
}

/* Characters may be cut in two by folding (3.1), so that only a whole line can be looked at. Old calendars name a
 * character set by line (vCalendar 1.0). */
static bool make_text(GString *text)
{
        if (g_utf8_validate_len(text->str, text->len, NULL))
                return true;
        g_autofree char *head = g_ascii_strup(text->str, (gssize)strcspn(text->str, ":"));
        const char *said = strstr(head, "CHARSET=");
        if (!said)
                return false;
        g_autofree char *name = g_strndup(said + 8, strcspn(said + 8, ";:"));
        g_autofree char *converted =
                strlen(name) < 20 ? g_convert(text->str, (gssize)text->len, "UTF-8", name, NULL, NULL, NULL) : NULL;
        if (converted)
                g_string_assign(text, converted);
        return converted && g_utf8_validate(text->str, (gssize)text->len, NULL);
}

bool ical_line_next(IcalReader *reader, IcalLine *ret_line)
{
        g_string_truncate(reader->text, 0);
        while (!reader->text->len) {
                if (reader->next >= reader->end)
                        return false;
                *ret_line = (IcalLine){ .parameters = "", .value = "", .line = reader->line };
                append_line(reader);
        }
        while (reader->next < reader->end && (*reader->next == ' ' || *reader->next == '\t')) {
                reader->next++;
                append_line(reader);
        }
        for (gsize i = 0; i < reader->text->len; i++) /* what is no text would end the line before its time */
                if (!reader->text->str[i])
                        reader->text->str[i] = ' ';
        ret_line->not_text = !make_text(reader->text);
        ret_line->name = reader->text->str;
        split(reader, ret_line);
        return true;
}

char *ical_parameter(const IcalLine *line, const char *name)
{
        g_autofree char *copy = g_strdup(line->parameters);
        size_t length = strlen(name);
        for (char *part = copy, *next; part; part = next) {
                next = find_outside_quotes(part, ";");
                if (next)
                        *next++ = 0;
                if (g_ascii_strncasecmp(part, name, length) || part[length] != '=')
                        continue;
                g_autofree char *value = g_strdup(part + length + 1);
                return g_strstrip(g_strdelimit(g_steal_pointer(&value), "\"", ' '));
        }
        return NULL;
}

char *ical_text(const char *value)
{
        GString *text = g_string_sized_new(strlen(value));
        for (const char *c = value; *c; c++) {
                if (*c == '\\' && c[1]) {
                        c++;
                        g_string_append_c(text, *c == 'n' || *c == 'N' ? '\n' : *c);
                } else {
                        g_string_append_c(text, *c);
                }
        }
        return g_string_free(text, FALSE);
}

static bool digits(const char *text, int count)
{
        for (int i = 0; i < count; i++)
                if (!g_ascii_isdigit(text[i]))
                        return false;
        return true;
}

bool ical_time(const char *value, char ret_date[11], int *ret_seconds, bool *ret_utc)
{
        char date[11], clock[9];
        if (!digits(value, 8))
                return false;
        g_snprintf(date, sizeof date, "%.4s-%.2s-%.2s", value, value + 4, value + 6);
        char checked[11];
        if (!date_read(date, checked))
                return false;
        if (!value[8]) {
                g_strlcpy(ret_date, checked, 11);
                *ret_seconds = -1;
                *ret_utc = false;
                return true;
        }
        if (value[8] != 'T' || !digits(value + 9, 6))
                return false;
        g_snprintf(clock, sizeof clock, "%.2s:%.2s:%.2s", value + 9, value + 11, value + 13);
        bool utc = value[15] == 'Z';
        int seconds;
        if (value[15 + utc] || !clock_read(clock, &seconds))
                return false;
        g_strlcpy(ret_date, checked, 11);
        *ret_seconds = seconds;
        *ret_utc = utc;
        return true;
}

bool ical_duration(const char *value, int *ret_seconds)
{
        gint64 total = 0, number = 0;
        bool seen = false;
        if (*value == '+')
                value++;
        if (*value++ != 'P')
                return false;
        for (; *value; value++) {
                static const char units[] = "WDHMS";
                static const int lengths[] = { 7 * 86400, 86400, 3600, 60, 1 };
                const char *unit = strchr(units, *value);
                if (*value == 'T')
                        continue;
                if (g_ascii_isdigit(*value)) {
                        number = MIN(number * 10 + (*value - '0'), DURATION_MAX_S);
                } else if (unit) {
                        total += number * lengths[unit - units];
                        number = 0;
                        seen = true;
                } else {
                        return false;
                }
        }
        if (!seen || number || total > DURATION_MAX_S)
                return false;
        *ret_seconds = (int)total;
        return true;
}
