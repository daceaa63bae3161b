/* html2c IN.html OUT.c: compiles views (HTML with {{ }}) to C functions that write into an Html (web/html.h).
 *
 * What cannot be made safe is refused with FILE:LINE and a sentence. The language is described in src/web/README.md.
 * A wrong C expression is reported by the C compiler at the line of the view, thanks to #line. */
#include "compiler.h"
#include <stdio.h>
#include <string.h>

static void add_header(Compiler *c, const Directive *d, const char *text)
{
        size_t length = strlen(text);
        if (length < 3 || text[0] != '"' || text[length - 1] != '"')
                fail(c, d->line, "a header stands in double quotes, as in #include");
        g_autofree char *line = g_strdup_printf("#include %s\n", text);
        if (!strstr(c->headers->str, line))
                g_string_append(c->headers, line);
}

/* {{view name (const Thing *v) "feature/feature.h"}}; without a header the view is for this file only */
static void begin_view(Compiler *c, const Directive *d)
{
        const char *open = strchr(d->body, '('), *close = open ? strchr(open, ')') : NULL;
        if (!close)
                fail(c, d->line,
                     "{{view}} is followed by a name and a parameter: "
                     "{{view talk_view (const TalkPage *v) \"programme/programme.h\"}}");
        g_autofree char *name = g_strstrip(g_strndup(d->body, (gsize)(open - d->body)));
        g_autofree char *parameters = g_strstrip(g_strndup(open + 1, (gsize)(close - open - 1)));
        const char *header = skip_spaces(close + 1);
        if (*header)
                add_header(c, d, header);
        c->any_public_view = c->any_public_view || *header;
        emit(c, d->line, "%svoid %s(Html *h%s%s)", *header ? "" : "static ", name, *parameters ? ", " : "", parameters);
        g_string_append(c->code, "{\n");
        c->place = (Place){ .attributes = " ", .spaced = true };
        c->pending_space = 0;
}

static void compile_view(Compiler *c, const Directive *d)
{
        begin_view(c, d);
        compile_content(c);
        c->pending_space = 0;
        if (c->at < c->end && !at_directive(c))
                fail_here(c, "%.*s closes nothing that is open", (int)strcspn(c->at, ">") + 1, c->at);
        if (c->at < c->end && read_directive(c).kind != VIEW)
                fail_here(c, "this {{else}} or {{end}} has no {{if}} or {{for}}");
        flush_raw(c);
        g_string_append(c->code, "}\n\n");
}

static void compile_file(Compiler *c)
{
        while (c->at < c->end) {
                if (g_ascii_isspace(*c->at)) {
                        c->at++;
                        continue;
                }
                if (!at_directive(c))
                        fail_here(c, "a view's file begins with {{view name (parameter) \"header\"}}");
                Directive d = read_directive(c);
                c->at = d.after;
                if (d.kind == VIEW)
                        compile_view(c, &d);
                else if (d.kind == INCLUDE)
                        add_header(c, &d, d.body);
                else if (d.kind != COMMENT)
                        fail(c, d.line, "a view's file begins with {{view name (parameter) \"header\"}}");
        }
        if (!c->any_public_view)
                fail(c, 1, "no {{view}} of this file names a header, so nobody can call it");
}

/* A value of the wrong type would be escaped wrongly or crash: the compiler must stop there. */
static const char strictness[] = "#pragma GCC diagnostic error \"-Wint-conversion\"\n"
                                 "#pragma GCC diagnostic error \"-Wincompatible-pointer-types\"\n"
                                 "#pragma GCC diagnostic error \"-Wformat\"\n"
                                 "#pragma GCC diagnostic error \"-Wimplicit-function-declaration\"\n"
                                 "#ifdef __clang__\n"
                                 "#pragma GCC diagnostic error \"-Wincompatible-pointer-types-discards-qualifiers\"\n"
                                 "#else\n"
                                 "#pragma GCC diagnostic error \"-Wdiscarded-qualifiers\"\n"
                                 "#endif\n\n";

static bool write_file(const Compiler *c, const char *path, GError **error)
{
        g_autoptr(GString) out = g_string_new(NULL);
        g_string_append_printf(out, "/* Made from %s by html2c: change that file, not this one. */\n", c->file);
        g_string_append(out, "#include \"web/html.h\"\n");
        g_string_append(out, c->headers->str);
        g_string_append(out, strictness);
        g_string_append(out, c->code->str);
        return g_file_set_contents(path, out->str, (gssize)out->len, error);
}

int main(int argc, char **argv)
{
        if (argc != 3) {
                fprintf(stderr, "usage: html2c IN.html OUT.c\n");
                return 2;
        }
        g_autoptr(GError) error = NULL;
        g_autofree char *source = NULL;
        gsize length = 0;
        if (!g_file_get_contents(argv[1], &source, &length, &error)) {
                fprintf(stderr, "%s\n", error->message);
                return 1;
        }
        g_autoptr(GString) code = g_string_new(NULL), raw = g_string_new(NULL), headers = g_string_new(NULL);
        Compiler c = { .file = argv[1], .source = source, .at = source, .end = source + length };
        c.code = code;
        c.raw = raw;
        c.headers = headers;
        c.strings = g_string_chunk_new(4096);
        if (!g_utf8_validate(source, (gssize)length, NULL))
                fail(&c, 1, "the file is not UTF-8");
        compile_file(&c);
        bool written = write_file(&c, argv[2], &error);
        if (!written)
                fprintf(stderr, "%s\n", error->message);
        g_string_chunk_free(c.strings);
        return written ? 0 : 1;
}
