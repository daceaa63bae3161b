/* Interpreters' places beside the stage, and which channel each page lets hear. Who may interpret, and whose turn it
 * is, is a feature's affair. */
#include "live/live_private.h"

int live_place_of(const Person *person)
{
        return person->seat != SFU_NO_SEAT ? person->seat : person->booth;
}

Person *live_place_holder(LiveRoom *room, int place)
{
        GHashTableIter people;
        gpointer person;
        g_hash_table_iter_init(&people, room->people);
        while (g_hash_table_iter_next(&people, NULL, &person))
                if (place != SFU_NO_SEAT && live_place_of(person) == place)
                        return person;
        return NULL;
}

static void set_booth(Person *person, int booth)
{
        LiveRoom *room = person->room;
        person->booth = booth;
        person->mic = person->camera = person->screen = person->speaking = false;
        if (person->subscribe.value)
                sfu_own_seat(room->live->sfu, person->subscribe, live_place_of(person));
        live_person_changed(person);
        live_update_air(room); /* a recording asks who of them agreed */
}

bool live_booth_enter(LiveRoom *room, int id)
{
        Person *person = live_person_find(room, id);
        if (!person || !person->socket || person->watches || person->seat != SFU_NO_SEAT ||
            person->seat_asked != SFU_NO_SEAT)
                return false;
        for (int booth = SFU_SEATS; booth < SFU_PLACES && person->booth == SFU_NO_SEAT; booth++)
                if (!live_place_holder(room, booth))
                        set_booth(person, booth);
        return person->booth != SFU_NO_SEAT;
}

void live_booth_clear(Person *person)
{
        if (person->booth == SFU_NO_SEAT)
                return;
        sfu_mute(person->room->live->sfu, person->room->sfu_room, person->booth, SFU_MIC, false);
        live_close_publish(person);
        set_booth(person, SFU_NO_SEAT);
}

void live_booth_leave(LiveRoom *room, int id)
{
        Person *person = live_person_find(room, id);
        if (person)
                live_booth_clear(person);
}

bool live_in_booth(LiveRoom *room, int id)
{
        const Person *person = live_person_find(room, id);
        return person && person->booth != SFU_NO_SEAT;
}

/* Enforced here: whoever coughs is not heard, whatever the browser still sends. */
void live_booth_state(Person *person, bool mic)
{
        person->mic = mic;
        sfu_mute(person->room->live->sfu, person->room->sfu_room, person->booth, SFU_MIC, !mic);
        live_person_changed(person);
}

void live_booth_speaks(LiveRoom *room, int booth, bool on)
{
        Person *person = live_place_holder(room, booth);
        if (!person)
                return;
        person->speaking = on;
        live_features_booth(room, person->id, on);
}

void live_channel(LiveRoom *room, int channel, const char *language, int id)
{
        const Person *person = live_person_find(room, id);
        if (g_strcmp0(room->languages[channel], language) != 0) {
                g_free(room->languages[channel]);
                room->languages[channel] = g_strdup(language);
        }
        sfu_channel(room->live->sfu, room->sfu_room, channel, person ? person->booth : SFU_NO_SEAT);
}

void live_listen_again(const Person *person)
{
        if (person->subscribe.value)
                sfu_listen(person->room->live->sfu, person->subscribe, person->channel);
}

void live_listen(LiveRoom *room, int id, int channel)
{
        Person *person = live_person_find(room, id);
        if (!person)
                return;
        person->channel = channel;
        live_listen_again(person);
}

int64_t live_person_account(LiveRoom *room, int id)
{
        const Person *person = live_person_find(room, id);
        return person ? person->account : 0;
}

bool live_person_speaks(LiveRoom *room, int id)
{
        const Person *person = live_person_find(room, id);
        return person && person->speaking;
}

bool live_person_present(LiveRoom *room, int id)
{
        const Person *person = live_person_find(room, id);
        return person && live_person_here(person);
}
