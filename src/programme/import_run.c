#include "programme/import_run.h"

#include "base/zone.h"
#include "programme/formats/schedule_format.h"
#include "programme/programme.h"
#include "programme/search.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define DEFAULT_ZONE "Europe/Paris"

/* At most one byte over the limit, so that the reader tells that it is too large. Only plain files. */
GBytes *import_file_read(const char *path, const Lang *lang, char **ret_fault)
{
        struct stat facts;
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        FILE *file = fopen(path, "rb");
        bool plain = file && fstat(fileno(file), &facts) == 0 && S_ISREG(facts.st_mode);
        static const size_t step = 256 * 1024;
        while (plain && bytes->len <= SCHEDULE_MAX_BYTES) {
                guint before = bytes->len;
                g_byte_array_set_size(bytes, before + step);
                size_t count = fread(bytes->data + before, 1, step, file);
                g_byte_array_set_size(bytes, before + (guint)count);
                if (count < step)
                        break;
        }
        plain = plain && !ferror(file);
        if (!plain)
                *ret_fault = g_strdup_printf(tr(lang, "%s cannot be read: %s"), path,
                                             file ? tr(lang, "it is not a plain file") : g_strerror(errno));
        if (file)
                fclose(file);
        return plain ? g_byte_array_free_to_bytes(g_steal_pointer(&bytes)) : NULL;
}

/* For hours whose file names no zone, and identifiers that it does not say: those of the event, under whatever address
 * it was made. False, and a fault, when the zone asked for is unknown. */
static bool options_for(Db *db, const ImportRequest *request, const Lang *lang, ScheduleOptions *ret_options,
                        char **ret_fault)
{
        if (request->zone && !zone_is_known(request->zone)) {
                *ret_fault = g_strdup_printf(tr(lang, "The time zone “%s” is not known."), request->zone);
                return false;
        }
        g_autoptr(Event) event = conference_find(db, request->slug);
        *ret_options = (ScheduleOptions){
                .zone = g_strdup(request->zone ? request->zone
                                 : event       ? event->zone_name
                                               : DEFAULT_ZONE),
                .seed = g_strdup(event ? event->first_slug : request->slug),
        };
        return true;
}

static Programme *read_programme(const ImportRequest *request, const ScheduleOptions *options, const Lang *lang,
                                 char **ret_fault)
{
        g_autoptr(GBytes) bytes =
                request->bytes ? g_bytes_ref(request->bytes) : import_file_read(request->path, lang, ret_fault);
        if (!bytes)
                return NULL;
        gsize size;
        const char *text = g_bytes_get_data(bytes, &size);
        ProgrammeNotice fault = { 0 };
        Programme *programme = format_read(text ? text : "", size, options, &fault);
        if (!programme)
                *ret_fault = notice_text(lang, &fault);
        return programme;
}

Import *import_open(Store *store, const ImportRequest *request, const Lang *lang, ImportReport *report)
{
        const char *bad_slug = slug_fault(request->slug);
        if (bad_slug) {
                report->fault = g_strdup(tr(lang, bad_slug));
                return NULL;
        }
        Db *db = store_read_begin(store);
        ScheduleOptions options = { 0 };
        bool known = options_for(db, request, lang, &options, &report->fault);
        g_autofree const char *zone = options.zone, *seed = options.seed;
        Programme *programme = known ? read_programme(request, &options, lang, &report->fault) : NULL;
        Import *import =
                programme ? import_prepare(db, programme, request->slug, request->lang, request->publish) : NULL;
        store_read_end(store, db);
        if (!import)
                return NULL;
        import->origin = request->origin;
        if (!import->event->id && !programme->talks->len) {
                report->fault = g_strdup(tr(lang, "There is no such event yet, and the file holds no session."));
                import_free(import);
                return NULL;
        }
        report->counts = import->counts;
        report->title = g_strdup(import->event->title);
        for (guint i = 0; i < programme->notices->len; i++)
                g_ptr_array_add(report->notices,
                                notice_text(lang, &g_array_index(programme->notices, ProgrammeNotice, i)));
        return import;
}

ImportReport *import_report_new(void)
{
        ImportReport *report = g_new0(ImportReport, 1);
        report->notices = g_ptr_array_new_with_free_func(g_free);
        return report;
}

void import_keep(Store *store, Import *import, const Lang *lang, ImportReport *report)
{
        import_keep_with(store, import, lang, report, NULL, NULL);
}

