/* The organisers' page of keys, and where programs come. */
#include "whip/whip_private.h"

#include "base/when.h"
#include "rtc/sdp_fragment.h"

#include <string.h>

static const FormOption kinds[] = {
        { .value = "camera",
          .label = N_("A camera or OBS, on stage"),
          .hint = N_("It takes a seat on the stage and is seen by everybody (WHIP).") },
        { .value = "player",
          .label = N_("A screen that only watches"),
          .hint = N_("It shows what is on air, in a hall or on another site (WHEP).") },
        { 0 },
};

static const FormField fields[] = {
        { .name = "room", .label = N_("Room"), .kind = FIELD_SELECT, .required = true },
        { .name = "kind", .label = N_("What comes"), .kind = FIELD_CHOICE, .required = true, .options = kinds },
        { .name = "name",
          .label = N_("Its name"),
          .hint = N_("As it stands on stage: “Camera of the hall”."),
          .required = true,
          .characters_max = WHIP_NAME_CHARS },
        { .name = "told",
          .label = N_("Those whom this camera films know that they are seen, and agree to be recorded when the session "
                      "is recorded."),
          .kind = FIELD_TICK },
        { 0 },
};

static void row_clear(gpointer row)
{
        g_free(((WhipRow *)row)->used);
}

static GArray *rows_of(const Lang *lang, const Event *event, GPtrArray *keys)
{
        GArray *rows = g_array_new(FALSE, TRUE, sizeof(WhipRow));
        g_array_set_clear_func(rows, row_clear);
        for (guint i = 0; i < keys->len; i++) {
                const WhipKey *key = keys->pdata[i];
                WhipRow row = { .key = key,
                                .used = key->used_us ? when_day_time(lang, event->zone, key->used_us) : NULL,
                                .first = !i || ((WhipKey *)keys->pdata[i - 1])->room_id != key->room_id };
                g_array_append_val(rows, row);
        }
        return rows;
}

/* made: what the page says of a key that has just been made; its other fields are filled here. */
static void show(Request *req, Db *db, const Event *event, const Form *form, WhipPage made, int status)
{
        const Lang *lang = request_lang(req);
        g_autoptr(GPtrArray) keys = whip_keys(db, event->id);
        g_autoptr(GArray) rows = rows_of(lang, event, keys);
        made.event = event;
        made.rows = (const WhipRow *)rows->data;
        made.count = rows->len;
        made.form = form;
        made.done = request_query(req, "done");
        Html *h = conference_page(req, event, EVENT_ORGANISE,
                                  &(Page){ .title = tr(lang, "Cameras and encoders"), .no_index = true });
        whip_view(h, &made);
        page_end(req, h, status);
        if (made.key) /* it is shown this once */
                respond_header(req, "Cache-Control", "no-store");
}

static void show_keys(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        if (!event) {
                respond_not_found(req);
                return;
        }
        g_autoptr(GPtrArray) rooms = conference_rooms(db, event->id);
        g_autoptr(GArray) options = conference_online_options(rooms);
        g_autoptr(Form) form = form_new(req, fields);
        form_options(form, "room", (const FormOption *)options->data);
        form_set(form, "kind", "camera");
        show(req, db, event, form, (WhipPage){ 0 }, 200);
}

static void check_rules(Db *db, const Event *event, Form *form)
{
        bool camera = !strcmp(form_value(form, "kind"), "camera");
        if (camera && !form_ticked(form, "told"))
                form_fail(form, "told",
                          tr(form_lang(form), "Nobody is filmed without knowing it: tell them first, then tick this."));
        if (whip_key_count(db, event->id) >= WHIP_KEYS_MAX)
                form_fail(form, "",
                          tr(form_lang(form), "An event has 100 keys at most: take back one that is not used."));
}

static void make_key(Request *req, Db *db, const Event *event)
{
        g_autoptr(GPtrArray) rooms = conference_rooms(db, event->id);
        g_autoptr(GArray) options = conference_online_options(rooms);
        g_autoptr(Form) form = form_new(req, fields);
        form_options(form, "room", (const FormOption *)options->data);
        form_check(form);
        check_rules(db, event, form);
        if (!form_is_ok(form)) {
                show(req, db, event, form, (WhipPage){ 0 }, 422);
                return;
        }
        g_autoptr(EventRoom) room = conference_room(db, event->id, form_value(form, "room"));
        g_autofree char *key = NULL;
        bool plays = !strcmp(form_value(form, "kind"), "player");
        if (!room || !whip_key_make(db, room->id, form_value(form, "name"), plays, &key)) {
                respond_error(req, 500, tr(request_lang(req), "This could not be saved. Try again in a moment."));
                return;
        }
        g_autofree char *url = g_strdup_printf("%s/%s/live/%s/%s", request_origin(req), event->slug, room->slug,
                                               plays ? "whep" : "whip");
        g_autoptr(Form) fresh = form_new_plain(request_lang(req), fields, false);
        form_options(fresh, "room", (const FormOption *)options->data);
        form_set(fresh, "kind", "camera");
        show(req, db, event, fresh,
             (WhipPage){ .key = key, .name = form_value(form, "name"), .plays = plays, .url = url }, 200);
}

static void remove_key(Request *req, Db *db, const Event *event)
{
        int64_t room = 0, id = (int64_t)g_ascii_strtoull(request_field(req, "remove"), NULL, 10);
        if (!whip_key_remove(db, event->id, id, &room)) {
                respond_not_found(req);
                return;
        }
        live_encoder_revoke(live_of(req), room, id);
        respond_redirect(req, "/%s/organise/encoders/?done=removed", event->slug);
}

static void act_on_keys(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        if (!event)
                respond_not_found(req);
        else if (*request_field(req, "remove"))
                remove_key(req, db, event);
        else
                make_key(req, db, event);
}

const Route whip_routes[] = {
        { GET, "/:event/organise/encoders/", show_keys, RIGHT_STAGE, 0, "Cameras and encoders",
          .menu = N_("Cameras and encoders"),
          .menu_text = N_("Bring a camera of the hall or OBS on stage, by a key.") },
        { POST, "/:event/organise/encoders/", act_on_keys, RIGHT_STAGE, 4096, "Make or take back a key" },
        { PROTOCOL, "/:event/live/:room/whip", whip_endpoint, RIGHT_KEY, WHIP_SDP_BYTES, "An encoder comes on stage" },
        { PROTOCOL, "/:event/live/:room/whip/:session", whip_session, RIGHT_KEY, SDP_FRAGMENT_MAX_BYTES,
          "An encoder's session" },
        { PROTOCOL, "/:event/live/:room/whep", whep_endpoint, RIGHT_PUBLIC, WHIP_SDP_BYTES, "A player watches" },
        { PROTOCOL, "/:event/live/:room/whep/:session", whep_session, RIGHT_PUBLIC, SDP_FRAGMENT_MAX_BYTES,
          "A player's session" },
        { 0 },
};
