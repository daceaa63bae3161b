/* Changing the texts, and saying who has the server. */
#include "law/law_pages.h"

#include <string.h>

#include "mail/mail.h"

static const FormField TEXT[] = {
        { .name = "text",
          .label = N_("Text"),
          .hint = N_("Markdown. An empty text brings the usual one back."),
          .kind = FIELD_TEXT,
          .characters_max = 10000,
          .rows = 18 },
        { 0 },
};

static const FormField HOST[] = {
        { .name = "name",
          .label = N_("Who has the server"),
          .hint = N_("An association, a town, a company. The law asks for the one who answers for it."),
          .characters_max = 160 },
        { .name = "address",
          .label = N_("Postal address and telephone"),
          .kind = FIELD_TEXT,
          .characters_max = 400,
          .rows = 4 },
        { .name = "contact", .label = N_("E-mail address for questions"), .kind = FIELD_EMAIL },
        { .name = "source_url",
          .label = N_("Where the changed sources are"),
          .hint = N_("Only when you changed the program: the AGPL asks you to offer what really runs."),
          .kind = FIELD_URL },
        { 0 },
};

/* Which text is asked for: its page and language, the legal notice in the reader's language when none is. */
typedef struct {
        LawPage page;
        const Lang *lang;
} Asked;
static Asked text_asked(const Request *req)
{
        LawPage page = law_page_by_word(request_query(req, "page"));
        const Lang *lang = lang_find(request_query(req, "in"));
        return (Asked){ page == LAW_PAGE_COUNT ? LAW_LEGAL : page, lang ? lang : request_lang(req) };
}

static void clear_choice(gpointer choice)
{
        g_free((char *)((LawTextChoice *)choice)->url);
}

/* (transfer full) of LawTextChoice */
static GArray *choices(const Request *req, const char *base, const Asked *asked)
{
        GArray *list = g_array_new(FALSE, FALSE, sizeof(LawTextChoice));
        g_array_set_clear_func(list, clear_choice);
        for (LawPage page = 0; page < LAW_PAGE_COUNT; page++)
                for (const Lang *const *lang = lang_list(); *lang; lang++) {
                        LawTextChoice choice = { .title = tr(request_lang(req), law_title(page)),
                                                 .lang_code = lang_code(*lang),
                                                 .lang_name = lang_name(*lang),
                                                 .current = asked && page == asked->page && *lang == asked->lang };
                        choice.url = g_strdup_printf("%s?page=%s&in=%s", base, law_word(page), lang_code(*lang));
                        g_array_append_val(list, choice);
                }
        return list;
}

static char *texts_base(const Event *event)
{
        return event ? g_strdup_printf("/%s/organise/legal/", event->slug) : g_strdup("/admin/legal/text/");
}

static void show_texts_with(Request *req, Db *db, const Event *event, const Asked *asked, const Form *form, int status)
{
        const Lang *lang = request_lang(req);
        g_autofree char *base = texts_base(event);
        g_autofree char *page_url = event ? g_strdup_printf("/%s/%s/", event->slug, law_word(asked->page))
                                          : g_strdup_printf("/%s/", law_word(asked->page));
        g_autofree char *register_url =
                event ? g_strdup_printf("/%s/organise/processing/", event->slug) : g_strdup("/admin/register/");
        g_autofree char *written = law_text(db, event ? event->id : 0, asked->page, lang_code(asked->lang));
        g_autoptr(GArray) list = choices(req, base, asked);
        g_autoptr(LawHost) host = law_host(db);
        LawPlace places[LAW_PLACES];
        law_places(places, event, host);
        Html *h = law_frame(req, event, EVENT_ORGANISE, tr(lang, "Legal texts"), true);
        law_edit_view(h, &(LawEditPage){ .title = tr(lang, law_title(asked->page)),
                                         .page_url = page_url,
                                         .register_url = register_url,
                                         .choices = (const LawTextChoice *)list->data,
                                         .choice_count = list->len,
                                         .form = form,
                                         .places = places,
                                         .kept = strcmp(request_query(req, "done"), "kept") == 0,
                                         .is_usual = !written });
        page_end(req, h, status);
}

