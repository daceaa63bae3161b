/* The lists of those who make the programme: sessions, and what changed. */
#include "programme/session_routes.h"

#include "base/time.h"
#include "base/when.h"
#include "programme/change.h"

#include <string.h>

#define ROWS 25
#define CHOICES_MAX 30

static const GPtrArray *for_a_field(const GPtrArray *choices)
{
        return choices->len > 1 && choices->len <= CHOICES_MAX ? choices : NULL;
}

static void name_days(const Event *event, GPtrArray *days, const Lang *lang)
{
        for (guint i = 0; i < days->len; i++) {
                Choice *day = days->pdata[i];
                int64_t at_us = 0;
                when_parse(event->zone, day->value, &at_us);
                g_free(day->name);
                day->name = when_capital(when_day(lang, event->zone, at_us));
        }
}

/* What the filter adds to the addresses of other pages. (transfer full) */
static char *query_of(const TalkFilter *filter)
{
        g_autofree char *words = g_uri_escape_string(filter->words, NULL, FALSE);
        g_autofree char *day = g_uri_escape_string(filter->day, NULL, FALSE);
        g_autofree char *room = g_uri_escape_string(filter->room, NULL, FALSE);
        return g_strdup_printf("q=%s&day=%s&room=%s&", words, day, room);
}

void show_sessions(Request *req, Db *db)
{
        const Lang *lang = request_lang(req);
        g_autoptr(Event) event = event_of_request(req, db);
        if (!event)
                return;
        int64_t page = page_of_request(req), total = 0;
        TalkFilter filter = { .day = request_query(req, "day"),
                              .room = request_query(req, "room"),
                              .track = "",
                              .kind = "",
                              .words = strlen(request_query(req, "q")) < 400 ? request_query(req, "q") : "" };
        GPtrArray *talks = talk_list(db, event->id, &filter, ROWS, (page - 1) * ROWS, &total);
        g_autoptr(GArray) rows = talk_rows(event, talks, lang, true);
        g_autoptr(GPtrArray) rooms = choice_head(db, event->id, CHOICE_ROOM, CHOICES_MAX + 1);
        g_autoptr(GPtrArray) days = choice_head(db, event->id, CHOICE_DAY, CHOICES_MAX + 1);
        name_days(event, days, lang);
        g_autofree char *query = query_of(&filter);
        PagerTabs tabs;
        pager_fill(&tabs, query, total, ROWS, page, lang);
        bool deleted = !strcmp(request_query(req, "done"), "deleted");
        Html *h = conference_page(req, event, EVENT_ORGANISE,
                                  &(Page){ .title = tr(lang, "Sessions"), .styles = session_styles, .no_index = true });
        sessions_view(h, &(SessionsPage){ .event = event,
                                          .filter = &filter,
                                          .notice = deleted ? tr(lang, "Deleted.") : NULL,
                                          .rooms = for_a_field(rooms),
                                          .days = for_a_field(days),
                                          .rows = rows,
                                          .total = total,
                                          .pager = &tabs.pager,
                                          .may_edit = request_may(req, RIGHT_PROGRAMME) });
        page_end(req, h, 200);
        pager_clear(&tabs);
}

static const char *const kind_words[TALK_CHANGE_KINDS] = {
        [TALK_ADDED] = N_("New:"),
        [TALK_MOVED] = N_("Moved:"),
        [TALK_ROOM] = N_("Another room:"),
        [TALK_TITLE] = N_("New title:"),
        [TALK_PERSONS] = N_("Who speaks:"),
        [TALK_CANCELLED] = N_("Cancelled:"),
        [TALK_RESTORED] = N_("Takes place after all:"),
};

static void change_row_clear(gpointer data)
{
        ChangeRow *row = data;
        char *texts[] = { row->title, row->code, row->was, row->now, row->at, row->iso };
        for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
                g_free(texts[i]);
}

static char *moment(const Event *event, int64_t start_us, int64_t end_us, const Lang *lang)
{
        g_autofree char *day = when_day(lang, event->zone, start_us);
        g_autofree char *times = when_times(lang, event->zone, start_us, end_us);
        return g_strdup_printf("%s, %s", day, times);
}

static ChangeRow change_row(Db *db, const Event *event, const TalkChange *change, const Lang *lang)
{
        g_autoptr(Talk) talk = change->talk ? talk_by_id(db, change->talk) : NULL;
        bool moved = change->kind == TALK_MOVED;
        return (ChangeRow){
                .kind = tr(lang, kind_words[change->kind]),
                .title = g_strdup(change->title),
                .code = talk ? g_strdup(talk->code) : NULL,
                .was = moved ? moment(event, change->was_start_us, change->was_end_us, lang) : g_strdup(change->was),
                .now = moved ? moment(event, change->now_start_us, change->now_end_us, lang) : g_strdup(change->now),
                .at = when_day_time(lang, event->zone, change->at_us),
                .iso = when_iso(event->zone, change->at_us),
                .told = change->told_us ? tr(lang, "Told") : tr(lang, "To be told"),
        };
}

static void show_change_list(Request *req, Db *db, bool is_public)
{
        const Lang *lang = request_lang(req);
        g_autoptr(Event) event = event_of_request(req, db);
        if (!event)
                return;
        int64_t page = page_of_request(req), total = 0;
        g_autoptr(GPtrArray) changes = change_list(db, event->id, is_public, ROWS, (page - 1) * ROWS, &total);
        g_autoptr(GArray) rows = g_array_new(FALSE, TRUE, sizeof(ChangeRow));
        g_array_set_clear_func(rows, change_row_clear);
        for (guint i = 0; i < changes->len; i++) {
                ChangeRow row = change_row(db, event, changes->pdata[i], lang);
                g_array_append_val(rows, row);
        }
        PagerTabs tabs;
        pager_fill(&tabs, "", total, ROWS, page, lang);
        Html *h = conference_page(req, event, is_public ? EVENT_PROGRAMME : EVENT_ORGANISE,
                                  &(Page){ .title = tr(lang, "What changed"), .no_index = true });
        changes_view(h, &(ChangesPage){ .event = event, .rows = rows, .pager = &tabs.pager, .is_public = is_public });
        page_end(req, h, 200);
        pager_clear(&tabs);
}

void show_changes(Request *req, Db *db)
{
        show_change_list(req, db, false);
}

/* For whoever counts on it: a mail of many changes leads here. */
void show_public_changes(Request *req, Db *db)
{
        show_change_list(req, db, true);
}
