/* The reader's own programme. The pages of the programme itself stay alike for everyone: a star there leads here, where
 * the cookie is looked at. */
#include "programme/favourite.h"
#include "programme/formats/schedule_ical.h"
#include "programme/import.h"
#include "programme/programme_routes.h"

#include "base/when.h"

#include <string.h>

#define ROWS 18 /* of a page: it has at most 298 nodes */
#define COOKIE_DAYS 400

static char *cookie_of(const Event *event)
{
        return g_strdup_printf("my-%" G_GINT64_FORMAT, event->id);
}

/* Of the cookie, and of the account when the reader is signed in. */
static GPtrArray *codes_of(Request *req, Db *db, const Event *event)
{
        g_autofree char *cookie = cookie_of(event);
        GPtrArray *codes = favourite_codes(request_own_cookie(req, cookie));
        int64_t account = request_account(req);
        g_autoptr(GPtrArray) stored = account ? favourite_list(db, event->id, account) : NULL;
        for (guint i = 0; stored && i < stored->len; i++)
                favourite_put(codes, stored->pdata[i], true);
        return codes;
}

static gint by_start(gconstpointer a, gconstpointer b)
{
        const Talk *one = *(Talk *const *)a, *other = *(Talk *const *)b;
        return one->start_us < other->start_us ? -1 : one->start_us > other->start_us;
}

/* In order of time; codes that the event has no more are left out. (transfer full) of Talk */
static GPtrArray *talks_of(Db *db, const Event *event, const GPtrArray *codes)
{
        GPtrArray *talks = g_ptr_array_new_with_free_func((GDestroyNotify)talk_free);
        for (guint i = 0; i < codes->len; i++) {
                Talk *talk = talk_find(db, event->id, codes->pdata[i]);
                if (talk)
                        g_ptr_array_add(talks, talk);
        }
        g_ptr_array_sort(talks, by_start);
        return talks;
}

/* What each session clashes with, in words; "" for none. (transfer full) of char * */
static GPtrArray *clash_words(const GPtrArray *talks, const Lang *lang)
{
        GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
        for (guint i = 0; i < talks->len; i++) {
                int other = favourite_clash(talks, i);
                g_ptr_array_add(words, other < 0 ? g_strdup("")
                                                 : g_strdup_printf(tr(lang, "At the same time as “%s”"),
                                                                   ((const Talk *)talks->pdata[other])->title));
        }
        return words;
}

/* The sessions of one page of the list, which now owns them; the others are freed. */
static GPtrArray *page_of(GPtrArray *talks, int64_t first)
{
        GPtrArray *page = g_ptr_array_new_with_free_func((GDestroyNotify)talk_free);
        for (gint64 i = first; i < talks->len && i < first + ROWS; i++) {
                g_ptr_array_add(page, talks->pdata[i]);
                talks->pdata[i] = NULL;
        }
        return page;
}

static GPtrArray *days_of(const Event *event, const GArray *rows, const Lang *lang)
{
        GPtrArray *days = g_ptr_array_new_with_free_func(g_free);
        for (guint i = 0; i < rows->len; i++) {
                const Talk *talk = g_array_index(rows, TalkRow, i).talk;
                bool same = i && !strcmp(g_array_index(rows, TalkRow, i - 1).talk->day, talk->day);
                int64_t at_us = 0;
                when_parse(event->zone, talk->day, &at_us);
                g_ptr_array_add(days, same ? NULL : when_capital(when_day(lang, event->zone, at_us)));
        }
        return days;
}

