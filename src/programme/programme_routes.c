#include "programme/programme_routes.h"
#include "programme/session_routes.h"

#include "base/time.h"
#include "base/when.h"
#include "programme/schedule_xml.h"

#include <stdlib.h>
#include <string.h>

#define UPLOAD_BYTES (17 * 1024 * 1024) /* a file over the reader's limit is told so, not cut off */
#define PAGE_MAX 100000

Event *event_of_request(Request *req, Db *db)
{
        Event *event = conference_event(db, request_event(req));
        if (!event)
                respond_not_found(req);
        return event;
}

static void row_clear(gpointer data)
{
        TalkRow *row = data;
        talk_free(row->talk);
        g_free(row->time);
        g_free(row->iso);
        g_free(row->meta);
        g_free(row->length);
}

/* "Workshop · Main stage · Ada, Bob", of what there is. */
static char *meta_of(const Talk *talk, const Lang *lang)
{
        const char *parts[] = { talk_kind_text(talk, lang), talk->room_name, talk->persons };
        GString *meta = g_string_new(NULL);
        for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
                if (*parts[i])
                        g_string_append_printf(meta, "%s%s", meta->len ? " · " : "", parts[i]);
        return g_string_free(meta, FALSE);
}

/* "Thu. 28, 9:30": short, for the margin of a list. */
static char *short_time(const Event *event, int64_t at_us, const Lang *lang)
{
        g_autofree char *weekday = when_weekday(lang, event->zone, at_us), *time = when_time(lang, event->zone, at_us);
        g_autofree char *day = when_iso_day(event->zone, at_us);
        return g_strdup_printf("%s %d, %s", weekday, atoi(day + 8), time);
}

GArray *talk_rows(const Event *event, GPtrArray *talks, const Lang *lang, bool with_day)
{
        GArray *rows = g_array_sized_new(FALSE, TRUE, sizeof(TalkRow), talks->len);
        g_array_set_clear_func(rows, row_clear);
        int64_t now = now_us();
        g_ptr_array_set_free_func(talks, NULL); /* the rows own them now */
        for (guint i = 0; i < talks->len; i++) {
                Talk *talk = talks->pdata[i];
                const TalkRow *before = i ? &g_array_index(rows, TalkRow, i - 1) : NULL;
                bool same = before && before->talk->start_us == talk->start_us; /* most do begin together */
                TalkRow row = { .talk = talk,
                                .iso = same ? g_strdup(before->iso) : when_iso(event->zone, talk->start_us),
                                .time = same       ? g_strdup(before->time)
                                        : with_day ? when_capital(short_time(event, talk->start_us, lang))
                                                   : when_time(lang, event->zone, talk->start_us),
                                .length = when_duration(lang, talk->end_us - talk->start_us),
                                .event_slug = event->slug,
                                .look = talk_look(talk),
                                .live = talk_state(talk, now) == TALK_LIVE,
                                .ended = talk_state(talk, now) == TALK_ENDED,
                                .soon = talk_is_soon(talk, now) };
                row.meta = meta_of(talk, lang);
                g_array_append_val(rows, row);
        }
        g_ptr_array_unref(talks);
        return rows;
}

int64_t page_of_request(const Request *req)
{
        guint64 page = 1;
        g_ascii_string_to_unsigned(request_query(req, "page"), 10, 1, PAGE_MAX, &page, NULL);
        return (int64_t)page;
}

void pager_fill(PagerTabs *tabs, const char *query, int64_t total, int64_t per_page, int64_t page, const Lang *lang)
{
        int64_t pages = MAX(1, (total + per_page - 1) / per_page);
        int64_t first = CLAMP(page - PAGER_TABS_MAX / 2, 1, MAX(1, pages - PAGER_TABS_MAX + 1));
        *tabs = (PagerTabs){ .pager = { .label = tr(lang, "Pages of the list") } };
        for (int64_t n = first; n <= pages && n < first + PAGER_TABS_MAX; n++)
                tabs->tabs[tabs->pager.count++] = (Tab){ .label = g_strdup_printf("%" G_GINT64_FORMAT, n),
                                                         .url = g_strdup_printf("?%spage=%" G_GINT64_FORMAT, query, n),
                                                         .current = n == page };
        tabs->pager.tabs = tabs->tabs;
}

void pager_clear(PagerTabs *tabs)
{
        for (size_t i = 0; i < tabs->pager.count; i++) {
                g_free((char *)tabs->tabs[i].label);
                g_free((char *)tabs->tabs[i].url);
        }
        tabs->pager.count = 0;
}

