/* Addresses that came from people or files, before they become links. Pure. */
#pragma once
#include <stdbool.h>

/* http, https, mailto, tel, or an address of this origin ("/…", "?…", "#…", "page/"). Refused: other schemes, "//host",
 * and what browsers would repair before they look: spaces, tabs, line ends, controls, \ (URL Standard, 4.4). */
bool url_is_safe(const char *url);
