/* What the server knows of an encrypted room's key: a check of it, so that who comes with another key, or without one,
 * is told so. The key itself stays in the pages; a new one is handed on by the server only as a host's page has
 * encrypted it for each of the others. */
#include "seal/seal_private.h"

#include <string.h>

/* Of a page: its public key, and a proof made with the room's key, which the server cannot check. */
typedef struct {
        char *key, *proof;
} Hello;

/* The check as everybody sees it, and as it will be once what was asked for is written, "": none was made. Of the whole
 * room: its parts have the same key. */
typedef struct {
        char *now, *asked;
        GHashTable *hellos; /* of those in this very place: person → Hello */
} Seal;

static void hello_free(gpointer data)
{
        Hello *hello = data;
        g_free(hello->key);
        g_free(hello->proof);
        g_free(hello);
}

static Seal *seal_of(LiveRoom *room)
{
        return live_room_state(live_part_of(room), &seal_feature);
}

static GHashTable *hellos_of(LiveRoom *place)
{
        return ((Seal *)live_room_state(place, &seal_feature))->hellos;
}

static void seal_free(gpointer data)
{
        Seal *seal = data;
        g_free(seal->now);
        g_free(seal->asked);
        g_hash_table_unref(seal->hellos);
        g_free(seal);
}

static gpointer load(Db *db, const LiveMoment *moment)
{
        g_autofree char *check = seal_store_load(db, moment->room_id);
        if (!check)
                return NULL;
        Seal *seal = g_new0(Seal, 1);
        seal->now = g_strdup(check);
        seal->asked = g_steal_pointer(&check);
        seal->hellos = g_hash_table_new_full(NULL, NULL, NULL, hello_free);
        return seal;
}

static json_t *welcome(LiveRoom *room, int person)
{
        return json_pack("{s:s}", "check", seal_of(room)->now);
}

static void set(char **text, const char *value)
{
        g_free(*text);
        *text = g_strdup(value);
}

/* --- A new key ---------------------------------------------------------------------------------------------------- */

typedef struct {
        LiveRoom *whole;
        int from;
        json_t *message; /* the host's */
} Change;

static void change_free(gpointer data)
{
        Change *change = data;
        json_decref(change->message);
        g_free(change);
}

static const char *text_of(const json_t *message, const char *name)
{
        return json_string_value(json_object_get(message, name));
}

static bool write_check(Db *db, const LiveMoment *moment, gpointer data)
{
        return seal_store_keep(db, moment, text_of(((Change *)data)->message, "check"));
}

/* First what was made for each of those here, then to all that there is another key. */
static void tell(LiveRoom *place, gpointer data)
{
        const Change *change = data;
        if (live_part_of(place) != change->whole)
                return;
        const char *check = text_of(change->message, "check"), *key = text_of(change->message, "public"),
                   *proof = text_of(change->message, "proof");
        GHashTableIter hellos;
        gpointer id;
        g_hash_table_iter_init(&hellos, hellos_of(place));
        while (key && g_hash_table_iter_next(&hellos, &id, NULL)) {
                int person = GPOINTER_TO_INT(id);
                char number[16];
                g_snprintf(number, sizeof number, "%d", person);
                const char *handed = text_of(json_object_get(change->message, "handed"), number);
                if (handed)
                        live_tell_person(place, person,
                                         json_pack("{s:s, s:s, s:i, s:s, s:s, s:s}", "t", "seal_handed", "check", check,
                                                   "from", change->from, "public", key, "proof", proof, "handed",
                                                   handed));
        }
        live_broadcast(place, json_pack("{s:s, s:s}", "t", "seal", "check", check));
}

static void after_check(LiveRoom *room, LiveClient *client, gpointer data, bool kept)
{
        Seal *seal = seal_of(room);
        Change *change = data;
        if (!kept) {
                set(&seal->asked, seal->now);
                return;
        }
        set(&seal->now, text_of(change->message, "check"));
        change->whole = room;
        live_each_room(room, tell, change);
}

static bool is_text(const char *text, size_t length)
{
        return live_is_token(text, length) && strlen(text) == length;
}

static bool is_check(const char *text)
{
        return is_text(text, SEAL_CHECK_CHARS) && strspn(text, "0123456789abcdef") == SEAL_CHECK_CHARS;
}

