#include "slides/slides_store.h"

#include "base/time.h"

#include <string.h>

void deck_free(gpointer data)
{
        Deck *deck = data;
        if (!deck)
                return;
        g_free(deck->folder);
        g_free(deck->title);
        g_free(deck->first);
        g_free(deck);
}

void slide_page_free(gpointer data)
{
        SlidePage *page = data;
        if (!page)
                return;
        g_free(page->big);
        g_free(page->small);
        g_free(page->words);
        g_free(page);
}

#define DECK_COLUMNS                                                                                                   \
        "d.id, d.folder, d.title, (SELECT p.small FROM slide_page p WHERE p.deck_id = d.id AND p.number = 1), "        \
        "d.state, d.fault, d.fault_page, d.pages, d.drawn, d.shared"
/* $1: the event, $2: the talk or 0, $3: the room. */
#define OF_OWNER "d.event_id = $1 AND (d.talk_id = $2 OR ($2 = 0 AND d.room_id = $3))"

static Deck *read_deck(Stmt *row)
{
        const char *state = stmt_text(row, 4);
        Deck *deck = g_new(Deck, 1);
        *deck = (Deck){ .id = stmt_int(row, 0),
                        .folder = g_strdup(stmt_text(row, 1)),
                        .title = g_strdup(stmt_text(row, 2)),
                        .first = g_strdup(stmt_is_null(row, 3) ? "" : stmt_text(row, 3)),
                        .state = !strcmp(state, "ready")     ? DECK_READY
                                 : !strcmp(state, "refused") ? DECK_REFUSED
                                                             : DECK_WAITING,
                        .fault = *stmt_text(row, 5) ? slides_fault_of(stmt_text(row, 5)) : SLIDES_FAULT_NONE,
                        .fault_page = (int)stmt_int(row, 6),
                        .pages = (int)stmt_int(row, 7),
                        .drawn = (int)stmt_int(row, 8),
                        .shared = stmt_int(row, 9) != 0 };
        return deck;
}

GPtrArray *slides_store_decks(Db *db, const DeckOwner *owner)
{
        g_autoptr(Stmt) rows =
                db_query(db, "SELECT " DECK_COLUMNS " FROM slide_deck d WHERE " OF_OWNER " ORDER BY d.id DESC LIMIT $4",
                         "iiii", owner->event, owner->talk, owner->room, (int64_t)DECKS_MAX);
        GPtrArray *list = g_ptr_array_new_with_free_func(deck_free);
        while (stmt_next(rows))
                g_ptr_array_add(list, read_deck(rows));
        return list;
}

Deck *slides_store_deck(Db *db, const DeckOwner *owner, int64_t id)
{
        g_autoptr(Stmt) row = db_query(db, "SELECT " DECK_COLUMNS " FROM slide_deck d WHERE d.id = $4 AND " OF_OWNER,
                                       "iiii", owner->event, owner->talk, owner->room, id);
        return stmt_next(row) ? read_deck(row) : NULL;
}

int64_t slides_store_count(Db *db, const DeckOwner *owner)
{
        return db_int(db, 0, "SELECT count(*) FROM slide_deck d WHERE " OF_OWNER, "iii", owner->event, owner->talk,
                      owner->room);
}

int64_t slides_store_add(Db *db, const DeckOwner *owner, int64_t account, const Deck *deck, int64_t bytes)
{
        return db_insert(db,
                         "INSERT INTO slide_deck(event_id, talk_id, room_id, account_id, folder, title, bytes, state, "
                         "shared, created_us) VALUES($1, nullif($2, 0), CASE WHEN $2 = 0 THEN $3 END, nullif($4, 0), "
                         "$5, $6, $7, 'waiting', $8, $9) RETURNING id",
                         "iiiittiii", owner->event, owner->talk, owner->room, account, deck->folder, deck->title, bytes,
                         (int64_t)deck->shared, now_us());
}

bool slides_store_share(Db *db, int64_t deck, bool shared)
{
        return db_run(db, "UPDATE slide_deck SET shared = $1 WHERE id = $2", "ii", (int64_t)shared, deck);
}

