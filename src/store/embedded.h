/* Texts that the build puts inside the program (tools/embed.py). */
#pragma once

typedef struct {
        const char *name, *text;
} EmbeddedText;

extern const EmbeddedText store_migrations[]; /* in order, ended by a NULL name */
