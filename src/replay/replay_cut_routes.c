/* Where a host or an organiser moves the borders of a replay. */
#include "replay/replay_rules.h"
#include "replay/replay_views.h"

#include "base/time.h"
#include "base/when.h"

#include <string.h>

#define FORM_BYTES 4096
#define LOG_LINES 12

static const FormField FIELDS[] = {
        { "part", "", .kind = FIELD_HIDDEN },
        { "from", N_("Beginning of what is shown"),
          .hint = N_("Hours, minutes and seconds of the recording: 0:41 or 1:09:00."), .required = true,
          .characters_max = 10 },
        { "to", N_("End of what is shown"), .hint = N_("Likewise."), .required = true, .characters_max = 10 },
        { 0 },
};

/* What the page is about. */
typedef struct {
        Event *event;
        Talk *talk;
        GPtrArray *replays;
        const Replay *replay; /* NULL: no ended recording */
        GArray *pieces;       /* all of it */
        int64_t length_us;
        int part;
        bool drawn; /* its pictures and its sound may be shown, where they are made */
} Cut;

static void cut_clear(Cut *cut)
{
        g_clear_pointer(&cut->event, event_free);
        g_clear_pointer(&cut->talk, talk_free);
        g_clear_pointer(&cut->replays, g_ptr_array_unref);
        g_clear_pointer(&cut->pieces, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Cut, cut_clear)

static Cut cut_of(Request *req, Db *db, const char *part)
{
        Cut cut = { .event = conference_event(db, request_event(req)) };
        cut.talk = cut.event ? talk_find(db, cut.event->id, request_param(req, "code")) : NULL;
        cut.replays = cut.talk ? replay_store_of_talk(db, cut.talk->id) : NULL;
        int chosen =
                cut.replays ? replay_choose(cut.replays, (int)CLAMP(g_ascii_strtoll(part, NULL, 10), 0, 1000)) : -1;
        const Replay *replay = chosen >= 0 ? cut.replays->pdata[chosen] : NULL;
        bool ended = false;
        if (!replay || replay->state != REPLAY_READY)
                return cut;
        g_autofree char *path = replay_folder_path(request_store(req), replay->folder);
        cut.pieces = recorder_pieces(path, &ended);
        cut.replay = cut.pieces && ended ? replay : NULL;
        cut.part = chosen + 1;
        cut.drawn = !replay->withdrawn && !live_replay_withheld(db, cut.talk->id);
        for (guint i = 0; cut.pieces && i < cut.pieces->len; i++)
                cut.length_us += g_array_index(cut.pieces, RecorderPiece, i).length_us;
        return cut;
}

static const char *act_text(const char *act)
{
        if (!strcmp(act, "cut"))
                return N_("The borders were moved.");
        if (!strcmp(act, "withdrawn"))
                return N_("Somebody took the consent back: their part was taken off.");
        if (!strcmp(act, "returned"))
                return N_("Somebody agreed again: their part is back.");
        if (!strcmp(act, "removed"))
                return N_("A recording was removed.");
        return N_("A recording was removed: its time was over.");
}

static void note_clear(gpointer data)
{
        CutNote *note = data;
        g_free(note->act);
        g_free(note->name);
        g_free(note->when);
}

static GArray *log_of(Db *db, const Cut *cut, const Lang *lang)
{
        GArray *notes = g_array_new(FALSE, TRUE, sizeof(CutNote));
        g_array_set_clear_func(notes, note_clear);
        g_autoptr(GPtrArray) log = replay_store_logged(db, cut->talk->id, LOG_LINES);
        for (guint i = 0; i < log->len; i++) {
                const ReplayLogged *logged = log->pdata[i];
                CutNote note = { g_strdup(tr(lang, act_text(logged->act))), g_strdup(logged->name),
                                 when_day_time(lang, cut->event->zone, logged->at_us) };
                g_array_append_val(notes, note);
        }
        return notes;
}

static void part_clear(gpointer data)
{
        g_free(((ReplayPart *)data)->url);
        g_free(((ReplayPart *)data)->label);
}

static GArray *parts_of(const Cut *cut, const Lang *lang)
{
        GArray *parts = g_array_new(FALSE, TRUE, sizeof(ReplayPart));
        g_array_set_clear_func(parts, part_clear);
        for (guint i = 0; cut->replays->len > 1 && i < cut->replays->len; i++) {
                ReplayPart part = { g_strdup_printf("?part=%u", i + 1),
                                    g_strdup_printf(tr(lang, "Part %d"), (int)i + 1), (int)i + 1 == cut->part };
                g_array_append_val(parts, part);
        }
        return parts;
}

static void cut_voice_clear(gpointer data)
{
        CutVoice *voice = data;
        g_free(voice->url);
        g_free(voice->name);
        g_free(voice->size);
        g_free(voice->download);
}

static GArray *voices_of(Request *req, Db *db, const Cut *cut)
{
        const Lang *lang = request_lang(req);
        GArray *voices = g_array_new(FALSE, TRUE, sizeof(CutVoice));
        g_array_set_clear_func(voices, cut_voice_clear);
        g_autoptr(GPtrArray) list = replay_voices(db, request_store(req), cut->replay);
        for (guint i = 0; i < list->len; i++) {
                const ReplayVoice *one = list->pdata[i];
                g_autofree char *unknown = g_strdup_printf(tr(lang, "Speaker %d"), one->person);
                const char *name = one->name && *one->name ? one->name : unknown;
                CutVoice voice = { .url = g_strdup_printf("/%s/talk/%s/replay/cut/voices/%s?part=%d", cut->event->slug,
                                                          cut->talk->code, one->file, cut->part),
                                   .name = one->part > 1 ? g_strdup_printf("%s (%d)", name, one->part) : g_strdup(name),
                                   .size = size_text(lang, one->bytes),
                                   .download = voice_download_name(one) };
                g_array_append_val(voices, voice);
        }
        return voices;
}

static bool has_file(Request *req, const Cut *cut, const char *name)
{
        if (!cut->drawn)
                return false;
        g_autofree char *folder = replay_folder_path(request_store(req), cut->replay->folder);
        g_autofree char *path = g_build_filename(folder, name, NULL);
        return g_file_test(path, G_FILE_TEST_IS_REGULAR);
}

/* Where a border lies in the whole recording. */
static int64_t border_us(const Cut *cut, int64_t clock_us, int64_t otherwise_us)
{
        int64_t at_us = clock_us ? replay_media_us(cut->pieces, cut->replay->started_us, clock_us) : -1;
        return at_us >= 0 ? at_us : otherwise_us;
}

static void show(Request *req, Db *db, const Cut *cut, Form *form, int status)
{
        const Lang *lang = request_lang(req);
        int64_t from_us = border_us(cut, cut->replay->from_us, 0),
                to_us = border_us(cut, cut->replay->to_us, cut->length_us);
        g_autofree char *from = replay_time_text(from_us), *to = replay_time_text(to_us),
                        *all = replay_time_text(cut->length_us);
        g_autofree char *part = g_strdup_printf("%d", cut->part);
        g_autofree char *strip = g_strdup_printf("/%s/talk/%s/replay/cut/strip.jpg?part=%d", cut->event->slug,
                                                 cut->talk->code, cut->part);
        g_autofree char *wave = g_strdup_printf("/%s/talk/%s/replay/cut/wave.png?part=%d", cut->event->slug,
                                                cut->talk->code, cut->part);
        form_set(form, "part", part);
        form_set(form, "from", from);
        form_set(form, "to", to);
        g_autoptr(GArray) log = log_of(db, cut, lang), parts = parts_of(cut, lang), voices = voices_of(req, db, cut);
        static const char *const styles[] = { "replay/replay.css", NULL }, *const scripts[] = { "replay/cut.js", NULL };
        Html *h = conference_page(req, cut->event, EVENT_REPLAYS,
                                  &(Page){ .title = tr(lang, "Borders of the replay"),
                                           .styles = styles,
                                           .scripts = scripts,
                                           .no_index = true });
        cut_view(h, &(CutPage){ .event = cut->event,
                                .talk = cut->talk,
                                .form = form,
                                .parts = parts,
                                .strip_url = has_file(req, cut, "strip.jpg") ? strip : NULL,
                                .wave_url = has_file(req, cut, "wave.png") ? wave : NULL,
                                .length = all,
                                .length_s = cut->length_us / SECOND_US,
                                .from_s = from_us / SECOND_US,
                                .to_s = to_us / SECOND_US,
                                .part = cut->part,
                                .is_cut = cut->replay->from_us || cut->replay->to_us,
                                .log = log,
                                .voices = voices });
        page_end(req, h, status);
}

static void show_cut(Request *req, Db *db)
{
        g_auto(Cut) cut = cut_of(req, db, request_query(req, "part"));
        if (!cut.replay) {
                respond_not_found(req);
                return;
        }
        g_autoptr(Form) form = form_new(req, FIELDS);
        show(req, db, &cut, form, 200);
}

/* The borders as they were sent; false: said in the form what is wrong. */
static bool read_borders(const Cut *cut, Form *form, int64_t *ret_from_us, int64_t *ret_to_us)
{
        int from_s = replay_time_read(form_value(form, "from")), to_s = replay_time_read(form_value(form, "to"));
        const Lang *lang = form_lang(form);
        if (from_s < 0)
                form_fail(form, "from", tr(lang, "Write it as 0:41 or 1:09:00."));
        if (to_s < 0)
                form_fail(form, "to", tr(lang, "Write it as 0:41 or 1:09:00."));
        if (form_is_ok(form) && (to_s <= from_s || from_s * SECOND_US >= cut->length_us))
                form_fail(form, "to", tr(lang, "The end lies behind the beginning, and both in the recording."));
        if (!form_is_ok(form))
                return false;
        bool whole_end = to_s * SECOND_US >= cut->length_us / SECOND_US * SECOND_US;
        int64_t started_us = cut->replay->started_us;
        *ret_from_us = from_s > 0 ? replay_clock_us(cut->pieces, started_us, from_s * SECOND_US) : 0;
        *ret_to_us = whole_end ? 0 : replay_clock_us(cut->pieces, started_us, to_s * SECOND_US);
        return true;
}

static void move_borders(Request *req, Db *db)
{
        g_auto(Cut) cut = cut_of(req, db, request_field(req, "part"));
        if (!cut.replay) {
                respond_not_found(req);
                return;
        }
        g_autoptr(Form) form = form_new(req, FIELDS);
        int64_t from_us = 0, to_us = 0;
        bool all = *request_field(req, "all") != '\0';
        if (!all && (!form_check(form) || !read_borders(&cut, form, &from_us, &to_us))) {
                show(req, db, &cut, form, 422);
                return;
        }
        if (!replay_cut(db, request_store(req), cut.replay, from_us, to_us) ||
            !replay_store_log(db, cut.event->id, cut.talk->id, "cut", request_account(req))) {
                form_fail(form, "to",
                          tr(request_lang(req), "Nothing would be left to be seen, or it could not be kept."));
                show(req, db, &cut, form, 409);
                return;
        }
        respond_redirect(req, "/%s/talk/%s/replay/cut/?part=%d", cut.event->slug, cut.talk->code, cut.part);
}

static void send_file(Request *req, Db *db, const char *name, const char *type)
{
        g_auto(Cut) cut = cut_of(req, db, request_query(req, "part"));
        if (!cut.replay || !has_file(req, &cut, name)) {
                respond_not_found(req);
                return;
        }
        g_autofree char *folder = replay_folder_path(request_store(req), cut.replay->folder);
        g_autofree char *path = g_build_filename(folder, name, NULL);
        respond_file(req, path, type, false);
}

static void send_strip(Request *req, Db *db)
{
        send_file(req, db, "strip.jpg", "image/jpeg");
}

static void send_wave(Request *req, Db *db)
{
        send_file(req, db, "wave.png", "image/png");
}

/* Whether or not the replay is withheld for somebody else's sake: each voice is its speaker's alone. */
static void send_voice(Request *req, Db *db)
{
        g_auto(Cut) cut = cut_of(req, db, request_query(req, "part"));
        g_autofree char *path =
                cut.replay ? replay_voice_path(db, request_store(req), cut.replay, request_param(req, "file")) : NULL;
        if (path)
                respond_file(req, path, "audio/ogg", false);
        else
                respond_not_found(req);
}

const Route replay_cut_routes[] = {
        { GET, "/:event/talk/:code/replay/cut/", show_cut, RIGHT_HOST, 0, "The borders of a replay" },
        { POST, "/:event/talk/:code/replay/cut/", move_borders, RIGHT_HOST, FORM_BYTES,
          "Move the borders of a replay" },
        { GET, "/:event/talk/:code/replay/cut/strip.jpg", send_strip, RIGHT_HOST, 0, "Pictures of a recording" },
        { GET, "/:event/talk/:code/replay/cut/wave.png", send_wave, RIGHT_HOST, 0, "The sound of a recording, drawn" },
        { GET, "/:event/talk/:code/replay/cut/voices/:file", send_voice, RIGHT_HOST, 0,
          "A speaker's own voice of a recording" },
        { 0 },
};
