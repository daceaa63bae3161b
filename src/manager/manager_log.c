/* The log of a session: what each host did, to whom, when. */
#include "manager/manager_store.h"

#include <string.h>

json_t *deed_json(LiveRoom *room, const Deed *deed)
{
        return json_pack("{s:I, s:i, s:s, s:i, s:s, s:s, s:s}", "at_us", (json_int_t)deed->at_us, "who", deed->who,
                         "name", live_person_name(room, deed->who), "whom", deed->whom, "whom_name",
                         live_person_name(room, deed->whom), "what", deed->what, "detail", deed->detail);
}

static bool write_deed(Db *db, const LiveMoment *moment, gpointer deed)
{
        return manager_store_deed(db, moment, deed);
}

static void after_deed(LiveRoom *room, LiveClient *client, gpointer data, bool kept)
{
        const Manager *manager = manager_of(room);
        const Deed *deed = data;
        if (!kept)
                return;
        Deed *shown = g_memdup2(deed, sizeof *deed);
        shown->what = g_strdup(deed->what);
        shown->detail = g_strdup(deed->detail);
        g_ptr_array_add(manager->deeds, shown);
        if (manager->deeds->len > DEEDS_SHOWN)
                g_ptr_array_remove_index(manager->deeds, 0);
        json_t *message = deed_json(room, shown);
        json_object_set_new(message, "t", json_string("deed"));
        live_tell_hosts(room, message);
}

static const LiveWrite noting = { write_deed, after_deed, deed_free };

void manager_note(LiveRoom *room, int who, const char *what, int whom, const char *detail)
{
        Deed *deed = g_new0(Deed, 1);
        deed->at_us = live_room_moment(room).now_us;
        deed->who = who;
        deed->whom = whom;
        deed->what = g_strdup(what);
        deed->detail = g_utf8_substring(detail, 0, MIN(g_utf8_strlen(detail, -1), DETAIL_MAX_CHARS));
        live_write(room, NULL, &noting, deed);
}

/* Ours are noted once they are kept, with what they were about. */
static bool is_ours(const json_t *message)
{
        const char *type = json_string_value(json_object_get(message, "t"));
        for (const LiveMessage *one = manager_feature.messages; one->type; one++)
                if (g_strcmp0(one->type, type) == 0)
                        return true;
        return false;
}

void manager_host_did(LiveRoom *room, int person, const json_t *message, bool for_hosts_alone)
{
        g_autofree char *what = deed_what(message);
        if (is_ours(message) || (!for_hosts_alone && !deed_sentence(what)))
                return;
        json_int_t whom = json_integer_value(json_object_get(message, "who"));
        if (whom <= 0 || whom > INT32_MAX || !live_person_known(room, (int)whom))
                whom = 0;
        static const char *const keys[] = { "question", "text", "language", "name" };
        const char *words = NULL;
        for (size_t i = 0; i < G_N_ELEMENTS(keys) && !words; i++)
                words = json_string_value(json_object_get(message, keys[i]));
        g_autofree char *detail = live_clean_text(words, 1000, false);
        manager_note(room, person, what, (int)whom, detail ? detail : "");
}
