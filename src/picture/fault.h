/* Why a picture is refused: one list gives the enum and the word that the child writes; picture.c has the sentences. */
#pragma once

#define PICTURE_FAULTS(X)                                                                                              \
        X(EMPTY, "empty")                                                                                              \
        X(KIND, "kind")                                                                                                \
        X(SVG, "svg")                                                                                                  \
        X(GIF, "gif")                                                                                                  \
        X(HEIC, "heic")                                                                                                \
        X(ANIMATED, "animated")                                                                                        \
        X(PRINT, "print")                                                                                              \
        X(LARGE, "large")                                                                                              \
        X(BYTES, "bytes")                                                                                              \
        X(CUT, "cut")                                                                                                  \
        X(DAMAGED, "damaged")                                                                                          \
        X(TIME, "time")                                                                                                \
        X(BUSY, "busy")                                                                                                \
        X(DISK, "disk")                                                                                                \
        X(PROGRAM, "program")
typedef enum {
        PICTURE_FAULT_NONE,
#define X(name, word) PICTURE_FAULT_##name,
        PICTURE_FAULTS(X)
#undef X
} PictureFault;
