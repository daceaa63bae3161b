#include "programme/import.h"

#include "base/time.h"
#include "programme/change.h"
#include "people/people.h"
#include "programme/import_rules.h"
#include "programme/schedule_time.h"
#include "programme/search.h"

#include <string.h>

static const char *const link_kinds[LINK_KINDS] = { "link",  "attachment", "feedback", "origin",
                                                    "video", "recording",  "logo" };

static LinkKind link_kind(const char *name)
{
        for (int kind = 0; kind < LINK_KINDS; kind++)
                if (!strcmp(name, link_kinds[kind]))
                        return (LinkKind)kind;
        return LINK_PLAIN;
}

/* Reading what an event has. */

typedef struct {
        Programme *programme;
        GHashTable *rooms, *tracks, *persons, *days; /* id or date → place + 1 */
        const char *only;                            /* a JSON array of sessions' ids; NULL: all */
} Loader;

/* A statement of what an event has, narrowed to the sessions asked for: $1 is the event, $2 their ids. (transfer full)
 */
static Stmt *loading(Db *db, const Loader *loader, int64_t event, const char *start, const char *narrow,
                     const char *order)
{
        g_autofree char *sql = g_strconcat(start, " ", loader->only ? narrow : "AND $2 IS NULL ", order, NULL);
        return db_query(db, sql, "it", event, loader->only);
}
#define THESE_TALKS(column) "AND " column " IN (SELECT value FROM json_each($2)) "

static int place_of(GHashTable *table, gconstpointer key)
{
        return GPOINTER_TO_INT(g_hash_table_lookup(table, key)) - 1;
}

static void load_rooms(Db *db, int64_t event, Loader *loader)
{
        Programme *programme = loader->programme;
        g_autoptr(Stmt) rooms = db_query(
                db, "SELECT id, name, slug, guid, kind, capacity FROM room WHERE event_id = $1 ORDER BY position, id",
                "i", event);
        while (stmt_next(rooms)) {
                ProgrammeRoom room = { stmt_int(rooms, 0),
                                       programme_text(programme, stmt_text(rooms, 1)),
                                       programme_text(programme, stmt_text(rooms, 2)),
                                       programme_text(programme, stmt_text(rooms, 3)),
                                       programme_text(programme, stmt_text(rooms, 4)),
                                       (int)stmt_int(rooms, 5) };
                g_array_append_val(programme->rooms, room);
                g_hash_table_insert(loader->rooms, GSIZE_TO_POINTER((gsize)room.id),
                                    GINT_TO_POINTER((int)programme->rooms->len));
        }
        g_autoptr(Stmt) tracks = db_query(
                db, "SELECT id, name, slug, color FROM track WHERE event_id = $1 ORDER BY position, id", "i", event);
        while (stmt_next(tracks)) {
                ProgrammeTrack track = { stmt_int(tracks, 0), programme_text(programme, stmt_text(tracks, 1)),
                                         programme_text(programme, stmt_text(tracks, 2)),
                                         programme_text(programme, stmt_text(tracks, 3)) };
                g_array_append_val(programme->tracks, track);
                g_hash_table_insert(loader->tracks, GSIZE_TO_POINTER((gsize)track.id),
                                    GINT_TO_POINTER((int)programme->tracks->len));
        }
}

static void load_persons(Db *db, int64_t event, Loader *loader)
{
        Programme *programme = loader->programme;
        g_autoptr(Stmt) rows = loading(
                db, loader, event,
                "SELECT person.id, person.name, code, guid, source_id, biography, coalesce(email, '') FROM person "
                "LEFT JOIN account ON account.id = account_id WHERE event_id = $1",
                "AND person.id IN (SELECT person_id FROM talk_person WHERE talk_id IN (SELECT value FROM "
                "json_each($2))) ",
                "ORDER BY person.id");
        while (stmt_next(rows)) {
                ProgrammePerson person = { stmt_int(rows, 0),
                                           programme_text(programme, stmt_text(rows, 1)),
                                           programme_text(programme, stmt_text(rows, 2)),
                                           programme_text(programme, stmt_text(rows, 3)),
                                           programme_text(programme, stmt_text(rows, 4)),
                                           programme_text(programme, stmt_text(rows, 5)),
                                           programme_text(programme, stmt_text(rows, 6)) };
                g_array_append_val(programme->persons, person);
                g_hash_table_insert(loader->persons, GSIZE_TO_POINTER((gsize)person.id),
                                    GINT_TO_POINTER((int)programme->persons->len));
        }
}

