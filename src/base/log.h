/* One line per event on standard error: level, what, ids as key=value. Never personal data (no name, address or text of
 * a person). Low layers do not log: handlers and loops do, once. */
#pragma once
#include <glib.h>

void log_info(const char *format, ...) G_GNUC_PRINTF(1, 2);
void log_warn(const char *format, ...) G_GNUC_PRINTF(1, 2);
