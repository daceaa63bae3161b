#include "web/asset.h"
#include <glib.h>
#include <stdlib.h>
#include <string.h>

static int compare_name(const void *name, const void *asset)
{
        return strcmp(name, ((const Asset *)asset)->name);
}

static const Asset *find_name(const char *name)
{
        return bsearch(name, packed_assets, packed_asset_count, sizeof *packed_assets, compare_name);
}

/* "/static/live/room-3f9a1c77d2e0.js" is looked up as "live/room.js", then compared whole. */
const Asset *asset_find(const char *path)
{
        enum { PATH_MAX_BYTES = 200 };
        if (strlen(path) > PATH_MAX_BYTES || !g_str_has_prefix(path, "/static/"))
                return NULL;
        const char *name = path + strlen("/static/"), *dash = strrchr(name, '-'),
                   *dot = dash ? strchr(dash, '.') : NULL;
        if (!dot)
                return NULL;
        g_autofree char *plain = g_strdup_printf("%.*s%s", (int)(dash - name), name, dot);
        const Asset *asset = find_name(plain);
        return asset && !strcmp(asset->path, path) ? asset : NULL;
}

const char *asset_url(const char *name)
{
        const Asset *asset = find_name(name);
        if (!asset)
                g_error("no asset named %s: see assets += in meson.build", name);
        return asset->path;
}
