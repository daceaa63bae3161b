/* TURN passwords as coturn takes them (draft-uberti-behave-turn-rest-00): the user name is when it ends and whose it
 * is, the password what the shared secret makes of that. Nothing is stored, and nobody is asked. */
#include "live/live_private.h"
#include "base/time.h"

#include <string.h>

#define GOOD_FOR_US (12 * HOUR_US) /* a long day; who comes back or watches anew gets another */
#define SHA1_BYTES 20

void live_set_turn(Live *live, const LiveTurn *turn)
{
        live->turn = *turn;
}

char *live_turn_password(const char *secret, const char *user)
{
        g_autoptr(GHmac) hmac = g_hmac_new(G_CHECKSUM_SHA1, (const guchar *)secret, strlen(secret));
        guint8 digest[SHA1_BYTES];
        gsize size = sizeof digest;
        g_hmac_update(hmac, (const guchar *)user, -1);
        g_hmac_get_digest(hmac, digest, &size);
        return g_base64_encode(digest, size);
}

/* who: a person's number, 0 for a camera or a player without a page. (transfer full) */
static char *user_name(int64_t room_id, int who)
{
        int64_t until_s = (now_us() + GOOD_FOR_US) / SECOND_US;
        return g_strdup_printf("%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT "-%d", until_s, room_id, who);
}

char **live_ice_links(const Live *live, int64_t room_id)
{
        const LiveTurn *turn = &live->turn;
        g_autoptr(GStrvBuilder) links = g_strv_builder_new();
        g_autofree char *user = user_name(room_id, 0);
        g_autofree char *password = turn->urls ? live_turn_password(turn->secret, user) : NULL;
        for (const char *const *url = turn->urls; url && *url; url++) {
                g_autofree char *link = g_strdup_printf("<%s>; rel=\"ice-server\"; username=\"%s\"; credential=\"%s\"; "
                                                        "credential-type=\"password\"",
                                                        *url, user, password);
                g_strv_builder_add(links, link);
        }
        return g_strv_builder_end(links);
}

static json_t *ice_servers(const Live *live, int64_t room_id, int who)
{
        const LiveTurn *turn = &live->turn;
        json_t *servers = json_array();
        if (!turn->urls)
                return servers;
        g_autofree char *user = user_name(room_id, who);
        g_autofree char *password = live_turn_password(turn->secret, user);
        json_t *urls = json_array();
        for (const char *const *url = turn->urls; *url; url++)
                json_array_append_new(urls, json_string(*url));
        json_array_append_new(servers,
                              json_pack("{s:o, s:s, s:s}", "urls", urls, "username", user, "credential", password));
        return servers;
}

json_t *live_ice_servers(const Person *person)
{
        return ice_servers(person->room->live, person->room->id, person->id);
}

json_t *live_ice_servers_of_nobody(const Live *live)
{
        return ice_servers(live, 0, 0);
}
