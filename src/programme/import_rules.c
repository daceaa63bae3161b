/* What an import changes: things of the file found again among those of the event. */
#include "programme/import_rules.h"

#include "base/markdown.h"
#include "programme/identity.h"

#include <string.h>

#define WORDS_MAX 20000 /* characters of one session that can be searched */

typedef struct {
        GHashTable *by_guid, *by_source, *by_name; /* text → place + 1 */
} Known;

static void known_init(Known *known)
{
        known->by_guid = g_hash_table_new(g_str_hash, g_str_equal);
        known->by_source = g_hash_table_new(g_str_hash, g_str_equal);
        known->by_name = g_hash_table_new(g_str_hash, g_str_equal);
}

static void known_clear(Known *known)
{
        g_hash_table_unref(known->by_guid);
        g_hash_table_unref(known->by_source);
        g_hash_table_unref(known->by_name);
}

static void know(GHashTable *table, const char *key, guint place)
{
        if (*key)
                g_hash_table_insert(table, (gpointer)key, GUINT_TO_POINTER(place + 1));
}

/* -1 when unknown. */
static int find(GHashTable *table, const char *key)
{
        return (int)GPOINTER_TO_UINT(g_hash_table_lookup(table, key)) - 1;
}

/* A code that is neither in the event nor in the file. */
static const char *free_code(Programme *programme, const char *wanted, const char *guid, GHashTable *taken)
{
        char code[CODE_LENGTH + 1];
        unsigned attempt = 0;
        g_strlcpy(code, wanted, sizeof code);
        while (g_hash_table_contains(taken, code))
                code_derive(guid, attempt++, code);
        const char *kept = programme_text(programme, code);
        g_hash_table_add(taken, (gpointer)kept);
        return kept;
}

static void match_rooms(Programme *file, const Programme *event)
{
        Known known;
        known_init(&known);
        g_autoptr(GHashTable) slugs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        for (guint i = 0; i < event->rooms->len; i++) {
                const ProgrammeRoom *room = programme_room(event, i);
                know(known.by_guid, room->guid, i);
                know(known.by_name, room->name, i);
                g_hash_table_add(slugs, g_strdup(room->slug));
        }
        for (guint i = 0; i < file->rooms->len; i++) {
                ProgrammeRoom *room = programme_room(file, i);
                int place = find(known.by_guid, room->guid);
                if (place < 0)
                        place = find(known.by_name, room->name);
                if (place >= 0) {
                        room->id = programme_room(event, place)->id;
                        room->slug = programme_text(file, programme_room(event, place)->slug);
                } else {
                        g_autofree char *slug = slug_derive(room->name, "room", slugs);
                        room->slug = programme_text(file, slug);
                }
        }
        known_clear(&known);
}

static void match_tracks(Programme *file, const Programme *event)
{
        Known known;
        known_init(&known);
        g_autoptr(GHashTable) slugs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        for (guint i = 0; i < event->tracks->len; i++) {
                know(known.by_name, programme_track(event, i)->name, i);
                g_hash_table_add(slugs, g_strdup(programme_track(event, i)->slug));
        }
        for (guint i = 0; i < file->tracks->len; i++) {
                ProgrammeTrack *track = programme_track(file, i);
                int place = find(known.by_name, track->name);
                if (place >= 0) {
                        track->id = programme_track(event, place)->id;
                        track->slug = programme_text(file, programme_track(event, place)->slug);
                        if (!*track->color)
                                track->color = programme_text(file, programme_track(event, place)->color);
                } else {
                        g_autofree char *slug = slug_derive(track->name, "track", slugs);
                        track->slug = programme_text(file, slug);
                }
        }
        known_clear(&known);
}

static void match_persons(Programme *file, const Programme *event)
{
        Known known;
        known_init(&known);
        g_autoptr(GHashTable) codes = g_hash_table_new(g_str_hash, g_str_equal);
        g_autofree bool *used = g_new0(bool, event->persons->len + 1);
        for (guint i = 0; i < event->persons->len; i++) {
                const ProgrammePerson *person = programme_person(event, i);
                know(known.by_guid, person->guid, i);
                know(known.by_source, person->source_id, i);
                g_hash_table_add(codes, (gpointer)person->code);
        }
        for (int pass = 0; pass < 2; pass++) /* guids first, so that a number takes nobody else's place */
                for (guint i = 0; i < file->persons->len; i++) {
                        ProgrammePerson *person = programme_person(file, i);
                        int place = pass ? find(known.by_source, person->source_id) : find(known.by_guid, person->guid);
                        if (person->id || place < 0 || used[place])
                                continue;
                        used[place] = true;
                        person->id = programme_person(event, place)->id;
                        person->code = programme_text(file, programme_person(event, place)->code);
                        if (person->derived)
                                person->guid = programme_text(file, programme_person(event, place)->guid);
                }
        for (guint i = 0; i < file->persons->len; i++) {
                ProgrammePerson *person = programme_person(file, i);
                if (!person->id)
                        person->code = free_code(file, person->code, person->guid, codes);
        }
        known_clear(&known);
}

static bool same_links(const Programme *p, const ProgrammeTalk *a, const Programme *q, const ProgrammeTalk *b)
{
        if (a->link_count != b->link_count)
                return false;
        for (guint i = 0; i < a->link_count; i++) {
                const ProgrammeLink *x = programme_link(p, a->first_link + i);
                const ProgrammeLink *y = programme_link(q, b->first_link + i);
                if (x->kind != y->kind || strcmp(x->url, y->url) || strcmp(x->title, y->title) ||
                    strcmp(x->type, y->type) || strcmp(x->service, y->service))
                        return false;
        }
        return true;
}

