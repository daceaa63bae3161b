/* A plain page of what recordings take of the disk, how long they stay, and a word before it is full. */
#include "replay/replay_room.h"
#include "replay/replay_rules.h"
#include "replay/replay_views.h"

#include <sys/statvfs.h>

#define FORM_BYTES 4096
enum { ROWS = 25, WARN_PERCENT = 80 };
#define GIGABYTE INT64_C(1000000000)

static const FormField FIELDS[] = {
        { "keep_days", N_("Days that recordings stay after the event"),
          .hint = N_("0: as long as the event is published."), .kind = FIELD_NUMBER, .required = true, .min = 0,
          .max = 3650 },
        { "budget_gb", N_("Room for recordings, in gigabytes"), .hint = N_("0: what the disk has."),
          .kind = FIELD_NUMBER, .required = true, .min = 0, .max = 100000 },
        { 0 },
};

/* Of what may be taken, how much is, in percent; of the budget or of the disk, whichever is nearer to its end. */
static int percent_of(int64_t taken, int64_t budget_gb, const struct statvfs *disk)
{
        double size = (double)disk->f_blocks * (double)disk->f_frsize;
        double used = size > 0 ? 100 * (1 - (double)disk->f_bavail * (double)disk->f_frsize / size) : 0;
        double budget = budget_gb > 0 ? 100.0 * (double)taken / (double)(budget_gb * GIGABYTE) : 0;
        return (int)MIN(MAX(used, budget), 100);
}

static void row_clear(gpointer data)
{
        RoomRow *row = data;
        g_free((char *)row->url);
        g_free(row->size);
        g_free(row->length);
}

/* The rows borrow the titles. */
static GArray *rows_of(const GPtrArray *heaviest, const Event *event, const Lang *lang)
{
        GArray *rows = g_array_new(FALSE, TRUE, sizeof(RoomRow));
        g_array_set_clear_func(rows, row_clear);
        for (guint i = 0; i < heaviest->len; i++) {
                const ReplayHeavy *heavy = heaviest->pdata[i];
                RoomRow row = { .id = heavy->id,
                                .title = heavy->title,
                                .url = *heavy->code ? g_strdup_printf("/%s/talk/%s/replay/", event->slug, heavy->code)
                                                    : NULL,
                                .size = size_text(lang, heavy->bytes),
                                .length = replay_length_text(lang, heavy->length_us),
                                .over = heavy->over };
                g_array_append_val(rows, row);
        }
        return rows;
}

static void show(Request *req, Db *db, const Event *event, Form *form, int status)
{
        const Lang *lang = request_lang(req);
        int64_t bytes, count;
        ReplaySetting setting = replay_setting(db, event->id);
        g_autoptr(GPtrArray) heaviest = replay_heaviest(db, event->id, ROWS, &bytes, &count);
        g_autoptr(GArray) rows = rows_of(heaviest, event, lang);
        struct statvfs disk = { 0 };
        statvfs(store_folder(request_store(req)), &disk);
        int percent = percent_of(bytes, setting.budget_gb, &disk);
        g_autofree char *total = size_text(lang, bytes);
        g_autofree char *free_text = size_text(lang, (int64_t)disk.f_bavail * (int64_t)disk.f_frsize);
        g_autofree char *days = g_strdup_printf("%" G_GINT64_FORMAT, setting.keep_days);
        g_autofree char *budget = g_strdup_printf("%" G_GINT64_FORMAT, setting.budget_gb);
        form_set(form, "keep_days", days);
        form_set(form, "budget_gb", budget);
        Html *h = conference_page(req, event, EVENT_ORGANISE,
                                  &(Page){ .title = tr(lang, "Room for recordings"), .no_index = true });
        room_of_recordings_view(h,
                                &(RoomPage){ .rows = rows,
                                             .form = form,
                                             .total = total,
                                             .free = free_text,
                                             .warning = percent >= WARN_PERCENT
                                                                ? tr(lang, "Little room is left. Remove what nobody "
                                                                           "needs, or ask whoever has the server for "
                                                                           "a larger disk before the next session.")
                                                                : NULL,
                                             .percent = percent,
                                             .count = (int)count,
                                             .more = count > ROWS });
        page_end(req, h, status);
}

static void show_room(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        g_autoptr(Form) form = form_new(req, FIELDS);
        show(req, db, event, form, 200);
}

static void remove_one(Request *req, Db *db, const Event *event, const char *number)
{
        if (!*request_field(req, "sure")) {
                respond_error(req, 422,
                              tr(request_lang(req), "Tick “for good” beside the recording: it cannot be brought "
                                                    "back."));
                return;
        }
        if (replay_remove(db, event->id, g_ascii_strtoll(number, NULL, 10), request_account(req)))
                respond_redirect(req, "/%s/organise/recordings/", event->slug);
        else
                respond_not_found(req);
}

static void change_room(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        const char *number = request_field(req, "remove");
        if (*number) {
                remove_one(req, db, event, number);
                return;
        }
        g_autoptr(Form) form = form_new(req, FIELDS);
        if (!form_check(form)) {
                show(req, db, event, form, 422);
                return;
        }
        ReplaySetting setting = { g_ascii_strtoll(form_value(form, "keep_days"), NULL, 10),
                                  g_ascii_strtoll(form_value(form, "budget_gb"), NULL, 10) };
        if (replay_setting_keep(db, event->id, &setting))
                respond_redirect(req, "/%s/organise/recordings/", event->slug);
        else
                respond_error(req, 500, tr(request_lang(req), "The rules could not be kept. Try again."));
}

const Route replay_room_routes[] = {
        { GET, "/:event/organise/recordings/", show_room, RIGHT_ORGANISER, 0, "Room for recordings", N_("Recordings"),
          N_("What takes room, how long it stays") },
        { POST, "/:event/organise/recordings/", change_room, RIGHT_ORGANISER, FORM_BYTES, "Rules for recordings" },
        { 0 },
};
