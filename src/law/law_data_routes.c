/* What is kept of oneself: to read, to take away, to erase. */
#include "law/law_pages.h"

#include <stdlib.h>
#include <string.h>

#include "live/live.h"
#include "people/people.h"

static const FormField FIELDS[] = {
        { .name = "sure",
          .label = N_("Yes, erase everything: registrations, roles, consents. I know that it cannot be undone."),
          .kind = FIELD_TICK },
        { 0 },
};

static const char *held_text(const char *feature)
{
        static const char *const texts[][2] = {
                { "people", N_("Address, name, roles, sessions, consents") },
                { "mail", N_("Mails that were sent to you: kind and date") },
                { "programme", N_("What the programme says of you as a speaker, sessions that you marked") },
                { "registration", N_("Registrations, with what you answered") },
                { "live", N_("What you wrote in rooms") },
        };
        for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
                if (strcmp(texts[i][0], feature) == 0)
                        return texts[i][1];
        return feature;
}

static void show_data_with(Request *req, Db *db, const Form *form, int status)
{
        const Lang *lang = request_lang(req);
        g_autoptr(Account) account = people_account(db, request_account(req));
        g_autoptr(GPtrArray) held = g_ptr_array_new();
        json_t *all = law_export(db, account->id), *kept;
        const char *feature;
        json_object_foreach(all, feature, kept) g_ptr_array_add(held, (gpointer)tr(lang, held_text(feature)));
        json_decref(all);
        g_ptr_array_add(held, NULL);
        Html *h = law_frame(req, NULL, EVENT_NOWHERE, tr(lang, "Your data"), true);
        law_data_view(h, &(LawDataPage){ .name = account->name,
                                         .email = account->email,
                                         .held = (const char *const *)held->pdata,
                                         .is_owner = account->owner,
                                         .form = form });
        page_end(req, h, status);
}

void law_show_data(Request *req, Db *db)
{
        g_autoptr(Form) form = form_new(req, FIELDS);
        show_data_with(req, db, form, 200);
}

void law_send_data(Request *req, Db *db)
{
        json_t *all = law_export(db, request_account(req));
        char *text = json_dumps(all, JSON_INDENT(2));
        respond_header(req, "Content-Disposition", "attachment; filename=\"treteau-data.json\"");
        respond_header(req, "Cache-Control", "no-store");
        respond_text(req, 200, "application/json", text);
        free(text);
        json_decref(all);
}

void law_erase_data(Request *req, Db *db)
{
        g_autoptr(Form) form = form_new(req, FIELDS);
        g_autoptr(Account) account = people_account(db, request_account(req));
        if (account->owner)
                form_fail(form, "",
                          tr(request_lang(req), "You own this server. Give it to somebody else first: with "
                                                "you its last owner would be gone."));
        if (!form_ticked(form, "sure"))
                form_fail(form, "sure", tr(request_lang(req), "Tick the box when you are sure: it cannot be undone."));
        if (!form_check(form) || !form_is_ok(form)) {
                show_data_with(req, db, form, 422);
                return;
        }
        if (!law_erase(db, account->id)) {
                respond_error(req, 500,
                              tr(request_lang(req), "Nothing was erased: the store refused. Try again in a moment."));
                return;
        }
        live_forget(live_of(req), account->id);
        session_end(req, db);
        respond_redirect(req, "/me/data/erased/");
}

void show_erased(Request *req, Db *db)
{
        Html *h = page_begin(req, &(Page){ .title = tr(request_lang(req), "Erased"), .no_index = true });
        law_erased_view(h, "");
        page_end(req, h, 200);
}
