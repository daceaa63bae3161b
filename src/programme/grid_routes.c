/* The grid of a day by room and hour: what stands where, what clashes, and a session is moved by its form or by hand.
 */
#include "programme/grid_rules.h"
#include "programme/session_routes.h"

#include "base/time.h"
#include "base/when.h"

#include <string.h>

#define DAY_TALKS_MAX 2000
#define TABS_MAX 14

/* Everything of a page; freed together. */
typedef struct {
        Event *event;
        const Lang *lang;
        const char *day;
        GPtrArray *days, *talks, *rooms; /* of Choice, Talk, EventRoom */
        GPtrArray *clashes;              /* char * */
        GHashTable *clashing;            /* ids of sessions */
        GArray *rows, *cells, *blocks;   /* of GridRow, GridCell, GridBlock */
        guint first_room, room_count;
        Tab tabs[TABS_MAX];
        size_t tab_count;
        PagerTabs pager;
        char *notice;
        bool cut; /* more than a page holds */
} Grid;

static void grid_row_clear(gpointer data)
{
        GridRow *row = data;
        g_free(row->time);
        g_free(row->iso);
        g_free(row->field);
}

static void grid_block_clear(gpointer data)
{
        g_free(((GridBlock *)data)->length);
}

static void grid_clear(Grid *grid)
{
        for (size_t i = 0; i < grid->tab_count; i++) {
                g_free((char *)grid->tabs[i].label);
                g_free((char *)grid->tabs[i].url);
        }
        pager_clear(&grid->pager);
        g_clear_pointer(&grid->days, g_ptr_array_unref);
        g_clear_pointer(&grid->talks, g_ptr_array_unref);
        g_clear_pointer(&grid->rooms, g_ptr_array_unref);
        g_clear_pointer(&grid->clashes, g_ptr_array_unref);
        g_clear_pointer(&grid->clashing, g_hash_table_unref);
        g_clear_pointer(&grid->rows, g_array_unref);
        g_clear_pointer(&grid->cells, g_array_unref);
        g_clear_pointer(&grid->blocks, g_array_unref);
        g_free(grid->notice);
        event_free(grid->event);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Grid, grid_clear)

static int room_place(const Grid *grid, int64_t room)
{
        for (guint i = 0; i < grid->rooms->len; i++)
                if (((const EventRoom *)grid->rooms->pdata[i])->id == room)
                        return (int)i;
        return -1;
}

static void add_tab(Grid *grid, const char *day)
{
        int64_t at_us = 0;
        when_parse(grid->event->zone, day, &at_us);
        grid->tabs[grid->tab_count++] =
                (Tab){ .label = when_capital(when_day(grid->lang, grid->event->zone, at_us)),
                       .url = g_strdup_printf("/%s/organise/grid/?day=%s", grid->event->slug, day),
                       .current = !strcmp(day, grid->day) };
}

/* Days with sessions, and the event's first while there is none. */
static void choose_day(Grid *grid, Db *db, const char *wanted)
{
        grid->days = choice_head(db, grid->event->id, CHOICE_DAY, TABS_MAX);
        grid->day = grid->days->len ? choice_at(grid->days, 0)->value : grid->event->first_day;
        for (guint i = 0; i < grid->days->len; i++)
                if (!strcmp(choice_at(grid->days, i)->value, wanted))
                        grid->day = choice_at(grid->days, i)->value;
        for (guint i = 0; i < grid->days->len; i++)
                add_tab(grid, choice_at(grid->days, i)->value);
}

static void find_clashes(Grid *grid, Db *db)
{
        g_autoptr(Placements) places = placements_of_day(db, grid->event, grid->day);
        g_autoptr(GArray) clashes = clashes_of(places);
        grid->clashing = g_hash_table_new(NULL, NULL);
        for (guint i = 0; i < clashes->len; i++) {
                const Clash *clash = &g_array_index(clashes, Clash, i);
                guint ends[] = { clash->one, clash->other };
                for (size_t n = 0; n < G_N_ELEMENTS(ends); n++) {
                        int64_t talk = g_array_index(places->places, Placement, ends[n]).talk;
                        g_hash_table_add(grid->clashing, GSIZE_TO_POINTER((gsize)talk));
                }
        }
        grid->clashes = day_clash_texts(db, grid->event, places, clashes, grid->lang);
}

/* The page of rooms: the one asked for, or that of the session just moved. */
static void choose_rooms(Grid *grid, int64_t page, const Talk *moved)
{
        g_autoptr(GArray) counts = g_array_new(FALSE, TRUE, sizeof(guint));
        g_array_set_size(counts, grid->rooms->len);
        for (guint i = 0; i < grid->talks->len; i++) {
                int place = room_place(grid, ((const Talk *)grid->talks->pdata[i])->room);
                if (place >= 0)
                        g_array_index(counts, guint, place)++;
        }
        g_autoptr(GArray) pages = grid_pages(counts);
        int64_t page_count = MAX(1, (int64_t)pages->len - 1);
        int moved_place = moved ? room_place(grid, moved->room) : -1;
        for (int64_t n = 1; moved_place >= 0 && n <= page_count; n++)
                if ((guint)moved_place >= g_array_index(pages, guint, n - 1))
                        page = n;
        page = CLAMP(page, 1, page_count);
        grid->first_room = pages->len > 1 ? g_array_index(pages, guint, page - 1) : 0;
        grid->room_count = pages->len > 1 ? g_array_index(pages, guint, page) - grid->first_room : 0;
        g_autofree char *query = g_strdup_printf("day=%s&", grid->day);
        pager_fill(&grid->pager, query, page_count, 1, page, grid->lang);
}

