/* treteau-load: many WebRTC publishers and subscribers in one thread, for benches and tests, and the demo's sample
 * speakers. See README.md beside it. */
#include "load/run.h"
#include "load/speakers.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#define TURN_US 1000 /* run.c makes it longer while it measures */
#define SPEAKERS_TURN_US 5000
#define PEERS_MAX 10000

typedef struct {
        gint publishers, subscribers, seconds, settle, server_pid, seed, open_every;
        gdouble loss, churn;
        gboolean json, transport_cc;
        char *url, *event, *room, *profile, *codec, *host;
        char **keys, **names;
} Options;

static void options_clear(Options *options)
{
        g_free(options->url);
        g_free(options->event);
        g_free(options->room);
        g_free(options->profile);
        g_free(options->codec);
        g_free(options->host);
        g_strfreev(options->keys);
        g_strfreev(options->names);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static bool refuse(const char *text)
{
        fprintf(stderr, "treteau-load: %s\n", text);
        return false;
}

static bool options_read(Options *options, int *argc, char ***argv)
{
        const GOptionEntry entries[] = {
                { "publishers", 'p', 0, G_OPTION_ARG_INT, &options->publishers,
                  "On stage (1); 0: who is there already is watched", "N" },
                { "subscribers", 'n', 0, G_OPTION_ARG_INT, &options->subscribers, "Watching (10)", "N" },
                { "seconds", 0, 0, G_OPTION_ARG_INT, &options->seconds, "Measured time (10)", "N" },
                { "settle", 0, 0, G_OPTION_ARG_INT, &options->settle, "Time before that (2)", "N" },
                { "loss", 0, 0, G_OPTION_ARG_DOUBLE, &options->loss, "Thrown away as it comes in (0)", "PERCENT" },
                { "churn", 0, 0, G_OPTION_ARG_DOUBLE, &options->churn, "Watchers replaced a second (0)", "N" },
                { "codec", 0, 0, G_OPTION_ARG_STRING, &options->codec, "h264 (default) or vp8", "NAME" },
                { "profile", 0, 0, G_OPTION_ARG_STRING, &options->profile, "gcm or cm; both without", "NAME" },
                { "transport-cc", 0, 0, G_OPTION_ARG_NONE, &options->transport_cc, "Answer with transport feedback",
                  NULL },
                { "open-every", 0, 0, G_OPTION_ARG_INT, &options->open_every, "Decrypt one packet in N (200)", "N" },
                { "seed", 0, 0, G_OPTION_ARG_INT, &options->seed, "Same seed, same losses (1)", "N" },
                { "server-pid", 0, 0, G_OPTION_ARG_INT, &options->server_pid, "Whose CPU time is read", "PID" },
                { "host", 0, 0, G_OPTION_ARG_STRING, &options->host, "Command of the SFU's host", "COMMAND" },
                { "url", 0, 0, G_OPTION_ARG_STRING, &options->url, "Of Janus (ws://) or Tréteau (http://)", "URL" },
                { "event", 0, 0, G_OPTION_ARG_STRING, &options->event, "The event's slug", "SLUG" },
                { "room", 0, 0, G_OPTION_ARG_STRING, &options->room, "The room's slug", "SLUG" },
                { "key", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->keys, "Of a speaker; may be repeated", "KEY" },
                { "name", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->names, "In the order of the keys", "NAME" },
                { "json", 0, 0, G_OPTION_ARG_NONE, &options->json, "Figures as one line of JSON", NULL },
                { NULL },
        };
        g_autoptr(GOptionContext) context = g_option_context_new("host|janus|room|speakers");
        g_option_context_set_summary(context, "Publishers and subscribers for a host of the SFU, Janus or a Tréteau "
                                              "room; or the demo's sample speakers.");
        g_option_context_add_main_entries(context, entries, NULL);
        g_autoptr(GError) error = NULL;
        if (!g_option_context_parse(context, argc, argv, &error))
                return refuse(error->message);
        if (*argc != 2)
                return refuse("say what to do: host, janus, room or speakers (--help)");
        if (options->publishers < 0 || options->publishers > 12 || options->subscribers < 0 ||
            options->subscribers > PEERS_MAX || options->seconds < 1 || options->settle < 0 ||
            options->open_every < 1 || options->loss < 0 || options->loss > 100 || options->churn < 0 ||
            options->churn > 1000)
                return refuse("a number is out of range");
        return true;
}

static bool read_codec(const Options *options, Codec *ret_codec)
{
        if (options->codec && strcmp(options->codec, "h264") != 0 && strcmp(options->codec, "vp8") != 0)
                return refuse("--codec is h264 or vp8");
        *ret_codec = g_strcmp0(options->codec, "vp8") == 0 ? CODEC_VP8 : CODEC_H264;
        return true;
}

static bool read_profile(const Options *options, SrtpProfile *ret_profile)
{
        if (options->profile && strcmp(options->profile, "gcm") != 0 && strcmp(options->profile, "cm") != 0)
                return refuse("--profile is gcm or cm");
        *ret_profile = !options->profile ? 0 : strcmp(options->profile, "cm") == 0 ? SRTP_PROFILE_CM : SRTP_PROFILE_GCM;
        return true;
}

static Signalling *open_signalling(Loop *loop, const Options *options, const char *mode, Codec codec, GError **error)
{
        if (strcmp(mode, "host") == 0 && options->host)
                return host_open(loop, options->host, (unsigned)options->publishers, error);
        if (strcmp(mode, "janus") == 0)
                return janus_open(loop, options->url ? options->url : "ws://127.0.0.1:8188",
                                  (unsigned)options->publishers, codec, error);
        if (strcmp(mode, "room") == 0 && options->url && options->event && options->room)
                return room_open(loop, options->url, options->event, options->room,
                                 options->keys ? options->keys[0] : NULL, error);
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                    "host needs --host, room needs --url, --event and --room; there is also janus and speakers");
        return NULL;
}

