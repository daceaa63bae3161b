/* The run sheet while the session is held: which row it is at, the scene that the row prepared. */
#include "manager/manager_store.h"

static const RunRow *find_row(const Manager *manager, int64_t id)
{
        for (guint i = 0; i < manager->rows->len; i++)
                if (((const RunRow *)manager->rows->pdata[i])->id == id)
                        return manager->rows->pdata[i];
        return NULL;
}

static json_t *row_json(const RunRow *row)
{
        return json_pack("{s:I, s:i, s:s, s:s, s:s, s:s, s:s}", "id", (json_int_t)row->id, "minutes", row->minutes,
                         "what", row->what, "who", row->who, "cue", row->cue, "link", row->link, "scene", row->scene);
}

json_t *manager_run_json(const Manager *manager)
{
        json_t *rows = json_array();
        for (guint i = 0; i < manager->rows->len; i++)
                json_array_append_new(rows, row_json(manager->rows->pdata[i]));
        return json_pack("{s:o, s:I, s:I}", "rows", rows, "row", (json_int_t)manager->row, "since_us",
                         (json_int_t)manager->since_us);
}

static void tell(LiveRoom *room)
{
        live_tell_hosts(room, json_pack("{s:s, s:o}", "t", "run", "run", manager_run_json(manager_of(room))));
}

/* --- going on ----------------------------------------------------------------------------------------------------- */

typedef struct {
        int64_t row, at_us;
        int person;
        char *what;
} Turn;

static void turn_free(gpointer data)
{
        g_free(((Turn *)data)->what);
        g_free(data);
}

static bool write_turn(Db *db, const LiveMoment *moment, gpointer data)
{
        Turn *turn = data;
        turn->at_us = moment->now_us;
        return manager_store_begin(db, moment, turn->row, turn->what);
}

/* What the row prepared: its scene, and whom of those on stage it names. */
static void show_row(LiveRoom *room, const RunRow *row)
{
        LiveScene scene;
        int named = *row->who ? live_on_stage_named(room, row->who) : 0;
        if (!live_scene_from_word(row->scene, &scene))
                return;
        live_set_pinned(room, named);
        live_set_scene(room, scene);
}

static void after_turn(LiveRoom *room, LiveClient *client, gpointer data, bool kept)
{
        const Turn *turn = data;
        Manager *manager = manager_of(room);
        if (!kept) {
                if (client)
                        live_refuse(client, "run", NULL,
                                    N_("This could not be noted: the server's disk may be full. Try again."));
                return;
        }
        manager->row = turn->row;
        manager->since_us = turn->row ? turn->at_us : 0;
        tell(room);
        manager_note(room, turn->person, turn->row ? "run" : "run:none", 0, turn->what);
        const RunRow *row = find_row(manager, turn->row);
        if (row)
                show_row(room, row);
}

static const LiveWrite going_on = { write_turn, after_turn, turn_free };

void manager_run(LiveClient *client, json_t *message)
{
        LiveRoom *room = live_client_room(client);
        int64_t id = json_integer_value(json_object_get(message, "row"));
        const RunRow *row = id ? find_row(manager_of(room), id) : NULL;
        if (id && !row) {
                live_refuse(client, "run", NULL, N_("This line of the run sheet is gone."));
                return;
        }
        Turn *turn = g_new0(Turn, 1);
        *turn = (Turn){ .row = id, .person = live_client_person(client), .what = g_strdup(row ? row->what : "") };
        live_write(room, client, &going_on, turn);
}

/* --- changed on its page ------------------------------------------------------------------------------------------ */

static bool read_rows(Db *db, const LiveMoment *moment, gpointer data)
{
        GPtrArray **rows = data;
        g_clear_pointer(rows, g_ptr_array_unref);
        *rows = run_store_rows(db, moment->talk_id);
        return !db_failed(db);
}

static void after_rows(LiveRoom *room, LiveClient *client, gpointer data, bool kept)
{
        GPtrArray **rows = data;
        Manager *manager = manager_of(room);
        if (!kept)
                return;
        g_ptr_array_unref(manager->rows);
        manager->rows = g_steal_pointer(rows);
        tell(room);
}

static void rows_free(gpointer data)
{
        GPtrArray **rows = data;
        if (*rows)
                g_ptr_array_unref(*rows);
        g_free(rows);
}

static const LiveWrite reading = { read_rows, after_rows, rows_free };

void manager_reload(LiveRoom *room)
{
        live_write(room, NULL, &reading, g_new0(GPtrArray *, 1));
}
