/* Who carries the event: organises, funds, hosts it, with a logo and a link. */
#include "conference/conference_views.h"
#include "conference/listing.h"
#include "picture/picture.h"

#include <string.h>

static const FormOption levels[] = {
        { .value = "organises", .label = N_("Organises") }, { .value = "labels", .label = N_("Gives its label") },
        { .value = "funds", .label = N_("Funds") },         { .value = "hosts", .label = N_("Hosts") },
        { .value = "supports", .label = N_("Supports") },   { 0 },
};

static const FormField fields[] = {
        { .name = "name", .label = N_("Name"), .required = true, .characters_max = 120 },
        { .name = "level", .label = N_("What it does"), .kind = FIELD_SELECT, .required = true, .options = levels },
        { .name = "url", .label = N_("Its site"), .kind = FIELD_URL, .characters_max = 300 },
        { .name = "logo",
          .label = N_("Logo"),
          .hint = N_("JPEG, PNG or WebP, 16 MB at most. It stands on the poster."),
          .kind = FIELD_FILE,
          .accept = PICTURE_ACCEPT },
        { .name = "no_logo", .label = N_("Show no logo any more"), .kind = FIELD_TICK },
        { 0 },
};

const char *partner_level_text(const char *level)
{
        for (const FormOption *option = levels; option->value; option++)
                if (!strcmp(option->value, level))
                        return option->label;
        return "";
}

static Html *begin_page(Request *req, const Event *event, const char *title)
{
        static const char *const scripts[] = { "picture/shrink.js", NULL };
        return conference_page(req, event, EVENT_ORGANISE,
                               &(Page){ .title = title, .scripts = scripts, .no_index = true });
}

static void show_list(Request *req, Db *db, const Event *event, const Form *form, int status)
{
        const Lang *lang = request_lang(req);
        g_autoptr(GPtrArray) partners = conference_partners(db, event->id);
        g_autoptr(EventList) listing = event_list_new(req, partners->len);
        for (guint i = listing->first; i < listing->end; i++) {
                const Partner *partner = partners->pdata[i];
                g_autofree char *url =
                        g_strdup_printf("/%s/organise/partners/%" G_GINT64_FORMAT "/", event->slug, partner->id);
                ListedRow *row = event_list_add(listing, partner->id, partner->name, url,
                                                tr(lang, partner_level_text(partner->level)));
                /* the order is within a level */
                row->first = row->first || !i || strcmp(((Partner *)partners->pdata[i - 1])->level, partner->level);
                g_free(row->logo_url);
                row->logo_url = g_strdup(partner->logo_url);
                row->logo_width = partner->logo_width;
                row->logo_height = partner->logo_height;
        }
        Html *h = begin_page(req, event, tr(lang, "Partners and funders"));
        partners_view(h, &(ListPage){ .listing = listing, .form = form, .done = request_query(req, "done") });
        page_end(req, h, status);
}

void show_partners(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_of_request(req, db);
        if (!event)
                return;
        g_autoptr(Form) form = form_new(req, fields);
        form_set(form, "level", "funds");
        show_list(req, db, event, form, 200);
}

static void partner_fill(Partner *partner, const Form *form)
{
        g_free(partner->name);
        g_free(partner->level);
        g_free(partner->url);
        partner->name = g_strdup(form_value(form, "name"));
        partner->level = g_strdup(form_value(form, "level"));
        partner->url = g_strdup(form_value(form, "url"));
}

/* In a turn. Changes partner, keeps it with its picture; drops the one it had. */
static bool keep(Request *req, Db *db, int64_t event, Partner *partner, const Form *form, const PictureDraft *draft)
{
        int64_t old = partner->picture;
        if (draft)
                partner->picture = picture_keep(db, event, draft);
        else if (form_ticked(form, "no_logo"))
                partner->picture = 0;
        if (draft && !partner->picture) {
                conference_picture_lost(req);
                return false;
        }
        return conference_keep_partner(db, event, partner) && (old == partner->picture || picture_drop(db, event, old));
}

typedef struct {
        Form *form;
        PictureDraft *draft;
} Sent;

