/* Persons of the programme: their list, their page as organisers edit it, and as they edit it themselves. */
#include "programme/person_edit.h"
#include "programme/session_routes.h"
#include "programme/speaker_views.h"

#include "people/people.h"
#include "picture/picture.h"

#include <string.h>

#define ROWS 60

static const FormField fields[] = {
        { .name = "name", .label = N_("Name"), .required = true, .characters_max = 120, .autocomplete = "off" },
        { .name = "biography",
          .label = N_("Who it is"),
          .hint = N_("Markdown is understood: empty lines, **bold**, lists, [links](https://…)."),
          .kind = FIELD_TEXT,
          .characters_max = 10000,
          .rows = 8 },
        { .name = "photo",
          .label = N_("Photograph"),
          .hint = N_("JPEG, PNG or WebP. It is made smaller, and what the file says of place and camera is left out."),
          .kind = FIELD_FILE,
          .accept = PICTURE_ACCEPT },
        { .name = "no_photo", .label = N_("Take the photograph away"), .kind = FIELD_TICK },
        { 0 },
};

static const FormField invite_fields[] = {
        { .name = "email",
          .label = N_("E-mail address"),
          .hint = N_("An invitation goes there, to speak and to write this page."),
          .kind = FIELD_EMAIL,
          .required = true,
          .autocomplete = "off" },
        { 0 },
};

/* What the page shows beside the form. */
typedef struct {
        const Event *event;
        const Person *person; /* NULL: a new one */
        Form *form, *invite;
        const GArray *differences;
        int64_t version;
        bool own;
        const char *notice;
} View;

static void show_person(Request *req, Db *db, const View *view, int status)
{
        const Lang *lang = request_lang(req);
        const Person *person = view->person;
        bool others = person && !view->own;
        g_autoptr(Form) blank = form_new_plain(lang, invite_fields, false);
        g_autoptr(GPtrArray) twins = others ? person_twins(db, view->event->id, person) : NULL;
        bool may_invite = others && request_may(req, RIGHT_ORGANISER);
        g_autoptr(Account) account = may_invite && person->account ? people_account(db, person->account) : NULL;
        static const char *const scripts[] = { "picture/shrink.js", NULL };
        static const char *const styles[] = { "programme/session.css", "programme/talk.css", NULL };
        Html *h = conference_page(req, view->event, view->own ? EVENT_NOWHERE : EVENT_ORGANISE,
                                  &(Page){ .title = person ? person->name : tr(lang, "New person"),
                                           .styles = styles,
                                           .scripts = scripts,
                                           .no_index = true });
        person_view(h, &(PersonPage){ .event = view->event,
                                      .person = person,
                                      .form = view->form,
                                      .invite = view->invite ? view->invite : blank,
                                      .notice = view->notice,
                                      .account = account ? account->email : NULL,
                                      .version = view->version,
                                      .differences = view->differences,
                                      .twins = twins,
                                      .own = view->own,
                                      .may_invite = may_invite });
        page_end(req, h, status);
}

void show_persons(Request *req, Db *db)
{
        const Lang *lang = request_lang(req);
        g_autoptr(Event) event = event_of_request(req, db);
        if (!event)
                return;
        const char *words = request_query(req, "q");
        int64_t page = page_of_request(req), total = 0;
        g_autoptr(GPtrArray) persons = person_list(db, event->id, words, ROWS, (page - 1) * ROWS, &total);
        g_autofree char *escaped = g_uri_escape_string(words, NULL, FALSE);
        g_autofree char *query = g_strdup_printf("q=%s&", escaped);
        bool merged = !strcmp(request_query(req, "done"), "merged");
        PagerTabs tabs;
        pager_fill(&tabs, query, total, ROWS, page, lang);
        Html *h = conference_page(req, event, EVENT_ORGANISE,
                                  &(Page){ .title = tr(lang, "Speakers"), .styles = session_styles, .no_index = true });
        persons_view(h, &(PersonsPage){ .event = event,
                                        .words = words,
                                        .notice = merged ? tr(lang, "Merged.") : NULL,
                                        .persons = persons,
                                        .total = total,
                                        .pager = &tabs.pager,
                                        .may_edit = request_may(req, RIGHT_PROGRAMME) });
        page_end(req, h, 200);
        pager_clear(&tabs);
}

/* The person that the address or the reader's account means; NULL when there is none, then "not found" was answered. */
static Person *person_of_request(Request *req, Db *db, const Event *event, bool own)
{
        Person *person = own ? person_of_account(db, event->id, request_account(req))
                             : person_find(db, event->id, request_param(req, "code"));
        if (!person && own)
                respond_error(req, request_method(req) == GET ? 200 : 409,
                              tr(request_lang(req), "You are not on this programme yet. Its organisers link your "
                                                    "address to your name there."));
        else if (!person)
                respond_not_found(req);
        return person;
}

