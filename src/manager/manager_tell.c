/* What everybody is told: when the session begins, and announcements to every room of the event. */
#include "manager/manager_store.h"

#include "base/time.h"

#define NOT_NOTED N_("This could not be noted: the server's disk may be full. Try again.")

/* --- the countdown ------------------------------------------------------------------------------------------------ */

typedef struct {
        int64_t start_us;
        int person;
} Start;

static bool write_start(Db *db, const LiveMoment *moment, gpointer data)
{
        return manager_store_start(db, moment, ((Start *)data)->start_us);
}

static void after_start(LiveRoom *room, LiveClient *client, gpointer data, bool kept)
{
        const Start *start = data;
        Manager *manager = manager_of(room);
        if (!kept) {
                if (client)
                        live_refuse(client, "start", NULL, NOT_NOTED);
                return;
        }
        manager->start_us = start->start_us;
        live_broadcast(room, json_pack("{s:s, s:I}", "t", "start", "start_us", (json_int_t)manager->start_us));
        int64_t minutes = (start->start_us - live_room_moment(room).now_us + MINUTE_US / 2) / MINUTE_US;
        g_autofree char *detail = g_strdup_printf("%" G_GINT64_FORMAT " min", MAX(minutes, 0));
        manager_note(room, start->person,
                     start->start_us > 0    ? "start"
                     : start->start_us == 0 ? "start:none"
                                            : "start:programme",
                     0, start->start_us > 0 ? detail : "");
}

static const LiveWrite starting = { write_start, after_start, g_free };

/* in_s: from now; 0: none; null: as the programme says. */
void manager_start(LiveClient *client, json_t *message)
{
        LiveRoom *room = live_client_room(client);
        const json_t *in_s = json_object_get(message, "in_s");
        json_int_t seconds = json_integer_value(in_s);
        if (!(json_is_null(in_s) || json_is_integer(in_s)) || seconds < 0 || seconds > START_WITHIN_S) {
                live_refuse(client, "start", NULL, N_("A countdown has three hours at most."));
                return;
        }
        Start *start = g_new0(Start, 1);
        start->person = live_client_person(client);
        start->start_us = json_is_null(in_s) ? -1 : seconds ? live_room_moment(room).now_us + seconds * SECOND_US : 0;
        live_write(room, client, &starting, start);
}

/* --- announcements ------------------------------------------------------------------------------------------------ */

json_t *announcement_json(const Announcement *announcement)
{
        return json_pack("{s:I, s:s, s:I, s:I}", "id", (json_int_t)announcement->id, "text", announcement->text,
                         "at_us", (json_int_t)announcement->at_us, "until_us", (json_int_t)announcement->until_us);
}

static guint place_of(const Manager *manager, int64_t id)
{
        guint i = 0;
        while (i < manager->announcements->len && ((const Announcement *)manager->announcements->pdata[i])->id != id)
                i++;
        return i;
}

typedef struct {
        Announcement *announcement;
        int person, minutes;
} Announcing;

static void announcing_free(gpointer data)
{
        announcement_free(((Announcing *)data)->announcement);
        g_free(data);
}

static void show_in(LiveRoom *room, gpointer data)
{
        const Announcement *announcement = data;
        const Manager *manager = manager_of(room);
        if (place_of(manager, announcement->id) < manager->announcements->len)
                return; /* the room was loaded meanwhile, and has it */
        Announcement *shown = g_memdup2(announcement, sizeof *announcement);
        shown->text = g_strdup(announcement->text);
        g_ptr_array_add(manager->announcements, shown);
        if (manager->announcements->len > ANNOUNCED_MAX)
                g_ptr_array_remove_index(manager->announcements, 0);
        live_broadcast(room,
                       json_pack("{s:s, s:o}", "t", "announced", "announcement", announcement_json(announcement)));
}

static bool write_announcement(Db *db, const LiveMoment *moment, gpointer data)
{
        Announcing *announcing = data;
        announcing->announcement->at_us = moment->now_us;
        announcing->announcement->until_us = moment->now_us + announcing->minutes * MINUTE_US;
        return manager_store_announce(db, moment, announcing->person, announcing->announcement);
}

static void after_announcement(LiveRoom *room, LiveClient *client, gpointer data, bool kept)
{
        const Announcing *announcing = data;
        if (kept) {
                live_each_room(room, show_in, announcing->announcement);
                manager_note(room, announcing->person, "announce", 0, announcing->announcement->text);
        } else if (client) {
                live_refuse(client, "announce", NULL,
                            N_("This could not be announced: as many announcements are shown as may be, or the "
                               "server's disk is full."));
        }
}

static const LiveWrite announcing_it = { write_announcement, after_announcement, announcing_free };

void manager_announce(LiveClient *client, json_t *message)
{
        json_int_t minutes = json_integer_value(json_object_get(message, "minutes"));
        g_autofree char *text =
                live_clean_text(json_string_value(json_object_get(message, "text")), ANNOUNCE_MAX_CHARS, false);
        if (!text || minutes < 1 || minutes > ANNOUNCE_MINUTES_MAX) {
                live_refuse(client, "announce", NULL,
                            N_("An announcement has 1 to 300 characters in one line, and is shown for 1 to 180 "
                               "minutes."));
                return;
        }
        Announcing *announcing = g_new0(Announcing, 1);
        announcing->announcement = g_new0(Announcement, 1);
        announcing->announcement->text = g_steal_pointer(&text);
        announcing->minutes = (int)minutes;
        announcing->person = live_client_person(client);
        live_write(live_client_room(client), client, &announcing_it, announcing);
}

static void hide_in(LiveRoom *room, gpointer data)
{
        const Announcement *announcement = data;
        const Manager *manager = manager_of(room);
        guint place = place_of(manager, announcement->id);
        if (place == manager->announcements->len)
                return;
        g_ptr_array_remove_index(manager->announcements, place);
        live_broadcast(room, json_pack("{s:s, s:I}", "t", "unannounced", "id", (json_int_t)announcement->id));
}

static bool write_unannounced(Db *db, const LiveMoment *moment, gpointer data)
{
        return manager_store_unannounce(db, moment, ((Announcing *)data)->announcement->id);
}

static void after_unannounced(LiveRoom *room, LiveClient *client, gpointer data, bool kept)
{
        const Announcing *announcing = data;
        if (kept) {
                live_each_room(room, hide_in, announcing->announcement);
                manager_note(room, announcing->person, "unannounce", 0, announcing->announcement->text);
        } else if (client) {
                live_refuse(client, "unannounce", NULL, NOT_NOTED);
        }
}

static const LiveWrite taking_back = { write_unannounced, after_unannounced, announcing_free };

void manager_unannounce(LiveClient *client, json_t *message)
{
        LiveRoom *room = live_client_room(client);
        const Manager *manager = manager_of(room);
        guint place = place_of(manager, json_integer_value(json_object_get(message, "id")));
        if (place == manager->announcements->len) {
                live_refuse(client, "unannounce", NULL, N_("This announcement is gone already."));
                return;
        }
        const Announcement *known = manager->announcements->pdata[place];
        Announcing *announcing = g_new0(Announcing, 1);
        announcing->announcement = g_memdup2(known, sizeof *known);
        announcing->announcement->text = g_strdup(known->text);
        announcing->person = live_client_person(client);
        live_write(room, client, &taking_back, announcing);
}
