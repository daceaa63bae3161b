/* The pages: a session's slides for those who send them and, when they are shared, for everybody. */
#include "slides/slides_views.h"

#include "base/log.h"
#include "base/time.h"
#include "people/people.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define UPLOAD_BYTES (SLIDES_FILE_BYTES_MAX + 1024 * 1024) /* a little over what is taken, so that it is told */
#define ACT_BYTES 4096

static const FormField FIELDS[] = {
        { "file", N_("Slides as a PDF"), .hint = N_("At most 50 MB and 300 pages. Save it without your notes."),
          .kind = FIELD_FILE, .required = true, .accept = "application/pdf,.pdf" },
        { "shared", N_("Everybody may read these slides and have the PDF"), .kind = FIELD_TICK },
        { 0 },
};

static const char *const STYLES[] = { "slides/pages.css", NULL };

/* --- Whose page it is --------------------------------------------------------------------------------------------- */

typedef struct {
        Event *event;
        Talk *talk;      /* NULL: what a room holds outside of the programme */
        EventRoom *room; /* then */
        DeckOwner owner;
        char *base;
        bool may;
} Place;

static void place_clear(Place *place)
{
        event_free(place->event);
        talk_free(place->talk);
        event_room_free(place->room);
        g_free(place->base);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Place, place_clear)

static bool speaks_in(Db *db, int64_t talk, int64_t account)
{
        g_autoptr(GPtrArray) persons = talk_persons(db, talk);
        for (guint i = 0; account && i < persons->len; i++)
                if (((const Person *)persons->pdata[i])->account == account)
                        return true;
        return false;
}

/* Who looks is asked for only where it matters: a page of readers is alike for all of them. */
static bool may_send(Request *req, Db *db, const Place *place)
{
        if (request_may(req, RIGHT_HOST))
                return true;
        if (!request_may(req, RIGHT_SPEAKER))
                return false;
        return !place->talk || speaks_in(db, place->talk->id, request_account(req));
}

static bool find_place(Request *req, Db *db, Place *ret_place)
{
        const char *code = request_param(req, "code"), *room = request_param(req, "room");
        ret_place->event = conference_event(db, request_event(req));
        if (!ret_place->event)
                return false;
        if (*code)
                ret_place->talk = talk_find(db, ret_place->event->id, code);
        else
                ret_place->room = conference_room(db, ret_place->event->id, room);
        if (!ret_place->talk && (!ret_place->room || !event_room_is_online(ret_place->room)))
                return false;
        ret_place->owner = (DeckOwner){ ret_place->event->id, ret_place->talk ? ret_place->talk->id : 0,
                                        ret_place->room ? ret_place->room->id : 0 };
        ret_place->base = *code ? g_strdup_printf("/%s/talk/%s/slides/", ret_place->event->slug, code)
                                : g_strdup_printf("/%s/live/%s/slides/", ret_place->event->slug, room);
        ret_place->may = may_send(req, db, ret_place);
        return true;
}

/* --- The list ----------------------------------------------------------------------------------------------------- */

static void row_clear(gpointer data)
{
        DeckRow *row = data;
        g_free((char *)row->picture);
        g_free((char *)row->fault);
}

/* The rows borrow from the decks. */
static GArray *rows_of(const GPtrArray *decks, const Lang *lang, bool all, bool *ret_waits)
{
        GArray *rows = g_array_new(FALSE, TRUE, sizeof(DeckRow));
        g_array_set_clear_func(rows, row_clear);
        for (guint i = 0; i < decks->len; i++) {
                const Deck *deck = decks->pdata[i];
                if (!all && (!deck->shared || deck->state != DECK_READY))
                        continue;
                DeckRow row = { .deck = deck,
                                .picture = slides_url(deck->folder, deck->first),
                                .fault = slides_fault_text(lang, deck->fault, deck->fault_page),
                                .percent = deck->pages ? 100 * deck->drawn / deck->pages : 0 };
                *ret_waits |= deck->state == DECK_WAITING;
                g_array_append_val(rows, row);
        }
        return rows;
}

static const char *done_sentence(const char *done, const Lang *lang)
{
        static const char *const all[][2] = {
                { "sent", N_("The slides are there; their pages are being drawn.") },
                { "share", N_("Everybody may read these slides now, and have the PDF.") },
                { "keep", N_("These slides are for the room alone now.") },
                { "delete", N_("The slides are deleted.") },
        };
        for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
                if (!strcmp(done, all[i][0]))
                        return tr(lang, all[i][1]);
        return NULL;
}

