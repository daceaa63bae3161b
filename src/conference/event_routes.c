/* The event itself: made, changed; its texts with a preview. */
#include "conference/conference_views.h"

#include "base/time.h"
#include "base/when.h"
#include "base/zone.h"
#include "people/people.h"

#include <string.h>

#define DAYS_MAX 60
#define LANGS_MAX 8

static const FormOption langs[] = {
        { .value = "fr", .label = N_("In French") },
        { .value = "en", .label = N_("In English") },
        { 0 },
};

#define TITLE_FIELD                                                                                                    \
        {                                                                                                              \
                .name = "title", .label = N_("Name of the event"), .required = true, .characters_max = 120             \
        }
#define DAY_FIELDS                                                                                                     \
        { .name = "first_day", .label = N_("First day"), .kind = FIELD_DATE, .required = true },                       \
                { .name = "last_day", .label = N_("Last day"), .kind = FIELD_DATE, .required = true },                 \
        {                                                                                                              \
                .name = "zone", .label = N_("Time zone"),                                                              \
                .hint = N_("A continent and a city, such as Europe/Paris or Indian/Reunion."), .required = true,       \
                .characters_max = 60                                                                                   \
        }
#define LANG_FIELD                                                                                                     \
        {                                                                                                              \
                .name = "lang", .label = N_("Language of its texts and mails"), .kind = FIELD_SELECT,                  \
                .required = true, .options = langs                                                                     \
        }
#define ORGANISER_FIELDS                                                                                               \
        { .name = "organiser", .label = N_("Who organises it"), .characters_max = 160 },                               \
        {                                                                                                              \
                .name = "contact", .label = N_("Address for questions"), .hint = N_("It is shown on the poster."),     \
                .kind = FIELD_EMAIL                                                                                    \
        }

static const FormField new_fields[] = {
        TITLE_FIELD,
        { .name = "slug",
          .label = N_("Its address on this server"),
          .hint = N_("Small letters, digits and hyphens, such as rencontres-2027."),
          .kind = FIELD_SLUG,
          .required = true,
          .characters_max = 40 },
        DAY_FIELDS,
        LANG_FIELD,
        ORGANISER_FIELDS,
        { 0 },
};

static const FormField fields[] = {
        TITLE_FIELD,
        { .name = "subtitle",
          .label = N_("A line above the name"),
          .hint = N_("Such as: two open days, free, online and in three places."),
          .characters_max = 160 },
        DAY_FIELDS,
        { .name = "place", .label = N_("Place"), .hint = N_("Where one may come, or: online."), .characters_max = 160 },
        LANG_FIELD,
        { .name = "langs",
          .label = N_("Other languages that are spoken"),
          .hint = N_("Their codes with a space between: en de oc."),
          .characters_max = 60 },
        ORGANISER_FIELDS,
        { .name = "url", .label = N_("A page elsewhere"), .kind = FIELD_URL },
        { .name = "licence",
          .label = N_("Licence of what is published"),
          .hint = N_("A free one, such as CC BY-SA 4.0; a session may have its own."),
          .required = true,
          .characters_max = 60 },
        { 0 },
};

static const FormField text_fields[] = {
        { .name = "lead",
          .label = N_("What it is, in a sentence or two"),
          .hint = N_("It stands on the poster, under the days."),
          .kind = FIELD_TEXT,
          .characters_max = 400,
          .rows = 3 },
        { .name = "description",
          .label = N_("Why, for whom, how"),
          .hint = N_("Markdown is understood: empty lines, **bold**, lists, [links](https://…)."),
          .kind = FIELD_TEXT,
          .rows = 12 },
        { 0 },
};

/* The texts that the forms and the event share. */
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
        { "lang", offsetof(Event, lang) },
        { "langs", offsetof(Event, langs) },
        { "organiser", offsetof(Event, organiser) },
        { "contact", offsetof(Event, contact) },
        { "url", offsetof(Event, url) },
        { "licence", offsetof(Event, licence) },
};

static bool has_field(const FormField *all, const char *name)
{
        for (; all->name; all++)
                if (!strcmp(all->name, name))
                        return true;
        return false;
}

static Form *form_of_event(Request *req, const FormField *all, const Event *event)
{
        Form *form = form_new(req, all);
        for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
                form_set(form, texts[i].name, G_STRUCT_MEMBER(char *, event, texts[i].offset));
        return form;
}

static void event_fill(Event *event, const FormField *all, const Form *form)
{
        for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
                char **text = &G_STRUCT_MEMBER(char *, event, texts[i].offset);
                if (!has_field(all, texts[i].name))
                        continue;
                g_free(*text);
                *text = g_strdup(form_value(form, texts[i].name));
        }
}

