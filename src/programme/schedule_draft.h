/* What a schedule file says, word for word, before it is made a Programme: the parsers fill it, schedule_settle() reads
 * it. Private to programme/. Strings belong to the Programme. */
#pragma once
#include "programme/schedule.h"

typedef struct {
        const char *text; /* NULL: not in the file */
        int line;
} DraftField;

typedef enum {
        CONFERENCE_TITLE,
        CONFERENCE_ACRONYM,
        CONFERENCE_SUBTITLE,
        CONFERENCE_VENUE,
        CONFERENCE_CITY,
        CONFERENCE_START,
        CONFERENCE_END,
        CONFERENCE_DAY_CHANGE,
        CONFERENCE_TIMESLOT,
        CONFERENCE_URL,
        CONFERENCE_ZONE,
        CONFERENCE_VERSION,
        CONFERENCE_FIELDS
} ConferenceField;

typedef enum {
        TALK_ROOM,
        TALK_TITLE,
        TALK_SUBTITLE,
        TALK_KIND,
        TALK_DATE,
        TALK_START,
        TALK_DURATION,
        TALK_ABSTRACT,
        TALK_DESCRIPTION,
        TALK_SLUG,
        TALK_TRACK,
        TALK_LANGUAGE,
        TALK_LICENCE,
        TALK_OPTOUT,
        TALK_PLACES,
        TALK_CANCELLED,
        TALK_FIELDS
} TalkField;

typedef struct {
        const char *date, *start, *end;
        int line;
} DayDraft;

typedef struct {
        const char *name, *guid;
        const char *kind; /* one of the store's; NULL: not said */
        int capacity;
        int line;
} RoomDraft;

typedef struct {
        const char *name, *color;
        int line;
} TrackDraft;

typedef struct {
        const char *id, *guid, *code, *name;
        const char *biography; /* NULL: not said */
        const char *email;     /* to invite; NULL: not said */
        bool moderator;        /* leads the session it stands in */
        int line;
} PersonDraft;

typedef struct {
        ProgrammeLink link;
        int line;
} LinkDraft;

typedef struct {
        DraftField fields[TALK_FIELDS];
        const char *id, *guid, *code;
        int line, day, room; /* places in the draft's days and rooms */
        guint first_person, person_count, first_link, link_count;
} TalkDraft;

typedef struct {
        DraftField conference[CONFERENCE_FIELDS];
        GArray *days, *rooms, *tracks, *talks, *persons, *links;
        guint loose_persons; /* the first so many of persons are of no session */
} ScheduleDraft;

ScheduleDraft *schedule_draft_new(void);
void schedule_draft_free(ScheduleDraft *draft);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ScheduleDraft, schedule_draft_free)

/* Fills programme from the draft: times in zones, identifiers, rooms, tracks and persons once each. Things that cannot
 * be kept become notices. fallback_zone is used where the file names none; seed makes identifiers of things that have
 * none differ between events. */
void schedule_settle(Programme *programme, const ScheduleDraft *draft, const char *fallback_zone, const char *seed);
