/* What an import changes: things of the file found again among those of the event. */
#include "programme/import_rules.h"

#include "programme/identity.h"

#include <string.h>

typedef struct {
        GHashTable *by_guid, *by_source, *by_name, *by_code; /* text → place + 1; TWICE for a name of two */
} Known;

#define TWICE G_MAXINT

static void known_init(Known *known)
{
        known->by_guid = g_hash_table_new(g_str_hash, g_str_equal);
        known->by_source = g_hash_table_new(g_str_hash, g_str_equal);
        known->by_name = g_hash_table_new(g_str_hash, g_str_equal);
        known->by_code = g_hash_table_new(g_str_hash, g_str_equal);
}

static void known_clear(Known *known)
{
        g_hash_table_unref(known->by_guid);
        g_hash_table_unref(known->by_source);
        g_hash_table_unref(known->by_name);
        g_hash_table_unref(known->by_code);
}

static void know(GHashTable *table, const char *key, guint place)
{
        if (*key)
                g_hash_table_insert(table, (gpointer)key, GUINT_TO_POINTER(place + 1));
}

/* A name that two have tells nothing. */
static void know_once(GHashTable *table, const char *key, guint place)
{
        if (*key)
                g_hash_table_insert(table, (gpointer)key,
                                    g_hash_table_contains(table, key) ? GINT_TO_POINTER(TWICE)
                                                                      : GUINT_TO_POINTER(place + 1));
}