static int load_day(Loader *loader, const char *date)
{
        int place = place_of(loader->days, date);
        if (place >= 0)
                return place;
        ProgrammeDay day = { programme_text(loader->programme, date) };
        g_array_append_val(loader->programme->days, day);
        g_hash_table_insert(loader->days, (gpointer)day.date, GINT_TO_POINTER((int)loader->programme->days->len));
        return (int)loader->programme->days->len - 1;
}

/* All the days of the event, then those of sessions outside it, in order. */
static void load_days(Db *db, const Event *event, Loader *loader)
{
        g_autoptr(Stmt) before =
                db_query(db, "SELECT DISTINCT day FROM talk WHERE event_id = $1 AND day < $2 ORDER BY day", "it",
                         event->id, event->first_day);
        while (stmt_next(before))
                load_day(loader, stmt_text(before, 0));
        char day[11];
        g_strlcpy(day, event->first_day, sizeof day);
        for (int n = 0; n < 400 && strcmp(day, event->last_day) <= 0; n++) {
                load_day(loader, day);
                date_add(day, 1, day);
        }
        g_autoptr(Stmt) after =
                db_query(db, "SELECT DISTINCT day FROM talk WHERE event_id = $1 AND day > $2 ORDER BY day", "it",
                         event->id, event->last_day);
        while (stmt_next(after))
                load_day(loader, stmt_text(after, 0));
}

static void load_talks(Db *db, int64_t event, Loader *loader)
{
        Programme *programme = loader->programme;
        g_autoptr(Stmt) rows =
                loading(db, loader, event,
                        "SELECT id, guid, code, source_id, slug, title, subtitle, kind, language, abstract, "
                        "description, licence, day, room_id, track_id, no_recording, start_us, end_us, cancelled, "
                        "places, sequence, changed_us FROM talk WHERE event_id = $1",
                        THESE_TALKS("id"), "ORDER BY id");
        while (stmt_next(rows)) {
                ProgrammeTalk talk = { .id = stmt_int(rows, 0) };
                const char **texts[] = { &talk.guid,     &talk.code,        &talk.source_id, &talk.slug,
                                         &talk.title,    &talk.subtitle,    &talk.kind,      &talk.language,
                                         &talk.abstract, &talk.description, &talk.licence };
                for (int i = 0; i < (int)G_N_ELEMENTS(texts); i++)
                        *texts[i] = programme_text(programme, stmt_text(rows, i + 1));
                talk.day = load_day(loader, stmt_text(rows, 12));
                talk.room = place_of(loader->rooms, GSIZE_TO_POINTER((gsize)stmt_int(rows, 13)));
                talk.track = stmt_is_null(rows, 14)
                                     ? -1
                                     : place_of(loader->tracks, GSIZE_TO_POINTER((gsize)stmt_int(rows, 14)));
                talk.no_recording = stmt_int(rows, 15);
                talk.start_us = stmt_int(rows, 16);
                talk.end_us = stmt_int(rows, 17);
                talk.cancelled = stmt_int(rows, 18);
                talk.places = (int)stmt_int(rows, 19);
                talk.sequence = (int)stmt_int(rows, 20);
                talk.changed_us = stmt_int(rows, 21);
                g_array_append_val(programme->talks, talk);
        }
}

