#include "capture/capture_private.h"

static Capture *capture_of(const LiveRoom *room)
{
        return live_room_state(room, &capture_feature);
}

/* Also what is under way: it ends with its session, or with the room. */
static void capture_free(gpointer data)
{
        Capture *capture = data;
        live_capture_stop(capture->live);
        g_clear_pointer(&capture->pcap, g_byte_array_unref);
        g_array_unref(capture->kept);
        g_free(capture);
}

static gpointer load(Db *db, const LiveMoment *moment)
{
        Capture *capture = g_new0(Capture, 1);
        capture->kept = g_array_new(FALSE, FALSE, sizeof(CaptureKept));
        if (capture_store_load(db, moment, capture->kept))
                return capture;
        capture_free(capture);
        return NULL;
}

/* --- What people are told ----------------------------------------------------------------------------------------- */

static json_t *kept_json(LiveRoom *room, const Capture *capture)
{
        json_t *list = json_array();
        for (guint i = 0; i < capture->kept->len; i++) {
                const CaptureKept *one = &g_array_index(capture->kept, CaptureKept, i);
                json_array_append_new(list,
                                      json_pack("{s:I, s:s, s:I}", "id", (json_int_t)one->id, "name",
                                                live_person_name(room, one->who), "at_us", (json_int_t)one->began_us));
        }
        return list;
}

/* Hosts know of all; who is asked, or noted, knows of that; nobody else of anything. */
static json_t *known_to(LiveRoom *room, int person)
{
        static const char *const states[] = { "idle", "asked", "running" };
        const Capture *capture = capture_of(room);
        bool host = live_person_role(room, person) == LIVE_HOST;
        bool meant = capture->state != CAPTURE_IDLE && capture->who == person;
        CaptureState state = host || meant ? capture->state : CAPTURE_IDLE;
        return json_pack("{s:s, s:i, s:s, s:s, s:I, s:o}", "state", states[state], "who", state ? capture->who : 0,
                         "name", state ? live_person_name(room, capture->who) : "", "by",
                         state ? live_person_name(room, capture->by) : "", "until_us",
                         state ? (json_int_t)capture->until_us : (json_int_t)0, "kept",
                         host ? kept_json(room, capture) : json_array());
}

static void tell(LiveRoom *room, int who)
{
        json_t *meant = known_to(room, who), *hosts = known_to(room, capture_of(room)->by);
        json_object_set_new(meant, "t", json_string("capture"));
        json_object_set_new(hosts, "t", json_string("capture"));
        live_tell_hosts(room, hosts);
        if (live_person_role(room, who) == LIVE_HOST)
                json_decref(meant);
        else
                live_tell_person(room, who, meant);
}

/* --- What is kept ------------------------------------------------------------------------------------------------- */

typedef struct {
        CaptureKept kept;
        uint64_t lost;
        GByteArray *pcap;
} Keeping;

static void keeping_free(gpointer data)
{
        Keeping *keeping = data;
        g_byte_array_unref(keeping->pcap);
        g_free(keeping);
}

static bool write_capture(Db *db, const LiveMoment *moment, gpointer data)
{
        Keeping *keeping = data;
        return capture_store_keep(db, moment, &keeping->kept, keeping->lost, keeping->pcap);
}

static void after_capture(LiveRoom *room, LiveClient *client, gpointer data, bool is_kept)
{
        const Keeping *keeping = data;
        if (is_kept)
                g_array_append_val(capture_of(room)->kept, keeping->kept);
        tell(room, keeping->kept.who);
}

static const LiveWrite writing = { write_capture, after_capture, keeping_free };

static void drain(Capture *capture)
{
        SfuCaptured packet;
        while (live_capture_next(capture->live, &packet))
                if (!pcap_add(capture->pcap, &packet))
                        capture->until_us = 0; /* full: that is its end */
}

