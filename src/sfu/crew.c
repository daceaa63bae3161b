#include "sfu/crew.h"

#include "sfu/sfu.h"

#include <pthread.h>

typedef struct Task {
        CrewWork work;
        void *job;
        unsigned parts;
        _Atomic unsigned next; /* the first part nobody took */
        /* Under the crew's lock. */
        unsigned helpers; /* at it now */
        Counters counted; /* by helpers: the loop's own have one writer */
        pthread_cond_t done;
} Task;

typedef struct Helper {
        Crew *crew;
        pthread_t thread;
        Sender sender;
        Counters counters;
} Helper;

struct Crew {
        pthread_mutex_t lock; /* held for a few words only, never while sending */
        pthread_cond_t called;
        Task *tasks[SFU_MAX_LOOPS]; /* of loops that wait */
        unsigned n_tasks;
        bool stopping;
        unsigned n_helpers;
        Helper *helpers[SFU_MAX_LOOPS];
};

static void do_parts(Task *task, Sender *sender)
{
        unsigned part;
        while ((part = atomic_fetch_add(&task->next, 1)) < task->parts)
                task->work(task->job, part, sender);
}

static Task *task_with_parts(const Crew *crew)
{
        for (unsigned i = 0; i < crew->n_tasks; i++)
                if (atomic_load(&crew->tasks[i]->next) < crew->tasks[i]->parts)
                        return crew->tasks[i];
        return NULL;
}

static void help(Helper *helper, Task *task)
{
        Crew *crew = helper->crew;
        task->helpers++;
        pthread_mutex_unlock(&crew->lock);
        do_parts(task, &helper->sender);
        sender_flush(&helper->sender);
        pthread_mutex_lock(&crew->lock);
        counters_move(&helper->counters, &task->counted);
        if (--task->helpers == 0)
                pthread_cond_signal(&task->done);
}

static void *run(void *data)
{
        Helper *helper = data;
        Crew *crew = helper->crew;
        pthread_mutex_lock(&crew->lock);
        while (!crew->stopping) {
                Task *task = task_with_parts(crew);
                if (task)
                        help(helper, task);
                else
                        pthread_cond_wait(&crew->called, &crew->lock);
        }
        pthread_mutex_unlock(&crew->lock);
        return NULL;
}

static bool add_helper(Crew *crew, const Port *port)
{
        Helper *helper = g_new0(Helper, 1);
        helper->crew = crew;
        sender_init(&helper->sender, port, &helper->counters);
        if (pthread_create(&helper->thread, NULL, run, helper) == 0) {
                crew->helpers[crew->n_helpers++] = helper;
                return true;
        }
        sender_clear(&helper->sender);
        g_free(helper);
        return false;
}

Crew *crew_new(unsigned helpers, const Port *port)
{
        Crew *crew = g_new0(Crew, 1);
        pthread_mutex_init(&crew->lock, NULL);
        pthread_cond_init(&crew->called, NULL);
        for (unsigned i = 0; i < MIN(helpers, SFU_MAX_LOOPS) && add_helper(crew, port); i++)
                ;
        if (crew->n_helpers == 0)
                g_clear_pointer(&crew, crew_free);
        return crew;
}

void crew_free(Crew *crew)
{
        if (!crew)
                return;
        pthread_mutex_lock(&crew->lock);
        crew->stopping = true;
        pthread_cond_broadcast(&crew->called);
        pthread_mutex_unlock(&crew->lock);
        for (unsigned i = 0; i < crew->n_helpers; i++) {
                pthread_join(crew->helpers[i]->thread, NULL);
                sender_clear(&crew->helpers[i]->sender);
                g_free(crew->helpers[i]);
        }
        pthread_cond_destroy(&crew->called);
        pthread_mutex_destroy(&crew->lock);
        g_free(crew);
}

static void remove_task(Crew *crew, const Task *task)
{
        for (unsigned i = 0; i < crew->n_tasks; i++)
                if (crew->tasks[i] == task)
                        crew->tasks[i--] = crew->tasks[--crew->n_tasks];
}

void crew_run(Crew *crew, CrewWork work, void *job, unsigned parts, Sender *own)
{
        Task task = { .work = work, .job = job, .parts = parts };
        if (!crew || parts < 2) {
                do_parts(&task, own);
                return;
        }
        sender_flush(own); /* a helper may go on with those it is for */
        pthread_cond_init(&task.done, NULL);
        pthread_mutex_lock(&crew->lock);
        crew->tasks[crew->n_tasks++] = &task;
        for (unsigned i = 0; i < MIN(crew->n_helpers, parts - 1); i++)
                pthread_cond_signal(&crew->called);
        pthread_mutex_unlock(&crew->lock);
        do_parts(&task, own);
        pthread_mutex_lock(&crew->lock);
        remove_task(crew, &task);
        while (task.helpers > 0)
                pthread_cond_wait(&task.done, &crew->lock);
        pthread_mutex_unlock(&crew->lock);
        pthread_cond_destroy(&task.done);
        counters_move(&task.counted, own->counters);
}
