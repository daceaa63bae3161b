/* The rooms of an event: stage, workshop or on site, in an order, with seats. */
#include "conference/conference_views.h"
#include "conference/listing.h"

#include <string.h>

static const FormOption kinds[] = {
        { .value = "stage", .label = N_("Stage"), .hint = N_("All listen; who speaks goes on stage.") },
        { .value = "workshop",
          .label = N_("Workshop"),
          .hint = N_("All may speak and be seen, up to thirty; groups can be made of them.") },
        { .value = "on-site", .label = N_("On site only"), .hint = N_("Nothing of it is online.") },
        { 0 },
};

static const FormField fields[] = {
        { .name = "name", .label = N_("Name of the room"), .required = true, .characters_max = 80 },
        { .name = "kind", .label = N_("What it is"), .kind = FIELD_CHOICE, .required = true, .options = kinds },
        { .name = "lobby",
          .label = N_("Hosts let people in"),
          .hint = N_("Who comes waits until a host of the room lets them in. Hosts may change it in the room."),
          .kind = FIELD_TICK },
        { .name = "sealed",
          .label = N_("Encrypted end to end"),
          .hint = N_(
                  "For workshops. Picture and sound are encrypted in people’s browsers, with a key that travels in the "
                  "link and that the server never gets. So the server can neither record nor broadcast them, nor "
                  "caption "
                  "them, and no halls, cameras or players without a page take part. Chat, names and hands are not "
                  "encrypted."),
          .kind = FIELD_TICK },
        { .name = "voices",
          .label = N_("Keep each speaker’s voice by itself, too"),
          .hint = N_("Recordings then hold, beside the film, a sound file of each speaker who agreed to be recorded. "
                     "Hosts download them where they move the borders of a replay. Speakers are told where they agree, "
                     "and a file is deleted when its speaker takes that back."),
          .kind = FIELD_TICK },
        { .name = "capacity",
          .label = N_("Seats on site"),
          .hint = N_("Empty when nobody can come, or when it does not matter."),
          .kind = FIELD_NUMBER,
          .min = 0,
          .max = 100000 },
        { .name = "note",
          .label = N_("What it is for"),
          .hint = N_("A few words, such as: first floor, hearing loop."),
          .characters_max = 160 },
        { 0 },
};

static char *room_meta(const EventRoom *room, const Lang *lang)
{
        const char *kind = "";
        for (const FormOption *option = kinds; option->value; option++)
                if (!strcmp(option->value, room->kind))
                        kind = tr(lang, option->label);
        GString *meta = g_string_new(kind);
        if (room->capacity) {
                g_string_append(meta, " · ");
                g_string_append_printf(meta, tr_n(lang, "%d seat", "%d seats", (unsigned long)room->capacity),
                                       (int)room->capacity);
        }
        if (*room->note)
                g_string_append_printf(meta, " · %s", room->note);
        return g_string_free(meta, FALSE);
}

static void show_list(Request *req, Db *db, const Event *event, const Form *form, int status)
{
        const Lang *lang = request_lang(req);
        g_autoptr(GPtrArray) rooms = conference_rooms(db, event->id);
        g_autoptr(EventList) listing = event_list_new(req, rooms->len);
        for (guint i = listing->first; i < listing->end; i++) {
                const EventRoom *room = rooms->pdata[i];
                g_autofree char *url = g_strdup_printf("/%s/organise/rooms/%s/", event->slug, room->slug);
                g_autofree char *meta = room_meta(room, lang);
                event_list_add(listing, room->id, room->name, url, meta);
        }
        Html *h = conference_page(req, event, EVENT_ORGANISE, &(Page){ .title = tr(lang, "Rooms"), .no_index = true });
        rooms_view(h, &(ListPage){ .listing = listing, .form = form, .done = request_query(req, "done") });
        page_end(req, h, status);
}

void show_rooms_list(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_of_request(req, db);
        if (!event)
                return;
        g_autoptr(Form) form = form_new(req, fields);
        form_set(form, "kind", "stage");
        show_list(req, db, event, form, 200);
}

static char *free_slug(Db *db, int64_t event, const char *name)
{
        g_autofree char *plain = slug_of_name(name);
        const char *base = *plain ? plain : "room";
        for (int n = 1; n < LISTED_MAX * 2; n++) {
                g_autofree char *slug = n == 1 ? g_strdup(base) : g_strdup_printf("%s-%d", base, n);
                if (event_room_slug_is_free(db, event, slug))
                        return g_steal_pointer(&slug);
        }
        return g_strdup_printf("%s-%08x", base, g_random_int());
}

static void room_fill(EventRoom *room, const Form *form)
{
        g_free(room->name);
        g_free(room->kind);
        g_free(room->note);
        room->name = g_strdup(form_value(form, "name"));
        room->kind = g_strdup(form_value(form, "kind"));
        room->note = g_strdup(form_value(form, "note"));
        room->lobby = *form_value(form, "lobby") != 0;
        room->sealed = *form_value(form, "sealed") != 0;
        room->voices = *form_value(form, "voices") != 0;
        room->capacity = form_number(form, "capacity", 0);
}