/* Persons and links of all talks, each in one statement whose rows come in the talks' order. */
static void load_parts(Db *db, int64_t event, Loader *loader)
{
        Programme *programme = loader->programme;
        g_autoptr(Stmt) persons = loading(db, loader, event,
                                          "SELECT talk_id, person_id, moderator FROM talk_person JOIN talk ON talk.id "
                                          "= talk_id WHERE event_id = $1",
                                          THESE_TALKS("talk.id"), "ORDER BY talk_id, position");
        g_autoptr(Stmt) links =
                loading(db, loader, event,
                        "SELECT talk_id, l.kind, url, l.title, type, service FROM talk_link l JOIN talk ON "
                        "talk.id = talk_id WHERE event_id = $1",
                        THESE_TALKS("talk.id"), "ORDER BY talk_id, position");
        bool person = stmt_next(persons), link = stmt_next(links);
        for (guint i = 0; i < programme->talks->len; i++) {
                ProgrammeTalk *talk = programme_talk(programme, i);
                talk->first_person = programme->talk_persons->len;
                for (; person && stmt_int(persons, 0) == talk->id; person = stmt_next(persons)) {
                        ProgrammeSpeaking speaking = { (guint)place_of(loader->persons,
                                                                       GSIZE_TO_POINTER((gsize)stmt_int(persons, 1))),
                                                       stmt_int(persons, 2) };
                        g_array_append_val(programme->talk_persons, speaking);
                        talk->person_count++;
                }
                talk->first_link = programme->links->len;
                for (; link && stmt_int(links, 0) == talk->id; link = stmt_next(links)) {
                        ProgrammeLink one = { link_kind(stmt_text(links, 1)),
                                              programme_text(programme, stmt_text(links, 2)),
                                              programme_text(programme, stmt_text(links, 3)),
                                              programme_text(programme, stmt_text(links, 4)),
                                              programme_text(programme, stmt_text(links, 5)) };
                        g_array_append_val(programme->links, one);
                        talk->link_count++;
                }
        }
}

static Programme *load(Db *db, const Event *event, const char *only)
{
        Loader loader = { .programme = programme_new(),
                          .only = only,
                          .rooms = g_hash_table_new(NULL, NULL),
                          .tracks = g_hash_table_new(NULL, NULL),
                          .persons = g_hash_table_new(NULL, NULL),
                          .days = g_hash_table_new(g_str_hash, g_str_equal) };
        Programme *programme = loader.programme;
        programme->title = programme_text(programme, event->title);
        programme->acronym = programme_text(programme, event->slug);
        programme->subtitle = programme_text(programme, event->subtitle);
        programme->place = programme_text(programme, event->place);
        programme->url = programme_text(programme, event->url);
        programme->version = programme_text(programme, event->version);
        programme->licence = programme_text(programme, event->licence);
        programme->zone = programme_text(programme, event->zone_name);
        programme->first_day = programme_text(programme, event->first_day);
        programme->last_day = programme_text(programme, event->last_day);
        programme->day_change_minutes = (int)event->day_change_minutes;
        programme->timeslot_minutes = (int)event->timeslot_minutes;
        load_rooms(db, event->id, &loader);
        load_persons(db, event->id, &loader);
        if (!only)
                load_days(db, event, &loader);
        load_talks(db, event->id, &loader);
        load_parts(db, event->id, &loader);
        programme_sort(programme);
        g_hash_table_unref(loader.rooms);
        g_hash_table_unref(loader.tracks);
        g_hash_table_unref(loader.persons);
        g_hash_table_unref(loader.days);
        return programme;
}

Programme *programme_load(Db *db, const Event *event)
{
        return load(db, event, NULL);
}

Programme *programme_load_talks(Db *db, const Event *event, const GPtrArray *talks)
{
        g_autoptr(GString) only = g_string_new("[");
        for (guint i = 0; i < talks->len; i++)
                g_string_append_printf(only, "%s%" G_GINT64_FORMAT, i ? "," : "", ((const Talk *)talks->pdata[i])->id);
        g_string_append_c(only, ']');
        return load(db, event, only->str);
}

