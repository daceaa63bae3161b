#include "base/clean.h"
#include "base/url.h"
#include <glib.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 32, INPUT_BYTES_MAX = 256 * 1024, URL_BYTES_MAX = 2000 };

typedef enum {
        INLINE,
        LINK,
        PICTURE,
        LINE_BREAK,
        PARAGRAPH, /* holds inline content, as do HEADING and PREFORMATTED */
        HEADING,
        PREFORMATTED,
        RULE,
        QUOTE, /* holds blocks */
        LIST,
        ITEM,
        SEPARATOR, /* not written, but ends a paragraph */
        HIDDEN,    /* not written, and neither is what it holds */
} Kind;

typedef struct {
        const char *name;
        Kind kind;
        const char *written; /* NULL: as it is named */
} Element;

static const Element elements[] = {
        { "p", PARAGRAPH },
        { "br", LINE_BREAK },
        { "hr", RULE },
        { "ul", LIST },
        { "ol", LIST },
        { "li", ITEM },
        { "blockquote", QUOTE },
        { "pre", PREFORMATTED },
        { "code", INLINE },
        { "em", INLINE },
        { "i", INLINE, "em" },
        { "strong", INLINE },
        { "b", INLINE, "strong" },
        { "a", LINK },
        { "img", PICTURE },
        { "h1", HEADING },
        { "h2", HEADING },
        { "h3", HEADING },
        { "h4", HEADING },
        { "h5", HEADING },
        { "h6", HEADING },
        { "div", SEPARATOR },
        { "section", SEPARATOR },
        { "article", SEPARATOR },
        { "header", SEPARATOR },
        { "footer", SEPARATOR },
        { "table", SEPARATOR },
        { "tr", SEPARATOR },
        { "td", SEPARATOR },
        { "th", SEPARATOR },
        { "dl", SEPARATOR },
        { "dt", SEPARATOR },
        { "dd", SEPARATOR },
        { "figure", SEPARATOR },
        { "figcaption", SEPARATOR },
        { "script", HIDDEN },
        { "style", HIDDEN },
        { "title", HIDDEN },
        { "textarea", HIDDEN },
        { "iframe", HIDDEN },
        { "noscript", HIDDEN },
        { "template", HIDDEN },
        { "object", HIDDEN },
        { "svg", HIDDEN },
        { "math", HIDDEN },
        { "select", HIDDEN },
        { "xmp", HIDDEN },
        { "noembed", HIDDEN },
};

typedef struct {
        const Element *element;
        char written[12];
} Open;

typedef struct {
        GString *out;
        Open open[DEPTH_MAX];
        int depth;
        int heading_first, heading_last; /* levels: the first one met, and the last one written */
} Cleaner;

static const Element *find_element(const char *name)
{
        for (size_t i = 0; i < G_N_ELEMENTS(elements); i++)
                if (!g_ascii_strcasecmp(elements[i].name, name))
                        return &elements[i];
        return NULL;
}

/* --- What is written --- */

static void append_escaped(GString *out, const char *text)
{
        for (const char *p = text; *p; p++) {
                static const char special[] = "&<>\"'";
                static const char *const written[] = { "&amp;", "&lt;", "&gt;", "&quot;", "&#39;" };
                const char *found = strchr(special, *p);
                if (found)
                        g_string_append(out, written[found - special]);
                else
                        g_string_append_c(out, *p);
        }
}

static Kind top_kind(const Cleaner *c)
{
        return c->depth ? c->open[c->depth - 1].element->kind : QUOTE; /* the text's root holds blocks, like a quote */
}

static void close_top(Cleaner *c)
{
        const Open *top = &c->open[--c->depth];
        if (top->element->kind == PARAGRAPH && g_str_has_suffix(c->out->str, "<p>"))
                g_string_truncate(c->out, c->out->len - strlen("<p>"));
        else
                g_string_append_printf(c->out, "</%s>", top->written);
}

static bool push(Cleaner *c, const Element *element, const char *written)
{
        if (c->depth == DEPTH_MAX)
                return false;
        Open *open = &c->open[c->depth++];
        open->element = element;
        g_strlcpy(open->written,
                  written            ? written
                  : element->written ? element->written
                                     : element->name,
                  sizeof open->written);
        g_string_append_printf(c->out, "<%s", open->written);
        return true;
}

