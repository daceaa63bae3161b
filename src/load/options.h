/* What the command line says, checked. */
#pragma once
#include "load/churn.h"

typedef struct {
        const char *mode; /* the first word */
        int publishers, subscribers, seconds, settle, server_pid, seed, open_every, residents, hasty, view, wave,
                proxy_pid, per_address;
        double loss, joins, speaker_every, says, hands, max_delivery_ms, max_us, tone;
        gboolean json, transport_cc, wraps, insecure, simulcast, together, stays;
        char *url, *event, *room, *profile_name, *codec_name, *host, *list;
        char **keys, **names, **line, **stage_line;
        ChurnBounds bounds;
        Codec codec;
        SrtpProfile profile; /* 0: both */
} Options;

/* Sets the defaults and reads. False when it is of no use, having said why. */
bool options_read(Options *options, int argc, char **argv);
void options_clear(Options *options);
