/* A file becomes segments: reads the source to its end and gives pieces to a sink. */
#pragma once

#include "record/converter/pieces.h"
#include "record/converter/source.h"

typedef struct ConvertResult {
        ConvertFault fault;
        ConvertWay again; /* not CONVERT_COPY: it must be begun anew this way */
} ConvertResult;

/* What the sink's inits need; borrowed from the conversion. */
typedef struct ConvertOut {
        /* The sound's AudioSpecificConfig and what is made anew are known; before the first piece. false ends it. */
        bool (*begin)(void *owner, const uint8_t *config, size_t config_size, bool picture_anew);
        PieceSink piece;
        void *owner;
} ConvertOut;

/* From that time on, which is where an earlier piece ended. */
ConvertResult convert_run(Source *source, ConvertWay way, int64_t from_us, const ConvertOut *out);
