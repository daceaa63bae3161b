/* The home page of an event's team: figures, what is to do next, and a menu of what this reader may use. */
#include "programme/programme_routes.h"

#include "base/time.h"
#include "base/when.h"

#include <string.h>

/* Which group an entry of the menu stands in, by the first part of its address below organise/. */
static const struct {
        const char *part;
        OrganiseGroupKind group;
} places[] = {
        { "event", GROUP_EVENT },        { "texts", GROUP_EVENT },         { "look", GROUP_EVENT },
        { "rooms", GROUP_EVENT },        { "tracks", GROUP_EVENT },        { "kinds", GROUP_EVENT },
        { "partners", GROUP_EVENT },     { "publish", GROUP_EVENT },       { "delete", GROUP_MORE },
        { "sessions", GROUP_PROGRAMME }, { "grid", GROUP_PROGRAMME },      { "speakers", GROUP_PROGRAMME },
        { "persons", GROUP_PROGRAMME },  { "import", GROUP_PROGRAMME },    { "changes", GROUP_PROGRAMME },
        { "versions", GROUP_PROGRAMME }, { "team", GROUP_PEOPLE },         { "registrations", GROUP_PEOPLE },
        { "questions", GROUP_PEOPLE },   { "registration", GROUP_PEOPLE }, { "mail", GROUP_PEOPLE },
        { "mails", GROUP_PEOPLE },       { "statistics", GROUP_PEOPLE },   { "needs", GROUP_PEOPLE },
        { "check-in", GROUP_PEOPLE },    { "waiting", GROUP_PEOPLE },
};

static const char *const group_names[ORGANISE_GROUPS] = {
        [GROUP_EVENT] = N_("The event"),
        [GROUP_PROGRAMME] = N_("Programme"),
        [GROUP_PEOPLE] = N_("Team and people who come"),
        [GROUP_MORE] = N_("On the day and after"),
};

static OrganiseGroupKind group_of(const Route *route)
{
        static const char prefix[] = "/:event/organise/";
        if (!g_str_has_prefix(route->path, prefix))
                return GROUP_MORE;
        g_auto(GStrv) parts = g_strsplit(route->path + strlen(prefix), "/", 2);
        for (size_t i = 0; i < G_N_ELEMENTS(places); i++)
                if (!strcmp(places[i].part, parts[0]))
                        return places[i].group;
        return GROUP_MORE;
}

static void link_clear(gpointer data)
{
        g_free(((OrganiseLink *)data)->url);
}

/* What the features put into the menu, as far as this reader may use it. */
static void groups_fill(const Request *req, OrganiseGroup *groups)
{
        const Lang *lang = request_lang(req);
        for (int i = 0; i < ORGANISE_GROUPS; i++) {
                groups[i] = (OrganiseGroup){ tr(lang, group_names[i]), g_array_new(FALSE, TRUE, sizeof(OrganiseLink)) };
                g_array_set_clear_func(groups[i].links, link_clear);
        }
        g_autoptr(GPtrArray) menu = request_menu(req, "/:event/");
        for (guint i = 0; i < 2 * menu->len; i++) {
                const Route *route = menu->pdata[i % menu->len];
                if (g_str_has_suffix(route->path, "/delete/") != (i >= menu->len)) /* what ends all stands at the end */
                        continue;
                OrganiseLink link = { request_menu_url(req, route), tr(lang, route->menu), tr(lang, route->menu_text) };
                g_array_append_val(groups[group_of(route)].links, link);
        }
}

static const char *notice_of(const char *done, const Lang *lang)
{
        if (!strcmp(done, "published"))
                return tr(lang, "Published: everyone finds it now.");
        return !strcmp(done, "taken-back") ? tr(lang, "Taken back: its organisers alone see it.") : NULL;
}

/* "28 and 29 January · in 16 days" */
static char *days_line(const Event *event, const Lang *lang)
{
        g_autofree char *days = event_days_text(event, lang);
        int64_t now = now_us(), start = event_start_us(event);
        if (now >= event_end_us(event))
                return g_strdup_printf("%s · %s", days, tr(lang, "it is over"));
        if (now >= start)
                return g_strdup_printf("%s · %s", days, tr(lang, "it is on"));
        int left = (int)((start - now + DAY_US - 1) / DAY_US);
        g_autofree char *wait = g_strdup_printf(tr_n(lang, "in %d day", "in %d days", (unsigned long)left), left);
        return g_strdup_printf("%s · %s", days, wait);
}

void show_organise(Request *req, Db *db)
{
        const Lang *lang = request_lang(req);
        g_autoptr(Event) event = event_of_request(req, db);
        if (!event)
                return;
        bool organises = request_may(req, RIGHT_ORGANISER);
        g_autofree char *days = days_line(event, lang);
        g_autoptr(GPtrArray) rooms = conference_rooms(db, event->id);
        g_autoptr(GArray) gaps = organises ? conference_gaps(db, event) : NULL;
        OrganiseGroup groups[ORGANISE_GROUPS];
        groups_fill(req, groups);
        Html *h =
                conference_page(req, event, EVENT_ORGANISE, &(Page){ .title = tr(lang, "Organise"), .no_index = true });
        organise_view(h, &(OrganisePage){ .event = event,
                                          .days = days,
                                          .notice = notice_of(request_query(req, "done"), lang),
                                          .organises = organises,
                                          .gaps = gaps,
                                          .groups = groups,
                                          .talk_count = talk_count(db, event->id),
                                          .person_count = person_count(db, event->id),
                                          .registration_count = conference_registrations(db, event->id),
                                          .room_count = rooms->len });
        page_end(req, h, 200);
        for (int i = 0; i < ORGANISE_GROUPS; i++)
                g_array_unref(groups[i].links);
}
