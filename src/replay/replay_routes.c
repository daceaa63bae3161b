/* The page of a replay, the list of an event's, and the files behind them. */
#include "replay/replay_rules.h"
#include "replay/replay_views.h"

#include "base/time.h"
#include "base/when.h"

#include <string.h>

enum { LINES_PER_PAGE = 30 };

/* --- One replay -------------------------------------------------------------------------------------------------- */

/* "45 min"; short ones in seconds. (transfer full) */
static char *length_text(const Lang *lang, int64_t length_us)
{
        if (length_us >= MINUTE_US)
                return when_duration(lang, length_us);
        return g_strdup_printf(tr(lang, "%d s"), (int)(length_us / SECOND_US));
}

/* "Round table · Thursday 28 January 2021 · 1 h 14" (transfer full) */
static char *kicker_text(const Event *event, const Talk *talk, const Replay *replay, const Lang *lang)
{
        GString *text = g_string_new(talk_kind_text(talk, lang));
        g_autofree char *day = when_date(lang, event->zone, talk->start_us);
        if (text->len)
                g_string_append(text, " · ");
        g_string_append(text, day);
        if (replay && replay->state == REPLAY_READY) {
                g_autofree char *length = length_text(lang, replay->length_us);
                g_string_append_printf(text, " · %s", length);
        }
        return g_string_free(text, FALSE);
}

/* Why there is no player, or what to know beside it. NULL: nothing. (transfer full) */
static char *sentence_text(const Event *event, const Talk *talk, const Replay *replay, bool withheld, const Lang *lang)
{
        TalkState state = talk_state(talk, now_us());
        if (talk->no_recording)
                return g_strdup(tr(lang, "This session is not recorded: there will be no replay."));
        if (replay && withheld)
                return g_strdup(tr(lang, "This replay is not shown: somebody who speaks in it has not agreed to its "
                                         "publication, or has taken that back."));
        if (!replay && state == TALK_TO_COME) {
                g_autofree char *at = when_day_time(lang, event->zone, talk->start_us);
                return g_strdup_printf(tr(lang, "The session begins on %s. If it is recorded, its replay will be here "
                                                "a few seconds after its end."),
                                       at);
        }
        if (!replay && state == TALK_LIVE)
                return g_strdup(tr(lang, "The session is on, and it is not being recorded now."));
        if (!replay)
                return g_strdup(tr(lang, "There is no replay of this session: it was not recorded."));
        switch (replay->state) {
        case REPLAY_RECORDING:
                return g_strdup(tr(lang, "The session is being recorded. Here you watch it a few seconds behind the "
                                         "room, and can go back; to ask or to speak, enter the room."));
        case REPLAY_FINISHING:
                return g_strdup(tr(lang,
                                   "The session has just ended. Its replay comes here by itself in a few seconds; "
                                   "if it does not, load this page again."));
        case REPLAY_FAILED:
                return g_strdup(tr(lang, "The recording of this session failed: there is no replay."));
        default:
                return NULL;
        }
}

static void part_clear(gpointer data)
{
        ReplayPart *part = data;
        g_free(part->url);
        g_free(part->label);
}

/* (transfer full) of ReplayPart */
static GArray *parts_of(const GPtrArray *replays, int chosen, const Lang *lang)
{
        GArray *parts = g_array_new(FALSE, TRUE, sizeof(ReplayPart));
        g_array_set_clear_func(parts, part_clear);
        for (guint i = 0; replays->len > 1 && i < replays->len; i++) {
                ReplayPart part = { .url = g_strdup_printf("?part=%u", i + 1),
                                    .label = g_strdup_printf(tr(lang, "Part %d"), (int)i + 1),
                                    .current = (int)i == chosen };
                g_array_append_val(parts, part);
        }
        return parts;
}

static bool has_poster(Request *req, const Replay *replay)
{
        g_autofree char *folder = replay_folder_path(request_store(req), replay->folder);
        g_autofree char *path = g_build_filename(folder, "poster.jpg", NULL);
        return g_file_test(path, G_FILE_TEST_IS_REGULAR);
}

/* Where interpreters were heard, the list of lists. */
static char *list_url(Request *req, const char *folder)
{
        g_autofree char *parent = replay_folder_path(request_store(req), folder);
        g_autofree char *path = g_build_filename(parent, "languages.m3u8", NULL);
        bool languages = *folder && g_file_test(path, G_FILE_TEST_IS_REGULAR);
        return g_strdup_printf("/media/%s/%s.m3u8", folder, languages ? "languages" : "programme");
}

