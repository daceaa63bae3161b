/* An import: a Programme from a file becomes that of an event, whole or not at all.
 *
 * import_prepare() needs only a reader: it finds what the event has already, decides what is new, changed or the same,
 * and gives new things their codes. import_apply() then only writes, in the writer's turn; it refuses when the event
 * changed since. Private to programme/. */
#pragma once
#include "conference/conference.h"
#include "programme/schedule.h"

typedef struct {
        bool event_new;
        unsigned talks_new, talks_changed, talks_same,
                talks_absent;                   /* absent: in the event, not in the file; they stay */
        unsigned persons, rooms, tracks, links; /* in the file */
        unsigned persons_new, persons_changed, invitations;
} ImportCounts;

typedef enum { CHANGE_NONE, CHANGE_NEW, CHANGE_UPDATE } Change;

/* What becomes of one thing of the file. */
typedef struct {
        Change change;
        unsigned parts; /* of a changed session: a set of SAYS() */
} ImportTalk;

typedef enum { PERSON_NAME, PERSON_BIOGRAPHY, PERSON_IDENTITY, PERSON_PARTS } PersonPart;
typedef struct {
        Change change;
        unsigned parts;     /* of a changed person: a set of 1 << PersonPart */
        bool invite;        /* it has an address, and nobody speaks for this person yet */
        bool other_address; /* who speaks for this person has another */
} ImportPerson;

typedef struct {
        Programme *programme; /* the file's; ids of known things filled in */
        Event *event;         /* as it will be; id 0 when it is new */
        GArray *talks;        /* of ImportTalk, one for each talk */
        GArray *persons;      /* of ImportPerson, one for each */
        GArray *left;         /* int64_t: persons of sessions that change; who has none any more goes */
        char *state;          /* what the event held when this was prepared, as a checksum */
        ImportCounts counts;
        bool publish;
        const char *origin; /* for the links of invitations; NULL: nobody is invited */
        /* Called for each row that is written; false: it is given up, and nothing is kept. NULL for none. */
        bool (*on_row)(gpointer owner, guint done, guint total);
        gpointer owner;
} Import;

/* Takes programme. The event is that of slug, or a new one made from the programme. */
Import *import_prepare(Db *db, Programme *programme, const char *slug, const char *lang, bool publish);
void import_free(Import *import);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Import, import_free)
/* What an event holds of what imports change, as a checksum. (transfer full) */
char *import_state(Db *db, int64_t event);
/* In the writer's turn. False with a sentence (source words) when nothing may be kept. */
bool import_apply(Db *db, Import *import, const char **ret_fault);

#define import_talk(import, i) (&g_array_index((import)->talks, ImportTalk, (i)))
#define import_person(import, i) (&g_array_index((import)->persons, ImportPerson, (i)))

/* What the store holds of an event, sorted; every day from the first to the last. (transfer full) */
Programme *programme_load(Db *db, const Event *event);
/* Of it these sessions alone, with those who speak in them, whatever else the event has. talks: of Talk */
Programme *programme_load_talks(Db *db, const Event *event, const GPtrArray *talks);
