#include "record/transcode_budget.h"

enum { COST_720P = 34, COST_LEAST = 6, PIXELS_720P = 1280 * 720, PERCENT_A_CORE = 25 };

typedef struct Entry {
        const void *work;
        unsigned percent;
} Entry;

struct TranscodeBudget {
        GMutex lock;
        unsigned percent;
        GArray *entries; /* in the order they began */
};

TranscodeBudget *transcode_budget_new(int percent)
{
        TranscodeBudget *budget = g_new0(TranscodeBudget, 1);
        g_mutex_init(&budget->lock);
        budget->percent = percent >= 0 ? (unsigned)percent : PERCENT_A_CORE * g_get_num_processors();
        budget->entries = g_array_new(FALSE, FALSE, sizeof(Entry));
        return budget;
}

void transcode_budget_free(TranscodeBudget *budget)
{
        if (!budget)
                return;
        g_array_unref(budget->entries);
        g_mutex_clear(&budget->lock);
        g_free(budget);
}

unsigned transcode_cost(unsigned width, unsigned height)
{
        uint64_t cost = (uint64_t)width * height * COST_720P / PIXELS_720P;
        return (unsigned)CLAMP(cost, COST_LEAST, 1000);
}

/* Under lock. *ret_own: its place, or the number of entries. */
static unsigned taken(const TranscodeBudget *budget, const void *work, guint *ret_own)
{
        unsigned sum = 0;
        *ret_own = budget->entries->len;
        for (guint i = 0; i < budget->entries->len; i++) {
                const Entry *entry = &g_array_index(budget->entries, Entry, i);
                sum += entry->percent;
                if (entry->work == work)
                        *ret_own = i;
        }
        return sum;
}

bool transcode_budget_take(TranscodeBudget *budget, const void *work, unsigned percent)
{
        guint own;
        g_mutex_lock(&budget->lock);
        unsigned sum = taken(budget, work, &own);
        bool known = own < budget->entries->len;
        unsigned before = known ? g_array_index(budget->entries, Entry, own).percent : 0;
        bool room = sum - before + percent <= budget->percent;
        if (room && known)
                g_array_index(budget->entries, Entry, own).percent = percent;
        else if (room)
                g_array_append_vals(budget->entries, &(Entry){ work, percent }, 1);
        g_mutex_unlock(&budget->lock);
        return room;
}

bool transcode_budget_measure(TranscodeBudget *budget, const void *work, unsigned percent)
{
        guint own;
        g_mutex_lock(&budget->lock);
        taken(budget, work, &own);
        bool known = own < budget->entries->len, last = own + 1 == budget->entries->len;
        if (known)
                g_array_index(budget->entries, Entry, own).percent = percent;
        bool over = taken(budget, work, &own) > budget->percent;
        g_mutex_unlock(&budget->lock);
        return !(known && over && last);
}

void transcode_budget_leave(TranscodeBudget *budget, const void *work)
{
        guint own;
        g_mutex_lock(&budget->lock);
        taken(budget, work, &own);
        if (own < budget->entries->len)
                g_array_remove_index(budget->entries, own);
        g_mutex_unlock(&budget->lock);
}

unsigned transcode_budget_taken(TranscodeBudget *budget)
{
        guint own;
        g_mutex_lock(&budget->lock);
        unsigned sum = taken(budget, NULL, &own);
        g_mutex_unlock(&budget->lock);
        return sum;
}

unsigned transcode_budget_percent(const TranscodeBudget *budget)
{
        return budget->percent;
}
