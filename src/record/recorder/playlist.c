#include "record/recorder/playlist.h"

#include <stdio.h>
#include <string.h>

void segment_file_name(unsigned number, char ret_name[FILE_NAME_BYTES])
{
        g_snprintf(ret_name, FILE_NAME_BYTES, "s%06u.m4s", number);
}

void init_file_name(unsigned number, char ret_name[FILE_NAME_BYTES])
{
        g_snprintf(ret_name, FILE_NAME_BYTES, "i%06u.mp4", number);
}

Playlist *playlist_new(void)
{
        Playlist *list = g_new0(Playlist, 1);
        list->entries = g_array_new(FALSE, FALSE, sizeof(PlaylistEntry));
        return list;
}

void playlist_free(Playlist *list)
{
        if (!list)
                return;
        g_array_unref(list->entries);
        g_free(list);
}

void playlist_add(Playlist *list, const PlaylistEntry *entry)
{
        g_array_append_vals(list->entries, entry, 1);
}

const PlaylistEntry *playlist_last(const Playlist *list)
{
        guint n = list->entries->len;
        return n > 0 ? &g_array_index(list->entries, PlaylistEntry, n - 1) : NULL;
}

int64_t playlist_length_us(const Playlist *list)
{
        int64_t length_us = 0;
        for (guint i = 0; i < list->entries->len; i++)
                length_us += g_array_index(list->entries, PlaylistEntry, i).length_us;
        return length_us;
}

/* --- Writing ------------------------------------------------------------------------------------------------------ */

static void put_date(GString *text, int64_t clock_us)
{
        g_autoptr(GDateTime) second = g_date_time_new_from_unix_utc(clock_us / G_USEC_PER_SEC);
        g_autofree char *date = g_date_time_format(second, "%Y-%m-%dT%H:%M:%S");
        g_string_append_printf(text, "#EXT-X-PROGRAM-DATE-TIME:%s.%03dZ\n", date, (int)(clock_us / 1000 % 1000));
}

/* What we record stays below the target; a recording made elsewhere has its key frames where it has them. No piece may
 * be longer, rounded (4.3.3.1). */
static int target_s(const Playlist *list)
{
        int64_t longest_us = 0;
        for (guint i = 0; i < list->entries->len; i++)
                longest_us = MAX(longest_us, g_array_index(list->entries, PlaylistEntry, i).length_us);
        return MAX(PLAYLIST_TARGET_S, (int)((longest_us + G_USEC_PER_SEC / 2) / G_USEC_PER_SEC));
}

/* How much of the end of a list that grows is always named (draft-pantos-hls-rfc8216bis 4.4.3.8: six times the target).
 */
static int skip_s(const Playlist *list)
{
        return 6 * target_s(list);
}

static void put_head(GString *text, const Playlist *list, const char *code, guint skipped)
{
        g_string_append_printf(text, "#EXTM3U\n#EXT-X-VERSION:%d\n", skipped ? 9 : 7);
        g_string_append_printf(text, "#EXT-X-TARGETDURATION:%d\n", target_s(list));
        g_string_append(text, "#EXT-X-PLAYLIST-TYPE:EVENT\n#EXT-X-INDEPENDENT-SEGMENTS\n");
        if (!code && !list->ended)
                g_string_append_printf(text, "#EXT-X-SERVER-CONTROL:CAN-SKIP-UNTIL=%d\n", skip_s(list));
        if (skipped)
                g_string_append_printf(text, "#EXT-X-SKIP:SKIPPED-SEGMENTS=%u\n", skipped);
}

/* code: of a language, whose files are named after it and which has one init; NULL: the recording itself. The first
 * `skipped` entries are known to who reads it. */
static GString *put_list(const Playlist *list, const char *code, guint skipped)
{
        GString *text = g_string_new(NULL);
        put_head(text, list, code, skipped);
        if (skipped && !g_array_index(list->entries, PlaylistEntry, skipped).begins_stretch)
                put_date(text, g_array_index(list->entries, PlaylistEntry, skipped).clock_us);
        char name[FILE_NAME_BYTES];
        for (guint i = skipped; i < list->entries->len; i++) {
                const PlaylistEntry *entry = &g_array_index(list->entries, PlaylistEntry, i);
                if (entry->begins_stretch) {
                        if (i > 0)
                                g_string_append(text, "#EXT-X-DISCONTINUITY\n");
                        init_file_name(entry->init, name);
                        g_string_append_printf(text, "#EXT-X-MAP:URI=\"%s%s\"\n", code ? code : name,
                                               code ? ".mp4" : "");
                        put_date(text, entry->clock_us);
                }
                segment_file_name(entry->segment, name);
                g_string_append_printf(text, "#EXTINF:%d.%06d,\n", (int)(entry->length_us / G_USEC_PER_SEC),
                                       (int)(entry->length_us % G_USEC_PER_SEC));
                if (code) /* "fr-000012.m4s" beside "s000012.m4s" */
                        g_string_append_printf(text, "%s-%s\n", code, name + 1);
                else
                        g_string_append_printf(text, "%s\n", name);
        }
        if (list->ended)
                g_string_append(text, "#EXT-X-ENDLIST\n");
        return text;
}

