/* The inside of manager/, for it alone. On the socket loop's thread unless it says otherwise. */
#pragma once
#include "manager/manager.h"

enum {
        DEEDS_SHOWN = 100,     /* lines of the log that a host gets when coming in */
        DEEDS_MAX = 20 * 1000, /* of a session */
        DETAIL_MAX_CHARS = 300,
        RUN_ROWS_MAX = 60,
        RUN_MINUTES_MAX = 600,
        RUN_TEXT_MAX_CHARS = 200,
        RUN_CUE_MAX_CHARS = 600,
        ANNOUNCED_MAX = 5, /* at once */
        ANNOUNCE_MAX_CHARS = 300,
        ANNOUNCE_MINUTES_MAX = 180,
        START_WITHIN_S = 3 * 3600,
};

/* What a host did. */
typedef struct {
        int64_t at_us;
        int who, whom; /* people; 0: nobody, or erased */
        char *what;    /* "stage:on" */
        char *detail;
} Deed;
void deed_free(gpointer deed);

typedef struct {
        int64_t id, version;
        int minutes;
        char *what, *who, *cue, *link;
        char *scene; /* a word of live_scene_word(), "": stays as it is */
} RunRow;
void run_row_free(gpointer row);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RunRow, run_row_free)

typedef struct {
        int64_t id, at_us, until_us;
        char *text;
} Announcement;
void announcement_free(gpointer announcement);

/* What a room holds of its session. */
typedef struct {
        GPtrArray *deeds; /* Deed, in order, the last DEEDS_SHOWN */
        GPtrArray *rows;  /* RunRow, in order */
        int64_t row;      /* under way; 0: none */
        int64_t since_us;
        int64_t start_us;         /* what the countdown counts to: -1 as the programme says, 0 none */
        GPtrArray *announcements; /* Announcement, in order */
        char *next_title;         /* the next session in this room; NULL: none */
        int64_t next_us;
        char *talk_code; /* of the session; NULL: none of the programme */
} Manager;
Manager *manager_of(const LiveRoom *room);
Manager *manager_new(void);
void manager_free(gpointer manager);

/* --- manager_log.c ------------------------------------------------------------------------------------------------ */
/* Writes a line of the log, and tells the hosts. */
void manager_note(LiveRoom *room, int who, const char *what, int whom, const char *detail);
void manager_host_did(LiveRoom *room, int person, const json_t *message, bool for_hosts_alone);
json_t *deed_json(LiveRoom *room, const Deed *deed);

/* --- manager_deeds.c: pure ---------------------------------------------------------------------------------------- */
/* The message's type and its variant: "stage:on". (transfer full) */
char *deed_what(const json_t *message);
/* What it says, with {who}, {whom} and {detail}: source words; NULL when it is not known. */
const char *deed_sentence(const char *what);
/* All of them in this language, by `what`; "" is for what is not known. (transfer full) */
json_t *deed_sentences(const Lang *lang);
/* (transfer full) */
char *deed_text(const Lang *lang, const Deed *deed, const char *who, const char *whom);

/* --- manager_run.c: the run sheet in the room --------------------------------------------------------------------- */
void manager_run(LiveClient *client, json_t *message);
json_t *manager_run_json(const Manager *manager);
/* The run sheet was changed on its page. */
void manager_reload(LiveRoom *room);

/* --- manager_tell.c: the countdown, announcements ----------------------------------------------------------------- */
void manager_start(LiveClient *client, json_t *message);
void manager_announce(LiveClient *client, json_t *message);
void manager_unannounce(LiveClient *client, json_t *message);
json_t *announcement_json(const Announcement *announcement);

/* --- manager_rules.c: pure ---------------------------------------------------------------------------------------- */
/* A first run sheet of a session of so many minutes: welcome, everybody in turn, a third of the time for questions,
 * thanks. The words in this language. names: NULL-terminated. (transfer full) of RunRow */
GPtrArray *run_draft(const Lang *lang, int minutes, const char *const *names);
/* When each row begins, after the session's beginning; rows->len of them, then its end. (transfer full) of int64_t */
GArray *run_times(const GPtrArray *rows, int64_t start_us);

extern const char *const manager_room_words[];
