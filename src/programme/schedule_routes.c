/* The programme by day and room, narrowed and searched, in pages of a bounded size. */
#include "programme/programme_routes.h"

#include "base/time.h"
#include "base/when.h"
#include "base/zone.h"

#include <stdlib.h>
#include <string.h>

#define TALKS_PER_PAGE 21 /* seven to eight nodes each: a page has at most 298 */
#define GRID_TALKS_MAX TALKS_PER_PAGE
#define GRID_ROOMS_MAX 4
#define SPAN_MAX 6
#define TABS_MAX 14 /* days, and the three lists */
#define CHOICES_IN_A_FIELD 12
#define CHOICES_PER_PAGE 100
#define CHIPS_MAX 5
#define WORDS_MAX_BYTES 400
#define DAYS_MAX 400

/* The address of the programme narrowed like this. (transfer full) */
static char *schedule_url(const Event *event, const TalkFilter *filter)
{
        const char *values[][2] = { { "day", filter->day },
                                    { "room", filter->room },
                                    { "track", filter->track },
                                    { "kind", filter->kind },
                                    { "q", filter->words } };
        GString *url = g_string_new(NULL);
        g_string_printf(url, "/%s/schedule/", event->slug);
        char sign = '?';
        for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
                if (!*values[i][1])
                        continue;
                g_string_append_printf(url, "%c%s=", sign, values[i][0]);
                g_string_append_uri_escaped(url, values[i][1], NULL, FALSE);
                sign = '&';
        }
        return g_string_free(url, FALSE);
}

static bool is_narrowed(const TalkFilter *filter)
{
        return *filter->room || *filter->track || *filter->kind || *filter->words;
}

static bool has_choice(const GPtrArray *choices, const char *value)
{
        for (guint i = 0; i < choices->len; i++)
                if (!strcmp(choice_at(choices, i)->value, value))
                        return true;
        return false;
}

/* Today when the event has sessions today, else its first day; "" without sessions. */
static const char *usual_day(const Event *event, const GPtrArray *days)
{
        g_autofree char *today = when_iso_day(event->zone, now_us() - event->day_change_minutes * MINUTE_US);
        for (guint i = 0; i < days->len; i++)
                if (!strcmp(choice_at(days, i)->value, today))
                        return choice_at(days, i)->value;
        return days->len ? choice_at(days, 0)->value : "";
}

static char *day_name(const Event *event, const char *day, const Lang *lang)
{
        int64_t at_us = 0;
        when_parse(event->zone, day, &at_us);
        return when_capital(when_day(lang, event->zone, at_us));
}

/* Everything of a page; freed together. */
typedef struct {
        const Lang *lang;
        Event *event;
        TalkFilter filter;
        GPtrArray *days, *rooms, *tracks, *kinds; /* of Choice */
        Tab tabs[TABS_MAX], chips[CHIPS_MAX];
        size_t tab_count, chip_count;
        GArray *rows, *slots;
        GPtrArray *columns;
        PagerTabs pager;
        char *heading, *found;
} Schedule;

static void slot_clear(gpointer data)
{
        Slot *slot = data;
        g_free(slot->time);
        g_free(slot->iso);
}

static void schedule_clear(Schedule *schedule)
{
        for (size_t i = 0; i < schedule->tab_count; i++) {
                g_free((char *)schedule->tabs[i].label);
                g_free((char *)schedule->tabs[i].url);
        }
        for (size_t i = 0; i < schedule->chip_count; i++) {
                g_free((char *)schedule->chips[i].label);
                g_free((char *)schedule->chips[i].url);
        }
        GPtrArray *lists[] = { schedule->days, schedule->rooms, schedule->tracks, schedule->kinds, schedule->columns };
        for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
                if (lists[i])
                        g_ptr_array_unref(lists[i]);
        if (schedule->rows)
                g_array_unref(schedule->rows);
        if (schedule->slots)
                g_array_unref(schedule->slots);
        pager_clear(&schedule->pager);
        g_free(schedule->heading);
        g_free(schedule->found);
        event_free(schedule->event);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Schedule, schedule_clear)

static void add_tab(Schedule *schedule, char *label, char *url, bool current)
{
        schedule->tabs[schedule->tab_count++] = (Tab){ label, url, current };
}

