/* Sessions as iCalendar (RFC 5545). The reader takes what calendars and older conference systems write, TZID and
 * CHARSET parameters included, and says what it could not keep; the writer is mail/calendar.h's. Both are pure.
 *
 * A calendar knows of a session its title, hours, room, one track, a text and whether it is cancelled. Who speaks
 * stands at the head of the text, and in a property of our own for the way back: see docs/formats.md. */
#pragma once
#include "programme/schedule_xml.h"

#define ICAL_AFTER_NAMES "\n\n" /* between who speaks and what it is about, in DESCRIPTION */

/* (transfer full) NULL when the file is refused; *ret_fault then says why, with its line. The bytes are UTF-8, or in
 * the one character set that the file names. */
Programme *schedule_ical_read(const char *bytes, size_t size, const ScheduleOptions *options,
                              ProgrammeNotice *ret_fault);
/* All its talks, cancelled ones as such. (transfer full) */
GString *schedule_ical_write(const Programme *programme, const char *base_url);
