/* What the organiser's page shows. Private to interpret/. */
#pragma once
#include "conference/conference.h"
#include "interpret/interpret_private.h"
#include "web/form.h"

typedef struct {
        const char *code, *key;
} InterpretRow;

typedef struct {
        const Event *event;
        const EventRoom *room;
        const InterpretRow *rows;
        size_t count;
        const Form *form;
        const char *origin; /* of this server's addresses */
        bool saved;
} InterpretPage;
void interpret_view(Html *h, const InterpretPage *v);

/* On the hall's light page. */
typedef struct {
        const char *code; /* of a language */
        char url[sizeof "../#hall=" + INTERPRET_CODE_MAX];
} InterpretLink;
typedef struct {
        InterpretLink links[SFU_CHANNELS]; /* in the order of their channels */
        size_t count;
} InterpretHall;
void interpret_hall_view(Html *h, const InterpretHall *v);
