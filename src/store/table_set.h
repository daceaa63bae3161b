/* Which tables statements read or write, as SQLite itself says when it prepares them: nobody keeps a list by hand. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define TABLES_MAX 256
#define TABLE_ANY 0 /* stands for all of them: what cannot be named exactly */

typedef struct {
        uint64_t bits[TABLES_MAX / 64];
} TableSet;

static inline void table_set_add(TableSet *set, unsigned table)
{
        set->bits[table / 64] |= UINT64_C(1) << table % 64;
}

static inline bool table_set_has(const TableSet *set, unsigned table)
{
        return set->bits[table / 64] >> table % 64 & 1;
}

static inline void table_set_add_all(TableSet *set, const TableSet *more)
{
        for (int i = 0; i < TABLES_MAX / 64; i++)
                set->bits[i] |= more->bits[i];
}

static inline bool table_set_is_empty(const TableSet *set)
{
        uint64_t any = 0;
        for (int i = 0; i < TABLES_MAX / 64; i++)
                any |= set->bits[i];
        return any == 0;
}
