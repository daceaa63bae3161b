/* The formats a programme comes in and goes out by, told apart by what is in a file, not by its name. Private to
 * programme/. */
#pragma once
#include "programme/schedule_xml.h"

typedef enum { FORMAT_XML, FORMAT_JSON, FORMAT_ICAL, FORMAT_CSV, FORMATS } Format;

typedef struct {
        const char *name, *type; /* "xml", its media type */
} FormatFacts;
extern const FormatFacts format_facts[FORMATS];
/* FORMATS when there is none of that name. */
Format format_named(const char *name);
/* By the first character that is no space. */
Format format_of(const char *bytes, size_t size);

/* (transfer full) NULL when the file is refused; *ret_fault then says why. */
Programme *format_read(const char *bytes, size_t size, const ScheduleOptions *options, ProgrammeNotice *ret_fault);
/* What everybody may read. base_url: the event's page; lang: of a table's headings; talks must be sorted.
 * (transfer full) */
GString *format_write(const Programme *programme, Format format, const char *base_url, const char *lang);
