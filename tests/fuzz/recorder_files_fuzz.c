/* What the recorder reads that it did not just make itself: access units, Opus packets, and its own files after a
 * crash. The first byte chooses. */
#include "record/recorder/avc.h"
#include "record/recorder/fragment.h"
#include "record/recorder/mixer.h"
#include "record/recorder/playlist.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_picture(const uint8_t *data, size_t size)
{
        AvcDescription description;
        if (avc_describe(data, size, &description))
                g_assert(description.avcc_size <= AVCC_BYTES && description.width > 0 && description.height > 0);
        g_autoptr(GByteArray) out = g_byte_array_new();
        g_assert(avc_append_sample(out, data, size) == out->len);
}

static void fuzz_voice(const uint8_t *data, size_t size)
{
        g_autoptr(Mixer) mixer = mixer_new();
        float pcm[960];
        mixer_start(mixer, 48000);
        /* Two bytes of place and length each, then the packet. */
        while (size >= 2) {
                size_t length = MIN(data[1], size - 2);
                mixer_packet(mixer, data[0] % 12, data + 2, length, 48000 + (int64_t)(data[0] - 100) * 480);
                data += 2 + length;
                size -= 2 + length;
        }
        mixer_read(mixer, pcm, G_N_ELEMENTS(pcm));
        for (size_t i = 0; i < G_N_ELEMENTS(pcm); i++)
                g_assert(pcm[i] >= -1 && pcm[i] <= 1);
}

/* A list that is accepted is written and read again the same. */
static void fuzz_list(const uint8_t *data, size_t size)
{
        g_autoptr(Playlist) list = playlist_parse((const char *)data, size, NULL);
        if (!list)
                return;
        g_autoptr(GString) text = playlist_text(list);
        g_autoptr(Playlist) again = playlist_parse(text->str, text->len, NULL);
        g_assert(again && again->entries->len == list->entries->len);
        g_assert(playlist_length_us(again) == playlist_length_us(list));
}

static void fuzz_fragment(const uint8_t *data, size_t size)
{
        Fragment fragment;
        const uint8_t *entry;
        size_t entry_size;
        if (fragment_parse(data, size, size, &fragment)) {
                g_assert(fragment.picture.offset + fragment.picture.bytes <= size);
                g_assert(fragment.sound.offset + fragment.sound.bytes <= size);
                fragment_clear(&fragment);
        }
        if (fragment_parse_sound(data, size, size, &fragment)) {
                g_assert(fragment.sound.offset + fragment.sound.bytes <= size);
                fragment_clear(&fragment);
        }
        if (init_entry(data, size, 1, &entry, &entry_size))
                g_assert(entry >= data && entry + entry_size <= data + size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static void (*const targets[])(const uint8_t *, size_t) = { fuzz_picture, fuzz_voice, fuzz_list,
                                                                    fuzz_fragment };
        if (size > 0)
                targets[data[0] % G_N_ELEMENTS(targets)](data + 1, size - 1);
        return 0;
}
