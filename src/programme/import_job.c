#include "programme/import_job.h"

#include "programme/formats/draft_store.h"
#include "programme/formats/preview.h"
#include "programme/formats/schedule_format.h"
#include "programme/programme.h"
#include "programme/schedule_xml.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* Measured on two cores: a table takes 80 us for each line, the other formats, which are wordier, 0.1 us a byte. */
#define LONG_LINES 4000
#define LONG_BYTES ((gsize)2 * 1024 * 1024)

/* Of the work, as shares of a hundred: reading and comparing is the smaller part. Rows are written in between. */
enum { SHARE_READ = 35, SHARE_WRITTEN = 95, SHARE_ALL = 100 };

bool import_is_long(GBytes *bytes)
{
        gsize size, lines = 0;
        const char *at = g_bytes_get_data(bytes, &size), *end = at + size;
        if (size > SCHEDULE_MAX_BYTES) /* refused at once */
                return false;
        if (size > LONG_BYTES)
                return true;
        if (format_of(at, size) != FORMAT_CSV)
                return false;
        for (; at < end; at++) /* those of old Macs end with CR alone */
                lines += *at == '\n' || (*at == '\r' && at + 1 < end && at[1] != '\n');
        return lines > LONG_LINES;
}

/* --- What came of it --------------------------------------------------------------------------------------------- */

static json_t *texts_json(const GPtrArray *texts)
{
        json_t *array = json_array();
        for (guint i = 0; i < texts->len; i++)
                json_array_append_new(array, json_string(texts->pdata[i]));
        return array;
}

char *import_result_write(const ImportReport *report, const Lang *lang, const char *token, bool changed)
{
        g_autoptr(GPtrArray) lines = import_counts_text(&report->counts, lang);
        json_t *json = json_pack("{s:s?, s:o, s:o, s:s?, s:b}", "fault", report->fault, "lines", texts_json(lines),
                                 "notes", texts_json(report->notices), "token", token, "changed", changed);
        char *written = json_dumps(json, JSON_COMPACT), *text = g_strdup(written);
        free(written); /* Jansson's own */
        json_decref(json);
        return text;
}

static GPtrArray *texts_of(const json_t *array)
{
        GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);
        for (size_t i = 0; i < json_array_size(array); i++)
                g_ptr_array_add(texts, g_strdup(json_string_value(json_array_get(array, i))));
        return texts;
}

ImportResult *import_result_read(const char *text)
{
        json_t *json = json_loads(text, 0, NULL);
        if (!json)
                return NULL;
        ImportResult *result = g_new0(ImportResult, 1);
        *result = (ImportResult){ .fault = g_strdup(json_string_value(json_object_get(json, "fault"))),
                                  .lines = texts_of(json_object_get(json, "lines")),
                                  .notes = texts_of(json_object_get(json, "notes")),
                                  .token = g_strdup(json_string_value(json_object_get(json, "token"))),
                                  .changed = json_is_true(json_object_get(json, "changed")) };
        json_decref(json);
        return result;
}

void import_result_free(ImportResult *result)
{
        if (!result)
                return;
        g_free(result->fault);
        g_free(result->token);
        g_ptr_array_unref(result->lines);
        g_ptr_array_unref(result->notes);
        g_free(result);
}

/* --- The work ---------------------------------------------------------------------------------------------------- */

typedef struct {
        Job *job;
        const ImportWork *work;
        const Lang *lang;
        ImportReport *report;
} Doing;

/* In the turn that writes the programme, or cannot: so a restart neither does it twice nor loses what it did. */
static bool keep_report(Db *db, gpointer owner)
{
        const Doing *doing = owner;
        g_autofree char *text = import_result_write(doing->report, doing->lang, NULL, false);
        if (*doing->work->token)
                import_draft_forget(db, doing->work->token);
        return import_work_report(db, job_id(doing->job), text);
}

static bool on_row(gpointer owner, guint done, guint total)
{
        const Doing *doing = owner;
        return job_step(doing->job, SHARE_READ + (int64_t)(SHARE_WRITTEN - SHARE_READ) * done / MAX(total, 1),
                        SHARE_ALL);
}

