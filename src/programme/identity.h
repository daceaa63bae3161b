/* Names that stay: identifiers derived from what a file says, so that importing it again finds the same things.
 * Pure; no randomness, no clock. */
#pragma once
#include <glib.h>
#include <stdbool.h>

/* RFC 9562 5.5: a name-based UUID (SHA-1). space is a UUID of 36 characters or an invalid one, then Tréteau's own space
 * is used. (transfer full) */
char *guid_derive(const char *space, const char *name);
/* 8-4-4-4-12 hexadecimal digits. */
bool guid_is_valid(const char *text);
/* Six of [0-9A-Z], without letters that are read for others; attempt 0, 1, 2 … gives others for the same seed. */
void code_derive(const char *seed, unsigned attempt, char ret_code[7]);
bool code_is_valid(const char *text);
/* Lower-case letters, digits and hyphens of an address: "Grande scène" → "grande-scene". Unlike any in taken (a set),
 * to which it is added; fallback is used when nothing is left of the name. (transfer full) */
char *slug_derive(const char *name, const char *fallback, GHashTable *taken);
