#include "backup/seal.h"

#include "backup/backup.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#define MAGIC "treteau-sealed-1"
#define MAGIC_SIZE 16
#define PIECE 65536
#define OVERHEAD crypto_secretstream_xchacha20poly1305_ABYTES
#define HEADER crypto_secretstream_xchacha20poly1305_HEADERBYTES

G_STATIC_ASSERT(SEAL_SALT_BYTES == crypto_pwhash_SALTBYTES);
G_STATIC_ASSERT(SEAL_KEY_BYTES == crypto_secretstream_xchacha20poly1305_KEYBYTES);

typedef struct {
        guint8 salt[SEAL_SALT_BYTES], key[SEAL_KEY_BYTES];
} SaltedKey;

struct SealKeys {
        char *words;
        GArray *made; /* of SaltedKey */
};

struct Sealer {
        int fd;
        bool sealed;
        crypto_secretstream_xchacha20poly1305_state state;
        guint8 plain[PIECE];
        size_t held; /* of plain */
};

struct Unsealer {
        int fd;
        bool sealed, ended;
        crypto_secretstream_xchacha20poly1305_state state;
        guint8 raw[PIECE + OVERHEAD], plain[PIECE];
        size_t ahead; /* bytes of an open file that were looked at for the magic, in raw */
        guint64 position;
};

SealKeys *seal_keys_new(const char *words)
{
        SealKeys *keys = g_new0(SealKeys, 1);
        keys->words = g_strdup(words);
        keys->made = g_array_new(FALSE, FALSE, sizeof(SaltedKey));
        return keys;
}

void seal_keys_free(SealKeys *keys)
{
        if (!keys)
                return;
        if (keys->words)
                sodium_memzero(keys->words, strlen(keys->words));
        if (keys->made->len > 0)
                sodium_memzero(keys->made->data, keys->made->len * sizeof(SaltedKey));
        g_free(keys->words);
        g_array_unref(keys->made);
        g_free(keys);
}

bool seal_keys_have_words(const SealKeys *keys)
{
        return keys && keys->words;
}

bool seal_keys_get(SealKeys *keys, const guint8 *salt, guint8 *ret_key, GError **error)
{
        for (guint i = 0; i < keys->made->len; i++) {
                const SaltedKey *made = &g_array_index(keys->made, SaltedKey, i);
                if (memcmp(made->salt, salt, SEAL_SALT_BYTES) == 0) {
                        memcpy(ret_key, made->key, SEAL_KEY_BYTES);
                        return true;
                }
        }
        SaltedKey made;
        memcpy(made.salt, salt, SEAL_SALT_BYTES);
        /* Costs are fixed by the format: those that a file could choose would be a way to exhaust memory. */
        if (crypto_pwhash(made.key, SEAL_KEY_BYTES, keys->words, strlen(keys->words), salt,
                          crypto_pwhash_OPSLIMIT_INTERACTIVE, crypto_pwhash_MEMLIMIT_INTERACTIVE,
                          crypto_pwhash_ALG_ARGON2ID13) != 0) {
                g_set_error(error, BACKUP_ERROR, BACKUP_ERROR_FAILED, "there is no memory to make the key with");
                return false;
        }
        g_array_append_val(keys->made, made);
        memcpy(ret_key, made.key, SEAL_KEY_BYTES);
        sodium_memzero(&made, sizeof made);
        return true;
}

guint64 seal_size(guint64 size)
{
        return MAGIC_SIZE + SEAL_SALT_BYTES + HEADER + size + OVERHEAD * MAX(1, (size + PIECE - 1) / PIECE);
}

static bool write_all(int fd, const void *bytes, size_t size, GError **error)
{
        for (const guint8 *at = bytes; size > 0;) {
                ssize_t written = write(fd, at, size);
                if (written < 0 && errno == EINTR)
                        continue;
                if (written <= 0) {
                        backup_set_errno(error, "the backup cannot be written");
                        return false;
                }
                at += written;
                size -= (size_t)written;
        }
        return true;
}

