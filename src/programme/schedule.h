/* A whole programme in memory, between a file and the store: what import and export share.
 *
 * Every string belongs to the Programme and lives as long as it; parts refer to one another by their place in the
 * arrays. Nothing here knows the store, the web or the time of day.
 *
 *   g_autoptr(Programme) programme = schedule_xml_read(bytes, size, &options, &fault);
 *   for (guint i = 0; i < programme->talks->len; i++)
 *           print(programme_talk(programme, i)->title); */
#pragma once
#include "base/i18n.h"
#include <stdint.h>

#define CODE_LENGTH 6  /* of [0-9A-Z], as pretalx has it */
#define GUID_LENGTH 36 /* RFC 9562, lower case */

/* What could not be kept, and where it stood in the file. */
typedef struct {
        const char *message; /* source words for tr(), with at most one %s for the detail */
        char detail[96];
        char column[40]; /* the heading of its column in a table; "" elsewhere */
        int line;        /* 1-based; 0: the whole file */
        bool refused;    /* the row of a table that it stands in was left out */
        unsigned times;  /* how often the same was met; line is the first */
} ProgrammeNotice;

typedef enum {
        LINK_PLAIN,
        LINK_ATTACHMENT,
        LINK_FEEDBACK,
        LINK_ORIGIN,
        LINK_VIDEO,
        LINK_RECORDING,
        LINK_LOGO
} LinkKind;
#define LINK_KINDS (LINK_LOGO + 1)

typedef struct {
        LinkKind kind;
        const char *url, *title;
        const char *type, *service; /* as the file says, "" when it does not */
} ProgrammeLink;

typedef struct {
        const char *date; /* YYYY-MM-DD */
} ProgrammeDay;

typedef struct {
        int64_t id;                     /* its row in the store, 0 when it comes from a file */
        const char *name, *slug, *guid; /* guid "" when there is none */
        const char *kind;               /* "stage", "workshop", "on-site"; "": the file does not say */
        int capacity;                   /* seats on site; 0: not said */
} ProgrammeRoom;

typedef struct {
        int64_t id;
        const char *name, *slug, *color; /* color "#rrggbb" or "" */
} ProgrammeTrack;

typedef struct {
        int64_t id;
        const char *name, *code, *guid;
        const char *source_id; /* the number it had elsewhere, "" when none */
        const char *biography; /* Markdown; NULL: the file does not say */
        const char *email;     /* of the account that speaks for it, or to invite; NULL or "": none */
        bool derived;          /* the guid was made here */
        bool coded;            /* the code is the file's own */
        int line;
} ProgrammePerson;

/* Somebody in a session. */
typedef struct {
        guint person; /* its place in persons */
        bool moderator;
} ProgrammeSpeaking;

/* What a session is made of: what a file speaks of, and what an import changes. */
typedef enum {
        PART_TITLE,
        PART_SUBTITLE,
        PART_START,
        PART_DURATION,
        PART_ROOM,
        PART_TRACK,
        PART_KIND,
        PART_LANGUAGE,
        PART_PERSONS,
        PART_ABSTRACT,
        PART_DESCRIPTION,
        PART_LICENCE,
        PART_RECORDING,
        PART_LINKS,
        PART_NUMBER, /* source_id */
        PART_SLUG,
        PART_GUID,
        PART_PLACES,
        PART_CANCELLED,
        PART_MODERATORS, /* who of the persons leads */
        PARTS
} TalkPart;
#define SAYS(name) (1u << PART_##name)
/* What schedule.xml and schedule.json speak of. */
#define SAYS_SCHEDULE (SAYS(PLACES) - 1)

typedef struct {
        int64_t id;
        const char *guid, *code, *source_id, *slug;
        const char *title, *subtitle, *kind, *language, *abstract, *description;
        const char *licence;        /* "" for that of the event */
        bool no_recording, derived; /* derived: the guid was made here */
        bool coded;                 /* the code is the file's own */
        bool cancelled;
        int places;           /* 0: open to all */
        int sequence;         /* of its calendar entry; from the store alone */
        int64_t changed_us;   /* from the store alone */
        int day, room, track; /* places in the arrays; track may be -1 */
        int64_t start_us, end_us;
        guint first_person, person_count; /* in talk_persons */
        guint first_link, link_count;     /* in links */
        int line;
} ProgrammeTalk;

typedef struct {
        const char *title, *acronym, *subtitle, *place, *url, *version, *licence;
        const char *zone;                 /* IANA name */
        const char *first_day, *last_day; /* YYYY-MM-DD */
        int day_change_minutes;           /* a talk before this hour belongs to the day before */
        int timeslot_minutes;             /* 0 when not said */
        unsigned says; /* a set of SAYS(): of the rest, sessions that are known keep what they have */
        bool people;   /* a table of persons, without sessions */
        bool partial;  /* a table or a calendar: what it does not name stays where it is */
        GArray *days, *rooms, *tracks, *talks, *persons, *links;
        bool plain_links;     /* of links the file says kind, title and address alone */
        GArray *talk_persons; /* ProgrammeSpeaking */
        GArray *notices;      /* ProgrammeNotice */
        GStringChunk *text;
} Programme;

Programme *programme_new(void);
void programme_free(Programme *programme);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Programme, programme_free)

#define programme_day(p, i) (&g_array_index((p)->days, ProgrammeDay, (i)))
#define programme_room(p, i) (&g_array_index((p)->rooms, ProgrammeRoom, (i)))
#define programme_track(p, i) (&g_array_index((p)->tracks, ProgrammeTrack, (i)))
#define programme_talk(p, i) (&g_array_index((p)->talks, ProgrammeTalk, (i)))
#define programme_person(p, i) (&g_array_index((p)->persons, ProgrammePerson, (i)))
#define programme_link(p, i) (&g_array_index((p)->links, ProgrammeLink, (i)))
#define programme_speaking(p, talk, n)                                                                                 \
        (&g_array_index((p)->talk_persons, ProgrammeSpeaking, (talk)->first_person + (n)))
/* The nth person of this talk. */
#define programme_talk_person(p, talk, n) programme_person(p, programme_speaking(p, talk, n)->person)

/* A copy that lives as long as the programme; "" for NULL. */
const char *programme_text(Programme *programme, const char *text);
/* One more notice. The same message and detail is counted once more when repeats is true, listed again when not. */
void programme_notice(Programme *programme, int line, bool repeats, const char *message, const char *detail);
void notice_set(ProgrammeNotice *notice, int line, const char *message, const char *detail);
/* "Line 12: …", in the reader's language. (transfer full) */
char *notice_text(const Lang *lang, const ProgrammeNotice *notice);

/* Sorts the talks by day, start, room and title, so that equal programmes are written alike. */
void programme_sort(Programme *programme);
/* The first of the numbers that files made here give: above those that came from elsewhere. */
int64_t programme_free_number(const Programme *programme);
