#include "app/commands.h"
#include "app/app.h"
#include "app/backup_command.h"
#include "app/demo.h"
#include "app/doctor_command.h"
#include "app/notify.h"
#include "app/settings.h"
#include "base/folder.h"
#include "base/i18n.h"
#include "base/time.h"
#include "people/people.h"
#include "programme/programme.h"

#include <glib-unix.h>
#include <locale.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define FILES_MAX 16384
#define BACKUP_HOURS 24

/* What the command line may say; each command uses its part. */
typedef struct {
        char *config, *folder, *format, *origin, *socket, *relay, *mail_from, *event, *zone, *lang;
        char *to, *key_file, *keep, *backup_to;
        char *turn_secret, **turn_urls, *transcribe;
        int port, media_port, tcp_port, backup_hours, places, watchers, transcode_percent;
        gboolean publish, invite, json, empty, behind_proxy;
        char **advertised, **rest;
} Options;

typedef struct {
        const char *name, *arguments, *help;
        int (*run)(Options *options);
} Command;

static int fail(const char *format, ...) G_GNUC_PRINTF(1, 2);
static int fail(const char *format, ...)
{
        va_list arguments;
        va_start(arguments, format);
        g_autofree char *text = g_strdup_vprintf(format, arguments);
        va_end(arguments);
        fprintf(stderr, "treteau: %s\n", text);
        return 1;
}

static gboolean on_signal(gpointer loop)
{
        g_main_loop_quit(loop);
        return G_SOURCE_REMOVE;
}

/* Runs until Ctrl-C or SIGTERM. Made before there is anything to end, so that neither is ever missed. (transfer full)
 */
static GMainLoop *loop_until_signal(void)
{
        GMainLoop *loop = g_main_loop_new(NULL, FALSE);
        g_unix_signal_add(SIGINT, on_signal, loop);
        g_unix_signal_add(SIGTERM, on_signal, loop);
        return loop;
}

/* A thousand connections and the files behind them: the usual limit of 1,024 descriptors is for other programs. */
static void raise_file_limit(void)
{
        struct rlimit limit;
        if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
                return;
        limit.rlim_cur = MIN(limit.rlim_max, (rlim_t)FILES_MAX);
        setrlimit(RLIMIT_NOFILE, &limit);
}

static AppConfig config_from(const Options *options)
{
        return (AppConfig){ .folder = options->folder,
                            .port = options->port,
                            .media_port = options->media_port,
                            .tcp_port = options->tcp_port,
                            .places = options->places,
                            .watchers = options->watchers,
                            .transcode_percent = options->transcode_percent,
                            .turn = { (const char *const *)options->turn_urls, options->turn_secret },
                            .transcribe = options->transcribe,
                            .origin = options->origin,
                            .socket = options->socket,
                            .behind_proxy = options->behind_proxy,
                            .advertised = (const char *const *)options->advertised,
                            .relay = options->relay,
                            .mail_from = options->mail_from };
}

static void take_text(char **option, char **setting)
{
        if (!*option)
                *option = g_steal_pointer(setting);
}

/* What the file says and the command line does not. Without --config and --data, the usual file when it is there. */
static bool take_settings(Options *options, GError **error)
{
        bool usual = !options->config && !options->folder && g_file_test(SETTINGS_FILE, G_FILE_TEST_EXISTS);
        if (!options->config && !usual)
                return true;
        g_auto(Settings) settings;
        settings_init(&settings);
        if (!settings_read(&settings, usual ? SETTINGS_FILE : options->config, error))
                return false;
        take_text(&options->folder, &settings.folder);
        take_text(&options->origin, &settings.origin);
        take_text(&options->socket, &settings.socket);
        take_text(&options->relay, &settings.relay);
        take_text(&options->mail_from, &settings.mail_from);
        take_text(&options->backup_to, &settings.backup_to);
        take_text(&options->key_file, &settings.backup_key_file);
        if (options->backup_hours == 0)
                options->backup_hours = settings.backup_hours;
        if (!options->advertised)
                options->advertised = g_steal_pointer(&settings.advertised);
        if (options->media_port < 0)
                options->media_port = settings.media_port;
        options->tcp_port = settings.tcp_port;
        options->places = settings.places;
        options->watchers = settings.watchers;
        options->transcode_percent = settings.transcode_percent;
        options->turn_urls = g_steal_pointer(&settings.turn_urls);
        options->turn_secret = g_steal_pointer(&settings.turn_secret);
        options->transcribe = g_steal_pointer(&settings.transcribe);
        options->behind_proxy = options->behind_proxy || settings.behind_proxy;
        return true;
}

