/* The outermost layer of a backup: bytes to a file and back, encrypted when there is a key.
 *
 * Encrypted: "treteau-sealed-1", 16 bytes of salt, libsodium's secretstream header, then pieces of 64 KiB
 * (XChaCha20-Poly1305), of which the last is marked as such: what is cut short or changed anywhere is refused. The key
 * is made from the words of a key file by Argon2id. Private to backup/. */
#pragma once
#include <glib.h>
#include <stdbool.h>

#define SEAL_SALT_BYTES 16
#define SEAL_KEY_BYTES 32

/* The words of a key file with the keys that were made of them, one for each salt met: Argon2id takes its time, and the
 * files of a pool are many. Of one thread. */
typedef struct SealKeys SealKeys;
/* words: NULL for none. */
SealKeys *seal_keys_new(const char *words);
bool seal_keys_have_words(const SealKeys *keys);
bool seal_keys_get(SealKeys *keys, const guint8 *salt, guint8 *ret_key, GError **error);
void seal_keys_free(SealKeys *keys);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SealKeys, seal_keys_free)

typedef struct Sealer Sealer;
/* keys without words leave the bytes as they are. fd stays the caller's. salt: NULL for one of its own; files that
 * share one still differ by their headers. */
Sealer *sealer_new(int fd, SealKeys *keys, const guint8 *salt, GError **error);
bool sealer_write(Sealer *sealer, const void *bytes, size_t size, GError **error);
/* The end mark; nothing may follow. */
bool sealer_end(Sealer *sealer, GError **error);
void sealer_free(Sealer *sealer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sealer, sealer_free)

typedef struct Unsealer Unsealer;
/* Looks at the first bytes: a sealed file needs its words, an open one needs none. Keys stay the caller's. */
Unsealer *unsealer_new(int fd, SealKeys *keys, GError **error);
/* As it is, whatever its first bytes are: of a file whose name says so. */
Unsealer *unsealer_new_open(int fd);
bool unsealer_is_sealed(const Unsealer *unsealer);
/* The next bytes, which live until the next call; 0 at the end, -1 with an error. */
gssize unsealer_read(Unsealer *unsealer, const void **ret_bytes, GError **error);
/* How many bytes of the file were read so far. */
guint64 unsealer_position(const Unsealer *unsealer);
/* How long a file of so many bytes is when it is sealed. */
guint64 seal_size(guint64 size);
void unsealer_free(Unsealer *unsealer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Unsealer, unsealer_free)
