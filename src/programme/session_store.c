#include "programme/session.h"

#include "base/time.h"
#include "base/when.h"
#include "programme/change.h"
#include "programme/identity.h"
#include "programme/schedule.h"
#include "programme/search.h"

#include <string.h>

#define CODE_TRIES 50

int64_t place_named(Db *db, int64_t event, bool room, const char *word)
{
        return db_int(db, 0,
                      room ? "SELECT id FROM room WHERE event_id = $1 AND $2 IN (slug, name) ORDER BY slug = $2 DESC"
                           : "SELECT id FROM track WHERE event_id = $1 AND $2 IN (slug, name) ORDER BY slug = $2 DESC",
                      "it", event, word);
}

char *place_text(Db *db, bool room, int64_t id, bool slug)
{
        char *text = db_text(db,
                             room ? "SELECT CASE $2 WHEN 1 THEN slug ELSE name END FROM room WHERE id = $1"
                                  : "SELECT CASE $2 WHEN 1 THEN slug ELSE name END FROM track WHERE id = $1",
                             "ii", id, (int64_t)slug);
        return text ? text : g_strdup("");
}

char *person_code(Db *db, int64_t person)
{
        char *code = db_text(db, "SELECT code FROM person WHERE id = $1", "i", person);
        return code ? code : g_strdup("");
}

int64_t person_id(Db *db, int64_t event, const char *code)
{
        return db_int(db, 0, "SELECT id FROM person WHERE event_id = $1 AND code = $2", "it", event, code);
}

char *session_identity(Db *db, int64_t event, const char *table, char *ret_code)
{
        char *guid = g_uuid_string_random();
        bool person = !strcmp(table, "person");
        for (unsigned attempt = 0; attempt < CODE_TRIES; attempt++) {
                code_derive(guid, attempt, ret_code);
                if (!db_int(db, 0,
                            person ? "SELECT 1 FROM person WHERE event_id = $1 AND code = $2"
                                   : "SELECT 1 FROM talk WHERE event_id = $1 AND code = $2",
                            "it", event, ret_code))
                        break;
        }
        return guid;
}

char *person_add(Db *db, int64_t event, const char *name)
{
        char code[CODE_LENGTH + 1];
        g_autofree char *guid = session_identity(db, event, "person", code);
        int64_t id = db_insert(db, "INSERT INTO person(event_id, code, guid, name) VALUES($1, $2, $3, $4) RETURNING id",
                               "ittt", event, code, guid, name);
        return id ? g_strdup(code) : NULL;
}

static void load_parts(Db *db, TalkDraft *session)
{
        g_autoptr(Stmt) rows =
                db_query(db, "SELECT person_id, moderator FROM talk_person WHERE talk_id = $1 ORDER BY position", "i",
                         session->id);
        while (stmt_next(rows)) {
                SessionPerson person = { stmt_int(rows, 0), stmt_int(rows, 1) };
                g_array_append_val(session->persons, person);
        }
        g_autoptr(GPtrArray) links = talk_links(db, session->id);
        for (guint i = 0; i < links->len; i++) {
                TalkLink *link = links->pdata[i];
                if (strcmp(link->kind, "link") != 0)
                        continue;
                g_ptr_array_add(session->links, link);
                links->pdata[i] = NULL;
        }
}

TalkDraft *session_find(Db *db, int64_t event, const char *code)
{
        g_autoptr(Talk) talk = talk_find(db, event, code);
        if (!talk)
                return NULL;
        TalkDraft *session = talk_draft_new(event);
        session->id = talk->id;
        session->version = talk->version;
        session->room = talk->room;
        session->track = *talk->track_slug ? place_named(db, event, false, talk->track_slug) : 0;
        session->no_recording = talk->no_recording;
        session->places = talk->places;
        session->start_us = talk->start_us;
        session->end_us = talk->end_us;
        char **texts[][2] = { { &session->code, &talk->code },         { &session->title, &talk->title },
                              { &session->subtitle, &talk->subtitle }, { &session->kind, &talk->kind },
                              { &session->language, &talk->language }, { &session->day, &talk->day },
                              { &session->abstract, &talk->abstract }, { &session->description, &talk->description },
                              { &session->licence, &talk->licence } };
        for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
                *texts[i][0] = g_steal_pointer(texts[i][1]);
        load_parts(db, session);
        return session;
}

void session_keep_names(Db *db, int64_t talk)
{
        db_run(db,
               "UPDATE talk SET persons = (SELECT coalesce(group_concat(name, ', '), '') FROM (SELECT p.name FROM "
               "talk_person tp JOIN person p ON p.id = tp.person_id WHERE tp.talk_id = $1 ORDER BY tp.position)) "
               "WHERE id = $1",
               "i", talk);
}

