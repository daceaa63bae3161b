/* The organisers' page: which session, which file, and that it may be shown; what was brought so far. */
#include "upload/upload_views.h"

#include "base/log.h"
#include "base/when.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define ACT_BYTES 4096

/* A script announces a film and sends it afterwards; without one the form brings it. */
#define FIELDS_WITH(comes_with_it)                                                                                     \
        {                                                                                                              \
                { "talk", N_("Session"), .kind = FIELD_SELECT, .required = true },                                     \
                        { "file",                                                                                      \
                          N_("Film or sound"),                                                                         \
                          .hint = N_("MP4, WebM, Matroska, AVI, MPEG-TS, MP3, M4A … Without script 60 MB at most."),   \
                          .kind = FIELD_FILE,                                                                          \
                          .accept = "video/*,audio/*,.mkv,.ts",                                                        \
                          .required = comes_with_it },                                                                 \
                        { "promise",                                                                                   \
                          N_("Those who are seen or heard in it agree that it is shown, and I may publish it."),       \
                          .kind = FIELD_TICK, .required = true },                                                      \
                        { "name", N_("Name of the file"), .kind = FIELD_HIDDEN, .characters_max = 1000 },              \
                        { "size", N_("Its size"), .kind = FIELD_HIDDEN },                                              \
                {                                                                                                      \
                        0                                                                                              \
                }                                                                                                      \
        }
static const FormField FIELDS[] = FIELDS_WITH(true), ANNOUNCED[] = FIELDS_WITH(false);

/* --- The page ----------------------------------------------------------------------------------------------------- */

static void row_clear(gpointer data)
{
        FilmRow *row = data;
        g_free((char *)row->replay);
        g_free(row->size);
}

static char *size_text(int64_t bytes)
{
        g_autofree char *text = g_format_size((guint64)bytes);
        return g_steal_pointer(&text);
}

/* What keeps this film from being made. A disk that is full takes no word of it either, so it is asked itself. */
static ConvertFault fault_of(const Film *film, int64_t free_bytes)
{
        bool stuck = film->state == UPLOAD_WAITING && free_bytes < CONVERT_PIECE_BYTES_MAX;
        return stuck ? CONVERT_FAULT_DISK : film->fault;
}

/* The rows borrow from the films. */
static GArray *rows_of(const GPtrArray *films, const Event *event, const Lang *lang, int64_t free_bytes,
                       bool *ret_waits)
{
        GArray *rows = g_array_new(FALSE, TRUE, sizeof(FilmRow));
        g_array_set_clear_func(rows, row_clear);
        for (guint i = 0; i < films->len; i++) {
                const Film *film = films->pdata[i];
                const char *fault = upload_fault_text(fault_of(film, free_bytes));
                FilmRow row = { .film = film,
                                .replay = g_strdup_printf("/%s/talk/%s/replay/", event->slug, film->code),
                                .fault = *fault ? tr(lang, fault) : "",
                                .size = size_text(film->size),
                                .percent = upload_percent(film) };
                *ret_waits |= film->state == UPLOAD_WAITING;
                g_array_append_val(rows, row);
        }
        return rows;
}

static void option_clear(gpointer data)
{
        g_free((char *)((FormOption *)data)->label);
}

/* (transfer full) of FormOption; values borrow from the talks */
static GArray *options_of(const GPtrArray *talks, const Event *event, const Lang *lang)
{
        GArray *options = g_array_new(TRUE, TRUE, sizeof(FormOption));
        g_array_set_clear_func(options, option_clear);
        for (guint i = 0; i < talks->len; i++) {
                const Talk *talk = talks->pdata[i];
                g_autofree char *at = when_day_time(lang, event->zone, talk->start_us);
                FormOption option = { .value = talk->code, .label = g_strdup_printf("%s: %s", at, talk->title) };
                g_array_append_val(options, option);
        }
        return options;
}

static const char *done_sentence(const char *done, const Lang *lang)
{
        if (!strcmp(done, "sent"))
                return tr(lang, "The file has arrived; its replay is being prepared.");
        return !strcmp(done, "removed") ? tr(lang, "It is removed.") : NULL;
}

