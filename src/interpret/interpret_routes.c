/* An organiser says which languages a room offers, and gets a link for the interpreters of each. */
#include "interpret/interpret_views.h"

#include "conference/conference.h"

#define FORM_BYTES 4096

static const FormField FIELDS[] = {
        { "languages", N_("Languages beside that of the stage"), .hint = N_("fr, en, pt-BR. At most eight."),
          .characters_max = 200 },
        { 0 },
};

static GArray *rows_of(const Interpret *interpret)
{
        GArray *rows = g_array_new(FALSE, TRUE, sizeof(InterpretRow));
        for (int i = 0; i < SFU_CHANNELS; i++) {
                const InterpretChannel *channel = &interpret->channels[i];
                InterpretRow row = { channel->code, channel->key };
                if (*channel->code)
                        g_array_append_val(rows, row);
        }
        return rows;
}

static void set_languages(Form *form, const GArray *rows)
{
        g_autoptr(GString) text = g_string_new(NULL);
        for (guint i = 0; i < rows->len; i++)
                g_string_append_printf(text, "%s%s", i ? ", " : "", g_array_index(rows, InterpretRow, i).code);
        form_set(form, "languages", text->str);
}

static void show(Request *req, Db *db, const Event *event, const EventRoom *room, Form *form, int status)
{
        g_autoptr(Interpret) interpret = interpret_new();
        interpret_store_load(db, room->id, interpret);
        g_autoptr(GArray) rows = rows_of(interpret);
        set_languages(form, rows);
        Html *h = conference_page(req, event, EVENT_ORGANISE,
                                  &(Page){ .title = tr(request_lang(req), "Interpretation") });
        interpret_view(h, &(InterpretPage){ .event = event,
                                            .room = room,
                                            .rows = (const InterpretRow *)(gpointer)rows->data,
                                            .count = rows->len,
                                            .form = form,
                                            .origin = request_origin(req),
                                            .saved = request_query(req, "done") != NULL });
        page_end(req, h, status);
}

static void with_room(Request *req, Db *db, void (*act)(Request *, Db *, const Event *, const EventRoom *, Form *))
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        g_autoptr(EventRoom) room = event ? conference_room(db, event->id, request_param(req, "room")) : NULL;
        if (!room || !event_room_is_online(room)) {
                respond_not_found(req);
                return;
        }
        g_autoptr(Form) form = form_new(req, FIELDS);
        act(req, db, event, room, form);
}

static void show_page(Request *req, Db *db, const Event *event, const EventRoom *room, Form *form)
{
        show(req, db, event, room, form, 200);
}

static void show_languages(Request *req, Db *db)
{
        with_room(req, db, show_page);
}

static bool save(Request *req, Db *db, const EventRoom *room, Form *form)
{
        const char *sentence = NULL;
        g_auto(GStrv) codes = interpret_read_languages(form_value(form, "languages"), &sentence);
        if (codes)
                return interpret_store_languages(db, room->id, codes);
        form_fail(form, "languages", tr(request_lang(req), sentence));
        return true;
}

static void act_on_page(Request *req, Db *db, const Event *event, const EventRoom *room, Form *form)
{
        const char *renew = request_field(req, "renew");
        bool kept = true;
        if (*renew)
                kept = interpret_store_new_key(db, room->id, renew);
        else if (form_check(form))
                kept = save(req, db, room, form);
        if (!kept) {
                respond_error(req, 500, tr(request_lang(req), "This could not be kept. Try again."));
        } else if (!*renew && !form_is_ok(form)) {
                show(req, db, event, room, form, 422);
        } else {
                live_reload(live_of(req), room->id, &interpret_feature);
                respond_redirect(req, "/%s/organise/rooms/%s/languages/?done=1", event->slug, room->slug);
        }
}

static void save_languages(Request *req, Db *db)
{
        with_room(req, db, act_on_page);
}

const Route interpret_routes[] = {
        { GET, "/:event/organise/rooms/:room/languages/", show_languages, RIGHT_ORGANISER, 0,
          "The languages of a room" },
        { POST, "/:event/organise/rooms/:room/languages/", save_languages, RIGHT_ORGANISER, FORM_BYTES,
          "Languages and interpreters' links of a room" },
        { 0 },
};
