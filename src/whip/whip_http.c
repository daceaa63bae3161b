/* What an encoder asks over HTTP: RFC 9725 (WHIP), and a player: draft-ietf-wish-whep (WHEP). Errors are sentences in
 * application/problem+json; every answer may be read by a page of any origin, since a key and not a cookie opens. */
#include "whip/whip_private.h"

#include "base/log.h"
#include "people/people.h"
#include "rtc/sdp_fragment.h"

#include <gio/gio.h>
#include <string.h>

#define TYPE_SDP "application/sdp"
#define TYPE_FRAGMENT "application/trickle-ice-sdpfrag"

/* What a request may do here: read once, owned. */
typedef struct {
        WhipRoom *room;
        WhipKey *key;
        const char *bearer; /* borrowed of the request */
} Guest;

static void guest_clear(Guest *guest)
{
        whip_room_free(guest->room);
        whip_key_free(guest->key);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Guest, guest_clear)

static void refuse(Request *req, int status, const char *sentence)
{
        respond_error(req, status, tr(request_lang(req), sentence));
}

/* What a page of another origin may read beside the body (Fetch, 3.3.5). */
static void expose_headers(Request *req)
{
        respond_header(req, "Access-Control-Expose-Headers",
                       "Location, ETag, Link, Accept-Post, Accept-Patch, Retry-After, WWW-Authenticate");
}

/* What a browser asks before it sends (Fetch), and what RFC 9725 4.2 lets an encoder ask. */
static void answer_options(Request *req, const char *methods, const char *accepts, const char *type)
{
        respond_text(req, 204, "text/plain; charset=utf-8", "");
        respond_header(req, "Allow", methods);
        respond_header(req, "Access-Control-Allow-Methods", methods);
        respond_header(req, "Access-Control-Allow-Headers", "Authorization, Content-Type, If-Match");
        respond_header(req, "Access-Control-Max-Age", "600");
        respond_header(req, accepts, type);
}

static void refuse_method(Request *req, const char *methods)
{
        refuse(req, 405, N_("This address cannot be used this way."));
        respond_header(req, "Allow", methods);
}

static bool ask_for_key(Request *req, bool came)
{
        respond_header(req, "WWW-Authenticate",
                       came ? "Bearer realm=\"stage\", error=\"invalid_token\"" : "Bearer realm=\"stage\"");
        refuse(req, 401,
               came ? N_("This key is not known here, or it was taken back. Ask the organisers for a new one.")
                    : N_("A key is needed: paste the one that the organisers gave you where your program asks for the "
                         "bearer token."));
        return false;
}

/* Who comes, by the key; without one only a player to a room of a published event, which everybody may watch. Nobody
 * learns otherwise which rooms there are. Answers by itself when it may not. */
static bool let_in(Request *req, bool plays, Guest *ret_guest)
{
        const char *authorization = request_header(req, "Authorization");
        ret_guest->bearer = whip_bearer(authorization);
        if (!ret_guest->bearer && (authorization || !plays))
                return ask_for_key(req, authorization != NULL);
        Db *db = store_read_begin(request_store(req));
        ret_guest->key = ret_guest->bearer ? whip_key_find(db, ret_guest->bearer) : NULL;
        ret_guest->room = whip_room_find(db, request_param(req, "event"), request_param(req, "room"));
        bool failed = db_failed(db) != NULL;
        store_read_end(request_store(req), db);
        if (failed)
                refuse(req, 500, N_("Something failed on our side. Try again in a moment."));
        else if (!ret_guest->key && ret_guest->bearer)
                return ask_for_key(req, true);
        else if (!ret_guest->key && (!ret_guest->room || !ret_guest->room->is_public))
                return ask_for_key(req, false);
        else if (!ret_guest->room)
                refuse(req, 404, N_("There is no such room here. Copy the address again from the organisers' page."));
        else if (ret_guest->key && ret_guest->key->room_id != ret_guest->room->room_id)
                refuse(req, 403, N_("This key is for another room. Copy address and key from the same line."));
        else if (ret_guest->key && ret_guest->key->plays && !plays)
                refuse(req, 403, N_("This key only watches. To send, ask the organisers for a camera's key."));
        else
                return true;
        return false;
}

