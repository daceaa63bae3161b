/* What the pages show. Private to slides/. */
#pragma once
#include "slides/slides_store.h"
#include "web/form.h"

typedef struct {
        const Deck *deck;
        const char *picture, *fault; /* address of the first page; sentence */
        int percent;
} DeckRow;

typedef struct {
        const Event *event;
        const char *title, *back; /* of the session or the room, and its address */
        const char *base;         /* of these pages */
        bool may;                 /* send, share and delete */
        bool waits;               /* something is being drawn */
        const GArray *rows;       /* of DeckRow */
        const Form *form;         /* NULL for those who only read */
        const char *done;         /* sentence, NULL */
} SlidesPage;
void slides_view(Html *h, const SlidesPage *v);

typedef struct {
        const char *base;
        const Deck *deck;
        const SlidePage *page;
        const char *big, *small;
        bool may_have_file;
} ReadPage;
void slides_read_view(Html *h, const ReadPage *v);

typedef struct {
        int number, pages;
        int64_t width, height;
        const char *big, *small, *words;
} HallSlide;
void slides_hall_view(Html *h, const HallSlide *v);
