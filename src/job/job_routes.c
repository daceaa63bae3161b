#include "job/job_views.h"

#include "base/log.h"
#include "base/time.h"
#include "base/when.h"
#include "web/form.h"

#include <glib/gstdio.h>
#include <string.h>

#define LISTED 20
#define FORM_BYTES 1024

/* "/slug/organise/jobs" or "/admin/jobs". (transfer full) */
static char *base_of(const Request *req)
{
        const char *slug = request_param(req, "event");
        return *slug ? g_strdup_printf("/%s/organise/jobs", slug) : g_strdup("/admin/jobs");
}

/* NULL when there is no such kind here, or the reader may not have it. */
static const JobKind *kind_for(const Request *req, const char *name)
{
        const JobKind *kind = job_kind(job_runner_of(req), name);
        bool here = kind && kind->of_event == (request_event(req) != 0);
        return here && request_may(req, kind->right) ? kind : NULL;
}

static char *result_path(const Request *req, const JobRow *row)
{
        if (row->state != JOB_DONE || !job_result_is_safe(row->result))
                return NULL;
        return g_build_filename(store_folder(request_store(req)), row->result, NULL);
}

static char *result_size(const Request *req, const JobRow *row)
{
        g_autofree char *path = result_path(req, row);
        GStatBuf is;
        if (!path || g_stat(path, &is) != 0)
                return NULL;
        return g_format_size((guint64)is.st_size);
}

static JobEntry entry_of(const Request *req, Db *db, const JobKind *kind, const JobRow *row)
{
        g_autoptr(GTimeZone) zone = job_store_zone(db, row->event);
        const Lang *lang = request_lang(req);
        g_autofree char *at = when_day_time(lang, zone, row->created_us);
        return (JobEntry){ .kind = kind,
                           .row = row,
                           .progress = job_progress_text(lang, row->state, now_us() - row->started_us, row->done,
                                                         row->total, row->spared),
                           .at = g_strdup_printf("%s (%s)", at, g_time_zone_get_identifier(zone)),
                           .at_iso = when_iso(zone, row->created_us),
                           .size = result_size(req, row),
                           .percent = job_percent(row->done, row->total),
                           .may_cancel = true };
}

static void clear_entry(gpointer data)
{
        JobEntry *entry = data;
        g_free(entry->progress);
        g_free(entry->at);
        g_free(entry->at_iso);
        g_free(entry->size);
}

static GPtrArray *kinds_for(const Request *req)
{
        GPtrArray *kinds = g_ptr_array_new();
        for (const JobKind *kind = job_runner_config(job_runner_of(req))->kinds; kind->name; kind++)
                if (kind->text && kind_for(req, kind->name))
                        g_ptr_array_add(kinds, (gpointer)kind);
        return kinds;
}

static Html *begin(Request *req, Db *db, const char *title, const char *const *scripts)
{
        return job_runner_config(job_runner_of(req))
                ->page(req, db, request_event(req), &(Page){ .title = title, .no_index = true, .scripts = scripts });
}

static void show_jobs(Request *req, Db *db)
{
        g_autofree char *base = base_of(req);
        g_autoptr(GPtrArray) rows = job_store_list(db, request_event(req), LISTED), kinds = kinds_for(req);
        g_autoptr(GArray) entries = g_array_new(FALSE, FALSE, sizeof(JobEntry));
        g_array_set_clear_func(entries, clear_entry);
        for (guint i = 0; i < rows->len; i++) {
                JobRow *row = rows->pdata[i];
                const JobKind *kind = kind_for(req, row->kind);
                if (!kind)
                        continue;
                job_runner_look(job_runner_of(req), row);
                JobEntry entry = entry_of(req, db, kind, row);
                g_array_append_val(entries, entry);
        }
        Html *h = begin(req, db, tr(request_lang(req), "Long work"), NULL);
        jobs_view(h, &(JobsPage){ .base = base,
                                  .kinds = (const JobKind *const *)kinds->pdata,
                                  .kind_count = kinds->len,
                                  .entries = (const JobEntry *)entries->data,
                                  .count = entries->len });
        page_end(req, h, 200);
}

/* The job that the address names, of this event and of a kind that the reader may have; else 404 was answered. */
static JobRow *find(Request *req, Db *db, const JobKind **ret_kind)
{
        guint64 id = 0;
        g_autoptr(JobRow) row = NULL;
        if (g_ascii_string_to_unsigned(request_param(req, *request_param(req, "event") ? "id" : "job"), 10, 1,
                                       INT64_MAX, &id, NULL))
                row = job_store_find(db, request_event(req), (int64_t)id);
        const JobKind *kind = row ? kind_for(req, row->kind) : NULL;
        if (!kind) {
                respond_not_found(req);
                return NULL;
        }
        job_runner_look(job_runner_of(req), row);
        *ret_kind = kind;
        return g_steal_pointer(&row);
}

static void show_job(Request *req, Db *db)
{
        const JobKind *kind;
        g_autoptr(JobRow) row = find(req, db, &kind);
        if (!row)
                return;
        if (*row->page && !job_state_is_open(row->state)) {
                respond_redirect(req, "/%s/organise/%s", request_param(req, "event"), row->page);
                return;
        }
        static const char *const scripts[] = { "job/job.js", NULL };
        g_autofree char *base = base_of(req);
        JobEntry entry = entry_of(req, db, kind, row);
        Html *h = begin(req, db, tr(request_lang(req), kind->title), scripts);
        job_view(h, &(JobPage){ .base = base, .entry = &entry });
        page_end(req, h, 200);
        clear_entry(&entry);
}

