/* Why a file is not taken as a recording: one list gives the enum and the word that the child says and the store keeps;
 * upload_rules.c has the sentences. */
#pragma once

#define CONVERT_FAULTS(X)                                                                                              \
        X(KIND, "kind")           /* no film, no sound */                                                              \
        X(EMPTY, "empty")         /* one without picture and sound */                                                  \
        X(ENCRYPTED, "encrypted") /* ISO/IEC 23001-7 and the like */                                                   \
        X(LONG, "long")                                                                                                \
        X(SIZE, "size")   /* pictures larger than any screen */                                                        \
        X(CODEC, "codec") /* nothing here decodes it */                                                                \
        X(BROKEN, "broken")                                                                                            \
        X(TIME, "time")                                                                                                \
        X(MEMORY, "memory")                                                                                            \
        X(DISK, "disk")                                                                                                \
        X(PROGRAM, "program")
typedef enum {
        CONVERT_FAULT_NONE,
#define X(name, word) CONVERT_FAULT_##name,
        CONVERT_FAULTS(X)
#undef X
} ConvertFault;

/* "" for none. */
const char *convert_fault_word(ConvertFault fault);
/* CONVERT_FAULT_BROKEN for a word that is none of them. */
ConvertFault convert_fault_of(const char *word);

/* How much is made anew: each way follows when the one before cannot go on. */
typedef enum {
        CONVERT_COPY,  /* picture and sound as they are, where that is possible */
        CONVERT_SOUND, /* the picture as it is, the sound made anew */
        CONVERT_ALL,
        N_CONVERT_WAYS,
} ConvertWay;

/* What both the child and the server hold to. */
enum {
        CONVERT_HOURS_MAX = 24,
        CONVERT_SIDE_MAX = 8192,            /* pixels, of a picture that comes */
        CONVERT_PIECE_BYTES_MAX = 64 << 20, /* of a segment */
        CONVERT_PIECE_S_MAX = 60,
        CONVERT_PIECE_S = 4, /* that is aimed at */
};
