/* A reader for HTML that strangers wrote (abstracts in schedule.xml, Markdown with tags in it): what it writes is made
 * of these elements alone, always balanced: p br hr h2…h6 ul ol li blockquote pre code em strong a[href]. Everything
 * else becomes its text, scripts and styles nothing, pictures a link (no page asks a third party for anything).
 * Pure, any thread. */
#pragma once
#include <stddef.h>

/* Headings start at h2 and skip no level, whatever they were. NULL gives "". Longer than 256 KiB is cut. */
char *clean_html(const char *html);
/* The words of clean_html's output on one line, cut with "…" after so many characters: descriptions, mails, feeds. */
char *clean_text(const char *cleaned, size_t characters_max);
