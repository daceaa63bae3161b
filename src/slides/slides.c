/* Slides in the room: which page is shown, to whom it is told, who may turn it. */
#include "slides/slides_store.h"

#include <string.h>

/* A page as everybody in the room sees it, and the one behind it, which they may fetch meanwhile. */
typedef struct {
        int64_t deck; /* 0: none is shown */
        char *folder, *title;
        int pages;
        int64_t since_us;
        SlidePage *page, *next; /* next: NULL behind the last */
} Shown;

typedef struct {
        Shown *shown;
        GPtrArray *decks;  /* of Deck */
        GArray *speakers;  /* int64_t accounts: of the session's own */
        char *address;     /* where files are sent to */
        bool in_programme; /* else every speaker of the event may */
} Slides;

static Slides *slides_of(const LiveRoom *room)
{
        return live_room_state(room, &slides_feature);
}

static DeckOwner owner_of(const LiveMoment *moment)
{
        return (DeckOwner){ moment->event_id, moment->talk_id, moment->room_id };
}

static void shown_free(gpointer data)
{
        Shown *shown = data;
        if (!shown)
                return;
        g_free(shown->folder);
        g_free(shown->title);
        slide_page_free(shown->page);
        slide_page_free(shown->next);
        g_free(shown);
}

static void slides_free(gpointer data)
{
        Slides *slides = data;
        shown_free(slides->shown);
        g_ptr_array_unref(slides->decks);
        g_array_unref(slides->speakers);
        g_free(slides->address);
        g_free(slides);
}

/* --- Read on the writer's thread ---------------------------------------------------------------------------------- */

/* An empty one when there is no such page. (transfer full) */
static Shown *read_shown(Db *db, const LiveMoment *moment, int64_t deck_id, int number, int64_t since_us)
{
        Shown *shown = g_new0(Shown, 1);
        DeckOwner owner = owner_of(moment);
        g_autoptr(Deck) deck = deck_id ? slides_store_deck(db, &owner, deck_id) : NULL;
        SlidePage *page = deck ? slides_store_page(db, deck->id, number) : NULL;
        if (!page)
                return shown;
        shown->deck = deck->id;
        shown->folder = g_strdup(deck->folder);
        shown->title = g_strdup(deck->title);
        shown->pages = deck->pages;
        shown->since_us = since_us;
        shown->page = page;
        shown->next = slides_store_page(db, deck->id, number + 1);
        return shown;
}

static void read_speakers(Db *db, int64_t talk, GArray *speakers)
{
        g_autoptr(GPtrArray) persons = talk ? talk_persons(db, talk) : NULL;
        for (guint i = 0; persons && i < persons->len; i++) {
                const Person *person = persons->pdata[i];
                if (person->account)
                        g_array_append_val(speakers, person->account);
        }
}

static gpointer load(Db *db, const LiveMoment *moment)
{
        int page = 0;
        int64_t since_us = 0, deck = slides_store_shown(db, moment->session_id, &page, &since_us);
        DeckOwner owner = owner_of(moment);
        Slides *slides = g_new0(Slides, 1);
        slides->shown = read_shown(db, moment, deck, page, since_us);
        slides->decks = slides_store_decks(db, &owner);
        slides->speakers = g_array_new(FALSE, FALSE, sizeof(int64_t));
        slides->in_programme = moment->talk_id != 0;
        read_speakers(db, moment->talk_id, slides->speakers);
        slides->address = slides_store_address(db, moment);
        if (!db_failed(db))
                return slides;
        slides_free(slides);
        return NULL;
}

/* --- Told --------------------------------------------------------------------------------------------------------- */

/* Hosts, and who speaks in this session. */
static bool may_turn(LiveRoom *room, int person)
{
        const Slides *slides = slides_of(room);
        LiveRole role = live_person_role(room, person);
        int64_t account = live_person_account(room, person);
        if (role == LIVE_HOST)
                return true;
        if (role < LIVE_SPEAKER || !account)
                return false;
        for (guint i = 0; i < slides->speakers->len; i++)
                if (g_array_index(slides->speakers, int64_t, i) == account)
                        return true;
        return !slides->in_programme;
}

static void add_page(json_t *into, const Shown *shown, const SlidePage *page)
{
        g_autofree char *big = slides_url(shown->folder, page->big), *small = slides_url(shown->folder, page->small);
        json_object_set_new(into, "big", json_string(big));
        json_object_set_new(into, "small", json_string(small));
}

