#include "load/deliveries.h"

typedef struct {
        int64_t said_us;
        unsigned left; /* people who have not heard it yet */
} Said;

struct Deliveries {
        GArray *lines; /* Said */
        Times *times;
        DeliveryCounts counts;
};

Deliveries *deliveries_new(void)
{
        Deliveries *deliveries = g_new0(Deliveries, 1);
        deliveries->lines = g_array_new(FALSE, FALSE, sizeof(Said));
        deliveries->times = times_new();
        return deliveries;
}

void deliveries_free(Deliveries *deliveries)
{
        if (!deliveries)
                return;
        g_array_unref(deliveries->lines);
        g_array_unref(deliveries->times);
        g_free(deliveries);
}

unsigned deliveries_say(Deliveries *deliveries, unsigned people, int64_t now_us)
{
        Said line = { now_us, people };
        g_array_append_val(deliveries->lines, line);
        deliveries->counts.said++;
        deliveries->counts.due += people;
        return deliveries->lines->len - 1;
}

void deliveries_hear(Deliveries *deliveries, unsigned number, int64_t now_us)
{
        Said *line = number < deliveries->lines->len ? &g_array_index(deliveries->lines, Said, number) : NULL;
        if (!line || line->left == 0) {
                deliveries->counts.twice++;
                return;
        }
        line->left--;
        deliveries->counts.came++;
        times_add(deliveries->times, now_us - line->said_us);
}

bool deliveries_done(const Deliveries *deliveries)
{
        return deliveries->counts.came == deliveries->counts.due;
}

DeliveryCounts deliveries_counts(const Deliveries *deliveries)
{
        return deliveries->counts;
}

Times *deliveries_times(Deliveries *deliveries)
{
        return deliveries->times;
}
