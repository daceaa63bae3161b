#include "programme/favourite.h"

#include "programme/identity.h"

#include <string.h>

static int place_of(const GPtrArray *codes, const char *code)
{
        for (guint i = 0; i < codes->len; i++)
                if (!strcmp(codes->pdata[i], code))
                        return (int)i;
        return -1;
}

bool favourite_put(GPtrArray *codes, const char *code, bool kept)
{
        int place = place_of(codes, code);
        if (!kept) {
                if (place >= 0)
                        g_ptr_array_remove_index(codes, (guint)place);
                return true;
        }
        if (place >= 0)
                return true;
        if (codes->len >= FAVOURITES_MAX)
                return false;
        g_ptr_array_add(codes, g_strdup(code));
        return true;
}

GPtrArray *favourite_codes(const char *text)
{
        GPtrArray *codes = g_ptr_array_new_with_free_func(g_free);
        g_auto(GStrv) words = g_strsplit(text ? text : "", ".", FAVOURITES_MAX + 1);
        for (guint i = 0; words[i]; i++)
                if (code_is_valid(words[i]))
                        favourite_put(codes, words[i], true);
        return codes;
}

char *favourite_text(const GPtrArray *codes)
{
        GString *text = g_string_new(NULL);
        for (guint i = 0; i < codes->len; i++)
                g_string_append_printf(text, "%s%s", i ? "." : "", (const char *)codes->pdata[i]);
        return g_string_free(text, FALSE);
}

int favourite_clash(const GPtrArray *talks, guint place)
{
        const Talk *one = talks->pdata[place];
        for (guint i = 0; i < talks->len && !one->cancelled; i++) {
                const Talk *other = talks->pdata[i];
                if (i != place && !other->cancelled && other->start_us < one->end_us && other->end_us > one->start_us)
                        return (int)i;
        }
        return -1;
}
