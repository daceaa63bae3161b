/* A programme file by the browser: looked at first, line by line, then imported by one button, or left. */
#include "programme/formats/draft_store.h"
#include "programme/formats/preview.h"
#include "programme/formats/schedule_format.h"
#include "programme/import_job.h"
#include "programme/programme_routes.h"

#include <string.h>

#define ROWS_PER_PAGE 20
#define PREVIEW_MAX_BYTES ((size_t)64 * 1024 * 1024) /* of 20,000 rows, each capped by its reader */

static void show_import_page(Request *req, const ImportPage *view, int status)
{
        Html *h = conference_page(req, view->event, EVENT_ORGANISE,
                                  &(Page){ .title = tr(request_lang(req), "Import a programme"), .no_index = true });
        import_view(h, view);
        page_end(req, h, status);
}

static void show_import_with(Request *req, const Event *event, const ImportReport *report, int status)
{
        g_autoptr(GPtrArray) counts = import_counts_text(&report->counts, request_lang(req));
        show_import_page(req,
                         &(ImportPage){ .event = event,
                                        .done = true,
                                        .fault = report->fault,
                                        .counts = counts,
                                        .notes = report->notices },
                         status);
}

void show_import(Request *req, Db *db)
{
        g_autoptr(Event) event = event_of_request(req, db);
        if (event)
                show_import_page(req, &(ImportPage){ .event = event }, 200);
}

static ImportRequest import_request(const Request *req, const Event *event, GBytes *bytes)
{
        return (ImportRequest){
                .bytes = bytes, .slug = event->slug, .lang = event->lang, .origin = request_origin(req)
        };
}

static void show_fault(Request *req, const Event *event, ImportReport *report, const char *sentence)
{
        if (sentence)
                report->fault = g_strdup(sentence);
        show_import_with(req, event, report, 422);
}

/* Puts the file aside with what it would do, and leads to its preview. */
static void keep_draft(Request *req, const Event *event, const char *name, GBytes *bytes, const Import *import)
{
        Store *store = request_store(req);
        g_autoptr(GBytes) packed = import_draft_pack(bytes);
        g_autoptr(Preview) preview = preview_new(import, request_lang(req));
        char *text = preview_to_text(preview);
        g_autoptr(GBytes) plain = text ? g_bytes_new_take(text, strlen(text)) : NULL;
        g_autoptr(GBytes) rows = plain ? import_draft_pack(plain) : NULL;
        g_autoptr(GError) error = NULL;
        Db *db = store_write_begin(store, WRITE_PAGE);
        g_autofree char *token =
                packed ? import_draft_keep(db, event->id, request_account(req), name, packed, rows) : NULL;
        if (store_write_end(store, db, token != NULL, &error) && token)
                respond_redirect(req, "/%s/organise/import/%s/", event->slug, token);
        else
                respond_store_error(req, error);
}

static Event *event_alone(Request *req)
{
        Db *reader = store_read_begin(request_store(req));
        Event *event = event_of_request(req, reader);
        store_read_end(request_store(req), reader);
        return event;
}

/* Hands it over to the runner of long work, and leads to the page that says how far it is. */
static void begin_work(Request *req, const Event *event, ImportWork work)
{
        Store *store = request_store(req);
        work.event = event->id;
        work.account = request_account(req);
        work.origin = (char *)request_origin(req);
        g_autoptr(GError) error = NULL;
        Db *db = store_write_begin(store, WRITE_PAGE);
        int64_t job = work.packed ? import_work_add(db, &work, lang_code(request_lang(req))) : 0;
        bool busy = !job && work.packed && !db_failed(db);
        if (!store_write_end(store, db, job > 0, &error) || (!job && !busy)) {
                respond_store_error(req, error);
                return;
        }
        if (busy) {
                respond_error(req, 409,
                              tr(request_lang(req),
                                 "Another import of this event is under way. Send yours again when it "
                                 "has ended: see “Long work”."));
                return;
        }
        job_runner_wake(job_runner_of(req));
        respond_redirect(req, "/%s/organise/jobs/%" G_GINT64_FORMAT "/", event->slug, job);
}

