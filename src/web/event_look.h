/* How pages below the event's own features show whose they are: errors, signing in. What conference/ makes of its own
 * pages stands above; the classes and sheets of colours are the same. */
#pragma once
#include "web/colour.h"
#include "web/html.h"

typedef struct {
        char *title, *home;              /* home: "/nec/" */
        char *theme_class, *theme_sheet; /* for Page.theme and Page.head_links; the sheet may be NULL */
        Colour accent;
} EventLook;
void event_look_free(EventLook *look);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EventLook, event_look_free)
/* NULL: there is no such event, or the store does not answer. */
EventLook *event_look(Db *db, int64_t event);
/* Of the event that an address ("/nec/me/") leads into, if everybody may see it; else NULL. */
EventLook *event_look_of_path(Db *db, const char *path);
/* Gives page its brand and its colours; look must outlive page_begin(). NULL leaves the page as it is. */
void event_look_dress(const EventLook *look, Page *page);

/* "theme-nec", or for an own colour "theme-e12", so that several events may stand on one page. (transfer full) */
char *event_theme_class(int64_t event, const char *theme, const char *accent);
/* The link to the sheet of its own colour; NULL when its colours are a theme's. (transfer full) */
char *event_theme_sheet(const char *slug, const char *accent);
