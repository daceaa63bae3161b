/* The file that came: opened by libavformat from descriptor 0, which reads and seeks there and opens nothing else; what
 * it holds, and what of it can be taken as it is. */
#pragma once

#include "record/converter/fault.h"

#include <glib.h>
#include <libavformat/avformat.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct Source {
        AVFormatContext *format;
        AVIOContext *reader;
        AVStream *picture, *sound; /* borrowed; NULL: none. A cover of a song is no picture */
        int64_t begin_us;          /* of its own time; all that is said below counts from there */
        int64_t length_us;         /* as it says; 0: it does not */
        int turn;                  /* degrees that the picture is to be turned, clockwise: 0, 90, 180, 270 */
        bool picture_stays, sound_stays;
} Source;

/* false: *ret_fault says why. */
bool source_open(Source *source, int descriptor, ConvertFault *ret_fault);
/* Goes to a key frame before this time, when the file can be sought: what is before it is to be left out. */
void source_seek(Source *source, int64_t from_us);
void source_close(Source *source);
/* A time of a stream in microseconds since begin_us. AV_NOPTS_VALUE stays. */
int64_t source_time_us(const Source *source, const AVStream *stream, int64_t pts);
