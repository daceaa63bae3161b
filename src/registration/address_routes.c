/* Another e-mail address, confirmed at the new one; no more reminders. */
#include "registration/registration_routes.h"

#include <string.h>

#include "base/time.h"
#include "registration/address_store.h"
#include "registration/mine.h"
#include "registration/notice.h"
#include "registration/notice_store.h"
#include "registration/registration_mail.h"
#include "registration/registration_views.h"

#define ASKED_A_DAY 5

static const FormField FIELDS[] = {
        { .name = "email",
          .label = N_("New e-mail address"),
          .kind = FIELD_EMAIL,
          .required = true,
          .autocomplete = "email" },
        { 0 },
};

static void show_address_form(Request *req, const Mine *mine, const Form *form, int status)
{
        Html *h = conference_page(
                req, mine->event, EVENT_NOWHERE,
                &(Page){ .title = tr(request_lang(req), "Correct my e-mail address"), .no_index = true });
        address_view(h, &(AddressPage){ .event = mine->event, .form = form, .email = mine->account->email });
        page_end(req, h, status);
}

void show_address(Request *req, Db *db)
{
        g_auto(Mine) mine = { 0 };
        mine_read(&mine, req, db);
        g_autoptr(Form) form = form_new(req, FIELDS);
        show_address_form(req, &mine, form, 200);
}

static void mail_token(Request *req, Db *db, const Mine *mine, const char *email)
{
        g_autofree char *token = address_ask(db, mine->account->id, mine->event->id, email);
        if (token)
                address_post(db, mine->event, email, token, request_lang(req), request_origin(req));
}

void ask_address(Request *req, Db *db)
{
        g_auto(Mine) mine = { 0 };
        mine_read(&mine, req, db);
        g_autoptr(Form) form = form_new(req, FIELDS);
        g_autofree char *email = NULL;
        AddressFault fault = address_read(form_value(form, "email"), &email);
        if (fault)
                form_fail(form, "email", tr(request_lang(req), address_fault_text(fault)));
        if (form_check(form) && address_asked_since(db, mine.account->id, now_us() - DAY_US) >= ASKED_A_DAY)
                form_fail(form, "email",
                          tr(request_lang(req), "Five mails a day are sent for this at most. Try again tomorrow."));
        if (!form_is_ok(form)) {
                show_address_form(req, &mine, form, 422);
                return;
        }
        if (mail_count_since(db, "address", email, now_us() - HOUR_US) == 0)
                mail_token(req, db, &mine, email);
        respond_redirect(req, "/%s/me/?done=address", mine.event->slug);
}

static void show_link(Request *req, const AddressLinkPage *page, int status)
{
        respond_header(req, "Cache-Control", "no-store");
        Html *h = conference_page(
                req, page->event, EVENT_NOWHERE,
                &(Page){ .title = tr(request_lang(req), "Correct my e-mail address"), .no_index = true });
        address_link_view(h, page);
        page_end(req, h, status);
}

void show_address_link(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        int64_t account = 0;
        g_autofree char *email = address_find(db, event->id, request_param(req, "token"), &account);
        show_link(req,
                  &(AddressLinkPage){
                          .event = event, .token = request_param(req, "token"), .email = email, .is_dead = !email },
                  email ? 200 : 404);
}

/* The old links are ended: they may be in a stranger's mailbox. A new one goes to the new address. */
static void send_new_link(Request *req, Db *db, const Event *event, int64_t account)
{
        people_revoke_personal_links(db, account, event->id);
        address_forget(db, account);
        g_autoptr(Registration) registration = registration_of(db, event->id, account);
        if (!registration)
                return;
        g_autofree char *token = people_new_token();
        g_autofree char *next = g_strdup_printf("/%s/me/now/", event->slug);
        g_autofree char *message =
                confirmation_prepare(db, event, registration->email, token, registration->lang, request_origin(req));
        people_keep_personal_link(db, token, account, event->id, next, registration_end_us(event_end_us(event)));
        confirmation_post(db, event, registration->email, message, 0);
        notice_confirm(db, event, account, request_origin(req));
}

void change_address(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        int64_t account = 0;
        g_autofree char *email = address_find(db, event->id, request_param(req, "token"), &account);
        AddressLinkPage page = {
                .event = event, .token = request_param(req, "token"), .email = email, .is_dead = !email
        };
        if (email) {
                page.is_done = people_set_email(db, account, email);
                page.is_taken = !page.is_done;
        }
        if (page.is_done)
                send_new_link(req, db, event, account);
        show_link(req, &page, page.is_done ? 200 : page.is_taken ? 409 : 404);
}

static void show_quiet_page(Request *req, const Event *event, bool quiet)
{
        Html *h = conference_page(req, event, EVENT_NOWHERE,
                                  &(Page){ .title = tr(request_lang(req), "No more reminders"), .no_index = true });
        quiet_view(h, &(QuietPage){ .event = event, .quiet = quiet });
        page_end(req, h, 200);
}

void show_quiet(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        if (quiet_known(db, event->id, request_param(req, "key")))
                show_quiet_page(req, event, quiet_is_set(db, event->id, request_param(req, "key")));
        else
                respond_not_found(req);
}

void set_quiet(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        const char *key = request_param(req, "key");
        bool quiet = !*request_field(req, "again");
        if (quiet_known(db, event->id, key) && quiet_set(db, event->id, key, quiet))
                show_quiet_page(req, event, quiet);
        else
                respond_not_found(req);
}