/* What keeps a server from being open to the Internet by mistake; NULL when it is well. */
static const char *wrong_place(const Options *options)
{
        if (options->origin && !origin_is_sound(options->origin))
                return "--origin is what people type, without a path: https://conference.example.org";
        if (options->socket && !options->origin)
                return "--socket needs --origin, the address that nginx answers for: https://conference.example.org";
        if (options->behind_proxy && !options->socket)
                return "--behind-proxy needs --socket PATH: only there is what the proxy says believed";
        if (options->origin && origin_is_public(options->origin) && !options->behind_proxy)
                return "a public --origin needs nginx in front: --socket PATH --behind-proxy (docs/production.md), or "
                       "the demo's own address on this machine";
        return NULL;
}

static int serve(Options *options)
{
        if (!options->folder)
                return fail("serve needs --data DIR, the folder that keeps everything, or --config FILE");
        const char *wrong = wrong_place(options);
        if (wrong)
                return fail("%s", wrong);
        g_autoptr(GMainLoop) loop = loop_until_signal();
        raise_file_limit();
        AppConfig config = config_from(options);
        config.backup =
                (BackupPlan){ options->backup_to, options->key_file,
                              options->backup_to ? (options->backup_hours > 0 ? options->backup_hours : BACKUP_HOURS)
                                                 : 0 };
        g_autoptr(GError) error = NULL;
        App *app = app_start(&config, &error);
        if (!app)
                return fail("%s", error->message);
        printf("ready: %s/\n", app_origin(app));
        fflush(stdout);
        notify_manager("READY=1");
        g_main_loop_run(loop);
        notify_manager("STOPPING=1");
        app_stop(app);
        return 0;
}

static void tell_demo(const Options *options, const App *app, const char *link)
{
        const Lang *lang = options->lang && lang_find(options->lang) ? lang_find(options->lang) : lang_default();
        printf("ready: %s/\n", app_origin(app));
        if (link) {
                printf("%s\n    %s\n", tr(lang, "The organiser's link, good for one hour and one use:"), link);
                printf("%s\n    %s/demo/mail\n", tr(lang, "Mails stay here; read them at:"), app_origin(app));
                printf("%s\n", tr(lang, "Ctrl-C ends the demo."));
        }
        fflush(stdout);
}

static int demo(Options *options)
{
        g_autoptr(GMainLoop) loop = loop_until_signal();
        raise_file_limit();
        bool temporary = !options->folder;
        if (temporary)
                options->folder = g_dir_make_tmp("treteau-XXXXXX", NULL);
        const char *offset = g_getenv("TRETEAU_CLOCK_OFFSET_S");
        if (offset)
                clock_shift(g_ascii_strtoll(offset, NULL, 10) * SECOND_US);
        AppConfig config = config_from(options);
        config.demo = true;
        g_autoptr(GError) error = NULL;
        App *app = app_start(&config, &error);
        if (!app)
                return fail("%s", error->message);
        Demo *sample = options->empty ? NULL : demo_start(app, &error);
        g_autofree char *link = options->empty || !sample ? NULL : demo_link(app, &error);
        if (!error) {
                tell_demo(options, app, link);
                g_main_loop_run(loop);
        }
        demo_stop(sample);
        app_stop(app);
        if (temporary)
                folder_remove(options->folder);
        return error ? fail("%s", error->message) : 0;
}

/* Where the server on this data folder is reached: what --origin says, else the demo's usual address. */
static char *origin_of(const Options *options)
{
        return options->origin ? g_strdup(options->origin) : g_strdup_printf("http://127.0.0.1:%d", options->port);
}

static int link_for(Options *options)
{
        if (!options->folder || !options->rest || !options->rest[0])
                return fail("link needs an address and --data DIR: treteau link me@example.org --data DIR");
        g_autoptr(GError) error = NULL;
        Store *store = store_open(options->folder, &error);
        if (!store)
                return fail("%s", error->message);
        g_autofree char *origin = origin_of(options);
        g_autofree char *address = people_link_for_owner(store, options->rest[0], origin, NULL, &error);
        store_free(store);
        if (!address)
                return fail("%s", error->message);
        puts(address);
        return 0;
}

