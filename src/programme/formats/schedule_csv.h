/* A programme as a table (RFC 4180): one row a session, or one row a person who speaks. What is in the first row tells
 * which; headings are French or English, in any order. Pure.
 *
 * A row that cannot be kept whole is left out, with a notice that names its line and column (refused). What has no
 * column stays as it is in the event. */
#pragma once
#include "programme/schedule_xml.h"

/* (transfer full) NULL when the file is refused; *ret_fault then says why. A table of persons has no sessions. */
Programme *schedule_csv_read(const char *bytes, size_t size, const ScheduleOptions *options,
                             ProgrammeNotice *ret_fault);
/* lang: of the headings, "fr" or another. With cancelled ones. (transfer full) */
GString *schedule_csv_write(const Programme *programme, const char *lang);
/* Everybody who speaks, with the address of the account that speaks for them: for organisers alone. (transfer full) */
GString *people_csv_write(const Programme *programme, const char *lang);
