/* The page of a replay. */
#include "replay/replay_rules.h"
#include "replay/replay_trace.h"
#include "replay/replay_transcript.h"
#include "replay/replay_views.h"

#include "base/time.h"
#include "base/when.h"

#include <string.h>

enum { WORDS_SHOWN = 24, CHAT_SHOWN = 15, WORDS_BEFORE = 2, EMBED_WIDTH = 640 };

char *replay_length_text(const Lang *lang, int64_t length_us)
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
                g_autofree char *length = replay_length_text(lang, replay->length_us);
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

static bool has_file(Request *req, const Replay *replay, const char *name)
{
        g_autofree char *folder = replay_folder_path(request_store(req), replay->folder);
        g_autofree char *path = g_build_filename(folder, name, NULL);
        return g_file_test(path, G_FILE_TEST_IS_REGULAR);
}

/* --- Words and chat ------------------------------------------------------------------------------------------------
 */

/* Marks what was searched; false: it is not in there. */
static bool mark(ReplayMoment *moment, const char *text, const char *words)
{
        size_t from, length;
        if (!replay_find_words(text, words, &from, &length))
                return false;
        g_free(moment->head);
        moment->head = g_strndup(text, from);
        moment->hit = g_strndup(text + from, length);
        moment->tail = g_strdup(text + from + length);
        return true;
}

static void search(ReplayWords *into, const GPtrArray *lines, const char *words)
{
        for (guint i = 0; i < lines->len; i++) {
                const VttLine *line = lines->pdata[i];
                ReplayMoment moment = { .n = line->n, .at_us = line->begun_us };
                if (!mark(&moment, line->text, words) || ++into->found > WORDS_SHOWN) {
                        g_free(moment.head);
                        g_free(moment.hit);
                        g_free(moment.tail);
                        continue;
                }
                moment.at = replay_time_text(line->begun_us);
                moment.name = g_strdup("");
                g_array_append_val(into->shown, moment);
        }
}

/* The lines around a moment, and the ways to those before and after. */
static void show_window(ReplayWords *into, const GPtrArray *lines, int64_t at_us)
{
        guint from = 0;
        for (guint i = 0; i < lines->len && ((const VttLine *)lines->pdata[i])->begun_us <= at_us; i++)
                from = i;
        from = from > WORDS_BEFORE ? from - WORDS_BEFORE : 0;
        guint to = MIN(lines->len, from + WORDS_SHOWN);
        for (guint i = from; i < to; i++) {
                const VttLine *line = lines->pdata[i];
                ReplayMoment moment = { .n = line->n,
                                        .at_us = line->begun_us,
                                        .at = replay_time_text(line->begun_us),
                                        .name = g_strdup(""),
                                        .head = g_strdup(line->text) };
                g_array_append_val(into->shown, moment);
        }
        if (from > 0)
                into->earlier_s =
                        ((const VttLine *)lines->pdata[from > WORDS_SHOWN ? from - WORDS_SHOWN : 0])->begun_us /
                        SECOND_US;
        into->has_earlier = from > 0;
        if (to < lines->len)
                into->later_s = (((const VttLine *)lines->pdata[MIN(to + WORDS_BEFORE, lines->len - 1)])->begun_us +
                                 SECOND_US - 1) /
                                SECOND_US;
        into->has_later = to < lines->len;
}

static GPtrArray *words_of(Db *db, const Replay *replay, const GArray *pieces)
{
        g_autoptr(GPtrArray) lines = transcript_lines(db, replay->talk);
        return transcript_of(lines, pieces, replay->started_us);
}

static void words_clear(ReplayWords *words)
{
        g_clear_pointer(&words->shown, g_array_unref);
}

static void fill_words(Request *req, Db *db, const Replay *replay, const GArray *pieces, ReplayWords *into)
{
        g_autoptr(GPtrArray) lines = words_of(db, replay, pieces);
        int at_s = replay_time_read(request_query(req, "t"));
        into->shown = replay_moments_new();
        into->query = request_query(req, "q");
        if (g_utf8_strlen(into->query, -1) > 100)
                into->query = "";
        into->corrects = *request_query(req, "correct") != '\0';
        into->total = (int)lines->len;
        if (*into->query)
                search(into, lines, into->query);
        else
                show_window(into, lines, MAX(at_s, 0) * SECOND_US);
}