void show_my(Request *req, Db *db)
{
        const Lang *lang = request_lang(req);
        g_autoptr(Event) event = event_of_request(req, db);
        if (!event)
                return;
        g_autoptr(GPtrArray) codes = codes_of(req, db, event);
        g_autoptr(GPtrArray) talks = talks_of(db, event, codes);
        g_autoptr(GPtrArray) clashes = clash_words(talks, lang);
        int64_t page = page_of_request(req), first = (page - 1) * ROWS;
        PagerTabs tabs;
        pager_fill(&tabs, "", talks->len, ROWS, page, lang);
        g_autoptr(GArray) rows = talk_rows(event, page_of(talks, first), lang, false);
        g_autoptr(GPtrArray) days = days_of(event, rows, lang);
        static const char *const styles[] = { "programme/my.css", NULL };
        static const char *const scripts[] = { "programme/here.js", NULL };
        Html *h = conference_page(
                req, event, EVENT_PROGRAMME,
                &(Page){ .title = tr(lang, "My programme"), .styles = styles, .scripts = scripts, .no_index = true });
        my_view(h, &(MyPage){ .event = event,
                              .rows = rows,
                              .days = days,
                              .clashes = (char *const *)clashes->pdata + MIN(first, clashes->len),
                              .total = talks->len,
                              .pager = &tabs.pager,
                              .stored = request_is_signed_in(req) });
        page_end(req, h, 200);
        pager_clear(&tabs);
}

void show_keep(Request *req, Db *db)
{
        g_autoptr(Event) event = event_of_request(req, db);
        g_autoptr(Talk) talk = event ? talk_find(db, event->id, request_param(req, "code")) : NULL;
        if (!talk) {
                if (event)
                        respond_not_found(req);
                return;
        }
        g_autoptr(GPtrArray) codes = codes_of(req, db, event);
        bool kept = g_ptr_array_find_with_equal_func(codes, talk->code, g_str_equal, NULL);
        Html *h = conference_page(req, event, EVENT_PROGRAMME, &(Page){ .title = talk->title, .no_index = true });
        keep_view(h, &(KeepPage){ .event = event, .talk = talk, .kept = kept });
        page_end(req, h, 200);
}

/* In the cookie and, for who is signed in, with the account; what the cookie holds goes there too. */
static bool put(Request *req, Db *db, const Event *event, const Talk *talk, bool kept)
{
        g_autoptr(GPtrArray) codes = codes_of(req, db, event);
        if (!favourite_put(codes, talk->code, kept))
                return false;
        g_autofree char *cookie = cookie_of(event), *text = favourite_text(codes);
        request_set_cookie(req, cookie, text, codes->len ? COOKIE_DAYS * INT64_C(86400) : 0);
        int64_t account = request_account(req);
        if (!account)
                return true;
        g_autoptr(GPtrArray) talks = talks_of(db, event, codes);
        for (guint i = 0; i < talks->len; i++)
                favourite_set(db, account, ((const Talk *)talks->pdata[i])->id, true);
        favourite_set(db, account, talk->id, kept);
        return true;
}

void save_keep(Request *req, Db *db)
{
        g_autoptr(Event) event = event_of_request(req, db);
        g_autoptr(Talk) talk = event ? talk_find(db, event->id, request_param(req, "code")) : NULL;
        if (!talk) {
                if (event)
                        respond_not_found(req);
                return;
        }
        if (put(req, db, event, talk, !strcmp(request_field(req, "keep"), "1")))
                respond_redirect(req, "/%s/my/", event->slug);
        else
                respond_error(req, 409,
                              tr(request_lang(req), "Your programme holds 60 sessions already. Take one off first."));
}

/* For the script of the stars: "ABC123 DEF456". */
void send_my_codes(Request *req, Db *db)
{
        g_autoptr(Event) event = event_of_request(req, db);
        if (!event)
                return;
        g_autoptr(GPtrArray) codes = codes_of(req, db, event);
        g_autofree char *text = favourite_text(codes);
        respond_header(req, "Cache-Control", "no-store");
        respond_text(req, 200, "text/plain; charset=utf-8", g_strdelimit(text, ".", ' '));
}

void send_my_calendar(Request *req, Db *db)
{
        g_autoptr(Event) event = event_of_request(req, db);
        if (!event)
                return;
        g_autoptr(GPtrArray) codes = codes_of(req, db, event);
        g_autoptr(GPtrArray) talks = talks_of(db, event, codes);
        g_autoptr(Programme) programme = programme_load_talks(db, event, talks);
        g_autofree char *base_url = g_strdup_printf("%s/%s/", request_origin(req), event->slug);
        g_autoptr(GBytes) body = g_string_free_to_bytes(schedule_ical_write(programme, base_url));
        respond_header(req, "Cache-Control", "no-store");
        respond_bytes(req, 200, "text/calendar; charset=utf-8", body);
}
