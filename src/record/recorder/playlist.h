/* The one list of a recording, programme.m3u8: what plays live is what plays afterwards.
 *
 * Entries in, text out, and back: the text is all a new recorder needs to go on where another stopped. A stretch begins
 * with its own init (MAP) whenever the description or the clock jumps; PROGRAM-DATE-TIME tells its time.
 * RFC 8216 (HTTP Live Streaming); delta updates: draft-pantos-hls-rfc8216bis, 4.4.5.2. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum {
        PLAYLIST_TARGET_S = 4,
        PLAYLIST_BYTES_MOST = 16 << 20, /* days of segments */
};
#define PLAYLIST_NAME "programme.m3u8"
#define PLAYLIST_RECENT_NAME "recent.m3u8"

typedef struct PlaylistEntry {
        unsigned segment, init; /* numbers of the files */
        bool begins_stretch;
        int64_t clock_us; /* when it was, UTC; of stretches the milliseconds count, the rest follows from the lengths */
        int64_t length_us;
} PlaylistEntry;

typedef struct Playlist {
        GArray *entries; /* of PlaylistEntry */
        bool ended;
} Playlist;

Playlist *playlist_new(void);
void playlist_free(Playlist *list);
/* Refuses what playlist_text() would not have written. */
Playlist *playlist_parse(const char *text, size_t length, GError **error);
/* (transfer full) */
GString *playlist_text(const Playlist *list);
/* The end of a list that grows, for who has read the rest of it: what a player gets that asks with _HLS_skip=YES. Of a
 * long day that is 1 kB in place of 1 MB. (transfer full) */
GString *playlist_text_recent(const Playlist *list);
/* The same entries as the list of a language's own files. (transfer full) */
GString *playlist_text_of_language(const Playlist *list, const char *code);
void playlist_add(Playlist *list, const PlaylistEntry *entry);
const PlaylistEntry *playlist_last(const Playlist *list); /* NULL when empty */
int64_t playlist_length_us(const Playlist *list);

/* File names of a segment and an init; enough room is 32 bytes. */
enum { FILE_NAME_BYTES = 32 };
void segment_file_name(unsigned number, char ret_name[FILE_NAME_BYTES]);
void init_file_name(unsigned number, char ret_name[FILE_NAME_BYTES]);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Playlist, playlist_free)
