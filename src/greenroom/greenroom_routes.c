#include "greenroom/greenroom_private.h"

#include "base/when.h"
#include "people/people.h"

#include <string.h>

#define FORM_BYTES (2 * FINDINGS_BYTES)
/* In an hour: of somebody who is signed in, and of a network, which may be a whole school's. */
#define MEASURES_OF_ACCOUNT 15
#define MEASURES_OF_NETWORK 60
#define KEPT_OF_ACCOUNT 150
#define KEPT_OF_NETWORK 600

/* --- The page ----------------------------------------------------------------------------------------------------- */

static char *ports_text(const Lang *lang, const Sfu *sfu)
{
        return sfu_tcp_port(sfu) ? g_strdup_printf(tr(lang, "UDP port %u and TCP port %u"), sfu_media_port(sfu),
                                                   sfu_tcp_port(sfu))
                                 : g_strdup_printf(tr(lang, "UDP port %u"), sfu_media_port(sfu));
}

static void show_green_room(Request *req, Db *db)
{
        static const char *const styles[] = { "greenroom/greenroom.css", NULL };
        static const char *const scripts[] = { "greenroom/greenroom.js", NULL };
        const Lang *lang = request_lang(req);
        g_autoptr(Event) event = conference_event(db, request_event(req));
        if (!event) {
                respond_not_found(req);
                return;
        }
        g_autofree char *outcomes = green_outcomes_json(lang);
        g_autofree char *words = green_words_json(lang);
        g_autofree char *ports = ports_text(lang, green_sfu(greenroom_of(req)));
        GreenPage page = { .event = event,
                           .outcomes = outcomes,
                           .words = words,
                           .ports = ports,
                           .tells_speaker = request_may(req, RIGHT_SPEAKER) };
        findings_init(&page.none);
        Html *h = conference_page(
                req, event, EVENT_NOWHERE,
                &(Page){ .title = tr(lang, "The green room"), .styles = styles, .scripts = scripts, .no_index = true });
        green_view(h, &page);
        page_end(req, h, 200);
}

static bool may_again(Request *req, const char *sort, unsigned of_account, unsigned of_network)
{
        int64_t account = request_account(req);
        g_autofree char *who =
                account ? g_strdup_printf("%" G_GINT64_FORMAT, account) : network_of(request_address(req));
        return green_allow(greenroom_of(req), sort, who ? who : "?", account ? of_account : of_network);
}

/* The page sends what it found, again at each change; the code stays. */
static void keep_findings(Request *req, Db *db)
{
        const Lang *lang = request_lang(req);
        const char *key = request_field(req, "key"), *text = request_field(req, "findings");
        Findings findings;
        char code[CODE_CHARS + 1];
        if (!page_key_is_fit(key) || !findings_read(text, strlen(text), &findings)) {
                respond_error(req, 422, tr(lang, "These are no findings of the green room. Reload the page."));
        } else if (!may_again(req, "keep", KEPT_OF_ACCOUNT, KEPT_OF_NETWORK)) {
                respond_header(req, "Retry-After", "3600");
                respond_error(req, 429, tr(lang, "That was very often. Come back in an hour."));
        } else if (!green_keep(db, request_event(req), request_account(req), key, &findings, code)) {
                respond_error(req, 500, tr(lang, "This could not be saved. Try again in a moment."));
        } else {
                g_autofree char *json = g_strdup_printf("{\"code\":\"%s\"}", code);
                respond_text(req, 200, "application/json", json);
        }
}

static void open_socket(Request *req, Db *db)
{
        GreenRoom *green = greenroom_of(req);
        Opening *opening = g_new0(Opening, 1);
        opening->green = green;
        opening->too_often = !may_again(req, "measure", MEASURES_OF_ACCOUNT, MEASURES_OF_NETWORK);
        opening->ice = live_ice_servers_of_nobody(green_live(green));
        respond_websocket(req, &green_socket_handler, opening, green_opening_free);
}

/* --- The helper's page -------------------------------------------------------------------------------------------- */

static void show_help(Request *req, Db *db)
{
        const Lang *lang = request_lang(req);
        g_autoptr(Event) event = conference_event(db, request_event(req));
        if (!event) {
                respond_not_found(req);
                return;
        }
        const char *typed = request_query(req, "code");
        char code[CODE_CHARS + 1];
        Found found;
        bool known = green_code_read(typed, code) && green_find(db, event->id, code, &found);
        g_autofree char *when = known ? when_day_time(lang, event->zone, found.at_us) : NULL;
        g_autofree char *figures = known ? findings_figures(lang, &found.findings) : NULL;
        g_autofree char *ways = known ? findings_ways(lang, &found.findings) : NULL;
        GreenHelpPage page = { .event = event,
                               .typed = typed,
                               .found = known ? &found : NULL,
                               .when = when,
                               .figures = figures,
                               .ways = ways };
        Html *h = conference_page(req, event, EVENT_ORGANISE,
                                  &(Page){ .title = tr(lang, "Help somebody in the green room"), .no_index = true });
        green_help_view(h, &page);
        page_end(req, h, known || !*typed ? 200 : 404);
}

const Route greenroom_routes[] = {
        { GET, "/:event/green-room/", show_green_room, RIGHT_PUBLIC, 0, "The green room" },
        { POST, "/:event/green-room/", keep_findings, RIGHT_PUBLIC, FORM_BYTES, "Keep what the green room found" },
        { WEBSOCKET, "/:event/green-room/socket", open_socket, RIGHT_PUBLIC, 0, "The green room's measurement" },
        { GET, "/:event/organise/green-room/", show_help, RIGHT_HOST, 0, "Help in the green room",
          .menu = N_("Help in the green room"),
          .menu_text = N_("See what somebody finds there, by the code that they read to you.") },
        { 0 },
};
