#include "compiler.h"
#include <string.h>

static void refuse_in_fixed(Compiler *c, const Directive *d)
{
        if (c->context == FIXED_VALUE)
                fail(c, d->line, "the attribute %s takes no expression: its parts cannot be checked", c->attribute);
}

static void compile_value(Compiler *c, const Directive *d)
{
        refuse_in_fixed(c, d);
        if (c->context != ADDRESS_VALUE) {
                emit(c, d->line, "%s(h, %s);", c->context == TEXT ? "html_text" : "html_attribute", d->body);
                return;
        }
        if (!strcmp(c->tag, "script") && !g_str_has_prefix(d->body, "asset_url("))
                fail(c, d->line, "the address of a script is asset_url(…), nothing else");
        static const char *const writers[] = { "html_url", "html_url_segment", "html_url_query" };
        if (c->place.address == ADDRESS_FIXED)
                fail(c, d->line,
                     "an expression in %s stands at its start, or after a beginning with / ? # mailto: or tel:",
                     c->attribute);
        emit(c, d->line, "%s(h, %s);", writers[c->place.address], d->body);
        if (c->place.address == ADDRESS_START)
                c->place.address = ADDRESS_PATH;
}

static void compile_number(Compiler *c, const Directive *d)
{
        refuse_in_fixed(c, d);
        if (c->context == ADDRESS_VALUE && c->place.address != ADDRESS_PATH && c->place.address != ADDRESS_QUERY)
                fail(c, d->line, "a number in %s stands after a beginning with / ? or #", c->attribute);
        emit(c, d->line, "html_int(h, %s);", d->body);
}

static size_t first_argument_length(const char *arguments)
{
        const char *p = arguments, *end = p + strlen(p);
        for (int depth = 0; p < end && (depth || *p != ',');) {
                depth += *p == '(' ? 1 : *p == ')' ? -1 : 0;
                p = *p == '"' || *p == '\'' ? skip_c_literal(p, end) : p + 1;
        }
        return (size_t)(p - arguments);
}

/* {{_ "words"}}   {{_ "%s of %d" | a, b}}   {{_ "%d place", "%d places" | count}} */
static void compile_words(Compiler *c, const Directive *d)
{
        refuse_in_fixed(c, d);
        if (c->context == ADDRESS_VALUE)
                fail(c, d->line, "translated words cannot stand in %s, which is an address", c->attribute);
        const char *suffix = c->context == TEXT ? "" : "_attribute";
        const char *p = d->body, *strings[2], *end = d->body + strlen(d->body);
        int count = 0;
        do {
                p = skip_spaces(count ? p + 1 : p);
                if (*p != '"' || count == 2)
                        fail(c, d->line, "{{_ takes one English text in double quotes, or one and many");
                const char *close = skip_c_literal(p, end);
                strings[count++] = keep(c, p, close - p);
                p = skip_spaces(close);
        } while (*p == ',');
        const char *arguments = *p == '|' ? skip_spaces(p + 1) : "";
        if ((*p && *p != '|') || (*p == '|' && !*arguments))
                fail(c, d->line, "after the text of {{_ comes | and its arguments");
        if (count == 2 && !*arguments)
                fail(c, d->line, "{{_ with one and many lacks | and the number");
        if (count == 2)
                emit(c, d->line, "html_plural%s(h, %s, %s, (unsigned long)(%.*s), %s);", suffix, strings[0], strings[1],
                     (int)first_argument_length(arguments), arguments, arguments);
        else if (*arguments)
                emit(c, d->line, "html_words%s(h, %s, %s);", suffix, strings[0], arguments);
        else
                emit(c, d->line, "html_translated%s(h, %s);", suffix, strings[0]);
}

static void compile_use(Compiler *c, const Directive *d)
{
        const char *open = strchr(d->body, '(');
        if (!open || d->body[strlen(d->body) - 1] != ')')
                fail(c, d->line, "{{use}} names a view and its arguments: {{use speaker_card(&v->speaker)}}");
        bool bare = *skip_spaces(open + 1) == ')';
        emit(c, d->line, "%.*s(h%s%s;", (int)(open - d->body), d->body, bare ? "" : ", ", open + 1);
}

/* The function's whole name is checked, and that the call is all there is: "a_html(x) + y" would be something else. */
static void compile_trusted(Compiler *c, const Directive *d)
{
        const char *p = d->body;
        while (g_ascii_isalnum(*p) || *p == '_')
                p++;
        if (*p != '(' || p - d->body < 6 || strncmp(p - 5, "_html", 5) != 0)
                fail(c, d->line, "{{! takes only the call of a function whose name ends in _html");
        int depth = 0;
        const char *end = p + strlen(p);
        while (p < end) {
                if (*p == '"' || *p == '\'') {
                        p = skip_c_literal(p, end);
                        continue;
                }
                depth += *p == '(' ? 1 : *p == ')' ? -1 : 0;
                p++;
                if (!depth)
                        break;
        }
        if (*p || depth)
                fail(c, d->line, "{{! takes only the call of a function whose name ends in _html");
        emit(c, d->line, "html_take_trusted(h, %s);", d->body);
}

/* {{icon arrow}}, or an expression of type Icon */
static void compile_icon(Compiler *c, const Directive *d)
{
        bool word = true;
        for (const char *p = d->body; *p; p++)
                word = word && (g_ascii_islower(*p) || *p == '_');
        g_autofree char *name = word ? g_ascii_strup(d->body, -1) : NULL;
        emit(c, d->line, "html_icon(h, %s%s);", word ? "ICON_" : "", word ? name : d->body);
}

/* Only between elements: these write markup of their own. */
bool compile_markup_directive(Compiler *c, const Directive *d)
{
        switch (d->kind) {
        case USE:
                compile_use(c, d);
                return true;
        case TRUSTED:
                compile_trusted(c, d);
                return true;
        case ICON:
                compile_icon(c, d);
                return true;
        default:
                return false;
        }
}

bool compile_expression(Compiler *c, const Directive *d)
{
        switch (d->kind) {
        case VALUE:
                compile_value(c, d);
                return true;
        case NUMBER:
                compile_number(c, d);
                return true;
        case WORDS:
                compile_words(c, d);
                return true;
        default:
                return false;
        }
}