/* Preparing. */

static Event *event_of(const Programme *programme, const char *slug, const char *lang)
{
        Event *event = g_new0(Event, 1);
        event->slug = g_strdup(slug);
        event->title = g_strdup(*programme->title ? programme->title : slug);
        event->subtitle = g_strdup(programme->subtitle);
        event->place = g_strdup(programme->place);
        event->url = g_strdup(programme->url);
        event->version = g_strdup(*programme->version ? programme->version : "1");
        event->zone_name = g_strdup(programme->zone);
        event->first_day = g_strdup(programme->first_day);
        event->last_day = g_strdup(programme->last_day);
        event->lang = g_strdup(lang);
        event->theme = g_strdup("nec");
        event->licence = g_strdup("CC BY-SA 4.0");
        char **empty[] = { &event->lead, &event->description, &event->organiser, &event->contact };
        for (size_t i = 0; i < G_N_ELEMENTS(empty); i++)
                *empty[i] = g_strdup("");
        event->day_change_minutes = programme->day_change_minutes;
        event->timeslot_minutes = programme->timeslot_minutes;
        return event;
}

static void replace_text(char **text, const char *with)
{
        if (!*with)
                return;
        g_free(*text);
        *text = g_strdup(with);
}

/* Every row of the event that an import looks at: whoever changes one changes this. */
char *import_state(Db *db, int64_t event)
{
        static const char *const queries[] = {
                "SELECT id, changed_us, room_id, start_us || title FROM talk WHERE event_id = $1 ORDER BY id",
                "SELECT id, position, capacity, name || kind || guid FROM room WHERE event_id = $1 ORDER BY id",
                "SELECT id, position, 0, name || color FROM track WHERE event_id = $1 ORDER BY id",
                "SELECT id, account_id, 0, name || code || guid || source_id || biography FROM person "
                "WHERE event_id = $1 ORDER BY id",
                "SELECT changed_us, day_change_minutes, 0, slug FROM event WHERE id = $1",
        };
        g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
        for (size_t i = 0; i < G_N_ELEMENTS(queries); i++) {
                g_autoptr(Stmt) rows = db_query(db, queries[i], "i", event);
                while (stmt_next(rows)) {
                        int64_t numbers[] = { (int64_t)i, stmt_int(rows, 0), stmt_int(rows, 1), stmt_int(rows, 2) };
                        const char *text = stmt_text(rows, 3);
                        g_checksum_update(sum, (const guchar *)numbers, sizeof numbers);
                        g_checksum_update(sum, (const guchar *)text, (gssize)strlen(text) + 1);
                }
        }
        return g_strdup(g_checksum_get_string(sum));
}

/* Its texts and zone are the organisers'; days, version and hours follow the file. What a table or a calendar names may
 * only widen the days. */
static void follow_file(Event *event, const Programme *programme)
{
        bool partial = programme->partial;
        if (!partial || strcmp(programme->first_day, event->first_day) < 0)
                replace_text(&event->first_day, programme->first_day);
        if (!partial || strcmp(programme->last_day, event->last_day) > 0)
                replace_text(&event->last_day, programme->last_day);
        if (partial)
                return;
        replace_text(&event->version, programme->version);
        event->day_change_minutes = programme->day_change_minutes;
        if (programme->timeslot_minutes)
                event->timeslot_minutes = programme->timeslot_minutes;
}

Import *import_prepare(Db *db, Programme *programme, const char *slug, const char *lang, bool publish)
{
        Import *import = g_new0(Import, 1);
        import->programme = programme;
        import->publish = publish;
        import->talks = g_array_new(FALSE, TRUE, sizeof(ImportTalk));
        import->persons = g_array_new(FALSE, TRUE, sizeof(ImportPerson));
        import->left = g_array_new(FALSE, TRUE, sizeof(int64_t));
        import->event = conference_find(db, slug);
        import->counts.event_new = !import->event;
        if (import->event)
                follow_file(import->event, programme);
        else
                import->event = event_of(programme, slug, lang);
        import->state = import_state(db, import->event->id);
        g_autoptr(Programme) known = import->event->id ? programme_load(db, import->event) : programme_new();
        import_judge(import, known);
        return import;
}

