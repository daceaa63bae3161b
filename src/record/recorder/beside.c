#include "record/recorder/beside.h"

#include "record/recorder/file.h"
#include "record/recorder/mp4.h"
#include "record/recorder/playlist.h"
#include "record/recorder/segment.h"

#define CUT_US INT64_C(1950000)
#define SILENCE_US INT64_C(2000000)
#define SEGMENT_MOST_US INT64_C(10000000)
#define LAST_PICTURE_US INT64_C(40000) /* how long the last one of a stretch is shown */

struct Beside {
        Playlist *list; /* NULL: it cannot be read */
        unsigned next_segment, next_init;
        int64_t length_us, end_us; /* of all stretches; by the server's clock */
        bool goes_on;              /* the next segment follows the last one without a hole */
        AvcDescription description;
        Anchor anchor;
        Segment *open;
};

/* --- The list: that of a programme, with other letters ------------------------------------------------------------ */

static GString *list_text(const Playlist *list)
{
        GString *text = playlist_text(list);
        g_string_replace(text, "URI=\"i", "URI=\"j", 0);
        g_string_replace(text, "\ns", "\nb", 0);
        return text;
}

static Playlist *read_list(void)
{
        g_autofree char *file = NULL;
        if (!g_file_test(BESIDE_NAME, G_FILE_TEST_EXISTS))
                return playlist_new();
        if (!g_file_get_contents(BESIDE_NAME, &file, NULL, NULL))
                return NULL;
        g_autoptr(GString) text = g_string_new(file);
        g_string_replace(text, "URI=\"j", "URI=\"i", 0);
        g_string_replace(text, "\nb", "\ns", 0);
        return playlist_parse(text->str, text->len, NULL);
}

static bool write_list(const Beside *beside)
{
        g_autoptr(GString) text = list_text(beside->list);
        return file_replace(BESIDE_NAME, text->str, text->len, NULL);
}

/* --- Segments ----------------------------------------------------------------------------------------------------- */

static bool write_init(const Segment *segment, unsigned number)
{
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        char name[FILE_NAME_BYTES];
        mp4_put_init(bytes, &segment->description, NULL, 0);
        init_file_name(number, name);
        name[0] = 'j';
        return file_replace(name, bytes->data, bytes->len, NULL);
}

static bool write_segment(const Segment *segment, unsigned number, const Anchor *anchor)
{
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        char name[FILE_NAME_BYTES];
        mp4_put_segment(bytes, number, segment, anchor);
        segment_file_name(number, name);
        name[0] = 'b';
        return file_replace(name, bytes->data, bytes->len, NULL);
}

static bool publish(Beside *beside, const Segment *segment)
{
        bool hole = !beside->goes_on || segment->start_us != beside->end_us;
        bool change = hole || !avc_description_equal(&beside->description, &segment->description);
        Anchor anchor = hole ? (Anchor){ segment->start_us, beside->length_us } : beside->anchor;
        PlaylistEntry entry = { .segment = beside->next_segment,
                                .init = change ? beside->next_init : beside->next_init - 1,
                                .begins_stretch = change,
                                .clock_us = segment->start_us,
                                .length_us = segment->end_us - segment->start_us };
        if ((change && !write_init(segment, entry.init)) || !write_segment(segment, entry.segment, &anchor))
                return false;
        folder_sync(); /* the segment's name is on the disk before the list's (programme.c) */
        playlist_add(beside->list, &entry);
        if (!write_list(beside)) {
                g_array_set_size(beside->list->entries, beside->list->entries->len - 1);
                return false;
        }
        beside->anchor = anchor;
        beside->description = segment->description;
        beside->next_segment = entry.segment + 1;
        beside->next_init = entry.init + 1;
        beside->length_us += entry.length_us;
        beside->end_us = segment->end_us;
        return true;
}

static void close_segment(Beside *beside, int64_t end_us)
{
        if (!beside->open)
                return;
        g_autoptr(Segment) segment = g_steal_pointer(&beside->open);
        segment->end_us = MAX(end_us, segment_last_us(segment) + 1000);
        beside->goes_on = publish(beside, segment);
}

static void end_stretch(Beside *beside)
{
        if (beside->open)
                close_segment(beside, segment_last_us(beside->open) + LAST_PICTURE_US);
        beside->goes_on = false;
}

/* --- From outside ------------------------------------------------------------------------------------------------- */

Beside *beside_new(void)
{
        Beside *beside = g_new0(Beside, 1);
        beside->list = read_list();
        const PlaylistEntry *last = beside->list ? playlist_last(beside->list) : NULL;
        if (last) {
                beside->length_us = playlist_length_us(beside->list);
                beside->end_us = last->clock_us + last->length_us + 1000; /* dates are cut to milliseconds */
                beside->next_segment = last->segment + 1;
                beside->next_init = last->init + 1;
        }
        return beside;
}

void beside_free(Beside *beside)
{
        if (!beside)
                return;
        playlist_free(beside->list);
        segment_free(beside->open);
        g_free(beside);
}

void beside_picture(Beside *beside, const uint8_t *bytes, size_t length, int64_t time_us, bool key)
{
        AvcDescription description;
        if (!beside->list || beside->list->ended)
                return;
        key = key && avc_describe(bytes, length, &description);
        if (beside->open)
                time_us = MAX(time_us, segment_last_us(beside->open) + 1000);
        bool too_much = beside->open && (segment_bytes(beside->open) > SEGMENT_BYTES_MOST ||
                                         beside->open->pictures.list->len >= SEGMENT_PICTURES_MOST ||
                                         time_us - beside->open->start_us > SEGMENT_MOST_US);
        if (!key && too_much)
                end_stretch(beside);
        if (key && beside->open &&
            (time_us - beside->open->start_us >= CUT_US ||
             !avc_description_equal(&beside->open->description, &description)))
                close_segment(beside, time_us);
        if (!beside->open) {
                if (!key || time_us < beside->end_us)
                        return;
                beside->open = segment_new(time_us, &description);
        }
        segment_add_picture(beside->open, bytes, length, time_us, key);
}

void beside_off(Beside *beside, int64_t time_us)
{
        if (beside->open)
                close_segment(beside, CLAMP(time_us, segment_last_us(beside->open),
                                            segment_last_us(beside->open) + SILENCE_US));
        beside->goes_on = false;
}

void beside_tick(Beside *beside, int64_t now_us)
{
        if (beside->open && now_us - segment_last_us(beside->open) > SILENCE_US)
                end_stretch(beside);
}

void beside_finish(Beside *beside, bool ended)
{
        end_stretch(beside);
        if (!ended || !beside->list || beside->list->ended || beside->list->entries->len == 0)
                return;
        beside->list->ended = true;
        write_list(beside);
}