static void show_one(Request *req, Db *db, const Event *event, const Talk *talk)
{
        const Lang *lang = request_lang(req);
        g_autoptr(GPtrArray) replays = replay_store_of_talk(db, talk->id), persons = talk_persons(db, talk->id);
        int64_t asked = CLAMP(g_ascii_strtoll(request_query(req, "part"), NULL, 10), 0, 1000);
        int chosen = replay_choose(replays, (int)asked);
        const Replay *replay = chosen >= 0 ? replays->pdata[chosen] : NULL;
        bool withheld = live_replay_withheld(db, talk->id);
        bool plays = replay && replay_plays(replay) && !talk->no_recording && !withheld;
        const char *folder = replay ? replay->folder : "";
        g_autofree char *kicker = kicker_text(event, talk, replay, lang);
        g_autofree char *sentence = sentence_text(event, talk, replay, withheld, lang);
        g_autofree char *list = list_url(req, folder);
        g_autofree char *movie = g_strdup_printf("/media/%s/replay.mp4", folder);
        g_autofree char *poster = g_strdup_printf("/media/%s/poster.jpg", folder);
        g_autofree char *size = size_text(lang, replay ? replay->download_bytes : 0);
        g_autofree char *name = download_name(talk->title);
        g_autoptr(GArray) parts = parts_of(replays, chosen, lang);
        const char *licence = *talk->licence ? talk->licence : event->licence;
        bool comes = replay && replay->state == REPLAY_FINISHING && !talk->no_recording && !withheld;
        static const char *const styles[] = { "replay/replay.css", NULL };
        static const char *const player[] = { "replay/replay.js", NULL }, *const wait[] = { "replay/wait.js", NULL };
        g_autofree char *title = g_strdup_printf(tr(lang, "Replay: %s"), talk->title);
        ReplayPage view = { .event = event,
                            .talk = talk,
                            .kicker = kicker,
                            .sentence = sentence,
                            .plays = plays,
                            .live = plays && replay->state == REPLAY_RECORDING,
                            .list_url = list,
                            .movie_url = plays && replay->download_bytes > 0 ? movie : NULL,
                            .poster_url = plays && has_poster(req, replay) ? poster : NULL,
                            .download_size = size,
                            .download_name = name,
                            .licence = licence,
                            .licence_is_free = licence_is_free(licence),
                            .persons = persons,
                            .parts = parts,
                            .not_played = tr(lang, "This browser cannot play the replay. Download the video, "
                                                   "or try another browser.") };
        g_autofree char *head = plays ? replay_head_markup(req, &view, replay) : NULL;
        Html *h = conference_page(req, event, EVENT_REPLAYS,
                                  &(Page){ .title = title,
                                           .styles = styles,
                                           .scripts = plays   ? player
                                                      : comes ? wait
                                                              : NULL,
                                           .no_index = !plays,
                                           .head_links = head });
        replay_view(h, &view);
        page_end(req, h, 200);
}

static void show_replay(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        g_autoptr(Talk) talk = event ? talk_find(db, event->id, request_param(req, "code")) : NULL;
        if (talk)
                show_one(req, db, event, talk);
        else
                respond_not_found(req);
}

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
                                    .length = length_text(lang, row->length_us),
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
        Html *h = conference_page(req, event, EVENT_REPLAYS, &(Page){ .title = tr(lang, "Replays") });
        replays_view(h, &(ReplaysPage){ .event = event, .lines = lines, .earlier_url = earlier, .later_url = later });
        page_end(req, h, 200);
}

/* --- The files --------------------------------------------------------------------------------------------------- */

/* Only names that a recorder gives, in a folder that the store knows: nothing of the address reaches the file system
 * unchecked. Asked at each file, so that a consent that is taken back ends it also for who watches just now. */
static void send_media(Request *req, Db *db)
{
        const char *folder = request_param(req, "folder"), *file = request_param(req, "file");
        MediaKind kind = media_kind(file);
        int64_t talk = kind.type && media_folder_is_sound(folder) ? replay_store_public_talk(db, folder) : 0;
        if (!talk || live_replay_withheld(db, talk)) {
                respond_not_found(req);
                return;
        }
        g_autofree char *parent = replay_folder_path(request_store(req), folder);
        g_autofree char *path = g_build_filename(parent, file, NULL);
        respond_file(req, path, kind.type, kind.immutable);
}

const Route replay_routes[] = {
        { GET, "/:event/talk/:code/replay/", show_replay, RIGHT_PUBLIC, 0, "The replay of a session" },
        { GET, "/:event/replays/", show_replays, RIGHT_PUBLIC, 0, "The replays of an event" },
        { GET, "/media/:folder/:file", send_media, RIGHT_PUBLIC, 0, "A file of a recording" },
        { 0 },
};