/* Days (around the current one when there are many), then the lists of rooms, tracks and persons. */
static void fill_tabs(Schedule *schedule)
{
        const Lang *lang = schedule->lang;
        const Event *event = schedule->event;
        guint current = 0;
        for (guint i = 0; i < schedule->days->len; i++)
                if (!strcmp(choice_at(schedule->days, i)->value, schedule->filter.day))
                        current = i;
        guint most = TABS_MAX - 3;
        guint first = current > most / 2 && schedule->days->len > most
                              ? MIN(current - most / 2, schedule->days->len - most)
                              : 0;
        for (guint i = first; i < schedule->days->len && i < first + most; i++) {
                const char *day = choice_at(schedule->days, i)->value;
                int64_t at_us = 0;
                when_parse(event->zone, day, &at_us);
                g_autofree char *weekday = when_weekday(lang, event->zone, at_us);
                TalkFilter filter = schedule->filter;
                filter.day = day;
                add_tab(schedule, when_capital(g_strdup_printf("%s %d", weekday, atoi(day + 8))),
                        schedule_url(event, &filter), !strcmp(day, schedule->filter.day));
        }
        if (schedule->rooms->len > 1)
                add_tab(schedule, g_strdup(tr(lang, "By room")), g_strdup_printf("/%s/schedule/rooms/", event->slug),
                        false);
        if (schedule->tracks->len > 1)
                add_tab(schedule, g_strdup(tr(lang, "By track")), g_strdup_printf("/%s/schedule/tracks/", event->slug),
                        false);
        add_tab(schedule, g_strdup(tr(lang, "Speakers")), g_strdup_printf("/%s/speakers/", event->slug), false);
}

static void add_chip(Schedule *schedule, char *label, TalkFilter without)
{
        schedule->chips[schedule->chip_count++] = (Tab){ label, schedule_url(schedule->event, &without), false };
}

/* What the list is narrowed to, each with the address that takes it away. */
static void fill_chips(Schedule *schedule, Db *db)
{
        const TalkFilter *filter = &schedule->filter;
        TalkFilter without = *filter;
        if (*filter->words) {
                without.words = "";
                add_chip(schedule, g_strdup(filter->words), without);
                without = *filter;
        }
        if (*filter->day) {
                without.day = "";
                add_chip(schedule, day_name(schedule->event, filter->day, schedule->lang), without);
                without = *filter;
        }
        if (*filter->room) {
                without.room = "";
                add_chip(schedule, choice_name(db, schedule->event->id, CHOICE_ROOM, filter->room), without);
                without = *filter;
        }
        if (*filter->track) {
                without.track = "";
                add_chip(schedule, choice_name(db, schedule->event->id, CHOICE_TRACK, filter->track), without);
                without = *filter;
        }
        if (*filter->kind) {
                without.kind = "";
                add_chip(schedule, event_kind_text(db, schedule->event->id, filter->kind, schedule->lang), without);
        }
}

/* The pages of a whole day are named by the hour they begin with. */
static void name_pages_by_hour(Schedule *schedule, Db *db)
{
        const Event *event = schedule->event;
        if (schedule->pager.pager.count < 2)
                return;
        g_autoptr(GArray) starts = talk_starts(db, event->id, schedule->filter.day);
        g_autofree char *before = NULL;
        for (size_t i = 0; i < schedule->pager.pager.count; i++) {
                Tab *tab = &schedule->pager.tabs[i];
                guint64 place = (g_ascii_strtoull(tab->label, NULL, 10) - 1) * TALKS_PER_PAGE;
                if (place >= starts->len)
                        continue;
                char *hour = when_time(schedule->lang, event->zone, g_array_index(starts, int64_t, place));
                bool again = before && !strcmp(before, hour);
                g_free(before);
                before = g_strdup(hour);
                g_free((char *)tab->label);
                tab->label = again ? g_strconcat(hour, " …", NULL) : g_strdup(hour);
                g_free(hour);
        }
}

/* The names of the grid's rooms in the event's order; NULL when there are too many. (transfer full) of char * */
static GPtrArray *grid_columns(const Schedule *schedule, Db *db)
{
        g_autoptr(GPtrArray) rooms = conference_rooms(db, schedule->event->id);
        GPtrArray *columns = g_ptr_array_new_with_free_func(g_free);
        for (guint i = 0; i < rooms->len; i++) {
                const EventRoom *room = rooms->pdata[i];
                bool used = false;
                for (guint n = 0; n < schedule->rows->len; n++)
                        used |= g_array_index(schedule->rows, TalkRow, n).talk->room == room->id;
                if (used)
                        g_ptr_array_add(columns, g_strdup(room->name));
        }
        if (columns->len && columns->len <= GRID_ROOMS_MAX)
                return columns;
        g_ptr_array_unref(columns);
        return NULL;
}

