/* The outermost layer of a backup: bytes to a file and back, encrypted when there is a key.
 *
 * Encrypted: "treteau-sealed-1", 16 bytes of salt, libsodium's secretstream header, then pieces of 64 KiB
 * (XChaCha20-Poly1305), of which the last is marked as such: what is cut short or changed anywhere is refused. The key
 * is made from the words of a key file by Argon2id. Private to backup/. */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef struct Sealer Sealer;
/* words: NULL leaves the bytes as they are. fd stays the caller's. */
Sealer *sealer_new(int fd, const char *words, GError **error);
bool sealer_write(Sealer *sealer, const void *bytes, size_t size, GError **error);
/* The end mark; nothing may follow. */
bool sealer_end(Sealer *sealer, GError **error);
void sealer_free(Sealer *sealer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sealer, sealer_free)

typedef struct Unsealer Unsealer;
/* Looks at the first bytes: a sealed file needs its words, an open one needs none. */
Unsealer *unsealer_new(int fd, const char *words, GError **error);
bool unsealer_is_sealed(const Unsealer *unsealer);
/* The next bytes, which live until the next call; 0 at the end, -1 with an error. */
gssize unsealer_read(Unsealer *unsealer, const void **ret_bytes, GError **error);
/* How many bytes of the file were read so far. */
guint64 unsealer_position(const Unsealer *unsealer);
void unsealer_free(Unsealer *unsealer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Unsealer, unsealer_free)