static void sent_clear(Sent *sent)
{
        form_free(sent->form);
        picture_draft_free(sent->draft);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Sent, sent_clear)

/* Reads the form and makes its picture: all that needs no turn. */
static void sent_read(Request *req, Sent *ret_sent)
{
        const char *fault = NULL;
        ret_sent->form = form_new(req, fields);
        form_check(ret_sent->form);
        ret_sent->draft = picture_take(req, "logo", &fault);
        if (fault)
                form_fail(ret_sent->form, "logo", tr(form_lang(ret_sent->form), fault));
}

static bool partner_check(Db *db, int64_t event, const Partner *partner, Form *form)
{
        if (partner_is_taken(db, event, partner))
                form_fail(form, "name", tr(form_lang(form), "This partner stands here already."));
        return form_is_ok(form);
}

void act_on_partners(Request *req, Db *unused)
{
        int64_t up = event_list_asked(req, "up");
        g_auto(Sent) sent = { 0 };
        if (!up)
                sent_read(req, &sent);
        Db *db = store_write_begin(request_store(req), WRITE_PAGE);
        g_autoptr(Event) event = conference_of_request(req, db);
        g_autoptr(Partner) partner = g_new0(Partner, 1);
        bool kept = false;
        if (event && up) {
                kept = conference_move_up(db, event->id, LISTED_PARTNER, up);
        } else if (event) {
                partner_fill(partner, sent.form);
                if (partner_count(db, event->id) >= PARTNERS_MAX)
                        form_fail(sent.form, "", tr(request_lang(req), "An event has 20 partners at most."));
                kept = partner_check(db, event->id, partner, sent.form) &&
                       keep(req, db, event->id, partner, sent.form, sent.draft);
                if (!form_is_ok(sent.form))
                        show_list(req, db, event, sent.form, 422);
        }
        if (conference_end_turn(req, db, kept) && kept)
                respond_redirect(req, "/%s/organise/partners/?done=%s", event->slug, up ? "moved" : "added");
}

static Partner *partner_of_request(Request *req, Db *db, const Event *event)
{
        guint64 id = 0;
        g_ascii_string_to_unsigned(request_param(req, "partner"), 10, 1, G_MAXINT64, &id, NULL);
        Partner *partner = partner_find(db, event->id, (int64_t)id);
        if (!partner)
                respond_not_found(req);
        return partner;
}

static void show_partner(Request *req, const Event *event, const Partner *partner, const Form *form, int status)
{
        Html *h = begin_page(req, event, partner->name);
        partner_edit_view(h, &(PartnerEditPage){ .event = event, .partner = partner, .form = form });
        page_end(req, h, status);
}

void edit_partner(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_of_request(req, db);
        g_autoptr(Partner) partner = event ? partner_of_request(req, db, event) : NULL;
        if (!partner)
                return;
        g_autoptr(Form) form = form_new(req, fields);
        form_set(form, "name", partner->name);
        form_set(form, "level", partner->level);
        form_set(form, "url", partner->url);
        show_partner(req, event, partner, form, 200);
}

void save_partner(Request *req, Db *unused)
{
        bool removes = !strcmp(request_field(req, "act"), "remove"), kept = false;
        g_auto(Sent) sent = { 0 };
        if (!removes)
                sent_read(req, &sent);
        Db *db = store_write_begin(request_store(req), WRITE_PAGE);
        g_autoptr(Event) event = conference_of_request(req, db);
        g_autoptr(Partner) partner = event ? partner_of_request(req, db, event) : NULL;
        if (partner && removes) {
                kept = partner_remove(db, event->id, partner->id) && picture_drop(db, event->id, partner->picture);
        } else if (partner) {
                partner_fill(partner, sent.form);
                kept = partner_check(db, event->id, partner, sent.form) &&
                       keep(req, db, event->id, partner, sent.form, sent.draft);
                if (!form_is_ok(sent.form))
                        show_partner(req, event, partner, sent.form, 422);
        }
        if (!conference_end_turn(req, db, kept) || !kept)
                return;
        pictures_tidy(request_store(req));
        respond_redirect(req, "/%s/organise/partners/?done=%s", event->slug, removes ? "removed" : "saved");
}
