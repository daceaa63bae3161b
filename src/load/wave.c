#include "load/wave.h"

static const char *const words[] = {
#define WAVE_WORD(name, word) word,
        WAVES(WAVE_WORD)
#undef WAVE_WORD
};

struct Wave {
        WaveKind kind;
        unsigned people, everybody;
        int64_t from, begun_us; /* begun_us 0: not yet */
        Times *own, *all;
};

Wave *wave_new(WaveKind kind)
{
        Wave *wave = g_new0(Wave, 1);
        *wave = (Wave){ .kind = kind, .own = times_new(), .all = times_new() };
        return wave;
}

void wave_free(Wave *wave)
{
        if (!wave)
                return;
        g_array_unref(wave->own);
        g_array_unref(wave->all);
        g_free(wave);
}

void wave_begin(Wave *wave, unsigned people, unsigned everybody, int64_t from, int64_t now_us)
{
        wave->people = people;
        wave->everybody = everybody;
        wave->from = from;
        wave->begun_us = now_us;
}

bool wave_begun(const Wave *wave)
{
        return wave->begun_us != 0;
}

void wave_answered(Wave *wave, int64_t now_us)
{
        times_add(wave->own, now_us - wave->begun_us);
}

bool wave_whole(const Wave *wave, int64_t count)
{
        return wave->kind == WAVE_LOWER ? count <= wave->from - wave->people : count >= wave->from + wave->people;
}

void wave_reached(Wave *wave, int64_t now_us)
{
        times_add(wave->all, now_us - wave->begun_us);
}

bool wave_done(const Wave *wave)
{
        bool answered = wave->kind == WAVE_REACT || wave->own->len >= wave->people;
        return !wave_begun(wave) || (answered && wave->all->len >= wave->everybody);
}

const char *wave_word(const Wave *wave)
{
        return words[wave->kind];
}

void wave_put(Wave *wave, json_t *figures)
{
        if (!wave_begun(wave))
                return;
        g_autofree char *own = g_strdup_printf("%s_own", wave_word(wave));
        g_autofree char *all = g_strdup_printf("%s_all", wave_word(wave));
        if (wave->own->len)
                figures_put_times(figures, own, wave->own);
        figures_put_times(figures, all, wave->all);
}