static void show(Request *req, Db *db, const Event *event, Form *form, int status)
{
        static const char *const scripts[] = { "upload/upload.js", NULL };
        const Lang *lang = request_lang(req);
        bool waits = false;
        g_autoptr(GPtrArray) talks = upload_store_talks(db, event->id), films = upload_store_list(db, event->id);
        g_autoptr(GArray) options = options_of(talks, event, lang),
                          rows = rows_of(films, event, lang, upload_free_bytes(request_store(req)), &waits);
        g_autofree char *base = g_strdup_printf("/%s/organise/films/", event->slug);
        form_options(form, "talk", (const FormOption *)options->data);
        Html *h = conference_page(
                req, event, EVENT_ORGANISE,
                &(Page){ .title = tr(lang, "Bring a recording"), .scripts = scripts, .no_index = true });
        upload_view(h, &(FilmsPage){ .event = event,
                                     .base = base,
                                     .has_talks = talks->len > 0,
                                     .waits = waits,
                                     .rows = rows,
                                     .form = form,
                                     .done = done_sentence(request_query(req, "done"), lang) });
        page_end(req, h, status);
}

static void show_films(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        if (!event) {
                respond_not_found(req);
                return;
        }
        g_autoptr(Form) form = form_new(req, FIELDS);
        show(req, db, event, form, 200);
}

/* --- A file begins ------------------------------------------------------------------------------------------------ */

static bool wants_json(const Request *req)
{
        const char *accept = request_header(req, "Accept");
        return accept && strstr(accept, "application/json");
}

/* NULL: it is not one that a recording may be brought for; the form says so. */
static Talk *talk_of(Db *db, const Event *event, Form *form)
{
        g_autoptr(Talk) talk = talk_find(db, event->id, form_value(form, "talk"));
        if (talk && !talk->no_recording)
                return g_steal_pointer(&talk);
        form_fail(form, "talk", tr(form_lang(form), "Choose a session that may be recorded."));
        return NULL;
}

static const char *refusal_of(const Store *store, Db *db, const Film *film, int *ret_status)
{
        *ret_status = 422;
        if (upload_store_open(db, film->event) >= OPEN_MAX)
                return N_("Five files are under way already: wait for one, or give one up.");
        return upload_refusal(store, db, film->event, film->size, ret_status);
}

/* Its row; the bytes are still to come. What was begun with the same file goes on. (transfer full), NULL: the form says
 * why */
static Film *begin(Request *req, const Talk *talk, Form *form, const char *name, int64_t size, int *ret_status)
{
        Store *store = request_store(req);
        g_autoptr(Film) film = g_new0(Film, 1);
        film->event = talk->event;
        film->talk = talk->id;
        film->size = size;
        film->name = upload_name(name);
        film->key = upload_new_key();
        g_autoptr(GError) error = NULL;
        Db *db = store_write_begin(store, WRITE_PAGE);
        g_autoptr(Film) begun = upload_store_begun(db, talk->id, film->name, size);
        const char *refusal = begun ? NULL : refusal_of(store, db, film, ret_status);
        bool kept = begun || (!refusal && upload_store_add(db, film, request_account(req)));
        g_autoptr(Film) made = kept ? upload_store_by_key(db, begun ? begun->key : film->key) : NULL;
        kept = store_write_end(store, db, kept, &error) && kept;
        if (refusal)
                form_fail(form, "file", tr(form_lang(form), refusal));
        else if (!kept || !made || !upload_make_place(store, made->key)) {
                *ret_status = 507;
                form_fail(form, "file",
                          tr(form_lang(form), "The server's disk is full: nothing was saved. Tell the organisers, then "
                                              "try again."));
        } else
                return g_steal_pointer(&made);
        return NULL;
}

static void answer_json(Request *req, const Event *event, const Form *form, const Film *film, int status)
{
        static const char *const names[] = { "talk", "file", "promise", "" };
        const char *fault = "";
        for (size_t i = 0; !film && i < G_N_ELEMENTS(names); i++)
                if (form_error(form, names[i]))
                        fault = form_error(form, names[i]);
        g_autofree char *create = g_strdup_printf("/%s/organise/films/new/%s", event->slug, film ? film->key : "");
        g_autofree char *upload = g_strdup_printf("/%s/organise/films/up/%s", event->slug, film ? film->key : "");
        json_t *json = film ? json_pack("{s:s, s:s, s:i}", "create", create, "upload", upload, "chunk", CHUNK_BYTES)
                            : json_pack("{s:s}", "fault", fault);
        char *text = json_dumps(json, JSON_COMPACT);
        respond_text(req, film ? 200 : status, "application/json", text);
        free(text); /* Jansson's own */
        json_decref(json);
}