static void begin_upload(Request *req, const Event *event, const Upload *file, GBytes *bytes)
{
        g_autoptr(GBytes) packed = import_draft_pack(bytes);
        bool check = !strcmp(request_field(req, "act"), "check");
        begin_work(req, event,
                   (ImportWork){ .act = check ? IMPORT_ACT_CHECK : IMPORT_ACT_IMPORT,
                                 .name = (char *)(file->file_name ? file->file_name : ""),
                                 .seal = (char *)"",
                                 .token = (char *)"",
                                 .packed = packed });
}

/* Reads and checks before it takes the writer. A table is always looked at first: its columns may be taken for others.
 */
void import_upload(Request *req, Db *db)
{
        const Lang *lang = request_lang(req);
        g_autoptr(Event) event = event_alone(req);
        if (!event)
                return;
        const Upload *file = request_upload(req, "file");
        g_autoptr(ImportReport) report = import_report_new();
        if (!file || !file->size_bytes) {
                show_fault(req, event, report, tr(lang, "Choose a file first."));
                return;
        }
        g_autoptr(GBytes) bytes = import_file_read(file->path, lang, &report->fault);
        if (bytes && import_is_long(bytes)) {
                begin_upload(req, event, file, bytes);
                return;
        }
        ImportRequest request = import_request(req, event, bytes);
        g_autoptr(Import) import = bytes ? import_open(request_store(req), &request, lang, report) : NULL;
        if (!import) {
                show_fault(req, event, report, NULL);
                return;
        }
        bool look_first = !strcmp(request_field(req, "act"), "check") || import->programme->partial;
        if (look_first) {
                keep_draft(req, event, file->file_name ? file->file_name : "", bytes, import);
                return;
        }
        import_keep(request_store(req), import, lang, report);
        show_import_with(req, event, report, report->fault ? 422 : 200);
}

static void show_preview(Request *req, const Event *event, const ImportDraft *draft, const Preview *preview,
                         const char *fault, int status)
{
        const Lang *lang = request_lang(req);
        int64_t page = page_of_request(req);
        PagerTabs tabs;
        pager_fill(&tabs, "", preview->rows->len, ROWS_PER_PAGE, page, lang);
        guint first = (guint)MIN((page - 1) * ROWS_PER_PAGE, (int64_t)preview->rows->len);
        Html *h = conference_page(req, event, EVENT_ORGANISE,
                                  &(Page){ .title = tr(lang, "What the import would do"), .no_index = true });
        preview_view(h, &(PreviewPage){ .event = event,
                                        .name = draft->name,
                                        .fault = fault,
                                        .preview = preview,
                                        .counts = preview->totals,
                                        .rows = &g_array_index(preview->rows, PreviewRow, first),
                                        .row_count = MIN(preview->rows->len - first, ROWS_PER_PAGE),
                                        .changes = preview->counts[PREVIEW_NEW] + preview->counts[PREVIEW_CHANGED],
                                        .first_page = page == 1,
                                        .pager = &tabs.pager });
        page_end(req, h, status);
        pager_clear(&tabs);
}

static const char *changed_since(const Lang *lang)
{
        return tr(lang, "The programme changed since you looked. This is what the import would do now.");
}

static ImportDraft *find_draft(Request *req, Db *db, const Event *event)
{
        ImportDraft *draft = import_draft_find(db, event->id, request_account(req), request_param(req, "token"));
        if (!draft)
                respond_not_found(req);
        return draft;
}

/* As it was made when the file came, while the event is as it was then; else NULL. */
static Preview *kept_preview(Request *req, Db *db, const Event *event, const ImportDraft *draft)
{
        g_autoptr(GBytes) text = draft->preview ? import_draft_unpack(draft->preview, PREVIEW_MAX_BYTES) : NULL;
        gsize size = 0;
        const char *bytes = text ? g_bytes_get_data(text, &size) : NULL;
        g_autoptr(Preview) preview = bytes ? preview_from_text(bytes, size) : NULL;
        g_autofree char *state = import_state(db, event->id);
        bool holds = preview && !strcmp(preview->state, state) && !strcmp(preview->lang, lang_code(request_lang(req)));
        return holds ? g_steal_pointer(&preview) : NULL;
}