static void show_list(Request *req, Db *db, const Place *place, Form *form, int status)
{
        static const char *const scripts[] = { "slides/pages.js", NULL };
        const Lang *lang = request_lang(req);
        bool waits = false;
        g_autoptr(GPtrArray) decks = slides_store_decks(db, &place->owner);
        g_autoptr(GArray) rows = rows_of(decks, lang, place->may, &waits);
        g_autofree char *back = place->talk ? g_strdup_printf("/%s/talk/%s/", place->event->slug, place->talk->code)
                                            : g_strdup_printf("/%s/live/%s/", place->event->slug, place->room->slug);
        Html *h = conference_page(req, place->event, place->talk ? EVENT_PROGRAMME : EVENT_LIVE,
                                  &(Page){ .title = tr(lang, "Slides"),
                                           .styles = STYLES,
                                           .scripts = waits ? scripts : NULL,
                                           .no_index = true });
        slides_view(h, &(SlidesPage){ .event = place->event,
                                      .title = place->talk ? place->talk->title : place->room->name,
                                      .back = back,
                                      .base = place->base,
                                      .may = place->may,
                                      .waits = waits,
                                      .rows = rows,
                                      .form = place->may ? form : NULL,
                                      .done = done_sentence(request_query(req, "done"), lang) });
        page_end(req, h, status);
}

static void show_page(Request *req, Db *db, const Place *place, const Deck *deck, int number)
{
        g_autoptr(SlidePage) page = slides_store_page(db, deck->id, number);
        if (!page) {
                respond_not_found(req);
                return;
        }
        g_autofree char *big = slides_url(deck->folder, page->big), *small = slides_url(deck->folder, page->small);
        Html *h = conference_page(req, place->event, place->talk ? EVENT_PROGRAMME : EVENT_LIVE,
                                  &(Page){ .title = deck->title, .styles = STYLES, .no_index = true });
        slides_read_view(h, &(ReadPage){ .base = place->base,
                                         .deck = deck,
                                         .page = page,
                                         .big = big,
                                         .small = small,
                                         .may_have_file = true });
        page_end(req, h, 200);
}

/* NULL: there is none that this reader may see; answered. */
static Deck *deck_to_read(Request *req, Db *db, const Place *place, const char *id)
{
        g_autoptr(Deck) deck = slides_store_deck(db, &place->owner, g_ascii_strtoll(id, NULL, 10));
        if (deck && (place->may || (deck->shared && deck->state == DECK_READY)))
                return g_steal_pointer(&deck);
        respond_not_found(req);
        return NULL;
}

static void show_slides(Request *req, Db *db)
{
        g_auto(Place) place = { 0 };
        if (!find_place(req, db, &place)) {
                respond_not_found(req);
                return;
        }
        if (!*request_query(req, "deck")) {
                g_autoptr(Form) form = form_new(req, FIELDS);
                show_list(req, db, &place, form, 200);
                return;
        }
        g_autoptr(Deck) deck = deck_to_read(req, db, &place, request_query(req, "deck"));
        if (deck)
                show_page(req, db, &place, deck,
                          (int)CLAMP(g_ascii_strtoll(request_query(req, "page"), NULL, 10), 1, SLIDES_PAGES_MAX));
}

/* --- Sending ------------------------------------------------------------------------------------------------------ */

/* Its first kilobyte is looked at here, so that what is no PDF is told at once. */
static SlidesFault look_at(const Upload *upload)
{
        char head[1024];
        if (!upload->size_bytes)
                return SLIDES_FAULT_EMPTY;
        if (upload->size_bytes > SLIDES_FILE_BYTES_MAX)
                return SLIDES_FAULT_BYTES;
        int file = open(upload->path, O_RDONLY | O_CLOEXEC);
        ssize_t size = file >= 0 ? read(file, head, sizeof head) : -1;
        if (file >= 0)
                close(file);
        if (size < 0)
                return SLIDES_FAULT_DISK;
        return memmem(head, (size_t)size, "%PDF-", 5) ? SLIDES_FAULT_NONE : SLIDES_FAULT_KIND;
}

static char *new_folder_name(void)
{
        unsigned char bytes[FOLDER_CHARS / 2];
        char name[FOLDER_CHARS + 1];
        randombytes_buf(bytes, sizeof bytes);
        return g_strdup(sodium_bin2hex(name, sizeof name, bytes, sizeof bytes));
}