static void open_simple(Cleaner *c, const Element *element, const char *written)
{
        if (push(c, element, written))
                g_string_append_c(c->out, '>');
}

/* Ends what holds inline content only, so that a block may stand here. */
static void make_place_for_block(Cleaner *c)
{
        while (top_kind(c) == INLINE || top_kind(c) == LINK || top_kind(c) == PARAGRAPH || top_kind(c) == HEADING ||
               top_kind(c) == PREFORMATTED)
                close_top(c);
        if (top_kind(c) == LIST)
                open_simple(c, find_element("li"), NULL);
}

static void make_place_for_text(Cleaner *c)
{
        if (top_kind(c) == LIST)
                open_simple(c, find_element("li"), NULL);
        else if (top_kind(c) == QUOTE)
                open_simple(c, find_element("p"), NULL);
}

static void write_text(Cleaner *c, const char *text)
{
        bool blank = text[strspn(text, " \t\r\n\f")] == '\0';
        if (blank && (top_kind(c) == LIST || top_kind(c) == QUOTE))
                return;
        make_place_for_text(c);
        append_escaped(c->out, text);
}

static void open_heading(Cleaner *c, const Element *element)
{
        int level = element->name[1] - '0';
        if (!c->heading_first) {
                c->heading_first = level;
                c->heading_last = 1;
        }
        int wanted = 2 + MAX(0, level - c->heading_first);
        c->heading_last = MIN(MIN(wanted, c->heading_last + 1), 6);
        const char written[] = { 'h', (char)('0' + c->heading_last), '\0' };
        open_simple(c, element, written);
}

static void open_item(Cleaner *c, const Element *element)
{
        int list = c->depth;
        while (list && c->open[list - 1].element->kind != LIST && c->open[list - 1].element->kind != QUOTE)
                list--;
        if (list && c->open[list - 1].element->kind == LIST) {
                while (c->depth > list)
                        close_top(c);
        } else {
                make_place_for_block(c);
                open_simple(c, find_element("ul"), NULL);
        }
        if (top_kind(c) == LIST)
                open_simple(c, element, NULL);
}

static void open_link(Cleaner *c, const Element *element, const char *href)
{
        for (int i = 0; i < c->depth; i++)
                if (c->open[i].element->kind == LINK)
                        return;
        if (!href || !*href || strlen(href) > URL_BYTES_MAX || !url_is_safe(href))
                return;
        make_place_for_text(c);
        if (!push(c, element, NULL))
                return;
        g_string_append(c->out, " href=\"");
        append_escaped(c->out, href);
        g_string_append(c->out, strchr("/?#", href[0]) ? "\">" : "\" rel=\"nofollow noopener\">");
}

static void close_element(Cleaner *c, const Element *element)
{
        bool inside_only = element->kind == INLINE || element->kind == LINK;
        int at = c->depth;
        while (at && c->open[at - 1].element != element) {
                Kind kind = c->open[at - 1].element->kind;
                if (inside_only && kind != INLINE && kind != LINK)
                        return;
                at--;
        }
        while (at && c->depth >= at)
                close_top(c);
        if (element->kind == SEPARATOR)
                make_place_for_block(c);
}

static void write_picture(Cleaner *c, const char *source, const char *alternative)
{
        if (!alternative || !*alternative)
                return;
        int depth = c->depth;
        open_link(c, find_element("a"), source);
        write_text(c, alternative);
        if (c->depth > depth && top_kind(c) == LINK)
                close_top(c);
}

/* --- What is read --- */

