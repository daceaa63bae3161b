#include "web/event_look.h"
#include "web/request_private.h"

#include <string.h>

void event_look_free(EventLook *look)
{
        if (!look)
                return;
        g_free(look->title);
        g_free(look->home);
        g_free(look->theme_class);
        g_free(look->theme_sheet);
        g_free(look);
}

char *event_theme_class(int64_t event, const char *theme, const char *accent)
{
        return *accent ? g_strdup_printf("theme-e%" G_GINT64_FORMAT, event) : g_strconcat("theme-", theme, NULL);
}

char *event_theme_sheet(const char *slug, const char *accent)
{
        return *accent ? g_strdup_printf("<link rel=\"stylesheet\" href=\"/%s/theme.css?v=%s\">", slug, accent + 1)
                       : NULL;
}

EventLook *event_look_of_path(Db *db, const char *path)
{
        if (*path != '/')
                return NULL;
        g_autofree char *slug = g_strndup(path + 1, strcspn(path + 1, "/?#"));
        g_autofree char *moved_to = NULL;
        bool is_public = false;
        int64_t event = *slug ? event_by_slug(db, slug, &is_public, &moved_to) : 0;
        return event && is_public ? event_look(db, event) : NULL;
}

void event_look_dress(const EventLook *look, Page *page)
{
        if (!look)
                return;
        page->brand = look->title;
        page->brand_url = look->home;
        page->theme = look->theme_class;
        page->head_links = look->theme_sheet;
}