static bool same_persons(const Programme *p, const ProgrammeTalk *a, const Programme *q, const ProgrammeTalk *b)
{
        if (a->person_count != b->person_count)
                return false;
        for (guint i = 0; i < a->person_count; i++) {
                const ProgrammePerson *x = programme_talk_person(p, a, i), *y = programme_talk_person(q, b, i);
                if (x->id != y->id || strcmp(x->name, y->name) || strcmp(x->guid, y->guid) ||
                    strcmp(x->source_id, y->source_id))
                        return false;
        }
        return true;
}

/* a of the file, its ids already those of the event. */
static bool same_talk(const Programme *p, const ProgrammeTalk *a, const Programme *q, const ProgrammeTalk *b)
{
        int64_t track_a = a->track < 0 ? -1 : programme_track(p, a->track)->id;
        int64_t track_b = b->track < 0 ? -1 : programme_track(q, b->track)->id;
        return !strcmp(a->guid, b->guid) && !strcmp(a->source_id, b->source_id) && !strcmp(a->slug, b->slug) &&
               !strcmp(a->title, b->title) && !strcmp(a->subtitle, b->subtitle) && !strcmp(a->kind, b->kind) &&
               !strcmp(a->language, b->language) && !strcmp(a->abstract, b->abstract) &&
               !strcmp(a->description, b->description) && !strcmp(a->licence, b->licence) &&
               a->no_recording == b->no_recording && a->start_us == b->start_us && a->end_us == b->end_us &&
               !strcmp(programme_day(p, a->day)->date, programme_day(q, b->day)->date) &&
               programme_room(p, a->room)->id == programme_room(q, b->room)->id && track_a == track_b &&
               same_persons(p, a, q, b) && same_links(p, a, q, b);
}

/* Finds the talks of the file in the event; ret_places holds their place there, -1 for new ones. */
static void match_talks(Programme *file, const Programme *event, int *ret_places)
{
        Known known;
        known_init(&known);
        g_autofree bool *used = g_new0(bool, event->talks->len + 1);
        for (guint i = 0; i < event->talks->len; i++) {
                know(known.by_guid, programme_talk(event, i)->guid, i);
                know(known.by_source, programme_talk(event, i)->source_id, i);
        }
        for (guint i = 0; i < file->talks->len; i++)
                ret_places[i] = -1;
        for (int pass = 0; pass < 2; pass++)
                for (guint i = 0; i < file->talks->len; i++) {
                        ProgrammeTalk *talk = programme_talk(file, i);
                        int place = pass ? find(known.by_source, talk->source_id) : find(known.by_guid, talk->guid);
                        if (talk->id || place < 0 || used[place])
                                continue;
                        used[place] = true;
                        ret_places[i] = place;
                        talk->id = programme_talk(event, place)->id;
                        talk->code = programme_text(file, programme_talk(event, place)->code);
                        if (talk->derived)
                                talk->guid = programme_text(file, programme_talk(event, place)->guid);
                }
        known_clear(&known);
}

/* What a session is found by beside its title: words without mark-up, its room and track. */
static char *words_of(const Programme *programme, const ProgrammeTalk *talk)
{
        g_autofree char *abstract = prose_text(talk->abstract, WORDS_MAX);
        g_autofree char *description = prose_text(talk->description, WORDS_MAX);
        return g_strjoin(" ", talk->subtitle, abstract, description, programme_room(programme, talk->room)->name,
                         talk->track < 0 ? "" : programme_track(programme, talk->track)->name, NULL);
}

static void judge_talks(Import *import, const Programme *event, const int *places)
{
        Programme *file = import->programme;
        g_autoptr(GHashTable) codes = g_hash_table_new(g_str_hash, g_str_equal);
        for (guint i = 0; i < event->talks->len; i++)
                g_hash_table_add(codes, (gpointer)programme_talk(event, i)->code);
        for (guint i = 0; i < file->talks->len; i++) {
                ProgrammeTalk *talk = programme_talk(file, i);
                Change change = CHANGE_NEW;
                if (!strcmp(talk->licence, import->event->licence))
                        talk->licence = "";
                if (places[i] >= 0) {
                        bool same = same_talk(file, talk, event, programme_talk(event, places[i]));
                        change = same ? CHANGE_NONE : CHANGE_UPDATE;
                } else {
                        talk->code = free_code(file, talk->code, talk->guid, codes);
                }
                g_array_append_val(import->talk_changes, change);
                g_ptr_array_add(import->words, change == CHANGE_NONE ? NULL : words_of(file, talk));
                import->counts.talks_new += change == CHANGE_NEW;
                import->counts.talks_changed += change == CHANGE_UPDATE;
                import->counts.talks_same += change == CHANGE_NONE;
        }
        import->counts.talks_absent = event->talks->len - import->counts.talks_changed - import->counts.talks_same;
}

void import_judge(Import *import, const Programme *event)
{
        Programme *file = import->programme;
        match_rooms(file, event);
        match_tracks(file, event);
        match_persons(file, event);
        g_autofree int *places = g_new(int, file->talks->len + 1);
        match_talks(file, event, places);
        judge_talks(import, event, places);
        import->counts.persons = file->persons->len;
        import->counts.rooms = file->rooms->len;
        import->counts.tracks = file->tracks->len;
        for (guint i = 0; i < file->talks->len; i++)
                import->counts.links += programme_talk(file, i)->link_count;
}