void import_free(Import *import)
{
        if (!import)
                return;
        programme_free(import->programme);
        event_free(import->event);
        g_array_unref(import->talks);
        g_array_unref(import->persons);
        g_array_unref(import->left);
        g_free(import->state);
        g_free(import);
}

/* Writing. */

/* A table or a calendar says nothing of the order of rooms: its new ones come last. */
static void keep_room(Db *db, ProgrammeRoom *room, int64_t event, bool partial, int64_t position)
{
        int64_t capacity = room->capacity;
        if (!room->id)
                room->id = db_insert(
                        db,
                        "INSERT INTO room(id, event_id, slug, name, guid, position, kind, capacity) VALUES((SELECT "
                        "max(last, (SELECT coalesce(max(id), 0) FROM room)) + 1 FROM room_number), $1, $2, $3, $4, $5 "
                        "+ CASE WHEN $8 THEN (SELECT coalesce(max(position) + 1, 0) FROM room "
                        "WHERE event_id = $1) ELSE 0 END, CASE WHEN $6 = '' THEN 'stage' ELSE $6 END, $7) "
                        "RETURNING id",
                        "itttitii", event, room->slug, room->name, room->guid, partial ? 0 : position, room->kind,
                        capacity, (int64_t)partial);
        else if (!partial)
                db_run(db,
                       "UPDATE room SET name = $2, guid = CASE WHEN $3 = '' THEN guid ELSE $3 END, position = $4, "
                       "kind = CASE WHEN $5 = '' THEN kind ELSE $5 END, "
                       "capacity = CASE WHEN $6 = 0 THEN capacity ELSE $6 END WHERE id = $1",
                       "ittiti", room->id, room->name, room->guid, position, room->kind, capacity);
}

static void keep_track(Db *db, ProgrammeTrack *track, int64_t event, bool partial, int64_t position)
{
        if (!track->id)
                track->id = db_insert(db,
                                      "INSERT INTO track(event_id, slug, name, color, position) VALUES($1, $2, $3, $4, "
                                      "$5 + CASE WHEN $6 THEN (SELECT coalesce(max(position) + 1, 0) FROM track WHERE "
                                      "event_id = $1) ELSE 0 END) RETURNING id",
                                      "itttii", event, track->slug, track->name, track->color, partial ? 0 : position,
                                      (int64_t)partial);
        else if (!partial)
                db_run(db, "UPDATE track SET color = $2, position = $3 WHERE id = $1", "iti", track->id, track->color,
                       position);
}

static void keep_rooms(Db *db, Programme *programme, int64_t event)
{
        for (guint i = 0; i < programme->rooms->len; i++)
                keep_room(db, programme_room(programme, i), event, programme->partial, i);
        for (guint i = 0; i < programme->tracks->len; i++)
                keep_track(db, programme_track(programme, i), event, programme->partial, i);
}

/* False when whoever watches wants it to end. done: of its rows, persons first. */
static bool goes_on(const Import *import, guint done)
{
        const Programme *programme = import->programme;
        return !import->on_row || import->on_row(import->owner, done, programme->persons->len + programme->talks->len);
}

static bool keep_persons(Db *db, const Import *import, int64_t event)
{
        Programme *programme = import->programme;
        for (guint i = 0; i < programme->persons->len; i++) {
                if (!goes_on(import, i))
                        return false;
                ProgrammePerson *person = programme_person(programme, i);
                Change change = import_person(import, i)->change;
                if (change == CHANGE_UPDATE)
                        db_run(db,
                               "UPDATE person SET name = $2, guid = $3, source_id = $4, "
                               "biography = coalesce($5, biography), version = version + 1 WHERE id = $1",
                               "itttt", person->id, person->name, person->guid, person->source_id, person->biography);
                else if (change == CHANGE_NEW)
                        person->id = db_insert(db,
                                               "INSERT INTO person(event_id, code, guid, source_id, name, biography) "
                                               "VALUES($1, $2, $3, $4, $5, coalesce($6, '')) RETURNING id",
                                               "ittttt", event, person->code, person->guid, person->source_id,
                                               person->name, person->biography);
        }
        return true;
}

