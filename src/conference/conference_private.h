/* Private to conference/: handlers, and what its stores give to them. */
#pragma once
#include "conference/conference.h"
#include "web/form.h"

#define CONFERENCE_FORM_BYTES ((size_t)64 * 1024)
#define LIST_ROWS 30   /* on a page */
#define LISTED_MAX 300 /* rooms or tracks of an event; an import may bring more */
#define PARTNERS_MAX 20

/* The usual kinds of sessions. */
#define USUAL_KINDS 6
typedef struct {
        const char *word, *label;
} UsualKind;
extern const UsualKind usual_kinds[USUAL_KINDS];

typedef enum { LISTED_ROOM, LISTED_TRACK, LISTED_PARTNER } Listed;
bool conference_move_up(Db *db, int64_t event, Listed listed, int64_t id);

bool event_room_name_is_taken(Db *db, int64_t event, const char *name, int64_t but);
bool event_room_slug_is_free(Db *db, int64_t event, const char *slug);
bool event_room_keep(Db *db, int64_t event, EventRoom *room); /* id 0: a new one, at the end */
int64_t event_room_talk_count(Db *db, int64_t room);
bool event_room_remove(Db *db, int64_t event, int64_t room);

EventTrack *event_track_find(Db *db, int64_t event, const char *slug);
bool event_track_name_is_taken(Db *db, int64_t event, const char *name, int64_t but);
bool event_track_slug_is_free(Db *db, int64_t event, const char *slug);
bool event_track_keep(Db *db, int64_t event, EventTrack *track);
int64_t event_track_talk_count(Db *db, int64_t track);
bool event_track_remove(Db *db, int64_t event, int64_t track);
/* words: of char *; others: of each the same in other languages, as the store has it. */
bool event_kinds_keep(Db *db, int64_t event, const GPtrArray *words, const GPtrArray *others);
/* "en", tab, word, line end. */
void kind_words_put(GString *stored, const char *lang_code, const char *word);

Partner *partner_find(Db *db, int64_t event, int64_t id);
bool partner_is_taken(Db *db, int64_t event, const Partner *partner);
int64_t partner_count(Db *db, int64_t event);
bool partner_remove(Db *db, int64_t event, int64_t id);

#define EVENT_ADDRESSES_MAX 20 /* that an event had before */
int64_t event_address_count(Db *db, int64_t event);
/* To another address that is free or was its own; the present one leads there from now on. */
bool event_move(Db *db, const Event *event, const char *slug);

/* A part of an event's rows; the event itself with the last. */
bool conference_delete_part(Db *db, int64_t event, bool *ret_more);
/* A session was begun and not ended; room 0: in any. */
bool conference_is_live(Db *db, int64_t event, int64_t room);

/* What there is of an event, for conference_gaps(). */
typedef struct {
        int64_t rooms, talks, outside_days, persons;
        bool published, has_lead, has_description, has_contact, has_organiser, has_legal_notice, has_logo;
} EventFacts;
EventFacts event_facts(Db *db, const Event *event);
/* Pure. */
GArray *event_gaps(const EventFacts *facts, const char *slug);

/* Small letters, digits and hyphens of a name: "Grande scène" → "grande-scene"; "" when nothing is left. (transfer
 * full) */
char *slug_of_name(const char *name);

/* NULL when answered already (not found). */
Event *conference_of_request(Request *req, Db *db);
/* Ends a turn of a POST_ALONE handler; false when answered already. */
bool conference_end_turn(Request *req, Db *db, bool keep);

/* Answers that a picture could not be put into its place. */
void conference_picture_lost(Request *req);

void edit_event(Request *req, Db *db);
void save_event(Request *req, Db *db);
void show_new_event(Request *req, Db *db);
void create_event(Request *req, Db *db);
void edit_address(Request *req, Db *db);
void save_address(Request *req, Db *db);
void edit_texts(Request *req, Db *db);
void save_texts(Request *req, Db *db);
void edit_look(Request *req, Db *db);
void save_look(Request *req, Db *db);
void send_theme(Request *req, Db *db);
void show_rooms_list(Request *req, Db *db);
void act_on_rooms(Request *req, Db *db);
void edit_room(Request *req, Db *db);
void save_room(Request *req, Db *db);
void show_tracks_list(Request *req, Db *db);
void act_on_tracks(Request *req, Db *db);
void edit_track(Request *req, Db *db);
void save_track(Request *req, Db *db);
void edit_kinds(Request *req, Db *db);
void save_kinds(Request *req, Db *db);
void show_partners(Request *req, Db *db);
void act_on_partners(Request *req, Db *db);
void edit_partner(Request *req, Db *db);
void save_partner(Request *req, Db *db);
void show_publish(Request *req, Db *db);
void publish_event(Request *req, Db *db);
void show_delete(Request *req, Db *db);
void delete_event(Request *req, Db *db);
