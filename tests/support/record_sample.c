/* record-sample DATA EVENT CODE SECONDS [open]: makes the sample recording of a session in a data folder, as the demo
 * does, while a server may be running on it. "open" leaves it without an end.
 * record-sample DATA mend: ends what nobody goes on with, without the server's patience, until standard input ends. */
#include "app/sample_recording.h"
#include "base/time.h"
#include "programme/programme.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *recorder(void)
{
        g_autofree char *self = g_file_read_link("/proc/self/exe", NULL), *here = g_path_get_dirname(self);
        return g_build_filename(here, "../../src/record/recorder/treteau-recorder", NULL);
}

static int make(Store *store, const Event *event, const Talk *talk, int seconds, bool open)
{
        g_autofree char *program = recorder();
        g_autofree char *folder = g_strdup_printf("sample-%" G_GINT64_FORMAT, talk->id);
        SampleMaker *maker = sample_maker_start(store, &(SampleRecording){ .of = { .event = event->id,
                                                                                   .talk = talk->id,
                                                                                   .folder = folder,
                                                                                   .title = talk->title,
                                                                                   .started_us = talk->start_us },
                                                                           .seconds = seconds,
                                                                           .left_open = open,
                                                                           .program = program });
        bool made = maker && sample_maker_wait(maker);
        sample_maker_free(maker);
        return made ? 0 : 1;
}

static int mend(Store *store)
{
        g_autofree char *program = recorder();
        ReplayMender *mender = replay_mender_start(store, 0, program);
        while (getchar() != EOF) {
        }
        replay_mender_stop(mender);
        replay_mender_free(mender);
        store_free(store);
        return 0;
}

int main(int argc, char **argv)
{
        g_autoptr(GError) error = NULL;
        bool mends = argc == 3 && !strcmp(argv[2], "mend");
        if (argc < 5 && !mends) {
                fprintf(stderr, "usage: record-sample DATA EVENT CODE SECONDS [open] | DATA mend\n");
                return 2;
        }
        Store *store = store_open(argv[1], &error);
        if (!store) {
                fprintf(stderr, "%s\n", error->message);
                return 1;
        }
        if (mends)
                return mend(store);
        Db *db = store_read_begin(store);
        g_autoptr(Event) event = conference_find(db, argv[2]);
        g_autoptr(Talk) talk = event ? talk_find(db, event->id, argv[3]) : NULL;
        store_read_end(store, db);
        int status = talk ? make(store, event, talk, atoi(argv[4]), argc > 5 && !strcmp(argv[5], "open")) : 1;
        store_free(store);
        return status;
}
