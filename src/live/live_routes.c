/* The list of rooms, a room's page, its socket. */
#include "live/live_pages.h"
#include "live/live_store.h"
#include "live/room_page.h"
#include "base/time.h"
#include "conference/conference.h"
#include "people/people.h"

#include <gio/gio.h>
#include <string.h>

static void rooms_clear(gpointer data)
{
        LiveRoomRow *row = data;
        live_talk_clear(&row->talk);
}

static void show_rooms(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        if (!event) { /* a read that failed: the server says so */
                respond_not_found(req);
                return;
        }
        g_autoptr(GPtrArray) rooms = conference_rooms(db, event->id);
        g_autoptr(GArray) rows = g_array_new(FALSE, TRUE, sizeof(LiveRoomRow));
        g_array_set_clear_func(rows, rooms_clear);
        int64_t now = now_us();
        for (guint i = 0; i < rooms->len; i++) {
                const EventRoom *room = g_ptr_array_index(rooms, i);
                if (!event_room_is_online(room))
                        continue;
                LiveRoomRow row = { .slug = room->slug, .name = room->name, .note = room->note };
                live_store_talk_now(db, room->id, now, &row.talk);
                row.is_now = row.talk.code && row.talk.start_us <= now;
                g_array_append_val(rows, row);
        }
        LiveRoomsPage page = { .event = event, .rows = (const LiveRoomRow *)rows->data, .count = rows->len };
        Html *h = conference_page(req, event, EVENT_LIVE, &(Page){ .title = tr(request_lang(req), "Rooms") });
        live_rooms_view(h, &page);
        page_end(req, h, 200);
}

/* Of the room and its features. (transfer full) of asset names, ended by NULL */
static GPtrArray *assets(const char *own, bool styles, bool team, bool sealed)
{
        GPtrArray *names = g_ptr_array_new();
        for (const LiveFeature *const *feature = live_features; *feature; feature++) {
                const char *name = styles ? (*feature)->style : (*feature)->script;
                if (name && (team || !(*feature)->team_only) && (sealed || !(*feature)->sealed_only))
                        g_ptr_array_add(names, (gpointer)name);
        }
        g_ptr_array_insert(names, styles ? 0 : -1,
                           (gpointer)own); /* styles build on the room's, it starts the scripts */
        g_ptr_array_add(names, NULL);
        return names;
}

/* The one app of all rooms; page says where its socket is. */
static void show_app(Request *req, const Event *event, const RoomPage *page)
{
        g_autoptr(GPtrArray) styles = assets("live/room.css", true, page->team, page->sealed);
        g_autoptr(GPtrArray) scripts = assets("live/room.js", false, page->team, page->sealed);
        Html *h = page_begin(req, &(Page){ .title = page->title,
                                           .theme = event->theme_class,
                                           .head_links = event->theme_link,
                                           .styles = (const char *const *)styles->pdata,
                                           .scripts = (const char *const *)scripts->pdata,
                                           .main_class = "",
                                           .dark = true,
                                           .bare = true,
                                           .no_index = true });
        room_view(h, page);
        page_end(req, h, 200);
}

GPtrArray *live_room_scripts(const char *own)
{
        return assets(own, false, false, false);
}

/* seat: the hall's name, NULL: a page of a person. sealed: its media is encrypted end to end. */
static void room_page(Request *req, const Event *event, const char *title, const char *socket_url, const char *seat,
                      bool sealed)
{
        g_autofree char *leave_url = g_strdup_printf("/%s/%s", event->slug, request_is_signed_in(req) ? "me/" : "");
        g_autofree char *words = live_room_words(request_lang(req));
        show_app(req, event,
                 &(RoomPage){ .title = title,
                              .socket_url = socket_url,
                              .leave_url = leave_url,
                              .zone = event->zone_name,
                              .words = words,
                              .seat = seat,
                              .sealed = sealed });
}

void live_seat_page(Request *req, const Event *event, const EventRoom *room, const char *socket_url, const char *name)
{
        room_page(req, event, room->name, socket_url, name, false);
}

static void show_room(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        g_autoptr(EventRoom) room = event ? conference_room(db, event->id, request_param(req, "room")) : NULL;
        if (!room || !event_room_is_online(room)) {
                respond_not_found(req);
                return;
        }
        LiveTalk talk = { 0 };
        live_store_talk_now(db, room->id, now_us(), &talk);
        g_autofree char *socket_url = g_strdup_printf("/%s/live/%s/socket", event->slug, room->slug);
        room_page(req, event, talk.title ? talk.title : room->name, socket_url, NULL,
                  room->sealed && !strcmp(room->kind, "workshop"));
        live_talk_clear(&talk);
}

