#include "record/recorder/strip.h"

#include "record/recorder/download.h"

#include <stdio.h>
#include <string.h>

enum { PICTURES = 16, DARK_MOST = 200 };
#define STRIP_NAME "strip.jpg"
#define WAVE_NAME "wave.png"
#define DARK_NAME "strip.txt" /* the moments that were left out of them */

static void make_strip(double length_s, const char *dark)
{
        /* One key frame for each picture, whatever the size of the pictures. */
        g_autofree char *filter =
                g_strdup_printf("drawbox=t=fill:c=black:enable='%s',fps=1/"
                                "%.3f,tpad=stop=2:stop_mode=clone,scale=160:90:force_original_aspect_ratio=decrease,"
                                "pad=160:90:-1:-1,tile=%dx1",
                                dark, MAX(length_s / PICTURES, 0.05), PICTURES);
        const char *arguments[] = { "ffmpeg",
                                    "-v",
                                    "error",
                                    "-nostdin",
                                    "-y",
                                    "-timelimit",
                                    "300",
                                    "-threads",
                                    "1",
                                    "-skip_frame",
                                    "nokey",
                                    "-i",
                                    PLAYLIST_NAME,
                                    "-an",
                                    "-vf",
                                    filter,
                                    "-frames:v",
                                    "1",
                                    "-q:v",
                                    "6",
                                    "-f",
                                    "mjpeg",
                                    "." STRIP_NAME ".part",
                                    NULL };
        download_picture(arguments, "." STRIP_NAME ".part", STRIP_NAME);
}

static void make_wave(const char *dark)
{
        g_autofree char *filter = g_strdup_printf(
                "volume=0:enable='%s',aresample=8000,showwavespic=s=1280x90:colors=0x827c70:scale=sqrt", dark);
        const char *arguments[] = {
                "ffmpeg", "-v", "error",       "-nostdin",        "-y",   "-timelimit",          "300", "-threads",
                "1",      "-i", PLAYLIST_NAME, "-filter_complex", filter, "-frames:v",           "1",   "-c:v",
                "png",    "-f", "image2",      "-update",         "1",    "." WAVE_NAME ".part", NULL
        };
        download_picture(arguments, "." WAVE_NAME ".part", WAVE_NAME);
}

/* As ffmpeg's expressions say it; NULL: too much. (transfer full) */
static char *expression(const char *dark)
{
        g_auto(GStrv) times = g_strsplit(dark, " ", 2 * DARK_MOST + 2);
        GString *text = g_string_new("0");
        guint n = g_strv_length(times);
        for (guint i = 0; i + 1 < n; i += 2)
                g_string_append_printf(text, "+between(t,%.3f,%.3f)",
                                       (double)g_ascii_strtoll(times[i], NULL, 10) / G_USEC_PER_SEC,
                                       (double)g_ascii_strtoll(times[i + 1], NULL, 10) / G_USEC_PER_SEC);
        return g_string_free(text, n > 2 * DARK_MOST);
}

void strip_make(const Playlist *list, const char *dark)
{
        g_autofree char *made = NULL, *shown = NULL;
        if (g_file_get_contents(DARK_NAME, &made, NULL, NULL) && strcmp(made, dark) == 0)
                return;
        remove(DARK_NAME);
        remove(STRIP_NAME);
        remove(WAVE_NAME);
        shown = expression(dark);
        if (!shown)
                return;
        make_strip((double)playlist_length_us(list) / G_USEC_PER_SEC, shown);
        make_wave(shown);
        g_file_set_contents(DARK_NAME, dark, -1, NULL);
}
