#include "base/url.h"
#include <glib.h>
#include <string.h>

bool url_is_safe(const char *url)
{
        static const char *const schemes[] = { "http", "https", "mailto", "tel", NULL };
        for (const char *p = url; *p; p++)
                if ((unsigned char)*p <= 0x20 || *p == 0x7f || *p == '\\')
                        return false;
        size_t length = strcspn(url, ":/?#");
        if (url[length] != ':')
                return url[0] != '/' || url[1] != '/';
        g_autofree char *scheme = g_ascii_strdown(url, (gssize)length);
        return g_strv_contains(schemes, scheme);
}
