/* Lines of speech as a file of captions, and back: W3C WebVTT.
 *
 * What is written holds no tag and no cue setting, whatever the lines hold. What is read comes from outside (a program
 * that listens, a file of somebody): sizes are capped, tags and control characters are dropped. Pure, any thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum {
        VTT_LINE_CHARS = 300,       /* of a cue that is read; the rest of a longer one is dropped */
        VTT_BYTES_MOST = 8 << 20,   /* of a file that is read */
        VTT_LINES_MOST = 20 * 1000, /* likewise */
};

typedef struct {
        int64_t n;  /* its number, from 0 */
        char *text; /* "": taken back */
        int64_t begun_us, ended_us;
} VttLine;
void vtt_line_free(gpointer line);

/* The lines (of VttLine, in order) with times since start_us; what was over by then is left out. A line stays until the
 * next begins, or some seconds. numbered: each cue is named by its line's number. (transfer full) */
char *vtt_text(const GPtrArray *lines, int64_t start_us, bool numbered);
/* (transfer full) of VttLine with times from 0, in order; NULL with a sentence for people in source words. */
GPtrArray *vtt_read(const char *bytes, size_t length, const char **ret_fault);
