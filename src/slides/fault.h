/* Why a file of slides is refused: one list gives the enum and the word that the child writes and the store keeps;
 * slides_rules.c has the sentences. */
#pragma once

#define SLIDES_FAULTS(X)                                                                                               \
        X(EMPTY, "empty")                                                                                              \
        X(KIND, "kind")                                                                                                \
        X(LOCKED, "locked")                                                                                            \
        X(BYTES, "bytes")                                                                                              \
        X(PAGES, "pages")                                                                                              \
        X(NO_PAGES, "nopages")                                                                                         \
        X(DAMAGED, "damaged")                                                                                          \
        X(LARGE, "large")                                                                                              \
        X(TIME, "time")                                                                                                \
        X(DISK, "disk")                                                                                                \
        X(PROGRAM, "program")
typedef enum {
        SLIDES_FAULT_NONE,
#define X(name, word) SLIDES_FAULT_##name,
        SLIDES_FAULTS(X)
#undef X
} SlidesFault;

/* What both the child and the server hold to. */
enum {
        SLIDES_FILE_BYTES_MAX = 50 * 1024 * 1024,
        SLIDES_PAGES_MAX = 300,
        SLIDES_BIG_SIDE = 1280, /* pixels of the longer side */
        SLIDES_SMALL_SIDE = 640,
        SLIDES_TEXT_BYTES_MAX = 6000,          /* of a page's words */
        SLIDES_PICTURE_BYTES_MAX = 600 * 1024, /* of one picture */
};
