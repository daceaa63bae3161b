/* Private to api/. */
#pragma once
#include "api/api.h"
#include "programme/programme.h"
#include "replay/replay.h"
#include "store/embedded.h"

#define PER_PAGE 30
#define PER_PAGE_MAX 100
#define PAGE_MAX 100000
#define SLUG_BYTES_MAX 100

extern const EmbeddedText api_document[];

/* Which part of a list. */
typedef struct {
        int64_t page, per_page, offset, total; /* total: of all pages, set by who reads the list */
} ApiPage;
/* A whole number from 1 to max in digits alone; absent ("") is usual. */
bool api_number(const char *text, int64_t max, int64_t usual, int64_t *ret_number);
/* "2021-01-28", a day that there is. */
bool api_day_is_sound(const char *text);
/* Answers by itself, with 400, when a number is not what it can be. */
bool api_page_read(Request *req, ApiPage *ret_page);
/* "https://host/path?page=2&per_page=30", with the filters as they came; NULL after the last. (transfer full) */
char *api_next_url(const char *origin, const char *path, const ApiPage *page, const char *filters);

/* Where the objects' own addresses begin. */
typedef struct {
        const char *origin;
        const Event *event;
} ApiPlace;
/* (transfer full) */
json_t *api_event(const char *origin, const Event *event);
json_t *api_session(const ApiPlace *place, Db *db, const Talk *talk);
json_t *api_session_whole(const ApiPlace *place, Db *db, const Talk *talk);
json_t *api_speaker(const ApiPlace *place, const Person *person);
json_t *api_speaker_whole(const ApiPlace *place, Db *db, const Person *person);
json_t *api_room(const ApiPlace *place, const EventRoom *room);
json_t *api_replay(const ApiPlace *place, const ReplayRow *row);
