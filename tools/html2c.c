/* html2c IN.html OUT.c: compiles views (HTML with {{ }}) to C functions that write into an Html (web/html.h).
 *
 * A recursive descent over the HTML: every element, tag, attribute value and {{block}} is compiled by the function of
 * its level, so each expression is known to stand in text, in an attribute or in an address, and is escaped for it.
 * What cannot be made safe is refused with FILE:LINE and a sentence. The language is described in src/web/README.md.
 * A wrong C expression is reported by the C compiler at the line of the view, thanks to #line.
 *
 * Strings live in one GStringChunk until the end; the first fault ends the program.
 */
#include <glib.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum {
        VIEW,
        INCLUDE,
        VALUE,
        NUMBER,
        WORDS,
        IF,
        ELSE_IF,
        ELSE,
        FOR,
        END,
        USE,
        TRUSTED,
        ICON,
        COMMENT,
} Kind;

typedef struct {
        Kind kind;
        const char *body; /* without the word and without outer spaces */
        const char *after;
        int line;
} Directive;

/* How far an address has been written: decides what an expression may still say in it. */
typedef enum { ADDRESS_START, ADDRESS_PATH, ADDRESS_QUERY, ADDRESS_FIXED } Address;

typedef enum { TEXT, PLAIN_VALUE, ADDRESS_VALUE, FIXED_VALUE } Context;

/* What two branches of an {{if}} must agree on, or are joined in. */
typedef struct {
        const char *attributes; /* of the open tag, as " class href " */
        Address address;
        bool spaced; /* more white space here would not show */
} Place;

typedef struct {
        const char *file, *source, *at, *end;
        GString *code, *raw;
        GString *headers;
        GStringChunk *strings;
        const char *tag, *attribute; /* being read */
        Context context;
        char quote, pending_space;
        bool verbatim, in_svg;
        bool in_view, any_public_view;
        Place place;
} Compiler;

typedef void (*Level)(Compiler *c); /* compiles up to its own end, {{else}} or {{end}} */

static int line_at(const Compiler *c, const char *position)
{
        int line = 1;
        for (const char *p = c->source; p < position; p++)
                line += *p == '\n';
        return line;
}

static G_NORETURN G_GNUC_PRINTF(3, 4) void fail(const Compiler *c, int line, const char *format, ...)
{
        va_list arguments;
        va_start(arguments, format);
        fprintf(stderr, "%s:%d: error: ", c->file, line);
        vfprintf(stderr, format, arguments);
        fputc('\n', stderr);
        va_end(arguments);
        exit(1);
}
#define fail_here(c, ...) fail(c, line_at(c, (c)->at), __VA_ARGS__)

static const char *keep(Compiler *c, const char *text, gssize length)
{
        return g_string_chunk_insert_len(c->strings, text, length);
}

static bool is_one_of(const char *word, const char *const *words)
{
        return word && g_strv_contains(words, word);
}

/* --- What is written --- */

static void append_c_string(GString *out, const char *text, size_t length)
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

static void flush_raw(Compiler *c)
{
        if (!c->raw->len)
                return;
        g_string_append(c->code, "html_raw(h, ");
        append_c_string(c->code, c->raw->str, c->raw->len);
        g_string_append_printf(c->code, ", %zu);\n", c->raw->len);
        g_string_truncate(c->raw, 0);
}

static void flush_space(Compiler *c)
{
        if (c->pending_space && !c->place.spaced) {
                g_string_append_c(c->raw, c->pending_space);
                c->place.spaced = true;
        }
        c->pending_space = 0;
}

static G_GNUC_PRINTF(3, 4) void emit(Compiler *c, int line, const char *format, ...)
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

/* --- Directives --- */

static const char *skip_c_literal(const char *p, const char *end)
{
        char quote = *p++;
        while (p < end && *p != quote)
                p += *p == '\\' ? 2 : 1;
        return MIN(p + 1, end);
}

static const char *find_close(const char *p, const char *end)
{
        while (p + 1 < end && !(p[0] == '}' && p[1] == '}'))
                p = *p == '"' || *p == '\'' ? skip_c_literal(p, end) : p + 1;
        return p + 1 < end ? p : NULL;
}

