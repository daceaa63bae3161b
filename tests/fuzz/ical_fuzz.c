/* A calendar that is read can be written, and what is written can be read again, each session once. */
#include "programme/formats/schedule_ical.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static const ScheduleOptions options = { .zone = "Europe/Paris", .seed = "fuzz" };
        ProgrammeNotice fault = { 0 };
        g_autoptr(Programme) first = schedule_ical_read((const char *)data, size, &options, &fault);
        if (!first) {
                if (!fault.message)
                        abort();
                return 0;
        }
        g_autoptr(GString) written = schedule_ical_write(first, "https://fuzz.example/fuzz/");
        g_autoptr(Programme) second = schedule_ical_read(written->str, written->len, &options, &fault);
        if (!second || second->talks->len != first->talks->len)
                abort();
        return 0;
}
