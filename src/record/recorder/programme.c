#include "record/recorder/programme.h"

#include "record/recorder/file.h"
#include "record/recorder/mp4.h"

#include <unistd.h>

struct Programme {
        Playlist *list;
        int64_t length_us, end_us; /* of the recording; by the server's clock */
        int64_t bytes;
        unsigned next_segment, next_init;
        AvcDescription description; /* of the stretch, empty before the first of this process */
        Anchor anchor;
        GBytes *aac_config;
        Languages *languages;
};

static void go_on_after(Programme *programme, const Playlist *list)
{
        const PlaylistEntry *last = playlist_last(list);
        if (!last)
                return;
        programme->length_us = playlist_length_us(list);
        /* Dates are cut to milliseconds: the end may be up to one later. */
        programme->end_us = last->clock_us + last->length_us + 1000;
        programme->next_segment = last->segment + 1;
        programme->next_init = last->init + 1;
        programme->bytes = folder_bytes();
}

Programme *programme_open(const uint8_t *aac_config, size_t config_size, GError **error)
{
        g_autoptr(Programme) programme = g_new0(Programme, 1);
        programme->aac_config = g_bytes_new(aac_config, config_size);
        g_autofree char *text = NULL;
        gsize length;
        if (!g_file_test(PLAYLIST_NAME, G_FILE_TEST_EXISTS))
                programme->list = playlist_new();
        else if (g_file_get_contents(PLAYLIST_NAME, &text, &length, error))
                programme->list = playlist_parse(text, length, error);
        if (!programme->list)
                return NULL;
        go_on_after(programme, programme->list);
        return g_steal_pointer(&programme);
}

void programme_free(Programme *programme)
{
        if (!programme)
                return;
        playlist_free(programme->list);
        g_bytes_unref(programme->aac_config);
        g_free(programme);
}

void programme_set_languages(Programme *programme, Languages *languages)
{
        programme->languages = languages;
}

int64_t programme_end_us(const Programme *programme)
{
        return programme->end_us;
}

const Playlist *programme_list(const Programme *programme)
{
        return programme->list;
}

int64_t programme_bytes(const Programme *programme)
{
        return programme->bytes;
}

/* Of what is over there is the whole list alone. */
static bool write_recent(const Playlist *list, GError **error)
{
        if (list->ended) {
                unlink(PLAYLIST_RECENT_NAME);
                return true;
        }
        g_autoptr(GString) recent = playlist_text_recent(list);
        return file_replace(PLAYLIST_RECENT_NAME, recent->str, recent->len, error);
}

/* Once it returns, a power cut takes nothing of what the lists name. */
static bool write_list(const Programme *programme, GError **error)
{
        g_autoptr(GString) text = playlist_text(programme->list);
        if (!file_replace(PLAYLIST_NAME, text->str, text->len, error) || !write_recent(programme->list, error) ||
            !languages_write_lists(programme->languages, programme->list, error))
                return false;
        folder_sync();
        return true;
}

static bool write_init(const Programme *programme, const Segment *segment, unsigned number, GError **error)
{
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        gsize config_size;
        const uint8_t *config = g_bytes_get_data(programme->aac_config, &config_size);
        mp4_put_init(bytes, &segment->description, config, config_size);
        char name[FILE_NAME_BYTES];
        init_file_name(number, name);
        return file_replace(name, bytes->data, bytes->len, error);
}

static bool write_segment(const Segment *segment, unsigned number, const Anchor *anchor, size_t *ret_size,
                          GError **error)
{
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        mp4_put_segment(bytes, number, segment, anchor);
        *ret_size = bytes->len;
        char name[FILE_NAME_BYTES];
        segment_file_name(number, name);
        return file_replace(name, bytes->data, bytes->len, error);
}

/* Names that were given one after the other may come to the disk in any order: the segment's is there before the list
 * that holds it, the folder's own (and that of media/) before the first. */
static void sync_segment(const Programme *programme)
{
        folder_sync();
        if (programme->list->entries->len > 0)
                return;
        folder_sync_at("..");
        folder_sync_at("../..");
}

bool programme_publish(Programme *programme, const Segment *segment, GError **error)
{
        bool hole = programme->description.avcc_size == 0 || segment->start_us != programme->end_us;
        bool change = hole || !avc_description_equal(&programme->description, &segment->description);
        Anchor anchor = hole ? (Anchor){ segment->start_us, programme->length_us } : programme->anchor;
        PlaylistEntry entry = { .segment = programme->next_segment,
                                .init = change ? programme->next_init : programme->next_init - 1,
                                .begins_stretch = change,
                                .clock_us = segment->start_us,
                                .length_us = segment->end_us - segment->start_us };
        size_t size;
        if ((change && !write_init(programme, segment, entry.init, error)) ||
            !languages_write_segment(programme->languages, segment, entry.segment, &anchor, error) ||
            !write_segment(segment, entry.segment, &anchor, &size, error))
                return false;
        sync_segment(programme);
        playlist_add(programme->list, &entry);
        if (!write_list(programme, error)) {
                g_array_set_size(programme->list->entries, programme->list->entries->len - 1);
                return false;
        }
        programme->anchor = anchor;
        programme->description = segment->description;
        programme->next_segment = entry.segment + 1;
        programme->next_init = entry.init + 1;
        programme->length_us += entry.length_us;
        programme->end_us = segment->end_us;
        programme->bytes += (int64_t)size;
        return true;
}

bool programme_finish(Programme *programme, GError **error)
{
        if (programme->list->ended)
                return true;
        programme->list->ended = true;
        if (!write_list(programme, error)) {
                programme->list->ended = false;
                return false;
        }
        languages_tidy(programme->languages, programme->list);
        return true;
}
