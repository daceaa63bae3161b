/* What an event has to tell: its last news, for the poster. Structs are copies, yours to free. */
#pragma once
#include "conference/conference.h"

typedef struct {
        int64_t id, at_us, changed_us;
        char *guid, *title, *text;
} News;
void news_free(News *news);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(News, news_free)

/* Latest first. (transfer full) of News */
GPtrArray *news_list(Db *db, int64_t event, int64_t limit, int64_t offset);

extern const Route news_routes[];
