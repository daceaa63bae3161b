/* What needs the network: some seconds at most. */
#pragma once
#include "doctor/doctor_rules.h"

#include <curl/curl.h>

/* reason: CURL_ERROR_SIZE bytes. For curl_easy_cleanup(). */
CURL *net_request_new(const char *url, char *reason);
/* Says hello, signs in as the configuration says, sends nothing. NULL when it was taken, else the reason. (transfer
 * full) */
char *mail_relay_refuses(const char *url);
/* Our own address, as a browser meets it. The strings of *ret_facts live until ret_reason is freed. (transfer full) */
void origin_look(const char *origin, OriginFacts *ret_facts, char **ret_reason);
/* Asks for a relay with this user and password, and gives it back. ret_reason: of TURN_UNREACHED. (transfer full) */
TurnFault turn_look(const char *url, const char *user, const char *password, char **ret_reason);
