#include "conference/conference_private.h"

#include <string.h>

void event_track_free(EventTrack *track)
{
        if (!track)
                return;
        g_free(track->slug);
        g_free(track->name);
        g_free(track->colour);
        g_free(track);
}

#define TRACK_COLUMNS "id, slug, name, color"

static EventTrack *track_from(Stmt *row)
{
        EventTrack *track = g_new0(EventTrack, 1);
        track->id = stmt_int(row, 0);
        track->slug = g_strdup(stmt_text(row, 1));
        track->name = g_strdup(stmt_text(row, 2));
        track->colour = g_strdup(stmt_text(row, 3));
        return track;
}

GPtrArray *conference_tracks(Db *db, int64_t event)
{
        GPtrArray *tracks = g_ptr_array_new_with_free_func((GDestroyNotify)event_track_free);
        g_autoptr(Stmt) rows = db_query(
                db, "SELECT " TRACK_COLUMNS " FROM track WHERE event_id = $1 ORDER BY position, id", "i", event);
        while (stmt_next(rows))
                g_ptr_array_add(tracks, track_from(rows));
        return tracks;
}

EventTrack *event_track_find(Db *db, int64_t event, const char *slug)
{
        g_autoptr(Stmt) row = db_query(db, "SELECT " TRACK_COLUMNS " FROM track WHERE event_id = $1 AND slug = $2",
                                       "it", event, slug);
        return stmt_next(row) ? track_from(row) : NULL;
}

bool event_track_name_is_taken(Db *db, int64_t event, const char *name, int64_t but)
{
        return db_int(db, 0, "SELECT count(*) FROM track WHERE event_id = $1 AND name = $2 AND id <> $3", "iti", event,
                      name, but) > 0;
}

bool event_track_slug_is_free(Db *db, int64_t event, const char *slug)
{
        return db_int(db, 0, "SELECT count(*) FROM track WHERE event_id = $1 AND slug = $2", "it", event, slug) == 0;
}

bool event_track_keep(Db *db, int64_t event, EventTrack *track)
{
        if (track->id)
                return db_run(db, "UPDATE track SET name = $3, color = $4 WHERE id = $1 AND event_id = $2", "iitt",
                              track->id, event, track->name, track->colour);
        track->id = db_insert(db,
                              "INSERT INTO track(event_id, slug, name, color, position) VALUES($1, $2, $3, $4, (SELECT "
                              "coalesce(max(position), 0) + 1 FROM track WHERE event_id = $1)) RETURNING id",
                              "ittt", event, track->slug, track->name, track->colour);
        return track->id != 0;
}

int64_t event_track_talk_count(Db *db, int64_t track)
{
        return db_int(db, 0, "SELECT count(*) FROM talk WHERE track_id = $1", "i", track);
}

bool event_track_remove(Db *db, int64_t event, int64_t track)
{
        return db_run(db, "DELETE FROM track WHERE id = $1 AND event_id = $2", "ii", track, event);
}

GPtrArray *conference_kinds(Db *db, int64_t event)
{
        GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(Stmt) rows =
                db_query(db, "SELECT word FROM event_kind WHERE event_id = $1 ORDER BY position", "i", event);
        while (stmt_next(rows))
                g_ptr_array_add(words, g_strdup(stmt_text(rows, 0)));
        if (words->len)
                return words;
        for (size_t i = 0; i < USUAL_KINDS; i++)
                g_ptr_array_add(words, g_strdup(usual_kinds[i].word));
        return words;
}

char **conference_kind_words(Db *db, int64_t event, const char *word)
{
        g_autofree char *stored =
                db_text(db, "SELECT words FROM event_kind WHERE event_id = $1 AND word = $2", "it", event, word);
        return stored ? kind_words_read(stored) : NULL;
}

bool event_kinds_keep(Db *db, int64_t event, const GPtrArray *words, const GPtrArray *others)
{
        bool kept = db_run(db, "DELETE FROM event_kind WHERE event_id = $1", "i", event);
        for (guint i = 0; kept && i < words->len; i++)
                kept = db_run(db,
                              "INSERT INTO event_kind(event_id, word, position, words) VALUES($1, $2, $3, $4) ON "
                              "CONFLICT DO NOTHING",
                              "itit", event, (const char *)words->pdata[i], (int64_t)i, (const char *)others->pdata[i]);
        return kept;
}
