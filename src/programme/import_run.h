/* From a file on disk to the store, for the command and for the browser. Private to programme/. */
#pragma once
#include "programme/import.h"

typedef struct {
        const char *path; /* NULL: bytes */
        GBytes *bytes;
        const char *slug;
        const char *origin; /* for the links of invitations; NULL: nobody is invited */
        const char *zone;   /* NULL: the event's, else Europe/Paris */
        const char *lang;   /* of a new event */
        bool publish, only_check;
} ImportRequest;

typedef struct {
        bool kept;   /* written; false too when it was only checked */
        char *fault; /* why nothing was or would be written, in the reader's language; NULL when nothing is wrong */
        GPtrArray *notices; /* char *: what could not be kept, in the reader's language */
        ImportCounts counts;
        char *title; /* of the event in the store */
} ImportReport;

/* Everything that needs no turn of the writer. NULL, and the report's fault, when the file is refused. */
ImportReport *import_report_new(void);
Import *import_open(Store *store, const ImportRequest *request, const Lang *lang, ImportReport *report);
/* Writes it, in a turn of its own. */
void import_keep(Store *store, Import *import, const Lang *lang, ImportReport *report);
/* The same, and something else in that turn: false there keeps neither. NULL for none. */
void import_keep_with(Store *store, Import *import, const Lang *lang, ImportReport *report,
                      bool (*also)(Db *db, gpointer owner), gpointer owner);
/* The file, at most so large that its reader tells that it is too large. (transfer full) */
GBytes *import_file_read(const char *path, const Lang *lang, char **ret_fault);
ImportReport *import_run(Store *store, const ImportRequest *request, const Lang *lang);
void import_report_free(ImportReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImportReport, import_report_free)
/* "773 sessions: 773 new" and the like, one line each. (transfer full) of char * */
GPtrArray *import_counts_text(const ImportCounts *counts, const Lang *lang);
