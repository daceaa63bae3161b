/* The colours of an event, from the one that its organisers choose: what is written on it, and what links look like on
 * paper, by day and by night. Contrast is WCAG 2.2's (1.4.3): at least 4.5 to 1. Pure. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct {
        uint8_t red, green, blue;
} Colour;
#define COLOUR_TEXT_BYTES 8 /* "#rrggbb" */

/* "#f2b530" or "f2b530", any case. */
bool colour_parse(const char *text, Colour *ret_colour);
void colour_text(Colour colour, char ret_text[COLOUR_TEXT_BYTES]);
/* 1 … 21 */
double colour_contrast(Colour one, Colour other);

#define CONTRAST_LEAST 4.5

/* What an event has as its accent: its own colour, else that of its theme (web/base.css), else the first theme's. */
Colour colour_of_event(const char *theme, const char *own);

/* What can be read on it: ink or white, whichever stands out more. False when neither reaches 4.5. */
bool colour_on(Colour accent, Colour *ret_on);
/* Itself when something can be read on it, else the nearest that is darker or lighter. */
Colour colour_nearest(Colour accent);

typedef struct {
        Colour accent, on, text; /* text: links, on any of the papers */
} Palette;
/* accent: one on which something can be read. */
Palette palette_of(Colour accent, bool dark);
/* The sheet for pages with this class: the three tokens by day, by night, and on pages that are always dark. (transfer
 * full) */
char *palette_sheet(Colour accent, const char *class_name);
