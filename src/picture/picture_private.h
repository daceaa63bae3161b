/* Private to picture/. */
#pragma once
#include "picture/fault.h"
#include "picture/picture.h"

struct PictureDraft {
        char *hash;                  /* of the big one */
        const char *ending;          /* "jpg" or "png" */
        char *big_path, *small_path; /* temporary files; removed with the draft */
        char *folder;                /* where they are to go */
        int width, height, small_width, small_height;
        int64_t bytes;
};

/* "HASH.jpg", "HASH-320.png": nothing else is an address of a picture. */
bool picture_name_is_sound(const char *name);
/* What the child said, checked: true when it is a picture of bounded size. */
bool picture_answer_read(const char *line, PictureDraft *draft, PictureFault *ret_fault);
/* The child's work: in → two files. */
PictureFault picture_run(int in, int big, int small, PictureDraft *draft);
/* "HASH.jpg" → "HASH-320.jpg" (transfer full) */
char *picture_small_name(const char *file);
/* The other way round; a big one's stays. (transfer full) */
char *picture_big_name(const char *file);
char *picture_folder(const Store *store);
/* Puts the files of a draft where they stay. In the writer's turn. */
bool picture_draft_place(const PictureDraft *draft, const char *file);

/* Names of files whose last row is gone, at most limit; committed ones when db is a reader. (transfer full) */
GPtrArray *picture_store_gone(Db *db, int64_t limit);
bool picture_store_has(Db *db, const char *file);
/* Of the files of a folder, those that no row has: what a turn of the writer left that was undone. At most limit. */
GPtrArray *picture_store_strays(Db *db, const char *folder, int limit);
bool picture_store_forget_gone(Db *db, const char *file);
