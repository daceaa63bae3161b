#include "replay/replay_rules.h"

#include "base/time.h"

#include <stdlib.h>
#include <string.h>

enum { FOLDER_MAX = 64, NAME_MAX_BYTES = 60 };

/* "s000012.m4s": a letter, six digits or more, an ending. */
static bool is_numbered(const char *name, char letter, const char *ending)
{
        if (name[0] != letter)
                return false;
        size_t digits = strspn(name + 1, "0123456789");
        return digits >= 6 && digits <= 9 && !strcmp(name + 1 + digits, ending);
}

/* "fr", "pt-BR", and then the rest of a name: a language's files beside those of the recording. */
static bool is_of_language(const char *name)
{
        size_t letters = strspn(name, "abcdefghijklmnopqrstuvwxyz");
        size_t code = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");
        return letters >= 2 && letters <= 3 && (code == letters || name[letters] == '-') && name[code] == '.';
}

static MediaKind language_kind(const char *name)
{
        size_t length = strlen(name);
        if (!is_of_language(name) || length > NAME_MAX_BYTES)
                return (MediaKind){ NULL, false };
        if (g_str_has_suffix(name, ".m3u8"))
                return (MediaKind){ "application/vnd.apple.mpegurl", false };
        if (g_str_has_suffix(name, ".mp4"))
                return (MediaKind){ "audio/mp4", true };
        /* "fr-000012.m4s" */
        const char *dot = strchr(name, '.'), *dash = g_strrstr_len(name, dot - name, "-");
        size_t digits = dash ? strspn(dash + 1, "0123456789") : 0;
        bool numbered = digits >= 6 && digits <= 9 && dash + 1 + digits == dot && strcmp(dot, ".m4s") == 0;
        return (MediaKind){ numbered ? "audio/mp4" : NULL, numbered };
}

int64_t media_segment(const char *file_name)
{
        if (!g_str_has_suffix(file_name, ".m4s"))
                return -1;
        const char *dash = strrchr(file_name, '-');
        return g_ascii_strtoll(dash ? dash + 1 : file_name + 1, NULL, 10);
}

char *media_list_language(const char *file_name)
{
        if (!is_of_language(file_name) || !g_str_has_suffix(file_name, ".m3u8"))
                return NULL;
        return g_strndup(file_name, strlen(file_name) - strlen(".m3u8"));
}

MediaKind media_kind(const char *file_name)
{
        if (is_numbered(file_name, 's', ".m4s") || is_numbered(file_name, 'i', ".mp4"))
                return (MediaKind){ "video/mp4", true };
        if (is_numbered(file_name, 'b', ".m4s") || is_numbered(file_name, 'j', ".mp4")) /* record/recorder/beside.h */
                return (MediaKind){ "video/mp4", true };
        if (!strcmp(file_name, "programme.m3u8") || !strcmp(file_name, "beside.m3u8") ||
            !strcmp(file_name, "languages.m3u8"))
                return (MediaKind){ "application/vnd.apple.mpegurl", false };
        if (!strcmp(file_name, "replay.mp4"))
                return (MediaKind){ "video/mp4", false };
        if (!strcmp(file_name, "sound.m4a"))
                return (MediaKind){ "audio/mp4", false };
        if (!strcmp(file_name, "poster.jpg"))
                return (MediaKind){ "image/jpeg", false };
        return language_kind(file_name);
}

bool media_voice(const char *file_name, int *ret_person, int *ret_part)
{
        size_t digits = strspn(file_name, "0123456789");
        const char *part = file_name + digits + 1;
        if (digits < 6 || digits > 9 || file_name[digits] != '-')
                return false;
        size_t of_part = strspn(part, "0123456789");
        if (of_part < 1 || of_part > 2 || strcmp(part + of_part, ".opus") != 0)
                return false;
        *ret_person = (int)g_ascii_strtoll(file_name, NULL, 10);
        *ret_part = (int)g_ascii_strtoll(part, NULL, 10);
        return *ret_person > 0 && *ret_part > 0;
}

