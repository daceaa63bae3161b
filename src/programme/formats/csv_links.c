#include "programme/formats/csv_links.h"

#include <string.h>

static const struct {
        const char *word, *french;
} words[LINK_KINDS] = {
        [LINK_PLAIN] = { "link", "lien" },        [LINK_ATTACHMENT] = { "document", "document" },
        [LINK_FEEDBACK] = { "feedback", "avis" }, [LINK_ORIGIN] = { "origin", "origine" },
        [LINK_VIDEO] = { "video", "vidéo" },      [LINK_RECORDING] = { "recording", "enregistrement" },
        [LINK_LOGO] = { "logo", "logo" },
};

/* The kind that the line begins with, and what follows; LINK_KINDS when it says none. */
static LinkKind kind_of(const char *line, const char **ret_rest)
{
        for (LinkKind kind = 0; kind < LINK_KINDS; kind++) {
                const char *const names[] = { words[kind].word, words[kind].french };
                for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
                        size_t length = strlen(names[i]);
                        if (g_ascii_strncasecmp(line, names[i], length))
                                continue;
                        const char *colon = line + length;
                        while (*colon == ' ')
                                colon++;
                        if (*colon == ':' && colon[1] == ' ') {
                                *ret_rest = colon + 2;
                                return kind;
                        }
                }
        }
        return LINK_KINDS;
}

/* As an address stands between < and >: those two and blanks, which no address holds, are percent-encoded. */
static void put_address(GString *lines, const char *url)
{
        for (const char *c = url; *c; c++)
                if (*c == '<' || *c == '>' || (unsigned char)*c <= ' ')
                        g_string_append_printf(lines, "%%%02X", (unsigned)(unsigned char)*c);
                else
                        g_string_append_c(lines, *c);
}

void csv_link_put(GString *lines, const ProgrammeLink *link)
{
        const char *rest;
        bool misread = kind_of(link->title, &rest) != LINK_KINDS || kind_of(link->url, &rest) != LINK_KINDS;
        if (lines->len)
                g_string_append_c(lines, '\n');
        if (link->kind != LINK_PLAIN || misread)
                g_string_append_printf(lines, "%s: ", words[link->kind].word);
        if (!*link->title) {
                put_address(lines, link->url);
                return;
        }
        g_string_append_printf(lines, "%s <", link->title);
        put_address(lines, link->url);
        g_string_append_c(lines, '>');
}

ProgrammeLink csv_link_read(Programme *programme, const char *line)
{
        const char *rest = line;
        LinkKind kind = kind_of(line, &rest);
        g_autofree char *text = g_strstrip(g_strdup(rest));
        char *open = g_str_has_suffix(text, ">") ? strrchr(text, '<') : NULL;
        ProgrammeLink link = { .kind = kind == LINK_KINDS ? LINK_PLAIN : kind, .title = "", .type = "", .service = "" };
        if (open) {
                text[strlen(text) - 1] = '\0';
                *open = '\0';
                link.title = programme_text(programme, g_strstrip(text));
                link.url = programme_text(programme, g_strstrip(open + 1));
        } else {
                link.url = programme_text(programme, text);
        }
        return link;
}
