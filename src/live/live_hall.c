/* People in the hall: a phone's light page, without a socket, raises and lowers a hand in the same queue as those at
 * home, and says to features what a page of the room would say (votes, answers, questions). A form is posted on a
 * request's thread and done on the socket loop and by the writer, as for cameras (live_call). The page itself is read
 * from the store. */
#include "live/live_call.h"
#include "live/live_pages.h"
#include "live/live_store.h"
#include "base/time.h"
#include "people/people.h"

#include <sodium.h>
#include <string.h>

#define COOKIE "hall"
#define COOKIE_S (2 * 24 * 3600)
#define KEY_BYTES 16
#define KEY_CHARS (2 * KEY_BYTES)
#define FORM_BYTES 8192

/* One cookie is another person in each room, and its hash is no page's: no key of a socket has the room in it. */
static void hash_of(const char *key, int64_t room_id, unsigned char ret_hash[KEY_HASH_BYTES])
{
        g_autofree char *text = g_strdup_printf("hall %" G_GINT64_FORMAT " %s", room_id, key);
        crypto_generichash(ret_hash, KEY_HASH_BYTES, (const unsigned char *)text, strlen(text), NULL, 0);
}

/* --- On the socket loop ------------------------------------------------------------------------------------------- */

static bool write_hall(Db *db, Act *act)
{
        StoredPerson person = { .id = act->person, .account = act->account, .name = act->name, .role = act->role };
        memcpy(person.key_hash, act->key_hash, KEY_HASH_BYTES);
        bool known = act->was_new ? live_store_person_add(db, act->room_id, &person, act->now_us)
                                  : live_store_person_update(db, act->room_id, act->person, act->name, act->role,
                                                             act->account, act->now_us);
        const Call *call = act->extra;
        return known && live_store_in_hall(db, act->room_id, act->person) &&
               (call->message || live_store_hand(db, act->room_id, act->person, act->flag, act->now_us, act->hands));
}

static Person *add_person(LiveRoom *room, const Act *act)
{
        Person *person = g_new0(Person, 1);
        person->room = room;
        person->id = act->person;
        memcpy(person->key_hash, act->key_hash, KEY_HASH_BYTES);
        person->account = act->account;
        person->role = act->role;
        person->seat = person->seat_asked = SFU_NO_SEAT;
        person->consent = -1;
        person->hall = true;
        live_person_add(room, person);
        return person;
}

static void after_hall(LiveRoom *room, Act *act, bool kept)
{
        room->joining -= act->was_new;
        if (!kept)
                return; /* the call says that the room is busy */
        Person *person = live_person_find(room, act->person);
        if (!person)
                person = add_person(room, act);
        g_free(person->name);
        person->name = g_strdup(act->name);
        int64_t until_us = monotonic_us() + live_hall_stay_us(act->flag);
        person->away_until_us = MAX(person->away_until_us, until_us);
        live_person_changed(person);
        live_tell_people(room); /* a hand is told together with its name */
        Call *call = act->extra;
        if (call->message) {
                live_form_begin(room, person, call);
        } else {
                live_set_hands(room, g_steal_pointer(&act->hands));
                live_call_refuse(call, LIVE_DONE);
        }
}

/* As for guests by a socket; somebody known comes back to a place of their own. */
static bool is_flood(LiveRoom *room, const char *network)
{
        if (!network)
                return false;
        unsigned count = GPOINTER_TO_UINT(g_hash_table_lookup(room->arrivals, network));
        g_hash_table_insert(room->arrivals, g_strdup(network), GUINT_TO_POINTER(count + 1));
        return count >= NETWORK_NEW_MAX;
}

