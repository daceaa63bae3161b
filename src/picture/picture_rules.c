#include "picture/picture_private.h"

#include <stdio.h>
#include <string.h>

enum { HASH_CHARACTERS = 32, BIG_SIDE_MOST = 1200, SMALL_SIDE_MOST = 320 };

bool picture_name_is_sound(const char *name)
{
        if (strspn(name, "0123456789abcdef") != HASH_CHARACTERS)
                return false;
        const char *rest = name + HASH_CHARACTERS;
        if (g_str_has_prefix(rest, "-320"))
                rest += strlen("-320");
        return !strcmp(rest, ".jpg") || !strcmp(rest, ".png");
}

char *picture_small_name(const char *file)
{
        const char *dot = strrchr(file, '.');
        return dot ? g_strdup_printf("%.*s-320%s", (int)(dot - file), file, dot) : g_strdup(file);
}

char *picture_big_name(const char *file)
{
        const char *small = strstr(file, "-320.");
        return small ? g_strdup_printf("%.*s%s", (int)(small - file), file, small + strlen("-320")) : g_strdup(file);
}

char *picture_url(const char *file)
{
        return file && *file ? g_strconcat("/media/picture/", file, NULL) : g_strdup("");
}

char *picture_small_url(const char *file)
{
        g_autofree char *small = file && *file ? picture_small_name(file) : NULL;
        return picture_url(small);
}

static bool side_is_sound(int side, int most)
{
        return side >= 1 && side <= most;
}

static PictureFault fault_of(const char *word)
{
        static const char *const words[] = { "",
#define X(name, word_) word_,
                                             PICTURE_FAULTS(X)
#undef X
        };
        for (size_t i = 1; i < G_N_ELEMENTS(words); i++)
                if (!strcmp(words[i], word))
                        return (PictureFault)i;
        return PICTURE_FAULT_DAMAGED;
}

bool picture_answer_read(const char *line, PictureDraft *draft, PictureFault *ret_fault)
{
        char word[16] = "", ending[4] = "";
        int end = 0;
        *ret_fault = PICTURE_FAULT_DAMAGED;
        if (sscanf(line, "no %15[a-z]", word) == 1) {
                *ret_fault = fault_of(word);
                return false;
        }
        if (sscanf(line, "ok %3[a-z] %5d %5d %5d %5d\n%n", ending, &draft->width, &draft->height, &draft->small_width,
                   &draft->small_height, &end) != 5 ||
            end != (int)strlen(line) || line[end - 1] != '\n')
                return false;
        if (strcmp(ending, "jpg") && strcmp(ending, "png"))
                return false;
        draft->ending = ending[0] == 'j' ? "jpg" : "png";
        if (!side_is_sound(draft->width, BIG_SIDE_MOST) || !side_is_sound(draft->height, BIG_SIDE_MOST) ||
            !side_is_sound(draft->small_width, SMALL_SIDE_MOST) || !side_is_sound(draft->small_height, SMALL_SIDE_MOST))
                return false;
        *ret_fault = PICTURE_FAULT_NONE;
        return true;
}