static int export_event(Options *options)
{
        if (!options->folder || !options->event)
                return fail("export needs --event SLUG and --data DIR: treteau export --event rencontres --data DIR");
        g_autoptr(GError) error = NULL;
        Store *store = store_open(options->folder, &error);
        if (!store)
                return fail("%s", error->message);
        g_autofree char *origin = origin_of(options);
        int status = programme_export_command(store, options->event, options->format ? options->format : "xml", origin,
                                              stdout, stderr);
        store_free(store);
        return status;
}

static int import_file(Options *options)
{
        if (!options->folder || !options->event || !options->rest || !options->rest[0])
                return fail("import needs a file, --event SLUG and --data DIR: "
                            "treteau import schedule.xml --event rencontres --data DIR");
        if (options->invite && !options->origin)
                return fail(
                        "--invite needs the address that stands in its mails: --origin https://conference.example.org, "
                        "or --config FILE");
        const Lang *lang = options->lang ? lang_find(options->lang) : lang_default();
        if (!lang)
                return fail("there is no language %s", options->lang);
        g_autoptr(GError) error = NULL;
        Store *store = store_open(options->folder, &error);
        if (!store)
                return fail("%s", error->message);
        int status =
                programme_import_command(store,
                                         &(ImportCommand){ .path = options->rest[0],
                                                           .slug = options->event,
                                                           .zone = options->zone,
                                                           .publish = options->publish,
                                                           .invite_from = options->invite ? options->origin : NULL },
                                         lang, stdout);
        store_free(store);
        return status;
}

static int backup(Options *options)
{
        if (!options->folder)
                return fail("backup needs --data DIR, the folder that keeps everything");
        return backup_command(options->folder, options->to, options->key_file, options->keep);
}

static int verify(Options *options)
{
        if (!options->rest || !options->rest[0])
                return fail("verify needs a backup's file: treteau verify treteau-….tar.zst");
        return verify_command(options->rest[0], options->key_file);
}

static int restore(Options *options)
{
        if (!options->folder || !options->rest || !options->rest[0])
                return fail("restore needs a backup's file and --data DIR, a new folder: "
                            "treteau restore treteau-….tar.zst --data DIR");
        return restore_command(options->rest[0], options->key_file, options->folder);
}

static int doctor(Options *options)
{
        if (!options->folder)
                return fail("doctor needs --config FILE, or --data DIR");
        AppConfig config = config_from(options);
        return doctor_command(&config, options->lang);
}

static int routes(Options *options)
{
        g_autofree char *json = server_routes_json(app_routes);
        puts(json);
        return 0;
}

static const Command commands[] = {
        { "serve", "--data DIR [--port 8080] [--smtp URL --mail-from ADDRESS] [--backup DIR]",
          "serves the events kept in DIR, on this machine alone", serve },
        { "serve", "--config FILE | --data DIR --socket PATH --behind-proxy --origin https://…",
          "serves them behind nginx (docs/production.md)", serve },
        { "demo", "[--data DIR] [--port 8080]", "serves a sample event, to look at", demo },
        { "link", "EMAIL --data DIR [--origin https://…]", "a one-time link that signs the server's owner in",
          link_for },
        { "import", "FILE --event SLUG --data DIR [--publish] [--invite] [--zone Europe/Paris] [--lang fr]",
          "reads a schedule.xml, schedule.json, .ics or .csv into an event, new or not, whole or not at all",
          import_file },
        { "export", "--event SLUG [--format xml|json|ics|csv|people.csv] --data DIR [--origin https://…]",
          "writes the programme of an event", export_event },
        { "backup", "--data DIR [--to FILE|DIR] [--key-file FILE] [--keep 7,4]",
          "all of DIR in one file, also while it is served; of older ones the last of 7 days and 4 weeks stay",
          backup },
        { "verify", "FILE [--key-file FILE]", "says whether a backup is whole", verify },
        { "restore", "FILE --data DIR [--key-file FILE]", "puts a backup into a new folder", restore },
        { "doctor", "--config FILE | --data DIR [--origin …] [--lang fr]",
          "what is wrong with this server, and what to do", doctor },
        { "routes", "--json", "every address, with who may use it", routes },
};

static int usage(void)
{
        printf("Tréteau %s: an open conference from one machine.\n\n", TRETEAU_VERSION);
        for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
                printf("  treteau %s %s\n      %s\n", commands[i].name, commands[i].arguments, commands[i].help);
        return 2;
}

