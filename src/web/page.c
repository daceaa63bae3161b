#include "web/html.h"
#include "web/frame.h"
#include <string.h>

/* What the footer leads to, of the event that the page belongs to. law/ answers there; its addresses are the promise.
 */
static void find_law(Request *req, char *ret_urls[4])
{
        static const char *const words[] = { "legal", "privacy", "accessibility", "contact" };
        bool in_event = request_event(req) != 0;
        for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
                ret_urls[i] = g_strdup_printf("/%s%s%s/", in_event ? request_param(req, "event") : "",
                                              in_event ? "/" : "", words[i]);
}

/* The frame's views run in page_begin, so that nothing of the Page must live longer; their end waits in the Html. */
Html *page_begin(Request *req, const Page *page)
{
        const Lang *lang = request_lang(req);
        size_t main_at = 0, end_at = 0;
        char *law[4];
        find_law(req, law);
        Html *h = html_new(req, lang);
        page_view(h, &(Frame){ .page = page,
                               .lang = lang,
                               .langs = lang_list(),
                               .law = { law[0], law[1], law[2], law[3] },
                               .main_at = &main_at,
                               .end_at = &end_at });
        html_split(h, main_at, end_at);
        for (size_t i = 0; i < G_N_ELEMENTS(law); i++)
                g_free(law[i]);
        return h;
}

void page_end(Request *req, Html *h, int status)
{
        html_join(h);
        size_t length = 0;
        const char *markup = html_markup(h, &length);
        g_autoptr(GBytes) body = g_bytes_new(markup, length);
        respond_bytes(req, status, "text/html; charset=utf-8", body);
        html_free(h);
}

void page_mark(Html *h, size_t *ret_offset)
{
        html_markup(h, ret_offset);
}

char *page_links_html(const Page *page)
{
        return g_strdup(page->head_links);
}