static void come_in(LiveRoom *room, Call *call)
{
        Person *person = g_hash_table_lookup(room->by_key, call->key_hash);
        const char *name = call->name ? call->name : person ? person->name : call->message ? "" : NULL;
        if (person && person->removed)
                live_call_refuse(call, LIVE_REMOVED);
        else if (!person && room->doorway.door == DOOR_REHEARSAL)
                live_call_refuse(call, LIVE_CLOSED);
        else if (room->ended && call->hand)
                live_call_refuse(call, LIVE_OVER);
        else if (!call->message && (!name || !*name))
                live_call_refuse(call, LIVE_NO_SESSION);
        else if (!person && is_flood(room, call->opening->network))
                live_call_refuse(call, LIVE_FULL);
        else if (person && !live_rate_allows(person->came_us, G_N_ELEMENTS(person->came_us), &person->came_next,
                                             MINUTE_US, monotonic_us()))
                live_call_refuse(call, LIVE_FAST);
        else {
                Act *act = live_act_new(room, write_hall, after_hall);
                act->was_new = !person;
                act->person = person ? person->id : room->next_id++;
                act->account = call->opening->account;
                act->role = call->opening->account ? LIVE_ATTENDEE : LIVE_GUEST; /* nobody leads from here */
                act->flag = call->hand;
                act->name = g_strdup(name);
                act->hands = g_array_new(FALSE, TRUE, sizeof(int));
                memcpy(act->key_hash, call->key_hash, KEY_HASH_BYTES);
                act->extra = live_call_ref(call);
                act->free_extra = live_call_unref;
                room->joining += act->was_new;
                live_act_push(act);
        }
}

static void ask_hall(gpointer data)
{
        live_call_when_loaded(data, come_in);
}

static void end_hall(gpointer data)
{
        live_form_end(data);
        live_call_unref(data);
}

/* --- The page ----------------------------------------------------------------------------------------------------- */

typedef struct {
        Event *event;
        EventRoom *room;
        Account *account;
} Place;

static void place_clear(Place *place)
{
        event_free(place->event);
        event_room_free(place->room);
        account_free(place->account);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Place, place_clear)

static bool find_place(Request *req, Db *db, Place *ret_place)
{
        ret_place->event = conference_event(db, request_event(req));
        ret_place->room =
                ret_place->event ? conference_room(db, ret_place->event->id, request_param(req, "room")) : NULL;
        ret_place->account = people_account(db, request_account(req));
        return ret_place->room && event_room_is_online(ret_place->room);
}

static bool is_key(const char *key)
{
        return key && strlen(key) == KEY_CHARS && strspn(key, "0123456789abcdef") == KEY_CHARS;
}

static void show_hall(Request *req, Db *db)
{
        static const char *const styles[] = { "live/hall.css", NULL }, *const scripts[] = { "live/hall.js", NULL };
        g_auto(Place) place = { 0 };
        if (!find_place(req, db, &place)) {
                respond_not_found(req);
                return;
        }
        const char *key = request_own_cookie(req, COOKIE);
        unsigned char hash[KEY_HASH_BYTES] = { 0 };
        if (is_key(key))
                hash_of(key, place.room->id, hash);
        HallSeat seat = { 0 };
        LiveTalk talk = { 0 };
        live_store_hall_seat(db, place.room->id, hash, &seat);
        live_store_talk_now(db, place.room->id, now_us(), &talk);
        LiveHall hall = {
                .event_id = place.event->id, .room_id = place.room->id, .talk_id = talk.id, .person = seat.person
        };
        hall.session_id = live_store_session_known(db, place.room->id, talk.id, &hall.is_over);
        hall.name = seat.name && *seat.name ? seat.name : place.account ? place.account->name : "";
        HallPage page = { .event = place.event,
                          .room = place.room,
                          .talk = talk.title,
                          .name = hall.name,
                          .db = db,
                          .hall = &hall,
                          .is_live = talk.code && talk.start_us <= now_us(),
                          .known = seat.name && *seat.name,
                          .has_account = place.account && *place.account->name,
                          .place = seat.place,
                          .hands = seat.hands };
        Html *h = page_begin(req, &(Page){ .title = talk.title ? talk.title : place.room->name,
                                           .theme = place.event->theme_class,
                                           .head_links = place.event->theme_link,
                                           .styles = styles,
                                           .scripts = scripts,
                                           .main_class = "wrap page hall stack wide-gap",
                                           .bare = true,
                                           .no_index = true });
        hall_view(h, &page);
        page_end(req, h, 200);
        g_free(seat.name);
        live_talk_clear(&talk);
}

