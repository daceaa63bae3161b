/* schedule.xml, as frab, pretalx, Pentabarf (FOSDEM) and others write it: https://c3voc.de/wiki/schedule and its XSD.
 * The reader is tolerant and says what it could not keep; the writer obeys the XSD. Both are pure.
 *
 * No document type, no entities but XML's five; a file is refused over SCHEDULE_MAX_BYTES, when it is not UTF-8, not
 * well-formed, cut off, nested or crowded beyond reason. */
#pragma once
#include "programme/schedule.h"

#define SCHEDULE_MAX_BYTES (16 * 1024 * 1024)

/* Behind the person who leads a session: the schema has no word for it, and lets every program leave its own notes. */
#define SCHEDULE_XML_MODERATOR "<?treteau moderator?>"

typedef struct {
        const char *zone; /* IANA name for hours whose zone the file does not say */
        const char *seed; /* the event's slug: what is without identifier gets one from it */
} ScheduleOptions;

/* (transfer full) NULL when the file is refused; *ret_fault then says why, with its line. */
Programme *schedule_xml_read(const char *bytes, size_t size, const ScheduleOptions *options,
                             ProgrammeNotice *ret_fault);

/* Valid against schedule.xml.xsd. base_url: the event's page, "https://host/slug/"; talks must be sorted.
 * (transfer full) */
GString *schedule_xml_write(const Programme *programme, const char *base_url);
