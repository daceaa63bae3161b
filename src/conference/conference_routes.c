#include "conference/conference_views.h"

#include "base/time.h"
#include "base/when.h"
#include "base/zone.h"
#include "people/people.h"

#include <string.h>

#define FORM_BYTES (64 * 1024)
#define DAYS_MAX 60

static const FormOption themes[] = {
        { .value = "nec", .label = N_("Sun yellow"), .hint = N_("Black on yellow paper.") },
        { .value = "tilleul", .label = N_("Lime"), .hint = N_("Black on green paper.") },
        { .value = "brique", .label = N_("Brick"), .hint = N_("White on red paper.") },
        { 0 },
};

/* The first is asked only for a new event. */
static const FormField fields[] = {
        { .name = "slug",
          .label = N_("Its address on this server"),
          .hint = N_("Small letters, digits and hyphens, such as rencontres-2027. It does not change afterwards."),
          .kind = FIELD_SLUG,
          .required = true,
          .characters_max = 40 },
        { .name = "title", .label = N_("Name of the event"), .required = true, .characters_max = 120 },
        { .name = "subtitle",
          .label = N_("A line above the name"),
          .hint = N_("Such as: two open days, free, online and in three places."),
          .characters_max = 160 },
        { .name = "lead",
          .label = N_("What it is, in a sentence or two"),
          .kind = FIELD_TEXT,
          .characters_max = 400,
          .rows = 3 },
        { .name = "description",
          .label = N_("Why, for whom, how"),
          .hint = N_("Markdown is understood: empty lines, **bold**, lists, [links](https://…)."),
          .kind = FIELD_TEXT,
          .rows = 10 },
        { .name = "first_day", .label = N_("First day"), .kind = FIELD_DATE, .required = true },
        { .name = "last_day", .label = N_("Last day"), .kind = FIELD_DATE, .required = true },
        { .name = "zone",
          .label = N_("Time zone"),
          .hint = N_("A continent and a city, such as Europe/Paris or Indian/Reunion."),
          .required = true,
          .characters_max = 60 },
        { .name = "place", .label = N_("Place"), .hint = N_("Where one may come, or: online."), .characters_max = 160 },
        { .name = "organiser", .label = N_("Who organises it"), .characters_max = 160 },
        { .name = "contact",
          .label = N_("Address for questions"),
          .hint = N_("It is shown on the poster."),
          .kind = FIELD_EMAIL },
        { .name = "url", .label = N_("A page elsewhere"), .kind = FIELD_URL },
        { .name = "licence",
          .label = N_("Licence of what is published"),
          .hint = N_("A free one, such as CC BY-SA 4.0; a session may have its own."),
          .required = true,
          .characters_max = 60 },
        { .name = "theme",
          .label = N_("Colour of the paper"),
          .kind = FIELD_CHOICE,
          .required = true,
          .options = themes },
        { 0 },
};

/* The texts that the form and the event share. */
static const struct {
        const char *name;
        size_t offset;
} texts[] = {
        { "title", offsetof(Event, title) },
        { "subtitle", offsetof(Event, subtitle) },
        { "lead", offsetof(Event, lead) },
        { "description", offsetof(Event, description) },
        { "first_day", offsetof(Event, first_day) },
        { "last_day", offsetof(Event, last_day) },
        { "zone", offsetof(Event, zone_name) },
        { "place", offsetof(Event, place) },
        { "organiser", offsetof(Event, organiser) },
        { "contact", offsetof(Event, contact) },
        { "url", offsetof(Event, url) },
        { "licence", offsetof(Event, licence) },
        { "theme", offsetof(Event, theme) },
};

static Form *event_form(Request *req, const Event *event)
{
        Form *form = form_new(req, event ? fields + 1 : fields);
        for (size_t i = 0; event && i < G_N_ELEMENTS(texts); i++)
                form_set(form, texts[i].name, G_STRUCT_MEMBER(char *, event, texts[i].offset));
        if (event)
                return form;
        form_set(form, "zone", "Europe/Paris");
        form_set(form, "licence", "CC BY-SA 4.0");
        form_set(form, "theme", "nec");
        return form;
}