/* Reads until size bytes came or the file ends. -1 with an error. */
static gssize read_up_to(Unsealer *unsealer, guint8 *bytes, size_t size, GError **error)
{
        size_t got = 0;
        while (got < size) {
                ssize_t count = read(unsealer->fd, bytes + got, size - got);
                if (count < 0 && errno == EINTR)
                        continue;
                if (count < 0) {
                        backup_set_errno(error, "the backup cannot be read");
                        return -1;
                }
                if (count == 0)
                        break;
                got += (size_t)count;
        }
        unsealer->position += got;
        return (gssize)got;
}

static bool begin_sealing(Sealer *sealer, SealKeys *keys, const guint8 *shared_salt, GError **error)
{
        guint8 salt[SEAL_SALT_BYTES], header[HEADER], key[SEAL_KEY_BYTES];
        randombytes_buf(salt, sizeof salt);
        if (shared_salt)
                memcpy(salt, shared_salt, sizeof salt);
        if (!seal_keys_get(keys, salt, key, error))
                return false;
        crypto_secretstream_xchacha20poly1305_init_push(&sealer->state, header, key);
        sodium_memzero(key, sizeof key);
        sealer->sealed = true;
        return write_all(sealer->fd, MAGIC, MAGIC_SIZE, error) && write_all(sealer->fd, salt, sizeof salt, error) &&
               write_all(sealer->fd, header, sizeof header, error);
}

Sealer *sealer_new(int fd, SealKeys *keys, const guint8 *salt, GError **error)
{
        g_autoptr(Sealer) sealer = g_new0(Sealer, 1);
        sealer->fd = fd;
        if (seal_keys_have_words(keys) && !begin_sealing(sealer, keys, salt, error))
                return NULL;
        return g_steal_pointer(&sealer);
}

static bool push(Sealer *sealer, guint8 tag, GError **error)
{
        guint8 raw[PIECE + OVERHEAD];
        unsigned long long size = 0;
        crypto_secretstream_xchacha20poly1305_push(&sealer->state, raw, &size, sealer->plain, sealer->held, NULL, 0,
                                                   tag);
        sealer->held = 0;
        return write_all(sealer->fd, raw, size, error);
}

bool sealer_write(Sealer *sealer, const void *bytes, size_t size, GError **error)
{
        if (!sealer->sealed)
                return write_all(sealer->fd, bytes, size, error);
        for (const guint8 *at = bytes; size > 0;) {
                if (sealer->held == PIECE && !push(sealer, 0, error))
                        return false;
                size_t taken = MIN(size, PIECE - sealer->held);
                memcpy(sealer->plain + sealer->held, at, taken);
                sealer->held += taken;
                at += taken;
                size -= taken;
        }
        return true;
}

bool sealer_end(Sealer *sealer, GError **error)
{
        return !sealer->sealed || push(sealer, crypto_secretstream_xchacha20poly1305_TAG_FINAL, error);
}

void sealer_free(Sealer *sealer)
{
        if (!sealer)
                return;
        sodium_memzero(sealer, sizeof *sealer);
        g_free(sealer);
}

static bool begin_unsealing(Unsealer *unsealer, SealKeys *keys, GError **error)
{
        guint8 salt[SEAL_SALT_BYTES], header[HEADER], key[SEAL_KEY_BYTES];
        unsealer->sealed = true;
        unsealer->ahead = 0;
        if (!seal_keys_have_words(keys)) {
                g_set_error(error, BACKUP_ERROR, BACKUP_ERROR_KEY,
                            "this backup is encrypted: say where its key is, with --key-file FILE");
                return false;
        }
        gssize got = read_up_to(unsealer, salt, sizeof salt, error);
        gssize header_got = got < 0 ? -1 : read_up_to(unsealer, header, sizeof header, error);
        if (header_got < 0)
                return false;
        if (got != sizeof salt || header_got != sizeof header) {
                g_set_error(error, BACKUP_ERROR, BACKUP_ERROR_DAMAGED,
                            "this backup is cut short at its very beginning");
                return false;
        }
        if (!seal_keys_get(keys, salt, key, error))
                return false;
        bool good = crypto_secretstream_xchacha20poly1305_init_pull(&unsealer->state, header, key) == 0;
        sodium_memzero(key, sizeof key);
        if (!good)
                g_set_error(error, BACKUP_ERROR, BACKUP_ERROR_DAMAGED, "this backup is damaged at its very beginning");
        return good;
}