bool media_folder_is_sound(const char *folder)
{
        size_t length = strspn(folder, "abcdefghijklmnopqrstuvwxyz0123456789-");
        return length > 0 && length <= FOLDER_MAX && folder[length] == '\0' && folder[0] != '-';
}

bool replay_plays(const Replay *replay)
{
        return replay->state == REPLAY_READY || replay->state == REPLAY_RECORDING;
}

int replay_choose(const GPtrArray *replays, int asked)
{
        int chosen = (int)replays->len - 1;
        if (asked >= 1 && asked <= (int)replays->len)
                return asked - 1;
        for (int i = (int)replays->len - 1; i >= 0; i--) {
                const Replay *replay = replays->pdata[i];
                if (replay->state == REPLAY_RECORDING)
                        return i;
                if (replay->state == REPLAY_READY)
                        chosen = i;
        }
        return chosen;
}

char *iso_duration(int64_t length_us)
{
        int seconds = (int)(MAX(length_us, 0) / SECOND_US);
        GString *text = g_string_new("PT");
        if (seconds >= 3600)
                g_string_append_printf(text, "%dH", seconds / 3600);
        if (seconds / 60 % 60)
                g_string_append_printf(text, "%dM", seconds / 60 % 60);
        if (seconds % 60 || text->len == 2)
                g_string_append_printf(text, "%dS", seconds % 60);
        return g_string_free(text, FALSE);
}

char *size_text(const Lang *lang, int64_t bytes)
{
        if (bytes < 1000 * 1000)
                return g_strdup_printf(tr(lang, "%d kB"), (int)MAX(1, bytes / 1000));
        if (bytes < INT64_C(10) * 1000 * 1000 * 1000)
                return g_strdup_printf(tr(lang, "%d MB"), (int)(bytes / 1000 / 1000));
        return g_strdup_printf(tr(lang, "%d GB"), (int)(bytes / 1000 / 1000 / 1000));
}

char *download_name(const char *title)
{
        g_autofree char *plain = g_str_to_ascii(title, "C");
        GString *name = g_string_new(NULL);
        for (const char *at = plain; *at && name->len < NAME_MAX_BYTES; at++) {
                if (g_ascii_isalnum(*at))
                        g_string_append_c(name, g_ascii_tolower(*at));
                else if (name->len && name->str[name->len - 1] != '-')
                        g_string_append_c(name, '-');
        }
        while (name->len && name->str[name->len - 1] == '-')
                g_string_truncate(name, name->len - 1);
        g_string_append(name, name->len ? ".mp4" : "replay.mp4");
        return g_string_free(name, FALSE);
}

char *voice_download_name(const ReplayVoice *voice)
{
        g_autofree char *movie = download_name(voice->name);
        g_autofree char *name = g_str_has_prefix(movie, "replay.") ? g_strdup_printf("voice-%d", voice->person)
                                                                   : g_strndup(movie, strlen(movie) - strlen(".mp4"));
        return voice->part > 1 ? g_strdup_printf("%s-%d.opus", name, voice->part) : g_strconcat(name, ".opus", NULL);
}

bool licence_is_free(const char *licence)
{
        g_autofree char *upper = g_ascii_strup(licence, -1);
        g_strdelimit(upper, "-_", ' ');
        if (strstr(upper, "NC") || strstr(upper, " ND"))
                return false;
        return g_str_has_prefix(upper, "CC BY") || g_str_has_prefix(upper, "CC0") || g_str_has_prefix(upper, "CC 0");
}

/* --- Time --------------------------------------------------------------------------------------------------------- */

/* What falls into a break of the recording is shown where it goes on; what was cut off is not shown at all. */
#define BREAK_MOST_US (5 * SECOND_US)