static Form *person_form(Request *req, const Person *person)
{
        Form *form = form_new(req, fields);
        if (person) {
                form_set(form, "name", person->name);
                form_set(form, "biography", person->biography);
        }
        return form;
}

static const char *notice_of(const Request *req)
{
        static const char *const notices[][2] = { { "saved", N_("Saved.") },
                                                  { "invited", N_("The invitation is on its way.") },
                                                  { "merged", N_("Merged.") } };
        for (size_t i = 0; i < G_N_ELEMENTS(notices); i++)
                if (!strcmp(request_query(req, "done"), notices[i][0]))
                        return tr(request_lang(req), notices[i][1]);
        return NULL;
}

static void show(Request *req, Db *db, bool own)
{
        g_autoptr(Event) event = event_of_request(req, db);
        g_autoptr(Person) person = event ? person_of_request(req, db, event, own) : NULL;
        if (!person)
                return;
        g_autoptr(Form) form = person_form(req, person);
        show_person(req, db,
                    &(View){ .event = event,
                             .person = person,
                             .form = form,
                             .version = person->version,
                             .own = own,
                             .notice = notice_of(req) },
                    200);
}

void show_one_person(Request *req, Db *db)
{
        show(req, db, false);
}

void show_own_person(Request *req, Db *db)
{
        show(req, db, true);
}

void show_new_person(Request *req, Db *db)
{
        g_autoptr(Event) event = event_of_request(req, db);
        if (!event)
                return;
        g_autoptr(Form) form = person_form(req, NULL);
        show_person(req, db, &(View){ .event = event, .form = form }, 200);
}

static void difference_clear(gpointer data)
{
        g_free(((Difference *)data)->theirs);
        g_free(((Difference *)data)->yours);
}

static GArray *differences_of(const Person *person, const Form *form)
{
        const Lang *lang = form_lang(form);
        GArray *differences = g_array_new(FALSE, TRUE, sizeof(Difference));
        g_array_set_clear_func(differences, difference_clear);
        const char *pairs[][3] = { { "name", person->name, tr(lang, "Name") },
                                   { "biography", person->biography, tr(lang, "Who it is") } };
        for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
                const char *yours = form_value(form, pairs[i][0]);
                Difference difference = { pairs[i][2], g_strdup(pairs[i][1]), g_strdup(yours) };
                if (strcmp(pairs[i][1], yours) != 0)
                        g_array_append_val(differences, difference);
                else
                        difference_clear(&difference);
        }
        return differences;
}

/* In the writer's turn, the picture already made. True when something is to be kept. */
static bool keep(Request *req, Db *db, View *view, const PictureDraft *draft, const char *fault)
{
        const Lang *lang = request_lang(req);
        g_autoptr(Person) written = g_new0(Person, 1);
        if (fault)
                form_fail(view->form, "photo", tr(lang, fault));
        if (!form_check(view->form)) {
                show_person(req, db, view, 422);
                return false;
        }
        written->id = view->person ? view->person->id : 0;
        written->code = g_strdup(view->person ? view->person->code : "");
        written->name = g_strdup(form_value(view->form, "name"));
        written->biography = g_strdup(form_value(view->form, "biography"));
        int64_t photo = form_ticked(view->form, "no_photo") ? 0 : -1;
        int64_t sent_version = number_sent(req, "version");
        bool stale = view->person && view->person->version != sent_version;
        if (draft && !stale)
                photo = picture_keep(db, view->event->id, draft);
        SessionKept kept = person_keep(db, view->event->id, written, sent_version, photo);
        if (kept == SESSION_STALE) {
                g_autoptr(GArray) differences = differences_of(view->person, view->form);
                view->differences = differences;
                view->version = view->person->version;
                show_person(req, db, view, 409);
        } else if (kept == SESSION_FAILED) {
                respond_error(req, 500, tr(lang, "The store refused it. Nothing was changed."));
        } else if (view->own) {
                respond_redirect(req, "/%s/me/speaker/?done=saved", view->event->slug);
        } else {
                respond_redirect(req, "/%s/organise/speaker/%s/?done=saved", view->event->slug, written->code);
        }
        return kept == SESSION_KEPT;
}

