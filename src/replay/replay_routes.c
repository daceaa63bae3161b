/* The list of an event's replays, and the files behind them. */
#include "replay/replay_rules.h"
#include "replay/replay_views.h"

#include "base/time.h"
#include "base/when.h"

#include <string.h>

enum { LINES_PER_PAGE = 30 };

/* --- The list ---------------------------------------------------------------------------------------------------- */

static void line_clear(gpointer data)
{
        ReplayLine *line = data;
        g_free(line->url);
        g_free(line->title);
        g_free(line->meta);
        g_free(line->length);
        g_free(line->iso);
        g_free(line->date);
}

/* (transfer full) of ReplayLine */
static GArray *lines_of(Db *db, const Event *event, const GPtrArray *rows, const Lang *lang)
{
        GArray *lines = g_array_new(FALSE, TRUE, sizeof(ReplayLine));
        g_array_set_clear_func(lines, line_clear);
        for (guint i = 0; i < rows->len; i++) {
                const ReplayRow *row = rows->pdata[i];
                if (live_replay_withheld(db, row->talk))
                        continue;
                ReplayLine line = { .url = g_strdup_printf("/%s/talk/%s/replay/", event->slug, row->code),
                                    .title = g_strdup(row->title),
                                    .meta = g_strdup(row->room_name),
                                    .length = replay_length_text(lang, row->length_us),
                                    .iso = when_iso(event->zone, row->start_us),
                                    .date = when_day_time(lang, event->zone, row->start_us) };
                g_array_append_val(lines, line);
        }
        return lines;
}

static void show_replays(Request *req, Db *db)
{
        const Lang *lang = request_lang(req);
        g_autoptr(Event) event = conference_event(db, request_event(req));
        if (!event) {
                respond_not_found(req);
                return;
        }
        int64_t page = CLAMP(g_ascii_strtoll(request_query(req, "page"), NULL, 10), 1, 100000), total = 0;
        g_autoptr(GPtrArray) rows = replay_list(db, event->id, LINES_PER_PAGE, (page - 1) * LINES_PER_PAGE, &total);
        g_autoptr(GArray) lines = lines_of(db, event, rows, lang);
        g_autofree char *earlier = page > 1 ? g_strdup_printf("?page=%d", (int)page - 1) : NULL;
        g_autofree char *later = page * LINES_PER_PAGE < total ? g_strdup_printf("?page=%d", (int)page + 1) : NULL;
        g_autofree char *feed =
                g_strdup_printf("<link rel=\"alternate\" type=\"application/rss+xml\" title=\"Podcast\" "
                                "href=\"/%s/replays/podcast.xml\">",
                                event->slug);
        Html *h =
                conference_page(req, event, EVENT_REPLAYS, &(Page){ .title = tr(lang, "Replays"), .head_links = feed });
        replays_view(h, &(ReplaysPage){ .event = event, .lines = lines, .earlier_url = earlier, .later_url = later });
        page_end(req, h, 200);
}

/* --- The files --------------------------------------------------------------------------------------------------- */

/* The list of what is shown; language: of its own files, NULL: the recording's. */
static void send_list(Request *req, Db *db, const Replay *replay, const char *language)
{
        bool ended = false;
        g_autoptr(GArray) pieces = replay_shown_pieces(db, request_store(req), replay, &ended);
        if (!pieces) {
                respond_not_found(req);
                return;
        }
        g_autofree char *text = recorder_list(pieces, ended, replay_start_us(pieces, replay->from_us), language);
        respond_header(req, "Cache-Control", "max-age=1");
        respond_text(req, 200, "application/vnd.apple.mpegurl", text);
}

/* Whether this file of the folder may be seen: a segment that was cut off may not, nor a file that still holds it. */
static bool may_see(Db *db, const Replay *replay, const char *file)
{
        /* The second picture has numbers of its own: of what is cut, none of it is shown. */
        if (g_str_equal(file, "beside.m3u8") || ((file[0] == 'b' || file[0] == 'j') && g_ascii_isdigit(file[1])))
                return !replay_store_is_cut(db, replay->id);
        int64_t segment = media_segment(file);
        if (segment >= 0)
                return replay_store_keeps(db, replay->id, segment);
        return !replay->withdrawn ||
               !(g_str_equal(file, "replay.mp4") || g_str_equal(file, "sound.m4a") || g_str_equal(file, "poster.jpg"));
}

/* A player that has read the list of what is on air asks for its end alone (record/recorder/playlist.h). nginx does as
 * much by itself. */
static char *path_of(const Request *req, const char *folder, const char *file)
{
        g_autofree char *recent = g_build_filename(folder, "recent.m3u8", NULL);
        if (g_str_equal(file, "programme.m3u8") && g_str_equal(request_query(req, "_HLS_skip"), "YES") &&
            g_file_test(recent, G_FILE_TEST_EXISTS))
                return g_steal_pointer(&recent);
        return g_build_filename(folder, file, NULL);
}

/* Only names that a recorder gives, in a folder that the store knows: nothing of the address reaches the file system
 * unchecked. Asked at each file, so that a consent that is taken back ends it also for who watches just now. */
static void send_media(Request *req, Db *db)
{
        const char *folder = request_param(req, "folder"), *file = request_param(req, "file");
        MediaKind kind = media_kind(file);
        int64_t talk = kind.type && media_folder_is_sound(folder) ? replay_store_public_talk(db, folder) : 0;
        g_autoptr(Replay) replay = talk && !live_replay_withheld(db, talk) ? replay_store_of_folder(db, folder) : NULL;
        if (!replay || !may_see(db, replay, file)) {
                respond_not_found(req);
                return;
        }
        g_autofree char *language = media_list_language(file);
        if ((language || g_str_equal(file, "programme.m3u8")) && replay_store_is_cut(db, replay->id)) {
                send_list(req, db, replay, language);
                return;
        }
        g_autofree char *parent = replay_folder_path(request_store(req), folder);
        g_autofree char *path = path_of(req, parent, file);
        /* They never change, but may be taken back: whoever keeps them on the way asks again before a minute is over.
         */
        if (kind.immutable)
                respond_header(req, "Cache-Control", "public, max-age=30, must-revalidate");
        respond_file(req, path, kind.type, kind.immutable);
}

/* nginx asks once a second, for all who watch what is on air, whether it may send the files of this folder by itself
 * (etc/nginx/treteau.conf): 204. Of what has ended, or is withheld, it asks for each file. */
static void send_live(Request *req, Db *db)
{
        const char *folder = request_param(req, "folder");
        int64_t talk = media_folder_is_sound(folder) ? replay_store_public_talk(db, folder) : 0;
        bool live = talk && replay_store_is_recorded_now(db, folder) && !live_replay_withheld(db, talk);
        if (live)
                respond_text(req, 204, "text/plain; charset=utf-8", "");
        else
                respond_not_found(req);
}

const Route replay_routes[] = {
        { GET, "/media/:folder/live", send_live, RIGHT_PUBLIC, 0, "Whether a recording is on air" },
        { GET, "/:event/replays/", show_replays, RIGHT_PUBLIC, 0, "The replays of an event" },
        { GET, "/media/:folder/:file", send_media, RIGHT_PUBLIC, 0, "A file of a recording" },
        { 0 },
};
