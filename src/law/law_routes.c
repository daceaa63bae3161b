/* The pages that everybody may read, the register, and the table of routes. */
#include "law/law_pages.h"

#include <string.h>

#include "base/time.h"
#include "people/people.h"

#define FORM_BYTES (128 * 1024)
#define SECURITY_DAYS 180 /* RFC 9116 2.5.5: less than a year */

Html *law_frame(Request *req, const Event *event, EventPlace place, const char *title, bool no_index)
{
        Page page = { .title = title, .no_index = no_index };
        return event ? conference_page(req, event, place, &page) : page_begin(req, &page);
}

void law_places(LawPlace ret_places[LAW_PLACES], const Event *event, const LawHost *host)
{
        bool has_organiser = event && *event->organiser, has_contact = event && *event->contact;
        const LawPlace places[LAW_PLACES] = {
                { "organiser", has_organiser ? event->organiser : host->name, false },
                { "contact", has_contact ? event->contact : host->contact, true },
                { "event", event ? event->title : "Tréteau", false },
                { "licence", event ? event->licence : "CC BY-SA 4.0", false },
                { "host", host->name, false },
                { "host_address", host->address, false },
                { "host_contact",
                  *host->contact ? host->contact
                  : has_contact  ? event->contact
                                 : "",
                  true },
                { "version", TRETEAU_VERSION, false },
                { "checked", LAW_CHECKED_DAY, false },
                { 0 },
        };
        memcpy(ret_places, places, sizeof places);
}

/* The last part of "/legal/" or "/:event/legal/". */
static LawPage page_asked(const Request *req)
{
        g_auto(GStrv) parts = g_strsplit(request_path(req), "/", -1);
        guint count = g_strv_length(parts);
        return count >= 2 ? law_page_by_word(parts[count - 2]) : LAW_PAGE_COUNT;
}

static char *edit_url(const Request *req, const Event *event, LawPage page)
{
        if (event && request_may(req, RIGHT_ORGANISER))
                return g_strdup_printf("/%s/organise/legal/?page=%s", event->slug, law_word(page));
        return !event && request_may(req, RIGHT_OWNER) ? g_strdup("/admin/legal/") : NULL;
}

void show_law_page(Request *req, Db *db)
{
        LawPage page = page_asked(req);
        g_autoptr(Event) event = conference_event(db, request_event(req));
        g_autoptr(LawHost) host = law_host(db);
        if (page == LAW_PAGE_COUNT || !host) {
                respond_not_found(req);
                return;
        }
        const Lang *lang = request_lang(req);
        LawPlace places[LAW_PLACES];
        law_places(places, event, host);
        g_autofree char *written = law_text(db, event ? event->id : 0, page, lang_code(lang));
        g_autofree char *text = law_fill(written ? written : tr(lang, law_usual_text(page)), places, lang);
        g_autofree char *edit = edit_url(req, event, page);
        const char *title = tr(lang, law_title(page));
        LawTextPage view = { .page = page, .title = title, .text = text, .edit_url = edit };
        if (page == LAW_PRIVACY)
                view.rows = law_retention(&view.count);
        Html *h = law_frame(req, event, EVENT_NOWHERE, title, false);
        law_text_view(h, &view);
        page_end(req, h, 200);
}

/* Article 30 of the GDPR asks for it; to be printed. */
void law_show_register(Request *req, Db *db)
{
        const Lang *lang = request_lang(req);
        g_autoptr(Event) event = conference_event(db, request_event(req));
        g_autoptr(LawHost) host = law_host(db);
        LawPlace places[LAW_PLACES];
        law_places(places, event, host);
        g_autofree char *back = event ? g_strdup_printf("/%s/privacy/", event->slug) : g_strdup("/privacy/");
        LawRegisterPage view = { .responsible = places[0].value,
                                 .contact = places[1].value,
                                 .scope = event ? event->title : request_origin(req),
                                 .back_url = back };
        view.rows = law_retention(&view.count);
        Html *h = law_frame(req, event, EVENT_ORGANISE, tr(lang, "Register of processing"), true);
        law_register_view(h, &view);
        page_end(req, h, 200);
}

/* Beside the program where it was built, or where it was installed to. NULL when there is none. (transfer full) */
static char *source_path(void)
{
        static const char *const places[] = { "treteau-source.tar.gz", "../share/treteau/treteau-source.tar.gz" };
        g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
        g_autofree char *folder = self ? g_path_get_dirname(self) : NULL;
        for (size_t i = 0; folder && i < G_N_ELEMENTS(places); i++) {
                g_autofree char *path = g_build_filename(folder, places[i], NULL);
                if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
                        return g_steal_pointer(&path);
        }
        return NULL;
}

void show_source(Request *req, Db *db)
{
        g_autoptr(LawHost) host = law_host(db);
        g_autofree char *path = source_path();
        Html *h = page_begin(req, &(Page){ .title = tr(request_lang(req), "Source code") });
        law_source_view(h, &(LawSourcePage){ .version = TRETEAU_VERSION,
                                             .source_url = *host->source_url ? host->source_url : NULL,
                                             .own_url = path ? "/source/treteau-" TRETEAU_VERSION ".tar.gz" : NULL });
        page_end(req, h, 200);
}

