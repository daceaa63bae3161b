#include "base/process.h"
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int count_files(int pid)
{
        g_autofree char *path = g_strdup_printf("/proc/%d/fd", pid);
        g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
        int count = 0;
        while (folder && g_dir_read_name(folder))
                count++;
        return count;
}

/* proc(5): fields 14 and 15 of stat are the time of all threads in clock ticks, 20 their number, 24 the pages. The name
 * in field 2 may hold anything, so counting begins after its last bracket. */
bool process_use(int pid, ProcessUse *ret_use)
{
        g_autofree char *path = g_strdup_printf("/proc/%d/stat", pid);
        g_autofree char *text = NULL;
        if (!g_file_get_contents(path, &text, NULL, NULL))
                return false;
        const char *after_name = strrchr(text, ')');
        long long user, system, threads, pages;
        if (!after_name || sscanf(after_name + 1,
                                  " %*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %lld %lld %*s %*s %*s %*s %lld %*s %*s "
                                  "%*s %lld",
                                  &user, &system, &threads, &pages) != 4)
                return false;
        int64_t tick_us = 1000000 / sysconf(_SC_CLK_TCK);
        *ret_use = (ProcessUse){ user * tick_us, system * tick_us, pages * sysconf(_SC_PAGESIZE) / 1024, (int)threads,
                                 count_files(pid) };
        return true;
}
