/* Workshops whose picture and sound are encrypted end to end: what the server would take part in is refused there, and
 * only pages that encrypt come in. The keys are the pages' alone: seal/. */
#include "live/live_private.h"

bool live_room_is_sealed(const LiveRoom *room)
{
        return room->doorway.sealed;
}

const char *live_sealed_sentence(void)
{
        return N_("This workshop is encrypted end to end: the server cannot record, caption or look into it.");
}

static void send_away(Client *client, bool sealed)
{
        if (client->opening->hall)
                live_bye(client, 1008, "closed",
                         N_("This workshop is encrypted end to end: the screen and the camera of a hall have no key to "
                            "it."));
        else if (sealed)
                live_bye(client, 1008, "reload",
                         N_("This workshop is encrypted end to end now. Load the page again, by the link with the "
                            "key."));
        else
                live_bye(client, 1008, "reload",
                         N_("The end-to-end encryption of this workshop has just changed. Load the page again in a "
                            "moment."));
}

bool live_seal_fits(Client *client, json_t *message)
{
        bool sealed = client->room->doorway.sealed;
        if (json_is_true(json_object_get(message, "sealed")) == sealed)
                return true;
        send_away(client, sealed);
        return false;
}

/* Players and cameras without a page, pages that encrypt or do not: none of them fits any more. */
void live_seal_changed(LiveRoom *room)
{
        GHashTableIter people;
        gpointer value;
        live_set_recording(room, false);
        g_clear_pointer(&room->players, g_ptr_array_unref);
        g_hash_table_iter_init(&people, room->people);
        while (g_hash_table_iter_next(&people, NULL, &value)) {
                Person *person = value;
                Client *client = person->waits ? person->waits : person->socket ? socket_data(person->socket) : NULL;
                if (client) {
                        send_away(client, room->doorway.sealed);
                        live_room_left(client, true);
                } else if (live_person_here(person)) {
                        live_person_gone(person);
                }
        }
}
