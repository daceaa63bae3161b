#include "web/colour.h"

#include <math.h>
#include <string.h>

enum { STEPS = 256 };

/* The papers that words stand on (web/base.css): the darkest by day, the lightest by night. */
static const Colour INK = { 0x1c, 0x1b, 0x18 }, WHITE = { 255, 255, 255 }, BLACK = { 0, 0, 0 };
static const Colour DAY_PAPER = { 0xf1, 0xee, 0xe5 }, NIGHT_PAPER = { 0x1e, 0x21, 0x25 };

bool colour_parse(const char *text, Colour *ret_colour)
{
        text += *text == '#';
        if (strlen(text) != 6 || strspn(text, "0123456789abcdefABCDEF") != 6)
                return false;
        guint64 value = g_ascii_strtoull(text, NULL, 16);
        *ret_colour = (Colour){ (uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value };
        return true;
}

void colour_text(Colour colour, char ret_text[COLOUR_TEXT_BYTES])
{
        g_snprintf(ret_text, COLOUR_TEXT_BYTES, "#%02x%02x%02x", colour.red, colour.green, colour.blue);
}

Colour colour_of_event(const char *theme, const char *own)
{
        static const struct {
                const char *theme;
                Colour accent;
        } themes[] = { { "nec", { 0xf2, 0xb5, 0x30 } },
                       { "tilleul", { 0xb9, 0xcf, 0x7a } },
                       { "brique", { 0xa8, 0x39, 0x1f } } };
        Colour accent = themes[0].accent;
        if (colour_parse(own, &accent))
                return accent;
        for (size_t i = 0; i < G_N_ELEMENTS(themes); i++)
                if (strcmp(theme, themes[i].theme) == 0)
                        return themes[i].accent;
        return accent;
}

/* WCAG 2.2, "relative luminance" */
static double linear(uint8_t value)
{
        double share = value / 255.0;
        return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4);
}

static double luminance(Colour colour)
{
        return 0.2126 * linear(colour.red) + 0.7152 * linear(colour.green) + 0.0722 * linear(colour.blue);
}

double colour_contrast(Colour one, Colour other)
{
        double a = luminance(one), b = luminance(other);
        return (MAX(a, b) + 0.05) / (MIN(a, b) + 0.05);
}

bool colour_on(Colour accent, Colour *ret_on)
{
        double ink = colour_contrast(accent, INK), white = colour_contrast(accent, WHITE);
        *ret_on = ink >= white ? INK : WHITE;
        return MAX(ink, white) >= CONTRAST_LEAST;
}

static Colour mix(Colour from, Colour to, int step)
{
        return (Colour){ (uint8_t)((from.red * (STEPS - step) + to.red * step) / STEPS),
                         (uint8_t)((from.green * (STEPS - step) + to.green * step) / STEPS),
                         (uint8_t)((from.blue * (STEPS - step) + to.blue * step) / STEPS) };
}

Colour colour_nearest(Colour accent)
{
        Colour ignored;
        for (int step = 0; step <= STEPS; step++) {
                Colour lighter = mix(accent, WHITE, step), darker = mix(accent, BLACK, step);
                if (colour_on(lighter, &ignored))
                        return lighter;
                if (colour_on(darker, &ignored))
                        return darker;
        }
        return WHITE; /* not reached: white passes */
}

/* The accent, made darker by day and lighter by night until it can be read on every paper. */
static Colour text_on_paper(Colour accent, bool dark)
{
        Colour paper = dark ? NIGHT_PAPER : DAY_PAPER, end = dark ? WHITE : BLACK;
        for (int step = 0; step < STEPS; step++) {
                Colour text = mix(accent, end, step);
                if (colour_contrast(text, paper) >= CONTRAST_LEAST)
                        return text;
        }
        return end;
}

Palette palette_of(Colour accent, bool dark)
{
        Palette palette = { .accent = accent, .text = text_on_paper(accent, dark) };
        colour_on(accent, &palette.on);
        return palette;
}

static void append_tokens(GString *sheet, const char *selector, const Palette *palette)
{
        char accent[COLOUR_TEXT_BYTES], on[COLOUR_TEXT_BYTES], text[COLOUR_TEXT_BYTES];
        colour_text(palette->accent, accent);
        colour_text(palette->on, on);
        colour_text(palette->text, text);
        g_string_append_printf(sheet, "%s{--accent:%s;--on-accent:%s;--accent-text:%s}", selector, accent, on, text);
}

char *palette_sheet(Colour accent, const char *class_name)
{
        Palette day = palette_of(accent, false), night = palette_of(accent, true);
        g_autofree char *plain = g_strconcat(".", class_name, NULL), *dark = g_strconcat(plain, ".dark", NULL);
        GString *sheet = g_string_new("@layer tokens{");
        append_tokens(sheet, plain, &day);
        g_string_append(sheet, "@media (prefers-color-scheme:dark){");
        append_tokens(sheet, plain, &night);
        g_string_append_c(sheet, '}');
        append_tokens(sheet, dark, &night);
        g_string_append(sheet, "}\n");
        return g_string_free(sheet, FALSE);
}
