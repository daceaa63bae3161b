/* What the program holds inside: styles, scripts, pictures, each under an address with its hash. */
#include "web/static.h"
#include "web/asset.h"

#include <string.h>

static bool takes_gzip(const Request *req)
{
        const char *accepted = request_header(req, "Accept-Encoding");
        return accepted && strstr(accepted, "gzip");
}

static void show_asset(Request *req, Db *db)
{
        const Asset *asset = asset_find(request_path(req));
        if (!asset) {
                respond_not_found(req);
                return;
        }
        bool small = asset->gzip && takes_gzip(req);
        g_autoptr(GBytes) bytes = small ? g_bytes_new_static(asset->gzip, asset->gzip_size_bytes)
                                        : g_bytes_new_static(asset->bytes, asset->size_bytes);
        respond_bytes(req, 200, asset->type, bytes);
        respond_header(req, "Cache-Control", "public, max-age=31536000, immutable");
        if (asset->gzip)
                respond_header(req, "Vary", "Accept-Encoding");
        if (small)
                respond_header(req, "Content-Encoding", "gzip");
}

static void show_icon(Request *req, Db *db)
{
        respond_redirect(req, "%s", asset_url("web/icon.svg"));
}

static void show_robots(Request *req, Db *db)
{
        g_autofree char *text = g_strdup_printf("User-agent: *\nDisallow: /sign-in/\nDisallow: /admin/\n"
                                                "Disallow: /*/organise/\nDisallow: /*/me/\n\nSitemap: %s/sitemap.xml\n",
                                                request_origin(req));
        respond_text(req, 200, "text/plain; charset=utf-8", text);
}

const Route static_routes[] = {
        { GET, "/static/:path*", show_asset, RIGHT_PUBLIC, 0, "A style, script or picture of the program" },
        { GET, "/favicon.ico", show_icon, RIGHT_PUBLIC, 0, "The icon" },
        { GET, "/robots.txt", show_robots, RIGHT_PUBLIC, 0, "For search engines" },
        { 0 },
};
