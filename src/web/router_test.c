#include "web/router.h"

static void handler(Request *req, Db *db)
{
}

static const Route first[] = {
        { GET, "/", handler, RIGHT_PUBLIC, 0, "home" },
        { GET, "/:event/", handler, RIGHT_PUBLIC, 0, "event" },
        { GET, "/:event/talk/:code/", handler, RIGHT_PUBLIC, 0, "talk" },
        { POST, "/:event/talk/:code/", handler, RIGHT_SPEAKER, 100, "save talk" },
        { 0 },
};
static const Route second[] = {
        { GET, "/admin/", handler, RIGHT_OWNER, 0, "admin" },
        { GET, "/static/:path*", handler, RIGHT_PUBLIC, 0, "asset" },
        { GET, "/:event/talk/:code", handler, RIGHT_PUBLIC, 0, "bare" },
        { 0 },
};
static const Route *const tables[] = { first, second, NULL };

static const struct {
        Method method;
        const char *path, *title, *value;
        bool known, slash;
} cases[] = {
        { GET, "/", "home", NULL, true, false },
        { GET, "/nec/", "event", "nec", true, false },
        { GET, "/nec", NULL, NULL, false, true },
        { GET, "/admin/", "admin", NULL, true, false },
        { GET, "//", NULL, NULL, false, false },
        { GET, "/nec/talk/ABC/", "talk", "nec", true, false },
        { POST, "/nec/talk/ABC/", "save talk", "nec", true, false },
        { POST, "/admin/", NULL, NULL, true, false },
        { GET, "/nec/talk/ABC", "bare", "nec", true, false },
        { GET, "/static/live/room.js", "asset", "live/room.js", true, false },
        { GET, "/static/", NULL, NULL, true, false },
        { GET, "/nec/talk/a/b/", NULL, NULL, false, false },
        { GET, "nec", NULL, NULL, false, false },
};

static void test_find(void)
{
        Router *router = router_new(tables);
        for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
                RouteMatch match;
                router_find(router, cases[i].method, cases[i].path, &match);
                g_test_message("%s", cases[i].path);
                if (cases[i].title || cases[i].method != GET || !cases[i].known) {
                        g_assert_cmpstr(match.route ? match.route->title : NULL, ==, cases[i].title);
                        g_assert_cmpstr(match.values[0], ==, cases[i].value);
                }
                g_assert_cmpint(match.path_known, ==, cases[i].known);
                g_assert_cmpint(match.slash_missing, ==, cases[i].slash);
                route_match_clear(&match);
        }
        router_free(router);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/router/find", test_find);
        return g_test_run();
}
