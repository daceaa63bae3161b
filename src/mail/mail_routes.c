#include "mail/outbox_views.h"

#include <string.h>

#include "base/time.h"

#define LISTED 50

static char *format_time(int64_t at_us)
{
        g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(at_us / SECOND_US);
        return g_date_time_format(time, "%Y-%m-%d %H:%M UTC");
}

static void show_outbox(Request *req, Db *db)
{
        g_autoptr(GPtrArray) mails = outbox_list(db, LISTED);
        g_autoptr(GPtrArray) kept = g_ptr_array_new_with_free_func((GDestroyNotify)letter_free);
        g_autoptr(GPtrArray) times = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(OutboxRow));
        for (guint i = 0; i < mails->len; i++) {
                const OutboxMail *mail = mails->pdata[i];
                Letter *letter = letter_read(mail->message);
                char *at = format_time(mail->created_us);
                g_ptr_array_add(kept, letter);
                g_ptr_array_add(times, at);
                OutboxRow row = { .id = mail->id, .to = mail->recipient, .subject = letter->subject, .at = at };
                g_array_append_val(rows, row);
        }
        Html *h = page_begin(req, &(Page){ .title = tr(request_lang(req), "Outbox of the demo"), .no_index = true });
        outbox_view(h, &(OutboxPage){ .rows = (const OutboxRow *)rows->data, .count = rows->len });
        page_end(req, h, 200);
}

static OutboxMail *find_mail(const Request *req, Db *db)
{
        guint64 id = 0;
        if (!g_ascii_string_to_unsigned(request_param(req, "id"), 10, 1, INT64_MAX, &id, NULL))
                return NULL;
        return outbox_find(db, (int64_t)id);
}

static void show_letter(Request *req, Db *db)
{
        g_autoptr(OutboxMail) mail = find_mail(req, db);
        if (!mail) {
                respond_not_found(req);
                return;
        }
        g_autoptr(Letter) letter = letter_read(mail->message);
        g_autoptr(GArray) runs = letter_runs(letter->text ? letter->text : "");
        g_autofree char *at = format_time(mail->created_us);
        const char *const styles[] = { "mail/letter.css", NULL };
        const char *title = letter->subject ? letter->subject : "";
        Html *h = page_begin(req, &(Page){ .title = title, .styles = styles, .no_index = true });
        letter_view(h, &(LetterPage){ .letter = letter,
                                      .id = mail->id,
                                      .at = at,
                                      .runs = (const LetterRun *)runs->data,
                                      .run_count = runs->len });
        page_end(req, h, 200);
}

static void send_calendar(Request *req, Db *db)
{
        g_autoptr(OutboxMail) mail = find_mail(req, db);
        g_autoptr(Letter) letter = mail ? letter_read(mail->message) : NULL;
        if (!letter || !letter->calendar) {
                respond_not_found(req);
                return;
        }
        g_auto(GStrv) lines = g_strsplit(letter->calendar, "\n", -1);
        g_autofree char *calendar = g_strjoinv("\r\n", lines);
        respond_text(req, 200, CALENDAR_TYPE, calendar);
}

const Route mail_routes[] = {
        { GET, "/demo/mail", show_outbox, RIGHT_DEMO, 0, "Outbox of the demo" },
        { GET, "/demo/mail/:id/", show_letter, RIGHT_DEMO, 0, "One mail of the demo" },
        { GET, "/demo/mail/:id/invitation.ics", send_calendar, RIGHT_DEMO, 0, "Calendar part of a mail" },
        { 0 },
};
