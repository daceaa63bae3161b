#include "base/zone.h"
#include <stdlib.h>
#include <string.h>

#define ZONE_TABLE "/usr/share/zoneinfo/zone.tab"

static int compare_names(gconstpointer a, gconstpointer b)
{
        return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* zone.tab: country, coordinates, name and perhaps a remark, between tabs (tzfile's own format, RFC 9636 appendix). */
static char **read_names(void)
{
        GPtrArray *names = g_ptr_array_new();
        g_ptr_array_add(names, g_strdup("UTC"));
        g_autofree char *table = NULL;
        g_file_get_contents(ZONE_TABLE, &table, NULL, NULL);
        g_auto(GStrv) lines = g_strsplit(table ? table : "", "\n", -1);
        for (int i = 0; lines[i]; i++) {
                g_auto(GStrv) columns = g_strsplit(lines[i], "\t", 4);
                if (lines[i][0] != '#' && g_strv_length(columns) >= 3)
                        g_ptr_array_add(names, g_strdup(columns[2]));
        }
        g_ptr_array_sort(names, compare_names);
        g_ptr_array_add(names, NULL);
        return (char **)g_ptr_array_free(names, FALSE);
}

/* Read once; never freed or changed. */
const char *const *zone_names(void)
{
        static gsize names;
        if (g_once_init_enter(&names))
                g_once_init_leave(&names, (gsize)read_names());
        return (const char *const *)names;
}

bool zone_is_known(const char *name)
{
        return name && g_strv_contains(zone_names(), name);
}

GTimeZone *zone_find(const char *name)
{
        return zone_is_known(name) ? g_time_zone_new_identifier(name) : NULL;
}

char *zone_city(const char *name)
{
        const char *slash = strrchr(name, '/');
        return g_strdelimit(g_strdup(slash ? slash + 1 : name), "_", ' ');
}
