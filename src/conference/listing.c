#include "conference/listing.h"

static void row_clear(gpointer data)
{
        ListedRow *row = data;
        g_free(row->name);
        g_free(row->url);
        g_free(row->meta);
        g_free(row->colour);
        g_free(row->logo_url);
}

EventList *event_list_new(Request *req, guint count)
{
        EventList *listing = g_new0(EventList, 1);
        guint pages = MAX(1, (count + LIST_ROWS - 1) / LIST_ROWS);
        guint64 page = 1;
        g_ascii_string_to_unsigned(request_query(req, "page"), 10, 1, pages, &page, NULL);
        listing->rows = g_array_new(FALSE, TRUE, sizeof(ListedRow));
        g_array_set_clear_func(listing->rows, row_clear);
        listing->count = count;
        listing->first = ((guint)page - 1) * LIST_ROWS;
        listing->end = MIN(count, listing->first + LIST_ROWS);
        if (page > 1)
                listing->before_url = g_strdup_printf("?page=%u", (guint)page - 1);
        if (page < pages)
                listing->after_url = g_strdup_printf("?page=%u", (guint)page + 1);
        return listing;
}

void event_list_free(EventList *listing)
{
        if (!listing)
                return;
        g_array_unref(listing->rows);
        g_free(listing->before_url);
        g_free(listing->after_url);
        g_free(listing);
}

ListedRow *event_list_add(EventList *listing, int64_t id, const char *name, const char *url, const char *meta)
{
        ListedRow row = { .id = id,
                          .name = g_strdup(name),
                          .url = g_strdup(url),
                          .meta = g_strdup(meta),
                          .colour = g_strdup(""),
                          .logo_url = g_strdup(""),
                          .first = listing->first == 0 && listing->rows->len == 0 };
        g_array_append_val(listing->rows, row);
        return &g_array_index(listing->rows, ListedRow, listing->rows->len - 1);
}

int64_t event_list_asked(const Request *req, const char *name)
{
        guint64 id = 0;
        g_ascii_string_to_unsigned(request_field(req, name), 10, 1, G_MAXINT64, &id, NULL);
        return (int64_t)id;
}

bool event_list_moves(const EventList *list)
{
        for (guint i = 0; i < list->rows->len; i++)
                if (!g_array_index(list->rows, ListedRow, i).first)
                        return true;
        return false;
}
