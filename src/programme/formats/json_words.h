/* Words of schedule.json's schema beside ours. Private to programme/formats/. */
#pragma once
#include <stdbool.h>
#include <string.h>

#define RECORDING_TITLE "recording" /* tells a recording from a video: the schema knows "media" alone */

/* Kinds of rooms; NULL when there is none. */
static inline const char *room_word(const char *kind)
{
        return !strcmp(kind, "on-site") ? "other" : *kind ? kind : NULL;
}

static inline const char *room_kind(const char *word)
{
        if (!strcmp(word, "stage") || !strcmp(word, "workshop"))
                return !strcmp(word, "stage") ? "stage" : "workshop";
        return !strcmp(word, "lecturehall") ? "stage" : !strcmp(word, "other") ? "on-site" : NULL;
}

/* Kinds of links and documents. */
static inline bool link_word_is_known(const char *word)
{
        static const char *const words[] = { "slides",  "paper", "web",     "blog",
                                             "article", "media", "related", "activitypub" };
        for (unsigned i = 0; i < sizeof words / sizeof *words; i++)
                if (!strcmp(words[i], word))
                        return true;
        return false;
}