/* -1 when unknown. */
static int find(GHashTable *table, const char *key)
{
        int place = GPOINTER_TO_INT(g_hash_table_lookup(table, key));
        return place == TWICE ? -1 : place - 1;
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

/* How things of a file are found again, the surest way first. A name or a code stands for who has no guid and no
 * number: in a table made by hand it is all there is. */
typedef enum { BY_GUID, BY_SOURCE, BY_CODE, BY_NAME, WAYS } Way;

static int find_by(const Known *known, Way way, const char *guid, const char *source, const char *code,
                   const char *name, bool by_hand)
{
        switch (way) {
        case BY_GUID:
                return find(known->by_guid, guid);
        case BY_SOURCE:
                return find(known->by_source, source);
        case BY_CODE:
                return by_hand && *code ? find(known->by_code, code) : -1;
        default:
                return by_hand ? find(known->by_name, name) : -1;
        }
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
                know(known.by_code, person->code, i);
                know_once(known.by_name, person->name, i);
                g_hash_table_add(codes, (gpointer)person->code);
        }
        for (Way way = 0; way < WAYS; way++)
                for (guint i = 0; i < file->persons->len; i++) {
                        ProgrammePerson *person = programme_person(file, i);
                        bool by_hand = file->partial && person->derived && !*person->source_id;
                        int place = person->id ? -1
                                               : find_by(&known, way, person->guid, person->source_id,
                                                         person->coded ? person->code : "", person->name, by_hand);
                        if (place < 0 || used[place])
                                continue;
                        used[place] = true;
                        person->id = programme_person(event, place)->id;
                        person->code = programme_text(file, programme_person(event, place)->code);
                        if (person->derived)
                                person->guid = programme_text(file, programme_person(event, place)->guid);
                        if (file->partial && !*person->source_id)
                                person->source_id = programme_text(file, programme_person(event, place)->source_id);
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

/* Of two sessions with the same persons. */
static bool same_moderators(const Programme *p, const ProgrammeTalk *a, const Programme *q, const ProgrammeTalk *b)
{
        for (guint i = 0; i < MIN(a->person_count, b->person_count); i++)
                if (programme_speaking(p, a, i)->moderator != programme_speaking(q, b, i)->moderator)
                        return false;
        return true;
}

static void say_if(unsigned *parts, bool differs, TalkPart part)
{
        *parts |= differs ? 1u << part : 0;
}

/* a of the file, its ids already those of the event: the parts that differ, a set of SAYS(). */
static unsigned differences(const Programme *p, const ProgrammeTalk *a, const Programme *q, const ProgrammeTalk *b)
{
        int64_t track_a = a->track < 0 ? -1 : programme_track(p, a->track)->id;
        int64_t track_b = b->track < 0 ? -1 : programme_track(q, b->track)->id;
        const struct {
                TalkPart part;
                const char *a, *b;
        } texts[] = { { PART_GUID, a->guid, b->guid },
                      { PART_NUMBER, a->source_id, b->source_id },
                      { PART_SLUG, a->slug, b->slug },
                      { PART_TITLE, a->title, b->title },
                      { PART_SUBTITLE, a->subtitle, b->subtitle },
                      { PART_KIND, a->kind, b->kind },
                      { PART_LANGUAGE, a->language, b->language },
                      { PART_ABSTRACT, a->abstract, b->abstract },
                      { PART_DESCRIPTION, a->description, b->description },
                      { PART_LICENCE, a->licence, b->licence },
                      { PART_START, programme_day(p, a->day)->date, programme_day(q, b->day)->date } };
        unsigned parts = 0;
        for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
                say_if(&parts, strcmp(texts[i].a, texts[i].b), texts[i].part);
        say_if(&parts, a->start_us != b->start_us, PART_START);
        say_if(&parts, a->end_us - a->start_us != b->end_us - b->start_us, PART_DURATION);
        say_if(&parts, programme_room(p, a->room)->id != programme_room(q, b->room)->id, PART_ROOM);
        say_if(&parts, track_a != track_b, PART_TRACK);
        say_if(&parts, a->no_recording != b->no_recording, PART_RECORDING);
        say_if(&parts, !same_persons(p, a, q, b), PART_PERSONS);
        say_if(&parts, !same_moderators(p, a, q, b), PART_MODERATORS);
        say_if(&parts, !same_links(p, a, q, b), PART_LINKS);
        say_if(&parts, a->places != b->places, PART_PLACES);
        say_if(&parts, a->cancelled != b->cancelled, PART_CANCELLED);
        return parts;
}

static const char *copy(Programme *file, const char *text)
{
        return programme_text(file, text);
}

static int copy_track(Programme *file, const Programme *event, int place)
{
        if (place < 0)
                return -1;
        const ProgrammeTrack *track = programme_track(event, place);
        for (guint i = 0; i < file->tracks->len; i++)
                if (programme_track(file, i)->id == track->id)
                        return (int)i;
        ProgrammeTrack kept = { track->id, copy(file, track->name), copy(file, track->slug), copy(file, track->color) };
        g_array_append_val(file->tracks, kept);
        return (int)file->tracks->len - 1;
}

static void copy_persons(Programme *file, ProgrammeTalk *talk, const Programme *event, const ProgrammeTalk *known)
{
        talk->first_person = file->talk_persons->len;
        talk->person_count = known->person_count;
        for (guint i = 0; i < known->person_count; i++) {
                const ProgrammePerson *person = programme_talk_person(event, known, i);
                guint place = 0;
                while (place < file->persons->len && programme_person(file, place)->id != person->id)
                        place++;
                if (place == file->persons->len) {
                        ProgrammePerson kept = { .id = person->id,
                                                 .name = copy(file, person->name),
                                                 .code = copy(file, person->code),
                                                 .guid = copy(file, person->guid),
                                                 .source_id = copy(file, person->source_id) };
                        g_array_append_val(file->persons, kept);
                }
                ProgrammeSpeaking speaking = { place, programme_speaking(event, known, i)->moderator };
                g_array_append_val(file->talk_persons, speaking);
        }
}

static void copy_links(Programme *file, ProgrammeTalk *talk, const Programme *event, const ProgrammeTalk *known)
{
        talk->first_link = file->links->len;
        talk->link_count = known->link_count;
        for (guint i = 0; i < known->link_count; i++) {
                const ProgrammeLink *link = programme_link(event, known->first_link + i);
                ProgrammeLink kept = { link->kind, copy(file, link->url), copy(file, link->title),
                                       copy(file, link->type), copy(file, link->service) };
                g_array_append_val(file->links, kept);
        }
}

/* Who led the session leads it still, where the file only says who speaks. */
static void copy_moderators(Programme *file, const ProgrammeTalk *talk, const Programme *event,
                            const ProgrammeTalk *known)
{
        for (guint i = 0; i < talk->person_count; i++) {
                int64_t person = programme_talk_person(file, talk, i)->id;
                for (guint n = 0; person && n < known->person_count; n++)
                        if (programme_talk_person(event, known, n)->id == person)
                                programme_speaking(file, talk, i)->moderator =
                                        programme_speaking(event, known, n)->moderator;
        }
}

/* What a table does not say of a link stays: its type and its service. */
static void copy_link_types(Programme *file, const ProgrammeTalk *talk, const Programme *event,
                            const ProgrammeTalk *known)
{
        for (guint i = 0; i < talk->link_count; i++) {
                ProgrammeLink *link = programme_link(file, talk->first_link + i);
                for (guint n = 0; n < known->link_count; n++) {
                        const ProgrammeLink *was = programme_link(event, known->first_link + n);
                        if (link->kind != was->kind || strcmp(link->url, was->url))
                                continue;
                        link->type = copy(file, was->type);
                        link->service = copy(file, was->service);
                }
        }
}

/* A file that does not speak of a part leaves it as it is. Start and room are always said. */
static void keep_unsaid(Programme *file, ProgrammeTalk *talk, const Programme *event, const ProgrammeTalk *known)
{
        const struct {
                TalkPart part;
                const char **text, *was;
        } texts[] = { { PART_NUMBER, &talk->source_id, known->source_id },
                      { PART_SLUG, &talk->slug, known->slug },
                      { PART_SUBTITLE, &talk->subtitle, known->subtitle },
                      { PART_KIND, &talk->kind, known->kind },
                      { PART_LANGUAGE, &talk->language, known->language },
                      { PART_ABSTRACT, &talk->abstract, known->abstract },
                      { PART_DESCRIPTION, &talk->description, known->description },
                      { PART_LICENCE, &talk->licence, known->licence } };
        for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
                if (!(file->says & 1u << texts[i].part))
                        *texts[i].text = copy(file, texts[i].was);
        if (!(file->says & SAYS(DURATION)))
                talk->end_us = talk->start_us + known->end_us - known->start_us;
        if (!(file->says & SAYS(TRACK)))
                talk->track = copy_track(file, event, known->track);
        if (!(file->says & SAYS(PERSONS)))
                copy_persons(file, talk, event, known);
        if (!(file->says & SAYS(MODERATORS)))
                copy_moderators(file, talk, event, known);
        if (!(file->says & SAYS(LINKS)))
                copy_links(file, talk, event, known);
        else if (file->plain_links)
                copy_link_types(file, talk, event, known);
        if (!(file->says & SAYS(RECORDING)))
                talk->no_recording = known->no_recording;
        if (!(file->says & SAYS(PLACES)))
                talk->places = known->places;
        if (!(file->says & SAYS(CANCELLED)))
                talk->cancelled = known->cancelled;
}

/* Finds the talks of the file in the event; ret_places holds their place there, -1 for new ones. */
static void match_talks(Programme *file, const Programme *event, int *ret_places)
{
        Known known;
        known_init(&known);
        g_autofree bool *used = g_new0(bool, event->talks->len + 1);
        for (guint i = 0; i < event->talks->len; i++) {
                const ProgrammeTalk *talk = programme_talk(event, i);
                know(known.by_guid, talk->guid, i);
                know(known.by_source, talk->source_id, i);
                know(known.by_code, talk->code, i);
                know_once(known.by_name, talk->title, i);
        }
        for (guint i = 0; i < file->talks->len; i++)
                ret_places[i] = -1;
        for (Way way = 0; way < WAYS; way++)
                for (guint i = 0; i < file->talks->len; i++) {
                        ProgrammeTalk *talk = programme_talk(file, i);
                        bool by_hand = file->partial && talk->derived && !*talk->source_id;
                        int place = talk->id ? -1
                                             : find_by(&known, way, talk->guid, talk->source_id,
                                                       talk->coded ? talk->code : "", talk->title, by_hand);
                        if (place < 0 || used[place])
                                continue;
                        used[place] = true;
                        ret_places[i] = place;
                        talk->id = programme_talk(event, place)->id;
                        talk->code = programme_text(file, programme_talk(event, place)->code);
                        if (talk->derived)
                                talk->guid = programme_text(file, programme_talk(event, place)->guid);
                        keep_unsaid(file, talk, event, programme_talk(event, place));
                }
        known_clear(&known);
}

/* The persons of a session that changes may have none left. */
static void note_left(Import *import, const Programme *event, const ProgrammeTalk *known)
{
        for (guint i = 0; i < known->person_count; i++)
                g_array_append_val(import->left, programme_talk_person(event, known, i)->id);
}

static void judge_talks(Import *import, const Programme *event, const int *places)
{
        Programme *file = import->programme;
        g_autoptr(GHashTable) codes = g_hash_table_new(g_str_hash, g_str_equal);
        for (guint i = 0; i < event->talks->len; i++)
                g_hash_table_add(codes, (gpointer)programme_talk(event, i)->code);
        for (guint i = 0; i < file->talks->len; i++) {
                ProgrammeTalk *talk = programme_talk(file, i);
                ImportTalk change = { .change = CHANGE_NEW };
                if (!strcmp(talk->licence, import->event->licence))
                        talk->licence = "";
                if (places[i] >= 0) {
                        const ProgrammeTalk *known = programme_talk(event, places[i]);
                        change.parts = differences(file, talk, event, known);
                        change.change = change.parts ? CHANGE_UPDATE : CHANGE_NONE;
                        if (change.parts)
                                note_left(import, event, known);
                } else {
                        talk->code = free_code(file, talk->code, talk->guid, codes);
                }
                g_array_append_val(import->talks, change);
                import->counts.talks_new += change.change == CHANGE_NEW;
                import->counts.talks_changed += change.change == CHANGE_UPDATE;
                import->counts.talks_same += change.change == CHANGE_NONE;
        }
        import->counts.talks_absent = event->talks->len - import->counts.talks_changed - import->counts.talks_same;
}

static unsigned person_differences(const ProgrammePerson *person, const ProgrammePerson *known)
{
        unsigned parts = 0;
        if (strcmp(person->name, known->name))
                parts |= 1u << PERSON_NAME;
        if (strcmp(person->guid, known->guid) || strcmp(person->source_id, known->source_id))
                parts |= 1u << PERSON_IDENTITY;
        if (person->biography && strcmp(person->biography, known->biography))
                parts |= 1u << PERSON_BIOGRAPHY;
        return parts;
}

static void judge_persons(Import *import, const Programme *event)
{
        const Programme *file = import->programme;
        g_autoptr(GHashTable) by_id = g_hash_table_new(g_direct_hash, g_direct_equal);
        for (guint i = 0; i < event->persons->len; i++)
                g_hash_table_insert(by_id, GSIZE_TO_POINTER((gsize)programme_person(event, i)->id),
                                    programme_person(event, i));
        for (guint i = 0; i < file->persons->len; i++) {
                const ProgrammePerson *person = programme_person(file, i);
                const ProgrammePerson *known = g_hash_table_lookup(by_id, GSIZE_TO_POINTER((gsize)person->id));
                ImportPerson change = { .change = CHANGE_NEW };
                if (known) {
                        change.parts = person_differences(person, known);
                        change.change = change.parts ? CHANGE_UPDATE : CHANGE_NONE;
                }
                bool spoken_for = known && known->email && *known->email;
                bool address = person->email && *person->email;
                change.invite = address && !spoken_for;
                change.other_address = address && spoken_for && strcmp(person->email, known->email);
                g_array_append_val(import->persons, change);
                import->counts.invitations += change.invite;
                import->counts.persons_new += change.change == CHANGE_NEW;
                import->counts.persons_changed += change.change == CHANGE_UPDATE;
        }
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
        judge_persons(import, event);
        import->counts.persons = file->persons->len;
        import->counts.rooms = file->rooms->len;
        import->counts.tracks = file->tracks->len;
        for (guint i = 0; i < file->talks->len; i++)
                import->counts.links += programme_talk(file, i)->link_count;
}