void send_source(Request *req, Db *db)
{
        g_autofree char *path = source_path();
        g_autoptr(GMappedFile) file = path ? g_mapped_file_new(path, FALSE, NULL) : NULL;
        if (!file) {
                respond_not_found(req);
                return;
        }
        g_autoptr(GBytes) bytes = g_mapped_file_get_bytes(file);
        respond_bytes(req, 200, "application/gzip", bytes);
}

/* RFC 9116. */
void send_security(Request *req, Db *db)
{
        g_autoptr(LawHost) host = law_host(db);
        g_autoptr(GDateTime) end = g_date_time_new_from_unix_utc(now_us() / SECOND_US + SECURITY_DAYS * 86400);
        g_autofree char *expires = g_date_time_format(end, "%Y-%m-%dT00:00:00Z");
        g_autofree char *contact = *host->contact ? g_strconcat("mailto:", host->contact, NULL)
                                                  : g_strconcat(request_origin(req), "/contact/", NULL);
        g_autofree char *text = g_strdup_printf("Contact: %s\nExpires: %s\nPreferred-Languages: fr, en\n"
                                                "Canonical: %s/.well-known/security.txt\n",
                                                contact, expires, request_origin(req));
        respond_text(req, 200, "text/plain; charset=utf-8", text);
}

const Route law_routes[] = {
        { GET, "/legal/", show_law_page, RIGHT_PUBLIC, 0, "Legal notice of the server" },
        { GET, "/privacy/", show_law_page, RIGHT_PUBLIC, 0, "What the server keeps of whom" },
        { GET, "/accessibility/", show_law_page, RIGHT_PUBLIC, 0, "Accessibility statement" },
        { GET, "/contact/", show_law_page, RIGHT_PUBLIC, 0, "Whom to write to" },
        { GET, "/:event/legal/", show_law_page, RIGHT_PUBLIC, 0, "Legal notice of an event" },
        { GET, "/:event/privacy/", show_law_page, RIGHT_PUBLIC, 0, "What an event keeps of whom" },
        { GET, "/:event/accessibility/", show_law_page, RIGHT_PUBLIC, 0, "Accessibility statement of an event" },
        { GET, "/:event/contact/", show_law_page, RIGHT_PUBLIC, 0, "Whom to write to about an event" },
        { GET, "/source/", show_source, RIGHT_PUBLIC, 0, "Where the sources are" },
        { GET, "/source/treteau-" TRETEAU_VERSION ".tar.gz", send_source, RIGHT_PUBLIC, 0, "The sources" },
        { GET, "/.well-known/security.txt", send_security, RIGHT_PUBLIC, 0, "Whom to tell of a flaw" },
        { GET, "/admin/legal/", show_host, RIGHT_OWNER, 0, "Who has the server", N_("Legal texts"), "" },
        { POST, "/admin/legal/", keep_host, RIGHT_OWNER, FORM_BYTES, "Say who has the server" },
        { GET, "/admin/legal/text/", show_texts, RIGHT_OWNER, 0, "The server's texts" },
        { POST, "/admin/legal/text/", keep_text, RIGHT_OWNER, FORM_BYTES, "Change a text of the server" },
        { GET, "/admin/register/", law_show_register, RIGHT_OWNER, 0, "Register of processing of the server" },
        { GET, "/:event/organise/legal/", show_texts, RIGHT_ORGANISER, 0, "An event's legal texts",
          .menu = N_("Legal texts"), .menu_text = N_("Legal notice, privacy, accessibility, contact.") },
        { POST, "/:event/organise/legal/", keep_text, RIGHT_ORGANISER, FORM_BYTES, "Change a text of an event" },
        { GET, "/:event/organise/processing/", law_show_register, RIGHT_ORGANISER, 0,
          "Register of processing of an event", .menu = N_("Register of processing"),
          .menu_text = N_("What is kept of whom, why and how long, to print.") },
        { GET, "/:event/organise/consents/", law_show_consents, RIGHT_ORGANISER, 0, "Who agreed to be recorded",
          .menu = N_("Consents"), .menu_text = N_("Who agreed to be recorded, and since when.") },
        { GET, "/:event/me/consent/", law_show_consent, RIGHT_SIGNED_IN, 0, "What consent to be recorded means" },
        { GET, "/me/data/", law_show_data, RIGHT_SIGNED_IN, 0, "What is kept of oneself" },
        { GET, "/me/data/data.json", law_send_data, RIGHT_SIGNED_IN, 0, "What is kept of oneself, for programs" },
        { POST, "/me/data/", law_erase_data, RIGHT_SIGNED_IN, FORM_BYTES, "Erase oneself" },
        { GET, "/me/data/erased/", show_erased, RIGHT_PUBLIC, 0, "All is erased" },
        { 0 },
};
