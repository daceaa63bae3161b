/* Chapters, questions, chat and words of a replay, in its own time. */
#include "replay/replay_trace.h"

#include "base/time.h"
#include "replay/replay_rules.h"
#include "replay/replay_transcript.h"

#include <string.h>

enum { CHAPTERS_MOST = 60, CHAPTER_CHARS = 90, QUESTIONS_MOST = 12 };
#define CHAPTER_LEAST_US (10 * SECOND_US)

static void moment_clear(gpointer data)
{
        ReplayMoment *moment = data;
        g_free(moment->at);
        g_free(moment->name);
        g_free(moment->head);
        g_free(moment->hit);
        g_free(moment->tail);
        g_free(moment->url);
}

GArray *replay_moments_new(void)
{
        GArray *moments = g_array_new(FALSE, TRUE, sizeof(ReplayMoment));
        g_array_set_clear_func(moments, moment_clear);
        return moments;
}

void replay_moments_add(GArray *moments, int64_t n, int64_t at_us, const char *name, const char *text)
{
        ReplayMoment moment = { .n = n,
                                .at_us = at_us,
                                .at = at_us >= 0 ? replay_time_text(at_us) : g_strdup(""),
                                .name = g_strdup(name ? name : "") };
        size_t from, length;
        if (replay_find_url(text, &from, &length)) {
                moment.head = g_strndup(text, from);
                moment.url = g_strndup(text + from, length);
                moment.hit = g_strdup(moment.url);
                moment.tail = g_strdup(text + from + length);
        } else {
                moment.head = g_strdup(text);
        }
        g_array_append_val(moments, moment);
}

void replay_moments_set_part(GArray *moments, int part)
{
        for (guint i = 0; i < moments->len; i++)
                g_array_index(moments, ReplayMoment, i).part = part;
}

static int64_t media_us(const Replay *replay, const GArray *pieces, int64_t at_us)
{
        return at_us > 0 ? replay_media_us(pieces, replay->started_us, at_us) : -1;
}

static char *shortened(const char *text)
{
        if (g_utf8_strlen(text, -1) <= CHAPTER_CHARS)
                return g_strdup(text);
        g_autofree char *start = g_utf8_substring(text, 0, CHAPTER_CHARS - 1);
        return g_strconcat(g_strchomp(start), "…", NULL);
}

static char *chapter_text(const LiveTrace *trace, const Lang *lang)
{
        static const char *const SCENES[LIVE_N_SCENES] = { [LIVE_SCENE_SPEAKER] = N_("Who speaks"),
                                                           [LIVE_SCENE_SCREEN] = N_("The shared screen"),
                                                           [LIVE_SCENE_BOTH] = N_("The shared screen and who speaks"),
                                                           [LIVE_SCENE_GALLERY] = N_("Everybody on stage") };
        switch (trace->chapter) {
        case LIVE_CHAPTER_SCENE:
                return g_strdup(tr(lang, SCENES[trace->n]));
        case LIVE_CHAPTER_FLOOR:
                return g_strdup_printf(tr(lang, "%s has the floor"), trace->name);
        case LIVE_CHAPTER_SLIDES:
                return g_strdup_printf(tr(lang, "Slides: %s"), trace->text);
        case LIVE_CHAPTER_RUN:
                if (trace->name)
                        return g_strdup_printf("%s: %s", trace->text, trace->name);
                break;
        case LIVE_CHAPTER_QUESTION:
                break;
        }
        return g_strdup(trace->text);
}

/* Twice the sort, so that the beginning stands between two: only the run sheet says more than it. */
enum { RANK_BEGINNING = 2 * LIVE_CHAPTER_RUN - 1 };
#define NO_TRACE G_MAXUINT