static void show_team_room(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        if (!event) {
                respond_not_found(req);
                return;
        }
        g_autofree char *socket_url = g_strdup_printf("/%s/organise/meeting/socket", event->slug);
        g_autofree char *leave_url = g_strdup_printf("/%s/organise/", event->slug);
        g_autofree char *words = live_room_words(request_lang(req));
        show_app(req, event,
                 &(RoomPage){ .title = tr(request_lang(req), "Team room"),
                              .team = true,
                              .socket_url = socket_url,
                              .leave_url = leave_url,
                              .zone = event->zone_name,
                              .words = words });
}

static unsigned rights_of(const Request *req)
{
        unsigned rights = 0;
#define ADD_RIGHT(name, text) rights |= request_may(req, RIGHT_##name) ? RIGHT_BIT(RIGHT_##name) : 0;
        RIGHTS(ADD_RIGHT)
#undef ADD_RIGHT
        return rights;
}

static LiveRole role_of(const Request *req)
{
        if (request_may(req, RIGHT_HOST))
                return LIVE_HOST;
        if (request_may(req, RIGHT_SPEAKER))
                return LIVE_SPEAKER;
        return request_is_signed_in(req) ? LIVE_ATTENDEE : LIVE_GUEST;
}

char *live_network_for_limits(const Request *req)
{
        const char *address = request_address(req);
        g_autoptr(GInetAddress) inet = g_inet_address_new_from_string(address);
        return inet && g_inet_address_get_is_loopback(inet) ? NULL : network_of(address);
}

/* Of a guest. */
static LiveOpening *opening_of(const Request *req, const char *event_slug, const EventRoom *room)
{
        LiveOpening *opening = g_new0(LiveOpening, 1);
        opening->live = live_of(req);
        opening->event_id = request_event(req);
        opening->room_id = room->id;
        opening->room_title = g_strdup(room->name);
        opening->room_slug = g_strdup(room->slug);
        opening->event_slug = g_strdup(event_slug);
        opening->role = LIVE_GUEST;
        opening->lang = request_lang(req);
        opening->network = live_network_for_limits(req);
        return opening;
}

static void open_room(Request *req, Db *db, const Event *event, const EventRoom *room, LiveRole role)
{
        int64_t part = g_ascii_strtoll(request_query(req, "part"), NULL, 10);
        g_autofree char *part_name = part > 0 ? live_store_part(db, room->id, part) : NULL;
        if (part && !part_name) {
                respond_not_found(req);
                return;
        }
        g_autoptr(Account) account = people_account(db, request_account(req));
        LiveOpening *opening = opening_of(req, event->slug, room);
        opening->parent_title = g_strdup(room->name);
        if (part) {
                opening->parent_id = room->id;
                opening->room_id = -part;
                g_free(opening->room_title);
                opening->room_title = g_steal_pointer(&part_name);
        }
        opening->account = account ? account->id : 0;
        opening->account_name = account ? g_strdup(account->name) : NULL;
        opening->role = role;
        opening->rights = rights_of(req);
        respond_websocket(req, &live_socket_handler, opening, live_opening_free);
}

void live_hall_socket(Request *req, const LiveHallDoor *door)
{
        LiveOpening *opening = opening_of(req, door->slug, door->room);
        opening->hall = door->id;
        opening->screen = door->screen;
        if (!door->screen) {
                opening->account_name = g_strdup(door->name);
                opening->role = LIVE_SPEAKER;
        }
        respond_websocket(req, &live_socket_handler, opening, live_opening_free);
}

static void open_socket(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        g_autoptr(EventRoom) room = event ? conference_room(db, event->id, request_param(req, "room")) : NULL;
        if (room && event_room_is_online(room))
                open_room(req, db, event, room, role_of(req));
        else
                respond_not_found(req);
}

/* All who are in the team lead its room. */
static void open_team_socket(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        if (!event) {
                respond_not_found(req);
                return;
        }
        EventRoom room = { .id = live_team_room(event->id),
                           .slug = (char *)"team",
                           .name = (char *)tr(request_lang(req), "Team room") };
        open_room(req, db, event, &room, LIVE_HOST);
}

const Route live_routes[] = {
        { GET, "/:event/live/", show_rooms, RIGHT_PUBLIC, 0, "Rooms", .menu = N_("Host a room"),
          .menu_text = N_("Who is on stage, what is recorded.") },
        { GET, "/:event/live/:room/", show_room, RIGHT_PUBLIC, 0, "A room" },
        { WEBSOCKET, "/:event/live/:room/socket", open_socket, RIGHT_PUBLIC, 0, "A room's messages" },
        { GET, "/:event/organise/meeting/", show_team_room, RIGHT_TEAM, 0, "The room of the team",
          .menu = N_("Team room"), .menu_text = N_("Meet by picture and sound, and write notes together.") },
        { WEBSOCKET, "/:event/organise/meeting/socket", open_team_socket, RIGHT_TEAM, 0,
          "The messages of the team's room" },
        { 0 },
};
