/* Private to news/. */
#pragma once
#include "news/news.h"
#include "web/form.h"

#define TITLE_CHARACTERS_MAX 150
#define NEWS_PER_PAGE 10
#define FEED_ENTRIES 30

News *news_find(Db *db, int64_t event, int64_t id);
/* Inserts when id is 0, else changes. */
bool news_keep(Db *db, int64_t event, News *news);
bool news_delete(Db *db, int64_t event, int64_t id);

/* RFC 4287. base_url: the event's page, "https://host/slug/". (transfer full) */
GString *news_feed(const Event *event, const char *base_url, const GPtrArray *news);

typedef struct {
        const News *news;
        char *date, *iso;
} NewsRow;
typedef struct {
        const Event *event;
        const GArray *rows; /* of NewsRow */
        const Form *form;   /* of the organisers; NULL for readers */
        const char *notice; /* NULL: nothing was done */
        int64_t edited;     /* 0: a new one */
        int64_t page;
        bool more;
} NewsPage;
void news_view(Html *h, const NewsPage *v);
void news_edit_view(Html *h, const NewsPage *v);
