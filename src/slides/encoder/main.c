/* treteau-slides: a PDF from descriptor 0, its pages as pictures and words to 1. Started by the server
 * (slides/slides_run.c), never by hand. It reads what anybody may have sent: when a library falls to it, what falls has
 * no file, no network and no more than a few minutes.
 *
 *   answer = "pages " N LF page* ("end" / "no " word " " number) LF
 *   page   = "page " width height bytes small-width small-height bytes bytes LF picture small-picture text */
#include "base/answer.h"
#include "base/calls.h"
#include "base/confine.h"
#include "slides/encoder/drawing.h"

#include <stdio.h>
#include <string.h>

enum { IN = 0, ANSWER = 1, MEMORY_MOST_MIB = 1024, CPU_MOST_S = 300, NICER = 10, LINE_BYTES = 120 };

static bool tell_count(gpointer owner, int pages)
{
        char line[LINE_BYTES];
        g_snprintf(line, sizeof line, "pages %d\n", pages);
        return answer_write(ANSWER, line, strlen(line));
}

static bool tell_page(gpointer owner, const DrawnPage *page)
{
        char line[LINE_BYTES];
        size_t length = strlen(page->text);
        g_snprintf(line, sizeof line, "page %d %d %zu %d %d %zu %zu\n", page->width, page->height, page->big_bytes,
                   page->small_width, page->small_height, page->small_bytes, length);
        return answer_write(ANSWER, line, strlen(line)) && answer_write(ANSWER, page->big, page->big_bytes) &&
               answer_write(ANSWER, page->small, page->small_bytes) && answer_write(ANSWER, page->text, length);
}

static const char *fault_word(SlidesFault fault)
{
        static const char *const words[] = { "",
#define X(name, word) word,
                                             SLIDES_FAULTS(X)
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
        confine(&(Confinement){ .last_descriptor = ANSWER,
                                .descriptors = ANSWER + 2,
                                .memory_mib = MEMORY_MOST_MIB,
                                .cpu_s = CPU_MOST_S,
                                .nicer = NICER });
        calls_confine();
        g_autoptr(GByteArray) bytes = answer_read(IN, SLIDES_FILE_BYTES_MAX);
        int page = 0;
        SlidesFault fault = bytes ? drawing_make(bytes->data, bytes->len, SLIDES_BIG_SIDE,
                                                 &(DrawingListener){ .count = tell_count, .page = tell_page }, &page)
                                  : SLIDES_FAULT_BYTES;
        char line[LINE_BYTES];
        if (fault)
                g_snprintf(line, sizeof(line), "no %s %d\n", fault_word(fault), page);
        else
                g_strlcpy(line, "end\n", sizeof(line));
        return answer_write(ANSWER, line, strlen(line)) ? 0 : 1;
}