/* The uploaded file gets a second name; the first goes with the request. */
static bool place_file(Store *store, const Upload *upload, const char *folder_name)
{
        g_autofree char *folder = slides_deck_path(store, folder_name);
        g_autofree char *path = g_build_filename(folder, "slides.pdf", NULL);
        if (g_mkdir_with_parents(folder, 0700) == 0 && link(upload->path, path) == 0) {
                int file = open(path, O_RDONLY | O_CLOEXEC);
                bool kept = file >= 0 && fsync(file) == 0;
                if (file >= 0)
                        close(file);
                return kept;
        }
        log_warn("slides: %s: %s", path, g_strerror(errno));
        return false;
}

/* What is wrong, translated, or NULL: then it is kept. The writer is taken for the row alone. */
static char *keep_upload(Request *req, const Place *place, const Upload *upload, bool shared, int64_t *ret_deck)
{
        const Lang *lang = request_lang(req);
        Store *store = request_store(req);
        SlidesFault fault = look_at(upload);
        if (fault)
                return slides_fault_text(lang, fault, 0);
        g_autoptr(Deck) deck = g_new0(Deck, 1);
        deck->folder = new_folder_name();
        deck->title = slides_title(upload->file_name, tr(lang, "Slides"));
        deck->shared = shared;
        if (!place_file(store, upload, deck->folder))
                return slides_fault_text(lang, SLIDES_FAULT_DISK, 0);
        Db *db = store_write_begin(store, WRITE_PAGE);
        bool full = slides_store_count(db, &place->owner) >= DECKS_MAX;
        *ret_deck =
                full ? 0 : slides_store_add(db, &place->owner, request_account(req), deck, (int64_t)upload->size_bytes);
        bool kept = store_write_end(store, db, *ret_deck > 0, NULL) && *ret_deck;
        if (full)
                return g_strdup(tr(lang, "There are twelve files already: delete one that is not needed."));
        if (!kept)
                return slides_fault_text(lang, SLIDES_FAULT_DISK, 0);
        slides_painter_wake(slides_painter_of(req));
        return NULL;
}

/* The room's page asks for no page. */
static void answer_script(Request *req, const char *fault, int64_t deck)
{
        json_t *json = fault ? json_pack("{s:s}", "fault", fault) : json_pack("{s:I}", "deck", (json_int_t)deck);
        char *text = json_dumps(json, JSON_COMPACT);
        respond_text(req, fault ? 422 : 200, "application/json", text);
        free(text); /* Jansson's own */
        json_decref(json);
}

static void answer_page(Request *req, const Place *place, Form *form, const char *fault)
{
        if (!fault) {
                respond_redirect(req, "%s?done=sent", place->base);
                return;
        }
        form_fail(form, "file", fault);
        Db *db = store_read_begin(request_store(req));
        show_list(req, db, place, form, 422);
        store_read_end(request_store(req), db);
}

static bool wants_json(const Request *req)
{
        const char *accept = request_header(req, "Accept");
        return accept && strstr(accept, "application/json");
}

static void send_slides(Request *req, Db *unused)
{
        g_auto(Place) place = { 0 };
        Db *db = store_read_begin(request_store(req));
        bool found = find_place(req, db, &place);
        store_read_end(request_store(req), db);
        if (!found) {
                respond_not_found(req);
                return;
        }
        if (!place.may) {
                respond_forbidden(req);
                return;
        }
        int64_t deck = 0;
        const Upload *upload = request_upload(req, "file");
        g_autoptr(Form) form = form_new(req, FIELDS);
        form_check(form);
        g_autofree char *fault = upload ? keep_upload(req, &place, upload, form_ticked(form, "shared"), &deck)
                                        : g_strdup(tr(request_lang(req), "Choose a file first."));
        if (wants_json(req))
                answer_script(req, fault, deck);
        else
                answer_page(req, &place, form, fault);
}

/* --- One file ----------------------------------------------------------------------------------------------------- */

static void change_deck(Request *req, Db *db)
{
        g_auto(Place) place = { 0 };
        const char *act = request_field(req, "act");
        if (!find_place(req, db, &place)) {
                respond_not_found(req);
                return;
        }
        if (!place.may) {
                respond_forbidden(req);
                return;
        }
        g_autoptr(Deck) deck =
                slides_store_deck(db, &place.owner, g_ascii_strtoll(request_param(req, "deck"), NULL, 10));
        if (!deck) {
                respond_not_found(req);
                return;
        }
        bool is_delete = !strcmp(act, "delete"), done = false;
        if (is_delete && slides_store_is_shown(db, deck->id)) {
                respond_error(req, 409,
                              tr(request_lang(req), "These slides are shown in the room at this moment. Hide "
                                                    "them there first."));
                return;
        }
        if (is_delete)
                done = slides_store_remove(db, deck->id);
        else if (!strcmp(act, "share") || !strcmp(act, "keep"))
                done = slides_store_share(db, deck->id, !strcmp(act, "share"));
        if (done)
                respond_redirect(req, "%s?done=%s", place.base, act);
        else
                respond_error(req, 422, tr(request_lang(req), "This could not be saved. Try again in a moment."));
}

