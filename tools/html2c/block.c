#include "compiler.h"
#include <string.h>

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

bool compile_block(Compiler *c, const Directive *d, Level level)
{
        if (d->kind == IF)
                compile_if(c, d, level);
        else if (d->kind == FOR)
                compile_for(c, d, level);
        else
                return d->kind == COMMENT;
        return true;
}
