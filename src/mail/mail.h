/* Mail: written in the same transaction as the act that causes it, sent later by a thread of its own.
 *
 *   mail_post(db, &(Mail){ .kind = "sign-in", .to = address, .subject = tr(lang, "…"), .text = text });
 *
 * What a person typed may stand in any field: line breaks and control characters cannot leave it. The outbox keeps a
 * message until it is sent, then only that it was (see README.md). In the demo nothing is sent: /demo/mail shows it.
 *
 * May be included by people and above. */
#pragma once
#include <jansson.h>

#include "mail/address.h"
#include "mail/calendar.h"
#include "store/db.h"
#include "web/colour.h"
#include "web/request.h"

typedef struct {
        int64_t event;         /* 0: of none */
        const char *kind;      /* "sign-in", "registration" …: for counts, not shown */
        const char *to;        /* from address_read() */
        const char *from_name; /* NULL: Tréteau; usually the event's title */
        const char *reply_to;  /* NULL, or an address */
        const char *subject, *text;
        const char *html;        /* NULL: text only */
        const char *calendar;    /* NULL, or what calendar_write() gave; it travels as invitation.ics */
        const char *unsubscribe; /* NULL, or the address of a page whose POST unsubscribes (RFC 8058) */
        int64_t not_before_us;   /* 0: it may leave at once */
} Mail;

/* Whose mail it is: the name stands on a band of the accent, in a colour that can be read on it; links have the
 * accent's variant for paper, by day and by night. */
typedef struct {
        const char *name;
        Colour accent;
} MailLook;
/* The same words as a small page without pictures or scripts: paragraphs, and addresses to follow. lang: its language.
 * (transfer full) */
char *mail_html(const char *text, const char *lang, const MailLook *look);

/* Puts the mail into the outbox, in the turn of db. False, with nothing stored, when `to` is no address or the store
 * refused (db_failed). */
bool mail_post(Db *db, const Mail *mail);
/* The same in two steps, for turns that must be short: what the outbox keeps is made outside of them. db may be a
 * reader. NULL when `to` is no address. (transfer full) */
char *mail_prepare(Db *db, const Mail *mail);
bool mail_post_prepared(Db *db, const Mail *mail, const char *draft);
/* Mails of this kind to this address since then: for "one in two minutes". */
int64_t mail_count_since(Db *db, const char *kind, const char *to, int64_t since_us);

/* For what anybody can have sent to any address: one of this kind in interval_us to an address, as long as nobody there
 * answers. When the next may leave (now_us() or later); -1 when so many wait already that one more is refused. */
int64_t mail_slot_us(Db *db, const char *kind, const char *to, int64_t interval_us);
/* Somebody used a link of such a mail: what was sent counts no longer, and the first of those that wait leaves now. */
bool mail_answered(Db *db, const char *kind, const char *to);

/* What was sent to this address: kinds and dates, NULL when nothing was. (transfer full) */
json_t *mail_export(Db *db, const char *to);
/* Erases all of it, also what has not left yet. */
bool mail_erase(Db *db, const char *to);

/* The queue as an event's organisers see it. */
typedef struct {
        int64_t id, created_us, next_us, ended_us; /* ended_us: 0 while it waits */
        char *kind, *to, *state;                   /* "waiting", "sent", "refused" */
        char *reason;                              /* the relay's words about the last try, "" for none */
        int tries;
} QueuedMail;
void queued_mail_free(QueuedMail *mail);
typedef struct {
        int64_t waiting, sent, refused;
} QueueCount;
QueueCount mail_queue_count(Db *db, int64_t event);
/* Of a state, or of all ("" ), the latest first. (transfer full) of QueuedMail */
GPtrArray *mail_queue(Db *db, int64_t event, const char *state, int64_t offset, int64_t limit);
/* Sends one (0: all that wait or were refused) of the event's mails again as soon as the sender turns; how many. */
int64_t mail_retry(Db *db, int64_t event, int64_t id);

/* Erases what was sent or refused more than 30 days ago: daily, by app. */
bool mail_expire(Db *db);
/* Where mails go and whose they are. */
typedef struct {
        const char *url;  /* "smtps://user:password@host", "smtp://host:25"; TLS is asked for, but not on loopback */
        const char *from; /* the server's own address: the relay must accept it; kept with the data */
} MailRelay;
typedef struct MailSender MailSender;
/* Starts the thread that empties the outbox; strings are copied. NULL with an error when `from` is no address or the
 * store refuses. */
MailSender *mail_sender_start(Store *store, const MailRelay *relay, GError **error);
/* Ends after the message under way. */
void mail_sender_stop(MailSender *sender);

extern const Route mail_routes[];
