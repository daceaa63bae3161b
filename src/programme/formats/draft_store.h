/* Files that were looked at and may be imported. Private to programme/. */
#pragma once
#include "store/db.h"

typedef struct {
        char *name;
        GBytes *packed;  /* the file: import_draft_unpack() */
        GBytes *preview; /* packed too; NULL: none is kept */
} ImportDraft;
void import_draft_free(ImportDraft *draft);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImportDraft, import_draft_free)

/* In two steps, so that compressing takes nobody's turn. NULL on failure. (transfer full) */
GBytes *import_draft_pack(GBytes *bytes);
GBytes *import_draft_unpack(GBytes *packed, size_t size_max);
/* The one before of the same person and event goes; so do those of yesterday. preview: packed, may be NULL.
 * (transfer full): its token, NULL when the store refused. */
char *import_draft_keep(Db *db, int64_t event, int64_t account, const char *name, GBytes *packed, GBytes *preview);
/* Of that event and person alone; NULL when there is none. */
ImportDraft *import_draft_find(Db *db, int64_t event, int64_t account, const char *token);
bool import_draft_forget(Db *db, const char *token);