/* The whole file came by the form: the uploaded one gets a second name, the first goes with the request. */
static bool keep_whole(Request *req, const Film *film, const Upload *upload)
{
        Store *store = request_store(req);
        g_autofree char *path = upload_file(store, film->key);
        unlink(path); /* what had come before of the same file */
        int file = link(upload->path, path) == 0 ? open(path, O_RDONLY | O_CLOEXEC) : -1;
        bool kept = file >= 0 && fsync(file) == 0;
        if (!kept)
                log_warn("upload: %s: %s", path, g_strerror(errno));
        if (file >= 0)
                close(file);
        Db *db = store_write_begin(store, WRITE_PAGE);
        kept = kept && upload_store_received(db, film->id, film->received, (int64_t)upload->size_bytes);
        return store_write_end(store, db, kept, NULL) && kept;
}

/* NULL: the form says what is wrong. */
static Film *receive(Request *req, const Talk *talk, Form *form, int *ret_status)
{
        const Upload *upload = request_upload(req, "file");
        int64_t size = upload ? (int64_t)upload->size_bytes : upload_number(form_value(form, "size"));
        const char *name = upload ? upload->file_name : form_value(form, "name");
        if (size < 0) {
                form_fail(form, "file", tr(form_lang(form), "Choose a file first."));
                return NULL;
        }
        g_autoptr(Film) film = begin(req, talk, form, name, size, ret_status);
        if (film && upload && !keep_whole(req, film, upload)) {
                *ret_status = 507;
                form_fail(form, "file",
                          tr(form_lang(form), "The server's disk is full: nothing was saved. Tell the organisers, then "
                                              "try again."));
                return NULL;
        }
        if (film && upload)
                upload_maker_wake(upload_maker_of(req));
        return g_steal_pointer(&film);
}

static void send_film(Request *req, Db *unused)
{
        Store *store = request_store(req);
        int status = 422;
        Db *db = store_read_begin(store);
        g_autoptr(Event) event = conference_event(db, request_event(req));
        g_autoptr(GPtrArray) talks = upload_store_talks(db, request_event(req));
        g_autoptr(Form) form = form_new(req, wants_json(req) ? ANNOUNCED : FIELDS);
        g_autoptr(GArray) options = options_of(talks, event, request_lang(req));
        form_options(form, "talk", (const FormOption *)options->data);
        form_check(form);
        g_autoptr(Talk) talk = talk_of(db, event, form);
        store_read_end(store, db);
        g_autoptr(Film) film = talk && form_is_ok(form) ? receive(req, talk, form, &status) : NULL;
        if (wants_json(req))
                answer_json(req, event, form, film, status);
        else if (film)
                respond_redirect(req, "/%s/organise/films/?done=sent", event->slug);
        else {
                db = store_read_begin(store);
                show(req, db, event, form, status);
                store_read_end(store, db);
        }
}

/* --- One file ----------------------------------------------------------------------------------------------------- */

static void give_up(Request *req, Db *unused)
{
        Store *store = request_store(req);
        g_autoptr(GError) error = NULL;
        Db *db = store_write_begin(store, WRITE_PAGE);
        g_autoptr(Event) event = conference_event(db, request_event(req));
        g_autoptr(Film) film = upload_store_by_id(db, request_event(req), upload_number(request_param(req, "film")));
        bool removed = film && upload_store_remove(db, film->id);
        if (!store_write_end(store, db, removed, &error) && film) {
                respond_store_error(req, error);
                return;
        }
        if (!film) {
                respond_not_found(req);
                return;
        }
        upload_maker_wake(upload_maker_of(req));
        respond_redirect(req, "/%s/organise/films/?done=removed", event->slug);
}

const Route upload_routes[] = {
        { GET, "/:event/organise/films/", show_films, RIGHT_ORGANISER, 0, "Bring a recording",
          .menu = N_("Bring a recording"),
          .menu_text = N_("A session that was recorded elsewhere gets its replay here.") },
        { POST_ALONE, "/:event/organise/films/", send_film, RIGHT_ORGANISER, PLAIN_BYTES_MAX,
          "A recording is brought" },
        { POST_ALONE, "/:event/organise/films/:film/", give_up, RIGHT_ORGANISER, ACT_BYTES, "A recording is given up" },
        { PROTOCOL, "/:event/organise/films/new/:key", upload_create, RIGHT_KEY, 0, "A file is announced (tus)" },
        { PROTOCOL, "/:event/organise/films/up/:key", upload_receive, RIGHT_KEY, CHUNK_BYTES, "A file arrives (tus)" },
        { 0 },
};
