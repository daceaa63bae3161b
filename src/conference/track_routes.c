/* The tracks of an event. */
#include "conference/conference_views.h"
#include "conference/listing.h"

#include <string.h>

static const FormField fields[] = {
        { .name = "name", .label = N_("Name of the track"), .required = true, .characters_max = 80 },
        { .name = "colour", .label = N_("Its colour"), .kind = FIELD_COLOUR, .required = true },
        { 0 },
};

/* What a new track is offered: far from each other, and none of them red as what is live. */
static const char *const fresh_colours[] = { "#2f6f4e", "#a8391f", "#3b5ba5", "#b7791f",
                                             "#7a3e8e", "#1f7a8c", "#8a5a2b", "#5a6b1a" };

static void show_list(Request *req, Db *db, const Event *event, const Form *form, int status)
{
        const Lang *lang = request_lang(req);
        g_autoptr(GPtrArray) tracks = conference_tracks(db, event->id);
        g_autoptr(EventList) listing = event_list_new(req, tracks->len);
        for (guint i = listing->first; i < listing->end; i++) {
                const EventTrack *track = tracks->pdata[i];
                int talks = (int)event_track_talk_count(db, track->id);
                g_autofree char *url = g_strdup_printf("/%s/organise/tracks/%s/", event->slug, track->slug);
                g_autofree char *meta =
                        g_strdup_printf(tr_n(lang, "%d session", "%d sessions", (unsigned long)talks), talks);
                ListedRow *row = event_list_add(listing, track->id, track->name, url, meta);
                g_free(row->colour);
                row->colour = g_strdup(track->colour);
        }
        Html *h = conference_page(req, event, EVENT_ORGANISE, &(Page){ .title = tr(lang, "Tracks"), .no_index = true });
        tracks_view(
                h, &(ListPage){ .listing = listing, .event = event, .form = form, .done = request_query(req, "done") });
        page_end(req, h, status);
}

void show_tracks_list(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_of_request(req, db);
        if (!event)
                return;
        g_autoptr(GPtrArray) tracks = conference_tracks(db, event->id);
        g_autoptr(Form) form = form_new(req, fields);
        form_set(form, "colour", fresh_colours[tracks->len % G_N_ELEMENTS(fresh_colours)]);
        show_list(req, db, event, form, 200);
}

static char *free_slug(Db *db, int64_t event, const char *name)
{
        g_autofree char *plain = slug_of_name(name);
        const char *base = *plain ? plain : "track";
        for (int n = 1; n < LISTED_MAX * 2; n++) {
                g_autofree char *slug = n == 1 ? g_strdup(base) : g_strdup_printf("%s-%d", base, n);
                if (event_track_slug_is_free(db, event, slug))
                        return g_steal_pointer(&slug);
        }
        return g_strdup_printf("%s-%08x", base, g_random_int());
}

static bool track_check(Db *db, int64_t event, Form *form, int64_t but)
{
        form_check(form);
        if (event_track_name_is_taken(db, event, form_value(form, "name"), but))
                form_fail(form, "name", tr(form_lang(form), "Another track has this name."));
        return form_is_ok(form);
}

static void track_fill(EventTrack *track, const Form *form)
{
        g_free(track->name);
        g_free(track->colour);
        track->name = g_strdup(form_value(form, "name"));
        track->colour = g_ascii_strdown(form_value(form, "colour"), -1);
}

static void add_track(Request *req, Db *db, const Event *event)
{
        g_autoptr(Form) form = form_new(req, fields);
        g_autoptr(GPtrArray) tracks = conference_tracks(db, event->id);
        if (tracks->len >= LISTED_MAX)
                form_fail(form, "", tr(form_lang(form), "An event has 300 tracks at most."));
        if (!track_check(db, event->id, form, 0)) {
                show_list(req, db, event, form, 422);
                return;
        }
        g_autoptr(EventTrack) track = g_new0(EventTrack, 1);
        track_fill(track, form);
        track->slug = free_slug(db, event->id, track->name);
        if (event_track_keep(db, event->id, track))
                respond_redirect(req, "/%s/organise/tracks/?done=added", event->slug);
}

void act_on_tracks(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_of_request(req, db);
        if (!event)
                return;
        int64_t up = event_list_asked(req, "up");
        if (!up)
                add_track(req, db, event);
        else if (conference_move_up(db, event->id, LISTED_TRACK, up))
                respond_redirect(req, "/%s/organise/tracks/?done=moved", event->slug);
}

static EventTrack *track_of_request(Request *req, Db *db, const Event *event)
{
        EventTrack *track = event_track_find(db, event->id, request_param(req, "track"));
        if (!track)
                respond_not_found(req);
        return track;
}

static void show_track(Request *req, Db *db, const Event *event, const EventTrack *track, const Form *form,
                       const char *fault, int status)
{
        Html *h = conference_page(req, event, EVENT_ORGANISE, &(Page){ .title = track->name, .no_index = true });
        track_edit_view(h, &(TrackEditPage){ .event = event, .track = track, .form = form, .fault = fault });
        page_end(req, h, status);
}

/* As it stands, also when something else was sent. */
static Form *form_of_track(Request *req, const EventTrack *track)
{
        Form *form = form_new_plain(request_lang(req), fields, false);
        form_set(form, "name", track->name);
        form_set(form, "colour", *track->colour ? track->colour : "#827c70");
        return form;
}

void edit_track(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_of_request(req, db);
        g_autoptr(EventTrack) track = event ? track_of_request(req, db, event) : NULL;
        if (!track)
                return;
        g_autoptr(Form) form = form_of_track(req, track);
        show_track(req, db, event, track, form, NULL, 200);
}

static void remove_track(Request *req, Db *db, const Event *event, const EventTrack *track)
{
        const Lang *lang = request_lang(req);
        int64_t talks = event_track_talk_count(db, track->id);
        if (talks) {
                g_autofree char *fault = g_strdup_printf(
                        tr_n(lang, "%d session belongs to this track: give it another one, then remove the track.",
                             "%d sessions belong to this track: give them another one, then remove the track.",
                             (unsigned long)talks),
                        (int)talks);
                g_autoptr(Form) form = form_of_track(req, track);
                show_track(req, db, event, track, form, fault, 409);
        } else if (event_track_remove(db, event->id, track->id)) {
                respond_redirect(req, "/%s/organise/tracks/?done=removed", event->slug);
        }
}

void save_track(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_of_request(req, db);
        g_autoptr(EventTrack) track = event ? track_of_request(req, db, event) : NULL;
        if (!track)
                return;
        if (!strcmp(request_field(req, "act"), "remove")) {
                remove_track(req, db, event, track);
                return;
        }
        g_autoptr(Form) form = form_new(req, fields);
        if (!track_check(db, event->id, form, track->id)) {
                show_track(req, db, event, track, form, NULL, 422);
                return;
        }
        track_fill(track, form);
        if (event_track_keep(db, event->id, track))
                respond_redirect(req, "/%s/organise/tracks/?done=saved", event->slug);
}