int64_t replay_media_us(const GArray *pieces, int64_t started_us, int64_t clock_us)
{
        if (!pieces)
                return clock_us >= started_us ? clock_us - started_us : -1;
        int64_t media_us = 0;
        for (guint i = 0; i < pieces->len; i++) {
                const RecorderPiece *piece = &g_array_index(pieces, RecorderPiece, i);
                int64_t since_us = clock_us - piece->clock_us;
                if (since_us >= 0 && since_us < piece->length_us)
                        return media_us + since_us;
                bool breaks = i > 0 && piece->begins_stretch && piece[-1].segment + 1 == piece->segment;
                if (breaks && since_us < 0 && since_us >= -BREAK_MOST_US)
                        return media_us;
                media_us += piece->length_us;
        }
        return -1;
}

int64_t replay_clock_us(const GArray *pieces, int64_t started_us, int64_t media_us)
{
        if (!pieces || !pieces->len)
                return started_us + media_us;
        const RecorderPiece *piece = (const RecorderPiece *)pieces->data, *last = piece + pieces->len - 1;
        for (; piece < last && media_us >= piece->length_us; piece++)
                media_us -= piece->length_us;
        return piece->clock_us + CLAMP(media_us, 0, piece->length_us);
}

int64_t replay_start_us(const GArray *pieces, int64_t from_us)
{
        const RecorderPiece *first = pieces->len ? &g_array_index(pieces, RecorderPiece, 0) : NULL;
        return first && from_us > first->clock_us && from_us < first->clock_us + first->length_us
                       ? from_us - first->clock_us
                       : 0;
}

/* Whether a piece holds a moment of these (of LiveSpan, NULL: none). */
static bool touches(const RecorderPiece *piece, const GArray *off)
{
        for (guint i = 0; off && i < off->len; i++) {
                const LiveSpan *span = &g_array_index(off, LiveSpan, i);
                if (piece->clock_us + piece->length_us > span->from_us && piece->clock_us < span->to_us)
                        return true;
        }
        return false;
}

GArray *replay_keep(const GArray *pieces, int64_t from_us, int64_t to_us, const GArray *off)
{
        GArray *kept = g_array_new(FALSE, FALSE, sizeof(RecorderPiece));
        for (guint i = 0; i < pieces->len; i++) {
                const RecorderPiece *piece = &g_array_index(pieces, RecorderPiece, i);
                int64_t begin_us = piece->clock_us, end_us = begin_us + piece->length_us;
                bool keeps = (from_us == 0 || end_us > from_us) && (to_us == 0 || begin_us < to_us);
                if (keeps && !touches(piece, off))
                        g_array_append_val(kept, *piece);
        }
        return kept;
}

GArray *replay_dark(const GArray *pieces, const GArray *off)
{
        GArray *dark = g_array_new(FALSE, FALSE, sizeof(int64_t));
        int64_t at_us = 0;
        for (guint i = 0; pieces && i < pieces->len; i++) {
                const RecorderPiece *piece = &g_array_index(pieces, RecorderPiece, i);
                int64_t ends_us = at_us + piece->length_us;
                if (touches(piece, off) && dark->len && g_array_index(dark, int64_t, dark->len - 1) == at_us)
                        g_array_index(dark, int64_t, dark->len - 1) = ends_us;
                else if (touches(piece, off))
                        g_array_append_vals(dark, ((int64_t[]){ at_us, ends_us }), 2);
                at_us = ends_us;
        }
        return dark;
}

static int by_meaning(gconstpointer a, gconstpointer b)
{
        const ReplayChapter *first = a, *second = b;
        if (first->rank != second->rank)
                return second->rank - first->rank;
        return (first->at_us < second->at_us) - (first->at_us > second->at_us);
}

static int by_moment(gconstpointer a, gconstpointer b)
{
        const ReplayChapter *first = a, *second = b;
        return (first->at_us > second->at_us) - (first->at_us < second->at_us);
}

static bool is_free(const GArray *kept, int64_t at_us, int64_t least_us)
{
        for (guint i = 0; i < kept->len; i++)
                if (ABS(g_array_index(kept, ReplayChapter, i).at_us - at_us) < least_us)
                        return false;
        return true;
}

