/* The inside of slides/, for it alone. */
#pragma once
#include "programme/programme.h"
#include "slides/fault.h"
#include "slides/slides.h"

enum {
        DECKS_MAX = 12, /* of a session or a room */
        FOLDER_CHARS = 32,
        TITLE_CHARS = 100,
        FILE_CHARS = 32, /* of a picture's name, without its ending */
};

/* Whose slides: of a session of the programme, or (talk 0) of what a room holds outside of it. */
typedef struct {
        int64_t event, talk, room;
} DeckOwner;

typedef enum { DECK_WAITING, DECK_READY, DECK_REFUSED } DeckState;
typedef struct {
        int64_t id;
        char *folder, *title, *first; /* first: its first page's small picture, "" while there is none */
        DeckState state;
        SlidesFault fault;
        int fault_page, pages, drawn;
        bool shared;
} Deck;
void deck_free(gpointer deck);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Deck, deck_free)

typedef struct {
        int number, width, height;
        int64_t bytes;
        char *big, *small; /* file names */
        char *words;
} SlidePage;
void slide_page_free(gpointer page);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SlidePage, slide_page_free)

/* --- slides_rules.c: pure ----------------------------------------------------------------------------------------- */
/* What is wrong with a file, source words with a %d for its page where there is one; slides_fault_text() fills it in
 * (transfer full). */
char *slides_fault_text(const Lang *lang, SlidesFault fault, int page);
const char *slides_fault_word(SlidesFault fault);
SlidesFault slides_fault_of(const char *word); /* DAMAGED for what is none */
/* "A talk.pdf" → "A talk"; `otherwise` when nothing is left. (transfer full) */
char *slides_title(const char *file_name, const char *otherwise);
bool slides_folder_is_sound(const char *name);
bool slides_file_is_sound(const char *name); /* "HASH.webp" */
/* "/media/slides/FOLDER/FILE" (transfer full) */
char *slides_url(const char *folder, const char *file);

/* A page's first line as the child writes it, checked: "page W H BYTES w h BYTES BYTES". */
typedef struct {
        int width, height, small_width, small_height;
        size_t big_bytes, small_bytes, text_bytes;
} PageHead;
typedef enum { LINE_PAGES, LINE_PAGE, LINE_END, LINE_FAULT, LINE_BAD } LineKind;
typedef struct {
        LineKind kind;
        int pages; /* LINE_PAGES */
        PageHead head;
        SlidesFault fault;
        int fault_page;
} AnswerLine;
AnswerLine slides_line_read(const char *line); /* without its line feed */

/* --- slides_run.c: the child -------------------------------------------------------------------------------------- */
typedef struct {
        int number;
        PageHead head;
        const uint8_t *big, *small;
        const char *words;
} PageDrawn;
typedef struct {
        bool (*count)(gpointer owner, int pages);
        bool (*page)(gpointer owner, const PageDrawn *page); /* false ends it */
        bool (*stops)(gpointer owner);                       /* asked twice a second: true ends it */
        gpointer owner;
} RunListener;
/* Draws the file; blocks. The listener's false comes back as SLIDES_FAULT_DISK. */
SlidesFault slides_run(const char *pdf_path, const RunListener *listener, int *ret_page);

/* --- slides_painter.c --------------------------------------------------------------------------------------------- */
/* There is something new to draw. Any thread, after the commit. */
void slides_painter_wake(SlidesPainter *painter);
/* The folder of one file, of all. (transfer full) */
char *slides_deck_path(const Store *store, const char *folder);
char *slides_path(const Store *store);

/* --- slides_routes.c ---------------------------------------------------------------------------------------------- */
/* LiveFeature.hall_top */
void slides_in_hall(Html *h, Db *db, const LiveHall *hall);

extern const char *const slides_room_words[];
