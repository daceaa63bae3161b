/* What was said in a replay, as files, and the page where a line of it is corrected. */
#include "replay/replay_rules.h"
#include "replay/replay_transcript.h"
#include "replay/replay_views.h"

#include "base/time.h"
#include "base/when.h"

#include <string.h>

#define FORM_BYTES (16 << 10)
#define CHANGES_MOST 60 /* of a person in ten minutes */

/* The session of the address, when its replay may be shown. (transfer full) */
static Talk *shown_talk(Request *req, Db *db, Event **ret_event)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        g_autoptr(Talk) talk = event ? talk_find(db, event->id, request_param(req, "code")) : NULL;
        if (!talk || !talk->has_replay)
                return NULL;
        if (ret_event)
                *ret_event = g_steal_pointer(&event);
        return g_steal_pointer(&talk);
}

/* The part of the recording that ?part says. (transfer none) */
static const Replay *part_of(Request *req, const GPtrArray *replays)
{
        int64_t part = CLAMP(g_ascii_strtoll(request_query(req, "part"), NULL, 10), 0, 1000);
        int chosen = replay_choose(replays, (int)part);
        return chosen >= 0 ? replays->pdata[chosen] : NULL;
}

static GArray *pieces_of(Request *req, Db *db, const Replay *replay)
{
        bool ended;
        return replay_shown_pieces(db, request_store(req), replay, &ended);
}

static void send_lines(Request *req, Db *db, void (*send)(Request *req, const GPtrArray *lines))
{
        g_autoptr(Talk) talk = shown_talk(req, db, NULL);
        g_autoptr(GPtrArray) replays = talk ? replay_store_of_talk(db, talk->id) : NULL;
        const Replay *replay = replays ? part_of(req, replays) : NULL;
        g_autoptr(GPtrArray) lines = talk ? transcript_lines(db, talk->id) : NULL;
        if (!replay || !lines->len) {
                respond_not_found(req);
                return;
        }
        g_autoptr(GArray) pieces = pieces_of(req, db, replay);
        g_autoptr(GPtrArray) shown = transcript_of(lines, pieces, replay->started_us);
        send(req, shown);
}

static void send_as_vtt(Request *req, const GPtrArray *lines)
{
        g_autofree char *vtt = vtt_text(lines, 0, true);
        respond_text(req, 200, "text/vtt; charset=utf-8", vtt);
}

static void send_vtt(Request *req, Db *db)
{
        send_lines(req, db, send_as_vtt);
}

static void send_as_text(Request *req, const GPtrArray *lines)
{
        GString *text = g_string_new(NULL);
        for (guint i = 0; i < lines->len; i++) {
                const VttLine *line = lines->pdata[i];
                g_autofree char *at = replay_time_text(line->begun_us);
                g_string_append_printf(text, "%s\t%s\n", at, line->text);
        }
        g_autofree char *all = g_string_free(text, FALSE);
        respond_text(req, 200, "text/plain; charset=utf-8", all);
}

static void send_text(Request *req, Db *db)
{
        send_lines(req, db, send_as_text);
}

/* The chat in the time of the replay, for the page's script. */
static void send_chat(Request *req, Db *db)
{
        g_autoptr(Talk) talk = shown_talk(req, db, NULL);
        g_autoptr(GPtrArray) replays = talk ? replay_store_of_talk(db, talk->id) : NULL;
        const Replay *replay = replays ? part_of(req, replays) : NULL;
        if (!replay) {
                respond_not_found(req);
                return;
        }
        g_autoptr(GArray) pieces = pieces_of(req, db, replay), chat = replay_chat(db, replay, pieces);
        g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(vtt_line_free);
        for (guint i = 0; i < chat->len; i++) {
                const ReplayMoment *moment = &g_array_index(chat, ReplayMoment, i);
                VttLine *line = g_new(VttLine, 1);
                char *text = g_strconcat(moment->name, *moment->name ? ": " : "", moment->head,
                                         moment->hit ? moment->hit : "", moment->tail ? moment->tail : "", NULL);
                *line = (VttLine){ moment->n, g_strdelimit(text, "\n", ' '), moment->at_us, moment->at_us + SECOND_US };
                g_ptr_array_add(lines, line);
        }
        send_as_vtt(req, lines);
}

/* --- A line is corrected -------------------------------------------------------------------------------------------
 */

static const FormField FIELDS[] = {
        { "n", "", .kind = FIELD_HIDDEN },
        { "was", "", .kind = FIELD_HIDDEN, .characters_max = TRANSCRIPT_LINE_CHARS },
        { "text", N_("The words of this line"),
          .hint = N_("As they were said. Leave it empty to take the line out. Your name stands in the history."),
          .kind = FIELD_TEXT, .characters_max = TRANSCRIPT_LINE_CHARS },
        { 0 },
};

static const VttLine *line_of(const GPtrArray *lines, const char *number)
{
        guint64 n = 0;
        if (!g_ascii_string_to_unsigned(number, 10, 0, VTT_LINES_MOST, &n, NULL) || n >= lines->len)
                return NULL;
        return lines->pdata[n];
}

