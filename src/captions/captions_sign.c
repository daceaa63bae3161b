/* A host says who interprets into sign language: that picture stands apart, as large as each person wants it. */
#include "captions/captions_store.h"

static bool keep(Db *db, const LiveMoment *moment, gpointer data)
{
        return captions_store_sign(db, moment->session_id, *(int *)data);
}

static void kept(LiveRoom *room, LiveClient *client, gpointer data, bool is_kept)
{
        int who = *(int *)data;
        if (is_kept) {
                captions_of(room)->signer = who;
                live_broadcast(room, json_pack("{s:s, s:i}", "t", "signer", "who", who));
        } else if (client) {
                live_refuse(client, "sign", NULL, N_("This could not be kept. Try again in a moment."));
        }
}

static const LiveWrite writing = { keep, kept, g_free };

void captions_sign(LiveClient *client, json_t *message)
{
        LiveRoom *room = live_client_room(client);
        json_t *who = json_object_get(message, "who");
        int64_t person = json_integer_value(who);
        bool known = person > 0 && person <= G_MAXINT && live_person_known(room, (int)person);
        if (!json_is_null(who) && !known) {
                live_refuse(client, "sign", NULL, N_("This person is not in the room any more."));
                return;
        }
        int *data = g_new(int, 1);
        *data = (int)person;
        live_write(room, client, &writing, data);
}
