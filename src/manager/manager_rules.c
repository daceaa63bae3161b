/* Pure: a first run sheet, and when its rows begin. */
#include "manager/manager_private.h"

#include "base/time.h"

static void add_row(GPtrArray *rows, int minutes, const char *what, const char *who, const char *scene)
{
        RunRow *row = g_new0(RunRow, 1);
        row->minutes = MAX(minutes, 1);
        row->what = g_strdup(what);
        row->who = g_strdup(who);
        row->cue = g_strdup("");
        row->link = g_strdup("");
        row->scene = g_strdup(scene);
        g_ptr_array_add(rows, row);
}

GPtrArray *run_draft(const Lang *lang, int minutes, const char *const *names)
{
        GPtrArray *rows = g_ptr_array_new_with_free_func(run_row_free);
        int people = MIN((int)g_strv_length((char **)names), RUN_ROWS_MAX - 3);
        int welcome = minutes >= 20 ? 3 : 1, thanks = minutes >= 20 ? 2 : 1, questions = MAX(minutes / 3, 1);
        int left = MAX(minutes - welcome - thanks - questions, 0);
        add_row(rows, welcome, tr(lang, "Welcome"), "", "speaker");
        for (int i = 0; i < people; i++) /* what does not divide goes to the first */
                add_row(rows, left / people + (i == 0 ? left % people : 0), tr(lang, "Talk"), names[i], "both");
        if (people == 0)
                add_row(rows, left, tr(lang, "Talk"), "", "both");
        add_row(rows, questions, tr(lang, "Questions"), "", "auto");
        add_row(rows, thanks, tr(lang, "Thanks, and what comes next"), "", "speaker");
        return rows;
}

GArray *run_times(const GPtrArray *rows, int64_t start_us)
{
        GArray *times = g_array_new(FALSE, FALSE, sizeof(int64_t));
        g_array_append_val(times, start_us);
        for (guint i = 0; i < rows->len; i++) {
                start_us += ((const RunRow *)rows->pdata[i])->minutes * MINUTE_US;
                g_array_append_val(times, start_us);
        }
        return times;
}