/* Where in which part a line is heard: the address of that moment. (transfer full) */
static char *watch_url(Request *req, Db *db, const Event *event, const Talk *talk, const VttLine *line, char **ret_at)
{
        g_autoptr(GPtrArray) replays = replay_store_of_talk(db, talk->id);
        for (guint i = 0; i < replays->len; i++) {
                const Replay *replay = replays->pdata[i];
                g_autoptr(GArray) pieces = pieces_of(req, db, replay);
                int64_t at_us = replay_media_us(pieces, replay->started_us, line->begun_us);
                if (at_us < 0)
                        continue;
                *ret_at = replay_time_text(at_us);
                return g_strdup_printf("/%s/talk/%s/replay/?part=%u&t=%d#player", event->slug, talk->code, i + 1,
                                       (int)(at_us / SECOND_US));
        }
        *ret_at = g_strdup("");
        return g_strdup_printf("/%s/talk/%s/replay/", event->slug, talk->code);
}

static void show_form(Request *req, Db *db, const Event *event, const Talk *talk, const VttLine *line, Form *form,
                      int status)
{
        const Lang *lang = request_lang(req);
        g_autofree char *number = g_strdup_printf("%" G_GINT64_FORMAT, line->n), *at = NULL;
        g_autofree char *watch = watch_url(req, db, event, talk, line, &at);
        g_autoptr(GPtrArray) changes = transcript_changes(db, talk->id, line->n, TRANSCRIPT_HISTORY);
        for (guint i = 0; i < changes->len; i++) {
                TranscriptChange *change = changes->pdata[i];
                change->when = when_day_time(lang, event->zone, change->at_us);
        }
        form_set(form, "n", number);
        form_set(form, "was", line->text);
        form_set(form, "text", line->text);
        Html *h = conference_page(req, event, EVENT_REPLAYS,
                                  &(Page){ .title = tr(lang, "Correct a line"), .no_index = true });
        line_view(h, &(LinePage){ .event = event,
                                  .talk = talk,
                                  .line = line,
                                  .at = at,
                                  .watch_url = watch,
                                  .form = form,
                                  .changes = changes });
        page_end(req, h, status);
}

static void show_line(Request *req, Db *db)
{
        g_autoptr(Event) event = NULL;
        g_autoptr(Talk) talk = shown_talk(req, db, &event);
        g_autoptr(GPtrArray) lines = talk ? transcript_lines(db, talk->id) : NULL;
        const VttLine *line = lines ? line_of(lines, request_query(req, "n")) : NULL;
        if (!line) {
                respond_not_found(req);
                return;
        }
        g_autoptr(Form) form = form_new(req, FIELDS);
        show_form(req, db, event, talk, line, form, 200);
}

/* One line of text, as captions are: no line feed. (transfer full) */
static char *one_line(const char *text)
{
        char *line = g_strdelimit(g_strdup(text), "\n\t", ' ');
        return g_strstrip(line);
}

/* NULL, or why the correction is not taken: source words. */
static const char *fault_of(Request *req, Db *db, const Form *form, const VttLine *line)
{
        g_autofree char *was = one_line(form_value(form, "was"));
        if (strcmp(was, line->text) != 0)
                return N_(
                        "Somebody has corrected this line meanwhile. What stands here now is theirs; look at it, then "
                        "correct it again.");
        if (transcript_changes_since(db, request_account(req), now_us() - 10 * MINUTE_US) >= CHANGES_MOST)
                return N_("That is a lot of corrections at once. Go on in some minutes.");
        return NULL;
}

static void correct_line(Request *req, Db *db)
{
        g_autoptr(Event) event = NULL;
        g_autoptr(Talk) talk = shown_talk(req, db, &event);
        g_autoptr(GPtrArray) lines = talk ? transcript_lines(db, talk->id) : NULL;
        const VttLine *line = lines ? line_of(lines, request_field(req, "n")) : NULL;
        if (!line) {
                respond_not_found(req);
                return;
        }
        g_autoptr(Form) form = form_new(req, FIELDS);
        bool sound = form_check(form);
        const char *fault = sound ? fault_of(req, db, form, line) : NULL;
        if (fault)
                form_fail(form, "text", tr(request_lang(req), fault));
        if (!sound || fault) {
                show_form(req, db, event, talk, line, form, sound ? 409 : 422);
                return;
        }
        g_autofree char *text = one_line(form_value(form, "text"));
        bool same = strcmp(text, line->text) == 0;
        if (!same && (!transcript_keep(db, talk->id, lines, "captions") ||
                      !transcript_change(db, talk->id, line->n, text, request_account(req)))) {
                respond_error(req, 500, tr(request_lang(req), "The correction could not be kept. Try again."));
                return;
        }
        respond_redirect(req, "/%s/talk/%s/replay/line/?n=%" G_GINT64_FORMAT, event->slug, talk->code, line->n);
}

const Route replay_transcript_routes[] = {
        { GET, "/:event/talk/:code/replay/captions.vtt", send_vtt, RIGHT_PUBLIC, 0, "The captions of a replay" },
        { GET, "/:event/talk/:code/replay/chat.vtt", send_chat, RIGHT_PUBLIC, 0, "The chat of a replay" },
        { GET, "/:event/talk/:code/replay/transcript.txt", send_text, RIGHT_PUBLIC, 0, "The transcript of a replay" },
        { GET, "/:event/talk/:code/replay/line/", show_line, RIGHT_SIGNED_IN, 0, "A line of a transcript" },
        { POST, "/:event/talk/:code/replay/line/", correct_line, RIGHT_SIGNED_IN, FORM_BYTES, "Correct a transcript" },
        { 0 },
};