static bool at_directive(const Compiler *c)
{
        return c->at + 1 < c->end && c->at[0] == '{' && c->at[1] == '{';
}

static bool starts_with_word(const char *text, const char *word)
{
        size_t length = strlen(word);
        return !strncmp(text, word, length) && (!g_ascii_isalnum(text[length]) && text[length] != '_');
}

static Directive read_directive(Compiler *c)
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

/* Is the next thing {{else}}, {{else if}}, {{end}} or {{view}}, which a level leaves to its caller? */
static bool at_level_end(Compiler *c)
{
        if (!at_directive(c))
                return false;
        Directive d = read_directive(c);
        return d.kind == ELSE || d.kind == ELSE_IF || d.kind == END || d.kind == VIEW;
}

/* --- Expressions --- */

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

static const char *skip_spaces(const char *p)
{
        while (g_ascii_isspace(*p))
                p++;
        return p;
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
        emit(c, d->line, "{ g_autofree char *made_html = %s; html_trusted(h, made_html); }", d->body);
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
static bool compile_markup_directive(Compiler *c, const Directive *d)
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

static bool compile_expression(Compiler *c, const Directive *d)
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

/* --- Blocks --- */

static Place join_places(Compiler *c, int line, const Place *a, const Place *b)
{
        if (a->address != b->address)
                fail(c, line,
                     "the branches of this {{if}} leave the address of %s at different places; "
                     "make the whole address in C, or give both branches one",
                     c->attribute);
        const char *attributes = a->attributes;
        g_auto(GStrv) names = g_strsplit(b->attributes, " ", -1);
        for (int i = 0; names[i]; i++) {
                g_autofree char *name = g_strdup_printf(" %s ", names[i]);
                if (*names[i] && !strstr(attributes, name)) {
                        g_autofree char *longer = g_strconcat(attributes, name + 1, NULL);
                        attributes = keep(c, longer, -1);
                }
        }
        return (Place){ .attributes = attributes, .address = a->address, .spaced = a->spaced && b->spaced };
}

static Directive read_block_end(Compiler *c, const Directive *opener)
{
        const char *word = opener->kind == FOR ? "for" : "if";
        if (!at_directive(c) || !at_level_end(c)) {
                if (c->at >= c->end)
                        fail(c, opener->line, "this {{%s}} is never ended by {{end}}", word);
                fail_here(c,
                          "%.*s comes before the {{end}} of the {{%s}} of line %d: "
                          "what a block opens it closes, and nothing else",
                          (int)strcspn(c->at, " \n>") + 1, c->at, word, opener->line);
        }
        Directive d = read_directive(c);
        if (d.kind == VIEW)
                fail(c, opener->line, "this {{%s}} is never ended by {{end}}", word);
        c->at = d.after;
        return d;
}

static void compile_if(Compiler *c, const Directive *opener, Level level)
{
        Place start = c->place, joined = start;
        Directive d = *opener;
        bool first = true, otherwise = false;
        while (d.kind != END) {
                if (otherwise)
                        fail(c, d.line, "after {{else}} comes {{end}}");
                otherwise = d.kind == ELSE;
                if (otherwise)
                        emit(c, d.line, "} else {");
                else
                        emit(c, d.line, "%sif (%s) {", first ? "" : "} else ", d.body);
                c->place = start;
                level(c);
                flush_space(c);
                joined = first ? c->place : join_places(c, opener->line, &joined, &c->place);
                first = false;
                d = read_block_end(c, opener);
        }
        if (!otherwise)
                joined = join_places(c, opener->line, &joined, &start);
        emit(c, d.line, "}");
        c->place = joined;
}

static void compile_for(Compiler *c, const Directive *opener, Level level)
{
        Place start = c->place;
        emit(c, opener->line, "for (%s) {", opener->body);
        c->place.spaced = false; /* the second turn starts where the first ended */
        level(c);
        flush_space(c);
        Directive d = read_block_end(c, opener);
        if (d.kind != END)
                fail(c, d.line, "a {{for}} has no {{else}}");
        if (strcmp(c->place.attributes, start.attributes) != 0)
                fail(c, opener->line, "a {{for}} would repeat an attribute");
        emit(c, d.line, "}");
        c->place = join_places(c, opener->line, &c->place, &start);
}

static bool compile_block(Compiler *c, const Directive *d, Level level)
{
        if (d->kind == IF)
                compile_if(c, d, level);
        else if (d->kind == FOR)
                compile_for(c, d, level);
        else
                return d->kind == COMMENT;
        return true;
}

/* --- Attributes --- */

/* Both start below; a literal beginning decides what may follow in an address. */
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
                        if (is_one_of(scheme, hidden))
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
        return is_one_of(name, addresses) ? ADDRESS_VALUE : is_one_of(name, fixed) ? FIXED_VALUE : PLAIN_VALUE;
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

static void compile_attributes(Compiler *c)
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

/* --- Elements --- */

static const char *const void_elements[] = { "area", "br",   "col",   "hr",     "img", "input",
                                             "link", "meta", "track", "source", "wbr", NULL };
static const char *const refused_elements[] = {
        "style",         "base",          "object",  "embed", "applet", "frame",   "frameset",
        "xmp",           "plaintext",     "animate", "set",   "math",   "noembed", "animatetransform",
        "animatemotion", "foreignobject", NULL
};
/* White space beside these does not show. */
static const char *const block_elements[] = {
        "html",       "head",    "body",     "title",      "meta",    "link",    "script", "div",    "p",
        "ul",         "ol",      "li",       "dl",         "dt",      "dd",      "h1",     "h2",     "h3",
        "h4",         "section", "article",  "aside",      "header",  "footer",  "nav",    "main",   "figure",
        "figcaption", "form",    "fieldset", "legend",     "table",   "thead",   "tbody",  "tr",     "th",
        "td",         "caption", "hr",       "blockquote", "details", "summary", "dialog", "option", "optgroup",
        "symbol",     "g",       "path",     "circle",     "rect",    "use",     "defs",   "br",     NULL
};

static void compile_content(Compiler *c);
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
                fail_here(c, "%.*s comes before </%s>, which line %d asks for", (int)strcspn(c->at, " }"), c->at, name,
                          line);
        const char *start = c->at + 2, *stop = start;
        while (stop < c->end && (g_ascii_isalnum(*stop) || *stop == '-'))
                stop++;
        g_autofree char *closed = g_strndup(start, (gsize)(stop - start));
        if (g_ascii_strcasecmp(closed, name) != 0)
                fail_here(c, "</%s> where </%s> is due, for line %d", closed, name, line);
        if (stop >= c->end || *stop != '>')
                fail_here(c, "</%s has no >", closed);
        c->at = stop + 1;
        bool block = is_one_of(name, block_elements);
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
        if (is_one_of(lower, refused_elements))
                fail_here(c, "<%s> is refused: it cannot be made safe, or the pages' policy forbids it", lower);
        return keep(c, c->in_svg ? name : lower, -1);
}

