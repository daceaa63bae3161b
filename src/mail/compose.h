/* One message by the book (RFC 5322, RFC 2045 to 2047), by GMime. Pure; any thread. */
#pragma once
#include "mail/mail.h"

/* What the letter does not say of itself: who sends it and when. */
typedef struct {
        const char *from; /* the server's address */
        const char *id;   /* left part of the Message-ID; its right part is the domain of `from` */
        int64_t date_us;
} Envelope;

/* Whether its addresses are addresses (see mail/address.h); what is not would be the caller's fault and is never sent.
 */
bool mail_can_compose(const Mail *mail, const Envelope *envelope);
/* The whole message with CRLF line ends, yours to free; NULL when an address is not one. */
char *mail_compose(const Mail *mail, const Envelope *envelope);

/* GMime, once in the process. */
void gmime_start(void);
/* Valid UTF-8 with LF line ends; GMime writes them as CRLF. (transfer full) */
char *clean_body(const char *text);
