#include "load/house.h"
#include "base/time.h"

#define TURN_INTERVAL_US (10 * INT64_C(1000)) /* subscribers' reports and repairs */
#define FRAME_US 33333
#define PICTURE_ID_END 0x8000 /* RFC 7741: 15 bits */
#define FRAMES_BEFORE_WRAP 120

void house_init(House *house, Loop *loop, Network *network, Signalling *signalling)
{
        *house = (House){ .loop = loop,
                          .network = network,
                          .signalling = signalling,
                          .stage = 1,
                          .publishers = g_ptr_array_new_with_free_func((GDestroyNotify)publisher_free),
                          .subscribers = g_ptr_array_new_with_free_func((GDestroyNotify)subscriber_free) };
}

void house_clear(House *house)
{
        while (house->subscribers->len)
                house_remove_subscriber(house, house->subscribers->pdata[house->subscribers->len - 1]);
        g_ptr_array_unref(house->subscribers);
        g_ptr_array_unref(house->publishers);
}

int64_t house_turn(House *house)
{
        int64_t now_us = loop_turn(house->loop);
        network_turn(house->network, now_us);
        for (guint i = 0; i < house->publishers->len; i++)
                publisher_turn(house->publishers->pdata[i], now_us);
        if (now_us < house->next_turn_us)
                return now_us;
        house->next_turn_us = now_us + TURN_INTERVAL_US;
        for (guint i = 0; i < house->subscribers->len; i++)
                subscriber_turn(house->subscribers->pdata[i], now_us);
        house->signalling->turn(house->signalling, now_us);
        return now_us;
}

/* As browsers send them: a quarter, a half and the whole of the height. */
static unsigned add_camera(const House *house, unsigned first, Track *tracks)
{
        static const struct {
                const char *rid;
                unsigned height, packets;
        } layers[] = { { "q", 180, 1 }, { "h", 360, 2 }, { "f", 720, 5 } };
        BurstOptions options = { .codec = house->video, .first = first };
        if (!house->simulcast) {
                tracks[0] = (Track){ "1", "camera", house->video, burst_source_new(&options), false, NULL };
                return 1;
        }
        for (size_t i = 0; i < G_N_ELEMENTS(layers); i++) {
                options.height = layers[i].height;
                options.packets_per_frame = layers[i].packets;
                options.temporal = house->video == CODEC_VP8;
                if (house->video == CODEC_H264) /* its key frames begin with a packet of parameter sets */
                        options.packets_per_frame++;
                tracks[i] = (Track){ "1", "camera", house->video, burst_source_new(&options), false, layers[i].rid };
        }
        return G_N_ELEMENTS(layers);
}

static Publisher *make_publisher(House *house, unsigned place)
{
        g_autoptr(GError) error = NULL;
        unsigned first = house->network->wraps ? PICTURE_ID_END - FRAMES_BEFORE_WRAP : 1;
        Track tracks[TRACKS_MAX] = { { "0", "mic", CODEC_OPUS, burst_audio_source_new(), false, NULL } };
        unsigned count = 1 + add_camera(house, first, tracks + 1);
        int64_t phase_us = (int64_t)place * FRAME_US / house->stage;
        Publisher *publisher = publisher_new(house->network, tracks, count, phase_us, &error);
        if (!publisher)
                signalling_fail(house->signalling, "%s", error->message);
        return publisher;
}

bool house_add_publisher(House *house)
{
        Publisher *publisher = make_publisher(house, house->publishers->len);
        if (!publisher)
                return false;
        g_ptr_array_add(house->publishers, publisher);
        house->signalling->publish(house->signalling, publisher);
        return true;
}

bool house_replace_publisher(House *house, unsigned place)
{
        Publisher *next = make_publisher(house, place);
        if (!next)
                return false;
        house->signalling->withdraw(house->signalling, house->publishers->pdata[place]);
        publisher_free(house->publishers->pdata[place]);
        house->publishers->pdata[place] = next;
        house->signalling->publish(house->signalling, next);
        return true;
}

Subscriber *house_add_subscriber(House *house)
{
        g_autoptr(GError) error = NULL;
        Subscriber *subscriber = subscriber_new(house->network, &house->subscriber, house->numbers++, &error);
        if (!subscriber) {
                signalling_fail(house->signalling, "%s", error->message);
                return NULL;
        }
        g_ptr_array_add(house->subscribers, subscriber);
        house->signalling->subscribe(house->signalling, subscriber);
        return subscriber;
}

void house_remove_subscriber(House *house, Subscriber *subscriber)
{
        house->signalling->leave(house->signalling, subscriber);
        g_ptr_array_remove(house->subscribers, subscriber);
}

void house_view(House *house, Subscriber *subscriber, unsigned height)
{
        if (house->signalling->view)
                house->signalling->view(house->signalling, subscriber, height);
}

bool house_publishers_connected(const House *house)
{
        for (guint i = 0; i < house->publishers->len; i++)
                if (publisher_state(house->publishers->pdata[i]) != LINK_CONNECTED)
                        return false;
        return true;
}
