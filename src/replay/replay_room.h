/* The room that recordings take. Private to replay/. */
#pragma once
#include "replay/replay_store.h"
#include "web/form.h"

typedef struct {
        int64_t keep_days, budget_gb; /* 0: no end; what the disk has */
} ReplaySetting;
ReplaySetting replay_setting(Db *db, int64_t event);
bool replay_setting_keep(Db *db, int64_t event, const ReplaySetting *setting);

typedef struct {
        int64_t id;
        char *title, *code; /* code: "" outside of the programme */
        int64_t bytes, length_us;
        bool over; /* nobody writes it any more */
} ReplayHeavy;
/* The largest first; bytes and count of all. (transfer full) of ReplayHeavy */
GPtrArray *replay_heaviest(Db *db, int64_t event, int limit, int64_t *ret_bytes, int64_t *ret_count);
/* Its folder follows (replay_tidy()). False: there is no such one, or it is being written. */
bool replay_remove(Db *db, int64_t event, int64_t recording, int64_t account);

/* What the page shows. */
typedef struct {
        int64_t id;
        const char *title, *url; /* url: NULL outside of the programme */
        char *size, *length;
        bool over;
} RoomRow;
typedef struct {
        const GArray *rows; /* of RoomRow */
        const Form *form;
        const char *total, *free, *warning; /* warning: NULL: there is room */
        int percent, count;
        bool more;
} RoomPage;
void room_of_recordings_view(Html *h, const RoomPage *v);
