/* What the pages of manager/ show. Private to it. */
#pragma once
#include "manager/manager_store.h"
#include "programme/programme.h"
#include "web/form.h"

/* Older and newer pages of a list; 0: none. */
typedef struct {
        int64_t before, after;
} Turning;

typedef struct {
        char *code, *title, *when, *room;
        int rows; /* of its run sheet */
} SheetLine;
typedef struct {
        const Event *event;
        const GArray *lines; /* of SheetLine */
        Turning turning;
} SheetsPage;
void sheets_view(Html *h, const SheetsPage *v);

typedef struct {
        const RunRow *row;
        char *time;        /* when it begins */
        const char *scene; /* its word for people, "" */
        bool first, last, edited;
} RunLine;
typedef struct {
        const Event *event;
        const Talk *talk;
        const char *notice, *when;
        const GArray *lines;  /* of RunLine */
        const char *end_time; /* of the last row */
        const char *fits;     /* whether it ends with the session */
        bool over;
        const Form *form;
        const RunLine *edited; /* the line that the form is of; NULL: a new one, or it is gone */
        int64_t row, version;  /* what the form is of; 0: a new one */
        bool stale, full;
} RunPage;
void run_view(Html *h, const RunPage *v);

typedef struct {
        char *time, *iso, *text;
} LogRow;
typedef struct {
        const Event *event;
        const Talk *talk;
        const GArray *rows; /* of LogRow */
        Turning turning;
} LogPage;
void log_view(Html *h, const LogPage *v);
