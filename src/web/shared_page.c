#include "web/shared_page.h"
#include "base/time.h"

#include <string.h>

#define HTML "text/html; charset=utf-8"

static enum MHD_Result on_value(void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
        g_string_append_printf(cls, "%zu:%s%zu:%s", strlen(name), name, value ? strlen(value) : 0, value ? value : "");
        return MHD_YES;
}

char *shared_page_key(const Request *req)
{
        if (req->method != GET || req->match.route->right != RIGHT_PUBLIC)
                return NULL;
        GString *key = g_string_new(req->path);
        g_string_append_printf(key, "?%s", lang_code(req->lang));
        MHD_get_connection_values(req->connection, MHD_GET_ARGUMENT_KIND, on_value, key);
        return g_string_free(key, FALSE);
}

bool shared_page_is_open(const Request *req)
{
        g_autofree char *session = request_cookie_name(req, "session");
        return !request_cookie((Request *)req, session);
}

/* A path begins with a slash, so that the two kinds of name never meet. */
char *shared_page_key_of_reader(Request *req, char *key)
{
        if (!request_is_signed_in(req))
                return key;
        char *own = g_strdup_printf("%x%s", request_rights(req), key);
        g_free(key);
        return own;
}

bool shared_page_answer(Request *req, const char *key, StoreMoment moment)
{
        g_autoptr(GBytes) page = page_cache_find(server_pages(req->server), key, moment, monotonic_us());
        if (!page)
                return false;
        respond_bytes(req, 200, HTML, page);
        req->is_for_everybody = !request_is_signed_in(req);
        return true;
}

void shared_page_keep(Request *req, const char *key, const PageSource *source)
{
        bool alike = req->status == 200 && req->body && req->headers->len == 0 && !req->is_personal && !req->csrf &&
                     strcmp(req->content_type, HTML) == 0;
        if (!alike)
                return;
        page_cache_keep(server_pages(req->server), key, source, monotonic_us(), req->body);
        req->is_for_everybody = !request_is_signed_in(req);
}
