#include "record/test_media.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SOUND_RATE = 48000 };

bool run(const char *const *arguments, char **ret_output, gsize *ret_length)
{
        g_autofree char *errors = NULL;
        int status = -1;
        gint out = -1;
        GPid pid;
        g_autoptr(GError) error = NULL;
        if (!g_spawn_async_with_pipes(NULL, (char **)arguments, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD,
                                      NULL, NULL, &pid, NULL, &out, NULL, &error))
                return false;
        GByteArray *bytes = g_byte_array_new();
        uint8_t piece[65536];
        ssize_t n;
        while ((n = read(out, piece, sizeof(piece))) > 0)
                g_byte_array_append(bytes, piece, (guint)n);
        close(out);
        waitpid(pid, &status, 0);
        g_byte_array_append(bytes, (const uint8_t *)"", 1);
        if (ret_length)
                *ret_length = bytes->len - 1;
        char *output = (char *)g_byte_array_free(bytes, FALSE);
        if (ret_output)
                *ret_output = output;
        else
                g_free(output);
        return g_spawn_check_wait_status(status, NULL);
}

char *shell(const char *format, ...)
{
        va_list arguments;
        va_start(arguments, format);
        g_autofree char *command = g_strdup_vprintf(format, arguments);
        va_end(arguments);
        const char *argv[] = { "/bin/sh", "-c", command, NULL };
        char *output = NULL;
        if (!run(argv, &output, NULL))
                g_test_message("failed: %s", command);
        else
                return output;
        g_test_fail();
        return output ? output : g_strdup("");
}

GPtrArray *split_units(const uint8_t *bytes, gsize length)
{
        static const uint8_t delimiter[] = { 0, 0, 0, 1, 9 };
        GPtrArray *units = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
        const uint8_t *at = bytes, *end = bytes + length;
        while (at < end) {
                const uint8_t *next = memmem(at + 5, (size_t)(end - at) - 5, delimiter, sizeof(delimiter));
                next = next ? next : end;
                g_ptr_array_add(units, g_bytes_new(at, (gsize)(next - at)));
                at = next;
        }
        return units;
}

bool unit_is_key(GBytes *unit)
{
        gsize length;
        const uint8_t *bytes = g_bytes_get_data(unit, &length);
        static const uint8_t sps[] = { 0, 0, 0, 1, 0x67 };
        return memmem(bytes, length, sps, sizeof(sps)) != NULL;
}

double number(char *text)
{
        double value = g_ascii_strtod(text, NULL);
        g_free(text);
        return value;
}

double first_flash(const char *path, double from_s)
{
        /* "8.04 235": each picture's moment and how bright it is. */
        g_autofree char *text =
                shell("ffmpeg -hide_banner -nostdin -i %s -an -vf scale=1:1:flags=area,format=gray,showinfo "
                      "-fps_mode passthrough -f null - 2>&1 | sed -n 's/.* pts_time:\\([0-9.]*\\) .* "
                      "mean:\\[\\([0-9]*\\).*/\\1 \\2/p'",
                      path);
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
        for (char **line = lines; *line; line++) {
                char *rest;
                double at_s = g_ascii_strtod(*line, &rest);
                if (rest != *line && at_s >= from_s && g_ascii_strtoll(rest, NULL, 10) > 128)
                        return at_s;
        }
        return NAN;
}

double first_beep(const char *path, double from_s)
{
        g_autofree char *bytes = NULL;
        gsize length = 0;
        const char *arguments[] = { "ffmpeg", "-v",    "error", "-i", path, "-vn", "-af", "aresample=48000:first_pts=0",
                                    "-f",     "s16le", "-",     NULL };
        g_assert_true(run(arguments, &bytes, &length));
        const int16_t *pcm = (const int16_t *)bytes;
        for (gsize i = (gsize)(from_s * SOUND_RATE); i < length / 2; i++)
                if (abs(pcm[i]) > 6000)
                        return (double)i / SOUND_RATE;
        return NAN;
}
