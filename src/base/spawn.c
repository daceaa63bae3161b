#include "base/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

char *spawn_path(const char *program, const char *place)
{
        const char *const places[] = { ".", place, "../libexec/treteau" };
        g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
        g_autofree char *folder = g_path_get_dirname(self ? self : ".");
        for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
                g_autofree char *path = g_build_filename(folder, places[i], program, NULL);
                if (g_file_test(path, G_FILE_TEST_IS_EXECUTABLE))
                        return g_steal_pointer(&path);
        }
        return g_build_filename(folder, program, NULL);
}

static int start(const SpawnPlan *plan, posix_spawn_file_actions_t *actions, pid_t *ret_pid)
{
        posix_spawnattr_t attributes;
        sigset_t none, normal;
        g_autofree char *path = g_strconcat("PATH=", g_getenv("PATH") ? g_getenv("PATH") : "/usr/bin:/bin", NULL);
        g_autofree char *name = g_path_get_basename(plan->program);
        g_autoptr(GPtrArray) arguments = g_ptr_array_new();
        char *environment[] = { plan->starts_others ? path : NULL, NULL };
        g_ptr_array_add(arguments, name);
        for (const char *const *word = plan->words; word && *word; word++)
                g_ptr_array_add(arguments, (char *)*word);
        g_ptr_array_add(arguments, NULL);
        sigemptyset(&none);
        sigfillset(&normal);
        sigdelset(&normal, SIGKILL);
        sigdelset(&normal, SIGSTOP);
        posix_spawnattr_init(&attributes);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setsigdefault(&attributes, &normal);
        int code = posix_spawn(ret_pid, plan->program, actions, &attributes, (char **)arguments->pdata, environment);
        posix_spawnattr_destroy(&attributes);
        return code;
}

bool spawn_child(const SpawnPlan *plan, pid_t *ret_pid, GError **error)
{
        posix_spawn_file_actions_t actions;
        int held[SPAWN_GIVEN_MAX], code = 0;
        posix_spawn_file_actions_init(&actions);
        for (int i = 0; i < (int)plan->n_given; i++) {
                held[i] = SPAWN_NOTHING;
                if (i == STDERR_FILENO)
                        continue;
                if (plan->given[i] == SPAWN_NOTHING) {
                        posix_spawn_file_actions_addopen(&actions, i, "/dev/null", O_RDWR, 0);
                        continue;
                }
                /* dup2 leaves one close-on-exec when both numbers are the same: all of ours stand above them. */
                held[i] = fcntl(plan->given[i], F_DUPFD_CLOEXEC, SPAWN_GIVEN_MAX);
                if (held[i] < 0)
                        code = errno;
                posix_spawn_file_actions_adddup2(&actions, held[i], i);
        }
        posix_spawn_file_actions_addclosefrom_np(&actions, (int)plan->n_given);
        if (code == 0)
                code = start(plan, &actions, ret_pid);
        posix_spawn_file_actions_destroy(&actions);
        for (size_t i = 0; i < plan->n_given; i++)
                if (held[i] >= 0)
                        close(held[i]);
        if (code)
                g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(code), "%s: %s", plan->program,
                            g_strerror(code));
        return code == 0;
}