/* null when nothing is shown. */
static json_t *shown_json(const Shown *shown)
{
        if (!shown->deck)
                return json_null();
        json_t *json = json_pack("{s:I, s:s, s:i, s:i, s:i, s:i, s:s, s:I}", "deck", (json_int_t)shown->deck, "title",
                                 shown->title, "page", shown->page->number, "pages", shown->pages, "width",
                                 shown->page->width, "height", shown->page->height, "words", shown->page->words,
                                 "since_us", (json_int_t)shown->since_us);
        add_page(json, shown, shown->page);
        json_t *next = shown->next ? json_object() : json_null();
        if (shown->next)
                add_page(next, shown, shown->next);
        json_object_set_new(json, "next", next);
        return json;
}

static json_t *decks_json(const GPtrArray *decks)
{
        json_t *list = json_array();
        for (guint i = 0; i < decks->len; i++) {
                const Deck *deck = decks->pdata[i];
                static const char *const states[] = { "waiting", "ready", "refused" };
                json_array_append_new(list, json_pack("{s:I, s:s, s:s, s:i, s:i, s:s, s:i}", "id", (json_int_t)deck->id,
                                                      "title", deck->title, "state", states[deck->state], "pages",
                                                      deck->pages, "drawn", deck->drawn, "fault",
                                                      slides_fault_word(deck->fault), "fault_page", deck->fault_page));
        }
        return list;
}

static json_t *welcome(LiveRoom *room, int person)
{
        const Slides *slides = slides_of(room);
        bool may = may_turn(room, person);
        json_t *json = json_pack("{s:b, s:o}", "may", may, "shown", shown_json(slides->shown));
        if (may) {
                json_object_set_new(json, "decks", decks_json(slides->decks));
                json_object_set_new(json, "address", json_string(slides->address ? slides->address : ""));
        }
        return json;
}

static void tell(LiveRoom *room)
{
        live_broadcast(room, json_pack("{s:s, s:o}", "t", "slide", "shown", shown_json(slides_of(room)->shown)));
}

#define NO_PAGE N_("This page is not there. Look at the slides again.")

/* --- Turning the page --------------------------------------------------------------------------------------------- */

typedef struct {
        int64_t deck;
        int page;
        Shown *shown;
} Turn;

static void turn_free(gpointer data)
{
        Turn *turn = data;
        shown_free(turn->shown);
        g_free(turn);
}

static bool write_turn(Db *db, const LiveMoment *moment, gpointer data)
{
        Turn *turn = data;
        shown_free(turn->shown);
        turn->shown = read_shown(db, moment, turn->deck, turn->page, moment->now_us);
        if (turn->deck && !turn->shown->deck)
                return !db_failed(db); /* there is no such page: nothing changes */
        return slides_store_show(db, moment, turn->deck, turn->page);
}

static void after_turn(LiveRoom *room, LiveClient *client, gpointer data, bool kept)
{
        Turn *turn = data;
        Slides *slides = slides_of(room);
        if (kept && (turn->shown->deck || !turn->deck)) {
                shown_free(slides->shown);
                slides->shown = g_steal_pointer(&turn->shown);
                tell(room);
        } else if (client) {
                live_refuse(client, "slide", NULL,
                            kept ? NO_PAGE : N_("This could not be noted: the server's disk may be full. Try again."));
        }
}

static const LiveWrite turning = { write_turn, after_turn, turn_free };

static bool is_allowed(LiveClient *client, const char *of)
{
        if (may_turn(live_client_room(client), live_client_person(client)))
                return true;
        live_refuse(client, of, NULL, N_("Only who speaks here, and hosts, turn the slides."));
        return false;
}

static void turn_page(LiveClient *client, json_t *message)
{
        if (!is_allowed(client, "slide"))
                return;
        const json_t *deck = json_object_get(message, "deck"), *page = json_object_get(message, "page");
        if (!json_is_integer(deck) || !json_is_integer(page)) {
                live_refuse(client, "slide", NULL, NO_PAGE);
                return;
        }
        Turn *turn = g_new0(Turn, 1);
        turn->deck = json_integer_value(deck);
        turn->page = (int)CLAMP(json_integer_value(page), 0, SLIDES_PAGES_MAX + 1);
        live_write(live_client_room(client), client, &turning, turn);
}

static void ended(LiveRoom *room)
{
        if (slides_of(room)->shown->deck)
                live_write(room, NULL, &turning, g_new0(Turn, 1));
}

