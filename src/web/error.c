#include "web/error.h"
#include "web/request_private.h"

#include <jansson.h>

static const char *title_of(int status)
{
        switch (status) {
        case 401:
                return N_("A key is needed");
        case 403:
                return N_("This page is not open to you");
        case 404:
                return N_("Nothing here");
        case 413:
                return N_("Too large");
        case 429:
                return N_("A little too fast");
        case 507:
                return N_("No room left");
        default:
                return status < 500 ? N_("This did not work") : N_("Our mistake");
        }
}

/* What programs read: RFC 9457. */
static void respond_problem(Request *req, int status, const char *title, const char *sentence)
{
        json_t *problem = json_pack("{s:s, s:i, s:s}", "title", title, "status", status, "detail", sentence);
        char *text = json_dumps(problem, JSON_COMPACT);
        respond_text(req, status, "application/problem+json; charset=utf-8", text ? text : "{}");
        free(text);
        json_decref(problem);
}

static EventLook *look_in(const Request *req, Db *db)
{
        return req->event ? event_look(db, req->event) : event_look_of_path(db, req->path);
}

/* Of the event that the address leads into, also when there is no such page below it: never of one that the reader may
 * not see. A turn that has failed tells nothing more, and the page goes without. */
static EventLook *find_look(const Request *req)
{
        if (req->db)
                return db_failed(req->db) ? NULL : look_in(req, req->db);
        Db *db = store_read_begin(req->config->store);
        EventLook *look = look_in(req, db);
        store_read_end(req->config->store, db);
        return look;
}

static void respond_page(Request *req, int status, const char *sentence, bool offer_sign_in)
{
        const char *title = tr(req->lang, title_of(status));
        if (req->method == PROTOCOL || g_str_has_prefix(req->path, "/api/")) {
                respond_problem(req, status, title, sentence);
                return;
        }
        g_autoptr(EventLook) look = find_look(req);
        Page page = { .title = title, .no_index = true };
        event_look_dress(look, &page);
        Html *h = page_begin(req, &page);
        error_view(h, &(ErrorPage){ status, title, sentence, req->path, look, offer_sign_in });
        page_end(req, h, status);
}

void respond_error(Request *req, int status, const char *sentence)
{
        respond_page(req, status, sentence, false);
}

/* The same words for what is not there and what may not be seen. */
void respond_not_found(Request *req)
{
        respond_page(req, 404,
                     tr(req->lang,
                        N_("There is no such page, or it is not published yet. Check the address, or start again.")),
                     req->account == 0);
}

void respond_forbidden(Request *req)
{
        const char *sentence = req->account ? N_("Your role here does not include this. Ask the organisers for it.")
                                            : N_("Sign in first: we send you a link by mail, there is no password.");
        respond_page(req, 403, tr(req->lang, sentence), req->account == 0);
}