/* What no single field can tell. */
static bool event_form_check(Form *form)
{
        const Lang *lang = form_lang(form);
        if (!form_check(form))
                return false;
        if (!zone_is_known(form_value(form, "zone")))
                form_fail(form, "zone", tr(lang, "There is no such time zone; an example is Europe/Paris."));
        g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
        int64_t first = 0, last = 0;
        when_parse(utc, form_value(form, "first_day"), &first);
        when_parse(utc, form_value(form, "last_day"), &last);
        if (last < first)
                form_fail(form, "last_day", tr(lang, "The last day is before the first."));
        else if (last - first > DAYS_MAX * DAY_US)
                form_fail(form, "last_day", tr(lang, "An event lasts 60 days at most."));
        return form_is_ok(form);
}

static void event_fill(Event *event, const Form *form)
{
        for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
                char **text = &G_STRUCT_MEMBER(char *, event, texts[i].offset);
                g_free(*text);
                *text = g_strdup(form_value(form, texts[i].name));
        }
}

static void show_form(Request *req, const Event *event, const Form *form, int status)
{
        const Lang *lang = request_lang(req);
        Page page = { .title = event ? tr(lang, "Event") : tr(lang, "New event"), .no_index = true };
        Html *h = event ? conference_page(req, event, EVENT_ORGANISE, &page) : page_begin(req, &page);
        event_form_view(h, &(EventFormPage){ .slug = event ? event->slug : NULL,
                                             .form = form,
                                             .saved = !strcmp(request_query(req, "done"), "saved") });
        page_end(req, h, status);
}

static void edit_event(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        if (!event) {
                respond_not_found(req);
                return;
        }
        g_autoptr(Form) form = event_form(req, event);
        show_form(req, event, form, 200);
}

static void save_event(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        if (!event) {
                respond_not_found(req);
                return;
        }
        g_autoptr(Form) form = event_form(req, event);
        if (!event_form_check(form)) {
                show_form(req, event, form, 422);
                return;
        }
        event_fill(event, form);
        if (conference_save(db, event))
                respond_redirect(req, "/%s/organise/event/?done=saved", event->slug);
}

static void show_new_event(Request *req, Db *db)
{
        g_autoptr(Form) form = event_form(req, NULL);
        show_form(req, NULL, form, 200);
}

static void create_event(Request *req, Db *db)
{
        const Lang *lang = request_lang(req);
        g_autoptr(Form) form = event_form(req, NULL);
        event_form_check(form);
        const char *slug = form_value(form, "slug"), *fault = slug_fault(slug);
        g_autoptr(Event) known = conference_find(db, slug);
        if (*slug && fault)
                form_fail(form, "slug", tr(lang, fault));
        else if (known)
                form_fail(form, "slug", tr(lang, "Another event has this address."));
        if (!form_is_ok(form)) {
                show_form(req, NULL, form, 422);
                return;
        }
        g_autoptr(Event) event = g_new0(Event, 1);
        event_fill(event, form);
        event->slug = g_strdup(slug);
        event->lang = g_strdup(lang_code(lang));
        event->version = g_strdup("1");
        if (conference_save(db, event) && people_grant(db, request_account(req), event->id, ROLE_EVENT_OWNER))
                respond_redirect(req, "/%s/organise/", event->slug);
}

/* Publishes an event, or takes it back. */
static void publish_event(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        bool publish = !strcmp(request_field(req, "publish"), "1");
        if (!event)
                respond_not_found(req);
        else if (conference_set_published(db, event->id, publish))
                respond_redirect(req, "/%s/organise/?done=%s", event->slug, publish ? "published" : "taken-back");
}

const Route conference_routes[] = {
        { GET, "/:event/organise/event/", edit_event, RIGHT_ORGANISER, 0, "Texts, days and zone of an event",
          .menu = N_("Texts, days, colours"), .menu_text = N_("What the poster says.") },
        { POST, "/:event/organise/event/", save_event, RIGHT_ORGANISER, FORM_BYTES, "Change an event" },
        { POST, "/:event/organise/publish/", publish_event, RIGHT_ORGANISER, 4096,
          "Publish an event, or take it back" },
        { GET, "/admin/events/new/", show_new_event, RIGHT_OWNER, 0, "A new event" },
        { POST, "/admin/events/new/", create_event, RIGHT_OWNER, FORM_BYTES, "Create an event" },
        { 0 },
};
