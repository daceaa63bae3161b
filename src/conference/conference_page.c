#include "conference/conference.h"

/* The event's navigation: what everyone finds, then what its organisers do. */
static const struct {
        EventPlace place;
        const char *label, *path;
} entries[] = {
        { EVENT_POSTER, N_("The event"), "" },           { EVENT_PROGRAMME, N_("Programme"), "schedule/" },
        { EVENT_SPEAKERS, N_("Speakers"), "speakers/" }, { EVENT_LIVE, N_("Rooms"), "live/" },
        { EVENT_REPLAYS, N_("Replays"), "replays/" },    { EVENT_REGISTER, N_("Register"), "register/" },
        { EVENT_ORGANISE, N_("Organise"), "organise/" },
};

Html *conference_page(Request *req, const Event *event, EventPlace place, const Page *page)
{
        const Lang *lang = request_lang(req);
        bool organises = request_may(req, RIGHT_TEAM);
        NavItem nav[G_N_ELEMENTS(entries)];
        size_t count = 0;
        for (size_t i = 0; i < G_N_ELEMENTS(entries); i++) {
                if (entries[i].place == EVENT_ORGANISE && !organises)
                        continue;
                nav[count++] = (NavItem){ .label = tr(lang, entries[i].label),
                                          .url = g_strdup_printf("/%s/%s", event->slug, entries[i].path),
                                          .current = entries[i].place == place };
        }
        g_autofree char *home = g_strdup_printf("/%s/", event->slug);
        g_autofree char *links = g_strconcat(page->head_links ? page->head_links : "", event->theme_link, NULL);
        Page framed = *page;
        framed.brand = event->title;
        framed.brand_url = home;
        framed.nav = nav;
        framed.nav_count = count;
        framed.theme = event->theme_class;
        framed.head_links = links;
        framed.note = event->sample ? tr(lang, N_("Sample event, after Numérique en Communs Sud Charente (28 and 29 "
                                                  "January 2021): hours, people and figures are invented."))
                                    : NULL;
        framed.no_index = page->no_index || !event->published;
        Html *h = page_begin(req, &framed);
        for (size_t i = 0; i < count; i++)
                g_free((char *)nav[i].url);
        return h;
}