static bool parse(int *argc, char ***argv, Options *options, GError **error)
{
        const GOptionEntry entries[] = {
                { "config", 0, 0, G_OPTION_ARG_FILENAME, &options->config, NULL, NULL },
                { "data", 0, 0, G_OPTION_ARG_FILENAME, &options->folder, NULL, NULL },
                { "socket", 0, 0, G_OPTION_ARG_FILENAME, &options->socket, NULL, NULL },
                { "behind-proxy", 0, 0, G_OPTION_ARG_NONE, &options->behind_proxy, NULL, NULL },
                { "port", 0, 0, G_OPTION_ARG_INT, &options->port, NULL, NULL },
                { "media-port", 0, 0, G_OPTION_ARG_INT, &options->media_port, NULL, NULL },
                { "origin", 0, 0, G_OPTION_ARG_STRING, &options->origin, NULL, NULL },
                { "advertise", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->advertised, NULL, NULL },
                { "smtp", 0, 0, G_OPTION_ARG_STRING, &options->relay, NULL, NULL },
                { "mail-from", 0, 0, G_OPTION_ARG_STRING, &options->mail_from, NULL, NULL },
                { "event", 0, 0, G_OPTION_ARG_STRING, &options->event, NULL, NULL },
                { "format", 0, 0, G_OPTION_ARG_STRING, &options->format, NULL, NULL },
                { "zone", 0, 0, G_OPTION_ARG_STRING, &options->zone, NULL, NULL },
                { "lang", 0, 0, G_OPTION_ARG_STRING, &options->lang, NULL, NULL },
                { "to", 0, 0, G_OPTION_ARG_FILENAME, &options->to, NULL, NULL },
                { "key-file", 0, 0, G_OPTION_ARG_FILENAME, &options->key_file, NULL, NULL },
                { "backup", 0, 0, G_OPTION_ARG_FILENAME, &options->backup_to, NULL, NULL },
                { "backup-hours", 0, 0, G_OPTION_ARG_INT, &options->backup_hours, NULL, NULL },
                { "keep", 0, 0, G_OPTION_ARG_STRING, &options->keep, NULL, NULL },
                { "publish", 0, 0, G_OPTION_ARG_NONE, &options->publish, NULL, NULL },
                { "invite", 0, 0, G_OPTION_ARG_NONE, &options->invite, NULL, NULL },
                { "empty", 0, 0, G_OPTION_ARG_NONE, &options->empty, NULL, NULL },
                { "json", 0, 0, G_OPTION_ARG_NONE, &options->json, NULL, NULL },
                { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->rest, NULL, NULL },
                { NULL },
        };
        g_autoptr(GOptionContext) context = g_option_context_new(NULL);
        g_option_context_add_main_entries(context, entries, NULL);
        return g_option_context_parse(context, argc, argv, error);
}

static void options_clear(Options *options)
{
        g_free(options->folder);
        g_free(options->origin);
        g_free(options->config);
        g_free(options->socket);
        g_strfreev(options->advertised);
        g_strfreev(options->turn_urls);
        g_free(options->turn_secret);
        g_free(options->transcribe);
        g_free(options->relay);
        g_free(options->mail_from);
        g_free(options->event);
        g_free(options->zone);
        g_free(options->format);
        g_free(options->lang);
        g_free(options->to);
        g_free(options->key_file);
        g_free(options->keep);
        g_free(options->backup_to);
        g_strfreev(options->rest);
}

int commands_run(int argc, char **argv)
{
        if (sodium_init() < 0)
                return fail("the system gives no random numbers");
        i18n_start();
        const Command *command = NULL;
        for (size_t i = 0; argc > 1 && i < G_N_ELEMENTS(commands); i++)
                if (strcmp(argv[1], commands[i].name) == 0)
                        command = &commands[i];
        if (!command)
                return usage();
        Options options = { .port = 8080, .media_port = -1, .transcode_percent = -1, .places = -1, .watchers = -1 };
        g_autoptr(GError) error = NULL;
        argc--;
        argv++;
        if (!parse(&argc, &argv, &options, &error) || !take_settings(&options, &error))
                return fail("%s", error->message);
        options.media_port = options.media_port < 0 ? 0 : options.media_port;
        if (options.port < 0 || options.port > 65535 || options.media_port < 0 || options.media_port > 65535)
                return fail("a port is a number from 0 (free) to 65535");
        int status = command->run(&options);
        options_clear(&options);
        return status;
}
