#include "slides/slides_private.h"

#include <stdio.h>
#include <string.h>

/* Source words; %d stands for the page, in those that have one. */
static const char *const SENTENCES[] = {
        [SLIDES_FAULT_EMPTY] = N_("This file is empty: choose it again."),
        [SLIDES_FAULT_KIND] = N_("This file is no PDF: save the slides as PDF and send that."),
        [SLIDES_FAULT_LOCKED] = N_("This PDF is locked by a password: save it without one."),
        [SLIDES_FAULT_BYTES] = N_("This file is larger than 50 MB: save it with smaller pictures."),
        [SLIDES_FAULT_PAGES] = N_("This PDF has more than 300 pages: send it in parts."),
        [SLIDES_FAULT_NO_PAGES] = N_("This PDF has no pages."),
        [SLIDES_FAULT_DAMAGED] = N_("This PDF is damaged: save it anew and send it again."),
        [SLIDES_FAULT_LARGE] = N_("This PDF needs too much memory to be drawn: save it with smaller pictures."),
        [SLIDES_FAULT_TIME] = N_("This PDF takes too long to be drawn: save it with simpler pictures."),
        [SLIDES_FAULT_DISK] =
                N_("The slides could not be kept: the server’s disk may be full. Delete them and try again later."),
        [SLIDES_FAULT_PROGRAM] =
                N_("Slides cannot be drawn on this server at the moment; its log says why. Delete them and try again "
                   "later."),
};
static const char *const PAGE_SENTENCES[] = {
        [SLIDES_FAULT_DAMAGED] = N_("Page %d of this PDF is damaged: save it anew and send it again."),
        [SLIDES_FAULT_LARGE] = N_("Page %d needs too much memory to be drawn: make its pictures smaller."),
        [SLIDES_FAULT_TIME] = N_("Page %d takes too long to be drawn: make its pictures simpler."),
};

char *slides_fault_text(const Lang *lang, SlidesFault fault, int page)
{
        const char *of_page = fault < G_N_ELEMENTS(PAGE_SENTENCES) && page > 0 ? PAGE_SENTENCES[fault] : NULL;
        if (!fault)
                return g_strdup("");
        return of_page ? g_strdup_printf(tr(lang, of_page), page) : g_strdup(tr(lang, SENTENCES[fault]));
}

static const char *const WORDS[] = { "",
#define X(name, word) word,
                                     SLIDES_FAULTS(X)
#undef X
};

const char *slides_fault_word(SlidesFault fault)
{
        return WORDS[fault];
}

SlidesFault slides_fault_of(const char *word)
{
        for (size_t i = 1; i < G_N_ELEMENTS(WORDS); i++)
                if (!strcmp(WORDS[i], word))
                        return (SlidesFault)i;
        return SLIDES_FAULT_DAMAGED;
}

char *slides_title(const char *file_name, const char *otherwise)
{
        const char *slash = strrchr(file_name, '/'), *back = strrchr(file_name, '\\');
        const char *name = MAX(slash ? slash + 1 : file_name, back ? back + 1 : file_name);
        g_autofree char *whole = g_utf8_make_valid(name, -1);
        char *dot = strrchr(whole, '.');
        if (dot && !g_ascii_strcasecmp(dot, ".pdf"))
                *dot = '\0';
        g_strdelimit(whole, "_\t\n\r", ' ');
        g_autofree char *cut = g_utf8_substring(whole, 0, MIN(g_utf8_strlen(whole, -1), TITLE_CHARS));
        char *clean = live_clean_text(cut, TITLE_CHARS, false);
        return clean ? clean : g_strdup(otherwise);
}

bool slides_folder_is_sound(const char *name)
{
        return strlen(name) == FOLDER_CHARS && strspn(name, "0123456789abcdef") == FOLDER_CHARS;
}

bool slides_file_is_sound(const char *name)
{
        return strspn(name, "0123456789abcdef") == FILE_CHARS && !strcmp(name + FILE_CHARS, ".webp");
}

char *slides_url(const char *folder, const char *file)
{
        return *file ? g_strdup_printf("/media/slides/%s/%s", folder, file) : g_strdup("");
}

static bool head_is_sound(const PageHead *head)
{
        return head->width >= 1 && head->width <= SLIDES_BIG_SIDE && head->height >= 1 &&
               head->height <= SLIDES_BIG_SIDE && head->small_width >= 1 && head->small_width <= SLIDES_SMALL_SIDE &&
               head->small_height >= 1 && head->small_height <= SLIDES_SMALL_SIDE && head->big_bytes >= 1 &&
               head->big_bytes <= SLIDES_PICTURE_BYTES_MAX && head->small_bytes >= 1 &&
               head->small_bytes <= SLIDES_PICTURE_BYTES_MAX && head->text_bytes <= SLIDES_TEXT_BYTES_MAX;
}

AnswerLine slides_line_read(const char *line)
{
        AnswerLine read = { .kind = LINE_BAD };
        PageHead head = { 0 };
        int end = 0, number = 0, size = (int)strlen(line);
        char word[16] = "";
        if (!strcmp(line, "end"))
                read.kind = LINE_END;
        else if (sscanf(line, "pages %4d%n", &number, &end) == 1 && end == size && number >= 1 &&
                 number <= SLIDES_PAGES_MAX)
                read = (AnswerLine){ .kind = LINE_PAGES, .pages = number };
        else if (sscanf(line, "no %15[a-z] %4d%n", word, &number, &end) == 2 && end == size && number >= 0 &&
                 number <= SLIDES_PAGES_MAX)
                read = (AnswerLine){ .kind = LINE_FAULT, .fault = slides_fault_of(word), .fault_page = number };
        else if (sscanf(line, "page %5d %5d %7zu %5d %5d %7zu %7zu%n", &head.width, &head.height, &head.big_bytes,
                        &head.small_width, &head.small_height, &head.small_bytes, &head.text_bytes, &end) == 7 &&
                 end == size && head_is_sound(&head))
                read = (AnswerLine){ .kind = LINE_PAGE, .head = head };
        return read;
}
