/* treteau-picture: one picture from descriptor 0, written anew to 3 (big) and 4 (small), one line about it to 1.
 * Started by the server (picture/picture_run.c), never by hand. It reads bytes that anybody may have sent: when a
 * library falls to them, what falls has no file, no network and no more than a few seconds. */
#include "base/answer.h"
#include "base/calls.h"
#include "base/confine.h"
#include "picture/encoder/raster.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

enum {
        IN = 0,
        ANSWER = 1,
        BIG = 3,
        SMALL = 4,
        MEMORY_MOST_MIB = 768,
        CPU_MOST_S = 10,
        NICER = 10,
};
#define FILE_MOST_BYTES ((size_t)8 << 20)

static const char *fault_word(PictureFault fault)
{
        static const char *const words[] = { "",
#define X(name, word) word,
                                             PICTURE_FAULTS(X)
#undef X
        };
        return words[fault];
}

int main(int argc, char **argv)
{
        if (argc > 1) {
                fprintf(stderr, "%s is started by treteau, it takes no arguments\n", argv[0]);
                return 2;
        }
        confine(&(Confinement){ .last_descriptor = SMALL,
                                .descriptors = SMALL + 1,
                                .memory_mib = MEMORY_MOST_MIB,
                                .cpu_s = CPU_MOST_S,
                                .file_bytes = FILE_MOST_BYTES,
                                .nicer = NICER });
        calls_confine();
        g_autoptr(GByteArray) bytes = answer_read(IN, INPUT_BYTES_MAX);
        Encoded encoded = { 0 };
        PictureFault fault =
                bytes ? picture_encode(bytes->data, bytes->len, PIXELS_MAX, &encoded) : PICTURE_FAULT_BYTES;
        if (!fault && (!answer_write(BIG, encoded.big->data, encoded.big->len) ||
                       !answer_write(SMALL, encoded.small->data, encoded.small->len)))
                fault = PICTURE_FAULT_DISK;
        char line[80];
        if (fault)
                g_snprintf(line, sizeof(line), "no %s\n", fault_word(fault));
        else
                g_snprintf(line, sizeof(line), "ok %s %d %d %d %d\n", encoded.png ? "png" : "jpg", encoded.width,
                           encoded.height, encoded.small_width, encoded.small_height);
        bool told = answer_write(ANSWER, line, strlen(line));
        encoded_clear(&encoded);
        return told ? 0 : 1;
}
