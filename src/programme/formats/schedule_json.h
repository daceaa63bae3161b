/* schedule.json, as pretalx, frab and others write it: https://c3voc.de/schedule/schema.json. The reader is tolerant
 * and says what it could not keep; the writer obeys the schema. Both are pure.
 *
 * A file is refused over SCHEDULE_MAX_BYTES, when it is not UTF-8, not JSON, nested more than 32 deep or crowded beyond
 * reason. */
#pragma once
#include "programme/schedule_xml.h"

/* (transfer full) NULL when the file is refused; *ret_fault then says why, with its line. */
Programme *schedule_json_read(const char *bytes, size_t size, const ScheduleOptions *options,
                              ProgrammeNotice *ret_fault);
/* base_url: the event's page, "https://host/slug/"; talks must be sorted. Cancelled sessions are left out.
 * (transfer full) */
GString *schedule_json_write(const Programme *programme, const char *base_url);
