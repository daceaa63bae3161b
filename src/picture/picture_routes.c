#include "picture/picture_private.h"

/* Its name is the hash of what it holds: whoever has it was shown it, and it never changes. */
static void send_picture(Request *req, Db *db)
{
        const char *name = request_param(req, "file");
        if (!picture_name_is_sound(name)) {
                respond_not_found(req);
                return;
        }
        g_autofree char *folder = picture_folder(request_store(req));
        g_autofree char *path = g_build_filename(folder, name, NULL);
        respond_file(req, path, g_str_has_suffix(name, ".png") ? "image/png" : "image/jpeg", true);
}

const Route picture_routes[] = {
        { GET, "/media/picture/:file", send_picture, RIGHT_PUBLIC, 0, "A logo or a photograph" },
        { 0 },
};