static void finish(LiveRoom *room)
{
        Capture *capture = capture_of(room);
        int who = capture->who;
        if (capture->state == CAPTURE_RUNNING) {
                drain(capture);
                Keeping *keeping = g_new0(Keeping, 1);
                *keeping = (Keeping){ { 0, capture->began_us, who },
                                      live_capture_lost(capture->live),
                                      g_steal_pointer(&capture->pcap) };
                live_capture_stop(g_steal_pointer(&capture->live));
                live_write(room, NULL, &writing, keeping);
        }
        capture->state = CAPTURE_IDLE;
        tell(room, who);
}

/* --- Messages ----------------------------------------------------------------------------------------------------- */

static void ask(LiveClient *client, json_t *message)
{
        LiveRoom *room = live_client_room(client);
        Capture *capture = capture_of(room);
        json_int_t who = json_integer_value(json_object_get(message, "who"));
        const char *why = NULL;
        if (capture->state != CAPTURE_IDLE)
                why = N_("One connection at a time: wait until the one before is done.");
        else if (who <= 0 || who > INT32_MAX || !live_person_present(room, (int)who))
                why = N_("This person has left.");
        if (why) {
                live_refuse(client, "capture_ask", NULL, why);
                return;
        }
        capture->state = CAPTURE_ASKED;
        capture->who = (int)who;
        capture->by = live_client_person(client);
        capture->until_us = live_room_moment(room).now_us + CAPTURE_ASKED_S * G_USEC_PER_SEC;
        tell(room, capture->who);
}

static void answer(LiveClient *client, json_t *message)
{
        LiveRoom *room = live_client_room(client);
        Capture *capture = capture_of(room);
        if (capture->state != CAPTURE_ASKED || capture->who != live_client_person(client)) {
                live_refuse(client, "capture_answer", NULL, N_("Nobody asks you for that any more."));
                return;
        }
        bool yes = json_is_true(json_object_get(message, "yes"));
        capture->live = yes ? live_capture_start(room, capture->who) : NULL;
        if (!capture->live) {
                finish(room);
                return;
        }
        capture->state = CAPTURE_RUNNING;
        capture->pcap = pcap_new();
        capture->began_us = live_room_moment(room).now_us;
        capture->until_us = capture->began_us + CAPTURE_S * G_USEC_PER_SEC;
        tell(room, capture->who);
}

static void stop_early(LiveClient *client, json_t *message)
{
        LiveRoom *room = live_client_room(client);
        const Capture *capture = capture_of(room);
        int person = live_client_person(client);
        if (capture->state != CAPTURE_IDLE && (capture->who == person || live_person_role(room, person) == LIVE_HOST))
                finish(room);
}

static void tick(LiveRoom *room, int64_t mono_us)
{
        Capture *capture = capture_of(room);
        if (capture->state == CAPTURE_RUNNING)
                drain(capture);
        if (capture->state != CAPTURE_IDLE && live_room_moment(room).now_us >= capture->until_us)
                finish(room);
}

static void ended(LiveRoom *room)
{
        if (capture_of(room)->state != CAPTURE_IDLE)
                finish(room);
}

static void gone(LiveRoom *room, int person)
{
        if (capture_of(room)->state != CAPTURE_IDLE && capture_of(room)->who == person)
                finish(room);
}

/* The rows are capture_store_erase()'s. */
static void forgotten(LiveRoom *room, int person)
{
        GArray *kept = capture_of(room)->kept;
        for (guint i = kept->len; i-- > 0;)
                if (g_array_index(kept, CaptureKept, i).who == person)
                        g_array_remove_index(kept, i);
        gone(room, person);
}

static const LiveMessage messages[] = {
        { "capture_ask", LIVE_HOST, 10, 60, ask, true },
        { "capture_answer", LIVE_GUEST, 10, 60, answer, true },
        { "capture_stop", LIVE_GUEST, 10, 60, stop_early },
        { 0 },
};

const LiveFeature capture_feature = {
        .name = "capture",
        .messages = messages,
        .script = "capture/capture.js",
        .words = capture_room_words,
        .load = load,
        .free = capture_free,
        .welcome = known_to,
        .tick = tick,
        .ended = ended,
        .gone = gone,
        .forgotten = forgotten,
        .export = capture_store_export,
        .erase = capture_store_erase,
        .expire = capture_store_expire,
};
