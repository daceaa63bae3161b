#include "people/people_routes.h"

#include <string.h>

#include "base/time.h"
#include "mail/mail.h"
#include "people/people_mail.h"
#include "people/people_views.h"
#include "web/event_look.h"

#define WINDOW_US HOUR_US
#define ASKED_MAX 100 /* links asked for by one network in a window: a whole hall may share an address */
#define FORM_BYTES (4 * 1024)

static const FormField FIELDS[] = {
        { .name = "email",
          .label = N_("E-mail address"),
          .hint = N_("The one you registered with, or were invited at. It is used for this mail alone."),
          .kind = FIELD_EMAIL,
          .required = true,
          .autocomplete = "email" },
        { .name = "next", .kind = FIELD_HIDDEN },
        { 0 },
};

static void show_sign_in(Request *req, Db *db, const Form *form, bool link_is_dead, int status)
{
        const Lang *lang = request_lang(req);
        g_autoptr(Account) account = people_account(db, request_account(req));
        const char *title = link_is_dead ? tr(lang, "This link no longer works") : tr(lang, "Sign in");
        g_autoptr(EventLook) look = event_look_of_path(db, form_value(form, "next"));
        Page page = { .title = title, .no_index = true };
        event_look_dress(look, &page);
        Html *h = page_begin(req, &page);
        sign_in_view(h, &(SignInPage){ .signed_in_as = account ? account->email : NULL,
                                       .form = form,
                                       .link_is_dead = link_is_dead });
        page_end(req, h, status);
}

static void show_sign_in_form(Request *req, Db *db)
{
        g_autoptr(Form) form = form_new(req, FIELDS);
        form_set(form, "next", next_path(request_query(req, "next")));
        show_sign_in(req, db, form, false, 200);
}

static void show_dead_link(Request *req, Db *db)
{
        g_autoptr(Form) form = form_new(req, FIELDS);
        show_sign_in(req, db, form, true, 404);
}

static void refuse_for(Request *req, int64_t wait_us)
{
        g_autofree char *seconds = g_strdup_printf("%" G_GINT64_FORMAT, wait_us / SECOND_US + 1);
        respond_header(req, "Retry-After", seconds);
        respond_error(req, 429,
                      tr(request_lang(req), "Too many tries came from your network. Wait a little, then go on."));
}

static void ask_link(Request *req, Db *db)
{
        g_autoptr(Form) form = form_new(req, FIELDS);
        g_autofree char *email = NULL;
        AddressFault fault = address_read(form_value(form, "email"), &email);
        if (fault)
                form_fail(form, "email", tr(request_lang(req), address_fault_text(fault)));
        if (!form_check(form)) {
                show_sign_in(req, db, form, false, 422);
                return;
        }
        g_autofree char *network = network_of(request_address(req));
        int64_t last_us = 0;
        if (throttle_count(db, "sign-in", network, WINDOW_US, &last_us) >= ASKED_MAX) {
                refuse_for(req, 5 * MINUTE_US);
                return;
        }
        throttle_add(db, "sign-in", network, WINDOW_US);
        int64_t account = people_find(db, email);
        const char *next = next_path(form_value(form, "next"));
        if (account > 0)
                people_mail_sign_in(db, account, next, request_origin(req));
        g_autofree char *escaped = g_uri_escape_string(next, "/", FALSE);
        respond_redirect(req, "/sign-in/sent/%s%s", *next ? "?next=" : "", escaped);
}

static void show_sent(Request *req, Db *db)
{
        const char *next = next_path(request_query(req, "next"));
        g_autoptr(EventLook) look = event_look_of_path(db, next);
        Page page = { .title = tr(request_lang(req), "Check your mail"), .no_index = true };
        event_look_dress(look, &page);
        Html *h = page_begin(req, &page);
        sent_view(h, next);
        page_end(req, h, 200);
}

/* How long this visitor's network has still to wait for its guesses, 0 for not at all. */
static int64_t guess_delay_us(Request *req, Db *db, const char *network)
{
        int64_t last_us = 0;
        int64_t wait_us = guess_wait_us(throttle_count(db, "guess", network, WINDOW_US, &last_us));
        return MAX(0, last_us + wait_us - now_us());
}

/* A page that is read has no turn of the writer; a token that was never made is worth one. */
static void count_guess(Request *req, const char *network)
{
        Db *writer = store_write_begin(request_store(req), WRITE_PAGE);
        throttle_add(writer, "guess", network, WINDOW_US);
        store_write_end(request_store(req), writer, true, NULL);
}

static Link *find_link(const Request *req, Db *db)
{
        const char *token = request_param(req, "token");
        return token_is_well_formed(token) ? link_by_token(db, token) : NULL;
}

