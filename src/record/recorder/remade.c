#include "record/recorder/remade.h"

#include "record/recorder/download.h"
#include "record/recorder/join.h"
#include "record/recorder/strip.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PLAN_BYTES_MOST = 20 << 20 };

typedef struct Progress {
        int64_t done, told_us;
} Progress;

static void on_progress(void *owner)
{
        Progress *progress = owner;
        int64_t now_us = g_get_monotonic_time();
        progress->done++;
        if (now_us - progress->told_us < G_USEC_PER_SEC / 2)
                return;
        progress->told_us = now_us;
        printf("%" G_GINT64_FORMAT "\n", progress->done);
        fflush(stdout);
}

static GByteArray *read_input(void)
{
        GByteArray *bytes = g_byte_array_new();
        uint8_t buffer[16 << 10];
        ssize_t n;
        while ((n = read(STDIN_FILENO, buffer, sizeof buffer)) > 0 && bytes->len <= PLAN_BYTES_MOST)
                g_byte_array_append(bytes, buffer, (guint)n);
        return bytes;
}

/* Of the whole recording, whatever is shown of it. */
static void make_strip(GKeyFile *plan)
{
        g_autofree char *dark = g_key_file_get_string(plan, "remake", "dark", NULL), *text = NULL;
        gsize length = 0;
        if (!g_file_get_contents(PLAYLIST_NAME, &text, &length, NULL))
                return;
        g_autoptr(Playlist) list = playlist_parse(text, length, NULL);
        if (list)
                strip_make(list, dark ? dark : "");
}

static bool make(GKeyFile *plan, GError **error)
{
        g_autofree char *text = g_key_file_get_string(plan, "remake", "list", error);
        g_autofree char *title = g_key_file_get_string(plan, "remake", "title", NULL);
        g_autoptr(Playlist) list = text ? playlist_parse(text, strlen(text), error) : NULL;
        if (!list)
                return false;
        gsize n_times = 0, n_titles = 0;
        g_auto(GStrv) times = g_key_file_get_string_list(plan, "remake", "times", &n_times, NULL);
        g_auto(GStrv) titles = g_key_file_get_string_list(plan, "remake", "titles", &n_titles, NULL);
        g_autoptr(GArray) chapters = g_array_new(FALSE, FALSE, sizeof(JoinChapter));
        for (gsize i = 0; i < MIN(n_times, n_titles); i++) {
                JoinChapter chapter = { g_ascii_strtoll(times[i], NULL, 10), titles[i] };
                g_array_append_val(chapters, chapter);
        }
        JoinWish wish = { .title = title ? title : "",
                          .chapters = (const JoinChapter *)chapters->data,
                          .chapter_count = chapters->len };
        Progress progress = { .told_us = g_get_monotonic_time() };
        if (!join_make(list, &wish, on_progress, &progress, error))
                return false;
        download_make_poster(list);
        wish.sound = true;
        if (!join_make(list, &wish, on_progress, &progress, error))
                return false;
        make_strip(plan);
        return true;
}

int remade_run(const char *folder)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(GByteArray) bytes = read_input();
        g_autoptr(GKeyFile) plan = g_key_file_new();
        if (chdir(folder) != 0) {
                perror(folder);
                return 1;
        }
        if (!g_key_file_load_from_data(plan, (const char *)bytes->data, bytes->len, G_KEY_FILE_NONE, &error) ||
            !make(plan, &error)) {
                fprintf(stderr, "%s\n", error->message);
                return 1;
        }
        return 0;
}
