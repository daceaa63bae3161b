#include "web/router.h"

#include <string.h>

typedef struct {
        const Route *route;
        char **segments;
        guint count; /* of segments */
        bool rest;   /* the last takes what is left */
} Entry;

struct Router {
        GArray *entries; /* Entry, the most particular first */
};

static void entry_clear(gpointer entry)
{
        g_strfreev(((Entry *)entry)->segments);
}

static bool is_param(const char *segment)
{
        return segment[0] == ':';
}

static bool is_rest(const char *segment)
{
        return is_param(segment) && g_str_has_suffix(segment, "*");
}

/* Literals before parameters before a rest, segment by segment. */
static int segment_rank(const char *segment)
{
        return is_rest(segment) ? 2 : is_param(segment) ? 1 : 0;
}

static int entry_compare(gconstpointer a, gconstpointer b)
{
        char **one = ((const Entry *)a)->segments, **two = ((const Entry *)b)->segments;
        for (; *one && *two; one++, two++) {
                int by_rank = segment_rank(*one) - segment_rank(*two);
                if (by_rank)
                        return by_rank;
                int by_name = is_param(*one) ? 0 : strcmp(*one, *two);
                if (by_name)
                        return by_name;
        }
        return (*one != NULL) - (*two != NULL);
}

static void check(const Route *route)
{
        if (route->path[0] != '/' || !route->handler || !route->title)
                g_error("route %s: path, handler or title is missing", route->path);
        if (route->right == RIGHT_NONE)
                g_error("route %s: says no right", route->path);
        if (route->right == RIGHT_KEY && route->method != PROTOCOL)
                g_error("route %s: only a PROTOCOL route asks for a key", route->path);
}

Router *router_new(const Route *const *tables)
{
        Router *router = g_new0(Router, 1);
        router->entries = g_array_new(FALSE, TRUE, sizeof(Entry));
        g_array_set_clear_func(router->entries, entry_clear);
        for (; *tables; tables++)
                for (const Route *route = *tables; route->method; route++) {
                        check(route);
                        Entry entry = { .route = route, .segments = g_strsplit(route->path + 1, "/", -1) };
                        entry.count = g_strv_length(entry.segments);
                        entry.rest = entry.count > 0 && is_rest(entry.segments[entry.count - 1]);
                        g_array_append_val(router->entries, entry);
                }
        g_array_sort(router->entries, entry_compare);
        return router;
}

void router_free(Router *router)
{
        if (!router)
                return;
        g_array_unref(router->entries);
        g_free(router);
}

static bool same_method(Method asked, Method offered)
{
        return asked == offered || (asked == POST && offered == POST_ALONE) ||
               (offered == PROTOCOL && asked != WEBSOCKET);
}

/* Every request asks this of hundreds of routes: it makes nothing, and most are told apart by their length. */
static bool entry_matches(const Entry *entry, char *const *path, guint count)
{
        if (entry->rest ? count < entry->count : count != entry->count)
                return false;
        for (guint i = 0; i < entry->count; i++) {
                const char *segment = entry->segments[i];
                if (is_param(segment) ? !*path[i] && !is_rest(segment) : strcmp(segment, path[i]) != 0)
                        return false;
        }
        return true;
}

static void keep_params(const Entry *entry, char *const *path, RouteMatch *match)
{
        int count = 0;
        for (char **segment = entry->segments; *segment; segment++, path++) {
                if (!is_param(*segment))
                        continue;
                bool rest = is_rest(*segment);
                g_assert(count < ROUTE_PARAMS);
                match->names[count] = g_strndup(*segment + 1, strlen(*segment) - (rest ? 2 : 1));
                match->values[count++] = rest ? g_strjoinv("/", (char **)path) : g_strdup(*path);
                if (rest)
                        return;
        }
}

void route_match_clear(RouteMatch *match)
{
        for (int i = 0; i < ROUTE_PARAMS; i++) {
                g_clear_pointer(&match->names[i], g_free);
                g_clear_pointer(&match->values[i], g_free);
        }
}

static bool path_exists(const Router *router, const char *path)
{
        g_auto(GStrv) segments = g_strsplit(path + 1, "/", -1);
        guint count = g_strv_length(segments);
        for (guint i = 0; i < router->entries->len; i++)
                if (entry_matches(&g_array_index(router->entries, Entry, i), segments, count))
                        return true;
        return false;
}

void router_find(const Router *router, Method method, const char *path, RouteMatch *ret_match)
{
        *ret_match = (RouteMatch){ 0 };
        if (path[0] != '/')
                return;
        g_auto(GStrv) segments = g_strsplit(path + 1, "/", -1);
        guint count = g_strv_length(segments);
        for (guint i = 0; i < router->entries->len; i++) {
                const Entry *entry = &g_array_index(router->entries, Entry, i);
                if (!entry_matches(entry, segments, count))
                        continue;
                ret_match->path_known = true;
                if (same_method(method, entry->route->method)) {
                        ret_match->route = entry->route;
                        keep_params(entry, segments, ret_match);
                        return;
                }
        }
        if (!ret_match->path_known && !g_str_has_suffix(path, "/")) {
                g_autofree char *longer = g_strconcat(path, "/", NULL);
                ret_match->slash_missing = path_exists(router, longer);
        }
}

size_t router_count(const Router *router)
{
        return router->entries->len;
}

const Route *router_at(const Router *router, size_t index)
{
        return g_array_index(router->entries, Entry, index).route;
}

const char *right_name(Right right)
{
        switch (right) {
#define X(name, text)                                                                                                  \
        case RIGHT_##name:                                                                                             \
                return #name;
                RIGHTS(X)
#undef X
        case RIGHT_NONE:
                break;
        }
        return "NONE";
}
