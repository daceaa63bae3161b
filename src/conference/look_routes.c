/* What an event looks like: its colours, its logo, and the sheet that carries them. */
#include "web/colour.h"
#include "conference/conference_views.h"
#include "picture/picture.h"

#include <string.h>

static const FormOption themes[] = {
        { .value = "nec", .label = N_("Sun yellow"), .hint = N_("Black on yellow paper.") },
        { .value = "tilleul", .label = N_("Lime"), .hint = N_("Black on green paper.") },
        { .value = "brique", .label = N_("Brick"), .hint = N_("White on red paper.") },
        { .value = "own", .label = N_("Another colour"), .hint = N_("The one chosen below.") },
        { 0 },
};

static const FormField fields[] = {
        { .name = "theme",
          .label = N_("Colour of the paper"),
          .kind = FIELD_CHOICE,
          .required = true,
          .options = themes },
        { .name = "accent",
          .label = N_("Another colour"),
          .hint = N_("What is written on it, and the links on white and on black, are made to be read well."),
          .kind = FIELD_COLOUR },
        { .name = "logo",
          .label = N_("Logo"),
          .hint = N_("JPEG, PNG or WebP, 16 MB at most. It stands on the poster."),
          .kind = FIELD_FILE,
          .accept = PICTURE_ACCEPT },
        { .name = "no_logo", .label = N_("Show no logo any more"), .kind = FIELD_TICK },
        { 0 },
};

static void show_look(Request *req, Db *db, const Event *event, const Form *form, const char *offer, int status)
{
        static const char *const scripts[] = { "picture/shrink.js", NULL };
        g_autoptr(Picture) logo = picture_find(db, event->id, event->logo);
        Html *h = conference_page(
                req, event, EVENT_ORGANISE,
                &(Page){ .title = tr(request_lang(req), "Colours and logo"), .scripts = scripts, .no_index = true });
        look_view(h, &(LookPage){ .event = event,
                                  .form = form,
                                  .logo = logo,
                                  .offer = offer,
                                  .saved = !strcmp(request_query(req, "done"), "saved") });
        page_end(req, h, status);
}

void edit_look(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_of_request(req, db);
        if (!event)
                return;
        g_autoptr(Form) form = form_new(req, fields);
        form_set(form, "theme", *event->accent ? "own" : event->theme);
        form_set(form, "accent", *event->accent ? event->accent : "#f2b530");
        show_look(req, db, event, form, NULL, 200);
}

/* The colour that is asked for, "" for a theme's; ret_offer is the nearest one that can be read, when it cannot. */
static char *accent_check(Request *req, Form *form, char ret_offer[COLOUR_TEXT_BYTES])
{
        const Lang *lang = form_lang(form);
        Colour accent, on;
        const char *taken = request_field(req, "take");
        *ret_offer = '\0';
        if (strcmp(form_value(form, "theme"), "own") != 0 && !*taken)
                return g_strdup("");
        if (!colour_parse(*taken ? taken : form_value(form, "accent"), &accent)) {
                form_fail(form, "accent", tr(lang, "Choose a colour."));
                return g_strdup("");
        }
        if (!colour_on(accent, &on)) {
                colour_text(colour_nearest(accent), ret_offer);
                /* Translators: contrast as WCAG counts it, then a colour such as #f2b530 */
                g_autofree char *sentence = g_strdup_printf(
                        tr(lang, "Neither black nor white can be read well on it: %.1f to 1, where 4.5 are needed. The "
                                 "nearest colour that can is %s."),
                        colour_contrast(accent, on), ret_offer);
                form_fail(form, "accent", sentence);
        }
        char text[COLOUR_TEXT_BYTES];
        colour_text(accent, text);
        return g_strdup(text);
}

static bool keep_look(Request *req, Db *db, const Event *event, const Form *form, const char *accent,
                      const PictureDraft *draft)
{
        bool drops = form_ticked(form, "no_logo");
        int64_t logo = draft ? picture_keep(db, event->id, draft) : drops ? 0 : event->logo;
        const char *theme = *accent ? event->theme : form_value(form, "theme");
        if (draft && !logo) {
                conference_picture_lost(req);
                return false;
        }
        return conference_set_look(db, event->id, theme, accent, logo) &&
               (logo == event->logo || picture_drop(db, event->id, event->logo));
}

void save_look(Request *req, Db *unused)
{
        g_autoptr(Form) form = form_new(req, fields);
        const char *fault = NULL;
        char offer[COLOUR_TEXT_BYTES];
        form_check(form);
        g_autofree char *accent = accent_check(req, form, offer);
        g_autoptr(PictureDraft) draft = picture_take(req, "logo", &fault);
        if (fault)
                form_fail(form, "logo", tr(form_lang(form), fault));
        bool right = form_is_ok(form);
        Store *store = request_store(req);
        Db *db = right ? store_write_begin(store, WRITE_PAGE) : store_read_begin(store);
        g_autoptr(Event) event = conference_of_request(req, db);
        bool keep = right && event && keep_look(req, db, event, form, accent, draft);
        if (event && !right)
                show_look(req, db, event, form, *offer ? offer : NULL, 422);
        if (!right) {
                store_read_end(store, db);
                return;
        }
        if (!conference_end_turn(req, db, keep) || !keep)
                return;
        pictures_tidy(store);
        respond_redirect(req, "/%s/organise/look/?done=saved", event->slug);
}

/* Three tokens by day and by night: no page holds a style of its own. */
void send_theme(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_of_request(req, db);
        Colour accent;
        if (!event)
                return;
        if (!colour_parse(event->accent, &accent)) {
                respond_text(req, 200, "text/css; charset=utf-8", "/* the colours of its theme: web/base.css */\n");
                return;
        }
        g_autofree char *sheet = palette_sheet(accent, event->theme_class);
        respond_text(req, 200, "text/css; charset=utf-8", sheet);
        /* Its address names the colour, so it never changes; while the event is hidden no cache on the way may keep it.
         */
        if (!strcmp(request_query(req, "v"), event->accent + 1))
                respond_header(req, "Cache-Control",
                               event->published ? "public, max-age=31536000, immutable" : "private, max-age=3600");
}
