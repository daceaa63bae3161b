#include "record/recorder/languages.h"

#include "record/recorder/file.h"
#include "record/recorder/mixer.h"

#include <math.h>
#include <opus/opus.h>
#include <stdio.h>
#include <string.h>

enum {
        NAME_BYTES = 2 * FILE_NAME_BYTES,
        HELD_SAMPLES = 8 * MIXER_RATE, /* the stage stays lowered for so long after a word */
        BANDWIDTH = 4000000,           /* of a recording at most, about: a list of lists must say some number */
};
#define STAGE_BENEATH 0.15f
#define VOICE_FROM 0.01f                    /* −40 dB of full scale, of a block's root mean square */
#define GAIN_STEP (1.0f / (MIXER_RATE / 4)) /* from soft to full in a quarter of a second */

typedef struct Language {
        char code[RECORD_LANGUAGE_BYTES + 1]; /* "": none */
        Mixer *mixer;
        Aac *aac;
        Samples packets;
        int64_t first; /* position of the encoder's first sample */
        float gain;    /* of the stage */
        int64_t lowered_until;
        float clip_memory;
        bool heard, told; /* somebody was; and the list of lists says so */
} Language;

struct Languages {
        Language all[RECORD_LANGUAGES];
        int channel_of[RECORD_LANGUAGES]; /* which of all a channel of the room is, -1: none */
        bool begun;                       /* the recording has a segment: nothing can be added */
};