void import_keep_with(Store *store, Import *import, const Lang *lang, ImportReport *report,
                      bool (*also)(Db *db, gpointer owner), gpointer owner)
{
        const char *fault = NULL;
        g_autoptr(GError) error = NULL;
        Db *db = store_write_begin(store, WRITE_JOB);
        bool applied = import_apply(db, import, &fault) && (!also || also(db, owner));
        report->kept = store_write_end(store, db, applied, &error) && applied;
        if (report->kept)
                search_catch_up(store);
        else
                report->fault = g_error_matches(error, STORE_ERROR, STORE_ERROR_FULL)
                                        ? g_strdup(tr(lang, "The disk is full. Nothing was imported."))
                                        : g_strdup(tr(lang, fault));
}

ImportReport *import_run(Store *store, const ImportRequest *request, const Lang *lang)
{
        ImportReport *report = import_report_new();
        g_autoptr(Import) import = import_open(store, request, lang, report);
        if (import && !request->only_check)
                import_keep(store, import, lang, report);
        return report;
}

void import_report_free(ImportReport *report)
{
        if (!report)
                return;
        g_free(report->fault);
        g_free(report->title);
        g_ptr_array_unref(report->notices);
        g_free(report);
}

static void add_line(GPtrArray *lines, char *line)
{
        g_ptr_array_add(lines, line);
}

GPtrArray *import_counts_text(const ImportCounts *counts, const Lang *lang)
{
        GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
        unsigned talks = counts->talks_new + counts->talks_changed + counts->talks_same;
        if (!talks) { /* a table of people */
                unsigned same = counts->persons - counts->persons_new - counts->persons_changed;
                add_line(lines, g_strdup_printf(tr_n(lang, "%u person: %u new, %u changed, %u as before",
                                                     "%u persons: %u new, %u changed, %u as before", counts->persons),
                                                counts->persons, counts->persons_new, counts->persons_changed, same));
                if (counts->invitations)
                        add_line(lines, g_strdup_printf(tr_n(lang, "%u invitation by mail", "%u invitations by mail",
                                                             counts->invitations),
                                                        counts->invitations));
                return lines;
        }
        add_line(lines, g_strdup_printf(tr_n(lang, "%u session: %u new, %u changed, %u as before",
                                             "%u sessions: %u new, %u changed, %u as before", talks),
                                        talks, counts->talks_new, counts->talks_changed, counts->talks_same));
        if (counts->talks_absent)
                add_line(lines, g_strdup_printf(tr_n(lang, "%u session of the event is not in the file; it stays",
                                                     "%u sessions of the event are not in the file; they stay",
                                                     counts->talks_absent),
                                                counts->talks_absent));
        add_line(lines, g_strdup_printf(tr_n(lang, "%u room", "%u rooms", counts->rooms), counts->rooms));
        add_line(lines, g_strdup_printf(tr_n(lang, "%u track", "%u tracks", counts->tracks), counts->tracks));
        add_line(lines, g_strdup_printf(tr_n(lang, "%u person", "%u persons", counts->persons), counts->persons));
        add_line(lines, g_strdup_printf(tr_n(lang, "%u link or document", "%u links and documents", counts->links),
                                        counts->links));
        return lines;
}

/* What the counts say of mails is what the browser's import would do; a command sends none unless it is told to. */
static void say_uninvited(unsigned addresses, const char *slug, const Lang *lang, FILE *out)
{
        g_autofree char *sentence = g_strdup_printf(
                tr_n(lang, "%u person has an address and nobody speaking for them yet; no invitation was sent.",
                     "%u persons have an address and nobody speaking for them yet; no invitation was sent.", addresses),
                addresses);
        g_autofree char *how = g_strdup_printf(
                tr(lang, "To invite them by mail: run this again with --invite, or import the table in the browser, at "
                         "/%s/organise/import/"),
                slug);
        fprintf(out, "  %s\n  %s\n", sentence, how);
}

int programme_import_command(Store *store, const ImportCommand *command, const Lang *lang, FILE *out)
{
        const char *slug = command->slug;
        g_autoptr(ImportReport) report = import_run(store,
                                                    &(ImportRequest){ .path = command->path,
                                                                      .slug = slug,
                                                                      .zone = command->zone,
                                                                      .lang = lang_code(lang),
                                                                      .publish = command->publish,
                                                                      .origin = command->invite_from },
                                                    lang);
        for (guint i = 0; i < report->notices->len; i++)
                fprintf(out, "%s\n", (const char *)report->notices->pdata[i]);
        if (report->fault) {
                fprintf(out, "%s\n", report->fault);
                return 1;
        }
        unsigned uninvited = command->invite_from ? 0 : report->counts.invitations;
        report->counts.invitations -= uninvited;
        g_autoptr(GPtrArray) lines = import_counts_text(&report->counts, lang);
        fprintf(out, "%s (/%s/)\n", report->title, slug);
        for (guint i = 0; i < lines->len; i++)
                fprintf(out, "  %s\n", (const char *)lines->pdata[i]);
        if (uninvited)
                say_uninvited(uninvited, slug, lang, out);
        return 0;
}
