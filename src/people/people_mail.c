#include "people/people_mail.h"

#include "base/time.h"
#include "mail/mail.h"
#include "people/people_views.h"
#include "web/event_look.h"

#define BETWEEN_US (2 * MINUTE_US)
#define A_DAY 20 /* links to one address */

static const Lang *lang_of(const Account *account)
{
        const Lang *lang = lang_find(account->lang);
        return lang ? lang : lang_default();
}

static bool may_send(Db *db, const char *kind, const char *email)
{
        int64_t at_us = now_us();
        return mail_count_since(db, kind, email, at_us - BETWEEN_US) == 0 &&
               mail_count_since(db, kind, email, at_us - DAY_US) < A_DAY;
}

static bool mail_sign_in_link(Db *db, const Account *account, const char *next, const char *origin)
{
        g_autofree char *token = link_insert(db, LINK_SIGN_IN, account->id, 0, 0, next_path(next),
                                             now_us() + link_life_us(LINK_SIGN_IN));
        if (!token)
                return false;
        const Lang *lang = lang_of(account);
        g_autofree char *text = g_strdup_printf(
                tr(lang, "Hello,\n\nhere is your way in:\n\n%s/sign-in/link/%s/\n\n"
                         "The link works once, for 60 minutes. Its page has one button; nothing happens before you "
                         "press it.\n\nYou did not ask for it? Someone typed your address by mistake. Leave this mail "
                         "alone, and nothing happens.\n"),
                origin, token);
        return mail_post(db, &(Mail){ .kind = "sign-in",
                                      .to = account->email,
                                      .subject = tr(lang, "Your link to sign in"),
                                      .text = text });
}

bool people_mail_sign_in(Db *db, int64_t account_id, const char *next, const char *origin)
{
        g_autoptr(Account) account = people_account(db, account_id);
        if (!account || !may_send(db, "sign-in", account->email))
                return true;
        int64_t open = invitation_of_account(db, account_id);
        g_autoptr(Invitation) invitation = open ? invitation_find(db, open) : NULL;
        if (invitation && may_send(db, "invitation", account->email))
                return people_mail_invitation(db, invitation, origin);
        return mail_sign_in_link(db, account, next, origin);
}

bool people_mail_invitation(Db *db, const Invitation *invitation, const char *origin)
{
        g_autoptr(Account) account = people_account(db, invitation->account);
        g_autoptr(EventName) event = event_name(db, invitation->event);
        if (!account || !event)
                return false;
        g_autofree char *token = link_insert(db, LINK_INVITATION, account->id, invitation->event, invitation->id, "",
                                             now_us() + link_life_us(LINK_INVITATION));
        if (!token)
                return false;
        const Lang *lang = lang_of(account);
        g_autofree char *subject = g_strdup_printf(tr(lang, "Invitation: %s"), event->title);
        g_autofree char *trial =
                invitation->role != ROLE_SPEAKER
                        ? NULL
                        : g_strdup_printf(
                                  tr(lang,
                                     "\nYour camera, your voice and your network can be tried at any time, days ahead:"
                                     "\n\n%s/%s/green-room/\n"),
                                  origin, event->slug);
        g_autofree char *invited = g_strdup_printf(
                tr(lang,
                   "Hello,\n\nyou are invited to the team of “%s”. Your role: %s. %s\n\nTo accept, open this page and "
                   "press its button:\n\n%s/sign-in/link/%s/\n\nThe link works once, for 14 days; its page offers a "
                   "new one afterwards. There is no password to choose.\n"),
                event->title, tr(lang, role_label(invitation->role)), tr(lang, role_may(invitation->role)), origin,
                token);
        g_autofree char *text = g_strconcat(invited, trial, NULL);
        g_autofree char *reply_to = NULL;
        address_read(event->contact, &reply_to);
        g_autoptr(EventLook) look = event_look(db, invitation->event);
        g_autofree char *html =
                look ? mail_html(text, lang_code(lang), &(MailLook){ look->title, look->accent }) : NULL;
        return mail_post(db, &(Mail){ .kind = "invitation",
                                      .event = invitation->event,
                                      .to = account->email,
                                      .from_name = event->title,
                                      .reply_to = reply_to,
                                      .subject = subject,
                                      .text = text,
                                      .html = html });
}

bool people_invite(Db *db, int64_t account, int64_t event, Role role, const char *origin)
{
        if ((people_roles(db, account, event) & role) || invitation_open_id(db, account, event, role))
                return true;
        g_autoptr(Invitation) invitation = invitation_find(db, invitation_insert(db, account, event, role));
        return invitation && people_mail_invitation(db, invitation, origin);
}
