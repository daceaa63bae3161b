#include "stats/stats_rules.h"

#include <string.h>

StatsShown stats_shown(int64_t count)
{
        return count < STATS_LEAST ? STATS_UNDER : STATS_SHOWN;
}

/* The smallest that is still shown; count when there is none. */
static size_t smallest_shown(const int64_t *counts, size_t count, const StatsShown *shown)
{
        size_t smallest = count;
        for (size_t i = 0; i < count; i++)
                if (shown[i] == STATS_SHOWN && (smallest == count || counts[i] < counts[smallest]))
                        smallest = i;
        return smallest;
}

void stats_hide_parts(const int64_t *counts, size_t count, StatsShown *ret_shown)
{
        size_t hidden = 0;
        int64_t people = 0;
        for (size_t i = 0; i < count; i++) {
                ret_shown[i] = stats_shown(counts[i]);
                hidden += ret_shown[i] != STATS_SHOWN;
                people += ret_shown[i] != STATS_SHOWN ? counts[i] : 0;
        }
        while (hidden > 0 && (hidden == 1 || people < STATS_LEAST)) {
                size_t next = smallest_shown(counts, count, ret_shown);
                if (next == count)
                        return;
                ret_shown[next] = STATS_HIDDEN;
                hidden++;
                people += counts[next];
        }
}

/* Cuts where a span holds at least `least`; what is left at the end joins the last one. */
static GArray *cut(const int64_t *counts, size_t count, int64_t least)
{
        GArray *spans = g_array_new(FALSE, TRUE, sizeof(StatsSpan));
        StatsSpan span = { 0 };
        int64_t sum = 0;
        for (size_t i = 0; i < count; i++) {
                span.count += counts[i];
                sum += counts[i];
                span.last = i;
                span.sum = sum;
                if (span.count < least)
                        continue;
                g_array_append_val(spans, span);
                span = (StatsSpan){ .first = i + 1 };
        }
        if (span.first < count && spans->len > 0) {
                StatsSpan *last = &g_array_index(spans, StatsSpan, spans->len - 1);
                last->last = count - 1;
                last->count += span.count;
                last->sum = sum;
        }
        return spans;
}

GArray *stats_spans(const int64_t *counts, size_t count, size_t span_max)
{
        GArray *spans = cut(counts, count, STATS_LEAST);
        for (int64_t least = 2 * STATS_LEAST; spans->len > span_max; least *= 2) {
                g_array_unref(spans);
                spans = cut(counts, count, least);
        }
        return spans;
}

GArray *stats_stretches(const StatsMinute *minutes, size_t count, size_t stretch_max, int64_t *ret_step_min)
{
        static const int64_t steps[] = { STRETCH_LEAST_MIN, 10, 15, 30, 60 };
        GArray *stretches = g_array_new(FALSE, TRUE, sizeof(StatsStretch));
        *ret_step_min = STRETCH_LEAST_MIN;
        if (count == 0)
                return stretches;
        int64_t first = minutes[0].minute, last = minutes[count - 1].minute, step = steps[0];
        for (size_t i = 1; last / step - first / step >= (int64_t)stretch_max; i++)
                step = i < G_N_ELEMENTS(steps) ? steps[i] : 2 * step;
        for (int64_t minute = first / step * step; minute <= last; minute += step)
                g_array_append_val(stretches, ((StatsStretch){ .minute = minute }));
        for (size_t i = 0; i < count; i++) {
                guint at = (guint)(minutes[i].minute / step - first / step);
                StatsStretch *stretch = &g_array_index(stretches, StatsStretch, at);
                stretch->most = MAX(stretch->most, minutes[i].people);
        }
        *ret_step_min = step;
        return stretches;
}

int64_t stats_mean_min(int64_t spent_min, int64_t came)
{
        return came > 0 ? (spent_min + came / 2) / came : 0;
}

int64_t stats_axis(int64_t max)
{
        static const int64_t steps[] = { 1, 2, 5 };
        for (int64_t power = 10; power < INT64_MAX / 100; power *= 10)
                for (size_t i = 0; i < G_N_ELEMENTS(steps); i++)
                        if (power * steps[i] >= max)
                                return power * steps[i];
        return max;
}

void stats_csv_cell(GString *csv, const char *text)
{
        g_string_append_c(csv, '"');
        if (*text && strchr("=+-@\t\r", *text))
                g_string_append_c(csv, '\'');
        for (const char *at = text; *at; at++) {
                if (*at == '"')
                        g_string_append_c(csv, '"');
                g_string_append_c(csv, *at == '\n' || *at == '\r' ? ' ' : *at);
        }
        g_string_append_c(csv, '"');
}