static bool room_check(Db *db, int64_t event, Form *form, int64_t but)
{
        form_check(form);
        if (*form_value(form, "sealed") && strcmp(form_value(form, "kind"), "workshop") != 0)
                form_fail(form, "sealed", tr(form_lang(form), "Only a workshop can be encrypted end to end."));
        if (event_room_name_is_taken(db, event, form_value(form, "name"), but))
                form_fail(form, "name", tr(form_lang(form), "Another room has this name."));
        return form_is_ok(form);
}

static void add_room(Request *req, Db *db, const Event *event)
{
        g_autoptr(Form) form = form_new(req, fields);
        g_autoptr(GPtrArray) rooms = conference_rooms(db, event->id);
        if (rooms->len >= LISTED_MAX)
                form_fail(form, "", tr(form_lang(form), "An event has 300 rooms at most."));
        if (!room_check(db, event->id, form, 0)) {
                show_list(req, db, event, form, 422);
                return;
        }
        g_autoptr(EventRoom) room = g_new0(EventRoom, 1);
        room_fill(room, form);
        room->slug = free_slug(db, event->id, room->name);
        if (event_room_keep(db, event->id, room))
                respond_redirect(req, "/%s/organise/rooms/?done=added", event->slug);
}

void act_on_rooms(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_of_request(req, db);
        if (!event)
                return;
        int64_t up = event_list_asked(req, "up");
        if (!up)
                add_room(req, db, event);
        else if (conference_move_up(db, event->id, LISTED_ROOM, up))
                respond_redirect(req, "/%s/organise/rooms/?done=moved", event->slug);
}

static EventRoom *room_of_request(Request *req, Db *db, const Event *event)
{
        EventRoom *room = conference_room(db, event->id, request_param(req, "room"));
        if (!room)
                respond_not_found(req);
        return room;
}

static void show_room(Request *req, Db *db, const Event *event, const EventRoom *room, const Form *form,
                      const char *fault, int status)
{
        Html *h = conference_page(req, event, EVENT_ORGANISE, &(Page){ .title = room->name, .no_index = true });
        room_edit_view(h, &(RoomEditPage){ .event = event,
                                           .room = room,
                                           .form = form,
                                           .talks = event_room_talk_count(db, room->id),
                                           .fault = fault });
        page_end(req, h, status);
}

/* As it stands, also when something else was sent. */
static Form *form_of_room(Request *req, const EventRoom *room)
{
        Form *form = form_new_plain(request_lang(req), fields, false);
        g_autofree char *seats = room->capacity ? g_strdup_printf("%" G_GINT64_FORMAT, room->capacity) : g_strdup("");
        form_set(form, "name", room->name);
        form_set(form, "kind", room->kind);
        form_set(form, "note", room->note);
        form_set(form, "capacity", seats);
        form_set(form, "lobby", room->lobby ? "1" : "");
        form_set(form, "sealed", room->sealed ? "1" : "");
        form_set(form, "voices", room->voices ? "1" : "");
        return form;
}

void edit_room(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_of_request(req, db);
        g_autoptr(EventRoom) room = event ? room_of_request(req, db, event) : NULL;
        if (!room)
                return;
        g_autoptr(Form) form = form_of_room(req, room);
        show_room(req, db, event, room, form, NULL, 200);
}

/* Its sessions first: a programme never loses the place of one by accident. */
static void remove_room(Request *req, Db *db, const Event *event, const EventRoom *room)
{
        const Lang *lang = request_lang(req);
        int64_t talks = event_room_talk_count(db, room->id);
        g_autofree char *fault = NULL;
        if (talks)
                fault = g_strdup_printf(tr_n(lang,
                                             "%d session stands in this room: give it another one, then remove the "
                                             "room.",
                                             "%d sessions stand in this room: give them another one, then remove the "
                                             "room.",
                                             (unsigned long)talks),
                                        (int)talks);
        else if (conference_is_live(db, event->id, room->id))
                fault = g_strdup(tr(lang, "This room is live: end its session first."));
        if (!fault && event_room_remove(db, event->id, room->id)) {
                respond_redirect(req, "/%s/organise/rooms/?done=removed", event->slug);
        } else if (fault) {
                g_autoptr(Form) form = form_of_room(req, room);
                show_room(req, db, event, room, form, fault, 409);
        }
}

void save_room(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_of_request(req, db);
        g_autoptr(EventRoom) room = event ? room_of_request(req, db, event) : NULL;
        if (!room)
                return;
        if (!strcmp(request_field(req, "act"), "remove")) {
                remove_room(req, db, event, room);
                return;
        }
        g_autoptr(Form) form = form_new(req, fields);
        if (!room_check(db, event->id, form, room->id)) {
                show_room(req, db, event, room, form, NULL, 422);
                return;
        }
        room_fill(room, form); /* its address stays: links to it are out in the world */
        if (event_room_keep(db, event->id, room))
                respond_redirect(req, "/%s/organise/rooms/?done=saved", event->slug);
}
