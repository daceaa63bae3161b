/* The inside of captions/, for it alone. On the socket loop's thread unless it says otherwise. */
#pragma once
#include "captions/captions.h"

#include "base/vtt.h"

enum {
        CAPTIONS_SHOWN = 10,      /* lines that a page gets when it comes in */
        CAPTIONS_CORRECT = 5,     /* of these the last may be corrected */
        CAPTION_MAX_CHARS = 300,  /* of a line */
        CAPTIONS_MAX = 20 * 1000, /* of a session: one in two seconds for eleven hours */
};

typedef VttLine Caption;

/* What a room holds of its session. */
typedef struct {
        GPtrArray *lines; /* of Caption, in order, the last CAPTIONS_SHOWN that are kept */
        int64_t next;     /* number of the line that is being typed */
        char *open;       /* what there is of it; NULL: nothing */
        int64_t begun_us; /* of its first word; 0: none */
        bool open_changed;
        int64_t told_us; /* the open line, on the monotonic clock */
        int by;          /* who types, 0: nobody */
        int signer;      /* who interprets into sign language, 0: nobody */
} Captions;
Captions *captions_of(const LiveRoom *room);
void captions_free(gpointer captions);
void captions_put(Captions *captions, Caption *line); /* takes line; in the place of one of the same number */

/* --- captions_type.c: what captioners do -------------------------------------------------------------------------- */
void captions_type(LiveClient *client, json_t *message);
void captions_take(LiveClient *client, json_t *message);
/* The line being typed, to everybody; four times a second at most. */
void captions_tell_open(LiveRoom *room, int64_t mono_us);
void captions_set_by(LiveRoom *room, int person);
json_t *caption_json(const Caption *line);

/* --- captions_sign.c ---------------------------------------------------------------------------------------------- */
void captions_sign(LiveClient *client, json_t *message);

extern const char *const captions_room_words[];
