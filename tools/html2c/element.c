#include "compiler.h"
#include <string.h>

static const char *const void_elements[] = { "area", "br",   "col",   "hr",     "img", "input",
                                             "link", "meta", "track", "source", "wbr", NULL };
static const char *const refused_elements[] = {
        "style",         "base",          "object",  "embed", "applet", "frame",   "frameset",
        "xmp",           "plaintext",     "animate", "set",   "math",   "noembed", "animatetransform",
        "animatemotion", "foreignobject", NULL
};
/* White space beside these does not show. */
static const char *const block_elements[] = {
        "html",    "head",    "body",   "title",  "meta",     "link",   "script", "div",        "p",      "ul",
        "ol",      "li",      "dl",     "dt",     "dd",       "h1",     "h2",     "h3",         "h4",     "section",
        "article", "aside",   "header", "footer", "nav",      "main",   "figure", "figcaption", "form",   "fieldset",
        "legend",  "table",   "thead",  "tbody",  "tr",       "th",     "td",     "caption",    "hr",     "blockquote",
        "details", "summary", "dialog", "option", "optgroup", "symbol", "g",      "path",       "circle", "rect",
        "use",     "defs",    "br",     "pre",    NULL
};

static void compile_plain_text(Compiler *c);

static void append_space_or_text(Compiler *c, char ch)
{
        if (c->verbatim) {
                g_string_append_c(c->raw, ch);
        } else if (g_ascii_isspace(ch)) {
                c->pending_space = ch == '\n' || c->pending_space == '\n' ? '\n' : ' ';
        } else {
                flush_space(c);
                g_string_append_c(c->raw, ch);
                c->place.spaced = false;
        }
}

static void compile_text_level(Compiler *c, bool markup)
{
        while (c->at < c->end && !at_level_end(c)) {
                if (at_directive(c)) {
                        Directive d = read_directive(c);
                        c->at = d.after;
                        if (d.kind == COMMENT)
                                continue;
                        flush_space(c);
                        c->context = TEXT;
                        if (compile_expression(c, &d) || (markup && compile_markup_directive(c, &d)))
                                c->place.spaced = false;
                        else if (!compile_block(c, &d, markup ? compile_content : compile_plain_text))
                                fail(c, d.line, "this directive cannot stand here");
                } else if (*c->at == '<') {
                        return;
                } else {
                        append_space_or_text(c, *c->at++);
                }
        }
}

static void compile_plain_text(Compiler *c)
{
        compile_text_level(c, false);
}

/* <title> and <textarea>: text and expressions, no elements */
static void compile_plain_element(Compiler *c, const char *name, int line)
{
        if (!strcmp(name, "textarea")) {
                c->verbatim = true;
                if (c->at < c->end && *c->at == '\n')
                        c->at++;
                g_string_append_c(c->raw, '\n'); /* the parser eats it, and not the first line of the value */
        }
        compile_plain_text(c);
        c->verbatim = false;
        if (c->at < c->end && *c->at == '<' && c->at[1] != '/')
                fail_here(c, "<%s> holds text only", name);
        if (c->at >= c->end)
                fail(c, line, "<%s> is never closed", name);
}

static void close_element(Compiler *c, const char *name, int line)
{
        if (c->at >= c->end)
                fail(c, line, "<%s> is never closed", name);
        if (*c->at != '<')
                fail_here(c, "%.*s}} comes before </%s>, which line %d asks for", (int)strcspn(c->at, " }"), c->at,
                          name, line);
        const char *start = c->at + 2, *stop = start;
        while (stop < c->end && (g_ascii_isalnum(*stop) || *stop == '-'))
                stop++;
        g_autofree char *closed = g_strndup(start, (gsize)(stop - start));
        if (g_ascii_strcasecmp(closed, name) != 0)
                fail_here(c, "</%s> where </%s> is due, for line %d", closed, name, line);
        if (stop >= c->end || *stop != '>')
                fail_here(c, "</%s has no >", closed);
        c->at = stop + 1;
        bool block = g_strv_contains(block_elements, name);
        if (block)
                c->pending_space = 0;
        flush_space(c);
        g_string_append_printf(c->raw, "</%s>", name);
        c->place.spaced = block;
}

static void compile_inside(Compiler *c, const char *name, int line)
{
        bool was_verbatim = c->verbatim;
        c->verbatim = was_verbatim || !strcmp(name, "pre");
        if (!strcmp(name, "script") && *c->at != '<')
                fail_here(c, "a script stands in the feature's .js, not in the page");
        if (!strcmp(name, "textarea") || (!strcmp(name, "title") && !c->in_svg))
                compile_plain_element(c, name, line);
        else
                compile_content(c);
        c->verbatim = was_verbatim;
        close_element(c, name, line);
}

static const char *read_tag_name(Compiler *c)
{
        const char *start = ++c->at;
        while (c->at < c->end && (g_ascii_isalnum(*c->at) || *c->at == '-'))
                c->at++;
        g_autofree char *name = g_strndup(start, (gsize)(c->at - start));
        g_autofree char *lower = g_ascii_strdown(name, -1);
        if (g_strv_contains(refused_elements, lower))
                fail_here(c, "<%s> is refused: it cannot be made safe, or the pages' policy forbids it", lower);
        if (c->in_svg && !strcmp(lower, "script"))
                fail_here(c, "a <script> has no place inside <svg>");
        return keep(c, c->in_svg ? name : lower, -1);
}

static void compile_element(Compiler *c)
{
        int line = line_at(c, c->at);
        bool was_in_svg = c->in_svg;
        const char *name = read_tag_name(c);
        bool block = g_strv_contains(block_elements, name);
        if (block)
                c->pending_space = 0;
        flush_space(c);
        g_string_append_printf(c->raw, "<%s", name);
        c->in_svg = c->in_svg || !strcmp(name, "svg");
        c->tag = name;
        c->place.attributes = " ";
        compile_attributes(c);
        if (c->at >= c->end)
                fail(c, line, "the tag <%s is not closed by >", name);
        if (at_directive(c))
                fail_here(c, "a {{block}} ends inside the tag <%s that was begun outside of it", name);
        bool slash = *c->at == '/';
        c->at += slash;
        if (c->at >= c->end || *c->at != '>')
                fail_here(c, "in <%s a / is followed by >", name);
        c->at++;
        bool is_void = g_strv_contains(void_elements, name);
        if (slash && !is_void && !c->in_svg)
                fail(c, line, "<%s/> does not close the element: write </%s>", name, name);
        g_string_append(c->raw, slash && !is_void ? "/>" : ">");
        c->place = (Place){ .attributes = " ", .spaced = block };
        if (!slash && !is_void)
                compile_inside(c, name, line);
        c->in_svg = was_in_svg;
}

void compile_content(Compiler *c)
{
        for (;;) {
                compile_text_level(c, true);
                if (c->at >= c->end || *c->at != '<' || (c->at + 1 < c->end && c->at[1] == '/'))
                        return;
                if (g_ascii_isalpha(c->at[1])) {
                        compile_element(c);
                } else if (!g_ascii_strncasecmp(c->at, "<!doctype html>", 15)) {
                        g_string_append(c->raw, "<!DOCTYPE html>");
                        c->place.spaced = true;
                        c->at += 15;
                } else if (c->at[1] == '!') {
                        fail_here(c, "comments are written {{-- … --}}: they do not go to the reader");
                } else {
                        fail_here(c, "a < that begins no tag is written &lt;");
                }
        }
}