const Route programme_routes[] = {
        { GET, "/", show_home, RIGHT_PUBLIC, 0, "Events" },
        { GET, "/:event/", show_poster, RIGHT_PUBLIC, 0, "The poster of an event" },
        { GET, "/:event/schedule/", show_schedule, RIGHT_PUBLIC, 0, "The programme" },
        { GET, "/:event/schedule/rooms/", show_rooms, RIGHT_PUBLIC, 0, "The programme by room" },
        { GET, "/:event/schedule/tracks/", show_tracks, RIGHT_PUBLIC, 0, "The programme by track" },
        { GET, "/:event/talk/:code/", show_talk, RIGHT_PUBLIC, 0, "A session" },
        { GET, "/:event/talk/:code/keep/", show_keep, RIGHT_PUBLIC, 0, "Keep a session in one's own programme" },
        { POST, "/:event/talk/:code/keep/", save_keep, RIGHT_PUBLIC, 4096, "Keep a session, or take it off" },
        { GET, "/:event/my/", show_my, RIGHT_PUBLIC, 0, "One's own programme" },
        { GET, "/:event/my/codes", send_my_codes, RIGHT_PUBLIC, 0, "The sessions one keeps, for the pages' script" },
        { GET, "/:event/my/my.ics", send_my_calendar, RIGHT_PUBLIC, 0, "One's own programme for calendars" },
        { GET, "/:event/speakers/", show_speakers, RIGHT_PUBLIC, 0, "Who speaks" },
        { GET, "/:event/speaker/:code/", show_speaker, RIGHT_PUBLIC, 0, "A person who speaks" },
        { GET, "/:event/organise/", show_organise, RIGHT_TEAM, 0, "What an organiser can do" },
        { GET, "/:event/organise/import/", show_import, RIGHT_PROGRAMME, 0, "Import a programme",
          .menu = N_("Import a programme"),
          .menu_text = N_("A schedule, a calendar or a table; nothing is half imported.") },
        { POST_ALONE, "/:event/organise/import/", import_upload, RIGHT_PROGRAMME, UPLOAD_BYTES,
          "Take a programme file" },
        { GET, "/:event/organise/import/:token/", show_import_preview, RIGHT_PROGRAMME, 0, "What an import would do" },
        { POST_ALONE, "/:event/organise/import/:token/", import_apply_preview, RIGHT_PROGRAMME, 4096,
          "Import what was looked at" },
        { GET, "/:event/organise/import/result/:job/", show_import_result, RIGHT_PROGRAMME, 0,
          "What came of an import" },
        { 0 },
};

#define SESSION_BYTES (384 * 1024)
const Route session_routes[] = {
        { GET, "/:event/organise/sessions/", show_sessions, RIGHT_TEAM, 0, "The sessions, to edit",
          .menu = N_("Sessions"), .menu_text = N_("Write them, move them, cancel them.") },
        { GET, "/:event/organise/sessions/new/", show_new_session, RIGHT_PROGRAMME, 0, "A new session" },
        { POST, "/:event/organise/sessions/new/", save_new_session, RIGHT_PROGRAMME, SESSION_BYTES, "Add a session" },
        { GET, "/:event/organise/session/:code/", show_session, RIGHT_PROGRAMME, 0, "A session, to edit" },
        { POST, "/:event/organise/session/:code/", save_session, RIGHT_PROGRAMME, SESSION_BYTES, "Change a session" },
        { POST, "/:event/organise/session/:code/act/", act_on_session, RIGHT_PROGRAMME, 4096,
          "Duplicate, cancel, restore or delete a session" },
        { GET, "/:event/organise/session/:code/move/", show_move, RIGHT_PROGRAMME, 0, "Where a session goes" },
        { POST, "/:event/organise/session/:code/move/", save_move, RIGHT_PROGRAMME, 8192, "Move a session" },
        { GET, "/:event/organise/grid/", show_grid, RIGHT_TEAM, 0, "The programme as a grid, to move sessions in",
          .menu = N_("Grid"), .menu_text = N_("A day by room and hour: move sessions, see what clashes.") },
        { GET, "/:event/schedule/changes/", show_public_changes, RIGHT_PUBLIC, 0, "What changed, for readers" },
        { GET, "/:event/organise/changes/", show_changes, RIGHT_TEAM, 0, "What changed in the programme",
          .menu = N_("What changed"), .menu_text = N_("Since people count on it, and whether they were told.") },
        { 0 },
};