/* Their mails are written in the same turn. */
static bool invite_persons(Db *db, const Import *import)
{
        for (guint i = 0; i < import->programme->persons->len && import->origin && !db_failed(db); i++) {
                const ProgrammePerson *person = programme_person(import->programme, i);
                if (!import_person(import, i)->invite)
                        continue;
                if (!goes_on(import, i))
                        return false;
                int64_t account = people_ensure(db, person->email, person->name, import->event->lang);
                if (account && person_set_account(db, person->id, account))
                        people_invite(db, account, import->event->id, ROLE_SPEAKER, import->origin);
        }
        return true;
}

/* "Ada, Bob" (transfer full) */
static char *names_of(const Programme *programme, const ProgrammeTalk *talk)
{
        GString *names = g_string_new(NULL);
        for (guint i = 0; i < talk->person_count; i++)
                g_string_append_printf(names, "%s%s", i ? ", " : "", programme_talk_person(programme, talk, i)->name);
        return g_string_free(names, FALSE);
}

static void keep_talk(Db *db, const Import *import, ProgrammeTalk *talk, const char *names, int64_t now)
{
        Programme *programme = import->programme;
        const char *day = programme_day(programme, talk->day)->date;
        int64_t room = programme_room(programme, talk->room)->id;
        g_autofree char *track =
                talk->track < 0 ? NULL
                                : g_strdup_printf("%" G_GINT64_FORMAT, programme_track(programme, talk->track)->id);
        if (talk->id)
                db_run(db,
                       "UPDATE talk SET room_id = $2, track_id = CAST($3 AS INTEGER), guid = $4, source_id = $5, "
                       "slug = $6, title = $7, subtitle = $8, kind = $9, language = $10, abstract = $11, "
                       "description = $12, licence = $13, no_recording = $14, day = $15, start_us = $16, end_us = $17, "
                       "changed_us = $18, persons = $19, places = $20, cancelled = $21 WHERE id = $1",
                       "iitttttttttttitiiitii", talk->id, room, track, talk->guid, talk->source_id, talk->slug,
                       talk->title, talk->subtitle, talk->kind, talk->language, talk->abstract, talk->description,
                       talk->licence, (int64_t)talk->no_recording, day, talk->start_us, talk->end_us, now, names,
                       (int64_t)talk->places, (int64_t)talk->cancelled);
        else
                talk->id = db_insert(
                        db,
                        "INSERT INTO talk(event_id, room_id, track_id, code, guid, source_id, slug, title, subtitle, "
                        "kind, language, abstract, description, licence, no_recording, day, start_us, end_us, "
                        "changed_us, persons, places, cancelled) VALUES($1, $2, CAST($3 AS INTEGER), $4, $5, $6, $7, "
                        "$8, "
                        "$9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22) RETURNING id",
                        "iittttttttttttitiiitii", import->event->id, room, track, talk->code, talk->guid,
                        talk->source_id, talk->slug, talk->title, talk->subtitle, talk->kind, talk->language,
                        talk->abstract, talk->description, talk->licence, (int64_t)talk->no_recording, day,
                        talk->start_us, talk->end_us, now, names, (int64_t)talk->places, (int64_t)talk->cancelled);
}

