#include "compiler.h"
#include <string.h>

const char *skip_c_literal(const char *p, const char *end)
{
        char quote = *p++;
        while (p < end && *p != quote)
                p += *p == '\\' ? 2 : 1;
        return MIN(p + 1, end);
}

const char *skip_spaces(const char *p)
{
        while (g_ascii_isspace(*p))
                p++;
        return p;
}

static const char *find_close(const char *p, const char *end)
{
        while (p + 1 < end && !(p[0] == '}' && p[1] == '}'))
                p = *p == '"' || *p == '\'' ? skip_c_literal(p, end) : p + 1;
        return p + 1 < end ? p : NULL;
}

bool at_directive(const Compiler *c)
{
        return c->at + 1 < c->end && c->at[0] == '{' && c->at[1] == '{';
}

static bool starts_with_word(const char *text, const char *word)
{
        size_t length = strlen(word);
        return !strncmp(text, word, length) && (!g_ascii_isalnum(text[length]) && text[length] != '_');
}

Directive read_directive(Compiler *c)
{
        static const struct {
                const char *word;
                Kind kind;
                bool takes_body;
        } table[] = { { "view", VIEW, true },       { "include", INCLUDE, true }, { "if", IF, true },
                      { "else if", ELSE_IF, true }, { "else", ELSE, false },      { "for", FOR, true },
                      { "end", END, false },        { "use", USE, true },         { "icon", ICON, true } };
        static const struct {
                char sign;
                Kind kind;
        } signs[] = { { '=', VALUE }, { '#', NUMBER }, { '!', TRUSTED }, { '_', WORDS } };

        Directive d = { .line = line_at(c, c->at) };
        const char *start = c->at + 2;
        if (start + 1 < c->end && start[0] == '-' && start[1] == '-') {
                const char *close = g_strstr_len(start, c->end - start, "--}}");
                if (!close)
                        fail(c, d.line, "the comment {{-- is not closed by --}}");
                return (Directive){ .kind = COMMENT, .after = close + 4, .line = d.line };
        }
        const char *close = find_close(start, c->end);
        if (!close)
                fail(c, d.line, "{{ is not closed by }}");
        d.after = close + 2;
        g_autofree char *body = g_strstrip(g_strndup(start, (gsize)(close - start)));
        const char *rest = NULL;
        bool takes_body = true;
        for (size_t i = 0; i < G_N_ELEMENTS(signs) && !rest; i++)
                if (body[0] == signs[i].sign) {
                        d.kind = signs[i].kind;
                        rest = body + 1;
                }
        for (size_t i = 0; i < G_N_ELEMENTS(table) && !rest; i++)
                if (starts_with_word(body, table[i].word)) {
                        d.kind = table[i].kind;
                        takes_body = table[i].takes_body;
                        rest = body + strlen(table[i].word);
                }
        if (!rest)
                fail(c, d.line, "{{%s}} is no directive: see src/web/README.md", body);
        while (g_ascii_isspace(*rest))
                rest++;
        if (takes_body != (*rest != '\0'))
                fail(c, d.line, "{{%s}} %s", body, takes_body ? "lacks its expression" : "takes no expression");
        d.body = keep(c, rest, -1);
        return d;
}

bool at_level_end(Compiler *c)
{
        if (!at_directive(c))
                return false;
        Directive d = read_directive(c);
        return d.kind == ELSE || d.kind == ELSE_IF || d.kind == END || d.kind == VIEW;
}