static int column_of(const Schedule *schedule, const TalkRow *row)
{
        for (guint i = 0; i < schedule->columns->len; i++)
                if (!strcmp(schedule->columns->pdata[i], row->talk->room_name))
                        return (int)i + 1;
        return 1;
}

/* Where a session stands in the grid: its room's column, as many rows as hours begin while it lasts. */
static void place_row(Schedule *schedule, const Slot *slot, TalkRow *row)
{
        bool for_all = !strcmp(row->look, "plenary") || !strcmp(row->look, "pause");
        row->column = for_all && slot->count == 1 ? 0 : column_of(schedule, row);
        row->span = 1;
        for (guint i = 0; i < schedule->slots->len; i++) {
                const Slot *other = &g_array_index(schedule->slots, Slot, i);
                int64_t start_us = g_array_index(schedule->rows, TalkRow, other->first).talk->start_us;
                row->span += start_us > row->talk->start_us && start_us < row->talk->end_us;
        }
        row->span = row->column ? MIN(row->span, SPAN_MAX) : 1;
}

static void fill_grid(Schedule *schedule, Db *db)
{
        schedule->columns = grid_columns(schedule, db);
        if (!schedule->columns)
                return;
        schedule->slots = g_array_new(FALSE, TRUE, sizeof(Slot));
        g_array_set_clear_func(schedule->slots, slot_clear);
        for (guint i = 0; i < schedule->rows->len; i++) {
                const TalkRow *row = &g_array_index(schedule->rows, TalkRow, i);
                Slot *last =
                        schedule->slots->len ? &g_array_index(schedule->slots, Slot, schedule->slots->len - 1) : NULL;
                if (last && g_array_index(schedule->rows, TalkRow, last->first).talk->start_us == row->talk->start_us) {
                        last->count++;
                        continue;
                }
                Slot slot = { g_strdup(row->time), g_strdup(row->iso), i, 1 };
                g_array_append_val(schedule->slots, slot);
        }
        for (guint i = 0; i < schedule->slots->len; i++) {
                const Slot *slot = &g_array_index(schedule->slots, Slot, i);
                for (guint n = slot->first; n < slot->first + slot->count; n++)
                        place_row(schedule, slot, &g_array_index(schedule->rows, TalkRow, n));
        }
}

static void fill_list(Schedule *schedule, Db *db, int64_t page)
{
        int64_t total = 0;
        const Lang *lang = schedule->lang;
        bool narrowed = is_narrowed(&schedule->filter);
        GPtrArray *talks = talk_list(db, schedule->event->id, &schedule->filter, TALKS_PER_PAGE,
                                     (page - 1) * TALKS_PER_PAGE, &total);
        schedule->rows = talk_rows(schedule->event, talks, lang, narrowed);
        g_autofree char *url = schedule_url(schedule->event, &schedule->filter);
        const char *query = strchr(url, '?');
        g_autofree char *prefix = query ? g_strconcat(query + 1, "&", NULL) : g_strdup("");
        pager_fill(&schedule->pager, prefix, total, TALKS_PER_PAGE, page, lang);
        if (narrowed) {
                schedule->found =
                        g_strdup_printf(tr_n(lang, "%d session", "%d sessions", (unsigned long)total), (int)total);
                schedule->heading = g_strdup(*schedule->filter.words ? tr(lang, "Found") : tr(lang, "Chosen sessions"));
                fill_chips(schedule, db);
                return;
        }
        schedule->heading = *schedule->filter.day ? day_name(schedule->event, schedule->filter.day, lang)
                                                  : g_strdup(tr(lang, "No session yet"));
        name_pages_by_hour(schedule, db);
        if (total <= GRID_TALKS_MAX)
                fill_grid(schedule, db);
}

