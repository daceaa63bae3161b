#include "app/status.h"
#include "app/app.h"
#include "live/live.h"

static void show_health(Request *req, Db *db)
{
        bool well = db_answers(db);
        respond_text(req, well ? 200 : 503, "text/plain; charset=utf-8", well ? "ok\n" : "store\n");
}

static void add(GString *text, const char *name, const char *help, guint64 value)
{
        g_string_append_printf(text, "# HELP treteau_%s %s\n# TYPE treteau_%s %s\ntreteau_%s %" G_GUINT64_FORMAT "\n",
                               name, help, name, g_str_has_suffix(name, "_total") ? "counter" : "gauge", name, value);
}

static void show_metrics(Request *req, Db *db)
{
        App *app = request_context(req);
        g_autoptr(GString) text = g_string_new(NULL);
        int rooms, people;
        live_counts(app_live(app), &rooms, &people);
        add(text, "rooms", "Rooms that somebody has entered since the start", (guint64)rooms);
        add(text, "people", "People present in rooms", (guint64)people);
        add(text, "pages_shared_total", "Pages answered without rendering them again", app_shared_pages(app));
        SfuCounter counters[128];
        size_t count = MIN(sfu_counters(app_sfu(app), counters, G_N_ELEMENTS(counters)), G_N_ELEMENTS(counters));
        for (size_t i = 0; i < count; i++)
                add(text, counters[i].name, counters[i].help, counters[i].value);
        respond_text(req, 200, "text/plain; version=0.0.4; charset=utf-8", text->str);
}

const Route status_routes[] = {
        { GET, "/healthz", show_health, RIGHT_PUBLIC, 0, "Is the server well?" },
        { GET, "/metrics", show_metrics, RIGHT_PUBLIC, 0, "Figures for Prometheus" },
        { 0 },
};
