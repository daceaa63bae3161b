/* For capture/ alone. */
#pragma once
#include "capture/capture.h"

#include "capture/pcap.h"

#define CAPTURE_S 60
#define CAPTURE_ASKED_S 60 /* that long the question stands */
#define CAPTURE_KEPT_US (INT64_C(7) * 24 * 3600 * G_USEC_PER_SEC)

typedef enum { CAPTURE_IDLE, CAPTURE_ASKED, CAPTURE_RUNNING } CaptureState;

/* What a room holds of it. */
typedef struct {
        CaptureState state;
        int who, by;      /* persons: whose connection, which host asked */
        int64_t until_us; /* the question, or the capture, ends */
        LiveCapture *live;
        int64_t began_us;
        GByteArray *pcap;
        GArray *kept; /* CaptureKept, oldest first: what can be downloaded */
} Capture;

typedef struct {
        int64_t id, began_us;
        int who;
} CaptureKept;

extern const char *const capture_room_words[];

/* --- capture_store.c: on the writer's thread, or of a page -------------------------------------------------------- */
/* What is younger than a week, of this room. false on failure. */
bool capture_store_load(Db *db, const LiveMoment *moment, GArray *kept);
/* Keeps it, sets its id, and forgets what is over a week old. */
bool capture_store_keep(Db *db, const LiveMoment *moment, CaptureKept *capture, uint64_t lost, GByteArray *pcap);
/* NULL: there is none. */
GBytes *capture_store_pcap(Db *db, int64_t room_id, int64_t id, int64_t now_us);
bool capture_store_erase(Db *db, int64_t room_id, int person);
bool capture_store_expire(Db *db, int64_t room_id);
/* NULL: nothing. (transfer full) */
json_t *capture_store_export(Db *db, int64_t room_id, int person);
