/* The list of a recording, read for whoever shows it, and written with a part of its pieces. */
#include "record/record.h"
#include "record/recorder/playlist.h"

GArray *recorder_pieces(const char *folder, bool *ret_ended)
{
        g_autofree char *path = g_build_filename(folder, PLAYLIST_NAME, NULL), *text = NULL;
        gsize length = 0;
        if (!g_file_get_contents(path, &text, &length, NULL))
                return NULL;
        g_autoptr(Playlist) list = playlist_parse(text, length, NULL);
        if (!list)
                return NULL;
        GArray *pieces = g_array_sized_new(FALSE, FALSE, sizeof(RecorderPiece), list->entries->len);
        for (guint i = 0; i < list->entries->len; i++) {
                const PlaylistEntry *entry = &g_array_index(list->entries, PlaylistEntry, i);
                RecorderPiece piece = { entry->segment, entry->init, entry->begins_stretch, entry->clock_us,
                                        entry->length_us };
                g_array_append_val(pieces, piece);
        }
        *ret_ended = list->ended;
        return pieces;
}

char *recorder_list(const GArray *pieces, bool ended, int64_t start_us, const char *language)
{
        g_autoptr(Playlist) list = playlist_new();
        for (guint i = 0; i < pieces->len; i++) {
                const RecorderPiece *piece = &g_array_index(pieces, RecorderPiece, i);
                playlist_add(list, &(PlaylistEntry){ .segment = piece->segment,
                                                     .init = piece->init,
                                                     .begins_stretch = piece->begins_stretch,
                                                     .clock_us = piece->clock_us,
                                                     .length_us = piece->length_us });
        }
        list->ended = ended;
        GString *text = language ? playlist_text_of_language(list, language) : playlist_text(list);
        if (start_us > 0) {
                g_autofree char *start =
                        g_strdup_printf("#EXT-X-START:TIME-OFFSET=%d.%03d,PRECISE=YES\n",
                                        (int)(start_us / G_USEC_PER_SEC), (int)(start_us / 1000 % 1000));
                g_string_insert(text, (gssize)sizeof "#EXTM3U\n" - 1, start);
        }
        return g_string_free(text, FALSE);
}