/* Where what the session left lies in what is shown. (transfer full) of ReplayChapter */
static GArray *found_chapters(const Replay *replay, const GArray *pieces, const GPtrArray *traces)
{
        GArray *found = g_array_new(FALSE, FALSE, sizeof(ReplayChapter));
        ReplayChapter beginning = { .rank = RANK_BEGINNING, .trace = NO_TRACE };
        g_array_append_val(found, beginning);
        for (guint i = 0; i < traces->len; i++) {
                const LiveTrace *trace = traces->pdata[i];
                ReplayChapter chapter = { .at_us = media_us(replay, pieces, trace->at_us),
                                          .rank = 2 * (int)trace->chapter,
                                          .same = trace->n,
                                          .trace = i };
                if (chapter.at_us >= 0)
                        g_array_append_val(found, chapter);
        }
        replay_merge_chapters(found, CHAPTER_LEAST_US, CHAPTERS_MOST);
        if (g_array_index(found, ReplayChapter, 0).at_us < CHAPTER_LEAST_US) /* players want one at the beginning */
                g_array_index(found, ReplayChapter, 0).at_us = 0;
        return found;
}

GArray *replay_chapters(Db *db, const Replay *replay, const GArray *pieces, const Lang *lang)
{
        GArray *chapters = replay_moments_new();
        g_autoptr(GPtrArray) traces = live_traces(db, replay->talk, LIVE_CHAPTER);
        g_autoptr(GArray) found = found_chapters(replay, pieces, traces);
        for (guint i = 0; found->len > 1 && i < found->len; i++) {
                const ReplayChapter *chapter = &g_array_index(found, ReplayChapter, i);
                const LiveTrace *trace = chapter->trace == NO_TRACE ? NULL : traces->pdata[chapter->trace];
                g_autofree char *text = trace ? chapter_text(trace, lang) : g_strdup(tr(lang, "Beginning"));
                g_autofree char *shown = shortened(text);
                replay_moments_add(chapters, trace ? trace->n : 0, chapter->at_us, NULL, shown);
        }
        return chapters;
}

static int by_votes(gconstpointer a, gconstpointer b)
{
        const LiveTrace *first = *(LiveTrace *const *)a, *second = *(LiveTrace *const *)b;
        return first->votes != second->votes ? second->votes - first->votes
                                             : (first->n > second->n) - (first->n < second->n);
}

GArray *replay_questions(Db *db, const Replay *replay, const GArray *pieces)
{
        GArray *questions = replay_moments_new();
        g_autoptr(GPtrArray) traces = live_traces(db, replay->talk, LIVE_QUESTION);
        g_ptr_array_sort(traces, by_votes);
        for (guint i = 0; i < traces->len && i < QUESTIONS_MOST; i++) {
                const LiveTrace *trace = traces->pdata[i];
                replay_moments_add(questions, trace->n, media_us(replay, pieces, trace->at_us), trace->name,
                                   trace->text);
                g_array_index(questions, ReplayMoment, questions->len - 1).votes = trace->votes;
        }
        return questions;
}

GArray *replay_chat(Db *db, const Replay *replay, const GArray *pieces)
{
        GArray *lines = replay_moments_new();
        g_autoptr(GPtrArray) traces = live_traces(db, replay->talk, LIVE_LINE);
        for (guint i = 0; i < traces->len; i++) {
                const LiveTrace *trace = traces->pdata[i];
                int64_t at_us = media_us(replay, pieces, trace->at_us);
                if (at_us >= 0)
                        replay_moments_add(lines, trace->n, at_us, trace->name, trace->text);
        }
        return lines;
}

GPtrArray *transcript_of(const GPtrArray *lines, const GArray *pieces, int64_t started_us)
{
        GPtrArray *shown = g_ptr_array_new_with_free_func(vtt_line_free);
        for (guint i = 0; i < lines->len; i++) {
                const VttLine *line = lines->pdata[i];
                int64_t begun_us = replay_media_us(pieces, started_us, line->begun_us);
                /* A line over the beginning: its first word came before. */
                if (begun_us < 0 && replay_media_us(pieces, started_us, line->ended_us) >= 0)
                        begun_us = MAX(0, replay_media_us(pieces, started_us, line->ended_us) -
                                                  (line->ended_us - line->begun_us));
                if (begun_us < 0 || !*line->text)
                        continue;
                VttLine *copy = g_new(VttLine, 1);
                *copy = (VttLine){ line->n, g_strdup(line->text), begun_us,
                                   begun_us + MAX(line->ended_us - line->begun_us, 1) };
                g_ptr_array_add(shown, copy);
        }
        return shown;
}
