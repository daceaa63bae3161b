/* The mails of an event: what waits, what was sent, what the relay refused and why. */
#include "registration/registration_routes.h"

#include <string.h>

#include "base/when.h"
#include "mail/mail.h"
#include "registration/registration_views.h"

#define ROWS 25

static const struct {
        const char *kind, *text;
} KINDS[] = {
        { "registration", N_("Confirmation of a registration") },
        { "cancellation", N_("Cancellation") },
        { "places", N_("Places in sessions") },
        { "offer", N_("Offer of a place") },
        { "offer-over", N_("An offer is over") },
        { "reminder", N_("Reminder") },
        { "change", N_("Changes of the programme") },
        { "address", N_("Confirmation of an address") },
        { "invitation", N_("Invitation to the team") },
};

static const char *kind_text(const char *kind)
{
        for (size_t i = 0; i < G_N_ELEMENTS(KINDS); i++)
                if (strcmp(KINDS[i].kind, kind) == 0)
                        return KINDS[i].text;
        return kind;
}

void mail_item(Html *h, const MailItem *item)
{
        const QueuedMail *mail = item->mail;
        const Event *event = item->page->event;
        g_autofree char *when = when_day_time(html_lang(h), event->zone, mail->created_us);
        g_autofree char *next = when_day_time(html_lang(h), event->zone, mail->next_us);
        mail_row_view(
                h, &(MailRow){
                           .mail = mail, .kind = tr(html_lang(h), kind_text(mail->kind)), .when = when, .next = next });
}

static int64_t count_of(const QueueCount *count, const char *state)
{
        if (strcmp(state, "waiting") == 0)
                return count->waiting;
        if (strcmp(state, "sent") == 0)
                return count->sent;
        return strcmp(state, "refused") == 0 ? count->refused : count->waiting + count->sent + count->refused;
}

void show_mails(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        QueueCount count = mail_queue_count(db, event->id);
        const char *state = request_query(req, "state");
        int page_count = MAX(1, (int)((count_of(&count, state) + ROWS - 1) / ROWS));
        guint64 page = 1;
        g_ascii_string_to_unsigned(request_query(req, "page"), 10, 1, (guint64)page_count, &page, NULL);
        g_autoptr(GPtrArray) mails = mail_queue(db, event->id, state, ((int64_t)page - 1) * ROWS, ROWS);
        bool tried = strcmp(request_query(req, "done"), "retried") == 0;
        Html *h = conference_page(req, event, EVENT_ORGANISE,
                                  &(Page){ .title = tr(request_lang(req), "Mails"), .no_index = true });
        mails_view(h, &(MailsPage){ .event = event,
                                    .mails = mails,
                                    .count = count,
                                    .state = state,
                                    .page = (int)page,
                                    .page_count = page_count,
                                    .notice = tried ? N_("They are tried again now.") : "" });
        page_end(req, h, 200);
}

/* "all", or the number of one. */
void retry_mails(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        const char *which = request_field(req, "retry");
        guint64 id = 0;
        bool all = strcmp(which, "all") == 0;
        if (!all && !g_ascii_string_to_unsigned(which, 10, 1, INT64_MAX, &id, NULL)) {
                respond_error(req, 422, tr(request_lang(req), "Choose a mail to try again."));
                return;
        }
        if (mail_retry(db, event->id, (int64_t)id) == 0 && !all)
                respond_not_found(req);
        else
                respond_redirect(req, "/%s/organise/mails/?done=retried", event->slug);
}
