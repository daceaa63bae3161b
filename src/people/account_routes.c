/* One's own page: events and roles, where one is signed in. */
#include "people/people_routes.h"

#include <string.h>

#include "base/time.h"
#include "base/when.h"
#include "people/people_views.h"

static const char *notice_text(const char *done)
{
        return strcmp(done, "ended") == 0 ? N_("Done: nobody is signed in there any more.") : "";
}

static void clear_row(gpointer row)
{
        g_free(((SessionRow *)row)->since);
        g_free(((SessionRow *)row)->until);
}

void show_account(Request *req, Db *db)
{
        const Lang *lang = request_lang(req);
        g_autoptr(Account) account = people_account(db, request_account(req));
        g_autoptr(GPtrArray) roles = my_roles(db, account->id), sessions = my_sessions(db, account->id);
        g_autofree char *key = session_key(req);
        g_autoptr(GTimeZone) zone = account_zone(db, account->id);
        g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(SessionRow));
        g_array_set_clear_func(rows, clear_row);
        for (guint i = 0; i < sessions->len; i++) {
                const MySession *session = sessions->pdata[i];
                SessionRow row = { .key = session->key,
                                   .is_this = g_strcmp0(session->key, key) == 0,
                                   .since = when_date(lang, zone, session->created_us),
                                   .until = when_day(lang, zone, session->expires_us) };
                g_array_append_val(rows, row);
        }
        Html *h = page_begin(req, &(Page){ .title = tr(lang, "My events and roles"), .no_index = true });
        account_view(h, &(AccountPage){ .email = account->email,
                                        .name = account->name,
                                        .notice = notice_text(request_query(req, "done")),
                                        .roles = roles,
                                        .is_owner = account->owner,
                                        .sessions = (const SessionRow *)rows->data,
                                        .session_count = rows->len });
        page_end(req, h, 200);
}

void end_sessions(Request *req, Db *db)
{
        const char *which = request_field(req, "session");
        g_autofree char *key = session_key(req);
        if (strcmp(which, "all") == 0) {
                account_end_sessions(db, request_account(req));
                session_end(req, db);
                respond_redirect(req, "/");
                return;
        }
        if (strcmp(which, "others") == 0)
                my_sessions_end_others(db, request_account(req), key ? key : "");
        else
                my_session_end(db, request_account(req), which);
        if (g_strcmp0(which, key) == 0)
                session_end(req, db);
        respond_redirect(req, request_account(req) ? "/me/?done=ended" : "/");
}
