#include "app/settings.h"

#include <string.h>
#include <sys/stat.h>

#define TURN_URLS_MAX 8
#define ROOM_MOST 5000

/* Every key there is. */
static const struct {
        const char *group, *key;
} KEYS[] = {
        { "server", "data" },
        { "server", "origin" },
        { "server", "socket" },
        { "server", "behind-proxy" },
        { "media", "port" },
        { "media", "tcp-port" },
        { "media", "advertise" },
        { "media", "turn" },
        { "media", "turn-secret" },
        { "media", "transcode-percent" },
        { "media", "transcribe-command" },
        { "rooms", "places" },
        { "rooms", "watchers" },
        { "mail", "relay" },
        { "mail", "user" },
        { "mail", "password" },
        { "mail", "from" },
        { "backup", "folder" },
        { "backup", "key-file" },
        { "backup", "hours" },
};

void settings_init(Settings *settings)
{
        *settings = (Settings){ .media_port = -1, .transcode_percent = -1, .places = -1, .watchers = -1 };
}

void settings_clear(Settings *settings)
{
        g_free(settings->folder);
        g_free(settings->origin);
        g_free(settings->socket);
        g_free(settings->relay);
        g_free(settings->mail_from);
        g_free(settings->backup_to);
        g_free(settings->backup_key_file);
        g_free(settings->turn_secret);
        g_free(settings->transcribe);
        g_strfreev(settings->turn_urls);
        g_strfreev(settings->advertised);
        settings_init(settings);
}

static bool refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
static bool refuse(GError **error, const char *format, ...)
{
        va_list arguments;
        va_start(arguments, format);
        g_autofree char *text = g_strdup_vprintf(format, arguments);
        va_end(arguments);
        g_set_error_literal(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE, text);
        return false;
}

static bool is_known(const char *group, const char *key)
{
        for (size_t i = 0; i < G_N_ELEMENTS(KEYS); i++)
                if (strcmp(KEYS[i].group, group) == 0 && (!key || strcmp(KEYS[i].key, key) == 0))
                        return true;
        return false;
}

static bool knows_all(GKeyFile *file, const char *path, GError **error)
{
        g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);
        for (char **group = groups; *group; group++) {
                if (!is_known(*group, NULL))
                        return refuse(error,
                                      "%s: there is no section [%s]; there are [server], [media], [rooms], [mail] and "
                                      "[backup]",
                                      path, *group);
                g_auto(GStrv) keys = g_key_file_get_keys(file, *group, NULL, NULL);
                for (char **key = keys; key && *key; key++)
                        if (!is_known(*group, *key))
                                return refuse(error, "%s: [%s] has no “%s”", path, *group, *key);
        }
        return true;
}

/* NULL when it is not said. (transfer full) */
static char *text_of(GKeyFile *file, const char *group, const char *key)
{
        g_autofree char *text = g_key_file_get_string(file, group, key, NULL);
        return text && *g_strstrip(text) ? g_steal_pointer(&text) : NULL;
}

/* "smtps://host" and who we are there become one address, as libcurl wants it. (transfer full) */
static char *relay_with_login(const char *relay, const char *user, const char *password)
{
        const char *host = strstr(relay, "://");
        if (!host || !user)
                return g_strdup(relay);
        g_autofree char *name = g_uri_escape_string(user, NULL, FALSE);
        g_autofree char *secret = g_uri_escape_string(password ? password : "", NULL, FALSE);
        return g_strdup_printf("%.*s://%s:%s@%s", (int)(host - relay), relay, name, secret, host + 3);
}

static bool everybody_may_read(const char *path)
{
        struct stat facts;
        return stat(path, &facts) == 0 && (facts.st_mode & S_IROTH);
}

static bool read_mail(Settings *settings, GKeyFile *file, const char *path, GError **error)
{
        g_autofree char *relay = text_of(file, "mail", "relay"), *user = text_of(file, "mail", "user");
        g_autofree char *password = text_of(file, "mail", "password");
        settings->mail_from = text_of(file, "mail", "from");
        if (!relay)
                return true;
        if (!g_str_has_prefix(relay, "smtp://") && !g_str_has_prefix(relay, "smtps://"))
                return refuse(error, "%s: the mail relay begins with smtp:// or smtps://", path);
        if ((password || strchr(relay, '@')) && everybody_may_read(path))
                return refuse(error, "%s: everybody on this machine can read the mail password in it. Do: chmod 640 %s",
                              path, path);
        settings->relay = relay_with_login(relay, user, password);
        return true;
}

/* "a; b" as a list without blanks; NULL when it is empty. (transfer full) */
static char **list_of(GKeyFile *file, const char *group, const char *key)
{
        char **list = g_key_file_get_string_list(file, group, key, NULL, NULL);
        for (char **one = list; one && *one; one++)
                g_strstrip(*one);
        if (list && !*list)
                g_clear_pointer(&list, g_strfreev);
        return list;
}

static bool read_turn(Settings *settings, GKeyFile *file, const char *path, GError **error)
{
        settings->turn_urls = list_of(file, "media", "turn");
        settings->turn_secret = text_of(file, "media", "turn-secret");
        for (char **one = settings->turn_urls; one && *one; one++)
                if (!g_str_has_prefix(*one, "turn:") && !g_str_has_prefix(*one, "turns:"))
                        return refuse(error, "%s: a TURN server is turn:HOST:PORT or turns:HOST:PORT, not “%s”", path,
                                      *one);
        if (settings->turn_urls && g_strv_length(settings->turn_urls) > TURN_URLS_MAX)
                return refuse(error, "%s: at most %d TURN addresses", path, TURN_URLS_MAX);
        if (settings->turn_urls && !settings->turn_secret)
                return refuse(error, "%s: turn needs turn-secret, the static-auth-secret of coturn", path);
        if (settings->turn_secret && everybody_may_read(path))
                return refuse(error, "%s: everybody on this machine can read the TURN secret in it. Do: chmod 640 %s",
                              path, path);
        return true;
}

