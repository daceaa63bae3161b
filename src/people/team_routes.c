#include "people/people_routes.h"

#include <string.h>

#include "base/time.h"
#include "base/when.h"
#include "people/people_views.h"

#define ROWS 15 /* of a page: it has at most 298 nodes */

static const char *notice_text(const char *done)
{
        if (strcmp(done, "invited") == 0)
                return N_("The invitation is on its way.");
        return strcmp(done, "withdrawn") == 0 ? N_("Done: it no longer opens anything.") : "";
}

static void clear_row(gpointer row)
{
        g_free(((TeamRow *)row)->handle);
        g_free(((TeamRow *)row)->until);
}

/* "until 9 December", "no longer valid": of the newest link of an invitation. (transfer full) */
static char *until_text(const Request *req, const EventName *event, int64_t expires_us)
{
        const Lang *lang = request_lang(req);
        if (expires_us <= now_us())
                return g_strdup(tr(lang, "its link is too old"));
        g_autoptr(GTimeZone) zone = g_time_zone_new_identifier(event->zone);
        g_autofree char *day = when_day(lang, zone, expires_us);
        return g_strdup_printf(tr(lang, "until %s"), day);
}

static void add_rows(GArray *rows, const Request *req, const EventName *event, const GPtrArray *people)
{
        for (guint i = 0; i < people->len; i++) {
                const Invitation *person = people->pdata[i];
                bool is_invitation = person->id > 0;
                TeamRow row = { .person = person,
                                .slug = event->slug,
                                .is_invitation = is_invitation,
                                .is_me = !is_invitation && person->account == request_account(req),
                                .is_fixed = !may_give(req, person->role) };
                row.handle = is_invitation ? g_strdup_printf("invitation-%" G_GINT64_FORMAT, person->id)
                                           : g_strdup_printf("member-%" G_GINT64_FORMAT "-%s", person->account,
                                                             role_name(person->role));
                if (is_invitation)
                        row.until = until_text(req, event, person->expires_us);
                g_array_append_val(rows, row);
        }
}

static int page_wanted(const Request *req, int page_count)
{
        guint64 page = 1;
        g_ascii_string_to_unsigned(request_query(req, "page"), 10, 1, (guint64)page_count, &page, NULL);
        return (int)page;
}

/* The event's frame is conference/'s, which stands above: the way back is enough here. */
static Html *team_page_begin(Request *req, const EventName *event)
{
        const Lang *lang = request_lang(req);
        g_autofree char *home = g_strdup_printf("/%s/", event->slug);
        g_autofree char *organise = g_strdup_printf("/%s/organise/", event->slug);
        g_autofree char *theme = g_strconcat("theme-", event->theme, NULL);
        /* empty of rules when the colours are a theme's */
        g_autofree char *sheet = g_strdup_printf("<link rel=\"stylesheet\" href=\"/%s/theme.css\">", event->slug);
        const NavItem nav[] = { { tr(lang, "The event"), home, false }, { tr(lang, "Organise"), organise, true } };
        return page_begin(req, &(Page){ .title = tr(lang, "Team"),
                                        .brand = event->title,
                                        .brand_url = home,
                                        .nav = nav,
                                        .nav_count = G_N_ELEMENTS(nav),
                                        .theme = theme,
                                        .head_links = sheet,
                                        .no_index = true });
}

void show_team_with(Request *req, Db *db, const Form *form, int status)
{
        int64_t event = request_event(req);
        g_autoptr(EventName) name = event_name(db, event);
        g_autoptr(GPtrArray) team = team_list(db, event), invitations = invitation_list(db, event);
        g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(TeamRow));
        g_array_set_clear_func(rows, clear_row);
        add_rows(rows, req, name, team);
        add_rows(rows, req, name, invitations);
        int page_count = MAX(1, (int)(rows->len + ROWS - 1) / ROWS), page = page_wanted(req, page_count);
        guint first = (guint)(page - 1) * ROWS;
        TeamPage view = { .slug = name->slug,
                          .form = form,
                          .notice = notice_text(request_query(req, "done")),
                          .rows = (const TeamRow *)rows->data + first,
                          .count = MIN(ROWS, rows->len - first),
                          .page = page,
                          .page_count = page_count };
        for (const TeamRow *row = view.rows; row < view.rows + view.count; row++)
                view.may_act |= !row->is_me && !row->is_fixed;
        Html *h = team_page_begin(req, name);
        team_view(h, &view);
        page_end(req, h, status);
}

void show_team(Request *req, Db *db)
{
        FormOption options[INVITE_OPTIONS];
        g_autoptr(Form) form = invite_form(req, options);
        show_team_with(req, db, form, 200);
}

/* "member-12-host": the account and the role; false when it is something else. */
static bool read_member(const char *handle, int64_t *ret_account, Role *ret_role)
{
        g_auto(GStrv) parts = g_strsplit(handle, "-", 3);
        guint64 account = 0;
        if (g_strv_length(parts) != 3 || strcmp(parts[0], "member") != 0 ||
            !g_ascii_string_to_unsigned(parts[1], 10, 1, INT64_MAX, &account, NULL))
                return false;
        *ret_account = (int64_t)account;
        *ret_role = invitable_role(parts[2]);
        return *ret_role != 0;
}

typedef enum { TAKEN, GONE, NOT_YOURS, LAST_OWNER } Taking;

static Taking take_role(Request *req, Db *db, int64_t account, Role role)
{
        int64_t event = request_event(req);
        /* Nobody takes their own role away, and nobody the last owner's: an event keeps somebody who may act. */
        if (account == request_account(req) || !(people_roles(db, account, event) & role))
                return GONE;
        if (!may_give(req, role))
                return NOT_YOURS;
        if (role == ROLE_EVENT_OWNER && team_count(db, event, ROLE_EVENT_OWNER) <= 1)
                return LAST_OWNER;
        return people_withdraw(db, account, event, role) ? TAKEN : GONE;
}

static Taking withdraw_row(Request *req, Db *db, const char *handle)
{
        int64_t event = request_event(req), account = 0;
        guint64 id = 0;
        Role role = 0;
        if (read_member(handle, &account, &role))
                return take_role(req, db, account, role);
        if (!g_str_has_prefix(handle, "invitation-") ||
            !g_ascii_string_to_unsigned(handle + strlen("invitation-"), 10, 1, INT64_MAX, &id, NULL))
                return GONE;
        g_autoptr(Invitation) invitation = invitation_find(db, (int64_t)id);
        if (invitation && invitation->event == event && !may_give(req, invitation->role))
                return NOT_YOURS;
        return invitation_withdraw(db, event, (int64_t)id) ? TAKEN : GONE;
}

void withdraw(Request *req, Db *db)
{
        const Lang *lang = request_lang(req);
        g_autoptr(EventName) name = event_name(db, request_event(req));
        switch (withdraw_row(req, db, request_field(req, "row"))) {
        case TAKEN:
                respond_redirect(req, "/%s/organise/team/?done=withdrawn", name->slug);
                break;
        case NOT_YOURS:
                respond_error(req, 403, tr(lang, "Only an owner of the event gives that role or takes it away."));
                break;
        case LAST_OWNER:
                respond_error(req, 409,
                              tr(lang, "This is the last owner of the event. Make somebody else an owner first."));
                break;
        case GONE:
                respond_error(req, 409, tr(lang, "Someone was faster: that role or invitation is gone already."));
                break;
        }
}