static gunichar named_character(const char *name, size_t length)
{
        static const struct {
                const char *name;
                gunichar character;
        } table[] = {
                { "amp", '&' },      { "lt", '<' },       { "gt", '>' },        { "quot", '"' },
                { "apos", '\'' },    { "nbsp", 0xa0 },    { "eacute", 0xe9 },   { "egrave", 0xe8 },
                { "ecirc", 0xea },   { "euml", 0xeb },    { "agrave", 0xe0 },   { "acirc", 0xe2 },
                { "ccedil", 0xe7 },  { "icirc", 0xee },   { "iuml", 0xef },     { "ocirc", 0xf4 },
                { "ugrave", 0xf9 },  { "ucirc", 0xfb },   { "Eacute", 0xc9 },   { "Agrave", 0xc0 },
                { "auml", 0xe4 },    { "ouml", 0xf6 },    { "uuml", 0xfc },     { "szlig", 0xdf },
                { "laquo", 0xab },   { "raquo", 0xbb },   { "lsquo", 0x2018 },  { "rsquo", 0x2019 },
                { "ldquo", 0x201c }, { "rdquo", 0x201d }, { "hellip", 0x2026 }, { "ndash", 0x2013 },
                { "mdash", 0x2014 }, { "bull", 0x2022 },  { "middot", 0xb7 },   { "euro", 0x20ac },
                { "oelig", 0x153 },  { "copy", 0xa9 },    { "times", 0xd7 },    { "deg", 0xb0 },
        };
        for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
                if (strlen(table[i].name) == length && !strncmp(table[i].name, name, length))
                        return table[i].character;
        return 0;
}

/* The character of a reference such as "&eacute;" or "&#xe9;", 0 when it is none of those known; its length. */
static gunichar read_reference(const char *p, size_t *ret_length)
{
        size_t length = strcspn(p, "; \t\n<&") == 0 ? 1 + strcspn(p + 1, "; \t\n<&") : 0;
        if (p[0] != '&' || p[length] != ';' || length > 12)
                return 0;
        *ret_length = length + 1;
        if (p[1] != '#')
                return named_character(p + 1, length - 1);
        bool hex = p[2] == 'x' || p[2] == 'X';
        char *end = NULL;
        guint64 code = g_ascii_strtoull(p + (hex ? 3 : 2), &end, hex ? 16 : 10);
        bool right = end == p + length && code <= 0x10ffff && g_unichar_validate((gunichar)code) &&
                     (code >= 0x20 || code == '\n' || code == '\t');
        return right ? (gunichar)code : 0;
}

static char *decode(const char *text, size_t length)
{
        g_autofree char *copy = g_strndup(text, length);
        GString *out = g_string_sized_new(length);
        for (const char *p = copy; *p;) {
                size_t used = 0;
                gunichar character = *p == '&' ? read_reference(p, &used) : 0;
                if (character) {
                        g_string_append_unichar(out, character);
                        p += used;
                } else {
                        g_string_append_c(out, *p++);
                }
        }
        return g_string_free(out, FALSE);
}

typedef struct {
        const Element *element; /* NULL: none of ours */
        char *href, *source, *alternative;
        bool closing;
} Tag;

static void tag_clear(Tag *tag)
{
        g_free(tag->href);
        g_free(tag->source);
        g_free(tag->alternative);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Tag, tag_clear)

static void keep_attribute(Tag *tag, const char *name, size_t name_length, const char *value, size_t value_length)
{
        char **place = name_length == 4 && !g_ascii_strncasecmp(name, "href", 4)  ? &tag->href
                       : name_length == 3 && !g_ascii_strncasecmp(name, "src", 3) ? &tag->source
                       : name_length == 3 && !g_ascii_strncasecmp(name, "alt", 3) ? &tag->alternative
                                                                                  : NULL;
        if (place && !*place)
                *place = g_strstrip(decode(value, value_length));
}

#define SPACES " \t\r\n\f"

/* One attribute; p stands at its first character. NULL: the text ends within. */
static const char *read_attribute(const char *p, Tag *tag)
{
        const char *name = p;
        size_t name_length = strcspn(p + 1, SPACES "/>=") + 1;
        p += name_length;
        p += strspn(p, SPACES);
        if (*p != '=')
                return p;
        p++;
        p += strspn(p, SPACES);
        const char *value = p, *end;
        if (*p == '"' || *p == '\'') {
                value++;
                end = strchr(value, *p);
                p = end ? end + 1 : NULL;
        } else {
                end = p + strcspn(p, SPACES ">");
                p = end;
        }
        if (p)
                keep_attribute(tag, name, name_length, value, (size_t)(end - value));
        return p;
}

/* A tag from its <; the place after its >, or NULL when this < begins none. */
static const char *read_tag(const char *p, Tag *tag)
{
        tag->closing = p[1] == '/';
        p += tag->closing ? 2 : 1;
        if (!g_ascii_isalpha(*p))
                return NULL;
        size_t length = strcspn(p, SPACES "/>");
        g_autofree char *name = g_strndup(p, MIN(length, 20));
        tag->element = find_element(name);
        p += length;
        for (;;) {
                p += strspn(p, SPACES "/");
                if (*p == '>')
                        return p + 1;
                if (!*p || !(p = read_attribute(p, tag)))
                        return NULL;
        }
}

