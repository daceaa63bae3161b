/* Finds the route of a path among the features' const tables. Pure. */
#pragma once
#include "web/request.h"

#define ROUTE_PARAMS 4

typedef struct Router Router;

typedef struct {
        const Route *route;                               /* NULL: none for this method */
        bool path_known;                                  /* some method has this path: 405 rather than 404 */
        bool slash_missing;                               /* the same path with a slash at its end is known */
        char *names[ROUTE_PARAMS], *values[ROUTE_PARAMS]; /* owned; cleared by route_match_clear */
} RouteMatch;

/* Aborts on a table that is wrong: a path without slash, no right, two routes alike. */
Router *router_new(const Route *const *tables);
void router_free(Router *router);
/* path: decoded, valid UTF-8. Literal segments go before parameters, longer paths before a rest. */
void router_find(const Router *router, Method method, const char *path, RouteMatch *ret_match);
void route_match_clear(RouteMatch *match);
/* The title, right and path of each, in order. */
size_t router_count(const Router *router);
const Route *router_at(const Router *router, size_t index);
const char *right_name(Right right);
