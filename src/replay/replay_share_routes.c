/* A replay elsewhere: in a frame of another page, told by oEmbed, and as episodes of a podcast. */
#include "replay/replay_rules.h"
#include "replay/replay_views.h"

#include "base/markdown.h"
#include "base/markup.h"
#include "base/time.h"
#include "base/when.h"
#include "web/framed.h"

#include <string.h>

enum { EPISODES = 100, DESCRIPTION_CHARACTERS = 500, WIDTH = 640, WIDTH_LEAST = 16 };

static bool is_shown(Db *db, const Talk *talk)
{
        return talk->has_replay && !talk->no_recording && !live_replay_withheld(db, talk->id);
}

/* (transfer full), NULL: none that may be shown */
static Talk *shown_talk(Request *req, Db *db, Event **ret_event)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        g_autoptr(Talk) talk = event ? talk_find(db, event->id, request_param(req, "code")) : NULL;
        if (!talk || !is_shown(db, talk))
                return NULL;
        *ret_event = g_steal_pointer(&event);
        return g_steal_pointer(&talk);
}

/* --- In a frame --- */

static void show_embed(Request *req, Db *db)
{
        g_autoptr(Event) event = NULL;
        g_autoptr(Talk) talk = shown_talk(req, db, &event);
        g_autoptr(GPtrArray) replays = talk ? replay_store_of_talk(db, talk->id) : NULL;
        int chosen = replays ? replay_choose(replays, 0) : -1;
        const Replay *replay = chosen >= 0 ? replays->pdata[chosen] : NULL;
        if (!replay || !replay_plays(replay)) {
                respond_not_found(req);
                return;
        }
        const Lang *lang = request_lang(req);
        g_autofree char *list = g_strdup_printf("/media/%s/programme.m3u8", replay->folder);
        g_autofree char *movie = g_strdup_printf("/media/%s/replay.mp4", replay->folder);
        g_autofree char *link = g_strdup_printf("%s/%s/talk/%s/replay/", request_origin(req), event->slug, talk->code);
        bool has_movie = replay->state == REPLAY_READY && replay->download_bytes > 0 && !replay->withdrawn;
        static const char *const styles[] = { "replay/replay.css", NULL }, *const scripts[] = { "replay/replay.js",
                                                                                                NULL };
        respond_framed(req);
        Html *h = page_begin(req, &(Page){ .title = talk->title,
                                           .theme = event->theme_class,
                                           .styles = styles,
                                           .scripts = scripts,
                                           .main_class = "",
                                           .body_class = "embed",
                                           .bare = true,
                                           .no_index = true });
        embed_view(h, &(ReplayPage){ .event = event,
                                     .talk = talk,
                                     .plays = true,
                                     .list_url = list,
                                     .movie_url = has_movie ? movie : NULL,
                                     .movie_start = movie,
                                     .link = link,
                                     .not_played = tr(lang, "This browser cannot play the replay. Download the video, "
                                                            "or try another browser.") });
        page_end(req, h, 200);
}

/* --- oEmbed (oembed.com) --- */

/* The session whose replay is at this address of ours; NULL: none that may be shown. (transfer full) */
static Talk *talk_at(Request *req, Db *db, const char *url, Event **ret_event)
{
        const char *origin = request_origin(req);
        if (!g_str_has_prefix(url, origin) || strlen(url) > 500)
                return NULL;
        g_autofree char *path = g_strndup(url + strlen(origin), strcspn(url + strlen(origin), "?#"));
        g_auto(GStrv) parts = g_strsplit(path, "/", 8);
        if (g_strv_length(parts) != 6 || *parts[0] || strcmp(parts[2], "talk") != 0 ||
            strcmp(parts[4], "replay") != 0 || *parts[5])
                return NULL;
        g_autoptr(Event) event = conference_find(db, parts[1]);
        g_autoptr(Talk) talk = event && event->published ? talk_find(db, event->id, parts[3]) : NULL;
        if (!talk || !is_shown(db, talk))
                return NULL;
        *ret_event = g_steal_pointer(&event);
        return g_steal_pointer(&talk);
}

static int width_of(Request *req)
{
        gint64 most = g_ascii_strtoll(request_query(req, "maxwidth"), NULL, 10);
        gint64 high = g_ascii_strtoll(request_query(req, "maxheight"), NULL, 10) * 16 / 9;
        gint64 width = WIDTH;
        if (most > 0)
                width = MIN(width, most);
        if (high > 0)
                width = MIN(width, high);
        return (int)MAX(width, WIDTH_LEAST);
}

/* The frame, for other pages; title and address escaped. (transfer full) */
char *replay_frame_markup(const char *link, const char *title, int width)
{
        GString *html = g_string_new("<iframe src=\"");
        markup_append(html, link, MARKUP_ATTRIBUTE);
        g_string_append_printf(html, "embed/\" width=\"%d\" height=\"%d\" title=\"", width, width * 9 / 16);
        markup_append(html, title, MARKUP_ATTRIBUTE);
        g_string_append(html, "\" allowfullscreen></iframe>");
        return g_string_free(html, FALSE);
}

static void send_oembed(Request *req, Db *db)
{
        g_autoptr(Event) event = NULL;
        g_autoptr(Talk) talk = talk_at(req, db, request_query(req, "url"), &event);
        const char *format = request_query(req, "format");
        if (*format && strcmp(format, "json") != 0) {
                respond_error(req, 501, tr(request_lang(req), "Here oEmbed is told as JSON alone."));
                return;
        }
        if (!talk) {
                respond_not_found(req);
                return;
        }
        g_autofree char *link = g_strdup_printf("%s/%s/talk/%s/replay/", request_origin(req), event->slug, talk->code);
        int width = width_of(req);
        g_autofree char *frame = replay_frame_markup(link, talk->title, width);
        json_t *told = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:i}", "type", "video", "version", "1.0", "title",
                                 talk->title, "provider_name", event->title, "provider_url", request_origin(req),
                                 "html", frame, "width", width, "height", width * 9 / 16);
        g_autofree char *text = json_dumps(told, JSON_COMPACT);
        json_decref(told);
        respond_header(req, "Access-Control-Allow-Origin", "*");
        respond_text(req, 200, "application/json; charset=utf-8", text);
}