bool languages_code_is_sound(const char *code)
{
        size_t letters = strspn(code, "abcdefghijklmnopqrstuvwxyz"), length = strlen(code);
        return letters >= 2 && letters <= 3 && length <= RECORD_LANGUAGE_BYTES &&
               strspn(code, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == length &&
               (letters == length || code[letters] == '-');
}

void language_segment_name(const char *code, unsigned number, char ret_name[NAME_BYTES])
{
        g_snprintf(ret_name, NAME_BYTES, "%s-%06u.m4s", code, number);
}

/* --- Which there are ---------------------------------------------------------------------------------------------- */

static void on_packet(void *owner, const uint8_t *packet, size_t size, int64_t first_sample)
{
        Language *language = owner;
        samples_add(&language->packets, packet, size, language->first + first_sample);
}

static bool language_open(Language *language, const char *code, GError **error)
{
        language->aac = aac_new(on_packet, language, error);
        if (!language->aac)
                return false;
        g_strlcpy(language->code, code, sizeof language->code);
        language->mixer = mixer_new();
        language->gain = 1;
        samples_init(&language->packets);
        return true;
}

static Language *find(Languages *languages, const char *code)
{
        for (unsigned i = 0; i < RECORD_LANGUAGES; i++)
                if (strcmp(languages->all[i].code, code) == 0)
                        return &languages->all[i];
        return NULL;
}

/* "…,LANGUAGE="fr",URI=…": what this program wrote. */
char **languages_heard(void)
{
        g_autofree char *text = NULL;
        g_autoptr(GStrvBuilder) codes = g_strv_builder_new();
        static const char mark[] = ",LANGUAGE=\"";
        g_file_get_contents(LANGUAGES_NAME, &text, NULL, NULL);
        for (const char *at = text ? strstr(text, mark) : NULL; at; at = strstr(at, mark)) {
                at += sizeof mark - 1;
                const char *end = strchr(at, '"');
                g_autofree char *code = end ? g_strndup(at, (gsize)(end - at)) : NULL;
                if (code && languages_code_is_sound(code))
                        g_strv_builder_add(codes, code);
        }
        return g_strv_builder_end(codes);
}

static bool open_those_of_folder(Languages *languages, GError **error)
{
        g_autoptr(GDir) folder = g_dir_open(".", 0, error);
        const char *name;
        unsigned n = 0;
        while (folder && (name = g_dir_read_name(folder))) {
                g_autofree char *code =
                        g_str_has_suffix(name, ".m3u8") ? g_strndup(name, strlen(name) - strlen(".m3u8")) : NULL;
                if (!code || !languages_code_is_sound(code) || n == RECORD_LANGUAGES)
                        continue;
                if (!language_open(&languages->all[n++], code, error))
                        return false;
        }
        g_auto(GStrv) heard = languages_heard();
        for (char **code = heard; *code; code++) {
                Language *language = find(languages, *code);
                if (language)
                        language->heard = language->told = true;
        }
        return folder != NULL;
}

Languages *languages_new(const Playlist *list, GError **error)
{
        g_autoptr(Languages) languages = g_new0(Languages, 1);
        memset(languages->channel_of, -1, sizeof languages->channel_of);
        languages->begun = list->entries->len > 0;
        if (languages->begun && !open_those_of_folder(languages, error))
                return NULL;
        return g_steal_pointer(&languages);
}

void languages_free(Languages *languages)
{
        for (unsigned i = 0; languages && i < RECORD_LANGUAGES; i++) {
                Language *language = &languages->all[i];
                aac_free(language->aac);
                mixer_free(language->mixer);
                if (language->aac)
                        samples_clear(&language->packets);
        }
        g_free(languages);
}

void languages_offer(Languages *languages, unsigned channel, const char *code)
{
        Language *language = find(languages, code);
        if (!language && !languages->begun) {
                language = find(languages, "");
                g_autoptr(GError) error = NULL;
                if (language && !language_open(language, code, &error))
                        language = NULL;
        }
        languages->channel_of[channel] = language ? (int)(language - languages->all) : -1;
}

/* --- Sound -------------------------------------------------------------------------------------------------------- */

void languages_packet(Languages *languages, unsigned channel, const uint8_t *opus, size_t size, int64_t position)
{
        int place = languages->channel_of[channel];
        if (place >= 0)
                mixer_packet(languages->all[place].mixer, 0, opus, size, position);
}

void languages_start(Languages *languages, int64_t position)
{
        languages->begun = true;
        for (unsigned i = 0; i < RECORD_LANGUAGES; i++) {
                languages->all[i].first = position;
                if (languages->all[i].mixer)
                        mixer_start(languages->all[i].mixer, position);
        }
}

static bool is_voice(const float pcm[AAC_FRAME_SAMPLES])
{
        float power = 0;
        for (unsigned i = 0; i < AAC_FRAME_SAMPLES; i++)
                power += pcm[i] * pcm[i];
        return sqrtf(power / AAC_FRAME_SAMPLES) >= VOICE_FROM;
}

/* The interpreter in full, the stage beneath: lowered with the first word, raised when nothing is said for long. */
static void mix(Language *language, const float stage[AAC_FRAME_SAMPLES])
{
        float pcm[AAC_FRAME_SAMPLES];
        int64_t position = mixer_position(language->mixer);
        mixer_read(language->mixer, pcm, AAC_FRAME_SAMPLES);
        if (is_voice(pcm)) {
                language->lowered_until = position + HELD_SAMPLES;
                language->heard = true;
        }
        float aim = position < language->lowered_until ? STAGE_BENEATH : 1;
        for (unsigned i = 0; i < AAC_FRAME_SAMPLES; i++) {
                language->gain += CLAMP(aim - language->gain, -GAIN_STEP, GAIN_STEP);
                pcm[i] += stage[i] * language->gain;
        }
        opus_pcm_soft_clip(pcm, AAC_FRAME_SAMPLES, 1, &language->clip_memory);
        aac_encode(language->aac, pcm);
}

void languages_mix(Languages *languages, const float stage[AAC_FRAME_SAMPLES])
{
        for (unsigned i = 0; i < RECORD_LANGUAGES; i++)
                if (languages->all[i].aac)
                        mix(&languages->all[i], stage);
}

void languages_finish(Languages *languages)
{
        for (unsigned i = 0; i < RECORD_LANGUAGES; i++)
                if (languages->all[i].aac)
                        aac_finish(languages->all[i].aac);
}

/* --- Files -------------------------------------------------------------------------------------------------------- */

void languages_take(Languages *languages, int64_t before, Segment *segment)
{
        for (unsigned i = 0; i < RECORD_LANGUAGES; i++) {
                if (!languages->all[i].aac)
                        continue;
                samples_init(&segment->languages[i]);
                samples_move_before(&languages->all[i].packets, &segment->languages[i], before);
        }
}

static bool write_init(const Language *language, GError **error)
{
        g_autofree char *name = g_strconcat(language->code, ".mp4", NULL);
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        size_t size;
        const uint8_t *config = aac_config(language->aac, &size);
        mp4_put_sound_init(bytes, config, size);
        return g_file_test(name, G_FILE_TEST_EXISTS) || file_replace(name, bytes->data, bytes->len, error);
}

bool languages_write_segment(Languages *languages, const Segment *segment, unsigned number, const Anchor *anchor,
                             GError **error)
{
        for (unsigned i = 0; i < RECORD_LANGUAGES; i++) {
                const Language *language = &languages->all[i];
                if (!language->aac || !segment->languages[i].list)
                        continue;
                g_autoptr(GByteArray) bytes = g_byte_array_new();
                mp4_put_sound_segment(bytes, number, &segment->languages[i], anchor);
                char name[NAME_BYTES];
                language_segment_name(language->code, number, name);
                if (!write_init(language, error) || !file_replace(name, bytes->data, bytes->len, error))
                        return false;
        }
        return true;
}

/* The stage's own sound is in the recording itself: the rendition without an address. */
static bool write_list_of_lists(Languages *languages, GError **error)
{
        g_autoptr(GString) text = g_string_new("#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n"
                                               "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"sound\",NAME=\"*\",DEFAULT=YES,"
                                               "AUTOSELECT=YES\n");
        for (unsigned i = 0; i < RECORD_LANGUAGES; i++)
                if (languages->all[i].heard)
                        g_string_append_printf(text,
                                               "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"sound\",NAME=\"%s\",DEFAULT=NO,"
                                               "AUTOSELECT=NO,LANGUAGE=\"%s\",URI=\"%s.m3u8\"\n",
                                               languages->all[i].code, languages->all[i].code, languages->all[i].code);
        g_string_append_printf(text, "#EXT-X-STREAM-INF:BANDWIDTH=%d,AUDIO=\"sound\"\n" PLAYLIST_NAME "\n", BANDWIDTH);
        return file_replace(LANGUAGES_NAME, text->str, text->len, error);
}

bool languages_write_lists(Languages *languages, const Playlist *list, GError **error)
{
        bool news = false;
        for (unsigned i = 0; i < RECORD_LANGUAGES; i++) {
                const Language *language = &languages->all[i];
                if (!language->aac)
                        continue;
                g_autofree char *name = g_strconcat(language->code, ".m3u8", NULL);
                g_autoptr(GString) text = playlist_text_of_language(list, language->code);
                if (!file_replace(name, text->str, text->len, error))
                        return false;
                news |= language->heard && !language->told;
        }
        if (news && !write_list_of_lists(languages, error))
                return false;
        for (unsigned i = 0; i < RECORD_LANGUAGES; i++)
                languages->all[i].told = languages->all[i].heard;
        return true;
}

void languages_tidy(Languages *languages, const Playlist *list)
{
        for (unsigned i = 0; i < RECORD_LANGUAGES; i++) {
                const Language *language = &languages->all[i];
                if (!language->aac || language->heard)
                        continue;
                g_autofree char *own = g_strconcat(language->code, ".m3u8", NULL);
                g_autofree char *init = g_strconcat(language->code, ".mp4", NULL);
                remove(own);
                remove(init);
                for (guint k = 0; k < list->entries->len; k++) {
                        char name[NAME_BYTES];
                        language_segment_name(language->code, g_array_index(list->entries, PlaylistEntry, k).segment,
                                              name);
                        remove(name);
                }
        }
}
