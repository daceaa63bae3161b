/* Texts that people write: Markdown (CommonMark, by libcmark), with the tags that base/clean.h lets through, or HTML.
 * What comes out is safe to put into a page: {{! markdown_html(v->text)}} in a view. Pure, any thread. */
#pragma once
#include <stddef.h>

char *markdown_html(const char *text); /* NULL gives "" */
/* For texts of imported programmes, which are one or the other: HTML when it holds a block's tag, else Markdown. */
char *prose_html(const char *text);
/* The same as plain words on one line, cut with "…" after so many characters. */
char *prose_text(const char *text, size_t characters_max);