static bool is_shown(const Grid *grid, const Talk *talk)
{
        int place = room_place(grid, talk->room);
        return place >= (int)grid->first_room && place < (int)(grid->first_room + grid->room_count);
}

/* One row for each hour at which something begins in the shown rooms. */
static void fill_rows(Grid *grid)
{
        int64_t last_us = -1;
        grid->rows = g_array_new(FALSE, TRUE, sizeof(GridRow));
        g_array_set_clear_func(grid->rows, grid_row_clear);
        for (guint i = 0; i < grid->talks->len; i++) {
                const Talk *talk = grid->talks->pdata[i];
                if (!is_shown(grid, talk) || talk->start_us == last_us)
                        continue;
                if ((grid->rows->len + 1) * (3 + grid->room_count) > GRID_NODES) {
                        grid->cut = true;
                        break;
                }
                g_autofree char *field = when_field(grid->event->zone, talk->start_us);
                GridRow row = { when_time(grid->lang, grid->event->zone, talk->start_us),
                                when_iso(grid->event->zone, talk->start_us), g_strdup(field + strlen(field) - 5),
                                talk->start_us };
                g_array_append_val(grid->rows, row);
                last_us = talk->start_us;
        }
}

static GridCell fill_cell(Grid *grid, const GridRow *row, const EventRoom *room, const Talk *moved)
{
        GridCell cell = { .room = room->slug, .room_name = room->name, .first = grid->blocks->len };
        for (guint i = 0; i < grid->talks->len; i++) {
                const Talk *talk = grid->talks->pdata[i];
                if (talk->room != room->id)
                        continue;
                cell.busy |= !talk->cancelled && grid_runs_on(talk, row->at_us);
                if (talk->start_us != row->at_us)
                        continue;
                if (grid->blocks->len >= GRID_TALKS) {
                        grid->cut = true;
                        continue;
                }
                GridBlock block = { .talk = talk,
                                    .length = when_duration(grid->lang, talk->end_us - talk->start_us),
                                    .minutes = (talk->end_us - talk->start_us) / MINUTE_US,
                                    .look = talk_look(talk),
                                    .clash = g_hash_table_contains(grid->clashing, GSIZE_TO_POINTER((gsize)talk->id)),
                                    .moved = moved && moved->id == talk->id };
                g_array_append_val(grid->blocks, block);
                cell.count++;
        }
        return cell;
}

static void fill_cells(Grid *grid, const Talk *moved)
{
        grid->cells = g_array_new(FALSE, TRUE, sizeof(GridCell));
        grid->blocks = g_array_new(FALSE, TRUE, sizeof(GridBlock));
        g_array_set_clear_func(grid->blocks, grid_block_clear);
        for (guint r = 0; r < grid->rows->len; r++)
                for (guint n = 0; n < grid->room_count; n++) {
                        GridCell cell = fill_cell(grid, &g_array_index(grid->rows, GridRow, r),
                                                  grid->rooms->pdata[grid->first_room + n], moved);
                        g_array_append_val(grid->cells, cell);
                }
}

static void fill_grid(Grid *grid, Request *req, Db *db)
{
        int64_t total = 0;
        grid->lang = request_lang(req);
        g_autoptr(Talk) moved = talk_find(db, grid->event->id, request_query(req, "moved"));
        choose_day(grid, db, moved ? moved->day : request_query(req, "day"));
        grid->talks = talk_list(db, grid->event->id,
                                &(TalkFilter){ .day = grid->day, .room = "", .track = "", .kind = "", .words = "" },
                                DAY_TALKS_MAX, 0, &total);
        grid->rooms = conference_rooms(db, grid->event->id);
        find_clashes(grid, db);
        choose_rooms(grid, page_of_request(req), moved);
        fill_rows(grid);
        fill_cells(grid, moved);
        if (moved) {
                g_autofree char *place = place_of_talk(grid->event, moved, grid->lang);
                grid->notice = g_strdup_printf(tr(grid->lang, "“%s” now stands here: %s."), moved->title, place);
        }
}

void show_grid(Request *req, Db *db)
{
        g_auto(Grid) grid = { .event = event_of_request(req, db) };
        if (!grid.event)
                return;
        fill_grid(&grid, req, db);
        static const char *const scripts[] = { "programme/grid.js", NULL };
        bool may_edit = request_may(req, RIGHT_PROGRAMME);
        Html *h = conference_page(req, grid.event, EVENT_ORGANISE,
                                  &(Page){ .title = tr(grid.lang, "Grid"),
                                           .styles = session_styles,
                                           .scripts = may_edit ? scripts : NULL,
                                           .no_index = true });
        grid_page_view(h, &(GridPage){ .event = grid.event,
                                       .day = grid.day,
                                       .tabs = grid.tabs,
                                       .tab_count = grid.tab_count,
                                       .rooms = (EventRoom *const *)grid.rooms->pdata + grid.first_room,
                                       .room_count = grid.room_count,
                                       .rows = grid.rows,
                                       .cells = grid.cells,
                                       .blocks = grid.blocks,
                                       .clashes = grid.clashes,
                                       .notice = grid.notice,
                                       .pager = &grid.pager.pager,
                                       .cut = grid.cut,
                                       .may_edit = may_edit });
        page_end(req, h, 200);
}
