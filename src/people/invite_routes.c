/* Inviting, several at once, and sending an invitation again. */
#include "people/people_routes.h"

#include <string.h>

#include "base/time.h"
#include "mail/mail.h"
#include "people/people_mail.h"
#include "people/people_views.h"

#define INVITED_A_DAY 300 /* by one event: a mail relay's patience */
#define AT_ONCE 50

/* In the order of a form: the usual ones first. Those that only an owner of the event gives are the last. */
static const Role INVITABLE[] = { ROLE_SPEAKER, ROLE_HOST,      ROLE_STAGE,     ROLE_CAPTIONER,  ROLE_CHECKIN,
                                  ROLE_READER,  ROLE_PROGRAMME, ROLE_ORGANISER, ROLE_EVENT_OWNER };
G_STATIC_ASSERT(G_N_ELEMENTS(INVITABLE) + 1 == INVITE_OPTIONS);

static const FormField FIELDS[] = {
        { .name = "email",
          .label = N_("E-mail addresses"),
          .hint = N_("One a line, 50 at most. The team's organisers see the address until its roles are taken away."),
          .kind = FIELD_TEXT,
          .required = true,
          .rows = 3,
          .characters_max = AT_ONCE * 250,
          .autocomplete = "off" },
        { .name = "role", .label = N_("Role"), .kind = FIELD_CHOICE, .required = true },
        { 0 },
};

bool may_give(const Request *req, Role role)
{
        return !(role & (ROLE_ORGANISER | ROLE_EVENT_OWNER)) || request_may(req, RIGHT_EVENT_OWNER);
}

Role invitable_role(const char *name)
{
        Role role = role_by_name(name);
        for (size_t i = 0; i < G_N_ELEMENTS(INVITABLE); i++)
                if (INVITABLE[i] == role)
                        return role;
        return 0;
}

Form *invite_form(Request *req, FormOption options[INVITE_OPTIONS])
{
        size_t count = 0;
        for (size_t i = 0; i < G_N_ELEMENTS(INVITABLE); i++)
                if (may_give(req, INVITABLE[i]))
                        options[count++] = (FormOption){ .value = role_name(INVITABLE[i]),
                                                         .label = role_label(INVITABLE[i]),
                                                         .hint = role_may(INVITABLE[i]) };
        options[count] = (FormOption){ 0 };
        Form *form = form_new(req, FIELDS);
        form_options(form, "role", options);
        form_set(form, "role", role_name(ROLE_SPEAKER));
        return form;
}

/* Why this address cannot be invited now, "" when it can. */
static const char *invite_fault(Db *db, int64_t event, const char *email, Role role)
{
        int64_t account = people_find(db, email);
        if (account && (people_roles(db, account, event) & role))
                return N_("This person has that role already.");
        if (mail_count_since(db, "invitation", email, now_us() - 2 * MINUTE_US) > 0)
                return N_("An invitation has just gone to this address. Wait two minutes before the next.");
        return "";
}

static void fail_line(Form *form, guint line, guint count, const char *text, const char *sentence)
{
        const Lang *lang = form_lang(form);
        g_autofree char *with_line =
                count > 1 ? g_strdup_printf(tr(lang, "Line %u, “%s”: %s"), line, text, sentence) : g_strdup(sentence);
        form_fail(form, "email", with_line);
}

/* The folded addresses of the lines, each once; the first line that cannot be taken fails the form.
 * (transfer full) of char * */
static GPtrArray *read_addresses(Db *db, int64_t event, Role role, Form *form)
{
        const Lang *lang = form_lang(form);
        GPtrArray *addresses = g_ptr_array_new_with_free_func(g_free);
        g_auto(GStrv) lines = g_strsplit(form_value(form, "email"), "\n", -1);
        guint count = g_strv_length(lines);
        for (guint i = 0; i < count && !form_error(form, "email"); i++) {
                const char *text = g_strstrip(lines[i]);
                g_autofree char *address = NULL;
                AddressFault fault = *text || count == 1 ? address_read(text, &address) : 0;
                const char *sentence = fault ? address_fault_text(fault) : "";
                if (address)
                        sentence = invite_fault(db, event, address, role);
                if (*sentence)
                        fail_line(form, i + 1, count, text, tr(lang, sentence));
                else if (address && !g_ptr_array_find_with_equal_func(addresses, address, g_str_equal, NULL))
                        g_ptr_array_add(addresses, g_steal_pointer(&address));
        }
        if (addresses->len > AT_ONCE)
                form_fail(form, "email", tr(lang, "50 addresses at most at once. Send the others after these."));
        return addresses;
}