GString *playlist_text(const Playlist *list)
{
        return put_list(list, NULL, 0);
}

GString *playlist_text_recent(const Playlist *list)
{
        guint from = list->entries->len;
        for (int64_t named_us = 0; from > 0 && named_us <= skip_s(list) * G_USEC_PER_SEC; from--)
                named_us += g_array_index(list->entries, PlaylistEntry, from - 1).length_us;
        return put_list(list, NULL, from);
}

GString *playlist_text_of_language(const Playlist *list, const char *code)
{
        return put_list(list, code, 0);
}

/* --- Reading ------------------------------------------------------------------------------------------------------ */

typedef struct Reader {
        Playlist *list;
        PlaylistEntry entry;  /* what the lines so far say of the next one */
        bool has_init, dated; /* a stretch needs both */
        bool has_length;
} Reader;

static bool read_date(Reader *reader, const char *date)
{
        g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(date, NULL);
        if (!time)
                return false;
        reader->entry.clock_us = g_date_time_to_unix(time) * G_USEC_PER_SEC + g_date_time_get_microsecond(time);
        reader->dated = true;
        return reader->entry.clock_us >= 0;
}

static bool read_length(Reader *reader, const char *text)
{
        unsigned seconds, microseconds;
        int used = 0;
        if (strspn(text, "0123456789") > 6 || sscanf(text, "%6u.%6u,%n", &seconds, &microseconds, &used) != 2 ||
            used == 0 || text[used] != '\0')
                return false;
        reader->entry.length_us = (int64_t)seconds * G_USEC_PER_SEC + microseconds;
        reader->has_length = true;
        return true;
}

/* A number in a file name, exactly as it is written, and then what must follow. */
static bool read_number(const char *line, const char *format, void (*name)(unsigned, char *), const char *then,
                        unsigned *ret_number)
{
        char again[FILE_NAME_BYTES];
        if (sscanf(line, format, ret_number) != 1)
                return false;
        name(*ret_number, again);
        return g_str_has_prefix(line, again) && g_str_equal(line + strlen(again), then);
}

static bool read_segment(Reader *reader, const char *line)
{
        const PlaylistEntry *last = playlist_last(reader->list);
        PlaylistEntry *entry = &reader->entry;
        if (!reader->has_length || !reader->has_init || !reader->dated ||
            !read_number(line, "s%9u", segment_file_name, "", &entry->segment))
                return false;
        if (last && (entry->segment <= last->segment || entry->segment > 100000000))
                return false;
        playlist_add(reader->list, entry);
        entry->clock_us += entry->length_us;
        entry->begins_stretch = false;
        reader->has_length = false;
        return true;
}

static bool read_line(Reader *reader, const char *line)
{
        static const char map[] = "#EXT-X-MAP:URI=\"", date[] = "#EXT-X-PROGRAM-DATE-TIME:", length[] = "#EXTINF:";
        if (reader->list->ended)
                return *line == '\0';
        if (g_str_has_prefix(line, map)) {
                reader->entry.begins_stretch = reader->has_init = true;
                reader->dated = false;
                return read_number(line + sizeof(map) - 1, "i%9u", init_file_name, "\"", &reader->entry.init);
        }
        if (g_str_has_prefix(line, date))
                return read_date(reader, line + sizeof(date) - 1);
        if (g_str_has_prefix(line, length))
                return read_length(reader, line + sizeof(length) - 1);
        if (g_str_equal(line, "#EXT-X-ENDLIST"))
                reader->list->ended = true;
        else if (*line != '#' && *line != '\0')
                return read_segment(reader, line);
        return true;
}

Playlist *playlist_parse(const char *text, size_t length, GError **error)
{
        g_autoptr(Playlist) list = playlist_new();
        Reader reader = { .list = list };
        g_autofree char *copy = g_strndup(text, length);
        g_auto(GStrv) lines = g_strsplit(copy, "\n", -1);
        bool ok = length <= PLAYLIST_BYTES_MOST && g_str_has_prefix(copy, "#EXTM3U\n");
        guint i = 0;
        for (; ok && lines[i]; i++)
                ok = read_line(&reader, lines[i]);
        if (!ok) {
                g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, PLAYLIST_NAME " is damaged at line %u", i);
                return NULL;
        }
        return g_steal_pointer(&list);
}