static void answer(Request *req, const Place *place, const LiveReply *reply)
{
        const Lang *lang = request_lang(req);
        switch (reply->verdict) {
        case LIVE_REFUSED:
                respond_error(req, 422, reply->sdp);
                break;
        case LIVE_DONE:
                respond_redirect(req, "/%s/live/%s/hall/", place->event->slug, place->room->slug);
                break;
        case LIVE_NO_SESSION:
                respond_error(req, 422, tr(lang, "Say your name: 1 to 60 characters."));
                break;
        case LIVE_REMOVED:
                respond_error(req, 403, tr(lang, "A host has asked you to leave this session."));
                break;
        case LIVE_CLOSED:
                respond_error(req, 403, tr(lang, "The room is not open yet. Come back in a moment."));
                break;
        case LIVE_OVER:
                respond_error(req, 409, tr(lang, "The session is over."));
                break;
        case LIVE_FULL:
        case LIVE_FAST:
                respond_header(req, "Retry-After", "60");
                respond_error(req, 429, tr(lang, "That was many at once. Come back in a minute."));
                break;
        default:
                respond_header(req, "Retry-After", "5");
                respond_error(req, 503, tr(lang, "This could not be noted. Try again."));
                break;
        }
}

/* What the form asks, of whom the cookie says; a cookie is given with the first name. */
static void ask(Request *req, const Place *place, LiveReply *ret_reply)
{
        char made[KEY_CHARS + 1];
        const char *key = request_own_cookie(req, COOKIE);
        bool has_name = place->account && *place->account->name;
        g_autofree char *typed = live_clean_text(request_field(req, "name"), NAME_MAX_CHARS, false);
        if (!is_key(key)) {
                unsigned char bytes[KEY_BYTES];
                randombytes_buf(bytes, sizeof bytes);
                key = sodium_bin2hex(made, sizeof made, bytes, sizeof bytes);
        }
        if (*request_field(req, "name") && !typed && !has_name) {
                ret_reply->verdict = LIVE_NO_SESSION;
                return;
        }
        LivePlace where = { place->event->id, place->room->id, place->room->name, place->room->slug,
                            place->event->slug };
        Call *call = live_call_new(live_of(req), place->room->id);
        call->opening = live_call_opening(live_of(req), &where);
        call->opening->lang = request_lang(req);
        call->opening->account = place->account ? place->account->id : 0;
        call->opening->network = live_network_for_limits(req);
        call->name = has_name ? g_strdup(place->account->name) : g_steal_pointer(&typed);
        call->hand = !strcmp(request_field(req, "hand"), "up");
        call->message = live_features_form(req);
        hash_of(key, place->room->id, call->key_hash);
        live_call_ref(call);
        live_call_run(call, ask_hall, ret_reply);
        if (ret_reply->verdict == LIVE_DONE || ret_reply->verdict == LIVE_REFUSED)
                request_set_cookie(req, COOKIE, key, COOKIE_S);
        socket_loop_run(call->live->sockets, end_hall, call);
}

/* No turn of the writer is held meanwhile: the room's own writer needs it. */
static void change_hand(Request *req, Db *unused)
{
        g_auto(Place) place = { 0 };
        Db *db = store_read_begin(request_store(req));
        bool found = find_place(req, db, &place);
        store_read_end(request_store(req), db);
        if (!found) {
                respond_not_found(req);
                return;
        }
        g_auto(LiveReply) reply = { 0 };
        ask(req, &place, &reply);
        answer(req, &place, &reply);
}

const Route live_hall_routes[] = {
        { GET, "/:event/live/:room/hall/", show_hall, RIGHT_PUBLIC, 0, "The queue of hands, from the hall" },
        { POST_ALONE, "/:event/live/:room/hall/", change_hand, RIGHT_PUBLIC, FORM_BYTES,
          "Raise a hand, vote or ask from the hall" },
        { 0 },
};
