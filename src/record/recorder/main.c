/* treteau-recorder: what is on air becomes segments, a list and a file. Started by the server with a socket as
 * descriptor 3 (record/child.c), or as `treteau-recorder remake FOLDER`, a plan on its standard input
 * (record/remake.c), or as `treteau-recorder run COMMAND …`, which becomes that command, confined
 * (replay/replay_transcribe.c); never by hand. */
#include "record/recorder/download.h"
#include "record/recorder/link.h"
#include "record/recorder/remade.h"
#include "record/recorder/session.h"
#include "base/confine.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { RUN_DESCRIPTORS = 256, RUN_MEMORY_MIB = 16 << 10, RUN_FILE_MIB = 256, RUN_NICER = 15 };
enum { LINK_DESCRIPTOR = 3, MEMORY_MOST_MIB = 1024, DESCRIPTORS_MOST = 64, NICER = 5 };

/* Reads until the recording is over. False when the server went away, or another process must go on. */
static bool record_until_done(Link *link, Session *session)
{
        Message message;
        while (!session_is_done(session)) {
                if (!link_next(link, &message)) {
                        session_abandon(session);
                        return false;
                }
                session_message(session, &message);
                if (session_is_lost(session))
                        return false;
        }
        return true;
}

static void ignore_signals(void)
{
        /* A server that is gone shows as the end of the socket: the open segment is then kept, so no signal. */
        signal(SIGPIPE, SIG_IGN);
        signal(SIGINT, SIG_IGN);
        /* A full disk must be an error of write(), not the end. */
        signal(SIGXFSZ, SIG_IGN);
}

/* Becomes another program, of the server's owner, with less: no network where the kernel lets us, no more privileges,
 * the lowest priority, and it ends with the server. */
static int run_confined(char **command)
{
        confine(&(Confinement){ .last_descriptor = STDERR_FILENO,
                                .descriptors = RUN_DESCRIPTORS,
                                .memory_mib = RUN_MEMORY_MIB,
                                .file_bytes = (size_t)RUN_FILE_MIB << 20,
                                .nicer = RUN_NICER });
        unshare(CLONE_NEWUSER | CLONE_NEWNET); /* what it cannot forgo it keeps */
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execvp(command[0], command);
        perror(command[0]);
        return 127;
}

int main(int argc, char **argv)
{
        if (argc > 2 && strcmp(argv[1], "run") == 0)
                return run_confined(argv + 2);
        bool remakes = argc == 3 && strcmp(argv[1], "remake") == 0;
        if (argc > 1 && !remakes) {
                fprintf(stderr, "%s is started by treteau, by itself it does nothing\n", argv[0]);
                return 2;
        }
        confine(&(Confinement){ .last_descriptor = remakes ? STDERR_FILENO : LINK_DESCRIPTOR,
                                .descriptors = DESCRIPTORS_MOST,
                                .memory_mib = MEMORY_MOST_MIB,
                                .nicer = remakes ? 2 * NICER : NICER });
        ignore_signals();
        if (remakes)
                return remade_run(argv[2]);
        g_autoptr(Link) link = link_new(LINK_DESCRIPTOR);
        g_autofree char *title = link_hello(link);
        if (!title)
                return 1;
        g_autoptr(GError) error = NULL;
        g_autoptr(Session) session = session_new(link_send, link, &error);
        if (!session) {
                link_send_fault(link, RECORD_FAULT_FOLDER, error->message);
                return 1;
        }
        if (record_until_done(link, session))
                download_make(session_list(session), title, link_send, link);
        return 0;
}
