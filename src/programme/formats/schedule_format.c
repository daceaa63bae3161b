#include "programme/formats/schedule_format.h"

#include "mail/mail.h"
#include "programme/formats/schedule_csv.h"
#include "programme/formats/schedule_ical.h"
#include "programme/formats/schedule_json.h"

#include <string.h>

const FormatFacts format_facts[FORMATS] = {
        [FORMAT_XML] = { "xml", "application/xml; charset=utf-8" },
        [FORMAT_JSON] = { "json", "application/json" },
        [FORMAT_ICAL] = { "ics", CALENDAR_TYPE },
        [FORMAT_CSV] = { "csv", "text/csv; charset=utf-8" },
};

Format format_named(const char *name)
{
        Format format = 0;
        while (format < FORMATS && strcmp(format_facts[format].name, name))
                format++;
        return format;
}

Format format_of(const char *bytes, size_t size)
{
        const char *end = bytes + size;
        if (size >= 3 && !memcmp(bytes, "\xef\xbb\xbf", 3))
                bytes += 3;
        while (bytes < end && g_ascii_isspace(*bytes))
                bytes++;
        static const char calendar[] = "BEGIN:VCALENDAR";
        if ((size_t)(end - bytes) >= strlen(calendar) && !g_ascii_strncasecmp(bytes, calendar, strlen(calendar)))
                return FORMAT_ICAL;
        if (bytes < end && (*bytes == '{' || *bytes == '['))
                return FORMAT_JSON;
        return bytes == end || *bytes == '<' ? FORMAT_XML : FORMAT_CSV;
}

Programme *format_read(const char *bytes, size_t size, const ScheduleOptions *options, ProgrammeNotice *ret_fault)
{
        switch (format_of(bytes, size)) {
        case FORMAT_JSON:
                return schedule_json_read(bytes, size, options, ret_fault);
        case FORMAT_ICAL:
                return schedule_ical_read(bytes, size, options, ret_fault);
        case FORMAT_CSV:
                return schedule_csv_read(bytes, size, options, ret_fault);
        default:
                return schedule_xml_read(bytes, size, options, ret_fault);
        }
}

GString *format_write(const Programme *programme, Format format, const char *base_url, const char *lang)
{
        switch (format) {
        case FORMAT_JSON:
                return schedule_json_write(programme, base_url);
        case FORMAT_ICAL:
                return schedule_ical_write(programme, base_url);
        case FORMAT_CSV:
                return schedule_csv_write(programme, lang);
        default:
                return schedule_xml_write(programme, base_url);
        }
}
