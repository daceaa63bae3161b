#include "load/signalling.h"
#include <stdarg.h>

void signalling_fail(Signalling *signalling, const char *format, ...)
{
        if (signalling->failure)
                return;
        va_list arguments;
        va_start(arguments, format);
        signalling->failure = g_strdup_vprintf(format, arguments);
        va_end(arguments);
}
