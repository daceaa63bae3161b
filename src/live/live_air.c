/* What is on air, whether it is recorded, and the end. */
#include "live/live_store.h"

#include <string.h>

/* What is on air now, by the scene, and when a cut that waits may be made. */
static void choose(LiveRoom *room)
{
        OnStage stage[SFU_SEATS];
        size_t count = 0;
        int64_t mono_us = monotonic_us();
        for (int seat = 0; seat < SFU_SEATS; seat++) {
                Person *person = live_seat_holder(room, seat);
                if (person)
                        stage[count++] = (OnStage){ person->id, seat, person->camera, person->screen };
        }
        OnAir wanted = live_on_air(stage, count, room->pinned, room->dominant_seat, room->scene);
        int64_t first_us = live_cut(&room->cut, &wanted, live_is_there(stage, count, &room->cut.now), mono_us);
        int64_t second_us = 0;
        if (strcmp(room->cut.now.what, "screen") == 0) {
                OnAir beside = live_beside(stage, count, room->pinned, room->dominant_seat, room->scene);
                bool there = room->beside.now.who && live_is_there(stage, count, &room->beside.now);
                second_us = live_cut(&room->beside, &beside, there, mono_us);
        } else {
                room->beside = (LiveCut){ .now = { 0, SFU_NO_SEAT, "poster" } };
        }
        room->air_again_us = first_us && second_us ? MIN(first_us, second_us) : MAX(first_us, second_us);
}

static bool write_recorded(Db *db, Act *act)
{
        return live_store_recorded(db, act->session_id, act->room_id, act->person, act->account, act->now_us);
}

static void after_recorded(LiveRoom *room, Act *act, bool kept)
{
        Person *person = live_person_find(room, act->person);
        if (person && !kept)
                person->recorded_session = 0; /* live_check_flags() tries again */
}

/* The store knows who is in a recording: whoever takes the consent back takes the replay down. */
static void note_recorded(Person *person)
{
        if (person->recorded_session == person->room->session_id)
                return;
        person->recorded_session = person->room->session_id;
        Act *act = live_act_new(person->room, write_recorded, after_recorded);
        act->person = person->id;
        act->account = person->account;
        live_act_push(act);
}

static bool write_span(Db *db, Act *act)
{
        return live_store_span(db, act->session_id, act->person, act->flag, (int64_t)act->account, act->now_us);
}

static void after_span(LiveRoom *room, Act *act, bool kept)
{
        Person *person = live_person_find(room, act->person);
        if (person && !kept && act->flag)
                person->span_us = 0; /* live_check_flags() tries again */
}

/* From when to when a recording may hold somebody: what is taken off when they take their consent back. */
static void note_span(Person *person, bool on)
{
        if (on == (person->span_us != 0))
                return;
        Act *act = live_act_new(person->room, write_span, after_span);
        act->person = person->id;
        act->flag = on;
        act->account = on ? act->now_us : person->span_us;
        person->span_us = on ? act->now_us : 0;
        live_act_push(act);
}

static void note_spans(LiveRoom *room, const uint32_t *heard, size_t count)
{
        GHashTableIter people;
        gpointer value;
        g_hash_table_iter_init(&people, room->people);
        while (g_hash_table_iter_next(&people, NULL, &value)) {
                Person *person = value;
                bool on = false;
                for (size_t i = 0; i < count && !on; i++)
                        on = heard[i] == (uint32_t)person->id;
                note_span(person, on);
        }
}

static bool may_be_shown(LiveRoom *room, const OnAir *air)
{
        const Person *person = air->who ? live_person_find(room, air->who) : NULL;
        return person && person->consent == 1;
}

/* Whose voice may be kept: on stage or in a booth, and consenting. */
static void tell_recorder(LiveRoom *room, const OnAir *air)
{
        Live *live = room->live;
        uint32_t heard[SFU_PLACES];
        size_t count = 0;
        for (int place = 0; place < SFU_PLACES; place++) {
                Person *person = live_place_holder(room, place);
                if (!person || person->consent != 1)
                        continue;
                heard[count++] = (uint32_t)person->id;
                note_recorded(person);
        }
        live->hooks.record_people(live->hooks.owner, room->id, heard, count);
        note_spans(room, heard, count);
        const OnAir *beside = &room->beside.now;
        bool picture = may_be_shown(room, air), second = picture && may_be_shown(room, beside);
        SfuTrackKind kind = strcmp(air->what, "screen") == 0 ? SFU_SCREEN : SFU_CAMERA;
        sfu_tap_video(live->sfu, room->sfu_room, SFU_TAP_BESIDE, second ? beside->seat : SFU_NO_SEAT, SFU_CAMERA);
        sfu_tap_video(live->sfu, room->sfu_room, SFU_TAP_ON_AIR, picture ? air->seat : SFU_NO_SEAT, kind);
        live->hooks.record_picture(live->hooks.owner, room->id, picture, second);
}