static void show_open_link(Request *req, Db *db, const Link *link)
{
        g_autoptr(Account) account = people_account(db, link->account);
        g_autoptr(EventName) event = event_name(db, link->event);
        g_autoptr(Invitation) invitation = link->invitation ? invitation_find(db, link->invitation) : NULL;
        g_autoptr(EventLook) look = event_look(db, link->event);
        Page framed = { .title = tr(request_lang(req), "Your way in"), .no_index = true };
        event_look_dress(look, &framed);
        LinkPage page = { .token = request_param(req, "token"),
                          .email = account->email,
                          .name = account->name,
                          .event = event ? event->title : "",
                          .purpose = link->purpose,
                          .role = invitation ? invitation->role : 0 };
        respond_header(req, "Cache-Control", "no-store");
        Html *h = page_begin(req, &framed);
        link_view(h, &page);
        page_end(req, h, 200);
}

static void show_link(Request *req, Db *db)
{
        g_autofree char *network = network_of(request_address(req));
        int64_t delay_us = guess_delay_us(req, db, network);
        if (delay_us > 0) {
                refuse_for(req, delay_us);
                return;
        }
        g_autoptr(Link) link = find_link(req, db);
        if (!link)
                count_guess(req, network);
        if (link && link_is_open(link, now_us()))
                show_open_link(req, db, link);
        else
                show_dead_link(req, db);
}

static void accept_invitation(Db *db, const Link *link)
{
        g_autoptr(Invitation) invitation = invitation_find(db, link->invitation);
        if (!invitation)
                return;
        invitation_accept(db, invitation->id);
        people_grant(db, invitation->account, invitation->event, invitation->role);
        account_end_sessions(db, invitation->account);
}

static void enter(Request *req, Db *db, const Link *link)
{
        if (link->purpose == LINK_INVITATION)
                accept_invitation(db, link);
        session_start(req, db, link->account);
        g_autofree char *home = *link->next ? g_strdup(link->next) : account_home(db, link->account, link->event);
        respond_redirect(req, "%s", home);
}

static void tell_followers(Request *req, Db *db, const Link *link)
{
        int64_t event = link->purpose == LINK_PERSONAL ? link->event : 0;
        for (size_t i = 0; people_link_followers[i]; i++)
                people_link_followers[i](req, db, link->account, event);
}

static void use_link(Request *req, Db *db)
{
        g_autofree char *network = network_of(request_address(req));
        int64_t delay_us = guess_delay_us(req, db, network);
        if (delay_us > 0) {
                refuse_for(req, delay_us);
                return;
        }
        g_autoptr(Link) link = find_link(req, db);
        if (!link)
                throttle_add(db, "guess", network, WINDOW_US);
        if (!link || !link_is_open(link, now_us()) || (link_is_once(link->purpose) && !link_use(db, link->id))) {
                respond_redirect(req, "/sign-in/dead/");
                return;
        }
        tell_followers(req, db, link);
        if (link->purpose == LINK_PERSONAL && account_is_privileged(db, link->account)) {
                /* A lasting link is no key to an organiser's door. */
                people_mail_sign_in(db, link->account, link->next, request_origin(req));
                respond_redirect(req, "/sign-in/sent/");
        } else {
                enter(req, db, link);
        }
}

static void sign_out(Request *req, Db *db)
{
        session_end(req, db);
        respond_redirect(req, "/");
}

const Route people_routes[] = {
        { GET, "/sign-in/", show_sign_in_form, RIGHT_PUBLIC, 0, "Sign in" },
        { POST, "/sign-in/", ask_link, RIGHT_PUBLIC, FORM_BYTES, "Ask for a link" },
        { GET, "/sign-in/sent/", show_sent, RIGHT_PUBLIC, 0, "A link is on its way" },
        { GET, "/sign-in/dead/", show_dead_link, RIGHT_PUBLIC, 0, "A dead link" },
        { GET, "/sign-in/link/:token/", show_link, RIGHT_PUBLIC, 0, "The page of a mail's link" },
        { POST, "/sign-in/link/:token/", use_link, RIGHT_PUBLIC, FORM_BYTES, "Use a link" },
        { POST, "/sign-out/", sign_out, RIGHT_PUBLIC, FORM_BYTES, "Sign out" },
        { GET, "/me/", show_account, RIGHT_SIGNED_IN, 0, "One's events, roles and sessions" },
        { POST, "/me/sessions/", end_sessions, RIGHT_SIGNED_IN, FORM_BYTES, "Sign out elsewhere" },
        { GET, "/:event/organise/team/", show_team, RIGHT_ORGANISER, 0, "Team", .menu = N_("Team"),
          .menu_text = N_("Who may what: invite by mail, take a role away.") },
        { POST, "/:event/organise/team/", invite, RIGHT_ORGANISER, 64 * 1024, "Invite someone" },
        { POST, "/:event/organise/team/again/", invite_again, RIGHT_ORGANISER, FORM_BYTES, "Send an invitation again" },
        { POST, "/:event/organise/team/withdraw/", withdraw, RIGHT_ORGANISER, FORM_BYTES, "Take a role away" },
        { 0 },
};