bool slides_store_remove(Db *db, int64_t deck)
{
        return db_run(db, "DELETE FROM slide_deck WHERE id = $1", "i", deck);
}

bool slides_store_is_shown(Db *db, int64_t deck)
{
        return db_int(db, 0,
                      "SELECT count(*) FROM slide_shown s JOIN live_session l ON l.id = s.session_id WHERE "
                      "s.deck_id = $1 AND l.ended_us IS NULL AND s.id = (SELECT max(id) FROM slide_shown WHERE "
                      "session_id = s.session_id)",
                      "i", deck) > 0;
}

bool slides_store_has_folder(Db *db, const char *folder)
{
        return db_int(db, 0, "SELECT count(*) FROM slide_deck WHERE folder = $1", "t", folder) > 0;
}

/* --- drawing ------------------------------------------------------------------------------------------------------ */

Deck *slides_store_waiting(Db *db)
{
        g_autoptr(Stmt) row = db_query(
                db, "SELECT " DECK_COLUMNS " FROM slide_deck d WHERE d.state = 'waiting' ORDER BY d.id LIMIT 1", "");
        return stmt_next(row) ? read_deck(row) : NULL;
}

bool slides_store_begin(Db *db, int64_t deck, int pages)
{
        return db_run(db, "DELETE FROM slide_page WHERE deck_id = $1", "i", deck) &&
               db_run(db, "UPDATE slide_deck SET pages = $1, drawn = 0 WHERE id = $2", "ii", (int64_t)pages, deck);
}

bool slides_store_page_add(Db *db, int64_t deck, const SlidePage *page)
{
        return db_run(db,
                      "INSERT INTO slide_page(deck_id, number, big, small, width, height, bytes, words) "
                      "SELECT id, $2, $3, $4, $5, $6, $7, $8 FROM slide_deck WHERE id = $1",
                      "iittiiit", deck, (int64_t)page->number, page->big, page->small, (int64_t)page->width,
                      (int64_t)page->height, page->bytes, page->words) &&
               db_run(db, "UPDATE slide_deck SET drawn = $1 WHERE id = $2", "ii", (int64_t)page->number, deck);
}