/* Puts the file aside with what it would do, for the page that shows that. */
static bool keep_preview(const Doing *doing, const Preview *preview, bool changed)
{
        Store *store = job_store(doing->job);
        char *text = preview_to_text(preview);
        g_autoptr(GBytes) plain = text ? g_bytes_new_take(text, strlen(text)) : NULL;
        g_autoptr(GBytes) rows = plain ? import_draft_pack(plain) : NULL;
        const ImportWork *work = doing->work;
        Db *db = store_write_begin(store, WRITE_JOB);
        g_autofree char *token = import_draft_keep(db, work->event, work->account, work->name, work->packed, rows);
        g_autofree char *report = import_result_write(doing->report, doing->lang, token, changed);
        bool kept = token && import_work_report(db, job_id(doing->job), report);
        if (store_write_end(store, db, kept, NULL) && kept)
                return true;
        doing->report->fault = g_strdup(tr(doing->lang, "The store refused it. Nothing was imported."));
        return false;
}

static void do_it(const Doing *doing, Import *import)
{
        if (doing->work->act != IMPORT_ACT_IMPORT || import->programme->partial) {
                g_autoptr(Preview) preview = preview_new(import, doing->lang);
                bool seen = doing->work->act == IMPORT_ACT_SEEN, same = !strcmp(preview->seal, doing->work->seal);
                if (!job_progress(doing->job, SHARE_READ, SHARE_ALL))
                        return;
                if (!seen || !same) {
                        keep_preview(doing, preview, seen);
                        return;
                }
        }
        import->on_row = on_row;
        import->owner = (gpointer)doing;
        import_keep_with(job_store(doing->job), import, doing->lang, doing->report, keep_report, (gpointer)doing);
}

static ImportWork *find_work(const Job *job)
{
        Db *db = store_read_begin(job_store(job));
        ImportWork *work = import_work_find(db, job_id(job));
        store_read_end(job_store(job), db);
        return work;
}

/* What a report says is kept in a turn of its own when nothing else was. */
static bool fail(const Doing *doing, GError **error)
{
        Store *store = job_store(doing->job);
        g_autofree char *text = import_result_write(doing->report, doing->lang, NULL, false);
        Db *db = store_write_begin(store, WRITE_JOB);
        if (!store_write_end(store, db, import_work_report(db, job_id(doing->job), text), NULL))
                job_set_page(doing->job, ""); /* a full disk: the job's own page has the sentence */
        g_set_error(error, STORE_ERROR, STORE_ERROR_FAILED, "%s", doing->report->fault);
        return false;
}

bool programme_import_job(Job *job, GError **error)
{
        g_autoptr(ImportWork) work = find_work(job);
        g_autofree char *page = g_strdup_printf("import/result/%" G_GINT64_FORMAT "/", job_id(job));
        job_set_page(job, page);
        if (work && *work->report) { /* a crash between its turn and its end */
                g_autoptr(ImportResult) result = import_result_read(work->report);
                if (result && !result->fault)
                        return true;
        }
        const Lang *lang = job_lang(job);
        g_autoptr(ImportReport) report = import_report_new();
        Doing doing = { job, work, lang, report };
        g_autoptr(GBytes) bytes =
                work && work->packed ? import_draft_unpack(work->packed, SCHEDULE_MAX_BYTES + 1) : NULL;
        if (!job_progress(job, 1, SHARE_ALL))
                return false;
        if (!bytes) {
                report->fault = g_strdup(tr(lang, "The file that was kept cannot be read any more: choose it again."));
                return fail(&doing, error);
        }
        ImportRequest request = { .bytes = bytes, .slug = work->slug, .lang = lang_code(lang), .origin = work->origin };
        g_autoptr(Import) import = import_open(job_store(job), &request, lang, report);
        if (!job_progress(job, import ? SHARE_READ : 1, SHARE_ALL))
                return false;
        if (import)
                do_it(&doing, import);
        if (!job_step(job, SHARE_WRITTEN, SHARE_ALL) && !report->kept)
                return false;
        return report->fault ? fail(&doing, error) : true;
}