static void keep_parts(Db *db, const TalkDraft *session)
{
        db_run(db, "DELETE FROM talk_person WHERE talk_id = $1", "i", session->id);
        for (guint i = 0; i < session->persons->len; i++) {
                const SessionPerson *person = &g_array_index(session->persons, SessionPerson, i);
                db_run(db,
                       "INSERT INTO talk_person(talk_id, person_id, position, moderator) VALUES($1, $2, $3, $4) "
                       "ON CONFLICT DO NOTHING",
                       "iiii", session->id, person->id, (int64_t)i, (int64_t)person->moderator);
        }
        session_keep_names(db, session->id);
        db_run(db, "DELETE FROM talk_link WHERE talk_id = $1 AND kind = 'link'", "i", session->id);
        int64_t position =
                db_int(db, 0, "SELECT max(position) + 1 FROM talk_link WHERE talk_id = $1", "i", session->id);
        for (guint i = 0; i < session->links->len; i++) {
                const TalkLink *link = session->links->pdata[i];
                db_run(db,
                       "INSERT INTO talk_link(talk_id, position, kind, url, title, type) "
                       "VALUES($1, $2, 'link', $3, $4, $5)",
                       "iittt", session->id, position + (int64_t)i, link->url, link->title, link->type);
        }
}

static bool insert(Db *db, TalkDraft *session)
{
        char code[CODE_LENGTH + 1];
        g_autofree char *guid = session_identity(db, session->event, "talk", code);
        g_free(session->code);
        session->code = g_strdup(code);
        session->id = db_insert(db,
                                "INSERT INTO talk(event_id, room_id, code, guid, title, day, start_us, end_us, "
                                "changed_us) VALUES($1, $2, $3, $4, '', $5, $6, $7, $8) RETURNING id",
                                "iitttiii", session->event, session->room, code, guid, session->day, session->start_us,
                                session->end_us, now_us());
        return session->id != 0;
}

SessionKept session_keep(Db *db, TalkDraft *session)
{
        g_autoptr(TalkFacts) before = session->id ? talk_facts(db, session->id) : NULL;
        if (session->id &&
            db_int(db, 0, "SELECT version FROM talk WHERE id = $1", "i", session->id) != session->version)
                return SESSION_STALE;
        if (!session->id && !insert(db, session))
                return SESSION_FAILED;
        db_run(db,
               "UPDATE talk SET room_id = $2, track_id = nullif($3, 0), title = $4, subtitle = $5, kind = $6, "
               "language = $7, abstract = $8, description = $9, licence = $10, no_recording = $11, day = $12, "
               "start_us = $13, end_us = $14, places = $15 WHERE id = $1",
               "iiitttttttitiii", session->id, session->room, session->track, session->title, session->subtitle,
               session->kind, session->language, session->abstract, session->description, session->licence,
               (int64_t)session->no_recording, session->day, session->start_us, session->end_us, session->places);
        keep_parts(db, session);
        search_mark(db, session->id);
        search_refresh(db, 4);
        return talk_changed(db, session->id, before) ? SESSION_KEPT : SESSION_FAILED;
}

SessionKept session_move(Db *db, const Talk *talk, int64_t version, int64_t room, const char *day, int64_t start_us)
{
        if (talk->version != version)
                return SESSION_STALE;
        g_autoptr(TalkFacts) before = talk_facts(db, talk->id);
        db_run(db, "UPDATE talk SET room_id = $2, day = $3, start_us = $4, end_us = $5 WHERE id = $1", "iitii",
               talk->id, room, day, start_us, start_us + talk->end_us - talk->start_us);
        search_mark(db, talk->id);
        search_refresh(db, 4);
        return talk_changed(db, talk->id, before) ? SESSION_KEPT : SESSION_FAILED;
}

bool session_set_cancelled(Db *db, int64_t talk, bool cancelled)
{
        g_autoptr(TalkFacts) before = talk_facts(db, talk);
        db_run(db, "UPDATE talk SET cancelled = $2 WHERE id = $1", "ii", talk, (int64_t)cancelled);
        return talk_changed(db, talk, before);
}

bool session_delete(Db *db, int64_t talk)
{
        db_run(db, "DELETE FROM talk_change WHERE talk_id = $1 AND told_us IS NULL AND kind <> 'cancelled'", "i", talk);
        db_run(db, "DELETE FROM talk WHERE id = $1", "i", talk);
        search_refresh(db, 4);
        return !db_failed(db);
}

/* Clashes. */

