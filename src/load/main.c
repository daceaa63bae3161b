/* treteau-load: many WebRTC publishers and subscribers in one thread, for benches and tests, and the demo's sample
 * speakers. See README.md beside it. */
#include "load/crowd.h"
#include "load/hls.h"
#include "load/options.h"
#include "load/run.h"
#include "load/speakers.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#define TURN_US 1000 /* run.c makes it longer while it measures */
#define WAITING_TURN_US 5000

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static bool refuse(const char *text)
{
        fprintf(stderr, "treteau-load: %s\n", text);
        return false;
}

/* Which server: by the mode, or in churn by what was said of it. */
static const char *server_of(const Options *options)
{
        if (strcmp(options->mode, "churn") != 0)
                return options->mode;
        return options->host ? "host" : options->url && g_str_has_prefix(options->url, "ws:") ? "janus" : "room";
}

static Signalling *open_signalling(Loop *loop, const Options *options, const RoomAddress *address, GError **error)
{
        const char *server = server_of(options);
        if (strcmp(server, "host") == 0 && options->host)
                return host_open(loop, options->host, (unsigned)options->publishers, error);
        if (strcmp(server, "janus") == 0)
                return janus_open(loop, options->url ? options->url : "ws://127.0.0.1:8188",
                                  (unsigned)options->publishers, options->codec, error);
        if (strcmp(server, "room") == 0 && address)
                return room_open(loop, address, options->keys ? options->keys[0] : NULL);
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                    "host needs --host, room needs --url, --event and --room, churn either; there is also janus and "
                    "speakers");
        return NULL;
}

static bool run(Loop *loop, Network *network, Signalling *signalling, const Options *options)
{
        RunOptions run = { .publishers = options->publishers,
                           .subscribers = options->subscribers,
                           .seconds = options->seconds,
                           .settle_seconds = options->settle,
                           .video = options->codec,
                           .simulcast = options->simulcast,
                           .view = (unsigned)options->view,
                           .subscriber = { .transport_cc = options->transport_cc,
                                           .open_every = (unsigned)options->open_every },
                           .server_pid = options->server_pid ? options->server_pid : signalling->server_pid,
                           .label = options->mode,
                           .json = options->json };
        return run_load(loop, network, signalling, &run);
}

static bool churn(Loop *loop, Network *network, Signalling *signalling, const Options *options)
{
        ChurnOptions churn = { .publishers = options->publishers,
                               .residents = options->residents,
                               .watchers = options->subscribers,
                               .joins_per_second = options->joins,
                               .hasty_percent = options->hasty,
                               .speaker_every_s = options->speaker_every,
                               .seconds = options->seconds,
                               .settle_seconds = options->settle,
                               .video = options->codec,
                               .simulcast = options->simulcast,
                               .transport_cc = options->transport_cc,
                               .server_pid = options->server_pid ? options->server_pid : signalling->server_pid,
                               .label = server_of(options),
                               .json = options->json,
                               .bounds = options->bounds };
        if (options->speaker_every > 0 && (!signalling->withdraw || !options->publishers))
                return refuse("--speaker-every: there is nobody on stage who could be replaced");
        return churn_run(loop, network, signalling, &churn);
}

static bool measure(Loop *loop, Network *network, const Options *options, const RoomAddress *address)
{
        g_autoptr(GError) error = NULL;
        Signalling *signalling = open_signalling(loop, options, address, &error);
        if (!signalling)
                return refuse(error->message);
        bool good = strcmp(options->mode, "churn") == 0 ? churn(loop, network, signalling, options)
                                                        : run(loop, network, signalling, options);
        return signalling->free(signalling) && good;
}

static bool crowd(Loop *loop, const Options *options, const RoomAddress *address)
{
        CrowdOptions crowd = { .people = options->subscribers,
                               .says_per_second = options->says,
                               .hands_per_second = options->hands,
                               .seconds = options->seconds,
                               .settle_seconds = options->settle,
                               .wave = options->wave,
                               .per_address = options->per_address,
                               .server_pid = options->server_pid,
                               .proxy_pid = options->proxy_pid,
                               .json = options->json,
                               .us_per_message = options->max_us,
                               .delivery_ms_p95 = options->max_delivery_ms,
                               .join_ms_p95 = options->bounds.join_ms_p95 };
        if (!address || crowd.people < 1)
                return refuse("crowd needs --url, --event and --room, and somebody");
        if (crowd.says_per_second > crowd.people)
                return refuse("--says: nobody may write more than ten lines in ten seconds");
        if (crowd.wave > crowd.people)
                return refuse("--wave: so many are not there");
        return crowd_run(loop, address, &crowd);
}

static bool hls(Loop *loop, const Options *options)
{
        g_autoptr(GError) error = NULL;
        RoomAddress address = { 0 };
        HlsOptions hls = { .list = options->list,
                           .viewers = options->subscribers,
                           .per_address = options->per_address,
                           .seconds = options->seconds,
                           .settle_seconds = options->settle,
                           .server_pid = options->server_pid,
                           .proxy_pid = options->proxy_pid,
                           .json = options->json };
        if (!options->url || !hls.list || hls.list[0] != '/' || hls.viewers < 1)
                return refuse("hls needs --url, --list with the path of a list, and somebody");
        if (!room_address_set(&address, options->url, !options->insecure, "", "", &error))
                return refuse(error->message);
        bool good = hls_run(loop, &address, &hls);
        room_address_clear(&address);
        return good;
}

/* Whoever starts sample speakers takes them along, however it ends: their keys admit one of each. */
static bool speak(Loop *loop, Network *network, const Options *options, const RoomAddress *address)
{
        if (!address || !options->keys)
                return refuse("speakers needs --url, --event, --room and a --key for each speaker");
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        return speakers_run(loop, network, address,
                            &(SpeakersOptions){ .names = (const char *const *)options->names,
                                                .keys = (const char *const *)options->keys,
                                                .together = options->together,
                                                .stays = options->stays,
                                                .tone_hz = options->tone });
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

static bool work(Loop *loop, const Options *options, const RoomAddress *address)
{
        if (strcmp(options->mode, "crowd") == 0)
                return crowd(loop, options, address);
        if (strcmp(options->mode, "hls") == 0)
                return hls(loop, options);
        Network *network = network_new(loop, options->profile, (uint32_t)options->seed);
        network->loss_percent = options->loss;
        network->wraps = options->wraps;
        network->watcher_line = (const char *const *)options->line;
        network->stage_line = (const char *const *)options->stage_line;
        network->lite = strcmp(server_of(options), "janus") == 0; /* Janus checks by itself */
        bool good = strcmp(options->mode, "speakers") == 0 ? speak(loop, network, options, address)
                                                           : measure(loop, network, options, address);
        network_free(network);
        return good;
}

int main(int argc, char **argv)
{
        g_auto(Options) options;
        g_autoptr(GError) error = NULL;
        RoomAddress address = { 0 };
        if (!options_read(&options, argc, argv))
                return 2;
        bool room = options.url && options.event && options.room;
        if (room && !room_address_set(&address, options.url, !options.insecure, options.event, options.room, &error))
                return !refuse(error->message);
        raise_file_limit();
        /* Who is not measured waits for what comes, and so does who measures when it comes. */
        static const char *const waiters[] = { "speakers", "crowd", "hls", NULL };
        bool waiting = g_strv_contains(waiters, options.mode);
        Loop *loop = loop_new(waiting ? WAITING_TURN_US : TURN_US, !waiting);
        bool good = work(loop, &options, room ? &address : NULL);
        loop_free(loop);
        room_address_clear(&address);
        return good ? 0 : 1;
}
