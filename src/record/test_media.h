/* For tests of recordings: what ffmpeg makes of them, and pictures that it encodes. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* Runs a command; its output, ended by a zero that is not counted. Both may be NULL. */
bool run(const char *const *arguments, char **ret_output, gsize *ret_length);
/* Output of a command of the shell; fails the test when the command fails. (transfer full) */
char *shell(const char *format, ...) G_GNUC_PRINTF(1, 2);
/* A number that a command wrote. Takes the text. */
double number(char *text);

/* An H.264 stream as access units, split at the delimiters that ffmpeg was told to put in. (transfer full) of GBytes */
GPtrArray *split_units(const uint8_t *bytes, gsize length);
bool unit_is_key(GBytes *unit);

/* Seconds of the first flash and beep at or after from_s, in a file as a player shows it; NAN when there is none. */
double first_flash(const char *path, double from_s);
double first_beep(const char *path, double from_s);
