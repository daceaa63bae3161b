#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

/* One write per line, so that lines of several threads do not mix. */
static void log_line(const char *level, const char *format, va_list arguments)
{
        g_autofree char *text = g_strdup_vprintf(format, arguments);
        g_strdelimit(text, "\r\n", ' ');
        g_autoptr(GDateTime) now = g_date_time_new_now_utc();
        g_autofree char *time = g_date_time_format(now, "%Y-%m-%dT%H:%M:%SZ");
        fprintf(stderr, "%s %s %s\n", time, level, text);
}

void log_info(const char *format, ...)
{
        va_list arguments;
        va_start(arguments, format);
        log_line("info", format, arguments);
        va_end(arguments);
}

void log_warn(const char *format, ...)
{
        va_list arguments;
        va_start(arguments, format);
        log_line("warn", format, arguments);
        va_end(arguments);
}
