/* The inside of upload/, for it alone. */
#pragma once
#include "programme/programme.h"
#include "record/record.h"
#include "upload/upload.h"

enum {
        KEY_CHARS = 32,
        NAME_CHARS = 120,
        OPEN_MAX = 5,          /* of an event: files under way at once */
        CHUNK_BYTES = 1 << 20, /* of one PATCH: as much as anybody may send */
        SHOWN_MAX = 50,        /* rows of the page */
};
#define FILE_BYTES_MAX (INT64_C(20) << 30)
#define PLAIN_BYTES_MAX (INT64_C(60) << 20) /* of a form without script: what nginx lets pass there */
#define SPARE_BYTES (INT64_C(1) << 30)      /* of the disk, left free for rooms that record */

typedef enum { UPLOAD_RECEIVING, UPLOAD_WAITING, UPLOAD_DONE, UPLOAD_REFUSED } UploadState;
typedef struct {
        int64_t id, event, talk, size, received, length_us, made_us;
        char *key, *name;   /* name: of the file, as it was called there */
        char *code, *title; /* of the session */
        UploadState state;
        ConvertFault fault;
        bool anew;
} Film;
void film_free(gpointer film);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Film, film_free)

/* --- upload_rules.c: pure ------------------------------------------------------------------------------------------
 */
/* A whole number of bytes as tus headers write it: digits alone. -1: it is none. */
int64_t upload_number(const char *text);
/* The file's name out of Upload-Metadata ("filename BASE64,filetype BASE64"). (transfer full); NULL: none is said. */
char *upload_metadata_name(const char *header);
/* A name as it is shown: its last part, valid, 120 characters at most; "film" when nothing is left. (transfer full) */
char *upload_name(const char *name);
bool upload_key_is_sound(const char *key);
/* How much of the disk a file needs from its first byte to its replay, beyond what it has: itself and its pieces, then
 * its pieces and the one file to download, for which it has made room. */
int64_t upload_needs(int64_t size, int64_t received);
int upload_percent(const Film *film);
/* A source word for tr(). */
const char *upload_fault_text(ConvertFault fault);

/* --- upload_files.c ------------------------------------------------------------------------------------------------
 */
/* uploads/KEY of the data folder; its file; the recording that is being made. (transfer full) */
char *upload_folder(const Store *store, const char *key);
char *upload_file(const Store *store, const char *key);
char *upload_film(const Store *store, const char *key);
char *upload_new_key(void);
bool upload_make_place(const Store *store, const char *key);
int64_t upload_free_bytes(const Store *store);
/* Writes at this place and has it on the disk. 0, or errno; a file that is shorter than that place is EIO. */
int upload_write(const Store *store, const char *key, int64_t offset, const void *bytes, size_t size);
/* Removes the folders without a row. */
void upload_tidy(Store *store);

/* --- upload_store.c ------------------------------------------------------------------------------------------------
 */
Film *upload_store_by_key(Db *db, const char *key);
Film *upload_store_by_id(Db *db, int64_t event, int64_t id);
/* One that was begun with the same file for the same session. */
Film *upload_store_begun(Db *db, int64_t talk, const char *name, int64_t size);
/* The first that waits. */
Film *upload_store_waiting(Db *db);
/* The latest first. (transfer full) of Film */
GPtrArray *upload_store_list(Db *db, int64_t event);
bool upload_store_add(Db *db, const Film *film, int64_t account);
int64_t upload_store_open(Db *db, int64_t event); /* how many are under way */
int64_t upload_store_needs(Db *db);               /* what all those under way still need of the disk */
bool upload_store_size(Db *db, int64_t id, int64_t size, const char *name);
/* From the one number to the other, and false when it is another by now; with the last byte it waits to be made. */
bool upload_store_received(Db *db, int64_t id, int64_t before, int64_t now);
bool upload_store_progress(Db *db, int64_t id, int64_t made_us, int64_t length_us, bool anew);
bool upload_store_settle(Db *db, int64_t id, ConvertFault fault);
bool upload_store_remove(Db *db, int64_t id);
bool upload_store_has(Db *db, const char *key);
/* Sessions that a recording can be brought for, the earliest first: begun, and not kept from being recorded.
 * (transfer full) of Talk, without its texts: id, code, title, start_us */
GPtrArray *upload_store_talks(Db *db, int64_t event);

/* --- upload_maker.c ------------------------------------------------------------------------------------------------
 */
/* Something arrived, or was given up. Any thread, after the commit. */
void upload_maker_wake(UploadMaker *maker);

/* --- upload_tus.c: tus 1.0.0, core, creation, termination, expiration -----------------------------------------------
 */
void upload_create(Request *req, Db *unused);
void upload_receive(Request *req, Db *unused);
/* NULL: there is room for a file of that size; else why not, a source word. */
const char *upload_refusal(const Store *store, Db *db, int64_t event, int64_t size, int *ret_status);
