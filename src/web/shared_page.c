#include "web/shared_page.h"
#include "base/time.h"

#include <string.h>

#define HTML "text/html; charset=utf-8"

static enum MHD_Result on_value(void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
        g_string_append_printf(cls, "%zu:%s%zu:%s", strlen(name), name, value ? strlen(value) : 0, value ? value : "");
        return MHD_YES;
}

/* A public page of a reader who is not signed in. */
char *shared_page_key(const Request *req)
{
        g_autofree char *session = request_cookie_name(req, "session");
        if (req->method != GET || req->match.route->right != RIGHT_PUBLIC || request_cookie((Request *)req, session))
                return NULL;
        GString *key = g_string_new(req->path);
        g_string_append_printf(key, "?%s", lang_code(req->lang));
        MHD_get_connection_values(req->connection, MHD_GET_ARGUMENT_KIND, on_value, key);
        return g_string_free(key, FALSE);
}

bool shared_page_answer(Request *req, const char *key, int64_t version)
{
        g_autoptr(GBytes) page = page_cache_find(server_pages(req->server), key, version, monotonic_us());
        if (page)
                respond_bytes(req, 200, HTML, page);
        return page != NULL;
}

void shared_page_keep(const Request *req, const char *key, int64_t version)
{
        bool alike = req->status == 200 && req->body && req->headers->len == 0 && !req->is_personal && !req->csrf &&
                     strcmp(req->content_type, HTML) == 0;
        if (alike)
                page_cache_keep(server_pages(req->server), key, version, monotonic_us(), req->body);
}