json_t *live_on_air_json(const LiveRoom *room)
{
        const OnAir *air = &room->cut.now, *beside = &room->beside.now;
        return json_pack("{s:o, s:s, s:o}", "who", air->who ? json_integer(air->who) : json_null(), "what", air->what,
                         "beside", beside->who ? json_integer(beside->who) : json_null());
}

void live_update_air(LiveRoom *room)
{
        OnAir before = room->cut.now, beside_before = room->beside.now;
        choose(room);
        OnAir air = room->cut.now;
        if (room->recording)
                tell_recorder(room, &air);
        int seat = air.who ? air.seat : SFU_NO_SEAT;
        if (air.who == before.who && strcmp(air.what, before.what) == 0 && seat == room->air_seat &&
            room->beside.now.who == beside_before.who)
                return;
        room->air_seat = seat;
        sfu_on_air(room->live->sfu, room->sfu_room, seat, strcmp(air.what, "screen") == 0 ? SFU_SCREEN : SFU_CAMERA);
        bool other = air.who != before.who || (strcmp(air.what, "screen") == 0) != (strcmp(before.what, "screen") == 0);
        if (room->left_out && other) { /* the sentence about the picture before goes */
                room->left_out = false;
                live_tell_recording(room);
        }
        json_t *message = live_on_air_json(room);
        json_object_set_new(message, "t", json_string("onair"));
        live_broadcast(room, message);
}

/* --- recording --------------------------------------------------------------------------------------------------- */

/* What the recording asks of a host, in source words; NULL when all is well. */
static const char *record_sentence(const LiveRoom *room)
{
        if (room->notice)
                return room->notice;
        if (room->recording && room->left_out)
                return N_("What is on air comes as VP8, and this server has no computing time left to convert it: the "
                          "recording keeps the voices and shows the poster.");
        return NULL;
}

json_t *live_record_text(const Person *to)
{
        const char *sentence = to->role == LIVE_HOST ? record_sentence(to->room) : NULL;
        if (!sentence || !to->socket)
                return json_null();
        Client *client = socket_data(to->socket);
        return json_string(tr(client->opening->lang, sentence));
}

void live_tell_recording(LiveRoom *room)
{
        GHashTableIter people;
        gpointer value;
        g_hash_table_iter_init(&people, room->people);
        while (g_hash_table_iter_next(&people, NULL, &value)) {
                Person *person = value;
                if (person->socket)
                        live_send(person->socket, json_pack("{s:s, s:b, s:o}", "t", "record", "on", room->recording,
                                                            "text", live_record_text(person)));
        }
}

static bool write_flags(Db *db, Act *act)
{
        return live_store_session_flags(db, act->session_id, act->flag, act->number, act->scene);
}

static void store_flags(LiveRoom *room, void (*after)(LiveRoom *room, Act *act, bool kept))
{
        Act *act = live_act_new(room, write_flags, after);
        act->flag = room->recording;
        act->number = room->pinned;
        act->scene = room->scene;
        live_act_push(act);
}

static LiveRecording describe(const LiveRoom *room)
{
        LiveRecording recording = { room->event_id,   room->id,         room->talk.id,
                                    room->session_id, room->talk.title, room->sfu_room };
        for (int i = 0; i < SFU_CHANNELS; i++)
                recording.languages[i] = room->languages[i];
        recording.voices = room->doorway.voices;
        return recording;
}

/* Told once it is kept, so that a recording everybody knows of goes on after a power cut. With a full disk it is told
 * all the same, for the recorder works from memory, and noted when space has returned: live_check_flags(). */
static void after_recording(LiveRoom *room, Act *act, bool kept)
{
        live_tell_recording(room);
}

void live_check_flags(LiveRoom *room, bool recording, int pinned, LiveScene scene)
{
        if (recording != room->recording || pinned != room->pinned || scene != room->scene)
                store_flags(room, NULL);
        live_update_air(room);
}

void live_set_recording(LiveRoom *room, bool on)
{
        Live *live = room->live;
        LiveRecording recording = describe(room);
        g_autofree char *text = NULL;
        if (on == room->recording || (on && room->doorway.sealed))
                return;
        if (on) {
                room->recording = live->hooks.record_start(live->hooks.owner, &recording, &text);
                g_free(room->notice);
                room->notice = g_steal_pointer(&text);
                if (room->recording)
                        live_note_replay(room);
                if (room->recording)
                        room->list_url = live->hooks.record_list(live->hooks.owner, room->id);
        } else {
                room->recording = false;
                live->hooks.record_stop(live->hooks.owner, &recording);
                g_clear_pointer(&room->list_url, g_free);
                note_spans(room, NULL, 0);
        }
        live_tell_watchers(room);
        room->left_out = false;
        store_flags(room, room->recording ? after_recording : NULL);
        if (!room->recording)
                live_tell_recording(room);
        live_update_air(room);
}

