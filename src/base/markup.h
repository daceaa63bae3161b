/* Text that is put between the tags of HTML or XML. */
#pragma once
#include <glib.h>

/* In an element; between double or single quotes. */
#define MARKUP_TEXT "&<>"
#define MARKUP_ATTRIBUTE "&<>\"'"

/* Appends text with these characters escaped; NULL is nothing. Control characters, which XML 1.0 (2.2) and HTML forbid
 * even as references, are left out, and so is the CR of a line end; tab and LF stay. */
void markup_append(GString *out, const char *text, const char *special);
