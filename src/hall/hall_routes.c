/* The hosts' page of links; the pages of a hall's screen and of its seat, and their sockets. */
#include "hall/hall_private.h"

#include <string.h>

#define COOKIE_S (60 * 24 * 3600)
#define KEY_CHARS_MAX 64

/* --- The links ---------------------------------------------------------------------------------------------------- */

static const FormField fields[] = {
        { .name = "room", .label = N_("Room"), .kind = FIELD_SELECT, .required = true },
        { .name = "name",
          .label = N_("The hall's name"),
          .hint = N_("As it stands on stage: “Village hall of Montmoreau”."),
          .required = true,
          .characters_max = HALL_NAME_CHARS },
        { 0 },
};

static void show(Request *req, Db *db, const Event *event, const Form *form, HallsPage made, int status)
{
        g_autoptr(GPtrArray) halls = hall_list(db, event->id);
        made.event = event;
        made.halls = halls;
        made.form = form;
        made.done = request_query(req, "done");
        Html *h = conference_page(req, event, EVENT_ORGANISE,
                                  &(Page){ .title = tr(request_lang(req), "Halls"), .no_index = true });
        halls_view(h, &made);
        page_end(req, h, status);
        if (made.made) /* the links are shown this once */
                respond_header(req, "Cache-Control", "no-store");
}

static void show_halls(Request *req, Db *db)
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
        show(req, db, event, form, (HallsPage){ 0 }, 200);
}

static char *link_of(Request *req, const Event *event, const EventRoom *room, const char *page, const char *key)
{
        return g_strdup_printf("%s/%s/live/%s/%s/?key=%s", request_origin(req), event->slug, room->slug, page, key);
}

static void make_hall(Request *req, Db *db, const Event *event)
{
        g_autoptr(GPtrArray) rooms = conference_rooms(db, event->id), halls = hall_list(db, event->id);
        g_autoptr(GArray) options = conference_online_options(rooms);
        g_autoptr(Form) form = form_new(req, fields);
        form_options(form, "room", (const FormOption *)options->data);
        form_check(form);
        if (halls->len >= HALLS_MAX)
                form_fail(form, "",
                          tr(form_lang(form), "An event has 50 halls at most: take back one that is not used."));
        if (!form_is_ok(form)) {
                show(req, db, event, form, (HallsPage){ 0 }, 422);
                return;
        }
        g_autoptr(EventRoom) room = conference_room(db, event->id, form_value(form, "room"));
        char *keys[2] = { NULL };
        if (room && hall_make(db, room->id, form_value(form, "name"), keys)) {
                g_autofree char *screen = link_of(req, event, room, "screen", keys[HALL_SCREEN]);
                g_autofree char *seat = link_of(req, event, room, "seat", keys[HALL_SEAT]);
                g_autoptr(Form) fresh = form_new_plain(request_lang(req), fields, false);
                form_options(fresh, "room", (const FormOption *)options->data);
                HallsPage made = { .made = form_value(form, "name"), .screen_url = screen, .seat_url = seat };
                show(req, db, event, fresh, made, 200);
        } else {
                respond_error(req, 500, tr(request_lang(req), "This could not be saved. Try again in a moment."));
        }
        g_free(keys[HALL_SCREEN]);
        g_free(keys[HALL_SEAT]);
}

static void remove_hall(Request *req, Db *db, const Event *event)
{
        int64_t room = 0, id = (int64_t)g_ascii_strtoull(request_field(req, "remove"), NULL, 10);
        if (!hall_remove(db, event->id, id, &room)) {
                respond_not_found(req);
                return;
        }
        live_hall_revoke(live_of(req), room, id);
        respond_redirect(req, "/%s/organise/halls/?done=removed", event->slug);
}

static void act_on_halls(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        if (!event)
                respond_not_found(req);
        else if (*request_field(req, "remove"))
                remove_hall(req, db, event);
        else
                make_hall(req, db, event);
}

/* --- The pages ---------------------------------------------------------------------------------------------------- */

static const char *const PAGES[] = { [HALL_SCREEN] = "screen", [HALL_SEAT] = "seat" };

typedef struct {
        Event *event;
        EventRoom *room;
        Hall *hall; /* NULL: a host looks at the screen */
} Door;

static void door_clear(Door *door)
{
        event_free(door->event);
        event_room_free(door->room);
        hall_free(door->hall);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Door, door_clear)

static bool find_room(Request *req, Db *db, Door *ret_door)
{
        ret_door->event = conference_event(db, request_event(req));
        ret_door->room = ret_door->event ? conference_room(db, ret_door->event->id, request_param(req, "room")) : NULL;
        return ret_door->room && event_room_is_online(ret_door->room);
}