void replay_merge_chapters(GArray *chapters, int64_t least_us, guint most)
{
        g_autoptr(GArray) kept = g_array_new(FALSE, FALSE, sizeof(ReplayChapter));
        g_array_sort(chapters, by_meaning);
        for (guint i = 0; i < chapters->len && kept->len < most; i++) {
                const ReplayChapter *chapter = &g_array_index(chapters, ReplayChapter, i);
                if (is_free(kept, chapter->at_us, least_us))
                        g_array_append_val(kept, *chapter);
        }
        g_array_sort(kept, by_moment);
        g_array_set_size(chapters, 0);
        for (guint i = 0; i < kept->len; i++) {
                const ReplayChapter *chapter = &g_array_index(kept, ReplayChapter, i);
                const ReplayChapter *last = i ? &g_array_index(kept, ReplayChapter, i - 1) : NULL;
                if (!last || !chapter->same || last->rank != chapter->rank || last->same != chapter->same)
                        g_array_append_val(chapters, *chapter);
        }
}

char *replay_time_text(int64_t at_us)
{
        int seconds = (int)(at_us / SECOND_US);
        if (seconds < 3600)
                return g_strdup_printf("%d:%02d", seconds / 60, seconds % 60);
        return g_strdup_printf("%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

int replay_time_read(const char *text)
{
        int seconds = 0, parts = 0;
        while (parts < 3) {
                size_t digits = strspn(text, "0123456789");
                if (digits == 0 || digits > 6)
                        return -1;
                seconds = MIN(seconds, 10000) * 60 + atoi(text);
                parts++;
                text += digits;
                if (!*text)
                        return seconds;
                if (*text++ != ':')
                        return -1;
        }
        return -1;
}

/* --- Words -------------------------------------------------------------------------------------------------------- */

bool replay_find_url(const char *text, size_t *ret_from, size_t *ret_length)
{
        const char *secure = strstr(text, "https://"), *plain = strstr(text, "http://");
        const char *at = secure && (!plain || secure < plain) ? secure : plain;
        if (!at)
                return false;
        size_t length = strcspn(at, " \n\t<>\"«»");
        while (length > 0 && strchr(".,;:!?)", at[length - 1]))
                length--;
        if (length <= strlen("https://"))
                return false;
        *ret_from = (size_t)(at - text);
        *ret_length = length;
        return true;
}

/* A text as it is compared: small letters without their marks; starts[i] is where byte i came from. */
static char *plain_text(const char *text, GArray *starts)
{
        GString *plain = g_string_new(NULL);
        for (const char *at = text; *at; at = g_utf8_next_char(at)) {
                g_autofree char *letter = g_strndup(at, (gsize)(g_utf8_next_char(at) - at));
                g_autofree char *parts = g_utf8_normalize(letter, -1, G_NORMALIZE_ALL);
                g_autofree char *small = parts ? g_utf8_casefold(parts, -1) : g_strdup("");
                size_t from = (size_t)(at - text);
                for (const char *part = small; *part; part = g_utf8_next_char(part)) {
                        gunichar letter_of = g_utf8_get_char(part);
                        if (g_unichar_ismark(letter_of))
                                continue;
                        int bytes = (int)(g_utf8_next_char(part) - part);
                        for (int i = 0; starts && i < bytes; i++)
                                g_array_append_val(starts, from);
                        g_string_append_len(plain, part, bytes);
                }
        }
        size_t end = strlen(text);
        if (starts)
                g_array_append_val(starts, end);
        return g_string_free(plain, FALSE);
}

bool replay_find_words(const char *text, const char *words, size_t *ret_from, size_t *ret_length)
{
        g_autoptr(GArray) starts = g_array_new(FALSE, FALSE, sizeof(size_t));
        g_autofree char *plain = plain_text(text, starts), *wanted = plain_text(words, NULL);
        const char *hit = *wanted ? strstr(plain, wanted) : NULL;
        if (!hit)
                return false;
        *ret_from = g_array_index(starts, size_t, hit - plain);
        *ret_length = g_array_index(starts, size_t, (size_t)(hit - plain) + strlen(wanted)) - *ret_from;
        return true;
}
