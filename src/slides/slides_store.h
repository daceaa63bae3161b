/* The only SQL of slides/. Private to it. */
#pragma once
#include "slides/slides_private.h"

/* The newest first. (transfer full) of Deck */
GPtrArray *slides_store_decks(Db *db, const DeckOwner *owner);
/* NULL when it is not this owner's. */
Deck *slides_store_deck(Db *db, const DeckOwner *owner, int64_t id);
int64_t slides_store_count(Db *db, const DeckOwner *owner);
/* Its number, 0 on failure. */
int64_t slides_store_add(Db *db, const DeckOwner *owner, int64_t account, const Deck *deck, int64_t bytes);
bool slides_store_share(Db *db, int64_t deck, bool shared);
bool slides_store_remove(Db *db, int64_t deck);
/* Whether a session shows it at this moment. */
bool slides_store_is_shown(Db *db, int64_t deck);
bool slides_store_has_folder(Db *db, const char *folder);

/* --- drawing ------------------------------------------------------------------------------------------------------ */
/* The one that waits longest, NULL: none. */
Deck *slides_store_waiting(Db *db);
/* From its beginning again. */
bool slides_store_begin(Db *db, int64_t deck, int pages);
bool slides_store_page_add(Db *db, int64_t deck, const SlidePage *page);
bool slides_store_settle(Db *db, int64_t deck, SlidesFault fault, int page);

/* --- reading ------------------------------------------------------------------------------------------------------ */
/* NULL: there is none of this number. */
SlidePage *slides_store_page(Db *db, int64_t deck, int number);
/* All of them, without their words' end. (transfer full) of SlidePage */
GPtrArray *slides_store_pages(Db *db, int64_t deck);

/* --- the room ----------------------------------------------------------------------------------------------------- */
/* What the session shows; 0: nothing. */
int64_t slides_store_shown(Db *db, int64_t session, int *ret_page, int64_t *ret_since_us);
/* deck 0: nothing from now on. The same again changes nothing. */
bool slides_store_show(Db *db, const LiveMoment *moment, int64_t deck, int page);
/* LiveFeature.trace: when each file was shown first. */
void slides_store_trace(Db *db, int64_t session, LiveTraceKind kind, GPtrArray *into);
bool slides_store_expire(Db *db, int64_t room);
/* Where the room's slides are sent to: "/event/talk/CODE/slides/". (transfer full) */
char *slides_store_address(Db *db, const LiveMoment *moment);