bool slides_store_settle(Db *db, int64_t deck, SlidesFault fault, int page)
{
        return db_run(db, "UPDATE slide_deck SET state = $1, fault = $2, fault_page = $3 WHERE id = $4", "ttii",
                      fault ? "refused" : "ready", slides_fault_word(fault), (int64_t)page, deck);
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

#define PAGE_COLUMNS "number, width, height, bytes, big, small, words"

static SlidePage *read_page(Stmt *row)
{
        SlidePage *page = g_new(SlidePage, 1);
        *page = (SlidePage){ .number = (int)stmt_int(row, 0),
                             .width = (int)stmt_int(row, 1),
                             .height = (int)stmt_int(row, 2),
                             .bytes = stmt_int(row, 3),
                             .big = g_strdup(stmt_text(row, 4)),
                             .small = g_strdup(stmt_text(row, 5)),
                             .words = g_strdup(stmt_text(row, 6)) };
        return page;
}

SlidePage *slides_store_page(Db *db, int64_t deck, int number)
{
        g_autoptr(Stmt) row = db_query(db, "SELECT " PAGE_COLUMNS " FROM slide_page WHERE deck_id = $1 AND number = $2",
                                       "ii", deck, (int64_t)number);
        return stmt_next(row) ? read_page(row) : NULL;
}

GPtrArray *slides_store_pages(Db *db, int64_t deck)
{
        g_autoptr(Stmt) rows =
                db_query(db, "SELECT " PAGE_COLUMNS " FROM slide_page WHERE deck_id = $1 ORDER BY number LIMIT $2",
                         "ii", deck, (int64_t)SLIDES_PAGES_MAX);
        GPtrArray *list = g_ptr_array_new_with_free_func(slide_page_free);
        while (stmt_next(rows))
                g_ptr_array_add(list, read_page(rows));
        return list;
}

/* --- the room ----------------------------------------------------------------------------------------------------- */

int64_t slides_store_shown(Db *db, int64_t session, int *ret_page, int64_t *ret_since_us)
{
        g_autoptr(Stmt) row = db_query(db,
                                       "SELECT coalesce(deck_id, 0), page, at_us FROM slide_shown WHERE session_id = "
                                       "$1 ORDER BY id DESC LIMIT 1",
                                       "i", session);
        if (!stmt_next(row))
                return 0;
        *ret_page = (int)stmt_int(row, 1);
        *ret_since_us = stmt_int(row, 2);
        return stmt_int(row, 0);
}

bool slides_store_show(Db *db, const LiveMoment *moment, int64_t deck, int page)
{
        int now = 0;
        int64_t since_us = 0, shown = slides_store_shown(db, moment->session_id, &now, &since_us);
        if (shown == deck && (now == page || !deck))
                return true;
        return db_run(db, "INSERT INTO slide_shown(session_id, deck_id, page, at_us) VALUES($1, nullif($2, 0), $3, $4)",
                      "iiii", moment->session_id, deck, (int64_t)page, moment->now_us);
}

/* A file's name may be its sender's: of who is in the room and does not agree to be recorded it is left out. */
void slides_store_trace(Db *db, int64_t session, LiveTraceKind kind, GPtrArray *into)
{
        if (kind != LIVE_CHAPTER)
                return;
        g_autoptr(Stmt) rows = db_query(
                db,
                "SELECT d.id, d.title, min(s.at_us), l.room_id, coalesce((SELECT max(p.id) FROM live_person p WHERE "
                "p.room_id = l.room_id AND p.account_id = d.account_id), 0) FROM slide_shown s JOIN slide_deck d ON "
                "d.id = s.deck_id JOIN live_session l ON l.id = s.session_id WHERE s.session_id = $1 GROUP BY d.id",
                "i", session);
        while (stmt_next(rows)) {
                int sender = (int)stmt_int(rows, 4);
                if (!sender || live_agrees(db, stmt_int(rows, 3), sender))
                        live_trace_add(into, &(LiveTrace){ .kind = kind,
                                                           .chapter = LIVE_CHAPTER_SLIDES,
                                                           .n = stmt_int(rows, 0),
                                                           .text = g_strdup(stmt_text(rows, 1)),
                                                           .at_us = stmt_int(rows, 2) });
        }
}

bool slides_store_expire(Db *db, int64_t room)
{
        return db_run(db, "DELETE FROM slide_deck WHERE room_id = $1", "i", room);
}

char *slides_store_address(Db *db, const LiveMoment *moment)
{
        return db_text(db,
                       "SELECT '/' || e.slug || coalesce('/talk/' || t.code, '/live/' || r.slug) || '/slides/' FROM "
                       "event e JOIN room r ON r.event_id = e.id LEFT JOIN talk t ON t.id = $3 WHERE e.id = $1 AND "
                       "r.id = $2",
                       "iii", moment->event_id, moment->room_id, moment->talk_id);
}

/* --- for others --------------------------------------------------------------------------------------------------- */

bool slides_are_shared(Db *db, int64_t talk)
{
        return db_int(db, 0, "SELECT count(*) FROM slide_deck WHERE talk_id = $1 AND shared = 1 AND state = 'ready'",
                      "i", talk) > 0;
}

json_t *slides_export(Db *db, int64_t account)
{
        json_t *list = json_array();
        g_autoptr(Stmt) row = db_query(db,
                                       "SELECT e.slug, d.title, d.bytes, d.created_us FROM slide_deck d JOIN event e "
                                       "ON e.id = d.event_id WHERE d.account_id = $1 ORDER BY d.id",
                                       "i", account);
        while (stmt_next(row))
                json_array_append_new(list, json_pack("{s:s, s:s, s:I, s:I}", "event", stmt_text(row, 0), "title",
                                                      stmt_text(row, 1), "bytes", (json_int_t)stmt_int(row, 2),
                                                      "sent_us", (json_int_t)stmt_int(row, 3)));
        return list;
}

bool slides_erase(Db *db, int64_t account)
{
        return db_run(db, "UPDATE slide_deck SET account_id = NULL WHERE account_id = $1", "i", account);
}