/* By the cookie that the link left; false: answered. */
static bool open_door(Request *req, Db *db, HallPage page, Door *ret_door)
{
        if (!find_room(req, db, ret_door)) {
                respond_not_found(req);
                return false;
        }
        const char *key = request_own_cookie(req, PAGES[page]);
        ret_door->hall = key ? hall_find(db, ret_door->room->id, page, key) : NULL;
        if (ret_door->hall || (page == HALL_SCREEN && request_may(req, RIGHT_HOST)))
                return true;
        respond_error(req, 403,
                      tr(request_lang(req), "This page opens by a link that a host of the event makes (“Halls”). Yours "
                                            "is none, or it was taken back."));
        return false;
}

/* The key goes into a cookie: the address that is projected does not show it. */
static bool take_key(Request *req, Db *db, HallPage page)
{
        g_auto(Door) door = { 0 };
        const char *key = request_query(req, "key");
        if (!*key || strlen(key) > KEY_CHARS_MAX || !find_room(req, db, &door))
                return false;
        door.hall = hall_find(db, door.room->id, page, key);
        if (!door.hall)
                return false;
        request_set_cookie(req, PAGES[page], key, COOKIE_S);
        respond_redirect(req, "/%s/live/%s/%s/", door.event->slug, door.room->slug, PAGES[page]);
        return true;
}

static void show_screen(Request *req, Db *db)
{
        static const char *const styles[] = { "hall/screen.css", NULL };
        g_auto(Door) door = { 0 };
        if (take_key(req, db, HALL_SCREEN) || !open_door(req, db, HALL_SCREEN, &door))
                return;
        g_autofree char *socket = g_strdup_printf("/%s/live/%s/screen/socket", door.event->slug, door.room->slug);
        g_autofree char *address =
                g_strdup_printf("%s/%s/live/%s/hall/", request_origin(req), door.event->slug, door.room->slug);
        int modules = 0;
        g_autofree char *code = hall_code(address, &modules);
        g_autofree char *words = live_room_words(request_lang(req));
        g_autoptr(GPtrArray) scripts = live_room_scripts("hall/screen.js");
        ScreenPage page = { .title = door.room->name,
                            .socket_url = socket,
                            .zone = door.event->zone_name,
                            .words = words,
                            .address = address,
                            .code = code,
                            .modules = modules };
        Html *h = page_begin(req, &(Page){ .title = page.title,
                                           .theme = door.event->theme_class,
                                           .head_links = door.event->theme_link,
                                           .styles = styles,
                                           .scripts = (const char *const *)scripts->pdata,
                                           .main_class = "",
                                           .dark = true,
                                           .bare = true,
                                           .no_index = true });
        screen_view(h, &page);
        page_end(req, h, 200);
}

static void show_seat(Request *req, Db *db)
{
        g_auto(Door) door = { 0 };
        if (take_key(req, db, HALL_SEAT) || !open_door(req, db, HALL_SEAT, &door))
                return;
        g_autofree char *socket = g_strdup_printf("/%s/live/%s/seat/socket", door.event->slug, door.room->slug);
        live_seat_page(req, door.event, door.room, socket, door.hall->name);
}

static void open_socket(Request *req, Db *db, HallPage page)
{
        g_auto(Door) door = { 0 };
        if (open_door(req, db, page, &door))
                live_hall_socket(req, &(LiveHallDoor){ .id = door.hall ? door.hall->id : 0,
                                                       .name = door.hall ? door.hall->name : "",
                                                       .slug = door.event->slug,
                                                       .room = door.room,
                                                       .screen = page == HALL_SCREEN });
}

static void open_screen_socket(Request *req, Db *db)
{
        open_socket(req, db, HALL_SCREEN);
}

static void open_seat_socket(Request *req, Db *db)
{
        open_socket(req, db, HALL_SEAT);
}

const Route hall_routes[] = {
        { GET, "/:event/organise/halls/", show_halls, RIGHT_HOST, 0, "Halls", .menu = N_("Halls"),
          .menu_text = N_("Links for a hall's projector, and for its camera and mixer.") },
        { POST, "/:event/organise/halls/", act_on_halls, RIGHT_HOST, 4096, "Make or take back a hall's links" },
        { GET, "/:event/live/:room/screen/", show_screen, RIGHT_PUBLIC, 0, "The screen of a hall" },
        { WEBSOCKET, "/:event/live/:room/screen/socket", open_screen_socket, RIGHT_PUBLIC, 0, "A screen's messages" },
        { GET, "/:event/live/:room/seat/", show_seat, RIGHT_PUBLIC, 0, "The camera and mixer of a hall" },
        { WEBSOCKET, "/:event/live/:room/seat/socket", open_seat_socket, RIGHT_PUBLIC, 0, "A seat's messages" },
        { 0 },
};
