/* The files to take away, made again by the child program, which gets a plan as a GKeyFile on its standard input. */
#include "record/record.h"

#include <gio/gio.h>
#include <string.h>

static char *plan_text(const RecorderRemake *wish)
{
        g_autoptr(GKeyFile) plan = g_key_file_new();
        g_autofree char *list = recorder_list(wish->pieces, true, 0, NULL);
        g_autoptr(GPtrArray) times = g_ptr_array_new_with_free_func(g_free), titles = g_ptr_array_new();
        for (size_t i = 0; i < wish->chapter_count; i++) {
                g_ptr_array_add(times, g_strdup_printf("%" G_GINT64_FORMAT, wish->chapters[i].at_us));
                g_ptr_array_add(titles, (gpointer)wish->chapters[i].title);
        }
        g_key_file_set_string(plan, "remake", "title", wish->title);
        g_key_file_set_string(plan, "remake", "list", list);
        g_autoptr(GString) dark = g_string_new(NULL);
        for (guint i = 0; wish->dark && i + 1 < wish->dark->len; i += 2)
                g_string_append_printf(dark, "%s%" G_GINT64_FORMAT " %" G_GINT64_FORMAT, i ? " " : "",
                                       g_array_index(wish->dark, int64_t, i),
                                       g_array_index(wish->dark, int64_t, i + 1));
        g_key_file_set_string(plan, "remake", "dark", dark->str);
        if (times->len) {
                g_key_file_set_string_list(plan, "remake", "times", (const char *const *)times->pdata, times->len);
                g_key_file_set_string_list(plan, "remake", "titles", (const char *const *)titles->pdata, titles->len);
        }
        return g_key_file_to_data(plan, NULL, NULL);
}

/* Until the child has said all; false when it was told to end. Each piece is read once and written once, for each of
 * the two files. */
static bool listen(const RecorderRemake *wish, GSubprocess *child, GInputStream *output)
{
        g_autoptr(GDataInputStream) lines = g_data_input_stream_new(output);
        for (char *line; (line = g_data_input_stream_read_line(lines, NULL, NULL, NULL));) {
                int64_t done = g_ascii_strtoll(line, NULL, 10);
                g_free(line);
                if (wish->on_progress && !wish->on_progress(wish->owner, done, (int64_t)wish->pieces->len * 4)) {
                        g_subprocess_force_exit(child);
                        return false;
                }
        }
        return true;
}

bool recorder_remake(const RecorderRemake *wish, GError **error)
{
        g_autofree char *program = wish->program ? g_strdup(wish->program) : recorder_program();
        g_autoptr(GSubprocessLauncher) launcher =
                g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE);
        g_autoptr(GSubprocess) child =
                g_subprocess_launcher_spawn(launcher, error, program, "remake", wish->folder, NULL);
        if (!child)
                return false;
        g_autofree char *plan = plan_text(wish);
        GOutputStream *input = g_subprocess_get_stdin_pipe(child);
        g_output_stream_write_all(input, plan, strlen(plan), NULL, NULL, NULL);
        g_output_stream_close(input, NULL, NULL);
        bool listened = listen(wish, child, g_subprocess_get_stdout_pipe(child));
        bool well = g_subprocess_wait_check(child, NULL, error);
        return listened && well;
}
