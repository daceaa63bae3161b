/* treteau-converter WAY FROM: a recording made elsewhere from descriptor 0, its segments to 1. Started by the server
 * (record/convert.c), never by hand. It reads what anybody may have sent: when a library falls to it, what falls has no
 * file but the one, no network and no more than its memory.
 *
 *   WAY    0, 1, 2 (ConvertWay); FROM: microseconds, where the last piece of an earlier run ended
 *   answer = "film " length " " anew LF (piece)* ("end" / "again " WAY / "no " word) LF
 *   piece  = ["init " bytes LF init] "piece " length " " bytes LF segment */
#include "base/answer.h"
#include "base/calls.h"
#include "base/confine.h"
#include "record/converter/convert.h"
#include "record/recorder/mp4.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { IN = 0, ANSWER = 1, MEMORY_MOST_MIB = 2560, NICER = 19, LINE_BYTES = 120 };

typedef struct Answer {
        const Source *source;
        const uint8_t *config;
        size_t config_size;
        unsigned number;
} Answer;

static bool say(const char *line)
{
        return answer_write(ANSWER, line, strlen(line)) && answer_write(ANSWER, "\n", 1);
}

static bool on_begin(void *owner, const uint8_t *config, size_t config_size, bool picture_anew)
{
        Answer *answer = owner;
        answer->config = config;
        answer->config_size = config_size;
        g_autofree char *line =
                g_strdup_printf("film %" G_GINT64_FORMAT " %d", answer->source->length_us, picture_anew);
        return say(line);
}

static bool tell_init(const Answer *answer, const Segment *segment)
{
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        mp4_put_init(bytes, &segment->description, answer->config, answer->config_size);
        g_autofree char *line = g_strdup_printf("init %u", bytes->len);
        return say(line) && answer_write(ANSWER, bytes->data, bytes->len);
}

static bool on_piece(void *owner, const Segment *segment, bool new_description)
{
        Answer *answer = owner;
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        mp4_put_segment(bytes, answer->number++, segment, &(Anchor){ 0, 0 });
        if (new_description && !tell_init(answer, segment))
                return false;
        g_autofree char *line =
                g_strdup_printf("piece %" G_GINT64_FORMAT " %u", segment->end_us - segment->start_us, bytes->len);
        return say(line) && answer_write(ANSWER, bytes->data, bytes->len);
}

static void be_quiet(void *owner, int level, const char *format, va_list arguments)
{
}

static bool tell_end(const ConvertResult *result)
{
        char line[LINE_BYTES] = "end";
        if (result->fault)
                g_snprintf(line, sizeof line, "no %s", convert_fault_word(result->fault));
        else if (result->again)
                g_snprintf(line, sizeof line, "again %d", result->again);
        return say(line);
}

int main(int argc, char **argv)
{
        if (argc != 3) {
                fprintf(stderr, "%s is started by treteau\n", argv[0]);
                return 2;
        }
        confine(&(Confinement){
                .last_descriptor = ANSWER, .descriptors = ANSWER + 2, .memory_mib = MEMORY_MOST_MIB, .nicer = NICER });
        calls_confine_seeking();
        av_log_set_callback(be_quiet);
        Source source;
        Answer answer = { .source = &source };
        ConvertOut out = { .begin = on_begin, .piece = on_piece, .owner = &answer };
        ConvertResult result = { .fault = CONVERT_FAULT_NONE };
        if (source_open(&source, IN, &result.fault))
                result = convert_run(&source, (ConvertWay)CLAMP(atoi(argv[1]), 0, N_CONVERT_WAYS - 1),
                                     g_ascii_strtoll(argv[2], NULL, 10), &out);
        source_close(&source);
        return tell_end(&result) ? 0 : 1;
}
