#include "app/status.h"
#include "app/app.h"

static void show_health(Request *req, Db *db)
{
        bool well = db_int(db, 0, "SELECT 1", NULL) == 1;
        respond_text(req, well ? 200 : 503, "text/plain; charset=utf-8", well ? "ok\n" : "store\n");
}

const Route status_routes[] = {
        { GET, "/healthz", show_health, RIGHT_PUBLIC, 0, "Is the server well?" },
        { 0 },
};
