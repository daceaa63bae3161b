#include "compiler.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int line_at(const Compiler *c, const char *position)
{
        int line = 1;
        for (const char *p = c->source; p < position; p++)
                line += *p == '\n';
        return line;
}

G_NORETURN void fail(const Compiler *c, int line, const char *format, ...)
{
        va_list arguments;
        va_start(arguments, format);
        fprintf(stderr, "%s:%d: error: ", c->file, line);
        vfprintf(stderr, format, arguments);
        fputc('\n', stderr);
        va_end(arguments);
        exit(1);
}

const char *keep(Compiler *c, const char *text, gssize length)
{
        return g_string_chunk_insert_len(c->strings, text, length);
}

void append_c_string(GString *out, const char *text, size_t length)
{
        g_string_append_c(out, '"');
        for (size_t i = 0; i < length; i++) {
                unsigned char ch = (unsigned char)text[i];
                if (ch == '"' || ch == '\\')
                        g_string_append_printf(out, "\\%c", ch);
                else if (ch == '\n')
                        g_string_append(out, "\\n");
                else if (ch < 0x20 || ch == '?')
                        g_string_append_printf(out, "\\%03o", ch);
                else
                        g_string_append_c(out, (char)ch);
        }
        g_string_append_c(out, '"');
}

void flush_raw(Compiler *c)
{
        if (!c->raw->len)
                return;
        g_string_append(c->code, "html_raw(h, ");
        append_c_string(c->code, c->raw->str, c->raw->len);
        g_string_append_printf(c->code, ", %zu);\n", c->raw->len);
        g_string_truncate(c->raw, 0);
}

void flush_space(Compiler *c)
{
        if (c->pending_space && !c->place.spaced) {
                g_string_append_c(c->raw, c->pending_space);
                c->place.spaced = true;
        }
        c->pending_space = 0;
}

void emit(Compiler *c, int line, const char *format, ...)
{
        flush_raw(c);
        g_string_append_printf(c->code, "#line %d ", line);
        append_c_string(c->code, c->file, strlen(c->file));
        g_string_append_c(c->code, '\n');
        va_list arguments;
        va_start(arguments, format);
        g_string_append_vprintf(c->code, format, arguments);
        va_end(arguments);
        g_string_append_c(c->code, '\n');
}