/* The chat around a moment. */
static GArray *chat_around(const GArray *chat, int64_t at_us)
{
        GArray *shown = replay_moments_new();
        guint from = 0;
        for (guint i = 0; i < chat->len && g_array_index(chat, ReplayMoment, i).at_us <= at_us; i++)
                from = i;
        from = from > WORDS_BEFORE ? from - WORDS_BEFORE : 0;
        for (guint i = from; i < chat->len && shown->len < CHAT_SHOWN; i++) {
                const ReplayMoment *line = &g_array_index(chat, ReplayMoment, i);
                g_autofree char *text =
                        g_strconcat(line->head, line->hit ? line->hit : "", line->tail ? line->tail : "", NULL);
                replay_moments_add(shown, line->n, line->at_us, line->name, text);
        }
        return shown;
}

/* --- The page ------------------------------------------------------------------------------------------------------
 */

/* What the page is made of; all but the strings of the request is owned. */
typedef struct {
        GPtrArray *replays, *persons;
        GArray *pieces, *parts, *chapters, *questions, *chat;
        ReplayWords words;
        char *kicker, *sentence, *list, *movie, *start, *poster, *beside, *size, *name, *title, *captions, *chat_track,
                *link, *sound, *sound_size, *sound_name, *embed;
} Made;