void live_record(Client *client, json_t *message)
{
        bool on = json_is_true(json_object_get(message, "on"));
        if (on && (client->room->ended || !client->room->talk.code))
                live_refuse(client, "record", NULL, N_("There is no session of the programme to record now."));
        else if (on && client->room->doorway.door == DOOR_REHEARSAL)
                live_refuse(client, "record", NULL, N_("This is a rehearsal: open the room, then record."));
        else if (on && client->room->doorway.sealed)
                live_refuse(client, "record", NULL, live_sealed_sentence());
        else if (on && client->room->talk.no_recording)
                live_refuse(client, "record", NULL,
                            N_("This session must not be recorded: the programme says so for its speakers."));
        else
                live_set_recording(client->room, on);
}

/* As with a recording: told once it is kept, and on a full disk all the same. The air follows at once. */
static void after_pinned(LiveRoom *room, Act *act, bool kept)
{
        live_broadcast(room, json_pack("{s:s, s:o}", "t", "pinned", "who",
                                       room->pinned ? json_integer(room->pinned) : json_null()));
}

static void after_scene(LiveRoom *room, Act *act, bool kept)
{
        live_broadcast(room, json_pack("{s:s, s:s}", "t", "scene", "scene", live_scene_word(room->scene)));
}

bool live_set_pinned(LiveRoom *room, int who)
{
        Person *person = who ? live_person_find(room, who) : NULL;
        if (who && (!person || person->seat == SFU_NO_SEAT))
                return false;
        room->pinned = who;
        store_flags(room, after_pinned);
        live_update_air(room);
        return true;
}

void live_pin(Client *client, json_t *message)
{
        if (!live_set_pinned(client->room, (int)json_integer_value(json_object_get(message, "who"))))
                live_refuse(client, "pin", NULL, N_("This person is not on stage."));
}

void live_set_scene(LiveRoom *room, LiveScene scene)
{
        room->scene = scene;
        store_flags(room, after_scene);
        live_update_air(room);
}

void live_scene(Client *client, json_t *message)
{
        LiveScene scene;
        if (live_scene_from_word(json_string_value(json_object_get(message, "scene")), &scene))
                live_set_scene(client->room, scene);
        else
                live_refuse(client, "scene", NULL, N_("There is no such scene. Reload the page."));
}

int live_on_stage_named(LiveRoom *room, const char *name)
{
        g_autofree char *wanted = g_utf8_casefold(name, -1);
        for (int seat = 0; seat < SFU_SEATS; seat++) {
                const Person *person = live_seat_holder(room, seat);
                g_autofree char *known = person ? g_utf8_casefold(person->name, -1) : NULL;
                if (known && *known && strcmp(known, wanted) == 0)
                        return person->id;
        }
        return 0;
}

/* --- the end ----------------------------------------------------------------------------------------------------- */

static bool write_end(Db *db, Act *act)
{
        return live_store_session_end(db, act->session_id, act->room_id, act->now_us);
}

static void after_end(LiveRoom *room, Act *act, bool kept)
{
        Client *client = live_act_client(act);
        if (!kept) {
                if (client)
                        live_refuse(client, "end", NULL, N_("The end could not be saved. Try again."));
                return;
        }
        if (room->session_id != act->session_id)
                return;
        live_set_recording(room, false);
        room->ended = true;
        GHashTableIter people;
        gpointer value;
        g_hash_table_iter_init(&people, room->people);
        while (g_hash_table_iter_next(&people, NULL, &value)) {
                ((Person *)value)->removed = ((Person *)value)->held = false;
                live_off_stage(value);
        }
        g_array_set_size(room->hands, 0);
        live_broadcast(room, json_pack("{s:s, s:o}", "t", "hands", "list", json_array()));
        live_broadcast(room, json_pack("{s:s, s:s?}", "t", "ended", "replay_url", room->replay_url));
        live_features_ended(room);
}

void live_end(Client *client, json_t *message)
{
        if (!client->room->talk.code) {
                live_refuse(client, "end", NULL, N_("There is no session of the programme to end now."));
                return;
        }
        Act *act = live_act_new(client->room, write_end, after_end);
        act->client = client->id;
        live_act_push(act);
}