/* After the end tag that fits; the text's end when there is none. */
static const char *skip_hidden(const char *p, const Element *element)
{
        size_t length = strlen(element->name);
        for (; *p; p++)
                if (p[0] == '<' && p[1] == '/' && !g_ascii_strncasecmp(p + 2, element->name, length) &&
                    strchr(SPACES "/>", p[2 + length])) {
                        const char *close = strchr(p, '>');
                        return close ? close + 1 : p + strlen(p);
                }
        return p;
}

static const char *open_element(Cleaner *c, const Tag *tag, const char *after)
{
        const Element *element = tag->element;
        switch (element->kind) {
        case INLINE:
                make_place_for_text(c);
                open_simple(c, element, NULL);
                break;
        case LINK:
                open_link(c, element, tag->href);
                break;
        case PICTURE:
                write_picture(c, tag->source, tag->alternative);
                break;
        case LINE_BREAK:
                make_place_for_text(c);
                g_string_append(c->out, "<br>");
                break;
        case ITEM:
                open_item(c, element);
                break;
        case HIDDEN:
                return skip_hidden(after, element);
        default:
                make_place_for_block(c);
                if (element->kind == HEADING)
                        open_heading(c, element);
                else if (element->kind == RULE)
                        g_string_append(c->out, "<hr>");
                else if (element->kind != SEPARATOR)
                        open_simple(c, element, NULL);
        }
        return after;
}

/* Comments, doctypes, processing instructions: nothing. */
static const char *skip_declaration(const char *p)
{
        const char *end = !strncmp(p, "<!--", 4) ? strstr(p + 4, "-->") : strchr(p, '>');
        if (!end)
                return p + strlen(p);
        return end + (*end == '-' ? 3 : 1);
}

static const char *read_markup(Cleaner *c, const char *p)
{
        if (p[1] == '!' || p[1] == '?')
                return skip_declaration(p);
        g_auto(Tag) tag = { 0 };
        const char *after = read_tag(p, &tag);
        if (!after) {
                write_text(c, "<");
                return p + 1;
        }
        if (!tag.element)
                return after;
        if (!tag.closing)
                return open_element(c, &tag, after);
        close_element(c, tag.element);
        return after;
}

char *clean_html(const char *html)
{
        g_autofree char *text = g_utf8_make_valid(html ? html : "", html ? (gssize)strnlen(html, INPUT_BYTES_MAX) : 0);
        Cleaner c = { .out = g_string_sized_new(1024) };
        for (const char *p = text; *p;) {
                if (*p == '<') {
                        p = read_markup(&c, p);
                        continue;
                }
                size_t length = strcspn(p, "<");
                g_autofree char *plain = decode(p, length);
                write_text(&c, plain);
                p += length;
        }
        while (c.depth)
                close_top(&c);
        return g_string_free(c.out, FALSE);
}

/* Inline elements do not part words: a, code, em, strong. */
static bool parts_words(const char *tag)
{
        return !strchr("aces", tag[tag[1] == '/' ? 2 : 1]);
}

char *clean_text(const char *cleaned, size_t characters_max)
{
        GString *out = g_string_new(NULL);
        size_t characters = 0;
        bool space = false;
        for (const char *p = cleaned; *p;) {
                if (*p == '<') {
                        const char *close = strchr(p, '>');
                        space = space || parts_words(p);
                        p = close ? close + 1 : p + strlen(p);
                        continue;
                }
                size_t used = 0;
                gunichar character = *p == '&' ? read_reference(p, &used) : 0;
                if (!character) {
                        character = g_utf8_get_char(p);
                        used = (size_t)(g_utf8_next_char(p) - p);
                }
                p += used;
                if (character < 0x80 && strchr(SPACES, (int)character)) {
                        space = true;
                        continue;
                }
                bool with_space = space && out->len;
                characters += with_space ? 2 : 1;
                if (characters > characters_max) {
                        g_string_append(out, "…");
                        break;
                }
                if (with_space)
                        g_string_append_c(out, ' ');
                space = false;
                g_string_append_unichar(out, character);
        }
        return g_string_free(out, FALSE);
}