static void fill_schedule(Schedule *schedule, Request *req, Db *db)
{
        int64_t event = schedule->event->id;
        schedule->lang = request_lang(req);
        schedule->filter = (TalkFilter){ .day = request_query(req, "day"),
                                         .room = request_query(req, "room"),
                                         .track = request_query(req, "track"),
                                         .kind = request_query(req, "kind"),
                                         .words = request_query(req, "q") };
        if (strlen(schedule->filter.words) > WORDS_MAX_BYTES)
                schedule->filter.words = "";
        schedule->days = choice_head(db, event, CHOICE_DAY, DAYS_MAX);
        schedule->rooms = choice_head(db, event, CHOICE_ROOM, CHOICES_IN_A_FIELD + 1);
        schedule->tracks = choice_head(db, event, CHOICE_TRACK, CHOICES_IN_A_FIELD + 1);
        schedule->kinds = choice_head(db, event, CHOICE_KIND, CHOICES_IN_A_FIELD + 1);
        for (guint i = 0; i < schedule->kinds->len; i++) {
                Choice *kind = schedule->kinds->pdata[i];
                g_free(kind->name);
                kind->name = event_kind_text(db, event, kind->value, schedule->lang);
        }
        if (!has_choice(schedule->days, schedule->filter.day))
                schedule->filter.day = is_narrowed(&schedule->filter) ? "" : usual_day(schedule->event, schedule->days);
        fill_list(schedule, db, page_of_request(req));
        fill_tabs(schedule);
}

static const GPtrArray *for_a_field(const GPtrArray *choices)
{
        return choices->len > 1 && choices->len <= CHOICES_IN_A_FIELD ? choices : NULL;
}

void show_schedule(Request *req, Db *db)
{
        g_auto(Schedule) schedule = { .event = event_of_request(req, db) };
        if (!schedule.event)
                return;
        fill_schedule(&schedule, req, db);
        g_autofree char *city = zone_city(schedule.event->zone_name);
        static const char *const scripts[] = { "programme/here.js", NULL };
        static const char *const styles[] = { "programme/day.css", NULL };
        Html *h = conference_page(req, schedule.event, EVENT_PROGRAMME,
                                  &(Page){ .title = schedule.heading,
                                           .styles = styles,
                                           .scripts = scripts,
                                           .no_index = *schedule.filter.words != 0 });
        day_view(h, &(DayPage){ .event = schedule.event,
                                .zone_text = city,
                                .heading = schedule.heading,
                                .found = schedule.found,
                                .tabs = schedule.tabs,
                                .tab_count = schedule.tab_count,
                                .filter = &schedule.filter,
                                .chips = schedule.chips,
                                .chip_count = schedule.chip_count,
                                .rooms = for_a_field(schedule.rooms),
                                .tracks = for_a_field(schedule.tracks),
                                .kinds = for_a_field(schedule.kinds),
                                .rows = schedule.rows,
                                .slots = schedule.slots,
                                .columns = schedule.columns,
                                .pager = &schedule.pager.pager });
        page_end(req, h, 200);
}

static void show_choices(Request *req, Db *db, ChoiceKind kind, const char *name, const char *title)
{
        const Lang *lang = request_lang(req);
        g_autoptr(Event) event = event_of_request(req, db);
        if (!event)
                return;
        g_autoptr(GPtrArray) choices = choice_list(db, event->id, kind);
        int64_t page = page_of_request(req);
        guint first = (guint)MIN((page - 1) * CHOICES_PER_PAGE, choices->len);
        PagerTabs tabs;
        pager_fill(&tabs, "", choices->len, CHOICES_PER_PAGE, page, lang);
        static const char *const styles[] = { "programme/day.css", NULL };
        Html *h = conference_page(req, event, EVENT_PROGRAMME, &(Page){ .title = tr(lang, title), .styles = styles });
        choice_list_view(h, &(ChoicesPage){ .title = tr(lang, title),
                                            .name = name,
                                            .event_slug = event->slug,
                                            .choices = choices,
                                            .first = first,
                                            .count = MIN(choices->len - first, CHOICES_PER_PAGE),
                                            .pager = &tabs.pager });
        page_end(req, h, 200);
        pager_clear(&tabs);
}

void show_rooms(Request *req, Db *db)
{
        show_choices(req, db, CHOICE_ROOM, "room", N_("The programme by room"));
}

void show_tracks(Request *req, Db *db)
{
        show_choices(req, db, CHOICE_TRACK, "track", N_("The programme by track"));
}