/* "EN, de" → "en de"; NULL when a word is no code. (transfer full) */
static char *tidy_langs(const char *text)
{
        g_auto(GStrv) words = g_strsplit_set(text, " ,;", -1);
        GString *out = g_string_new(NULL);
        int count = 0;
        for (char **word = words; *word; word++) {
                g_autofree char *code = g_ascii_strdown(*word, -1);
                size_t length = strlen(code);
                if (!length)
                        continue;
                if (length > 3 || length < 2 || strspn(code, "abcdefghijklmnopqrstuvwxyz") != length ||
                    ++count > LANGS_MAX) {
                        g_string_free(out, TRUE);
                        return NULL;
                }
                g_string_append_printf(out, "%s%s", out->len ? " " : "", code);
        }
        return g_string_free(out, FALSE);
}

/* What no single field can tell. */
static bool event_form_check(Form *form, const FormField *all)
{
        const Lang *lang = form_lang(form);
        g_autofree char *spoken = has_field(all, "langs") ? tidy_langs(form_value(form, "langs")) : g_strdup("");
        if (!spoken)
                form_fail(form, "langs", tr(lang, "A language is two or three letters, such as en; eight at most."));
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

static void show_form(Request *req, const Event *event, const Form *form, int status)
{
        const Lang *lang = request_lang(req);
        Page page = { .title = event ? tr(lang, "Event") : tr(lang, "New event"), .no_index = true };
        Html *h = event ? conference_page(req, event, EVENT_ORGANISE, &page) : page_begin(req, &page);
        event_form_view(h, &(EventFormPage){ .slug = event ? event->slug : NULL,
                                             .form = form,
                                             .saved = !strcmp(request_query(req, "done"), "saved"),
                                             .owner = event && request_may(req, RIGHT_EVENT_OWNER) });
        page_end(req, h, status);
}

void edit_event(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_of_request(req, db);
        if (!event)
                return;
        g_autoptr(Form) form = form_of_event(req, fields, event);
        show_form(req, event, form, 200);
}

void save_event(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_of_request(req, db);
        if (!event)
                return;
        g_autoptr(Form) form = form_new(req, fields);
        if (!event_form_check(form, fields)) {
                show_form(req, event, form, 422);
                return;
        }
        event_fill(event, fields, form);
        g_autofree char *spoken = tidy_langs(event->langs);
        g_free(event->langs);
        event->langs = g_steal_pointer(&spoken);
        if (conference_save(db, event))
                respond_redirect(req, "/%s/organise/event/?done=saved", event->slug);
}

void show_new_event(Request *req, Db *db)
{
        g_autoptr(Form) form = form_new(req, new_fields);
        form_set(form, "zone", "Europe/Paris");
        form_set(form, "lang", lang_code(request_lang(req)));
        show_form(req, NULL, form, 200);
}

static Event *event_new(void)
{
        Event *event = g_new0(Event, 1);
        for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
                G_STRUCT_MEMBER(char *, event, texts[i].offset) = g_strdup("");
        g_free(event->licence);
        event->licence = g_strdup("CC BY-SA 4.0");
        event->theme = g_strdup("nec");
        event->version = g_strdup("1");
        return event;
}

void create_event(Request *req, Db *db)
{
        const Lang *lang = request_lang(req);
        g_autoptr(Form) form = form_new(req, new_fields);
        event_form_check(form, new_fields);
        const char *slug = form_value(form, "slug"), *fault = slug_fault(slug);
        g_autoptr(Event) known = conference_find(db, slug);
        if (*slug && fault)
                form_fail(form, "slug", tr(lang, fault));
        else if (known)
                form_fail(form, "slug", tr(lang, "Another event has this address, or had it."));
        if (!form_is_ok(form)) {
                show_form(req, NULL, form, 422);
                return;
        }
        g_autoptr(Event) event = event_new();
        event_fill(event, new_fields, form);
        event->slug = g_strdup(slug);
        if (conference_save(db, event) && people_grant(db, request_account(req), event->id, ROLE_EVENT_OWNER))
                respond_redirect(req, "/%s/organise/", event->slug);
}

static void show_texts(Request *req, const Event *event, const Form *form, bool preview, int status)
{
        Html *h = conference_page(req, event, EVENT_ORGANISE,
                                  &(Page){ .title = tr(request_lang(req), "Texts"), .no_index = true });
        texts_view(h, &(TextsPage){ .form = form,
                                    .saved = !strcmp(request_query(req, "done"), "saved"),
                                    .lead = preview ? form_value(form, "lead") : NULL,
                                    .description = form_value(form, "description") });
        page_end(req, h, status);
}

void edit_texts(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_of_request(req, db);
        if (!event)
                return;
        g_autoptr(Form) form = form_of_event(req, text_fields, event);
        show_texts(req, event, form, false, 200);
}

void save_texts(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_of_request(req, db);
        if (!event)
                return;
        g_autoptr(Form) form = form_new(req, text_fields);
        bool right = form_check(form), preview = !strcmp(request_field(req, "act"), "preview");
        if (!right || preview) {
                show_texts(req, event, form, preview, right ? 200 : 422);
                return;
        }
        event_fill(event, text_fields, form);
        if (conference_save(db, event))
                respond_redirect(req, "/%s/organise/texts/?done=saved", event->slug);
}
