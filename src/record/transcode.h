/* Pictures that come as VP8, made into H.264 by a child program, treteau-transcoder, at low priority: what a recording
 * shows of whoever sends no H.264. One child for a Transcoder (a recording), started with the first picture and ended
 * when none has come for ten seconds; what all of them may take of the machine is a TranscodeBudget.
 *
 * A picture is let in at its key frame; when the budget is spent, or the child cannot work, the lane is refused until
 * there is room again, which is tried at key frames, every ten seconds at most.
 *
 *     Transcoder *t = transcoder_new(&(TranscoderConfig) { .budget = budget, .owner = me, .on_picture = on_picture });
 *     transcoder_frame(t, 0, &(TranscoderPicture) { bytes, length, key, gap, capture_us });      // any thread, never
 * waits transcoder_cut(t, 0);            // another picture is shown in this lane: nothing that came before is given
 * out transcoder_free(t); */
#pragma once

#include "record/transcode_budget.h"
#include "record/transcode_frame.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Transcoder Transcoder;

typedef struct TranscoderPicture {
        const uint8_t *bytes;
        size_t length;
        bool key, gap;
        int64_t time_us; /* UTC */
} TranscoderPicture;

typedef struct TranscoderConfig {
        const char *program;     /* path of treteau-transcoder; NULL: where it lies beside this program */
        TranscodeBudget *budget; /* borrowed */
        void *owner;
        /* One H.264 access unit, Annex B, key: with its parameter sets. On a thread of the transcoder; neither may call
         * back into it, nor wait. */
        void (*on_picture)(void *owner, unsigned lane, const TranscoderPicture *picture);
        /* The lane is refused, or no more. On that thread, or on that of transcoder_frame(). NULL: nobody listens. */
        void (*on_refused)(void *owner, unsigned lane, bool refused);
} TranscoderConfig;

/* Nothing is started yet. NULL when there is no descriptor left. */
Transcoder *transcoder_new(const TranscoderConfig *config, GError **error);
void transcoder_frame(Transcoder *transcoder, unsigned lane, const TranscoderPicture *vp8);
/* Once it returns, on_picture is called with later frames only. Not told by on_refused. */
void transcoder_cut(Transcoder *transcoder, unsigned lane);
/* No call comes after. NULL is fine. */
void transcoder_free(Transcoder *transcoder);
/* Of the child, 0: none runs. */
int transcoder_child_pid(Transcoder *transcoder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Transcoder, transcoder_free)
