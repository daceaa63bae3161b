/* For seal/ alone. */
#pragma once
#include "seal/seal.h"

#define SEAL_CHECK_CHARS 16  /* hexadecimal; the rest in base64url */
#define SEAL_PUBLIC_CHARS 87 /* a point of P-256, uncompressed */
#define SEAL_PROOF_CHARS 43  /* HMAC-SHA-256 */
#define SEAL_HANDED_CHARS 59 /* a key of 16 bytes, with nonce and tag */
#define SEAL_HANDED_MAX 600

extern const char *const seal_room_words[];

/* --- seal_store.c, on the writer's thread. room_id: of the whole, not of a part. */
/* The check of the room's key, "": none was made. (transfer full); NULL: failed. */
char *seal_store_load(Db *db, int64_t room_id);
bool seal_store_keep(Db *db, const LiveMoment *moment, const char *check);