/* --- Offers ------------------------------------------------------------------------------------------------------ */

/* The description that came, as text; answers by itself when it is none. (transfer full) */
static char *read_offer(Request *req)
{
        if (!whip_is_type(request_header(req, "Content-Type"), TYPE_SDP)) {
                respond_header(req, "Accept-Post", TYPE_SDP);
                refuse(req, 415, N_("An offer is sent as application/sdp."));
                return NULL;
        }
        if (!whip_accepts(request_header(req, "Accept"), TYPE_SDP)) {
                refuse(req, 406, N_("The answer to an offer is application/sdp, which your program does not accept."));
                return NULL;
        }
        g_autoptr(GBytes) body = request_body(req);
        gsize size = 0;
        const char *text = g_bytes_get_data(body, &size);
        SdpResult result = SDP_NOT_SDP;
        g_autoptr(Sdp) sdp = text && !memchr(text, 0, size) ? sdp_parse(text, size, &result) : NULL;
        if (!sdp) {
                g_autofree char *sentence =
                        g_strdup_printf(tr(request_lang(req), N_("This is no session description: %s.")),
                                        tr(request_lang(req), sdp_result_text(result)));
                respond_error(req, 400, sentence);
                return NULL;
        }
        return g_strndup(text, size);
}

static void refuse_offer(Request *req, const LiveReply *reply)
{
        g_autofree char *sentence = g_strdup_printf(tr(request_lang(req), N_("The offer cannot be used: %s.")),
                                                    reply->sdp ? tr(request_lang(req), reply->sdp) : "");
        respond_error(req, 422, sentence);
}

static void ask_to_wait(Request *req, int status, const char *seconds, const char *sentence)
{
        respond_header(req, "Retry-After", seconds);
        refuse(req, status, sentence);
}

static void answer_refusal(Request *req, const LiveReply *reply)
{
        switch (reply->verdict) {
        case LIVE_BAD_OFFER:
                refuse_offer(req, reply);
                break;
        case LIVE_HELD:
                refuse(req, 403, N_("A host has taken this camera off the stage. Ask them to let it back."));
                break;
        case LIVE_CLOSED:
                refuse(req, 403, N_("This room is not open to the public now. Its hosts open it."));
                break;
        case LIVE_SEALED:
                refuse(req, 403,
                       N_("This workshop is encrypted end to end: cameras and players without a page have no key to "
                          "it."));
                break;
        case LIVE_REMOVED:
                refuse(req, 403, N_("A host has removed this camera from the room until the session ends."));
                break;
        case LIVE_OVER:
                ask_to_wait(req, 409, "60", N_("The session in this room is over. Come back for the next one."));
                break;
        case LIVE_FULL:
                ask_to_wait(req, 503, "30", N_("All places are taken. Come back in a moment."));
                break;
        case LIVE_FAST:
                ask_to_wait(req, 429, "30", N_("This key has come very often. Wait half a minute."));
                break;
        case LIVE_NO_SESSION:
                refuse(req, 404, N_("This session has ended."));
                break;
        case LIVE_STALE:
                refuse(req, 412, N_("This belongs to a connection that was replaced since."));
                break;
        default:
                ask_to_wait(req, 503, "5", N_("The room is busy. Try again in a moment."));
                break;
        }
}

static void add_tag(Request *req, unsigned tag)
{
        char text[16];
        g_snprintf(text, sizeof text, "\"%u\"", tag);
        respond_header(req, "ETag", text);
}