static void append_json(GString *json, const char *text)
{
        for (const char *at = text; *at; at++)
                if (*at == '"' || *at == '\\')
                        g_string_append_printf(json, "\\%c", *at);
                else
                        g_string_append_c(json, *at);
}

static void show_state(Request *req, Db *db)
{
        const JobKind *kind;
        g_autoptr(JobRow) row = find(req, db, &kind);
        if (!row)
                return;
        g_autofree char *text = job_progress_text(request_lang(req), row->state, now_us() - row->started_us, row->done,
                                                  row->total, row->spared);
        g_autoptr(GString) json = g_string_new(NULL);
        g_string_append_printf(json, "{\"state\":\"%s\",\"open\":%s,\"percent\":%d,\"text\":\"",
                               job_state_name(row->state), job_state_is_open(row->state) ? "true" : "false",
                               job_percent(row->done, row->total));
        append_json(json, text);
        g_string_append(json, "\"}\n");
        respond_text(req, 200, "application/json", json->str);
}

static void send_file(Request *req, Db *db)
{
        const JobKind *kind;
        g_autoptr(JobRow) row = find(req, db, &kind);
        if (!row)
                return;
        g_autofree char *path = result_path(req, row);
        if (!path || !g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
                respond_not_found(req);
                return;
        }
        g_autofree char *disposition = g_strdup_printf("attachment; filename=\"%s\"", row->result_name);
        respond_header(req, "Content-Disposition", disposition);
        respond_header(req, "Cache-Control", "private, no-store");
        respond_file(req, path, row->result_type, false);
}

/* Alone, so that the runner is woken only when the row is there for it. */
static void start_job(Request *req, Db *unused)
{
        const JobKind *kind = kind_for(req, request_field(req, "kind"));
        if (!kind || !kind->text) {
                respond_error(req, 422, tr(request_lang(req), "There is no such work. Choose one from the page."));
                return;
        }
        Store *store = request_store(req);
        g_autoptr(GError) error = NULL;
        Db *db = store_write_begin(store, WRITE_PAGE);
        int64_t id = job_add(db, kind->name, request_event(req), request_account(req), lang_code(request_lang(req)));
        if (!store_write_end(store, db, id > 0, &error)) {
                respond_store_error(req, error);
                return;
        }
        job_runner_wake(job_runner_of(req));
        g_autofree char *base = base_of(req);
        respond_redirect(req, "%s/%" G_GINT64_FORMAT "/", base, id);
}

/* Alone: the work may hold the writer for a while, and is told to end before this waits for its turn. */
static void cancel_job(Request *req, Db *none)
{
        const JobKind *kind;
        Store *store = request_store(req);
        Db *db = store_read_begin(store);
        g_autoptr(JobRow) row = find(req, db, &kind);
        store_read_end(store, db);
        if (!row)
                return;
        job_runner_cancel(job_runner_of(req), row->id);
        g_autoptr(GError) error = NULL;
        db = store_write_begin(store, WRITE_PAGE);
        if (!store_write_end(store, db, job_store_cancel(db, row->event, row->id, now_us()), &error)) {
                respond_store_error(req, error);
                return;
        }
        g_autofree char *base = base_of(req);
        respond_redirect(req, "%s/%" G_GINT64_FORMAT "/", base, row->id);
}

/* Of an event each kind has a right of its own, PROGRAMME is the least of them. */
const Route job_routes[] = {
        { GET, "/:event/organise/jobs/", show_jobs, RIGHT_PROGRAMME, 0, "Long work of an event", N_("Long work"),
          N_("Imports, exports and other work that takes its time: how far it is, what came of it.") },
        { GET, "/:event/organise/jobs/:id/", show_job, RIGHT_PROGRAMME, 0, "How far it is" },
        { GET, "/:event/organise/jobs/:id/state", show_state, RIGHT_PROGRAMME, 0, "The same, for scripts" },
        { GET, "/:event/organise/jobs/:id/file", send_file, RIGHT_PROGRAMME, 0, "What came of it" },
        { POST_ALONE, "/:event/organise/jobs/", start_job, RIGHT_PROGRAMME, FORM_BYTES, "Start long work" },
        { POST_ALONE, "/:event/organise/jobs/:id/cancel/", cancel_job, RIGHT_PROGRAMME, FORM_BYTES, "Stop long work" },
        { GET, "/admin/jobs/", show_jobs, RIGHT_OWNER, 0, "Long work of the server", N_("Long work"),
          N_("Backups and other work of the whole server.") },
        { GET, "/admin/jobs/:job/", show_job, RIGHT_OWNER, 0, "How far it is" },
        { GET, "/admin/jobs/:job/state", show_state, RIGHT_OWNER, 0, "The same, for scripts" },
        { GET, "/admin/jobs/:job/file", send_file, RIGHT_OWNER, 0, "What came of it" },
        { POST_ALONE, "/admin/jobs/", start_job, RIGHT_OWNER, FORM_BYTES, "Start long work" },
        { POST_ALONE, "/admin/jobs/:job/cancel/", cancel_job, RIGHT_OWNER, FORM_BYTES, "Stop long work" },
        { 0 },
};
