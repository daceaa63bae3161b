#include "news/news_private.h"

#include "base/when.h"
#include "web/head.h"

#include <string.h>

static const FormField fields[] = {
        { "title", N_("Title"), .required = true, .characters_max = TITLE_CHARACTERS_MAX },
        { "text", N_("Text"), N_("In Markdown: an empty line begins a paragraph, [words](https://…) make a link."),
          .kind = FIELD_TEXT, .required = true, .rows = 8 },
        { "id", "", .kind = FIELD_HIDDEN },
        { 0 },
};

static Event *event_of(Request *req, Db *db)
{
        Event *event = conference_event(db, request_event(req));
        if (!event)
                respond_not_found(req);
        return event;
}

static void row_clear(gpointer data)
{
        g_free(((NewsRow *)data)->date);
        g_free(((NewsRow *)data)->iso);
}

/* The rows borrow the news. */
static GArray *rows_of(const Event *event, const GPtrArray *news, const Lang *lang)
{
        GArray *rows = g_array_new(FALSE, TRUE, sizeof(NewsRow));
        g_array_set_clear_func(rows, row_clear);
        for (guint i = 0; i < news->len && i < NEWS_PER_PAGE; i++) {
                const News *one = news->pdata[i];
                NewsRow row = { one, when_date(lang, event->zone, one->at_us), when_iso(event->zone, one->at_us) };
                g_array_append_val(rows, row);
        }
        return rows;
}

static int64_t number_of(const char *text)
{
        guint64 number = 0;
        g_ascii_string_to_unsigned(text, 10, 1, 1000000, &number, NULL);
        return (int64_t)number;
}

static char *base_url_of(const Request *req, const Event *event)
{
        return g_strdup_printf("%s/%s/", request_origin(req), event->slug);
}

static void show_news(Request *req, Db *db)
{
        const Lang *lang = request_lang(req);
        g_autoptr(Event) event = event_of(req, db);
        if (!event)
                return;
        int64_t page = MAX(1, number_of(request_query(req, "page")));
        g_autoptr(GPtrArray) news = news_list(db, event->id, NEWS_PER_PAGE + 1, (page - 1) * NEWS_PER_PAGE);
        g_autoptr(GArray) rows = rows_of(event, news, lang);
        g_autofree char *base_url = base_url_of(req, event);
        g_autofree char *url = g_strconcat(base_url, "news/", NULL), *feed = g_strconcat(url, "feed.atom", NULL);
        g_autofree char *head = head_markup(&(Head){ .type = "website",
                                                     .title = tr(lang, "News"),
                                                     .site = event->title,
                                                     .url = url,
                                                     .feed = feed,
                                                     .feed_title = event->title });
        Html *h = conference_page(req, event, EVENT_NOWHERE, &(Page){ .title = tr(lang, "News"), .head_links = head });
        news_view(h, &(NewsPage){ .event = event, .rows = rows, .page = page, .more = news->len > NEWS_PER_PAGE });
        page_end(req, h, 200);
}

static void send_feed(Request *req, Db *db)
{
        g_autoptr(Event) event = event_of(req, db);
        if (!event)
                return;
        g_autoptr(GPtrArray) news = news_list(db, event->id, FEED_ENTRIES, 0);
        g_autofree char *base_url = base_url_of(req, event);
        g_autoptr(GBytes) body = g_string_free_to_bytes(news_feed(event, base_url, news));
        respond_bytes(req, 200, "application/atom+xml; charset=utf-8", body);
}

static const char *notice_text(const char *done)
{
        if (!strcmp(done, "kept"))
                return N_("Published: everyone reads it now.");
        return !strcmp(done, "deleted") ? N_("The news is deleted.") : NULL;
}

static void show_edit_with(Request *req, Db *db, const Event *event, const Form *form, int64_t edited, int status)
{
        const Lang *lang = request_lang(req);
        int64_t page = MAX(1, number_of(request_query(req, "page")));
        const char *notice = notice_text(request_query(req, "done"));
        g_autoptr(GPtrArray) news = news_list(db, event->id, NEWS_PER_PAGE + 1, (page - 1) * NEWS_PER_PAGE);
        g_autoptr(GArray) rows = rows_of(event, news, lang);
        Html *h = conference_page(req, event, EVENT_ORGANISE, &(Page){ .title = tr(lang, "News"), .no_index = true });
        news_edit_view(h, &(NewsPage){ .event = event,
                                       .rows = rows,
                                       .form = form,
                                       .edited = edited,
                                       .notice = notice ? tr(lang, notice) : NULL,
                                       .page = page,
                                       .more = news->len > NEWS_PER_PAGE });
        page_end(req, h, status);
}

static void show_edit(Request *req, Db *db)
{
        g_autoptr(Event) event = event_of(req, db);
        if (!event)
                return;
        g_autoptr(News) news = news_find(db, event->id, number_of(request_query(req, "edit")));
        g_autoptr(Form) form = form_new(req, fields);
        if (news) {
                g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, news->id);
                form_set(form, "title", news->title);
                form_set(form, "text", news->text);
                form_set(form, "id", id);
        }
        show_edit_with(req, db, event, form, news ? news->id : 0, 200);
}

static void keep(Request *req, Db *db)
{
        g_autoptr(Event) event = event_of(req, db);
        if (!event)
                return;
        g_autoptr(Form) form = form_new(req, fields);
        int64_t id = number_of(form_value(form, "id"));
        g_autoptr(News) known = id ? news_find(db, event->id, id) : NULL;
        if (id && !known) {
                respond_not_found(req);
                return;
        }
        if (!form_check(form)) {
                show_edit_with(req, db, event, form, id, 422);
                return;
        }
        News news = { .id = id, .title = (char *)form_value(form, "title"), .text = (char *)form_value(form, "text") };
        if (news_keep(db, event->id, &news))
                respond_redirect(req, "/%s/organise/news/?done=kept", event->slug);
}

static void forget(Request *req, Db *db)
{
        g_autoptr(Event) event = event_of(req, db);
        if (!event)
                return;
        g_autoptr(News) news = news_find(db, event->id, number_of(request_field(req, "id")));
        if (!news)
                respond_not_found(req);
        else if (news_delete(db, event->id, news->id))
                respond_redirect(req, "/%s/organise/news/?done=deleted", event->slug);
}

const Route news_routes[] = {
        { GET, "/:event/news/", show_news, RIGHT_PUBLIC, 0, "News of an event" },
        { GET, "/:event/news/feed.atom", send_feed, RIGHT_PUBLIC, 0, "News of an event, as a feed" },
        { GET, "/:event/organise/news/", show_edit, RIGHT_ORGANISER, 0, "Write the news", .menu = N_("News"),
          .menu_text = N_("Short texts for the poster's side and for feeds.") },
        { POST, "/:event/organise/news/", keep, RIGHT_ORGANISER, 64 * 1024, "Publish or change a news" },
        { POST, "/:event/organise/news/delete", forget, RIGHT_ORGANISER, 4096, "Take a news away" },
        { 0 },
};
