/* Links and documents in one cell of a table, one on each line: "document: Slides <https://example.org/slides.pdf>". A
 * plain link needs no word before it, a link without words of its own is its address alone. Pure. Private to
 * programme/formats/. */
#pragma once
#include "programme/schedule.h"

/* One more line; the breaks between lines are put here. */
void csv_link_put(GString *lines, const ProgrammeLink *link);
/* A line, not empty. The strings are new: the programme keeps them. */
ProgrammeLink csv_link_read(Programme *programme, const char *line);