/* --- Podcast: RSS 2.0 with what its programs ask for --- */

static void put(GString *out, const char *name, const char *text)
{
        g_string_append_printf(out, "<%s>", name);
        markup_append(out, text, MARKUP_TEXT);
        g_string_append_printf(out, "</%s>\n", name);
}

/* RFC 822, in English whatever the server speaks. */
static void put_date(GString *out, int64_t at_us)
{
        static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
        static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
        g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(at_us / SECOND_US);
        g_string_append_printf(out, "<pubDate>%s, %02d %s %d %02d:%02d:%02d GMT</pubDate>\n",
                               days[g_date_time_get_day_of_week(time) - 1], g_date_time_get_day_of_month(time),
                               months[g_date_time_get_month(time) - 1], g_date_time_get_year(time),
                               g_date_time_get_hour(time), g_date_time_get_minute(time), g_date_time_get_second(time));
}

typedef struct {
        const Event *event;
        const char *origin;
} Podcast;

static void put_episode(GString *out, const Podcast *podcast, const Talk *talk, const Replay *replay, guint part)
{
        g_autofree char *words = prose_text(talk->abstract && *talk->abstract ? talk->abstract : talk->description,
                                            DESCRIPTION_CHARACTERS);
        g_autofree char *title = part > 1 ? g_strdup_printf("%s (%u)", talk->title, part) : g_strdup(talk->title);
        g_autofree char *page =
                g_strdup_printf("%s/%s/talk/%s/replay/", podcast->origin, podcast->event->slug, talk->code);
        g_autofree char *length = replay_time_text(replay->length_us);
        g_string_append(out, "<item>\n");
        put(out, "title", title);
        put(out, "link", page);
        put(out, "description", *words ? words : title);
        g_string_append_printf(
                out, "<enclosure url=\"%s/media/%s/sound.m4a\" length=\"%" G_GINT64_FORMAT "\" type=\"audio/mp4\"/>\n",
                podcast->origin, replay->folder, replay->sound_bytes);
        g_string_append_printf(out, "<guid isPermaLink=\"false\">%s/media/%s</guid>\n", podcast->origin,
                               replay->folder);
        put_date(out, replay->started_us);
        put(out, "itunes:duration", length);
        g_string_append(out, "</item>\n");
}

static void put_head(GString *out, const Podcast *podcast)
{
        const Event *event = podcast->event;
        g_autofree char *self = g_strdup_printf("%s/%s/replays/podcast.xml", podcast->origin, event->slug);
        g_autofree char *page = g_strdup_printf("%s/%s/replays/", podcast->origin, event->slug);
        g_autofree char *words = prose_text(*event->lead ? event->lead : event->description, DESCRIPTION_CHARACTERS);
        g_string_append(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" "
                             "xmlns:atom=\"http://www.w3.org/2005/Atom\" "
                             "xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\">\n<channel>\n");
        put(out, "title", event->title);
        put(out, "link", page);
        put(out, "description", *words ? words : event->title);
        put(out, "language", event->lang);
        g_string_append(out, "<atom:link rel=\"self\" type=\"application/rss+xml\" href=\"");
        markup_append(out, self, MARKUP_ATTRIBUTE);
        g_string_append(out, "\"/>\n");
        put(out, "itunes:author", *event->organiser ? event->organiser : event->title);
        put(out, "itunes:explicit", "false");
}

static void put_talk(GString *out, Db *db, const Podcast *podcast, const ReplayRow *row)
{
        if (live_replay_withheld(db, row->talk))
                return;
        g_autoptr(Talk) talk = talk_by_id(db, row->talk);
        g_autoptr(GPtrArray) replays = replay_store_of_talk(db, row->talk);
        for (guint i = 0; talk && i < replays->len; i++) {
                const Replay *replay = replays->pdata[i];
                if (replay->state == REPLAY_READY && replay->sound_bytes > 0 && !replay->withdrawn)
                        put_episode(out, podcast, talk, replay, i + 1);
        }
}

static void send_podcast(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        if (!event) {
                respond_not_found(req);
                return;
        }
        int64_t total = 0;
        g_autoptr(GPtrArray) counted = replay_list(db, event->id, 0, 0, &total);
        g_autoptr(GPtrArray) rows = replay_list(db, event->id, EPISODES, MAX(0, total - EPISODES), &total);
        Podcast podcast = { event, request_origin(req) };
        GString *out = g_string_new(NULL);
        put_head(out, &podcast);
        for (guint i = rows->len; i > 0; i--) /* the latest first */
                put_talk(out, db, &podcast, rows->pdata[i - 1]);
        g_string_append(out, "</channel>\n</rss>\n");
        g_autoptr(GBytes) body = g_string_free_to_bytes(out);
        respond_bytes(req, 200, "application/rss+xml; charset=utf-8", body);
}

const Route replay_share_routes[] = {
        { GET, "/:event/talk/:code/replay/embed/", show_embed, RIGHT_PUBLIC, 0, "A replay for other pages" },
        { GET, "/:event/replays/podcast.xml", send_podcast, RIGHT_PUBLIC, 0, "The sound of the replays as a podcast" },
        { GET, "/media/oembed", send_oembed, RIGHT_PUBLIC, 0, "A replay told by oEmbed" },
        { 0 },
};