static bool read_tcp_port(Settings *settings, GKeyFile *file, const char *path, GError **error)
{
        g_autofree char *port = text_of(file, "media", "tcp-port");
        guint64 number = 0;
        if (!port)
                return true;
        if (strcmp(port, "off") == 0) {
                settings->tcp_port = SFU_NO_TCP;
                return true;
        }
        if (!g_ascii_string_to_unsigned(port, 10, 1, 65535, &number, NULL))
                return refuse(error, "%s: the TCP port of media is a number from 1 to 65535 or “off”, not “%s”", path,
                              port);
        settings->tcp_port = (int)number;
        return true;
}

static bool read_transcode(Settings *settings, GKeyFile *file, const char *path, GError **error)
{
        g_autofree char *percent = text_of(file, "media", "transcode-percent");
        guint64 number = 0;
        if (percent && !g_ascii_string_to_unsigned(percent, 10, 0, 10000, &number, NULL))
                return refuse(error, "%s: transcode-percent is a number of percents of one core, not “%s”", path,
                              percent);
        if (percent)
                settings->transcode_percent = (int)number;
        return true;
}

static bool read_media(Settings *settings, GKeyFile *file, const char *path, GError **error)
{
        g_autofree char *port = text_of(file, "media", "port");
        guint64 number = 0;
        if (port && !g_ascii_string_to_unsigned(port, 10, 0, 65535, &number, NULL))
                return refuse(error, "%s: the media port is a number from 0 (free) to 65535, not “%s”", path, port);
        if (port)
                settings->media_port = (int)number;
        settings->advertised = list_of(file, "media", "advertise");
        for (char **one = settings->advertised; one && *one; one++)
                if (!g_hostname_is_ip_address(*one))
                        return refuse(error, "%s: “%s” is no IP address to advertise", path, *one);
        settings->transcribe = text_of(file, "media", "transcribe-command");
        return read_tcp_port(settings, file, path, error) && read_turn(settings, file, path, error) &&
               read_transcode(settings, file, path, error);
}

/* Of people, 0 to ROOM_MOST; −1 when it is not said. */
static bool read_people(GKeyFile *file, const char *path, const char *key, int *ret_people, GError **error)
{
        g_autofree char *text = text_of(file, "rooms", key);
        guint64 number = 0;
        if (text && !g_ascii_string_to_unsigned(text, 10, 0, ROOM_MOST, &number, NULL))
                return refuse(error, "%s: %s of a room are 0 to %d people, not “%s”", path, key, ROOM_MOST, text);
        if (text)
                *ret_people = (int)number;
        return true;
}

static bool read_backup(Settings *settings, GKeyFile *file, const char *path, GError **error)
{
        g_autofree char *hours = text_of(file, "backup", "hours");
        guint64 number = 0;
        if (hours && !g_ascii_string_to_unsigned(hours, 10, 1, 720, &number, NULL))
                return refuse(error, "%s: hours between backups are 1 to 720, not “%s”", path, hours);
        settings->backup_hours = (int)number;
        settings->backup_to = text_of(file, "backup", "folder");
        settings->backup_key_file = text_of(file, "backup", "key-file");
        return true;
}

bool settings_read(Settings *settings, const char *path, GError **error)
{
        g_autoptr(GKeyFile) file = g_key_file_new();
        g_autoptr(GError) reason = NULL;
        if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, &reason))
                return refuse(error, "%s: %s", path, reason->message);
        if (!knows_all(file, path, error))
                return false;
        settings->folder = text_of(file, "server", "data");
        settings->origin = text_of(file, "server", "origin");
        settings->socket = text_of(file, "server", "socket");
        settings->behind_proxy = g_key_file_get_boolean(file, "server", "behind-proxy", &reason);
        if (g_error_matches(reason, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE))
                return refuse(error, "%s: behind-proxy is true or false", path);
        return read_people(file, path, "places", &settings->places, error) &&
               read_people(file, path, "watchers", &settings->watchers, error) &&
               read_media(settings, file, path, error) && read_mail(settings, file, path, error) &&
               read_backup(settings, file, path, error);
}

bool origin_is_sound(const char *origin)
{
        g_autoptr(GUri) uri = g_uri_parse(origin, G_URI_FLAGS_NONE, NULL);
        if (!uri || !g_uri_get_host(uri) || !*g_uri_get_host(uri) || *g_uri_get_path(uri) || g_uri_get_userinfo(uri) ||
            g_uri_get_query(uri) || g_uri_get_fragment(uri))
                return false;
        return g_str_has_prefix(origin, "https://") || g_str_has_prefix(origin, "http://");
}

bool origin_is_public(const char *origin)
{
        g_autoptr(GUri) uri = g_uri_parse(origin, G_URI_FLAGS_NONE, NULL);
        const char *host = uri && g_uri_get_host(uri) ? g_uri_get_host(uri) : "";
        bool local = strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0 ||
                     (g_str_has_prefix(host, "127.") && g_hostname_is_ip_address(host));
        return !local;
}
