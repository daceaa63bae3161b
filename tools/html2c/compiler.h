/* Inside html2c: what its parts share. A recursive descent over the HTML: every element, tag, attribute value and
 * {{block}} is compiled by the function of its level, so each expression is known to stand in text, in an attribute or
 * in an address, and is escaped for it. Strings live in one GStringChunk until the end; the first fault ends the
 * program. */
#pragma once
#include <glib.h>
#include <stdbool.h>

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
        bool any_public_view;
        Place place;
} Compiler;

typedef void (*Level)(Compiler *c); /* compiles up to its own end, {{else}} or {{end}} */

/* output.c */
int line_at(const Compiler *c, const char *position);
G_NORETURN void fail(const Compiler *c, int line, const char *format, ...) G_GNUC_PRINTF(3, 4);
#define fail_here(c, ...) fail(c, line_at(c, (c)->at), __VA_ARGS__)
const char *keep(Compiler *c, const char *text, gssize length); /* -1: to its end */
void append_c_string(GString *out, const char *text, size_t length);
void flush_raw(Compiler *c);
void flush_space(Compiler *c);
void emit(Compiler *c, int line, const char *format, ...) G_GNUC_PRINTF(3, 4); /* a statement of C for this line */

/* directive.c */
bool at_directive(const Compiler *c);
bool at_level_end(
        Compiler *c); /* before {{else}}, {{else if}}, {{end}} or {{view}}, which a level leaves to its caller */
Directive read_directive(Compiler *c); /* at c->at, which stays */
const char *skip_c_literal(const char *p, const char *end);
const char *skip_spaces(const char *p);

/* expression.c: false when the directive is of another kind */
bool compile_expression(Compiler *c, const Directive *d);       /* = # _, escaped for c->context */
bool compile_markup_directive(Compiler *c, const Directive *d); /* use ! icon, between elements only */

/* block.c: {{if}} and {{for}} around things of this level; comments */
bool compile_block(Compiler *c, const Directive *d, Level level);

/* attribute.c, element.c */
void compile_attributes(Compiler *c);
void compile_content(Compiler *c);
