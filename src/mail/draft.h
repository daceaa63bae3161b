/* A mail as the outbox keeps it until it is sent: its fields, and what makes its Message-ID and Date the same at every
 * try. Composing by MIME costs more than all else of a registration, so it waits for the sender. Private to mail/. */
#pragma once
#include "mail/compose.h"

/* One line of JSON; NULL when an address is not one. (transfer full) */
char *draft_write(const Mail *mail, const Envelope *envelope);
/* The whole message of a draft, or of an older row that holds one; "" for NULL or nonsense. (transfer full) */
char *draft_compose(const char *draft);
