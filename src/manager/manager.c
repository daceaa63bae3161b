#include "manager/manager_store.h"

void deed_free(gpointer data)
{
        Deed *deed = data;
        g_free(deed->what);
        g_free(deed->detail);
        g_free(deed);
}

void run_row_free(gpointer data)
{
        RunRow *row = data;
        if (!row)
                return;
        g_free(row->what);
        g_free(row->who);
        g_free(row->cue);
        g_free(row->link);
        g_free(row->scene);
        g_free(row);
}

void announcement_free(gpointer data)
{
        g_free(((Announcement *)data)->text);
        g_free(data);
}

Manager *manager_new(void)
{
        Manager *manager = g_new0(Manager, 1);
        manager->deeds = g_ptr_array_new_with_free_func(deed_free);
        manager->rows = g_ptr_array_new_with_free_func(run_row_free);
        manager->announcements = g_ptr_array_new_with_free_func(announcement_free);
        manager->start_us = -1;
        return manager;
}

void manager_free(gpointer data)
{
        Manager *manager = data;
        g_ptr_array_unref(manager->deeds);
        g_ptr_array_unref(manager->rows);
        g_ptr_array_unref(manager->announcements);
        g_free(manager->next_title);
        g_free(manager->talk_code);
        g_free(manager);
}

Manager *manager_of(const LiveRoom *room)
{
        return live_room_state(room, &manager_feature);
}

static gpointer load(Db *db, const LiveMoment *moment)
{
        return manager_store_load(db, moment);
}

/* What hosts alone see. */
static void add_desk(LiveRoom *room, int person, json_t *welcome)
{
        const Manager *manager = manager_of(room);
        json_t *log = json_array();
        for (guint i = 0; i < manager->deeds->len; i++)
                json_array_append_new(log, deed_json(room, manager->deeds->pdata[i]));
        json_object_set_new(welcome, "log", log);
        json_object_set_new(welcome, "sentences", deed_sentences(live_person_lang(room, person)));
        json_object_set_new(welcome, "run", manager_run_json(manager));
        json_object_set_new(welcome, "code", manager->talk_code ? json_string(manager->talk_code) : json_null());
        json_object_set_new(welcome, "next",
                            manager->next_title ? json_pack("{s:s, s:I}", "title", manager->next_title, "start_us",
                                                            (json_int_t)manager->next_us)
                                                : json_null());
}

static json_t *welcome(LiveRoom *room, int person)
{
        const Manager *manager = manager_of(room);
        int64_t now_us = live_room_moment(room).now_us;
        json_t *announcements = json_array();
        for (guint i = 0; i < manager->announcements->len; i++) {
                const Announcement *one = manager->announcements->pdata[i];
                if (one->until_us > now_us)
                        json_array_append_new(announcements, announcement_json(one));
        }
        json_t *part =
                json_pack("{s:I, s:o}", "start_us", (json_int_t)manager->start_us, "announcements", announcements);
        if (live_person_role(room, person) == LIVE_HOST)
                add_desk(room, person, part);
        return part;
}

/* The rows are manager_store_erase()'s. */
static void forgotten(LiveRoom *room, int person)
{
        const Manager *manager = manager_of(room);
        for (guint i = 0; i < manager->deeds->len; i++) {
                Deed *deed = manager->deeds->pdata[i];
                if (deed->who == person) {
                        deed->who = 0;
                        *deed->detail = '\0';
                }
                if (deed->whom == person)
                        deed->whom = 0;
        }
}

static const LiveMessage messages[] = {
        { "run", LIVE_HOST, 30, 10, manager_run },
        { "start", LIVE_HOST, 30, 10, manager_start },
        { "announce", LIVE_HOST, 10, 600, manager_announce },
        { "unannounce", LIVE_HOST, 10, 10, manager_unannounce },
        { 0 },
};

const LiveFeature manager_feature = {
        .name = "manager",
        .messages = messages,
        .script = "manager/manager.js",
        .style = "manager/manager.css",
        .words = manager_room_words,
        .load = load,
        .free = manager_free,
        .welcome = welcome,
        .host_did = manager_host_did,
        .forgotten = forgotten,
        .keeps = manager_store_keeps,
        .export = manager_store_export,
        .erase = manager_store_erase,
        .expire = manager_store_expire,
        .trace = manager_store_trace,
};
