#include "load/options.h"
#include <stdio.h>
#include <string.h>

#define PEERS_MAX 10000
#define STAGE_MAX 30 /* cameras of a workshop; a stage has 12 */
#define JOINS_MAX 1000
#define RATE_MAX 10000
#define ADDRESSES_MAX 200
#define TONE_MAX_HZ 20000

static bool refuse(const char *text)
{
        fprintf(stderr, "treteau-load: %s\n", text);
        return false;
}

static void add_server(GOptionContext *context, Options *options)
{
        const GOptionEntry entries[] = {
                { "host", 0, 0, G_OPTION_ARG_STRING, &options->host, "Command of the SFU's host", "COMMAND" },
                { "url", 0, 0, G_OPTION_ARG_STRING, &options->url, "Of Janus (ws://) or Tréteau (http://)", "URL" },
                { "event", 0, 0, G_OPTION_ARG_STRING, &options->event, "The event's slug", "SLUG" },
                { "room", 0, 0, G_OPTION_ARG_STRING, &options->room, "The room's slug", "SLUG" },
                { "key", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->keys, "Of a speaker, or empty; may be repeated",
                  "KEY" },
                { "list", 0, 0, G_OPTION_ARG_STRING, &options->list, "hls: the path of what is on air", "PATH" },
                { "name", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->names, "In the order of the keys", "NAME" },
                { "together", 0, 0, G_OPTION_ARG_NONE, &options->together, "speakers: all speak at once", NULL },
                { "stays", 0, 0, G_OPTION_ARG_NONE, &options->stays, "speakers: beside others on stage, too", NULL },
                { "tone", 0, 0, G_OPTION_ARG_DOUBLE, &options->tone,
                  "speakers: all say words in this tone, in place of one tone each", "HZ" },
                { "insecure", 0, 0, G_OPTION_ARG_NONE, &options->insecure, "Any certificate is good (https)", NULL },
                { "server-pid", 0, 0, G_OPTION_ARG_INT, &options->server_pid, "Whose CPU time is read", "PID" },
                { NULL },
        };
        g_option_context_add_main_entries(context, entries, NULL);
}

static void add_peers(GOptionContext *context, Options *options)
{
        const GOptionEntry entries[] = {
                { "publishers", 'p', 0, G_OPTION_ARG_INT, &options->publishers,
                  "On stage (1); 0: who is there already is watched", "N" },
                { "subscribers", 'n', 0, G_OPTION_ARG_INT, &options->subscribers,
                  "Watching (10); in churn: who come and go, on average; in crowd: pages; in hls: viewers", "N" },
                { "seconds", 0, 0, G_OPTION_ARG_INT, &options->seconds, "Measured time (10)", "N" },
                { "settle", 0, 0, G_OPTION_ARG_INT, &options->settle, "Time before that (2)", "N" },
                { "loss", 0, 0, G_OPTION_ARG_DOUBLE, &options->loss, "Thrown away as it comes in (0)", "PERCENT" },
                { "codec", 0, 0, G_OPTION_ARG_STRING, &options->codec_name, "h264 (default) or vp8", "NAME" },
                { "simulcast", 0, 0, G_OPTION_ARG_NONE, &options->simulcast,
                  "Cameras in three layers, of VP8 with temporal layers", NULL },
                { "view", 0, 0, G_OPTION_ARG_INT, &options->view,
                  "How high each watcher shows every picture, with --simulcast (0: as high as there is)", "LINES" },
                { "profile", 0, 0, G_OPTION_ARG_STRING, &options->profile_name, "gcm or cm; both without", "NAME" },
                { "transport-cc", 0, 0, G_OPTION_ARG_NONE, &options->transport_cc, "Answer with transport feedback",
                  NULL },
                { "open-every", 0, 0, G_OPTION_ARG_INT, &options->open_every, "Decrypt one packet in N (200)", "N" },
                { "wraps", 0, 0, G_OPTION_ARG_NONE, &options->wraps,
                  "Publishers' numbers begin just below where they start over", NULL },
                { "line", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->line,
                  "Each watcher's line: [up|down] loss|reorder|delay|jitter|queue|rate VALUE; may be repeated",
                  "WORDS" },
                { "stage-line", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->stage_line, "The same for those on stage",
                  "WORDS" },
                { "seed", 0, 0, G_OPTION_ARG_INT, &options->seed, "Same seed, same losses (1)", "N" },
                { "json", 0, 0, G_OPTION_ARG_NONE, &options->json, "Figures as one line of JSON", NULL },
                { NULL },
        };
        g_option_context_add_main_entries(context, entries, NULL);
}

static void add_churn(GOptionContext *context, Options *options)
{
        ChurnBounds *bounds = &options->bounds;
        const GOptionEntry entries[] = {
                { "joins", 0, 0, G_OPTION_ARG_DOUBLE, &options->joins, "churn: who come and leave a second (20)", "N" },
                { "residents", 0, 0, G_OPTION_ARG_INT, &options->residents, "churn: watchers who stay (2)", "N" },
                { "hasty", 0, 0, G_OPTION_ARG_INT, &options->hasty, "churn: of those who come, leave at once (10)",
                  "PERCENT" },
                { "speaker-every", 0, 0, G_OPTION_ARG_DOUBLE, &options->speaker_every,
                  "churn: a speaker is replaced (0: never)", "SECONDS" },
                { "max-failures", 0, 0, G_OPTION_ARG_INT, &bounds->failures,
                  "churn: watchers who saw no picture, or a broken one (0)", "N" },
                { "max-join-ms", 0, 0, G_OPTION_ARG_DOUBLE, &bounds->join_ms_p95,
                  "churn, crowd: bound of the 95th percentile", "MS" },
                { "max-first-picture-ms", 0, 0, G_OPTION_ARG_DOUBLE, &bounds->first_picture_ms_p95,
                  "churn: bound of the 95th percentile", "MS" },
                { "max-growth-bytes", 0, 0, G_OPTION_ARG_DOUBLE, &bounds->growth_bytes,
                  "churn: bound of the server's growth a join", "BYTES" },
                { NULL },
        };
        g_option_context_add_main_entries(context, entries, NULL);
}

