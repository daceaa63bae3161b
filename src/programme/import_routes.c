/* A programme file by the browser. */
#include "programme/programme_routes.h"

#include <string.h>

static void show_import_with(Request *req, const Event *event, const ImportReport *report, bool only_checked,
                             int status)
{
        const Lang *lang = request_lang(req);
        g_autoptr(GPtrArray) counts = report ? import_counts_text(&report->counts, lang) : NULL;
        Html *h = conference_page(req, event, EVENT_ORGANISE,
                                  &(Page){ .title = tr(lang, "Import a programme"), .no_index = true });
        import_view(h,
                    &(ImportPage){ .event = event, .report = report, .counts = counts, .only_checked = only_checked });
        page_end(req, h, status);
}

void show_import(Request *req, Db *db)
{
        g_autoptr(Event) event = event_of_request(req, db);
        if (event)
                show_import_with(req, event, NULL, false, 200);
}

/* Reads and checks before it takes the writer; answers with what was found, line by line. */
void import_upload(Request *req, Db *db)
{
        const Lang *lang = request_lang(req);
        Db *reader = store_read_begin(request_store(req));
        g_autoptr(Event) event = event_of_request(req, reader);
        store_read_end(request_store(req), reader);
        if (!event)
                return;
        const Upload *file = request_upload(req, "file");
        bool only_check = !strcmp(request_field(req, "act"), "check");
        g_autoptr(ImportReport) report = NULL;
        if (file && file->size_bytes) {
                report = import_run(request_store(req),
                                    &(ImportRequest){ .path = file->path,
                                                      .slug = event->slug,
                                                      .lang = event->lang,
                                                      .only_check = only_check },
                                    lang);
        } else {
                report = g_new0(ImportReport, 1);
                report->notices = g_ptr_array_new_with_free_func(g_free);
                report->fault = g_strdup(tr(lang, "Choose a file first."));
        }
        show_import_with(req, event, report, only_check, report->fault ? 422 : 200);
}
