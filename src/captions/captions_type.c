/* Captioners type: a line grows, ends, is corrected; one of them at a time. */
#include "captions/captions_store.h"
#include "base/time.h"

#define TELL_US (SECOND_US / 4)

json_t *caption_json(const Caption *line)
{
        return json_pack("{s:I, s:s, s:I, s:I}", "n", (json_int_t)line->n, "text", line->text, "begun_us",
                         (json_int_t)line->begun_us, "ended_us", (json_int_t)line->ended_us);
}

void captions_set_by(LiveRoom *room, int person)
{
        Captions *captions = captions_of(room);
        if (captions->by == person)
                return;
        captions->by = person;
        live_broadcast(room, json_pack("{s:s, s:i}", "t", "captioner", "who", person));
}

static bool may_type(LiveClient *client, const char *of)
{
        if (live_person_may(live_client_room(client), live_client_person(client), RIGHT_CAPTION))
                return true;
        live_refuse(client, of, NULL, N_("Captions are typed by the captioners of the event."));
        return false;
}

void captions_take(LiveClient *client, json_t *message)
{
        if (may_type(client, "caption_take"))
                captions_set_by(live_client_room(client), live_client_person(client));
}

static void set_open(Captions *captions, char *text) /* takes text */
{
        g_free(captions->open);
        captions->open = text;
        captions->open_changed = true;
        if (captions->begun_us == 0)
                captions->begun_us = now_us();
}

void captions_tell_open(LiveRoom *room, int64_t mono_us)
{
        Captions *captions = captions_of(room);
        if (!captions->open_changed || mono_us - captions->told_us < TELL_US)
                return;
        captions->open_changed = false;
        captions->told_us = mono_us;
        live_broadcast(room, json_pack("{s:s, s:I, s:s?}", "t", "captioning", "n", (json_int_t)captions->next, "text",
                                       captions->open));
}

/* --- A line that is kept ------------------------------------------------------------------------------------------ */

typedef struct {
        Caption *line;
        int person, spoken_by;
} Keeping;

/* Who types is so far behind who speaks, at most. */
#define BEHIND_US (6 * SECOND_US)

static bool keep(Db *db, const LiveMoment *moment, gpointer data)
{
        const Keeping *keeping = data;
        return captions_store_save(db, moment->session_id, keeping->line, keeping->person, keeping->spoken_by);
}

static void kept(LiveRoom *room, LiveClient *client, gpointer data, bool is_kept)
{
        Keeping *keeping = data;
        if (is_kept) {
                json_t *told = caption_json(keeping->line);
                json_object_set_new(told, "t", json_string("captioned"));
                captions_put(captions_of(room), g_steal_pointer(&keeping->line));
                live_broadcast(room, told);
        } else if (client) {
                live_refuse(client, "caption", NULL, N_("This line could not be kept. It is back in your field."));
        }
}

static void keeping_free(gpointer data)
{
        Keeping *keeping = data;
        if (keeping->line)
                vtt_line_free(keeping->line);
        g_free(keeping);
}

static const LiveWrite writing = { keep, kept, keeping_free };

static const Caption *find(const Captions *captions, int64_t n)
{
        for (guint i = 0; i < captions->lines->len; i++)
                if (((const Caption *)captions->lines->pdata[i])->n == n)
                        return captions->lines->pdata[i];
        return NULL;
}

/* The next line, or another text of an earlier one: then with the times it had. */
static void end_line(LiveClient *client, Captions *captions, int64_t n, char *text) /* takes text */
{
        const Caption *earlier = find(captions, n);
        Caption *line = g_new(Caption, 1);
        int64_t now = now_us();
        *line = (Caption){ n, text, captions->begun_us ? captions->begun_us : now, now };
        if (earlier) {
                line->begun_us = earlier->begun_us;
                line->ended_us = earlier->ended_us;
        }
        if (n == captions->next) {
                captions->next++;
                g_clear_pointer(&captions->open, g_free); /* pages drop it when they get the whole line */
                captions->open_changed = false;
                captions->begun_us = 0;
        }
        Keeping *keeping = g_new(Keeping, 1);
        LiveRoom *room = live_client_room(client);
        *keeping =
                (Keeping){ line, live_client_person(client), live_heard_unrecorded(room, line->begun_us - BEHIND_US) };
        live_write(room, client, &writing, keeping);
}

void captions_type(LiveClient *client, json_t *message)
{
        LiveRoom *room = live_client_room(client);
        Captions *captions = captions_of(room);
        json_t *number = json_object_get(message, "n");
        const char *typed = json_string_value(json_object_get(message, "text"));
        int64_t n = json_integer_value(number);
        if (!may_type(client, "caption"))
                return;
        if (captions->by && captions->by != live_client_person(client)) {
                live_refuse(client, "caption", NULL,
                            N_("Somebody else is typing the captions now. Take over to type them yourself."));
                return;
        }
        if (!json_is_integer(number) || n < 0 || n > captions->next || n < captions->next - CAPTIONS_CORRECT ||
            n >= CAPTIONS_MAX) {
                live_refuse(client, "caption", NULL, N_("This line can no longer be changed: only the last five can."));
                return;
        }
        bool open = n == captions->next, ends = json_is_true(json_object_get(message, "done"));
        char *text = live_clean_text(typed, CAPTION_MAX_CHARS, false);
        bool empty = typed && !*typed && (!open || !ends); /* nothing is typed any more, or a line is taken back */
        if (!text && !empty) {
                live_refuse(client, "caption", NULL, N_("A line of captions has 1 to 300 characters."));
                return;
        }
        captions_set_by(room, live_client_person(client));
        if (open && !ends)
                set_open(captions, text);
        else
                end_line(client, captions, n, text ? text : g_strdup(""));
}
