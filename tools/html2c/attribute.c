#include "compiler.h"
#include <string.h>

/* A literal beginning decides what may follow in an address. */
static void read_address_literal(Compiler *c, const char *text, size_t length)
{
        if (!length)
                return;
        g_autofree char *literal = g_strndup(text, length);
        if (c->place.address == ADDRESS_START) {
                g_autofree char *scheme = g_ascii_strdown(literal, -1);
                static const char *const hidden[] = { "javascript", "vbscript", "data", NULL };
                size_t colon = strcspn(scheme, ":/?#");
                if (literal[0] == ' ' || literal[0] == '&' || g_ascii_iscntrl(literal[0]))
                        fail_here(c, "an address begins with neither space nor &");
                if (scheme[colon] == ':') {
                        scheme[colon] = '\0';
                        if (g_strv_contains(hidden, scheme))
                                fail_here(c, "an address with %s: is refused", scheme);
                }
                if (literal[0] == '/' && (literal[1] == '/' || literal[1] == '\\'))
                        fail_here(c, "an address with // would leave the site");
                if (literal[0] == '/' || literal[0] == '?' || literal[0] == '#')
                        c->place.address = ADDRESS_PATH;
                else if (!strcmp(scheme, "mailto") || !strcmp(scheme, "tel"))
                        c->place.address = ADDRESS_QUERY;
                else
                        c->place.address = ADDRESS_FIXED;
        }
        if (c->place.address == ADDRESS_PATH && strpbrk(literal, "?#"))
                c->place.address = ADDRESS_QUERY;
}

static void compile_value_level(Compiler *c)
{
        while (c->at < c->end && *c->at != c->quote && !at_level_end(c)) {
                if (at_directive(c)) {
                        Directive d = read_directive(c);
                        c->at = d.after;
                        if (!compile_expression(c, &d) && !compile_block(c, &d, compile_value_level))
                                fail(c, d.line, "this directive cannot stand in an attribute's value");
                        continue;
                }
                const char *start = c->at;
                while (c->at < c->end && *c->at != c->quote && !at_directive(c))
                        c->at++;
                const char *stop = c->at;
                c->at = start;
                if (c->context == ADDRESS_VALUE)
                        read_address_literal(c, start, (size_t)(stop - start));
                g_string_append_len(c->raw, start, stop - start);
                c->at = stop;
        }
}

static void refuse_attribute(Compiler *c, const char *name)
{
        static const struct {
                const char *name, *why;
        } refused[] = {
                { "style", "the policy of the pages refuses style attributes: write a class in the feature's .css" },
                { "srcdoc", "a document inside an attribute cannot be escaped safely" },
                { "http-equiv", "the server sends the headers" },
                { "xlink:href", "write href" },
                { "ping", "no page tells anyone who followed a link" },
        };
        if (g_str_has_prefix(name, "on"))
                fail_here(c, "%s: event handlers belong in the feature's .js, with addEventListener", name);
        for (size_t i = 0; i < G_N_ELEMENTS(refused); i++)
                if (!strcmp(name, refused[i].name))
                        fail_here(c, "%s: %s", name, refused[i].why);
}

static Context attribute_context(const char *name)
{
        static const char *const addresses[] = { "href", "src", "action", "formaction", "poster", "cite", NULL };
        static const char *const fixed[] = { "srcset", "imagesrcset", "sandbox", "allow", "rel", "integrity", NULL };
        return g_strv_contains(addresses, name) ? ADDRESS_VALUE
               : g_strv_contains(fixed, name)   ? FIXED_VALUE
                                                : PLAIN_VALUE;
}

static void compile_attribute(Compiler *c)
{
        const char *start = c->at;
        while (c->at < c->end && (g_ascii_isalnum(*c->at) || strchr("-_:.", *c->at)))
                c->at++;
        if (!g_ascii_isalpha(*start))
                fail_here(c, "an attribute's name begins with a letter, not with \"%c\"", *start);
        /* HTML's names are the same in any case; SVG's viewBox is not */
        g_autofree char *written = g_strndup(start, (gsize)(c->at - start));
        g_autofree char *name = g_ascii_strdown(written, -1);
        refuse_attribute(c, name);
        g_autofree char *spaced = g_strdup_printf(" %s ", name);
        if (strstr(c->place.attributes, spaced))
                fail_here(c, "the attribute %s stands twice in <%s>", name, c->tag);
        g_autofree char *longer = g_strconcat(c->place.attributes, spaced + 1, NULL);
        c->place.attributes = keep(c, longer, -1);
        g_string_append_printf(c->raw, " %s", c->in_svg ? written : name);
        if (c->at >= c->end || *c->at != '=')
                return;
        c->at++;
        if (c->at >= c->end || (*c->at != '"' && *c->at != '\''))
                fail_here(c, "the value of %s must stand in quotes", name);
        c->quote = *c->at++;
        c->attribute = keep(c, name, -1);
        c->context = attribute_context(name);
        c->place.address = ADDRESS_START;
        int line = line_at(c, c->at);
        g_string_append_printf(c->raw, "=%c", c->quote);
        compile_value_level(c);
        if (c->at >= c->end)
                fail(c, line, "the value of %s is not closed by %c", name, c->quote);
        if (*c->at != c->quote)
                fail_here(c, "a {{block}} ends inside the value of %s that was begun outside of it", name);
        g_string_append_c(c->raw, *c->at++);
        c->place.address = ADDRESS_START;
}

void compile_attributes(Compiler *c)
{
        while (c->at < c->end && *c->at != '>' && *c->at != '/' && !at_level_end(c)) {
                if (g_ascii_isspace(*c->at)) {
                        c->at++;
                } else if (at_directive(c)) {
                        Directive d = read_directive(c);
                        if (d.kind == VALUE || d.kind == NUMBER || d.kind == WORDS)
                                fail(c, d.line, "an expression cannot make the name of a tag or of an attribute");
                        c->at = d.after;
                        if (!compile_block(c, &d, compile_attributes))
                                fail(c, d.line, "this directive cannot stand inside a tag");
                } else {
                        compile_attribute(c);
                }
        }
}