/* --- What there is ------------------------------------------------------------------------------------------------ */

typedef struct {
        GPtrArray *decks;
        GArray *speakers;
        json_t *pages; /* of one file, when it was asked for */
        int64_t deck;
} Look;

static void look_free(gpointer data)
{
        Look *look = data;
        g_clear_pointer(&look->decks, g_ptr_array_unref);
        g_clear_pointer(&look->speakers, g_array_unref);
        json_decref(look->pages);
        g_free(look);
}

static bool read_decks(Db *db, const LiveMoment *moment, gpointer data)
{
        Look *look = data;
        DeckOwner owner = owner_of(moment);
        g_clear_pointer(&look->decks, g_ptr_array_unref);
        g_clear_pointer(&look->speakers, g_array_unref);
        look->decks = slides_store_decks(db, &owner);
        look->speakers = g_array_new(FALSE, FALSE, sizeof(int64_t));
        read_speakers(db, moment->talk_id, look->speakers);
        return !db_failed(db);
}

static void after_decks(LiveRoom *room, LiveClient *client, gpointer data, bool kept)
{
        Look *look = data;
        Slides *slides = slides_of(room);
        if (!kept)
                return;
        g_ptr_array_unref(slides->decks);
        g_array_unref(slides->speakers);
        slides->decks = g_steal_pointer(&look->decks);
        slides->speakers = g_steal_pointer(&look->speakers);
        if (client)
                live_answer(client, json_pack("{s:s, s:o}", "t", "slide_decks", "decks", decks_json(slides->decks)));
}

static const LiveWrite looking = { read_decks, after_decks, look_free };

static void look_at_decks(LiveClient *client, json_t *message)
{
        if (is_allowed(client, "slide_decks"))
                live_write(live_client_room(client), client, &looking, g_new0(Look, 1));
}

#define LABEL_CHARS 60

static char *label_of(const char *words)
{
        const char *end = strchr(words, '\n');
        g_autofree char *line = end ? g_strndup(words, (gsize)(end - words)) : g_strdup(words);
        return g_utf8_substring(line, 0, MIN(g_utf8_strlen(line, -1), LABEL_CHARS));
}

static bool read_pages(Db *db, const LiveMoment *moment, gpointer data)
{
        Look *look = data;
        DeckOwner owner = owner_of(moment);
        json_decref(look->pages);
        look->pages = json_array();
        g_autoptr(Deck) deck = slides_store_deck(db, &owner, look->deck);
        g_autoptr(GPtrArray) pages = deck ? slides_store_pages(db, deck->id) : NULL;
        for (guint i = 0; pages && i < pages->len; i++) {
                const SlidePage *page = pages->pdata[i];
                g_autofree char *small = slides_url(deck->folder, page->small), *label = label_of(page->words);
                json_array_append_new(look->pages, json_pack("{s:s, s:s}", "small", small, "label", label));
        }
        return !db_failed(db);
}

static void after_pages(LiveRoom *room, LiveClient *client, gpointer data, bool kept)
{
        const Look *look = data;
        if (client && kept)
                live_answer(client, json_pack("{s:s, s:I, s:O}", "t", "slide_pages", "deck", (json_int_t)look->deck,
                                              "pages", look->pages));
}

static const LiveWrite reading = { read_pages, after_pages, look_free };

static void look_at_pages(LiveClient *client, json_t *message)
{
        if (!is_allowed(client, "slide_pages"))
                return;
        Look *look = g_new0(Look, 1);
        look->deck = json_integer_value(json_object_get(message, "deck"));
        live_write(live_client_room(client), client, &reading, look);
}

static bool expire(Db *db, int64_t room_id)
{
        return slides_store_expire(db, room_id);
}

static const LiveMessage messages[] = {
        { "slide", LIVE_SPEAKER, 100, 10, turn_page }, /* a key held down */
        { "slide_decks", LIVE_SPEAKER, 30, 10, look_at_decks },
        { "slide_pages", LIVE_SPEAKER, 20, 10, look_at_pages },
        { 0 },
};

const LiveFeature slides_feature = {
        .name = "slides",
        .messages = messages,
        .script = "slides/slides.js",
        .style = "slides/slides.css",
        .words = slides_room_words,
        .load = load,
        .free = slides_free,
        .welcome = welcome,
        .ended = ended,
        .expire = expire,
        .hall_top = slides_in_hall,
        .trace = slides_store_trace,
};