static bool send_invitation(Request *req, Db *db, const char *email, Role role, const char *lang)
{
        int64_t event = request_event(req), account = people_ensure(db, email, "", lang);
        int64_t open = invitation_open_id(db, account, event, role);
        int64_t id = open ? open : invitation_insert(db, account, event, role);
        g_autoptr(Invitation) invitation = invitation_find(db, id);
        return invitation && people_mail_invitation(db, invitation, request_origin(req));
}

const char *people_invite_address(Request *req, Db *db, const char *address, Role role, const char *lang,
                                  int64_t *ret_account)
{
        int64_t event = request_event(req);
        g_autofree char *email = NULL;
        AddressFault wrong = address_read(address, &email);
        if (wrong)
                return address_fault_text(wrong);
        int64_t known = people_find(db, email);
        if (known && (people_roles(db, known, event) & role)) {
                *ret_account = known;
                return "";
        }
        const char *fault = invite_fault(db, event, email, role);
        if (*fault)
                return fault;
        if (invitation_count_since(db, event, now_us() - DAY_US) >= INVITED_A_DAY)
                return N_("This event has sent as many invitations as it may in a day. Go on tomorrow.");
        if (!send_invitation(req, db, email, role, lang))
                return N_("The invitation could not be kept. Nothing was sent; try again.");
        *ret_account = people_find(db, email);
        return "";
}

void invite(Request *req, Db *db)
{
        FormOption options[INVITE_OPTIONS];
        g_autoptr(Form) form = invite_form(req, options);
        int64_t event = request_event(req);
        Role role = invitable_role(form_value(form, "role"));
        bool checked = form_check(form);
        g_autoptr(GPtrArray) addresses = read_addresses(db, event, role, form);
        if (invitation_count_since(db, event, now_us() - DAY_US) + addresses->len > INVITED_A_DAY)
                form_fail(form, "email",
                          tr(request_lang(req),
                             "This event has sent as many invitations as it may in a day. Go on tomorrow."));
        if (!checked || !form_is_ok(form)) {
                show_team_with(req, db, form, 422);
                return;
        }
        g_autoptr(EventName) name = event_name(db, event);
        bool sent = addresses->len > 0;
        for (guint i = 0; i < addresses->len && sent; i++)
                sent = send_invitation(req, db, addresses->pdata[i], role, name->lang);
        if (sent)
                respond_redirect(req, "/%s/organise/team/?done=invited", name->slug);
        else
                respond_error(req, 500,
                              tr(request_lang(req), "The invitation could not be kept. Nothing was sent; try again."));
}

void invite_again(Request *req, Db *db)
{
        const Lang *lang = request_lang(req);
        guint64 id = 0;
        const char *handle = request_field(req, "row");
        bool named = g_str_has_prefix(handle, "invitation-") &&
                     g_ascii_string_to_unsigned(handle + strlen("invitation-"), 10, 1, INT64_MAX, &id, NULL);
        g_autoptr(Invitation) invitation = named ? invitation_find(db, (int64_t)id) : NULL;
        g_autoptr(EventName) name = event_name(db, request_event(req));
        if (!invitation || !invitation->open || invitation->event != request_event(req))
                respond_error(req, 409, tr(lang, "That invitation is gone already: accepted, or withdrawn."));
        else if (!may_give(req, invitation->role))
                respond_error(req, 403, tr(lang, "Only an owner of the event gives that role or takes it away."));
        else if (mail_count_since(db, "invitation", invitation->email, now_us() - 2 * MINUTE_US) > 0)
                respond_error(
                        req, 409,
                        tr(lang, "An invitation has just gone to this address. Wait two minutes before the next."));
        else if (people_mail_invitation(db, invitation, request_origin(req)))
                respond_redirect(req, "/%s/organise/team/?done=invited", name->slug);
        else
                respond_error(req, 500, tr(lang, "The invitation could not be kept. Nothing was sent; try again."));
}