static void answer_created(Request *req, int64_t room_id, const LiveReply *reply)
{
        g_autofree char *location = g_strconcat(request_origin(req), request_path(req), "/", reply->session, NULL);
        respond_text(req, 201, TYPE_SDP, reply->sdp);
        respond_header(req, "Location", location);
        respond_header(req, "Accept-Patch", TYPE_FRAGMENT);
        add_tag(req, reply->tag);
        g_auto(GStrv) links = live_ice_links(live_of(req), room_id);
        for (char **link = links; *link; link++)
                respond_header(req, "Link", *link);
}

/* The organisers see on the key's page when it was last let in; nothing hangs on it. */
static void note_use(Request *req, int64_t key)
{
        g_autoptr(GError) error = NULL;
        Db *db = store_write_begin(request_store(req), WRITE_PAGE);
        bool kept = whip_key_used(db, key);
        if (!store_write_end(request_store(req), db, kept, &error))
                log_warn("whip key=%" G_GINT64_FORMAT " use not noted: %s", key, error ? error->message : "?");
}

/* NULL for this machine: tests and a hall's own screen are no flood. (transfer full) */
static char *network_for_limits(const Request *req)
{
        const char *address = request_address(req);
        g_autoptr(GInetAddress) inet = g_inet_address_new_from_string(address);
        return inet && g_inet_address_get_is_loopback(inet) ? NULL : network_of(address);
}

static void ask_room(Request *req, const Guest *guest, bool plays, const char *offer, LiveReply *ret_reply)
{
        const WhipRoom *room = guest->room;
        LivePlace place = { room->event_id, room->room_id, room->room_name, room->room_slug, room->event_slug };
        if (plays) {
                g_autofree char *network = network_for_limits(req);
                live_player_start(live_of(req), &place, guest->key ? guest->key->id : 0, network, offer, ret_reply);
                return;
        }
        LiveEncoder encoder = { .key = guest->key->id, .name = guest->key->name };
        whip_key_seat(guest->bearer, encoder.seat_key);
        live_encoder_publish(live_of(req), &place, &encoder, offer, ret_reply);
}

static void begin_session(Request *req, bool plays)
{
        g_auto(Guest) guest = { 0 };
        g_auto(LiveReply) reply = { 0 };
        if (!let_in(req, plays, &guest))
                return;
        g_autofree char *offer = read_offer(req);
        if (!offer)
                return;
        ask_room(req, &guest, plays, offer, &reply);
        if (reply.verdict != LIVE_DONE) {
                answer_refusal(req, &reply);
                return;
        }
        if (guest.key)
                note_use(req, guest.key->id);
        answer_created(req, guest.room->room_id, &reply);
}

static void answer_endpoint(Request *req, bool plays)
{
        static const char methods[] = "OPTIONS, POST";
        if (!strcmp(request_verb(req), "OPTIONS"))
                answer_options(req, methods, "Accept-Post", TYPE_SDP);
        else if (!strcmp(request_verb(req), "POST"))
                begin_session(req, plays);
        else
                refuse_method(req, methods);
        expose_headers(req);
}

void whip_endpoint(Request *req, Db *unused)
{
        answer_endpoint(req, false);
}

void whep_endpoint(Request *req, Db *unused)
{
        answer_endpoint(req, true);
}

/* --- A session that lives ---------------------------------------------------------------------------------------- */

static bool read_fragment(Request *req, SdpFragment *ret_fragment)
{
        if (!whip_is_type(request_header(req, "Content-Type"), TYPE_FRAGMENT)) {
                respond_header(req, "Accept-Patch", TYPE_FRAGMENT);
                refuse(req, 415, N_("A change of a session is sent as application/trickle-ice-sdpfrag."));
                return false;
        }
        g_autoptr(GBytes) body = request_body(req);
        gsize size = 0;
        const char *text = g_bytes_get_data(body, &size);
        SdpResult result = SDP_NOT_SDP;
        if (text && sdp_fragment_parse(text, size, ret_fragment, &result))
                return true;
        g_autofree char *sentence =
                g_strdup_printf(tr(request_lang(req), N_("This is no fragment of a session description: %s.")),
                                tr(request_lang(req), sdp_result_text(result)));
        respond_error(req, 400, sentence);
        return false;
}