static Import *open_draft(Request *req, const Event *event, const ImportDraft *draft, ImportReport *report)
{
        g_autoptr(GBytes) bytes = import_draft_unpack(draft->packed, SCHEDULE_MAX_BYTES + 1);
        ImportRequest request = import_request(req, event, bytes);
        if (bytes)
                return import_open(request_store(req), &request, request_lang(req), report);
        report->fault =
                g_strdup(tr(request_lang(req), "The file that was kept cannot be read any more: choose it again."));
        return NULL;
}

/* What is shown is what would be done now: when the programme changed since the file came, the file is read anew. */
void show_import_preview(Request *req, Db *db)
{
        g_autoptr(Event) event = event_of_request(req, db);
        g_autoptr(ImportDraft) draft = event ? find_draft(req, db, event) : NULL;
        if (!draft)
                return;
        g_autoptr(Preview) preview = kept_preview(req, db, event, draft);
        if (!preview) {
                g_autoptr(ImportReport) report = import_report_new();
                g_autoptr(Import) import = open_draft(req, event, draft, report);
                if (!import) {
                        show_fault(req, event, report, NULL);
                        return;
                }
                preview = preview_new(import, request_lang(req));
        }
        bool changed = *request_query(req, "changed");
        show_preview(req, event, draft, preview, changed ? changed_since(request_lang(req)) : NULL, 200);
}

static void forget_draft(Request *req)
{
        Db *db = store_write_begin(request_store(req), WRITE_PAGE);
        import_draft_forget(db, request_param(req, "token"));
        store_write_end(request_store(req), db, true, NULL);
}

/* Exactly what was shown: the seal of the page is that of what would be done, and the store is asked once more whether
 * it is as it was, in the turn that writes. */
void import_apply_preview(Request *req, Db *none)
{
        const Lang *lang = request_lang(req);
        g_autoptr(Event) event = event_alone(req);
        if (!event)
                return;
        Db *db = store_read_begin(request_store(req));
        g_autoptr(ImportDraft) draft = find_draft(req, db, event);
        store_read_end(request_store(req), db);
        if (!draft)
                return;
        g_autoptr(GBytes) bytes = import_draft_unpack(draft->packed, SCHEDULE_MAX_BYTES + 1);
        if (bytes && import_is_long(bytes)) {
                begin_work(req, event,
                           (ImportWork){ .act = IMPORT_ACT_SEEN,
                                         .name = draft->name,
                                         .seal = (char *)request_field(req, "seal"),
                                         .token = (char *)request_param(req, "token"),
                                         .packed = draft->packed });
                return;
        }
        g_autoptr(ImportReport) report = import_report_new();
        g_autoptr(Import) import = open_draft(req, event, draft, report);
        if (!import) {
                show_fault(req, event, report, NULL);
                return;
        }
        g_autoptr(Preview) preview = preview_new(import, lang);
        bool same = !strcmp(preview->seal, request_field(req, "seal"));
        if (same)
                import_keep(request_store(req), import, lang, report);
        if (!same) {
                show_preview(req, event, draft, preview, changed_since(lang), 409);
                return;
        }
        if (report->kept)
                forget_draft(req);
        show_import_with(req, event, report, report->fault ? 422 : 200);
}

/* Of long work: the page that a short import answers with. What was only looked at has its preview. */
void show_import_result(Request *req, Db *db)
{
        g_autoptr(Event) event = event_of_request(req, db);
        guint64 job = 0;
        if (!event)
                return;
        g_ascii_string_to_unsigned(request_param(req, "job"), 10, 1, INT64_MAX, &job, NULL);
        g_autoptr(ImportWork) work = job ? import_work_find(db, (int64_t)job) : NULL;
        if (!work || work->event != event->id) {
                respond_not_found(req);
                return;
        }
        g_autoptr(ImportResult) result = import_result_read(work->report);
        if (!result || import_work_is_open(db, (int64_t)job))
                respond_redirect(req, "/%s/organise/jobs/%" G_GUINT64_FORMAT "/", event->slug, job);
        else if (result->token)
                respond_redirect(req, "/%s/organise/import/%s/%s", event->slug, result->token,
                                 result->changed ? "?changed=1" : "");
        else
                show_import_page(req,
                                 &(ImportPage){ .event = event,
                                                .done = true,
                                                .fault = result->fault,
                                                .counts = result->lines,
                                                .notes = result->notes },
                                 200);
}
