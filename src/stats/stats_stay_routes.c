#include "stats/stats_stay_routes.h"

#include "conference/conference.h"
#include "stats/stats_views.h"

#define SESSIONS_A_PAGE 25 /* at most 298 nodes */

void stats_show_stays(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        if (!event) {
                respond_not_found(req);
                return;
        }
        g_autoptr(GPtrArray) rows = stay_rows(db, event, request_lang(req));
        StaysPage view = { .slug = event->slug, .rows = rows };
        view.page_count = (int)MAX(1, (rows->len + SESSIONS_A_PAGE - 1) / SESSIONS_A_PAGE);
        guint64 page = 1;
        g_ascii_string_to_unsigned(request_query(req, "page"), 10, 1, (guint64)view.page_count, &page, NULL);
        view.page = (int)page;
        view.first = ((guint)page - 1) * SESSIONS_A_PAGE;
        view.last = MIN(rows->len, view.first + SESSIONS_A_PAGE);
        Html *h =
                conference_page(req, event, EVENT_ORGANISE,
                                &(Page){ .title = tr(request_lang(req), "How long people stayed"), .no_index = true });
        stays_view(h, &view);
        page_end(req, h, 200);
}

void stats_show_stay(Request *req, Db *db)
{
        const char *code = request_param(req, "code");
        g_autoptr(Event) event = conference_event(db, request_event(req));
        g_autoptr(StayRow) row = event ? stay_row(db, event, code, request_lang(req)) : NULL;
        if (!row) {
                respond_not_found(req);
                return;
        }
        g_autoptr(StayCourse) course = stay_course(db, event, code, request_lang(req));
        Html *h = conference_page(req, event, EVENT_ORGANISE, &(Page){ .title = row->title, .no_index = true });
        stay_view(h, &(StayPage){ .slug = event->slug, .row = row, .course = course });
        page_end(req, h, 200);
}
