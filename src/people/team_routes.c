#include "people/people_routes.h"

#include <string.h>

#include "base/time.h"
#include "mail/mail.h"
#include "people/people_mail.h"
#include "people/people_views.h"

#define ROWS 30           /* of a page: it has at most 298 nodes */
#define INVITED_A_DAY 300 /* by one event: a mail relay's patience */

const char *role_label(Role role)
{
        switch (role) {
        case ROLE_ATTENDEE:
                return N_("attendee");
        case ROLE_SPEAKER:
                return N_("speaker");
        case ROLE_HOST:
                return N_("host");
        case ROLE_READER:
                return N_("read-only");
        case ROLE_CHECKIN:
                return N_("check-in");
        case ROLE_CAPTIONER:
                return N_("captioner");
        case ROLE_STAGE:
                return N_("stage manager");
        case ROLE_PROGRAMME:
                return N_("programme committee");
        case ROLE_ORGANISER:
                return N_("organiser");
        case ROLE_EVENT_OWNER:
                return N_("owner of the event");
        case ROLE_OWNER:
                return N_("owner");
        }
        return "";
}

static const FormOption ROLES[] = {
        { .value = "speaker",
          .label = N_("Speaker"),
          .hint = N_("Takes the stage, and says whether that may be recorded.") },
        { .value = "host", .label = N_("Host"), .hint = N_("Leads a room: who is on stage, what is recorded.") },
        { .value = "organiser",
          .label = N_("Organiser"),
          .hint = N_("Prepares everything: programme, team, registrations.") },
        { 0 },
};

static const FormField FIELDS[] = {
        { .name = "email",
          .label = N_("E-mail address"),
          .hint = N_("An invitation goes there. The team's organisers see the address until its roles are taken away."),
          .kind = FIELD_EMAIL,
          .required = true,
          .autocomplete = "off" },
        { .name = "role", .label = N_("Role"), .kind = FIELD_CHOICE, .required = true, .options = ROLES },
        { 0 },
};

static const char *notice_text(const char *done)
{
        if (strcmp(done, "invited") == 0)
                return N_("The invitation is on its way.");
        return strcmp(done, "withdrawn") == 0 ? N_("Done: it no longer opens anything.") : "";
}

static void clear_row(gpointer row)
{
        g_free(((TeamRow *)row)->handle);
}

static void add_rows(GArray *rows, const GPtrArray *people, int64_t me)
{
        for (guint i = 0; i < people->len; i++) {
                const Invitation *person = people->pdata[i];
                bool is_invitation = person->id > 0;
                TeamRow row = { .person = person,
                                .is_invitation = is_invitation,
                                .is_me = !is_invitation && person->account == me };
                row.handle = is_invitation ? g_strdup_printf("invitation-%" G_GINT64_FORMAT, person->id)
                                           : g_strdup_printf("member-%" G_GINT64_FORMAT "-%s", person->account,
                                                             role_name(person->role));
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
        const NavItem nav[] = { { tr(lang, "The event"), home, false }, { tr(lang, "Organise"), organise, true } };
        return page_begin(req, &(Page){ .title = tr(lang, "Team"),
                                        .brand = event->title,
                                        .brand_url = home,
                                        .nav = nav,
                                        .nav_count = G_N_ELEMENTS(nav),
                                        .theme = theme,
                                        .no_index = true });
}

static void show_team_with(Request *req, Db *db, const Form *form, int status)
{
        int64_t event = request_event(req);
        g_autoptr(EventName) name = event_name(db, event);
        g_autoptr(GPtrArray) team = team_list(db, event), invitations = invitation_list(db, event);
        g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(TeamRow));
        g_array_set_clear_func(rows, clear_row);
        add_rows(rows, team, request_account(req));
        add_rows(rows, invitations, request_account(req));
        int page_count = MAX(1, (int)(rows->len + ROWS - 1) / ROWS), page = page_wanted(req, page_count);
        guint first = (guint)(page - 1) * ROWS;
        TeamPage view = { .slug = name->slug,
                          .form = form,
                          .notice = notice_text(request_query(req, "done")),
                          .rows = (const TeamRow *)rows->data + first,
                          .count = MIN(ROWS, rows->len - first),
                          .page = page,
                          .page_count = page_count };
        Html *h = team_page_begin(req, name);
        team_view(h, &view);
        page_end(req, h, status);
}