/* The picture is made before the writer is asked for. */
static void save(Request *req, bool own, bool is_new)
{
        const char *fault = NULL;
        g_autoptr(PictureDraft) draft = picture_take(req, "photo", &fault);
        g_autoptr(GError) error = NULL;
        Db *db = store_write_begin(request_store(req), WRITE_PAGE);
        g_autoptr(Event) event = event_of_request(req, db);
        g_autoptr(Person) person = event && !is_new ? person_of_request(req, db, event, own) : NULL;
        bool kept = false;
        if (person || (event && is_new)) {
                g_autoptr(Form) form = person_form(req, NULL);
                View view = { .event = event,
                              .person = person,
                              .form = form,
                              .version = number_sent(req, "version"),
                              .own = own };
                kept = keep(req, db, &view, draft, fault);
        }
        if (!store_write_end(request_store(req), db, kept, &error))
                respond_store_error(req, error);
}

void save_person(Request *req, Db *db)
{
        (void)db;
        save(req, false, false);
}

void save_new_person(Request *req, Db *db)
{
        (void)db;
        save(req, false, true);
}

void save_own_person(Request *req, Db *db)
{
        (void)db;
        save(req, true, false);
}

/* Whoever accepts the invitation speaks for the person; until then the account has no role here. */
void invite_person(Request *req, Db *db)
{
        const Lang *lang = request_lang(req);
        g_autoptr(Event) event = event_of_request(req, db);
        g_autoptr(Person) person = event ? person_of_request(req, db, event, false) : NULL;
        if (!person)
                return;
        g_autoptr(Form) invite = form_new(req, invite_fields);
        int64_t account = 0;
        const char *refusal = form_check(invite) ? people_invite_address(req, db, form_value(invite, "email"),
                                                                         ROLE_SPEAKER, event->lang, &account)
                                                 : "";
        if (*refusal)
                form_fail(invite, "email", tr(lang, refusal));
        if (account)
                person_set_account(db, person->id, account);
        if (form_is_ok(invite)) {
                respond_redirect(req, "/%s/organise/speaker/%s/?done=invited", event->slug, person->code);
                return;
        }
        g_autoptr(Form) form = form_new_plain(lang, fields, false);
        form_set(form, "name", person->name);
        form_set(form, "biography", person->biography);
        show_person(
                req, db,
                &(View){ .event = event, .person = person, .form = form, .invite = invite, .version = person->version },
                422);
}

void merge_person(Request *req, Db *db)
{
        const Lang *lang = request_lang(req);
        g_autoptr(Event) event = event_of_request(req, db);
        g_autoptr(Person) person = event ? person_of_request(req, db, event, false) : NULL;
        if (!person)
                return;
        g_autoptr(Person) twin = person_find(db, event->id, request_field(req, "twin"));
        if (!twin || twin->id == person->id || strcmp(twin->name, person->name) != 0)
                respond_error(req, 409, tr(lang, "There is no other person of this name any more."));
        else if (person_merge(db, event->id, person, twin))
                respond_redirect(req, "/%s/organise/speaker/%s/?done=merged", event->slug, person->code);
        else
                respond_error(req, 500, tr(lang, "The store refused it. Nothing was changed."));
}

const Route speaker_routes[] = {
        { GET, "/:event/organise/speakers/", show_persons, RIGHT_TEAM, 0, "Who speaks, to edit", .menu = N_("Speakers"),
          .menu_text = N_("Their names, words and photographs; invite them.") },
        { GET, "/:event/organise/speakers/new/", show_new_person, RIGHT_PROGRAMME, 0, "A new person" },
        { POST_ALONE, "/:event/organise/speakers/new/", save_new_person, RIGHT_PROGRAMME, PICTURE_UPLOAD_BYTES,
          "Add a person" },
        { GET, "/:event/organise/speaker/:code/", show_one_person, RIGHT_PROGRAMME, 0, "A person, to edit" },
        { POST_ALONE, "/:event/organise/speaker/:code/", save_person, RIGHT_PROGRAMME, PICTURE_UPLOAD_BYTES,
          "Change a person" },
        { POST, "/:event/organise/speaker/:code/invite/", invite_person, RIGHT_ORGANISER, 8192,
          "Invite a person to speak" },
        { POST, "/:event/organise/speaker/:code/merge/", merge_person, RIGHT_PROGRAMME, 4096,
          "Make one person of two" },
        { GET, "/:event/me/speaker/", show_own_person, RIGHT_SPEAKER, 0, "A speaker's own words and photograph" },
        { POST_ALONE, "/:event/me/speaker/", save_own_person, RIGHT_SPEAKER, PICTURE_UPLOAD_BYTES,
          "Change one's own words and photograph" },
        { 0 },
};
