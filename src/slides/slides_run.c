/* Starts treteau-slides for one file and takes what it draws, page by page. The child is not believed: every size is
 * checked before it is allocated, every text is cleaned, and a picture begins as one does. */
#include "slides/slides_private.h"

#include "base/worker.h"

#include <string.h>

enum {
        PAGE_CPU_MOST_S = 20,   /* of one page: one that takes longer is no slide */
        PAGE_WAIT_MOST_S = 300, /* on a machine that has other work */
};

static bool is_webp(const uint8_t *bytes, size_t size)
{
        return size > 12 && !memcmp(bytes, "RIFF", 4) && !memcmp(bytes + 8, "WEBP", 4);
}

static SlidesFault take_page(Worker *child, const PageHead *head, int number, const RunListener *listener)
{
        size_t size = head->big_bytes + head->small_bytes;
        g_autofree uint8_t *pictures = g_malloc(size);
        g_autofree char *text = g_malloc0(head->text_bytes + 1);
        if (!worker_bytes(child, pictures, size) || !worker_bytes(child, text, head->text_bytes))
                return SLIDES_FAULT_TIME; /* fault_of_end() knows better */
        if (!is_webp(pictures, head->big_bytes) || !is_webp(pictures + head->big_bytes, head->small_bytes))
                return SLIDES_FAULT_DAMAGED;
        g_autofree char *words = g_utf8_make_valid(text, -1);
        PageDrawn page = { number, *head, pictures, pictures + head->big_bytes, words };
        worker_turn(child);
        return listener->page(listener->owner, &page) ? SLIDES_FAULT_NONE : SLIDES_FAULT_DISK;
}

/* All that it says. ret_ended: it has said its last word. */
static SlidesFault hear(Worker *child, const RunListener *listener, int *ret_page, bool *ret_ended)
{
        char line[WORKER_LINE_BYTES];
        int pages = 0, number = 0;
        while (worker_line(child, line)) {
                AnswerLine read = slides_line_read(line);
                SlidesFault fault = SLIDES_FAULT_NONE;
                *ret_page = number + 1;
                if (read.kind == LINE_PAGES && !pages) {
                        pages = read.pages;
                        if (!listener->count(listener->owner, pages))
                                return SLIDES_FAULT_DISK;
                } else if (read.kind == LINE_PAGE && number < pages) {
                        fault = take_page(child, &read.head, ++number, listener);
                } else {
                        *ret_page = read.kind == LINE_FAULT ? read.fault_page : 0;
                        *ret_ended = read.kind == LINE_FAULT || (read.kind == LINE_END && number == pages && pages);
                        return read.kind == LINE_FAULT ? read.fault
                               : *ret_ended            ? SLIDES_FAULT_NONE
                                                       : SLIDES_FAULT_DAMAGED;
                }
                if (fault)
                        return fault;
        }
        *ret_page = pages ? number + 1 : 0;
        return SLIDES_FAULT_TIME;
}

static SlidesFault fault_of(WorkerEnd end)
{
        switch (end) {
        case WORKER_LATE:
                return SLIDES_FAULT_TIME;
        case WORKER_MEMORY:
                return SLIDES_FAULT_LARGE;
        default:
                return SLIDES_FAULT_DAMAGED;
        }
}

SlidesFault slides_run(const char *pdf_path, const RunListener *listener, int *ret_page)
{
        *ret_page = 0;
        g_autoptr(Worker) child = worker_start(&(WorkerPlan){ .program = "treteau-slides",
                                                              .place = "slides/encoder",
                                                              .file = pdf_path,
                                                              .piece_cpu_s = PAGE_CPU_MOST_S,
                                                              .piece_wait_s = PAGE_WAIT_MOST_S,
                                                              .stops = listener->stops,
                                                              .owner = listener->owner });
        if (!child)
                return SLIDES_FAULT_PROGRAM;
        bool ended = false;
        SlidesFault fault = hear(child, listener, ret_page, &ended);
        WorkerEnd end = worker_end(child, ended);
        return !ended && fault == SLIDES_FAULT_TIME ? fault_of(end) : fault;
}