void show_team(Request *req, Db *db)
{
        g_autoptr(Form) form = form_new(req, FIELDS);
        form_set(form, "role", role_name(ROLE_SPEAKER));
        show_team_with(req, db, form, 200);
}

static const char *invite_fault(Db *db, int64_t event, const char *email, Role role)
{
        int64_t account = people_find(db, email);
        if (account && (people_roles(db, account, event) & role))
                return N_("This person has that role already.");
        if (mail_count_since(db, "invitation", email, now_us() - 2 * MINUTE_US) > 0)
                return N_("An invitation has just gone to this address. Wait two minutes before the next.");
        if (invitation_count_since(db, event, now_us() - DAY_US) >= INVITED_A_DAY)
                return N_("This event has sent as many invitations as it may in a day. Go on tomorrow.");
        return "";
}

static Role invitable_role(const char *name)
{
        Role role = role_by_name(name);
        return role == ROLE_SPEAKER || role == ROLE_HOST || role == ROLE_ORGANISER ? role : 0;
}

/* Checks the form; on success *ret_email is the folded address, yours to free. */
static bool check_invitation(Request *req, Db *db, Form *form, char **ret_email)
{
        const Lang *lang = request_lang(req);
        AddressFault fault = address_read(form_value(form, "email"), ret_email);
        if (fault)
                form_fail(form, "email", tr(lang, address_fault_text(fault)));
        if (!form_check(form))
                return false;
        const char *refusal =
                invite_fault(db, request_event(req), *ret_email, invitable_role(form_value(form, "role")));
        if (*refusal)
                form_fail(form, "email", tr(lang, refusal));
        return form_is_ok(form);
}

static bool send_invitation(Request *req, Db *db, const char *email, Role role, const char *lang)
{
        int64_t event = request_event(req), account = people_ensure(db, email, "", lang);
        int64_t open = invitation_open_id(db, account, event, role);
        int64_t id = open ? open : invitation_insert(db, account, event, role);
        g_autoptr(Invitation) invitation = invitation_find(db, id);
        return invitation && people_mail_invitation(db, invitation, request_origin(req));
}

void invite(Request *req, Db *db)
{
        g_autoptr(Form) form = form_new(req, FIELDS);
        g_autofree char *email = NULL;
        if (!check_invitation(req, db, form, &email)) {
                show_team_with(req, db, form, 422);
                return;
        }
        g_autoptr(EventName) name = event_name(db, request_event(req));
        if (send_invitation(req, db, email, invitable_role(form_value(form, "role")), name->lang))
                respond_redirect(req, "/%s/organise/team/?done=invited", name->slug);
        else
                respond_error(req, 500,
                              tr(request_lang(req), "The invitation could not be kept. Nothing was sent; try again."));
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

static bool withdraw_row(Request *req, Db *db, const char *handle)
{
        int64_t event = request_event(req), account = 0;
        guint64 invitation = 0;
        Role role = 0;
        if (g_str_has_prefix(handle, "invitation-") &&
            g_ascii_string_to_unsigned(handle + strlen("invitation-"), 10, 1, INT64_MAX, &invitation, NULL))
                return invitation_withdraw(db, event, (int64_t)invitation);
        /* Nobody takes their own role away: an event keeps at least the one who acts. */
        return read_member(handle, &account, &role) && account != request_account(req) &&
               people_withdraw(db, account, event, role);
}

void withdraw(Request *req, Db *db)
{
        g_autoptr(EventName) name = event_name(db, request_event(req));
        if (withdraw_row(req, db, request_field(req, "row")))
                respond_redirect(req, "/%s/organise/team/?done=withdrawn", name->slug);
        else
                respond_error(req, 409,
                              tr(request_lang(req), "Someone was faster: that role or invitation is gone already."));
}
