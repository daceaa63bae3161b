/* Chapters of a replay: how the session was led. */
#include "manager/manager_store.h"

#include <string.h>

#define SCENE_DEED "scene:"

/* A line's person as they are called in the room, when everybody there of this name agrees to be recorded; NULL: nobody
 * is to be named. (transfer full) */
static char *named(Db *db, int64_t room_id, const char *who)
{
        g_autofree char *name = NULL;
        g_autofree char *folded = g_utf8_casefold(who, -1);
        g_autoptr(Stmt) people =
                *who ? db_query(db, "SELECT id, name FROM live_person WHERE room_id = $1", "i", room_id) : NULL;
        while (people && stmt_next(people)) {
                g_autofree char *one = g_utf8_casefold(stmt_text(people, 1), -1);
                if (strcmp(one, folded) != 0)
                        continue;
                if (!live_agrees(db, room_id, (int)stmt_int(people, 0)))
                        return NULL;
                g_free(name);
                name = g_strdup(stmt_text(people, 1));
        }
        return g_steal_pointer(&name);
}

static void add_turns(Db *db, int64_t session, GPtrArray *into)
{
        g_autoptr(Stmt) rows = db_query(
                db,
                "SELECT t.row_id, t.what, t.at_us, s.room_id, coalesce(r.who, '') FROM run_turn t JOIN live_session s "
                "ON s.id = t.session_id LEFT JOIN run_row r ON r.id = t.row_id WHERE t.session_id = $1 AND "
                "t.what <> '' ORDER BY t.id",
                "i", session);
        while (stmt_next(rows))
                live_trace_add(into, &(LiveTrace){ .kind = LIVE_CHAPTER,
                                                   .chapter = LIVE_CHAPTER_RUN,
                                                   .n = stmt_int(rows, 0),
                                                   .text = g_strdup(stmt_text(rows, 1)),
                                                   .at_us = stmt_int(rows, 2),
                                                   .name = named(db, stmt_int(rows, 3), stmt_text(rows, 4)) });
}

/* Out of the log, which hosts alone read: only which scene, not who chose it. The run sheet's own scenes are not there.
 * One that leaves the choice to the room says nothing about what begins. */
static void add_scenes(Db *db, int64_t session, GPtrArray *into)
{
        LiveScene before = LIVE_SCENE_AUTO, scene;
        g_autoptr(Stmt) rows = db_query(
                db, "SELECT what, at_us FROM stage_log WHERE session_id = $1 AND what LIKE 'scene:%' ORDER BY id", "i",
                session);
        while (stmt_next(rows)) {
                if (!live_scene_from_word(stmt_text(rows, 0) + strlen(SCENE_DEED), &scene) || scene == before)
                        continue;
                before = scene;
                if (scene != LIVE_SCENE_AUTO)
                        live_trace_add(into, &(LiveTrace){ .kind = LIVE_CHAPTER,
                                                           .chapter = LIVE_CHAPTER_SCENE,
                                                           .n = (int64_t)scene,
                                                           .at_us = stmt_int(rows, 1) });
        }
}

void manager_store_trace(Db *db, int64_t session, LiveTraceKind kind, GPtrArray *into)
{
        if (kind != LIVE_CHAPTER)
                return;
        add_turns(db, session, into);
        add_scenes(db, session, into);
}