/* New credentials on the same connection, whose media goes on meanwhile. One that cannot be had leaves it as it is. */
static void restart(Request *req, const Guest *guest, bool plays, const SdpFragment *fragment)
{
        g_auto(LiveReply) reply = { 0 };
        if (!fragment->ufrag[0]) {
                refuse(req, 422, N_("A restart names new ICE credentials: the lines a=ice-ufrag and a=ice-pwd."));
                return;
        }
        (plays ? live_player_restart : live_encoder_restart)(live_of(req), guest->room->room_id,
                                                             request_param(req, "session"), fragment->ufrag,
                                                             fragment->pwd, &reply);
        if (reply.verdict == LIVE_FAST) {
                ask_to_wait(req, 429, "30", N_("This connection was restarted very often. Wait half a minute."));
                return;
        }
        if (reply.verdict != LIVE_DONE) {
                answer_refusal(req, &reply);
                return;
        }
        respond_text(req, 200, TYPE_FRAGMENT, reply.sdp);
        add_tag(req, reply.tag);
}

/* Further candidates need nothing of an ICE-lite server: it answers whoever checks with the right password (RFC 8445,
 * 2.5). They are read all the same, so that a client learns of its faults. */
static void patch(Request *req, const Guest *guest, bool plays)
{
        SdpFragment fragment;
        g_auto(LiveReply) reply = { 0 };
        if (!read_fragment(req, &fragment))
                return;
        (plays ? live_player_look : live_encoder_look)(live_of(req), guest->room->room_id,
                                                       request_param(req, "session"), &reply);
        if (reply.verdict != LIVE_DONE) {
                answer_refusal(req, &reply);
                return;
        }
        switch (whip_match(request_header(req, "If-Match"), reply.tag)) {
        case MATCH_MISSING:
                refuse(req, 428,
                       N_("Say by If-Match which connection you mean: the ETag of the answer to your offer."));
                return;
        case MATCH_OTHER:
                refuse(req, 412, N_("This belongs to a connection that was replaced since."));
                return;
        case MATCH_ANY: /* asks for an ICE restart (RFC 9725, 4.3.3) */
                restart(req, guest, plays, &fragment);
                return;
        case MATCH_SAME:
                respond_text(req, 204, "text/plain; charset=utf-8", "");
                add_tag(req, reply.tag);
                return;
        }
}

static void end_session(Request *req, const Guest *guest, bool plays)
{
        LiveReply reply = { .verdict = (plays ? live_player_end : live_encoder_end)(live_of(req), guest->room->room_id,
                                                                                    request_param(req, "session")) };
        if (reply.verdict == LIVE_DONE)
                respond_text(req, 200, "text/plain; charset=utf-8", "");
        else
                answer_refusal(req, &reply);
}

static void answer_session(Request *req, bool plays)
{
        static const char methods[] = "OPTIONS, PATCH, DELETE";
        const char *verb = request_verb(req);
        g_auto(Guest) guest = { 0 };
        if (!strcmp(verb, "OPTIONS"))
                answer_options(req, methods, "Accept-Patch", TYPE_FRAGMENT);
        else if (strcmp(verb, "PATCH") && strcmp(verb, "DELETE"))
                refuse_method(req, methods);
        else if (let_in(req, plays, &guest))
                (strcmp(verb, "PATCH") ? end_session : patch)(req, &guest, plays);
        expose_headers(req);
}

void whip_session(Request *req, Db *unused)
{
        answer_session(req, false);
}

void whep_session(Request *req, Db *unused)
{
        answer_session(req, true);
}