static bool is_hello(const json_t *message)
{
        return is_text(text_of(message, "public"), SEAL_PUBLIC_CHARS) &&
               is_text(text_of(message, "proof"), SEAL_PROOF_CHARS);
}

/* `handed` is left out, or of as many people as a room has, a text for each; then with the public key of who hands on.
 */
static bool is_handed(const json_t *message)
{
        json_t *handed = json_object_get(message, "handed"), *text;
        const char *person;
        if (!handed)
                return true;
        if (!json_is_object(handed) || json_object_size(handed) > SEAL_HANDED_MAX || !is_hello(message))
                return false;
        json_object_foreach(handed, person,
                            text) if (!is_text(json_string_value(text), SEAL_HANDED_CHARS)) return false;
        return true;
}

/* `was` is the key that this one replaces, so that of two hosts who make one at once, one hears of the other's. */
static void change_key(LiveClient *client, json_t *message)
{
        static const LiveWrite write = { write_check, after_check, change_free };
        LiveRoom *room = live_client_room(client);
        Seal *seal = seal_of(room);
        const char *why = NULL;
        if (!live_room_is_sealed(room))
                why = N_("This room is not encrypted end to end.");
        else if (live_room_part(room))
                why = N_("Go back to the whole room to make a new key.");
        else if (!is_check(text_of(message, "check")) || !is_handed(message))
                why = N_("The server cannot read this message. Reload the page.");
        else if (g_strcmp0(text_of(message, "was"), seal->asked) != 0)
                why = N_("Another host has just made a key. Ask them for the link with it.");
        if (why) {
                live_refuse(client, "seal_key", NULL, why);
                return;
        }
        set(&seal->asked, text_of(message, "check"));
        Change *change = g_new0(Change, 1);
        *change = (Change){ .from = live_client_person(client), .message = json_incref(message) };
        live_write(room, client, &write, change);
}

/* --- Who is there ------------------------------------------------------------------------------------------------- */

static void say_hello(LiveClient *client, json_t *message)
{
        if (!is_hello(message)) {
                live_refuse(client, "seal_hello", NULL, N_("The server cannot read this message. Reload the page."));
                return;
        }
        Hello *hello = g_new(Hello, 1);
        *hello = (Hello){ g_strdup(text_of(message, "public")), g_strdup(text_of(message, "proof")) };
        g_hash_table_replace(hellos_of(live_client_room(client)), GINT_TO_POINTER(live_client_person(client)), hello);
}

typedef struct {
        LiveRoom *whole;
        json_t *people;
} There;

static void add_hellos(LiveRoom *place, gpointer data)
{
        const There *there = data;
        if (live_part_of(place) != there->whole)
                return;
        GHashTableIter hellos;
        gpointer id, value;
        g_hash_table_iter_init(&hellos, hellos_of(place));
        while (g_hash_table_iter_next(&hellos, &id, &value)) {
                const Hello *hello = value;
                json_array_append_new(there->people, json_pack("{s:i, s:s, s:s}", "id", GPOINTER_TO_INT(id), "public",
                                                               hello->key, "proof", hello->proof));
        }
}

/* Hosts alone, but no deed for their log. */
static void ask_who(LiveClient *client, json_t *message)
{
        LiveRoom *room = live_client_room(client);
        if (live_person_role(room, live_client_person(client)) != LIVE_HOST) {
                live_refuse(client, "seal_who", NULL, N_("Only a host may do this."));
                return;
        }
        There there = { live_part_of(room), json_array() };
        live_each_room(room, add_hellos, &there);
        live_answer(client, json_pack("{s:s, s:o}", "t", "seal_there", "people", there.people));
}

static void gone(LiveRoom *place, int person)
{
        g_hash_table_remove(hellos_of(place), GINT_TO_POINTER(person));
}

static const LiveMessage messages[] = {
        { "seal_key", LIVE_HOST, 10, 60, change_key },
        { "seal_who", LIVE_GUEST, 10, 60, ask_who },
        { "seal_hello", LIVE_GUEST, 30, 60, say_hello },
        { 0 },
};

const LiveFeature seal_feature = {
        .name = "seal",
        .messages = messages,
        .script = "seal/seal.js",
        .style = "seal/seal.css",
        .sealed_only = true,
        .words = seal_room_words,
        .load = load,
        .free = seal_free,
        .welcome = welcome,
        .gone = gone,
        .forgotten = gone,
};
