/* The columns of our tables and the headings they are known by. Private to programme/formats/. */
#pragma once
#include "base/csv.h"

typedef enum {
        COLUMN_CODE,
        COLUMN_TITLE,
        COLUMN_SUBTITLE,
        COLUMN_DAY,
        COLUMN_START,
        COLUMN_DURATION,
        COLUMN_ROOM,
        COLUMN_TRACK,
        COLUMN_KIND,
        COLUMN_LANGUAGE,
        COLUMN_PERSONS,
        COLUMN_MODERATORS,
        COLUMN_ABSTRACT,
        COLUMN_DESCRIPTION,
        COLUMN_LINKS,
        COLUMN_LICENCE,
        COLUMN_RECORDED,
        COLUMN_PLACES,
        COLUMN_CANCELLED,
        COLUMN_SLUG,
        COLUMN_NUMBER,
        COLUMN_GUID,
        TALK_COLUMNS,
        COLUMN_END = TALK_COLUMNS, /* read only: we write durations */
        COLUMN_NAME,
        COLUMN_EMAIL,
        COLUMN_BIOGRAPHY,
        COLUMNS
} Column;

typedef struct {
        const char *english, *french;
        const char *others[6]; /* folded */
} ColumnFacts;
extern const ColumnFacts column_facts[COLUMNS];

/* A heading as it is compared: plain letters and digits, lower case. (transfer full) */
char *heading_fold(const char *heading);
/* COLUMNS when it is none. */
Column column_named(const char *heading);
const char *column_heading(Column column, const char *lang);