static void keep_parts(Db *db, const Import *import, const ProgrammeTalk *talk)
{
        const Programme *programme = import->programme;
        for (guint i = 0; i < talk->person_count; i++) {
                const ProgrammePerson *person = programme_talk_person(programme, talk, i);
                db_run(db, "INSERT INTO talk_person(talk_id, person_id, position, moderator) VALUES($1, $2, $3, $4)",
                       "iiii", talk->id, person->id, (int64_t)i,
                       (int64_t)programme_speaking(programme, talk, i)->moderator);
        }
        for (guint i = 0; i < talk->link_count; i++) {
                const ProgrammeLink *link = programme_link(programme, talk->first_link + i);
                db_run(db,
                       "INSERT INTO talk_link(talk_id, position, kind, url, title, type, service) "
                       "VALUES($1, $2, $3, $4, $5, $6, $7)",
                       "iittttt", talk->id, (int64_t)i, link_kinds[link->kind], link->url, link->title, link->type,
                       link->service);
        }
        search_mark(db, talk->id);
}

static void forget_parts(Db *db, int64_t talk)
{
        db_run(db, "DELETE FROM talk_person WHERE talk_id = $1", "i", talk);
        db_run(db, "DELETE FROM talk_link WHERE talk_id = $1", "i", talk);
}

/* Two talks may exchange guids or numbers: the old ones are put aside first, so that no UNIQUE is met on the way. */
static void free_guids(Db *db, const Import *import)
{
        for (guint i = 0; i < import->programme->talks->len; i++)
                if (import_talk(import, i)->change == CHANGE_UPDATE)
                        db_run(db, "UPDATE talk SET guid = 'old:' || guid WHERE id = $1", "i",
                               programme_talk(import->programme, i)->id);
}

static bool keep_event(Db *db, Import *import, const char **ret_fault)
{
        Event *event = import->event;
        bool there = db_int(db, 0, "SELECT 1 FROM event WHERE slug = $1", "t", event->slug);
        int64_t changed_us = db_int(db, -1, "SELECT changed_us FROM event WHERE id = $1", "i", event->id);
        g_autofree char *state = import_state(db, event->id);
        if (event->id ? changed_us != event->changed_us || strcmp(state, import->state) : there) {
                *ret_fault =
                        N_("The event was changed by someone else in the meantime. Nothing was imported: try again.");
                return false;
        }
        return conference_save(db, event);
}

/* False when it was stopped in the middle. */
static bool keep_talks(Db *db, Import *import)
{
        Programme *programme = import->programme;
        int64_t now = now_us();
        free_guids(db, import);
        for (guint i = 0; i < programme->talks->len && !db_failed(db); i++) {
                const ImportTalk *change = import_talk(import, i);
                ProgrammeTalk *talk = programme_talk(programme, i);
                if (change->change == CHANGE_NONE)
                        continue;
                if (!goes_on(import, programme->persons->len + i))
                        return false;
                g_autoptr(TalkFacts) before = change->change == CHANGE_UPDATE ? talk_facts(db, talk->id) : NULL;
                g_autofree char *names = names_of(programme, talk);
                if (before)
                        forget_parts(db, talk->id);
                keep_talk(db, import, talk, names, now);
                keep_parts(db, import, talk);
                if (before || import->event->published)
                        talk_changed(db, talk->id, before);
        }
        return true;
}

bool import_apply(Db *db, Import *import, const char **ret_fault)
{
        *ret_fault = N_("The store refused it. Nothing was imported.");
        if (!keep_event(db, import, ret_fault))
                return false;
        keep_rooms(db, import->programme, import->event->id);
        if (!keep_persons(db, import, import->event->id) || !keep_talks(db, import) || !invite_persons(db, import)) {
                *ret_fault = N_("It was stopped. Nothing was imported.");
                return false;
        }
        for (guint i = 0; i < import->left->len; i++)
                db_run(db,
                       "DELETE FROM person WHERE id = $1 AND account_id IS NULL AND NOT EXISTS "
                       "(SELECT 1 FROM talk_person WHERE person_id = person.id)",
                       "i", g_array_index(import->left, int64_t, i));
        if (import->publish) /* last: what a new event begins with is no news */
                conference_set_published(db, import->event->id, true);
        return !db_failed(db);
}