static bool measure(Loop *loop, Network *network, const Options *options, const char *mode, Codec codec)
{
        g_autoptr(GError) error = NULL;
        Signalling *signalling = open_signalling(loop, options, mode, codec, &error);
        if (!signalling)
                return refuse(error->message);
        RunOptions run = { .publishers = options->publishers,
                           .subscribers = options->subscribers,
                           .seconds = options->seconds,
                           .settle_seconds = options->settle,
                           .churn_per_second = options->churn,
                           .video = codec,
                           .subscriber = { options->transport_cc, CODEC_NONE, (unsigned)options->open_every },
                           .server_pid = options->server_pid ? options->server_pid : signalling->server_pid,
                           .label = mode,
                           .json = options->json };
        bool good = run_load(loop, network, signalling, &run);
        signalling->free(signalling);
        return good;
}

/* Whoever starts sample speakers takes them along, however it ends: their keys admit one of each. */
static bool speak(Loop *loop, Network *network, const Options *options)
{
        g_autoptr(GError) error = NULL;
        RoomAddress address;
        if (!options->url || !options->event || !options->room || !options->keys)
                return refuse("speakers needs --url, --event, --room and a --key for each speaker");
        if (!room_address_set(&address, options->url, options->event, options->room, &error))
                return refuse(error->message);
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        bool good = speakers_run(loop, network, &address, (const char *const *)options->names,
                                 (const char *const *)options->keys);
        room_address_clear(&address);
        return good;
}

/* A socket a peer: the usual limit of 1,024 is for other programs. */
static void raise_file_limit(void)
{
        struct rlimit limit;
        if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
                return;
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv)
{
        g_auto(Options) options = {
                .publishers = 1, .subscribers = 10, .seconds = 10, .settle = 2, .seed = 1, .open_every = 200
        };
        Codec codec;
        SrtpProfile profile;
        if (!options_read(&options, &argc, &argv) || !read_codec(&options, &codec) || !read_profile(&options, &profile))
                return 2;
        raise_file_limit();
        bool speakers = strcmp(argv[1], "speakers") == 0;
        Loop *loop = loop_new(speakers ? SPEAKERS_TURN_US : TURN_US, !speakers);
        Network *network = network_new(loop, profile, (uint32_t)options.seed);
        network->loss_percent = options.loss;
        network->lite = strcmp(argv[1], "janus") == 0; /* Janus checks by itself */
        bool good = speakers ? speak(loop, network, &options) : measure(loop, network, &options, argv[1], codec);
        network_free(network);
        loop_free(loop);
        return good ? 0 : 1;
}