/* As it was sent: whoever shared it was asked. It is handed over, never opened on this origin. */
static void send_file(Request *req, Db *db)
{
        g_auto(Place) place = { 0 };
        if (!find_place(req, db, &place)) {
                respond_not_found(req);
                return;
        }
        g_autoptr(Deck) deck = deck_to_read(req, db, &place, request_param(req, "deck"));
        if (!deck)
                return;
        g_autofree char *folder = slides_deck_path(request_store(req), deck->folder);
        g_autofree char *path = g_build_filename(folder, "slides.pdf", NULL);
        g_autofree char *name = g_strconcat(deck->title, ".pdf", NULL);
        g_autofree char *escaped = g_uri_escape_string(name, NULL, FALSE);
        g_autofree char *disposition =
                g_strdup_printf("attachment; filename=\"slides.pdf\"; filename*=UTF-8''%s", escaped);
        respond_header(req, "Content-Disposition", disposition);
        respond_file(req, path, "application/pdf", false);
}

static void send_picture(Request *req, Db *db)
{
        const char *folder = request_param(req, "folder"), *file = request_param(req, "file");
        if (!slides_folder_is_sound(folder) || !slides_file_is_sound(file)) {
                respond_not_found(req);
                return;
        }
        g_autofree char *path = slides_deck_path(request_store(req), folder);
        g_autofree char *picture = g_build_filename(path, file, NULL);
        respond_file(req, picture, "image/webp", true);
}

/* --- The hall ----------------------------------------------------------------------------------------------------- */

void slides_in_hall(Html *h, Db *db, const LiveHall *hall)
{
        DeckOwner owner = { hall->event_id, hall->talk_id, hall->room_id };
        int number = 0;
        int64_t since_us = 0, session = hall->session_id;
        int64_t shown = session ? slides_store_shown(db, session, &number, &since_us) : 0;
        g_autoptr(Deck) deck = shown ? slides_store_deck(db, &owner, shown) : NULL;
        g_autoptr(SlidePage) page = deck ? slides_store_page(db, deck->id, number) : NULL;
        g_autofree char *big = page ? slides_url(deck->folder, page->big) : NULL;
        g_autofree char *small = page ? slides_url(deck->folder, page->small) : NULL;
        slides_hall_view(h, &(HallSlide){ .number = page ? page->number : 0,
                                          .pages = page ? deck->pages : 0,
                                          .width = page ? page->width : 0,
                                          .height = page ? page->height : 0,
                                          .big = big,
                                          .small = small,
                                          .words = page ? page->words : "" });
}

const Route slides_routes[] = {
        { GET, "/:event/talk/:code/slides/", show_slides, RIGHT_PUBLIC, 0, "A session's slides" },
        { POST_ALONE, "/:event/talk/:code/slides/", send_slides, RIGHT_SPEAKER, UPLOAD_BYTES, "Send slides" },
        { POST, "/:event/talk/:code/slides/:deck/", change_deck, RIGHT_SPEAKER, ACT_BYTES, "Share or delete slides" },
        { GET, "/:event/talk/:code/slides/:deck/file/", send_file, RIGHT_PUBLIC, 0, "Slides as they were sent" },
        { GET, "/:event/live/:room/slides/", show_slides, RIGHT_SPEAKER, 0, "Slides of a room outside the programme" },
        { POST_ALONE, "/:event/live/:room/slides/", send_slides, RIGHT_SPEAKER, UPLOAD_BYTES, "Send slides to a room" },
        { POST, "/:event/live/:room/slides/:deck/", change_deck, RIGHT_SPEAKER, ACT_BYTES,
          "Share or delete a room's slides" },
        { GET, "/:event/live/:room/slides/:deck/file/", send_file, RIGHT_SPEAKER, 0,
          "A room's slides as they were sent" },
        { GET, "/media/slides/:folder/:file", send_picture, RIGHT_PUBLIC, 0, "A slide's picture" },
        { 0 },
};