void show_texts(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        Asked asked = text_asked(req);
        g_autofree char *written = law_text(db, event ? event->id : 0, asked.page, lang_code(asked.lang));
        g_autoptr(Form) form = form_new(req, TEXT);
        form_set(form, "text", written ? written : tr(asked.lang, law_usual_text(asked.page)));
        show_texts_with(req, db, event, &asked, form, 200);
}

static bool check_text(Form *form, const LawPlace *places)
{
        if (!form_check(form))
                return false;
        g_autofree char *unknown = law_unknown_place(form_value(form, "text"), places);
        g_autofree char *sentence =
                unknown ? g_strdup_printf(
                                  tr(form_lang(form), "{%s} stands for nothing; below is what may be filled in."),
                                  unknown)
                        : NULL;
        if (unknown)
                form_fail(form, "text", sentence);
        return !unknown;
}

void keep_text(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        g_autoptr(LawHost) host = law_host(db);
        Asked asked = text_asked(req);
        LawPlace places[LAW_PLACES];
        law_places(places, event, host);
        g_autoptr(Form) form = form_new(req, TEXT);
        if (!check_text(form, places)) {
                show_texts_with(req, db, event, &asked, form, 422);
                return;
        }
        /* The usual text is not kept: it goes on with the program's. */
        const char *text = form_value(form, "text"), *usual = tr(asked.lang, law_usual_text(asked.page));
        g_autofree char *usual_trimmed = g_strstrip(g_strdup(usual));
        g_autofree char *base = texts_base(event);
        law_text_keep(db, event ? event->id : 0, asked.page, lang_code(asked.lang),
                      strcmp(text, usual_trimmed) == 0 ? "" : text);
        respond_redirect(req, "%s?page=%s&in=%s&done=kept", base, law_word(asked.page), lang_code(asked.lang));
}

static void show_host_with(Request *req, const Form *form, int status)
{
        g_autoptr(GArray) list = choices(req, "/admin/legal/text/", NULL);
        const Lang *lang = request_lang(req);
        Html *h = law_frame(req, NULL, EVENT_NOWHERE, tr(lang, "Who has this server"), true);
        law_edit_view(h, &(LawEditPage){ .title = tr(lang, "Who has this server"),
                                         .page_url = "/legal/",
                                         .register_url = "/admin/register/",
                                         .choices = (const LawTextChoice *)list->data,
                                         .choice_count = list->len,
                                         .host_form = form,
                                         .kept = strcmp(request_query(req, "done"), "kept") == 0 });
        page_end(req, h, status);
}

void show_host(Request *req, Db *db)
{
        g_autoptr(LawHost) host = law_host(db);
        g_autoptr(Form) form = form_new(req, HOST);
        form_set(form, "name", host->name);
        form_set(form, "address", host->address);
        form_set(form, "contact", host->contact);
        form_set(form, "source_url", host->source_url);
        show_host_with(req, form, 200);
}

void keep_host(Request *req, Db *db)
{
        g_autoptr(Form) form = form_new(req, HOST);
        g_autofree char *address = NULL;
        const char *contact = form_value(form, "contact");
        AddressFault fault = *contact ? address_read(contact, &address) : 0;
        if (fault)
                form_fail(form, "contact", tr(request_lang(req), address_fault_text(fault)));
        if (!form_check(form)) {
                show_host_with(req, form, 422);
                return;
        }
        law_host_keep(db, &(LawHost){ .name = (char *)form_value(form, "name"),
                                      .address = (char *)form_value(form, "address"),
                                      .contact = address ? address : (char *)"",
                                      .source_url = (char *)form_value(form, "source_url") });
        respond_redirect(req, "/admin/legal/?done=kept");
}
