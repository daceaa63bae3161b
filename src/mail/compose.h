/* One message by the book (RFC 5322, RFC 2045 to 2047), by GMime. Pure; any thread. */
#pragma once
#include "mail/mail.h"

/* What the letter does not say of itself: who sends it and when. */
typedef struct {
        const char *from; /* the server's address */
        const char *id;   /* left part of the Message-ID; its right part is the domain of `from` */
        int64_t date_us;
} Envelope;

/* The whole message with CRLF line ends, yours to free; NULL when an address is not one (see mail/address.h), which
 * is a fault of the caller and is never sent. */
char *mail_compose(const Mail *mail, const Envelope *envelope);

/* What a reader of the stored message sees: the demo's outbox. */
typedef struct {
        char *from, *to, *subject, *text, *calendar; /* calendar: NULL when there is none */
} Letter;
Letter *letter_read(const char *message);
void letter_free(Letter *letter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Letter, letter_free)
