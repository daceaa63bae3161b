/* An answer of HTTP/1.1 as its bytes come in, on a connection that is kept. Pure.
 *
 * Its body is counted, and kept only when asked for. RFC 9112: a length or chunks; 204 and 304 have no body. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum { ANSWER_MORE, ANSWER_DONE, ANSWER_BROKEN } AnswerState;

typedef struct {
        GString *head; /* until its empty line, and then what a chunk says of itself */
        GString *body; /* NULL: only counted */
        int status;    /* 0: the head is not there yet */
        bool closes;   /* no further request on this connection */
        bool chunked;
        bool last_chunk; /* what follows are trailers */
        uint64_t left;   /* of the body, or of this chunk with its line end */
        uint64_t bytes;  /* of the whole answer */
} HttpAnswer;

void http_answer_init(HttpAnswer *answer);
void http_answer_clear(HttpAnswer *answer);
/* For the next one on the same connection. keep: the body is wanted. */
void http_answer_begin(HttpAnswer *answer, bool keep);
AnswerState http_answer_take(HttpAnswer *answer, const char *bytes, size_t size);
