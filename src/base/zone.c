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

/* The place of a name in zone_names(), -1 when it is none. */
static int place_of(const char *name)
{
        const char *const *names = zone_names();
        int low = 0, high = (int)g_strv_length((char **)names) - 1;
        while (low <= high) {
                int middle = (low + high) / 2, order = strcmp(name, names[middle]);
                if (order == 0)
                        return middle;
                if (order < 0)
                        high = middle - 1;
                else
                        low = middle + 1;
        }
        return -1;
}

bool zone_is_known(const char *name)
{
        return name && place_of(name) >= 0;
}

static gpointer new_places(void)
{
        return g_new0(GTimeZone *, g_strv_length((char **)zone_names()) + 1);
}

/* GLib forgets a zone with its last reference and would read its file again for every page: each is read once and kept,
 * like the names. */
GTimeZone *zone_find(const char *name)
{
        static gsize places;
        int place = name ? place_of(name) : -1;
        if (place < 0)
                return NULL;
        if (g_once_init_enter(&places))
                g_once_init_leave(&places, (gsize)new_places());
        GTimeZone **kept = (GTimeZone **)places + place;
        GTimeZone *zone = g_atomic_pointer_get(kept);
        if (!zone) {
                GTimeZone *read = g_time_zone_new_identifier(name);
                if (read && !g_atomic_pointer_compare_and_exchange(kept, NULL, read))
                        g_time_zone_unref(read);
                zone = g_atomic_pointer_get(kept);
        }
        return zone ? g_time_zone_ref(zone) : NULL;
}

char *zone_city(const char *name)
{
        const char *slash = strrchr(name, '/');
        return g_strdelimit(g_strdup(slash ? slash + 1 : name), "_", ' ');
}