static void compile_element(Compiler *c)
{
        int line = line_at(c, c->at);
        bool was_in_svg = c->in_svg;
        const char *name = read_tag_name(c);
        bool block = is_one_of(name, block_elements);
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
        bool is_void = is_one_of(name, void_elements);
        if (slash && !is_void && !c->in_svg)
                fail(c, line, "<%s/> does not close the element: write </%s>", name, name);
        g_string_append(c->raw, slash && !is_void ? "/>" : ">");
        c->place = (Place){ .attributes = " ", .spaced = block };
        if (!slash && !is_void)
                compile_inside(c, name, line);
        c->in_svg = was_in_svg;
}

static void compile_content(Compiler *c)
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

/* --- Views and files --- */

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

static bool write_file(const Compiler *c, const char *path, GError **error)
{
        g_autoptr(GString) out = g_string_new(NULL);
        g_string_append_printf(out, "/* Made from %s by html2c: change that file, not this one. */\n", c->file);
        g_string_append(out, "#include \"web/html.h\"\n");
        g_string_append(out, c->headers->str);
        /* A value of the wrong type would be escaped wrongly or crash: the compiler must stop there. */
        for (const char *const *w =
                     (const char *const[]){ "int-conversion", "incompatible-pointer-types", "format",
                                            "implicit-function-declaration", "discarded-qualifiers", NULL };
             *w; w++)
                g_string_append_printf(out, "#pragma GCC diagnostic error \"-W%s\"\n", *w);
        g_string_append(out, "\n");
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