static void add_crowd(GOptionContext *context, Options *options)
{
        const GOptionEntry entries[] = {
                { "says", 0, 0, G_OPTION_ARG_DOUBLE, &options->says, "crowd: lines a second, of all together (5)",
                  "N" },
                { "hands", 0, 0, G_OPTION_ARG_DOUBLE, &options->hands, "crowd: hands moved a second (1)", "N" },
                { "wave", 0, 0, G_OPTION_ARG_INT, &options->wave,
                  "crowd: raise and lower hands, react, vote and answer at once, in place of --hands (0)", "N" },
                { "per-address", 0, 0, G_OPTION_ARG_INT, &options->per_address,
                  "crowd, hls: so many come from 127.0.0.1, as many from 127.0.0.2, … (0: all from one)", "N" },
                { "proxy-pid", 0, 0, G_OPTION_ARG_INT, &options->proxy_pid,
                  "crowd, hls: whose CPU time is read beside --server-pid's", "PID" },
                { "max-us", 0, 0, G_OPTION_ARG_DOUBLE, &options->max_us,
                  "crowd: bound of both processes' CPU for a message that came", "US" },
                { "max-delivery-ms", 0, 0, G_OPTION_ARG_DOUBLE, &options->max_delivery_ms,
                  "crowd: bound of the 95th percentile", "MS" },
                { NULL },
        };
        g_option_context_add_main_entries(context, entries, NULL);
}

static bool in_range(const Options *options)
{
        return options->publishers >= 0 && options->publishers <= STAGE_MAX && options->subscribers >= 0 &&
               options->subscribers <= PEERS_MAX && options->seconds >= 1 && options->settle >= 0 &&
               options->open_every >= 1 && options->loss >= 0 && options->loss <= 100 && options->joins > 0 &&
               options->joins <= JOINS_MAX && options->residents >= 0 && options->residents <= PEERS_MAX &&
               options->hasty >= 0 && options->hasty <= 100 && options->view >= 0 && options->speaker_every >= 0 &&
               options->says >= 0 && options->says <= RATE_MAX && options->hands >= 0 && options->hands <= RATE_MAX &&
               options->wave >= 0 && options->per_address >= 0 && options->tone >= 0 && options->tone <= TONE_MAX_HZ &&
               (options->per_address == 0 || options->subscribers / options->per_address < ADDRESSES_MAX);
}

static bool read_names(Options *options)
{
        const char *codec = options->codec_name, *profile = options->profile_name;
        if (codec && strcmp(codec, "h264") != 0 && strcmp(codec, "vp8") != 0)
                return refuse("--codec is h264 or vp8");
        if (profile && strcmp(profile, "gcm") != 0 && strcmp(profile, "cm") != 0)
                return refuse("--profile is gcm or cm");
        const char *bad = NULL;
        if (!bad_line_words_good((const char *const *)options->line, &bad) ||
            !bad_line_words_good((const char *const *)options->stage_line, &bad)) {
                fprintf(stderr, "treteau-load: a line does not understand: %s\n", bad);
                return false;
        }
        options->codec = g_strcmp0(codec, "vp8") == 0 ? CODEC_VP8 : CODEC_H264;
        options->profile = !profile ? 0 : strcmp(profile, "cm") == 0 ? SRTP_PROFILE_CM : SRTP_PROFILE_GCM;
        return true;
}

bool options_read(Options *options, int argc, char **argv)
{
        *options = (Options){ .publishers = 1,
                              .subscribers = 10,
                              .seconds = 10,
                              .settle = 2,
                              .seed = 1,
                              .open_every = 200,
                              .residents = 2,
                              .hasty = 10,
                              .joins = 20,
                              .says = 5,
                              .hands = 1,
                              .max_delivery_ms = -1,
                              .max_us = -1,
                              .bounds = { 0, -1, -1, -1 } };
        g_autoptr(GError) error = NULL;
        g_autoptr(GOptionContext) context = g_option_context_new("host|janus|room|churn|crowd|hls|speakers");
        g_option_context_set_summary(context,
                                     "Publishers and subscribers for a host of the SFU, Janus or a Tréteau "
                                     "room; who come and go in one of them (churn); pages without media in "
                                     "a room (crowd); who watch a live list (hls); or the demo's sample speakers.");
        add_server(context, options);
        add_peers(context, options);
        add_churn(context, options);
        add_crowd(context, options);
        if (!g_option_context_parse(context, &argc, &argv, &error))
                return refuse(error->message);
        if (argc != 2)
                return refuse("say what to do: host, janus, room, churn, crowd, hls or speakers (--help)");
        options->mode = argv[1];
        return in_range(options) ? read_names(options) : refuse("a number is out of range");
}

void options_clear(Options *options)
{
        g_free(options->url);
        g_free(options->event);
        g_free(options->room);
        g_free(options->profile_name);
        g_free(options->codec_name);
        g_free(options->host);
        g_free(options->list);
        g_strfreev(options->keys);
        g_strfreev(options->names);
        g_strfreev(options->line);
        g_strfreev(options->stage_line);
}