static void add_place(Placements *placements, Stmt *rows, const Event *event)
{
        Placement place = { .talk = stmt_int(rows, 0),
                            .room = stmt_int(rows, 1),
                            .start_us = stmt_int(rows, 2),
                            .end_us = stmt_int(rows, 3),
                            .off = stmt_int(rows, 4),
                            .outside = session_day_outside(event, stmt_text(rows, 5)),
                            .title = g_strdup(stmt_text(rows, 6)),
                            .code = g_strdup(stmt_text(rows, 7)),
                            .room_name = g_strdup(stmt_text(rows, 8)),
                            .first_person = placements->persons->len };
        g_array_append_val(placements->places, place);
}

static void add_persons(Db *db, Placements *placements)
{
        for (guint i = 0; i < placements->places->len; i++) {
                Placement *place = &g_array_index(placements->places, Placement, i);
                g_autoptr(Stmt) rows =
                        db_query(db, "SELECT person_id FROM talk_person WHERE talk_id = $1 ORDER BY person_id", "i",
                                 place->talk);
                place->first_person = placements->persons->len;
                while (stmt_next(rows)) {
                        int64_t person = stmt_int(rows, 0);
                        g_array_append_val(placements->persons, person);
                        place->person_count++;
                }
        }
}

#define PLACE_COLUMNS                                                                                                  \
        "SELECT t.id, t.room_id, t.start_us, t.end_us, t.cancelled, t.day, t.title, t.code, r.name FROM talk t "       \
        "JOIN room r ON r.id = t.room_id "

static Placements *placements_from(Db *db, const Event *event, Stmt *rows)
{
        Placements *placements = placements_new();
        while (stmt_next(rows))
                add_place(placements, rows, event);
        add_persons(db, placements);
        return placements;
}

Placements *placements_of_day(Db *db, const Event *event, const char *day)
{
        g_autoptr(Stmt) rows =
                db_query(db, PLACE_COLUMNS "WHERE t.event_id = $1 AND t.day = $2 ORDER BY t.start_us, t.id LIMIT 2000",
                         "it", event->id, day);
        return placements_from(db, event, rows);
}

Placements *placements_around(Db *db, const Event *event, int64_t talk)
{
        g_autoptr(Stmt) rows =
                db_query(db,
                         PLACE_COLUMNS ", (SELECT start_us AS a, end_us AS b FROM talk WHERE id = $2) w "
                                       "WHERE t.event_id = $1 AND (t.id = $2 OR t.start_us < w.b AND t.end_us > w.a) "
                                       "ORDER BY t.start_us, t.id LIMIT 500",
                         "ii", event->id, talk);
        return placements_from(db, event, rows);
}

static char *clash_text(Db *db, const Event *event, const Clash *clash, const Placement *other, const Lang *lang)
{
        g_autofree char *at = when_time(lang, event->zone, other->start_us);
        if (clash->kind == CLASH_OUTSIDE)
                return g_strdup(tr(lang, "Its day is not one of the event's days."));
        if (clash->kind == CLASH_ROOM)
                return g_strdup_printf(tr(lang, "%s also holds “%s” then, from %s."), other->room_name, other->title,
                                       at);
        g_autofree char *name = db_text(db, "SELECT name FROM person WHERE id = $1", "i", clash->person);
        return g_strdup_printf(tr(lang, "%s is expected at “%s” too, in %s from %s."), name ? name : "", other->title,
                               other->room_name, at);
}

GPtrArray *clash_texts(Db *db, const Event *event, const Placements *placements, int64_t talk, const Lang *lang)
{
        GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(GArray) clashes = clashes_of(placements);
        for (guint i = 0; i < clashes->len; i++) {
                const Clash *clash = &g_array_index(clashes, Clash, i);
                const Placement *one = &g_array_index(placements->places, Placement, clash->one);
                const Placement *other = &g_array_index(placements->places, Placement, clash->other);
                if (one->talk == talk)
                        g_ptr_array_add(texts, clash_text(db, event, clash, other, lang));
                else if (other->talk == talk)
                        g_ptr_array_add(texts, clash_text(db, event, clash, one, lang));
        }
        return texts;
}

GPtrArray *day_clash_texts(Db *db, const Event *event, const Placements *placements, const GArray *clashes,
                           const Lang *lang)
{
        GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);
        for (guint i = 0; i < clashes->len; i++) {
                const Clash *clash = &g_array_index(clashes, Clash, i);
                const Placement *one = &g_array_index(placements->places, Placement, clash->one);
                g_autofree char *text =
                        clash_text(db, event, clash, &g_array_index(placements->places, Placement, clash->other), lang);
                g_ptr_array_add(texts, g_strdup_printf(tr(lang, "“%s”: %s"), one->title, text));
        }
        return texts;
}