Unsealer *unsealer_new(int fd, SealKeys *keys, GError **error)
{
        g_autoptr(Unsealer) unsealer = g_new0(Unsealer, 1);
        unsealer->fd = fd;
        gssize got = read_up_to(unsealer, unsealer->raw, MAGIC_SIZE, error);
        if (got < 0)
                return NULL;
        unsealer->ahead = (size_t)got;
        if (got == MAGIC_SIZE && memcmp(unsealer->raw, MAGIC, MAGIC_SIZE) == 0 &&
            !begin_unsealing(unsealer, keys, error))
                return NULL;
        return g_steal_pointer(&unsealer);
}

Unsealer *unsealer_new_open(int fd)
{
        Unsealer *unsealer = g_new0(Unsealer, 1);
        unsealer->fd = fd;
        return unsealer;
}

bool unsealer_is_sealed(const Unsealer *unsealer)
{
        return unsealer->sealed;
}

guint64 unsealer_position(const Unsealer *unsealer)
{
        return unsealer->position;
}

static gssize read_open(Unsealer *unsealer, const void **ret_bytes, GError **error)
{
        size_t ahead = unsealer->ahead;
        unsealer->ahead = 0;
        gssize got = read_up_to(unsealer, unsealer->raw + ahead, PIECE - ahead, error);
        *ret_bytes = unsealer->raw;
        return got < 0 ? -1 : got + (gssize)ahead;
}

static gssize read_sealed(Unsealer *unsealer, const void **ret_bytes, GError **error)
{
        if (unsealer->ended)
                return 0;
        bool first = unsealer->position <= MAGIC_SIZE + crypto_pwhash_SALTBYTES + HEADER;
        gssize got = read_up_to(unsealer, unsealer->raw, sizeof unsealer->raw, error);
        if (got < 0)
                return -1;
        unsigned long long size = 0;
        guint8 tag = 0, more;
        if (got < (gssize)OVERHEAD ||
            crypto_secretstream_xchacha20poly1305_pull(&unsealer->state, unsealer->plain, &size, &tag, unsealer->raw,
                                                       (unsigned long long)got, NULL, 0) != 0) {
                if (first && got >= (gssize)OVERHEAD)
                        g_set_error(error, BACKUP_ERROR, BACKUP_ERROR_KEY,
                                    "this key does not open this backup, or the backup is damaged");
                else
                        g_set_error(error, BACKUP_ERROR, BACKUP_ERROR_DAMAGED, "this backup is damaged or cut short");
                return -1;
        }
        unsealer->ended = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
        if (unsealer->ended && read_up_to(unsealer, &more, 1, NULL) != 0) {
                g_set_error(error, BACKUP_ERROR, BACKUP_ERROR_DAMAGED, "something follows the end of this backup");
                return -1;
        }
        if (size == 0 && !unsealer->ended)
                return read_sealed(unsealer, ret_bytes, error);
        *ret_bytes = unsealer->plain;
        return (gssize)size;
}

gssize unsealer_read(Unsealer *unsealer, const void **ret_bytes, GError **error)
{
        return unsealer->sealed ? read_sealed(unsealer, ret_bytes, error) : read_open(unsealer, ret_bytes, error);
}

void unsealer_free(Unsealer *unsealer)
{
        if (!unsealer)
                return;
        sodium_memzero(unsealer, sizeof *unsealer);
        g_free(unsealer);
}