static void made_clear(Made *made)
{
        g_ptr_array_unref(made->replays);
        g_ptr_array_unref(made->persons);
        g_clear_pointer(&made->pieces, g_array_unref);
        GArray **arrays[] = { &made->parts, &made->chapters, &made->questions, &made->chat };
        for (size_t i = 0; i < G_N_ELEMENTS(arrays); i++)
                g_clear_pointer(arrays[i], g_array_unref);
        words_clear(&made->words);
        char *texts[] = { made->kicker,     made->sentence, made->list,  made->movie,      made->start,
                          made->poster,     made->size,     made->name,  made->title,      made->captions,
                          made->chat_track, made->link,     made->sound, made->sound_size, made->sound_name,
                          made->embed,      made->beside };
        for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
                g_free(texts[i]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Made, made_clear)

static void make_texts(Request *req, const Event *event, const Talk *talk, const Replay *replay, Made *made)
{
        const Lang *lang = request_lang(req);
        const char *folder = replay ? replay->folder : "";
        made->kicker = kicker_text(event, talk, replay, lang);
        made->list = g_strdup_printf("/media/%s/programme.m3u8", folder);
        made->movie = g_strdup_printf("/media/%s/replay.mp4", folder);
        made->beside = g_strdup_printf("/media/%s/beside.m3u8", folder);
        made->poster = g_strdup_printf("/media/%s/poster.jpg", folder);
        made->sound = g_strdup_printf("/media/%s/sound.m4a", folder);
        made->sound_size = size_text(lang, replay ? replay->sound_bytes : 0);
        made->size = size_text(lang, replay ? replay->download_bytes : 0);
        made->name = download_name(talk->title);
        made->sound_name = g_strdup_printf("%.*s.m4a", (int)(strlen(made->name) - strlen(".mp4")), made->name);
        made->title = g_strdup_printf(tr(lang, "Replay: %s"), talk->title);
        made->link = g_strdup_printf("%s/%s/talk/%s/replay/", request_origin(req), event->slug, talk->code);
        made->embed = replay_frame_markup(made->link, talk->title, EMBED_WIDTH);
}

/* What follows the picture: of what has ended. */
static void make_moments(Request *req, Db *db, const Replay *replay, int part, Made *made)
{
        int at_s = replay_time_read(request_query(req, "t"));
        bool ended;
        made->pieces = replay_shown_pieces(db, request_store(req), replay, &ended);
        if (replay_store_is_cut(db, replay->id))
                g_clear_pointer(&made->beside, g_free);
        fill_words(req, db, replay, made->pieces, &made->words);
        made->chapters = replay_chapters(db, replay, made->pieces, request_lang(req));
        made->questions = replay_questions(db, replay, made->pieces);
        g_autoptr(GArray) chat = replay_chat(db, replay, made->pieces);
        made->chat = chat_around(chat, MAX(at_s, 0) * SECOND_US);
        GArray *all[] = { made->words.shown, made->chapters, made->questions, made->chat };
        for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
                replay_moments_set_part(all[i], part);
        made->start = at_s > 0 ? g_strdup_printf("%s#t=%d", made->movie, at_s) : g_strdup(made->movie);
        made->captions = made->words.total ? g_strdup_printf("captions.vtt?part=%d", part) : NULL;
        made->chat_track = chat->len ? g_strdup_printf("chat.vtt?part=%d", part) : NULL;
}

/* While it is recorded somebody may still come to stand there. */
static bool beside_is_there(Request *req, const Replay *replay, bool plays)
{
        return plays && (replay->state == REPLAY_RECORDING || has_file(req, replay, "beside.m3u8"));
}

static ReplayPage describe(Request *req, const Event *event, const Talk *talk, const Replay *replay, bool plays,
                           int part, const Made *made)
{
        const Lang *lang = request_lang(req);
        const char *licence = *talk->licence ? talk->licence : event->licence;
        return (ReplayPage){
                .event = event,
                .talk = talk,
                .kicker = made->kicker,
                .sentence = made->sentence,
                .plays = plays,
                .live = plays && replay->state == REPLAY_RECORDING,
                .list_url = made->list,
                .movie_url = plays && replay->download_bytes > 0 && !replay->withdrawn ? made->movie : NULL,
                .sound_url = plays && replay->sound_bytes > 0 && !replay->withdrawn ? made->sound : NULL,
                .sound_size = made->sound_size,
                .sound_name = made->sound_name,
                .embed = made->embed,
                .may_cut = plays && replay->state == REPLAY_READY && request_may(req, RIGHT_HOST),
                .movie_start = made->start,
                .has_languages = plays && has_file(req, replay, "languages.m3u8"),
                .beside_url = beside_is_there(req, replay, plays) ? made->beside : NULL,
                .poster_url = plays && !replay->withdrawn && has_file(req, replay, "poster.jpg") ? made->poster : NULL,
                .download_size = made->size,
                .download_name = made->name,
                .licence = licence,
                .licence_is_free = licence_is_free(licence),
                .persons = made->persons,
                .parts = made->parts,
                .captions_url = made->captions,
                .chat_url = made->chat_track,
                .captions_lang = *talk->language ? talk->language : event->lang,
                .words = &made->words,
                .chapters = made->chapters,
                .questions = made->questions,
                .chat = made->chat,
                .link = made->link,
                .part = part,
                .start_s = MAX(0, replay_time_read(request_query(req, "t"))),
                .not_played = tr(lang, "This browser cannot play the replay. Download the video, "
                                       "or try another browser.")
        };
}

static void show_one(Request *req, Db *db, const Event *event, const Talk *talk)
{
        const Lang *lang = request_lang(req);
        g_auto(Made) made = { .replays = replay_store_of_talk(db, talk->id), .persons = talk_persons(db, talk->id) };
        int64_t asked = CLAMP(g_ascii_strtoll(request_query(req, "part"), NULL, 10), 0, 1000);
        int chosen = replay_choose(made.replays, (int)asked);
        const Replay *replay = chosen >= 0 ? made.replays->pdata[chosen] : NULL;
        bool withheld = live_replay_withheld(db, talk->id);
        bool plays = replay && replay_plays(replay) && !talk->no_recording && !withheld;
        make_texts(req, event, talk, replay, &made);
        made.sentence = sentence_text(event, talk, replay, withheld, lang);
        made.parts = parts_of(made.replays, chosen, lang);
        if (plays && replay->state == REPLAY_READY)
                make_moments(req, db, replay, chosen + 1, &made);
        ReplayPage view = describe(req, event, talk, replay, plays, chosen + 1, &made);
        bool comes = replay && replay->state == REPLAY_FINISHING && !talk->no_recording && !withheld;
        static const char *const styles[] = { "replay/replay.css", NULL };
        static const char *const player[] = { "replay/replay.js", NULL }, *const wait[] = { "replay/wait.js", NULL };
        g_autofree char *head = plays ? replay_head_markup(req, &view, replay) : NULL;
        Html *h = conference_page(req, event, EVENT_REPLAYS,
                                  &(Page){ .title = made.title,
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

const Route replay_page_routes[] = {
        { GET, "/:event/talk/:code/replay/", show_replay, RIGHT_PUBLIC, 0, "The replay of a session" },
        { 0 },
};
