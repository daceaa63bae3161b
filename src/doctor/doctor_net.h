/* What needs the network: some seconds at most. */
#pragma once
#include "doctor/doctor_rules.h"

/* Says hello, signs in as the configuration says, sends nothing. NULL when it was taken, else the reason. (transfer
 * full) */
char *mail_relay_refuses(const char *url);
/* Our own address, as a browser meets it. The strings of *ret_facts live until ret_reason is freed. (transfer full) */
void origin_look(const char *origin, OriginFacts *ret_facts, char **ret_reason);
