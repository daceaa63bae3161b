/* The green room's inside, for greenroom/ alone. */
#pragma once
#include "greenroom/greenroom.h"
#include "conference/conference.h"
#include "web/form.h"

#define FINDINGS_BYTES 2048 /* of the text that a page sends, at most */
#define CODE_CHARS 6
#define AGENT_CHARS 40
#define PAGE_KEY_CHARS 32

/* --- greenroom_rules.c: what can be found; pure ------------------------------------------------------------------- */
#define GREEN_CHECKS(X)                                                                                                \
        X(BROWSER, "browser", N_("Browser"))                                                                           \
        X(CAMERA, "camera", N_("Camera"))                                                                              \
        X(MICROPHONE, "microphone", N_("Microphone"))                                                                  \
        X(SPEAKER, "speaker", N_("Loudspeaker"))                                                                       \
        X(LINE, "line", N_("Messages"))                                                                                \
        X(WAY, "way", N_("Way of picture and sound"))                                                                  \
        X(PICTURE, "picture", N_("Width of the line"))                                                                 \
        X(DELAY, "delay", N_("Delay and loss"))
typedef enum {
#define X(name, word, title) GREEN_##name,
        GREEN_CHECKS(X)
#undef X
                GREEN_N_CHECKS
} GreenCheck;

typedef enum { LEVEL_OK, LEVEL_WARN, LEVEL_BAD, LEVEL_UNTRIED } GreenLevel;

/* One thing that a check can find: a plain sentence, and one thing to do. */
typedef struct {
        GreenCheck check;
        const char *word;
        GreenLevel level;
        const char *text, *todo; /* source words; todo "": nothing is to be done */
} Outcome;

/* Numbers beside it; the maximum is what a page may claim. */
#define GREEN_NUMBERS(X)                                                                                               \
        X(UDP, "udp", 1)                                                                                               \
        X(TCP, "tcp", 1)                                                                                               \
        X(TURN, "turn", 1)                                                                                             \
        X(RTT_MS, "rtt_ms", 60000)                                                                                     \
        X(LOSS_PERMILLE, "loss_permille", 1000)                                                                        \
        X(UP_KBPS, "up_kbps", 1000000)                                                                                 \
        X(DOWN_KBPS, "down_kbps", 1000000)
typedef enum {
#define X(name, word, max) NUMBER_##name,
        GREEN_NUMBERS(X)
#undef X
                GREEN_N_NUMBERS
} GreenNumber;

typedef struct {
        const Outcome *outcomes[GREEN_N_CHECKS]; /* NULL: not tried */
        int numbers[GREEN_N_NUMBERS];            /* -1: not measured */
        char agent[AGENT_CHARS + 1];             /* "Firefox 128", as the page says; "" */
} Findings;
void findings_init(Findings *findings);
/* Reads what a page claims: a flat JSON object of the words above. False for anything else; ret is then not to be used.
 */
bool findings_read(const char *text, size_t length, Findings *ret_findings);
/* As it is stored and read again. (transfer full) */
char *findings_write(const Findings *findings);
const char *green_check_word(int check);
const char *green_check_title(int check); /* source words */
GreenLevel outcome_level(const Outcome *outcome);
const char *level_text(GreenLevel level);  /* source words */
const char *level_class(GreenLevel level); /* of the tag: "ok", "warn", "bad", "" */
/* Every outcome with its words in this language, for the script: check → word → [level, text, todo]. (transfer full) */
char *green_outcomes_json(const Lang *lang);
/* Likewise the other words of the script, by key. (transfer full) */
char *green_words_json(const Lang *lang);
/* "0.9 Mbit/s to the room …" and "UDP passes …"; NULL when nothing was measured. (transfer full) */
char *findings_figures(const Lang *lang, const Findings *findings);
char *findings_ways(const Lang *lang, const Findings *findings);
/* A code from six random bytes. */
void green_code_from(const unsigned char bytes[CODE_CHARS], char ret_code[CODE_CHARS + 1]);
/* What somebody typed while hearing it, with small letters, spaces and hyphens; false when it cannot be one. */
bool green_code_read(const char *typed, char ret_code[CODE_CHARS + 1]);
bool page_key_is_fit(const char *key);

/* --- greenroom_store.c -------------------------------------------------------------------------------------------- */
typedef struct {
        Findings findings;
        int64_t at_us;
} Found;
/* Keeps what this page found; the code stays its own. False on failure. */
bool green_keep(Db *db, int64_t event, int64_t account, const char *page_key, const Findings *findings,
                char ret_code[CODE_CHARS + 1]);
bool green_find(Db *db, int64_t event, const char *code, Found *ret_found);

/* --- greenroom_line.c: measuring ---------------------------------------------------------------------------------- */
typedef struct {
        GreenRoom *green;
        bool too_often;
        json_t *ice; /* owned */
} Opening;
void green_opening_free(gpointer opening);
extern const SocketHandler green_socket_handler;
/* Counts one more of this sort for somebody in this hour; false when that is too often. Any thread. */
bool green_allow(GreenRoom *green, const char *sort, const char *who, unsigned max);
Live *green_live(const GreenRoom *green);
Sfu *green_sfu(const GreenRoom *green);

/* --- greenroom.html ----------------------------------------------------------------------------------------------- */
typedef struct {
        const Event *event;
        Findings none;
        const char *outcomes, *words, *ports;
        bool tells_speaker;
} GreenPage;
void green_view(Html *h, const GreenPage *v);
typedef struct {
        const Event *event;
        const char *typed;  /* "": nothing yet */
        const Found *found; /* NULL: none */
        const char *when, *figures, *ways;
} GreenHelpPage;
void green_help_view(Html *h, const GreenHelpPage *v);
